//! Which WIT the attribute names, read and resolved. The only module that touches the file system.

use std::path::{Path, PathBuf};

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use wit_bindgen_core::wit_parser::{
    InterfaceId, PackageId, PackageName, ParseError, ParseErrorKind, Resolve, ResolveErrorKind, SourceMap, Span,
    UnresolvedPackage, UnresolvedPackageGroup, WorldItem, WorldKey,
};

use crate::args::Args;
use crate::diagnostics::{Diagnostic, Diagnostics, Place};
use crate::expand::Site;
use crate::names;
use crate::nearest::nearest;

/// A resolved package, the interface that is meant, and the files that were read.
pub(crate) struct Source {
    pub(crate) resolve: Resolve,
    pub(crate) interface: InterfaceId,
    /// `isorun:kv/kv@0.1.0`.
    pub(crate) wire_name: String,
    pub(crate) files: Vec<File>,
}

/// One WIT file, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Relative to the crate, with `/`: what diagnostics and docs show.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Files of one group are one package: 0 is the one that the attribute names, the others are its dependencies.
    pub(crate) group: usize,
}

impl Source {
    /// Where a span begins.
    pub(crate) fn place(&self, span: Span) -> Place {
        place(&self.resolve.source_map, span)
    }
}

/// Reads what `#[isorun::interface("PATH", ..)] mod module {}` names.
pub(crate) fn load(args: &Args, module: &Ident, site: &Site) -> Result<Source, Diagnostics> {
    let blame = args.path.to_token_stream();
    let path = match &args.path {
        Some(path) => Named::by_path(&path.value(), site, &blame)?,
        None => Named::by_module(module, site, &blame)?,
    };
    let features: Vec<String> = args.features.iter().map(syn::LitStr::value).collect();
    let files = path.read(site, &blame)?;
    let source = match resolve(files, &features, args.interface.as_ref(), &blame) {
        Ok(source) => source,
        Err(alone) => {
            let siblings = path.read_with_siblings(site, &blame)?;
            match siblings {
                Some(files) => resolve(files, &features, args.interface.as_ref(), &blame)?,
                None => return Err(alone),
            }
        }
    };
    for feature in &args.features {
        if !source.files.iter().any(|file| file.text.contains(&feature.value())) {
            let place = format!("nothing in `{}` is behind the feature `{}`", path.shown, feature.value());
            return Err(Diagnostic::new(feature, place)
                .help("remove it from `features(..)`, or correct its name")
                .into());
        }
    }
    let (interface, wire_name) = select(&source, args, module, &path.shown, &blame)?;
    Ok(Source { resolve: source.resolve, interface, wire_name, files: source.files })
}

/// The same from texts that were read before, by the expansion of the module: nothing in them can be wrong any more.
pub(crate) fn load_again(files: Vec<File>, features: &[String], wire_name: &str) -> Result<Source, Diagnostics> {
    let blame = TokenStream::new();
    let name = syn::LitStr::new(wire_name, proc_macro2::Span::call_site());
    let Resolved { resolve, packages, files } = resolve(files, features, Some(&name), &blame)?;
    let found = candidates(&resolve, &packages, true).into_iter().find(|candidate| candidate.wire_name == wire_name);
    match found {
        Some(candidate) => Ok(Source { resolve, interface: candidate.id, wire_name: candidate.wire_name, files }),
        None => Err(Diagnostic::new(&blame, format!("the module of this trait was not generated from `{wire_name}`"))
            .help("rebuild the crate that has the module")
            .into()),
    }
}

/// What a path names: a file or a folder.
struct Named {
    /// As the user wrote it, or as the module's name says.
    shown: String,
    is_folder: bool,
}

