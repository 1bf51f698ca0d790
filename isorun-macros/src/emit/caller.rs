//! Typed calls to whatever provides the interface, and the host trait on what makes them.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs;
use super::ident::ident;
use super::rust_type::{Rust, names};
use crate::model::{Function, Model};

pub(super) fn emit(model: &Model) -> TokenStream {
    let (krate, name) = (&model.options.krate, ident(&model.trait_name));
    let docs = format!(" Calls the functions of `{}` on the instance that it was made for.", model.wire_name);
    let calls = model.functions.iter().enumerate().map(|(index, function)| call(model, index, function));
    // A function of the WIT has the better claim to the name.
    let instance = ident(if model.function("instance").is_some() { "instance_" } else { "instance" });
    let rust = Rust::inside(model);
    let methods = model.functions.iter().enumerate().map(|(index, function)| {
        let (index, name) = (Literal::usize_unsuffixed(index), ident(&function.rust_name));
        let (params, names) = (rust.parameters(&function.params, &quote!('a)), names(&function.params));
        let result = rust.result(function.result.as_ref());
        quote!(#index #name(#params) #names -> #result;)
    });
    quote! {
        #[doc = #docs]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        pub struct Caller(#krate::__private::Target);

        impl Caller {
            /// The instance that is called.
            #[must_use]
            pub fn #instance(&self) -> &#krate::Instance { self.0.instance() }
            #(#calls)*
        }

        #krate::__private::callers! { #name, Caller, Interface, 'a { #(#methods)* } }
    }
}

fn call(model: &Model, index: usize, function: &Function) -> TokenStream {
    let rust = Rust::inside(model);
    let (krate, name, index) = (rust.krate, ident(&function.rust_name), Literal::usize_unsuffixed(index));
    let docs = docs::of(function.docs.as_deref(), &function.place);
    let borrows = function.params.iter().any(|param| rust.borrows(&param.ty));
    let (generics, lifetime) = if borrows { (quote!(<'a>), quote!('a)) } else { (TokenStream::new(), quote!('_)) };
    let own = borrows.then(|| lifetime.clone());
    let (params, names) = (rust.parameters(&function.params, &lifetime), names(&function.params));
    let result = rust.result(function.result.as_ref());
    quote! {
        #docs
        pub fn #name #generics (&#own self, #params) -> #krate::Call<#lifetime, #result> { self.0.call(#index, #names) }
    }
}
