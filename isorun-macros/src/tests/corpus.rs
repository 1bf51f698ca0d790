//! WIT that was not written for these tests: everything plain expands, everything else is refused in words, and isorun reads at run time what
//! the attribute takes.
//!
//! The packages that isorun ships are always read. `ISORUN_WIT_CORPUS=folder` adds a corpus of others: files, and a `manifest.tsv` whose
//! first two columns are the path of each and its class, `core` if its interfaces have nothing but plain values.

use std::io::Write;
use std::path::{Path, PathBuf};

use isorun::wit::Source;
use quote::{format_ident, quote};

use super::{errors, site};
use crate::model::{Function, Label, Model, Options, Type, TypeKind, build};
use crate::site::Site;
use crate::{args, expand, signature, source, text};

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
    let (mut expanded, mut refused, mut alike, mut wrong) = (0, 0, 0, Vec::new());
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
            // What is written in a world has no package, and is not registered.
            if errors.is_empty() && has_functions && name.contains('/') {
                wrong.extend(
                    read_alike(folder, path, &name, &site).err().map(|error| format!("{path} {name}: {error}")),
                );
                alike += 1;
            }
            for error in errors {
                assert!(error.contains("\n --> ") && error.contains("\nhelp: "), "{path} {name}: {error}");
            }
        }
    }
    eprintln!("{expanded} interfaces expanded, {refused} refused, {alike} read alike at run time");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether isorun reads the interface at run time too, with the same functions.
fn read_alike(folder: &Path, path: &str, name: &str, site: &Site) -> Result<(), String> {
    let read = isorun::Interface::from_wit(Source::path(folder.join(path))).map_err(|error| error.to_string())?;
    let found = read.iter().find(|interface| interface.name().to_string() == name);
    let found = found.ok_or_else(|| format!("it was left out: {:?}", read.left_out()))?;
    let args = args::parse(quote!(#path, interface = #name)).map_err(|wrong| wrong.messages().join("\n"))?;
    let source = source::load(&args, &format_ident!("generated"), site).map_err(|wrong| wrong.messages().join("\n"))?;
    let model = build::model(&source, Vec::new(), Options::default());
    let ours: Vec<String> = model.functions.iter().map(|function| structure(&model, function)).collect();
    let theirs: Vec<String> =
        found.functions().iter().map(|function| format!("{}: {function}", function.name())).collect();
    if ours == theirs { Ok(()) } else { Err(format!("the attribute has {ours:#?}, the text {theirs:#?}")) }
}

/// A function as isorun displays it, with the types behind all names.
fn structure(model: &Model, function: &Function) -> String {
    let params = function.params.iter().map(|param| format!("{}: {}", param.wit_name, ty(model, &param.ty)));
    let result = function.result.as_ref().map(|result| format!(" -> {}", ty(model, result))).unwrap_or_default();
    format!("{}: func({}){result}", function.wit_name, text::joined(params))
}

fn ty(model: &Model, written: &Type) -> String {
    let inner = |written: &Type| ty(model, written);
    let labels = |labels: &[Label]| text::joined(labels.iter().map(|label| label.wit_name.as_str()));
    match written {
        Type::List(element) => format!("list<{}>", inner(element)),
        Type::FixedList(element, length) => format!("list<{}, {length}>", inner(element)),
        Type::Map(key, value) => format!("map<{}, {}>", inner(key), inner(value)),
        Type::Option(content) => format!("option<{}>", inner(content)),
        Type::Result(ok, err) => match (ok, err) {
            (None, None) => "result".to_owned(),
            (Some(ok), None) => format!("result<{}>", inner(ok)),
            (None, Some(err)) => format!("result<_, {}>", inner(err)),
            (Some(ok), Some(err)) => format!("result<{}, {}>", inner(ok), inner(err)),
        },
        Type::Tuple(members) => format!("tuple<{}>", text::joined(members.iter().map(inner))),
        Type::Named(index) => match &model.types[*index].kind {
            TypeKind::Record(fields) => {
                let fields = fields.iter().map(|field| format!("{}: {}", field.wit_name, inner(&field.ty)));
                format!("record {{ {} }}", text::joined(fields))
            }
            TypeKind::Variant(cases) => {
                let cases = cases.iter().map(|case| match &case.payload {
                    Some(payload) => format!("{}({})", case.label.wit_name, inner(payload)),
                    None => case.label.wit_name.clone(),
                });
                format!("variant {{ {} }}", text::joined(cases))
            }
            TypeKind::Enum(cases) => format!("enum {{ {} }}", labels(cases)),
            TypeKind::Flags(flags) => format!("flags {{ {} }}", labels(flags)),
            TypeKind::Alias(other) => inner(other),
            other => format!("{other:?}"),
        },
        plain => signature::wit_type(model, plain),
    }
}
