//! So that editing a WIT file rebuilds the crate.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Model;

pub(super) fn emit(model: &Model) -> TokenStream {
    let root = model.options.root_variable;
    let files = model.files.iter().map(|file| {
        let path = &file.path;
        if path.starts_with('/') {
            quote!(::core::include_bytes!(#path))
        } else {
            let path = format!("/{path}");
            quote!(::core::include_bytes!(::core::concat!(::core::env!(#root), #path)))
        }
    });
    quote!(#(const _: &[u8] = #files;)*)
}
