//! The pipeline as a whole, called as a plain function.

mod corpus;
mod expand;
mod model;
mod random_wit;

use std::path::PathBuf;

use proc_macro2::TokenStream;

use crate::site::Site;

/// An attribute in a crate whose folder is `root`.
fn site(root: impl Into<PathBuf>) -> Site {
    Site { root: root.into(), root_variable: "CARGO_MANIFEST_DIR", location: "src/lib.rs:1:1".to_owned() }
}

/// The messages of the `compile_error!`s in an expansion.
fn errors(tokens: &TokenStream) -> Vec<String> {
    struct Found(Vec<String>);
    impl<'ast> syn::visit::Visit<'ast> for Found {
        fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
            if invoked.path.segments.last().is_some_and(|last| last.ident == "compile_error")
                && let Ok(message) = syn::parse2::<syn::LitStr>(invoked.tokens.clone())
            {
                self.0.push(message.value());
            }
        }
    }
    let mut found = Found(Vec::new());
    syn::visit::Visit::visit_file(&mut found, &syn::parse2(tokens.clone()).expect("an expansion is items"));
    found.0
}
