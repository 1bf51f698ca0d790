//! From the model to tokens. This file is the table of contents: one line an artefact, one file a line.

mod callback;
mod caller;
mod codec;
mod docs;
mod fallback;
mod host_trait;
mod ident;
mod interface;
mod rust_type;
mod system;
mod tracked_files;
mod types;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, ItemMod};

use crate::implementation::Implementation;
use crate::model::Model;

/// The module that `#[isorun::interface]` stands on, filled.
pub(crate) fn interface(model: &Model, module: &ItemMod, macro_name: &str) -> TokenStream {
    wrap(
        &docs::of_module(model),
        module,
        [
            types::emit(model),                // records, variants, enums, flags, aliases
            codec::emit(model),                // their canonical form
            interface::emit(model),            // the interface as a type and as a value
            host_trait::emit(model),           // what a provider does
            caller::emit(model),               // typed calls to a provider, here or elsewhere
            callback::emit(model, macro_name), // the WIT, for systems that are written elsewhere
            tracked_files::emit(model),        // so that editing the WIT rebuilds the crate
        ],
    )
}

/// The impls behind `#[isorun::system]`.
pub(crate) fn system(model: &Model, user: &Implementation) -> TokenStream {
    system::emit(model, user)
}

/// The module if the WIT was read but is refused: names that resolve, and nothing behind them.
pub(crate) fn interface_fallback(model: &Model, module: &ItemMod, macro_name: &str) -> TokenStream {
    wrap(
        &docs::of_module(model),
        module,
        [
            types::emit(model),
            codec::emit_fallback(model),
            host_trait::emit(model),
            fallback::interface(model),
            fallback::callback(macro_name),
            tracked_files::emit(model),
        ],
    )
}

/// The module if the WIT could not be read: what can be guessed from the module's name.
pub(crate) fn module_fallback(module: &ItemMod, krate: &TokenStream, macro_name: &str) -> TokenStream {
    wrap(&TokenStream::new(), module, [fallback::module(&module.ident, krate), fallback::callback(macro_name)])
}

/// The impls if the user's impl block is refused.
pub(crate) fn system_fallback(model: &Model, user: &Implementation) -> TokenStream {
    fallback::system(model, user)
}

/// `fs::__system! { impl .. }`: passes the impl block to the macro of the module, which has the WIT.
pub(crate) fn to_callback(user: &Implementation) -> TokenStream {
    callback::call(user)
}

/// Puts the artefacts into the user's module, after the user's own items.
fn wrap(docs: &TokenStream, module: &ItemMod, artefacts: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let ItemMod { attrs, vis, unsafety, ident, content, .. } = module;
    let own: &[Item] = content.as_ref().map_or(&[], |(_, items)| items);
    let (inner, outer): (Vec<_>, Vec<_>) =
        attrs.iter().partition(|attribute| matches!(attribute.style, syn::AttrStyle::Inner(_)));
    let artefacts = artefacts.into_iter();
    // A paragraph of its own, after what the user says of the module.
    let gap = outer.iter().any(|attribute| attribute.path().is_ident("doc")).then(|| quote!(#[doc = ""]));
    quote! {
        #(#outer)*
        #gap
        #docs
        #[allow(
            clippy::too_many_arguments,
            rustdoc::bare_urls,
            rustdoc::broken_intra_doc_links,
            rustdoc::invalid_html_tags,
            reason = "signatures and docs are those of the WIT"
        )]
        #vis #unsafety mod #ident {
            #(#inner)*
            #(#own)*
            #(#artefacts)*
        }
    }
}
