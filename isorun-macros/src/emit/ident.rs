//! Identifiers, and whose they are. Not an artefact: what the artefacts share.

use proc_macro2::{Ident, Span};

/// An identifier that the user's code can name.
pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// An identifier that cannot clash with one of the user's code or of the WIT.
pub(super) fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