impl Named {
    fn by_path(path: &str, site: &Site, blame: &TokenStream) -> Result<Self, Diagnostics> {
        let shown = path.trim_end_matches('/').to_owned();
        let full = site.root.join(&shown);
        if full.is_dir() {
            return Ok(Self { shown, is_folder: true });
        }
        if full.is_file() && shown.ends_with(".wit") {
            return Ok(Self { shown, is_folder: false });
        }
        if full.is_file() {
            return Err(Diagnostic::new(blame, format!("`{shown}` is no WIT file"))
                .help("name a `.wit` file or a folder of them; `wasm-tools component wit` prints a binary package as text")
                .into());
        }
        let missing = Diagnostic::new(blame, format!("there is no `{shown}`"));
        let parent = Path::new(&shown).parent().map(Path::to_path_buf).unwrap_or_default();
        let neighbours: Vec<String> = entries(&site.root.join(&parent))
            .into_iter()
            .filter(|entry| entry.is_dir() || entry.extension().is_some_and(|extension| extension == "wit"))
            .filter_map(|entry| Some(slashed(&parent.join(entry.file_name()?))))
            .collect();
        Err(match nearest(&shown, neighbours.iter().map(String::as_str)) {
            Some(near) => missing.help(format!("did you mean `{near}`?")),
            None => missing.help("the path is relative to the folder of the crate's `Cargo.toml`"),
        }
        .into())
    }

    fn by_module(module: &Ident, site: &Site, blame: &TokenStream) -> Result<Self, Diagnostics> {
        let kebab = names::kebab_of(&module.to_string());
        let snake = kebab.replace('-', "_");
        for name in [&snake, &kebab] {
            for (shown, is_folder) in [(format!("wit/{name}.wit"), false), (format!("wit/{name}"), true)] {
                let full = site.root.join(&shown);
                if if is_folder { full.is_dir() } else { full.is_file() } {
                    return Ok(Self { shown, is_folder });
                }
            }
        }
        Err(Diagnostic::new(blame, format!("there is no `wit/{snake}.wit` and no folder `wit/{snake}/`"))
            .help("without a path the module's name says which WIT is meant: write `(\"path/of.wit\")`, relative to the folder of the crate's `Cargo.toml`")
            .into())
    }

    /// The folder that `deps/` and the other files of the package are in.
    fn folder(&self) -> PathBuf {
        let path = Path::new(&self.shown);
        if self.is_folder { path.to_path_buf() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() }
    }

    /// The package and everything in `deps/`.
    fn read(&self, site: &Site, blame: &TokenStream) -> Result<Vec<File>, Diagnostics> {
        let main = if self.is_folder { wit_files(&site.root, &self.folder()) } else { vec![self.shown.clone()] };
        if main.is_empty() {
            return Err(Diagnostic::new(blame, format!("there is no `.wit` file in the folder `{}`", self.shown))
                .help("name the folder that has the files of the package itself")
                .into());
        }
        read_all(main, &self.folder(), site, blame)
    }

    /// The same with the other files of the package that a file belongs to; `None` if there are none.
    fn read_with_siblings(&self, site: &Site, blame: &TokenStream) -> Result<Option<Vec<File>>, Diagnostics> {
        if self.is_folder {
            return Ok(None);
        }
        let package = |path: &String| package_of(&std::fs::read_to_string(site.root.join(path)).unwrap_or_default());
        let own = package(&self.shown);
        let mut main = vec![self.shown.clone()];
        main.extend(wit_files(&site.root, &self.folder()).into_iter().filter(|path| {
            let other = package(path);
            *path != self.shown && (own.is_none() || other.is_none() || own == other)
        }));
        if main.len() == 1 {
            return Ok(None);
        }
        main.sort();
        read_all(main, &self.folder(), site, blame).map(Some)
    }
}

fn read_all(main: Vec<String>, folder: &Path, site: &Site, blame: &TokenStream) -> Result<Vec<File>, Diagnostics> {
    let mut groups = vec![main];
    let deps = folder.join("deps");
    for entry in entries(&site.root.join(&deps)) {
        let Some(name) = entry.file_name() else { continue };
        let shown = deps.join(name);
        if entry.is_dir() {
            groups.push(wit_files(&site.root, &shown));
        } else if entry.extension().is_some_and(|extension| extension == "wit") {
            groups.push(vec![slashed(&shown)]);
        }
    }
    let mut files = Vec::new();
    for (group, paths) in groups.into_iter().enumerate() {
        for path in paths {
            let text = std::fs::read_to_string(site.root.join(&path))
                .map_err(|error| Diagnostic::new(blame, format!("cannot read `{path}`: {error}")))?;
            files.push(File { path, text, group });
        }
    }
    Ok(files)
}

