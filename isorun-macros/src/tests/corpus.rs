//! WIT that others have written: everything plain expands, everything else is refused in words.

use std::path::{Path, PathBuf};

use quote::quote;

use super::{errors, site};
use crate::{expand, source};

/// The corpus is not part of the project; without it there is nothing to check.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/wit-corpus");
    let named = std::env::var_os("ISORUN_WIT_CORPUS").map(PathBuf::from);
    named.into_iter().chain([beside]).find(|folder| folder.join("manifest.tsv").is_file())
}

#[test]
fn the_corpus_expands_or_is_refused_in_words() {
    let Some(corpus) = corpus() else { return };
    let manifest = std::fs::read_to_string(corpus.join("manifest.tsv")).expect("a manifest");
    let site = site(&corpus);
    let (mut expanded, mut refused, mut wrong) = (0, 0, Vec::new());
    for line in manifest.lines().skip(1) {
        let mut columns = line.split('\t');
        let (path, class) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let interfaces = match source::interfaces(path, &site) {
            Ok(interfaces) => interfaces,
            Err(diagnostics) => {
                wrong.push(format!("{path}: {:?}", diagnostics.messages()));
                continue;
            }
        };
        for (name, has_functions) in interfaces {
            let module = quote!(
                pub mod generated {}
            );
            let tokens = expand::interface(quote!(#path, interface = #name), module, &site);
            let file: syn::File = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{path} {name}: {error}"));
            assert!(!prettyplease::unparse(&file).is_empty());
            let errors = errors(&tokens);
            if errors.is_empty() {
                expanded += 1
            } else {
                refused += 1
            }
            if !errors.is_empty() && class == "core" && has_functions {
                wrong.push(format!("{path} {name}: {errors:?}"));
            }
            for error in errors {
                assert!(error.contains("\n --> ") && error.contains("\nhelp: "), "{path} {name}: {error}");
            }
        }
    }
    eprintln!("{expanded} interfaces expanded, {refused} refused");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
