//! WIT that was not written for these tests: everything plain expands, everything else is refused in words.
//!
//! The packages that isorun ships are always read. `ISORUN_WIT_CORPUS=folder` adds a corpus of others: files, and a `manifest.tsv` whose
//! first two columns are the path of each and its class, `core` if its interfaces have nothing but plain values.

use std::io::Write;
use std::path::{Path, PathBuf};

use quote::quote;

use super::{errors, site};
use crate::{expand, source};

#[test]
fn the_packages_that_isorun_ships_expand() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let packages = std::fs::read_dir(&wit).expect("the packages").flatten();
    let packages: Vec<_> = packages.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    assert!(packages.len() >= 6, "{packages:?}");
    check(&wit, packages.iter().map(|package| (package.as_str(), "core")));
}

#[test]
fn the_corpus_expands_or_is_refused_in_words() {
    let Some(corpus) = std::env::var_os("ISORUN_WIT_CORPUS").map(PathBuf::from) else {
        // Not `eprintln!`, which is only seen when a test fails.
        let _ = writeln!(
            std::io::stderr(),
            "the_corpus_expands_or_is_refused_in_words: not run, as ISORUN_WIT_CORPUS is not set"
        );
        return;
    };
    let manifest = std::fs::read_to_string(corpus.join("manifest.tsv")).expect("a manifest");
    let lines = manifest.lines().skip(1).map(|line| {
        let mut columns = line.split('\t');
        (columns.next().unwrap_or_default(), columns.next().unwrap_or_default())
    });
    check(&corpus, lines);
}

/// Expands all interfaces of the paths in `folder`, each of which has a class.
fn check<'a>(folder: &Path, paths: impl Iterator<Item = (&'a str, &'a str)>) {
    let site = site(folder);
    let (mut expanded, mut refused, mut wrong) = (0, 0, Vec::new());
    for (path, class) in paths {
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