/// The entries of a folder, sorted, so that every machine reads them in the same order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}

/// The `.wit` files of a folder, relative to the crate.
fn wit_files(root: &Path, folder: &Path) -> Vec<String> {
    entries(&root.join(folder))
        .into_iter()
        .filter(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "wit"))
        .filter_map(|path| Some(slashed(&folder.join(path.file_name()?))))
        .collect()
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// What stands between `package` and `;` at the top of a file.
fn package_of(text: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("//") {
            rest = rest.split_once('\n')?.1;
        } else if rest.starts_with("/*") {
            rest = rest.split_once("*/")?.1;
        } else {
            return Some(rest.strip_prefix("package ")?.split_once([';', '{'])?.0.split_whitespace().collect());
        }
    }
}

struct Resolved {
    resolve: Resolve,
    /// The packages of group 0.
    packages: Vec<PackageId>,
    /// Those that were needed.
    files: Vec<File>,
}

/// Parses the groups, picks those that the first one needs, and resolves them.
fn resolve(
    files: Vec<File>,
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
        let mut diagnostic = Diagnostic::new(blame, wrong).place(&place(&resolve.source_map, error.kind().span()));
        if let ResolveErrorKind::DuplicatePackage { span2, .. } = error.kind() {
            diagnostic = diagnostic.place(&place(&resolve.source_map, *span2));
        }
        return Err(diagnostic.into());
    }
    let packages = main_names.iter().filter_map(|name| resolve.package_names.get(name).copied()).collect();
    let files = files.into_iter().filter(|file| used.contains(&file.group)).collect();
    Ok(Resolved { resolve, packages, files })
}

fn parse(files: &[File], group: usize, blame: &TokenStream) -> Result<UnresolvedPackageGroup, Diagnostics> {
    let mut map = SourceMap::new();
    for file in files.iter().filter(|file| file.group == group) {
        map.push_str(&file.path, file.text.as_str());
    }
    map.parse().map_err(|(map, error): (SourceMap, ParseError)| {
        let wrong = error.kind().to_string();
        let mut diagnostic = Diagnostic::new(blame, &wrong);
        if error.kind().span().is_known() {
            diagnostic = diagnostic.place(&place(&map, error.kind().span()));
        }
        match what_to_do(error.kind()) {
            Some(help) => diagnostic.help(help).into(),
            None => diagnostic.into(),
        }
    })
}

/// What to do about an error of `wit-parser`'s, where that is known.
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
            Some("no value of such a type has an end: refer to the inner one by an index".to_owned())
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
    files: &[File],
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

/// Where a text stands first outside of a comment line.
fn first_mention(text: &str, files: &[File]) -> Option<Place> {
    files.iter().find_map(|file| {
        let (line, column) = file.text.lines().enumerate().find_map(|(number, line)| {
            let column = line.find(text).filter(|_| !line.trim_start().starts_with("//"))?;
            Some((number + 1, column + 1))
        })?;
        Some(Place { file: file.path.clone(), line, column })
    })
}

struct Candidate {
    id: InterfaceId,
    wire_name: String,
    name: String,
}

/// The interfaces to choose from: those of `packages`, or of all of them, and the ones that are written inside worlds.
fn candidates(resolve: &Resolve, packages: &[PackageId], all: bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (package, item) in resolve.packages.iter().filter(|(package, _)| all || packages.contains(package)) {
        for (name, id) in &item.interfaces {
            found.push(Candidate { id: *id, wire_name: item.name.interface_id(name), name: name.clone() });
        }
        if !packages.contains(&package) {
            continue;
        }
        for world in item.worlds.values().map(|world| &resolve.worlds[*world]) {
            for (key, item) in world.imports.iter().chain(&world.exports) {
                if let (WorldKey::Name(name), WorldItem::Interface { id, .. }) = (key, item)
                    && resolve.interfaces[*id].name.is_none()
                    && !found.iter().any(|candidate| candidate.wire_name == *name)
                {
                    found.push(Candidate { id: *id, wire_name: name.clone(), name: name.clone() });
                }
            }
        }
    }
    found
}

