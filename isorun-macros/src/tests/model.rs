//! Random interfaces: what the model says of them is what the WIT says, and what is generated is Rust.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::random_wit::{RandomWit, random_wit};
use super::{errors, site};
use crate::model::build;
use crate::model::{Function, Model, Options, TypeKind};
use crate::{expand, signature, source};
use isorun_wit::WitFile;

const TEXTS: u64 = 300;

/// Numbers that are the same on every machine: splitmix64.
fn numbers(seed: u64) -> Vec<u16> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let count = next() % 600;
    (0..count).map(|_| next() as u16).collect()
}

fn model_of(wit: &RandomWit) -> Model {
    let file = WitFile { path: "random.wit".to_owned(), text: wit.text.clone(), group: 0 };
    let source = source::load_again(vec![file], &[], &wit.wire_name, None)
        .unwrap_or_else(|wrong| panic!("{:?}\n{}", wrong.messages(), wit.text));
    let krate = quote!(::isorun);
    let options = Options { krate: krate.clone(), krate_outside: krate, ..Options::default() };
    build::model(&source, Vec::new(), options)
}

#[test]
fn the_model_says_what_the_wit_says() {
    for seed in 0..TEXTS {
        let wit = random_wit("test:random", &numbers(seed), false);
        let model = model_of(&wit);
        assert_eq!(model.wire_name, wit.wire_name);
        let said: Vec<(String, String)> = model
            .functions
            .iter()
            .map(|function| (function.wit_name.clone(), signature::wit(&model, function)))
            .collect();
        assert_eq!(said, wit.functions, "seed {seed}\n{}", wit.text);
        // First those that the interface names, in their order; then those that are only reached.
        let types: Vec<&str> = model.types.iter().map(|def| def.wit_name.as_str()).collect();
        assert_eq!(types[..wit.types.len()], wit.types, "seed {seed}\n{}", wit.text);
        let lines = wit.text.lines().count();
        assert!(model.functions.iter().all(|function| (1..=lines).contains(&function.place.line)));
        names_are_rust(&model, seed);
    }
}

/// Every name is an identifier, and no two of a scope are the same.
fn names_are_rust(model: &Model, seed: u64) {
    let all = |names: Vec<&String>| {
        for name in &names {
            assert!(syn::parse_str::<syn::Ident>(name).is_ok(), "seed {seed}: {name}");
        }
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "seed {seed}: {names:?}");
    };
    let generated = [model.trait_name.clone(), "Interface".to_owned(), "Caller".to_owned()];
    all(model.types.iter().map(|def| &def.rust_name).chain(&generated).collect());
    all(model.functions.iter().map(|function| &function.rust_name).collect());
    for Function { params, .. } in &model.functions {
        all(params.iter().map(|param| &param.rust_name).collect());
    }
    for def in &model.types {
        match &def.kind {
            TypeKind::Record(fields) => all(fields.iter().map(|field| &field.rust_name).collect()),
            TypeKind::Variant(cases) => all(cases.iter().map(|case| &case.label.rust_name).collect()),
            TypeKind::Enum(labels) | TypeKind::Flags(labels) => {
                all(labels.iter().map(|label| &label.rust_name).collect());
            }
            TypeKind::Alias(_) | TypeKind::Shared { .. } | TypeKind::Resource { .. } => {}
        }
    }
}

#[test]
fn what_is_generated_is_rust() {
    let folder = std::env::temp_dir().join(format!("isorun-macros-random-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for seed in 0..TEXTS {
        let wit = random_wit("test:random", &numbers(seed), false);
        std::fs::write(folder.join("random.wit"), &wit.text).expect("can be written");
        let name = &wit.wire_name;
        let tokens = expand::interface(
            quote!("random.wit", interface = #name),
            quote!(
                pub mod random {}
            ),
            &site(&folder),
        );
        assert_eq!(errors(&tokens), [""; 0], "seed {seed}\n{}", wit.text);

        // The signatures that the macro proposes, taken as a user's, are accepted.
        let model = model_of(&wit);
        let methods = model.functions.iter().map(|function| {
            let signature: TokenStream = signature::rust(&model, function, "random").parse().expect("tokens");
            quote!(#signature { ::core::unreachable!() })
        });
        let trait_name = format_ident!("{}", model.trait_name);
        let block = quote!(impl random::#trait_name for System { #(#methods)* });
        let tokens = expand::system(quote!("random.wit", interface = #name), block, &site(&folder));
        assert_eq!(errors(&tokens), [""; 0], "seed {seed}\n{}", wit.text);
    }
    std::fs::remove_dir_all(&folder).expect("can be removed");
}
