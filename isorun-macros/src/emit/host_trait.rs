//! The trait that a system, a caller and a remote implement alike.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::ident::{hidden, ident};
use super::rust_type::Rust;
use crate::model::{Function, Model};

pub(super) fn emit(model: &Model) -> TokenStream {
    let name = ident(&model.trait_name);
    let docs = docs::of(model.docs.as_deref(), &model.place);
    let methods = model.functions.iter().map(|function| {
        let (docs, signature) = (docs::of(function.docs.as_deref(), &function.place), signature(model, function));
        quote!(#docs #signature;)
    });
    quote! {
        #docs
        pub trait #name: ::core::marker::Send + ::core::marker::Sync + 'static {
            #(#methods)*
        }
    }
}

/// The signature of a method inside of the module.
///
/// All arguments are borrowed for one lifetime, so that a caller can return its `Call<'a, _>` without an `async` block around it.
pub(super) fn signature(model: &Model, function: &Function) -> TokenStream {
    let rust = Rust::inside(model);
    let (krate, cx, name) = (rust.krate, hidden("cx"), ident(&function.rust_name));
    let params = rust.parameters(&function.params, &quote!('a));
    let result = rust.result(function.result.as_ref());
    quote! {
        fn #name<'a>(&'a self, #cx: &'a #krate::Cx, #params) -> impl ::core::future::Future<Output = #krate::Result<#result>> + ::core::marker::Send
    }
}