/// Chooses the interface: the one that is named, else the one that is called like the module, else the only one.
fn select(
    source: &Resolved,
    args: &Args,
    module: &Ident,
    shown: &str,
    blame: &TokenStream,
) -> Result<(InterfaceId, String), Diagnostics> {
    let mut own = candidates(&source.resolve, &source.packages, false);
    // Who names one file of a package means an interface of that file.
    let is_there = |candidate: &Candidate| {
        place(&source.resolve.source_map, source.resolve.interfaces[candidate.id].span).file == shown
    };
    if own.iter().any(is_there) {
        own.retain(is_there);
    }
    if let Some(wanted) = &args.interface {
        let name = wanted.value();
        let all = candidates(&source.resolve, &source.packages, true);
        let fits = |candidate: &&Candidate| {
            candidate.wire_name == name
                || candidate.wire_name.split('@').next() == Some(&name)
                || candidate.name == name
        };
        let exact: Vec<&Candidate> = all.iter().filter(|candidate| candidate.wire_name == name).collect();
        let mut found = if exact.is_empty() { own.iter().filter(fits).collect() } else { exact };
        if found.is_empty() {
            found = all.iter().filter(fits).collect();
        }
        return match found.as_slice() {
            [one] => Ok((one.id, one.wire_name.clone())),
            [] => {
                let none = Diagnostic::new(wanted, format!("`{shown}` has no interface `{name}`"));
                let known = all.iter().flat_map(|candidate| [candidate.wire_name.as_str(), candidate.name.as_str()]);
                Err(match nearest(&name, known) {
                    Some(near) => none.help(format!("did you mean `{near}`?")),
                    None => none.help(listed(&own)),
                }
                .into())
            }
            several => Err(Diagnostic::new(wanted, format!("`{name}` may mean {} interfaces", several.len()))
                .help(listed(several.iter().copied()))
                .into()),
        };
    }
    let kebab = names::kebab_of(&module.to_string());
    let named: Vec<&Candidate> = own.iter().filter(|candidate| candidate.name.eq_ignore_ascii_case(&kebab)).collect();
    match (named.as_slice(), own.as_slice()) {
        ([one], _) => Ok((one.id, one.wire_name.clone())),
        ([], [one]) => Ok((one.id, one.wire_name.clone())),
        ([], []) => Err(Diagnostic::new(blame, format!("`{shown}` has no interface"))
            .help("functions belong into an `interface`; a `world` alone, or what is behind `@unstable`, is not enough")
            .into()),
        _ => Err(Diagnostic::new(
            blame,
            format!("`{shown}` has {} interfaces, and none of them alone is called `{kebab}`", own.len()),
        )
        .help(listed(&own))
        .into()),
    }
}

fn listed<'a>(candidates: impl IntoIterator<Item = &'a Candidate>) -> String {
    let names: Vec<String> = candidates.into_iter().map(|candidate| format!("\"{}\"", candidate.wire_name)).collect();
    match names.as_slice() {
        [] => "it has none".to_owned(),
        [only] => format!("write `interface = {only}`"),
        several => format!("write `interface = ..` with one of {}", several.join(", ")),
    }
}

/// Where a span begins.
fn place(map: &SourceMap, span: Span) -> Place {
    let rendered = if span.is_known() { map.render_location(span) } else { String::new() };
    let mut parts = rendered.rsplitn(3, ':');
    let column = parts.next().and_then(|column| column.parse().ok()).unwrap_or_default();
    let line = parts.next().and_then(|line| line.parse().ok()).unwrap_or_default();
    Place { file: parts.next().unwrap_or_default().to_owned(), line, column }
}

/// The wire names of all interfaces that a path gives to choose from, each with whether it has functions.
#[cfg(test)]
pub(crate) fn interfaces(path: &str, site: &Site) -> Result<Vec<(String, bool)>, Diagnostics> {
    let blame = TokenStream::new();
    let files = Named::by_path(path, site, &blame)?.read(site, &blame)?;
    let source = resolve(files, &[], None, &blame)?;
    let has_functions = |id| !source.resolve.interfaces[id].functions.is_empty();
    let found = candidates(&source.resolve, &source.packages, false);
    Ok(found.into_iter().map(|candidate| (candidate.wire_name, has_functions(candidate.id))).collect())
}
