//! The interface as a type, which users name, and as a value, which the runtime compares with what apps ask for.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_type::Rust;
use crate::model::{Function, Model};

pub(super) fn emit(model: &Model) -> TokenStream {
    let (krate, wire_name) = (&model.options.krate, &model.wire_name);
    let functions = model.functions.iter().map(|function| self::function(model, function));
    let docs = format!(" The interface `{wire_name}` as a type, which names it to `register`, `caller` and `export`.");
    let without = (!model.gated.is_empty()).then(|| {
        let gated = model.gated.iter().map(|(function, feature)| quote!(#function if #feature;));
        quote!(without { #(#gated)* })
    });
    quote! {
        #[doc = #docs]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        pub struct Interface;

        #krate::__private::interface! { Interface, Caller, #wire_name { #(#functions)* } #without }
    }
}

fn function(model: &Model, function: &Function) -> TokenStream {
    let (rust, name) = (Rust::inside(model), &function.wit_name);
    let params = function.params.iter().map(|param| {
        let (name, ty) = (&param.wit_name, rust.owned(&param.ty));
        quote!(#name: #ty)
    });
    let result = function.result.as_ref().map(|ty| {
        let ty = rust.owned(ty);
        quote!(-> #ty)
    });
    quote!(#name(#(#params),*) #result;)
}
