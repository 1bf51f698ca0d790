//! `__system`: a macro that carries the WIT, so that `#[isorun::system]` without a path gets it, also in another crate.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::ident::ident;
use crate::implementation::Implementation;
use crate::model::Model;

pub(super) fn emit(model: &Model, macro_name: &str) -> TokenStream {
    let (krate, wire_name, name) = (&model.options.krate, &model.wire_name, ident(macro_name));
    let features = &model.options.features;
    let shared = model.shared.iter().map(|shared| &shared.name);
    let files = model.files.iter().map(|file| {
        let (group, path, text) = (Literal::usize_unsuffixed(file.group), &file.path, &file.text);
        quote!(#group #path #text)
    });
    let world = model.world.iter().flat_map(|part| part.texts());
    let path = from_anywhere(krate);
    quote! {
        #[doc(hidden)]
        #[macro_export]
        macro_rules! #name {
            ($($item:tt)*) => {
                #path::__private::system_impl! {
                    (#wire_name #(#world)*) (#(#features)*) (#(#shared)*) (#path) (#(#files)*) $($item)*
                }
            };
        }
        #[doc(hidden)]
        pub use #name as __system;
    }
}

/// In a macro that other crates use, `crate::x` is written `$crate::x`.
fn from_anywhere(krate: &TokenStream) -> TokenStream {
    let mut tokens = krate.clone().into_iter();
    match tokens.next() {
        Some(first) if first.to_string() == "crate" => {
            let rest: TokenStream = tokens.collect();
            quote!($crate #rest)
        }
        _ => krate.clone(),
    }
}

/// Calls the macro of the module with the impl block.
pub(super) fn call(user: &Implementation) -> TokenStream {
    let (module, item) = (&user.module, &user.item);
    let name = quote_spanned!(user.trait_path.span()=> __system);
    quote!(#module::#name! { #item })
}
