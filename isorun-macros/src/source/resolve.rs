//! Parsing and resolving WIT text, with errors that say what to do.

use std::path::Path;

use proc_macro2::TokenStream;
use wit_bindgen_core::wit_parser::{
    PackageId, PackageName, ParseError, ParseErrorKind, Resolve, ResolveErrorKind, SourceMap, UnresolvedPackage,
    UnresolvedPackageGroup,
};

use super::path::slashed;
use super::place;
use crate::diagnostics::{Diagnostic, Diagnostics, Place};
use crate::nearest::nearest;
use crate::wit_file::WitFile;

/// The packages that the attribute names, with all that they use.
pub(super) struct Resolved {
    pub(super) resolve: Resolve,
    /// The packages that the attribute names; the others are their dependencies.
    pub(super) packages: Vec<PackageId>,
    /// The files that were needed.
    pub(super) files: Vec<WitFile>,
}

/// Parses all files, and resolves group 0 with the groups that it uses.
///
/// The package of the interface `wanted` is resolved too, since an attribute may choose an interface of a dependency. Any other
/// package in `deps/` may be broken without harm.
pub(super) fn resolve(
    files: Vec<WitFile>,
    features: &[String],
    wanted: Option<&syn::LitStr>,
    blame: &TokenStream,
) -> Result<Resolved, Diagnostics> {
    let last = files.iter().map(|file| file.group).max().unwrap_or_default();
    let mut groups: Vec<Option<Result<UnresolvedPackageGroup, Diagnostics>>> =
        (0..=last).map(|group| Some(parse(&files, group, blame))).collect();
    let main = match groups[0].take() {
        Some(main) => main?,
        None => return Err(Diagnostic::new(blame, "there is no WIT to read").into()),
    };
    let main_names: Vec<PackageName> = packages(&main).map(|package| package.name.clone()).collect();

    let mut needed = requirements(&main);
    if let Some((package, _)) =
        wanted.and_then(|wanted| wanted.value().split_once('/').map(|(p, i)| (p.to_owned(), i.to_owned())))
    {
        let known = groups.iter().flatten().flatten().flat_map(packages);
        needed.extend(known.filter(|known| package == without_version(&known.name)).map(|known| known.name.clone()));
    }
    let mut deps: Vec<UnresolvedPackageGroup> = Vec::new();
    let mut used = vec![0];
    while let Some(name) = needed.pop() {
        if main_names.contains(&name) || deps.iter().flat_map(packages).any(|package| package.name == name) {
            continue;
        }
        let found =
            groups.iter().position(|group| matches!(group, Some(Ok(group)) if packages(group).any(|p| p.name == name)));
        match found.and_then(|index| Some((index, groups[index].take()?.ok()?))) {
            Some((index, group)) => {
                needed.extend(requirements(&group));
                used.push(index);
                deps.push(group);
            }
            None => return Err(package_not_found(&name, &groups, &files, blame).into()),
        }
    }

    let mut resolve = Resolve::default();
    resolve.features.extend(features.iter().cloned());
    if let Err(error) = resolve.push_groups(main, deps) {
        let wrong = match error.kind() {
            ResolveErrorKind::DuplicatePackage { name, .. } => format!("the package `{name}` is there twice"),
            kind => kind.to_string(),
        };
        let mut diagnostic =
            Diagnostic::new(blame, wrong).place(&place::of_span(&resolve.source_map, error.kind().span()));
        if let ResolveErrorKind::DuplicatePackage { span2, .. } = error.kind() {
            diagnostic = diagnostic.place(&place::of_span(&resolve.source_map, *span2));
        }
        return Err(diagnostic.into());
    }
    let packages = main_names.iter().filter_map(|name| resolve.package_names.get(name).copied()).collect();
    let files = files.into_iter().filter(|file| used.contains(&file.group)).collect();
    Ok(Resolved { resolve, packages, files })
}

