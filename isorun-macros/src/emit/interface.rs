//! The interface as a type, which users name, and as a value, which the runtime compares with what apps ask for.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_type::Rust;
use crate::model::{Function, Model};

pub(super) fn emit(model: &Model) -> TokenStream {
    let (krate, wire_name) = (&model.options.krate, &model.wire_name);
    let functions = model.functions.iter().map(|function| self::function(model, function));
    let docs = format!(" The interface `{wire_name}` as a type: what `register`, `caller` and `export` are told.");
    quote! {
        #[doc = #docs]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        pub struct Interface;

        impl #krate::StaticInterface for Interface {
            type Caller = Caller;
            fn interface() -> &'static #krate::Interface {
                static INTERFACE: ::std::sync::LazyLock<#krate::Interface> = ::std::sync::LazyLock::new(|| {
                    #krate::__private::interface(#wire_name, [#(#functions),*])
                });
                &INTERFACE
            }
            fn caller(target: #krate::__private::Target) -> Caller { Caller(target) }
        }
    }
}

fn function(model: &Model, function: &Function) -> TokenStream {
    let (krate, rust, name) = (&model.options.krate, Rust::inside(model), &function.wit_name);
    let params = function.params.iter().map(|param| {
        let (name, ty) = (&param.wit_name, rust.owned(&param.ty));
        quote!((#name, <#ty as #krate::__private::Shape>::ty()))
    });
    let result = match &function.result {
        Some(ty) => {
            let ty = rust.owned(ty);
            quote!(::core::option::Option::Some(<#ty as #krate::__private::Shape>::ty()))
        }
        None => quote!(::core::option::Option::None),
    };
    // The labels of no parameters have no type of their own.
    let params = if function.params.is_empty() {
        quote!(::core::iter::empty::<(&str, #krate::__private::Type)>())
    } else {
        quote!([#(#params),*])
    };
    quote!(#krate::__private::function(#name, #params, #result))
}
