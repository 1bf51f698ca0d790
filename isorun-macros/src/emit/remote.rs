//! The host trait once more, its work done elsewhere.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::host_trait;
use super::ident::{hidden, ident};
use super::rust_type::names;
use crate::model::Model;

pub(super) fn emit(model: &Model) -> TokenStream {
    let (krate, name, cx) = (&model.options.krate, ident(&model.trait_name), hidden("cx"));
    let methods = model.functions.iter().enumerate().map(|(index, function)| {
        let (index, signature) = (Literal::usize_unsuffixed(index), host_trait::signature(model, function));
        let names = names(&function.params);
        quote!(#signature { self.target().call(#index, #names).within(#cx) })
    });
    quote!(impl #name for #krate::Remote<Interface> { #(#methods)* })
}
