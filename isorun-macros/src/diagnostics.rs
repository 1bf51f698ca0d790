//! What is wrong, where, and what to do: collected, then turned into `compile_error!`.

use isorun_wit::{Mistake, Place};
use proc_macro2::TokenStream;
use quote::ToTokens;

/// One mistake. `at` are the user's tokens that rustc underlines; none means the attribute as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Diagnostic {
    at: TokenStream,
    what: String,
    places: Vec<Place>,
    notes: Vec<String>,
    help: Option<String>,
}

impl Diagnostic {
    /// A mistake in what the user's tokens say.
    pub(crate) fn new(at: &impl ToTokens, what: impl Into<String>) -> Self {
        Self { at: at.to_token_stream(), what: what.into(), places: Vec::new(), notes: Vec::new(), help: None }
    }

    /// A mistake in the WIT that the user's tokens name.
    pub(crate) fn of_mistake(at: &TokenStream, mistake: Mistake) -> Self {
        let Mistake { message, places, notes, help, .. } = mistake;
        Self { at: at.clone(), what: message, places, notes, help }
    }

    /// Adds the place in the WIT that the mistake is about.
    pub(crate) fn place(mut self, place: &Place) -> Self {
        self.places.push(place.clone());
        self
    }

    /// Adds a line that shows the two things that do not fit.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The text, in three parts. rustc indents all lines but the first.
    pub(crate) fn message(&self) -> String {
        let mut text = self.what.clone();
        for place in &self.places {
            text.push_str(&format!("\n --> {place}"));
        }
        for note in &self.notes {
            text.push('\n');
            text.push_str(note);
        }
        if let Some(help) = &self.help {
            text.push_str(&format!("\nhelp: {help}"));
        }
        text
    }
}

/// All mistakes of one attribute.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// `value` if nothing is wrong.
    pub(crate) fn unless_empty<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The texts.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().map(Diagnostic::message).collect()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<syn::Error> for Diagnostics {
    /// Takes over what `syn` says about syntax, one diagnostic for each of its errors.
    fn from(error: syn::Error) -> Self {
        let at = |error: &syn::Error| proc_macro2::Ident::new("at", error.span()).into_token_stream();
        Self(error.into_iter().map(|error| Diagnostic::new(&at(&error), error.to_string())).collect())
    }
}

impl ToTokens for Diagnostics {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for diagnostic in &self.0 {
            tokens.extend(syn::Error::new_spanned(&diagnostic.at, diagnostic.message()).to_compile_error());
        }
    }
}