/// Parses the files of one group, which are one package.
fn parse(files: &[WitFile], group: usize, blame: &TokenStream) -> Result<UnresolvedPackageGroup, Diagnostics> {
    let mut map = SourceMap::new();
    for file in files.iter().filter(|file| file.group == group) {
        map.push_str(&file.path, file.text.as_str());
    }
    map.parse().map_err(|(map, error): (SourceMap, ParseError)| {
        let wrong = error.kind().to_string();
        let mut diagnostic = Diagnostic::new(blame, &wrong);
        if error.kind().span().is_known() {
            diagnostic = diagnostic.place(&place::of_span(&map, error.kind().span()));
        }
        match what_to_do(error.kind()) {
            Some(help) => diagnostic.help(help).into(),
            None => diagnostic.into(),
        }
    })
}

/// What the user can do about an error of `wit-parser`, where that is known.
fn what_to_do(error: &ParseErrorKind) -> Option<String> {
    let text = error.to_string();
    if let Some(keyword) = text.strip_prefix("expected an identifier or string, found keyword ") {
        return Some(format!("a name that is a keyword of WIT is written `%{}`", keyword.trim_matches('`')));
    }
    if text.contains("does not match previous package name") {
        return Some(
            "the files of a folder are one package: name one file, or move the other package into `deps/`".to_owned(),
        );
    }
    match error {
        ParseErrorKind::ItemNotFound { hint: None, .. } => {
            Some("define it in this interface, or `use` it from the one that has it".to_owned())
        }
        ParseErrorKind::TypeCycle { .. } => {
            Some("a type cannot contain itself: refer to the inner value by an index or a name".to_owned())
        }
        _ => None,
    }
}

fn packages(group: &UnresolvedPackageGroup) -> impl Iterator<Item = &UnresolvedPackage> {
    std::iter::once(&group.main).chain(&group.nested)
}

/// The packages that a group uses.
fn requirements(group: &UnresolvedPackageGroup) -> Vec<PackageName> {
    packages(group).flat_map(|package| package.foreign_deps.keys().cloned()).collect()
}

fn without_version(name: &PackageName) -> String {
    format!("{}:{}", name.namespace, name.name)
}

fn package_not_found(
    name: &PackageName,
    groups: &[Option<Result<UnresolvedPackageGroup, Diagnostics>>],
    files: &[WitFile],
    blame: &TokenStream,
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(blame, format!("the package `{name}` is not found"));
    if let Some(place) = first_mention(&without_version(name), files) {
        diagnostic = diagnostic.place(&place);
    }
    // A package in `deps/` that does not parse may well be the one that is missing.
    if let Some(broken) = groups.iter().flatten().find_map(|group| group.as_ref().err()) {
        diagnostic = diagnostic.note(format!(
            "note: a package in `deps/` cannot be read: {}",
            broken.messages().join("\n").replace('\n', "\n  ")
        ));
    }
    let known: Vec<String> =
        groups.iter().flatten().flatten().flat_map(packages).map(|package| package.name.to_string()).collect();
    let folder =
        files.first().map(|file| Path::new(&file.path).parent().map(slashed).unwrap_or_default()).unwrap_or_default();
    let deps = if folder.is_empty() { "deps/".to_owned() } else { format!("{folder}/deps/") };
    match nearest(&name.to_string(), known.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("`{deps}` has `{near}`; did you mean that?")),
        None => diagnostic.help(format!("put it into `{deps}`, as a `.wit` file or a folder of them")),
    }
}

/// The first place of a text outside of comment lines.
fn first_mention(text: &str, files: &[WitFile]) -> Option<Place> {
    files.iter().find_map(|file| {
        let (line, column) = file.text.lines().enumerate().find_map(|(number, line)| {
            let column = line.find(text).filter(|_| !line.trim_start().starts_with("//"))?;
            Some((number + 1, column + 1))
        })?;
        Some(Place { file: file.path.clone(), line, column })
    })
}
