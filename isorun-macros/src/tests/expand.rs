//! `tests/expand/<topic>.wit` and what is generated from it, `<topic>.rs`. `BLESS=1 cargo test` rewrites.
//!
//! The first lines of a `.wit` may say two things. `// attribute: ..` has the options of the attribute. `// shows: ..` names what the
//! topic is about, so that its golden holds only that: items by their name (`Entry`), macro calls also by the macro's (`callers`), and
//! others by their keyword (`use`). The topic `options` is shown whole, since its option `crate` occurs everywhere. An impl block in
//! `<topic>.impl.rs` stands beside the module.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{Item, Type};

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
        let wit = std::fs::read_to_string(&topic).expect("the WIT");
        let expected = topic.with_extension("rs");
        let expanded = prettyplease::unparse(&shown(expansion(&root, name, &wit), &wit));
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

/// What one of the first lines of a `.wit` says: `// key: value`.
fn header<'a>(wit: &'a str, key: &str) -> Option<&'a str> {
    let lines = wit.lines().map_while(|line| line.strip_prefix("// ")?.split_once(": "));
    lines.filter(|(found, _)| *found == key).map(|(_, value)| value).next()
}

fn expansion(root: &Path, name: &str, wit: &str) -> TokenStream {
    let options: TokenStream = header(wit, "attribute").unwrap_or_default().parse().expect("options are tokens");
    let path = format!("{name}.wit");
    let module = format_ident!("{}", name.replace('-', "_"));
    match std::fs::read_to_string(root.join(format!("{name}.impl.rs"))) {
        Ok(block) => expand::system(quote!(#path, #options), block.parse().expect("an impl block"), &site(root)),
        Err(_) => expand::interface(quote!(#path, #options), quote!(pub mod #module {}), &site(root)),
    }
}

/// The items that the topic is about, all of them if it does not say.
fn shown(expanded: TokenStream, wit: &str) -> syn::File {
    let mut file: syn::File = syn::parse2(expanded).expect("an expansion is items");
    let Some(shown) = header(wit, "shows") else { return file };
    let shown: Vec<&str> = shown.split(", ").collect();
    let mut found = Vec::new();
    let mut is_shown = |item: &Item| {
        let names = names(item);
        found.extend(names.iter().filter(|name| shown.contains(&name.as_str())).cloned());
        names.iter().any(|name| shown.contains(&name.as_str()))
    };
    file.items.retain_mut(|item| match item {
        Item::Mod(module) => {
            module.attrs.clear();
            let items = module.content.as_mut().map(|(_, items)| items).expect("a module with braces");
            items.retain(&mut is_shown);
            !items.is_empty()
        }
        other => is_shown(other),
    });
    for name in shown {
        assert!(found.iter().any(|found| found == name), "`{name}` is to be shown, and nothing is called so");
    }
    file
}

/// The names that an item is shown by.
fn names(item: &Item) -> Vec<String> {
    match item {
        Item::Struct(item) => vec![item.ident.to_string()],
        Item::Enum(item) => vec![item.ident.to_string()],
        Item::Type(item) => vec![item.ident.to_string()],
        Item::Trait(item) => vec![item.ident.to_string()],
        Item::Mod(item) => vec![item.ident.to_string()],
        Item::Use(_) => vec!["use".to_owned()],
        Item::Const(_) => vec!["const".to_owned()],
        Item::Impl(item) => match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).into_iter().collect(),
            _ => Vec::new(),
        },
        Item::Macro(item) => {
            let macro_name = item.mac.path.segments.last().map(|last| last.ident.to_string());
            let mut words = item.mac.tokens.clone().into_iter().filter_map(|token| match token {
                TokenTree::Ident(word) => Some(word.to_string()),
                _ => None,
            });
            // A macro call for a type begins with the type's name, after `error` if it is one.
            macro_name.into_iter().chain(words.find(|word| word != "error")).collect()
        }
        _ => Vec::new(),
    }
}
