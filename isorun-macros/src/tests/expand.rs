//! `tests/expand/<topic>.wit` and what is generated from it, `<topic>.rs`. `BLESS=1 cargo test` rewrites.
//!
//! A first line `// attribute: ..` has the options, and `<topic>.impl.rs` an impl block that stands beside the module.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::site;
use crate::expand;

#[test]
fn every_topic_expands_as_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand");
    let bless = std::env::var_os("BLESS").is_some();
    let mut topics: Vec<_> = std::fs::read_dir(&root).expect("topics").flatten().map(|entry| entry.path()).collect();
    topics.retain(|path| path.extension().is_some_and(|extension| extension == "wit"));
    topics.sort();
    assert!(topics.len() >= 12);
    let mut differing = Vec::new();
    for topic in topics {
        let name = topic.file_stem().and_then(|name| name.to_str()).expect("a name");
        let expected = topic.with_extension("rs");
        let expanded = pretty(expansion(&root, name));
        if bless {
            std::fs::write(&expected, expanded).expect("can be written");
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != expanded {
            differing.push(name.to_owned());
        }
    }
    assert!(
        differing.is_empty(),
        "the expansions of {differing:?} have changed; `BLESS=1 cargo test -p isorun-macros` rewrites them"
    );
}

fn expansion(root: &Path, name: &str) -> TokenStream {
    let wit = std::fs::read_to_string(root.join(format!("{name}.wit"))).expect("the WIT");
    let options = wit.lines().next().and_then(|line| line.strip_prefix("// attribute: ")).unwrap_or_default();
    let options: TokenStream = options.parse().expect("options are tokens");
    let path = format!("{name}.wit");
    let module = format_ident!("{}", name.replace('-', "_"));
    match std::fs::read_to_string(root.join(format!("{name}.impl.rs"))) {
        Ok(block) => expand::system(quote!(#path, #options), block.parse().expect("an impl block"), &site(root)),
        Err(_) => expand::interface(quote!(#path, #options), quote!(pub mod #module {}), &site(root)),
    }
}

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).expect("an expansion is items"))
}
