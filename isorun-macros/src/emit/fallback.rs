//! What is generated beside an error, so that one mistake gives one error: all names resolve, and nothing behind them works.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::ident::{hidden, ident};
use super::rust_type::Rust;
use super::{host_trait, system as parts};
use crate::implementation::Implementation;
use crate::model::Model;
use crate::names;

/// `Interface` and `Caller` of an interface that was refused.
pub(super) fn interface(model: &Model) -> TokenStream {
    let (krate, name) = (&model.options.krate, ident(&model.trait_name));
    let calls = model.functions.iter().map(|function| {
        let rust = Rust::inside(model);
        let (name, lifetime) = (ident(&function.rust_name), quote!('a));
        let (params, result) = (rust.parameters(&function.params, &lifetime), rust.result(function.result.as_ref()));
        quote! {
            /// Not generated.
            #[allow(unused_variables, reason = "nothing is called")]
            pub fn #name<'a>(&'a self, #params) -> #krate::Call<'a, #result> { ::core::unreachable!() }
        }
    });
    let methods: Vec<_> = model
        .functions
        .iter()
        .map(|function| {
            let signature = host_trait::signature(model, function);
            quote!(#[allow(unused_variables, reason = "nothing is called")] #signature { ::core::future::pending() })
        })
        .collect();
    let interface = interface_type(krate);
    quote! {
        #interface
        impl Caller { #(#calls)* }
        impl #name for Caller { #(#methods)* }
        impl #name for #krate::Remote<Interface> { #(#methods)* }
    }
}

/// The items of a module whose WIT could not be read, as far as the name of the module tells them.
pub(super) fn module(module: &Ident, krate: &TokenStream) -> TokenStream {
    let name = ident(&names::trait_name(&names::kebab_of(&module.to_string())));
    let interface = interface_type(krate);
    quote! {
        #interface
        /// Not generated.
        pub trait #name: ::core::marker::Send + ::core::marker::Sync + 'static {}
    }
}

fn interface_type(krate: &TokenStream) -> TokenStream {
    quote! {
        /// Not generated.
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        pub struct Interface;
        /// Not generated.
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        pub struct Caller(());
        impl #krate::StaticInterface for Interface {
            type Caller = Caller;
            fn interface() -> &'static #krate::Interface { ::core::unreachable!() }
            fn caller(_: #krate::__private::Target) -> Caller { ::core::unreachable!() }
        }
    }
}

/// `__system` of a module that was refused. It accepts every impl block, since the mistake has been reported.
pub(super) fn callback(macro_name: &str) -> TokenStream {
    let name = ident(macro_name);
    quote! {
        #[doc(hidden)]
        #[macro_export]
        macro_rules! #name { ($($item:tt)*) => {}; }
        #[doc(hidden)]
        pub use #name as __system;
    }
}

/// The impls of a system that was refused. The user's methods stay, so that mistakes inside of them are found too.
pub(super) fn system(model: &Model, user: &Implementation) -> TokenStream {
    let module = &user.module;
    let rust = Rust::outside(model, &quote!(#module));
    let host = model.functions.iter().map(|function| {
        let (krate, cx, name) = (rust.krate, hidden("cx"), ident(&function.rust_name));
        let (params, result) = (rust.parameters(&function.params, &quote!('a)), rust.result(function.result.as_ref()));
        quote! {
            #[allow(unused_variables, reason = "nothing is called")]
            fn #name<'a>(&'a self, #cx: &'a #krate::Cx, #params) -> impl ::core::future::Future<Output = #krate::Result<#result>> + ::core::marker::Send {
                ::core::future::pending()
            }
        }
    });
    let own = parts::own_trait(user);
    let own = quote!(#[allow(dead_code, reason = "nothing is called")] const _: () = { #own };);
    parts::wrap(model, user, &own, &quote!(#(#host)*), &TokenStream::new())
}
