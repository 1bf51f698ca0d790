//! Identifiers, and whose they are. Not an artefact: what the artefacts share.

use proc_macro2::{Ident, Span};

/// An identifier that users may name.
pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// An identifier that meets no name of the user's or of the WIT's.
pub(super) fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
