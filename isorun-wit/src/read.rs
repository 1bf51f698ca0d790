//! From WIT files to resolved packages, with mistakes that say what to do.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use wit_parser::{
    PackageId, ParseError, ParseErrorKind, Resolve, ResolveErrorKind, SourceMap, Span, Stability, UnresolvedPackage,
    UnresolvedPackageGroup,
};

use crate::file::WitFile;
use crate::mistake::Mistake;
use crate::nearest::nearest;
use crate::outline::Outline;
use crate::path::{NamedPath, slashed};
use crate::place::{Lines, Place};

/// Whether worlds are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Worlds {
    /// As everything else.
    #[default]
    Kept,
    /// They are passed over with what only they need, and so are comments. Interfaces are the same without them, and a text of a stranger
    /// costs less.
    LeftOut,
}

/// How WIT is to be read.
#[derive(Clone, Debug, Default)]
pub struct Reading<'a> {
    /// The features whose items are included; what is behind others is left out.
    pub features: &'a [String],
    /// Whether worlds are read.
    pub worlds: Worlds,
    /// A package in `deps/` that is resolved although nothing uses it: `wasi:io`, without a version.
    pub wanted: Option<&'a str>,
}

/// Packages with all that they use.
#[derive(Debug)]
pub struct Read {
    /// The packages, as the parser gives them.
    pub resolve: Resolve,
    /// The packages that were meant; the others are those that they use.
    pub packages: Vec<PackageId>,
    /// The files that were needed.
    pub files: Vec<WitFile>,
    /// The names of the worlds of the packages that were meant.
    pub worlds: Vec<String>,
    /// The functions that are left out because of a feature, of interfaces that are not.
    pub gated_functions: Vec<GatedFunction>,
    /// The interfaces that are left out because of a feature.
    pub gated_interfaces: Vec<GatedInterface>,
    lines: HashMap<String, (usize, Lines)>,
}

/// A function that is left out because the feature that it is behind is not asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatedFunction {
    /// `isorun:kv/kv@0.1.0`.
    pub interface: String,
    /// Its name.
    pub function: String,
    /// The feature.
    pub feature: String,
}

/// An interface that is left out because the feature that it is behind is not asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatedInterface {
    /// `isorun:kv/kv@0.1.0`.
    pub name: String,
    /// The feature.
    pub feature: String,
    /// Where it is defined.
    pub place: Place,
}

impl Read {
    /// The place where a span of [`Read::resolve`] begins. A span that is not known has the place `0:0` of no file.
    pub fn place(&self, span: Span) -> Place {
        let Some(found) = self.resolve.source_map.resolve_span(span) else { return Place::default() };
        match self.lines.get(found.path) {
            Some((file, lines)) => lines.place(&self.files[*file], found.range.start),
            None => Place::default(),
        }
    }
}

impl NamedPath {
    /// Reads what the path names, with the packages in `deps/` that it uses. One file of a package may need the others of its folder, which
    /// are then read too.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, as far as it is known.
    pub fn read(&self, reading: &Reading<'_>) -> Result<Read, Vec<Mistake>> {
        let alone = match read(self.files().map_err(|mistake| vec![mistake])?, reading) {
            Ok(read) => return Ok(read),
            Err(alone) => alone,
        };
        match self.files_with_siblings().map_err(|mistake| vec![mistake])? {
            Some(files) => read(files, reading),
            None => Err(alone),
        }
    }
}

/// Parses files, and resolves group 0 with the groups that it uses. Any other group may be broken without harm.
///
/// # Errors
///
/// Everything that is wrong, as far as it is known: the parser stops at the first mistake, what is found before it is told at once.
pub fn read(files: Vec<WitFile>, reading: &Reading<'_>) -> Result<Read, Vec<Mistake>> {
    let outline = Outline::of(&files)?;
    let groups = Groups { files: &files, outline: &outline, worlds: reading.worlds };
    let main = groups.parse(0)?;
    let mut read = Read {
        resolve: Resolve::default(),
        packages: Vec::new(),
        files: Vec::new(),
        worlds: outline.worlds_of(0),
        gated_functions: Vec::new(),
        gated_interfaces: Vec::new(),
        lines: HashMap::new(),
    };
    let main_names: Vec<_> = packages(&main).map(|package| package.name.clone()).collect();
    groups.gated(&main, reading.features, &mut read);

    let mut needed = requirements(&main);
    let is_wanted = |name: &str| Some(name.split('@').next().unwrap_or(name)) == reading.wanted;
    let known = outline.packages.iter().filter(|package| package.group.is_some());
    needed.extend(known.filter(|package| is_wanted(&package.name)).map(|package| package.name.clone()));
    let mut there: HashSet<String> = main_names.iter().map(ToString::to_string).collect();
    let mut used = HashSet::from([0]);
    let mut deps: Vec<UnresolvedPackageGroup> = Vec::new();
    while let Some(name) = needed.pop() {
        if there.contains(&name) {
            continue;
        }
        let group = outline.package_of(&name).and_then(|package| package.group).filter(|group| used.insert(*group));
        let Some(group) = group else { return Err(vec![groups.package_not_found(&name)]) };
        let parsed = groups.parse(group)?;
        there.extend(packages(&parsed).map(|package| package.name.to_string()));
        needed.extend(requirements(&parsed));
        groups.gated(&parsed, reading.features, &mut read);
        if !there.contains(&name) {
            return Err(vec![groups.package_not_found(&name)]);
        }
        deps.push(parsed);
    }

    read.resolve.features.extend(reading.features.iter().cloned());
    if let Err(error) = read.resolve.push_groups(main, deps) {
        return Err(vec![groups.unresolved(&read.resolve.source_map, error.kind())]);
    }
    read.packages = main_names.iter().filter_map(|name| read.resolve.package_names.get(name).copied()).collect();
    drop(outline);
    read.files = files.into_iter().filter(|file| used.contains(&file.group)).collect();
    read.lines =
        read.files.iter().enumerate().map(|(index, file)| (file.path.clone(), (index, Lines::default()))).collect();
    Ok(read)
}

/// The files, and what is known of them.
struct Groups<'a> {
    files: &'a [WitFile],
    outline: &'a Outline<'a>,
    worlds: Worlds,
}

impl Groups<'_> {
    /// Parses the files of one group, which are one package.
    fn parse(&self, group: usize) -> Result<UnresolvedPackageGroup, Vec<Mistake>> {
        let mistakes = self.outline.mistakes(group);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let mut map = SourceMap::new();
        for (index, file) in self.files.iter().enumerate().filter(|(_, file)| file.group == group) {
            map.push_str(&file.path, self.outline.stripped(index, self.worlds == Worlds::Kept));
        }
        map.parse().map_err(|(map, error): (SourceMap, ParseError)| {
            let mut mistake = Mistake::new(first_line(&error.kind().to_string()));
            mistake.places.extend(self.place(&map, error.kind().span()));
            mistake.help = what_to_do(error.kind()).map(str::to_owned);
            if let Some(keyword) = keyword(error.kind()) {
                mistake.help = Some(format!("a name that is a keyword of WIT is written `%{keyword}`"));
            }
            vec![mistake]
        })
    }

    /// The place where a span of `map` begins, if it is known.
    fn place(&self, map: &SourceMap, span: Span) -> Option<Place> {
        let found = map.resolve_span(span)?;
        let file = self.files.iter().position(|file| file.path == found.path)?;
        Some(self.outline.place_in(file, found.range.start))
    }

    /// Notes what of a group is left out because of features.
    fn gated(&self, group: &UnresolvedPackageGroup, features: &[String], read: &mut Read) {
        let missing = |stability: &Stability| match stability {
            Stability::Unstable { feature, .. } if !features.contains(feature) => Some(feature.clone()),
            _ => None,
        };
        for (package, interface) in
            packages(group).flat_map(|package| package.interfaces.iter().map(move |(_, i)| (package, i)))
        {
            let Some(name) = &interface.name else { continue };
            if let Some(feature) = missing(&interface.stability) {
                let place = self.place(&group.source_map, interface.span).unwrap_or_default();
                read.gated_interfaces.push(GatedInterface { name: package.name.interface_id(name), feature, place });
                continue;
            }
            for function in interface.functions.values() {
                if let Some(feature) = missing(&function.stability) {
                    let (interface, function) = (package.name.interface_id(name), function.name.clone());
                    read.gated_functions.push(GatedFunction { interface, function, feature });
                }
            }
        }
    }

    /// What the parser found wrong between packages.
    fn unresolved(&self, map: &SourceMap, error: &ResolveErrorKind) -> Mistake {
        let text = first_line(&error.to_string());
        let (message, help) = match error {
            ResolveErrorKind::PackageNotFound { requested, .. } => {
                return self.package_not_found(&requested.to_string());
            }
            ResolveErrorKind::DuplicatePackage { name, .. } => {
                (format!("the package `{name}` is there twice"), Some("leave one of them"))
            }
            ResolveErrorKind::PackageCycle { package, .. } => (
                format!("the package `{package}` uses itself, directly or by way of others"),
                Some("move what both sides need into a package of its own"),
            ),
            _ if text.contains("excluded due to its feature") => (
                "this refers to an item behind a feature that is not enabled".to_owned(),
                Some("enable the feature, or put what refers to it behind the same `@unstable(feature = ..)`"),
            ),
            _ if text.contains("so it must have a version") => {
                (text, Some("give the package a version, as in `package a:b@1.0.0;`, or remove `@since`"))
            }
            _ if text.contains("unreleased version") => {
                (text, Some("give the package this version, or correct the one in `@since`"))
            }
            _ => (text, None),
        };
        let mut mistake = Mistake::new(message);
        mistake.places.extend(self.place(map, error.span()));
        if let ResolveErrorKind::DuplicatePackage { span2, .. } = error {
            mistake.places.extend(self.place(map, *span2));
        }
        mistake.help = help.map(str::to_owned);
        mistake
    }

    fn package_not_found(&self, name: &str) -> Mistake {
        let mention = self.outline.package_of(name).map(|package| self.outline.place(package.at));
        let is_text = self.files.first().is_none_or(|file| file.path.is_empty());
        let mut mistake = Mistake::new(match is_text {
            true => format!("package `{name}` is not in the text"),
            false => format!("the package `{name}` is not found"),
        });
        mistake.places.extend(mention);
        let known = self.outline.packages.iter().filter(|package| package.group.is_some());
        let near = nearest(name, known.map(|package| package.name.as_str()));
        let folder = self.files.first().map(|file| Path::new(&file.path).parent().map(slashed).unwrap_or_default());
        let deps = match folder.as_deref() {
            Some("") | None => "deps/".to_owned(),
            Some(folder) => format!("{folder}/deps/"),
        };
        mistake.help(match (is_text, near) {
            (true, Some(near)) => {
                format!("the text has `{near}`; did you mean that? Otherwise nest it: `package {name} {{ … }}`")
            }
            (true, None) => format!("nest it: `package {name} {{ … }}`"),
            (false, Some(near)) => format!("`{deps}` has `{near}`; did you mean that?"),
            (false, None) => format!("put it into `{deps}`, as a `.wit` file or a folder of them"),
        })
    }
}

fn packages(group: &UnresolvedPackageGroup) -> impl Iterator<Item = &UnresolvedPackage> {
    std::iter::once(&group.main).chain(&group.nested)
}

/// The packages that a group uses.
fn requirements(group: &UnresolvedPackageGroup) -> Vec<String> {
    packages(group).flat_map(|package| package.foreign_deps.keys().map(ToString::to_string)).collect()
}

/// The parser's message without the hints in its other lines, which do not fit in here.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// The keyword that stands where a name is expected.
fn keyword(error: &ParseErrorKind) -> Option<String> {
    let text = error.to_string();
    let keyword = text.strip_prefix("expected an identifier or string, found keyword ")?;
    Some(keyword.trim_matches('`').to_owned())
}

/// What to do about a mistake that the parser found, where that is known.
fn what_to_do(error: &ParseErrorKind) -> Option<&'static str> {
    let text = error.to_string();
    if text.contains("does not match previous package name") {
        return Some("the files of a folder are one package: name one file, or move the other package into `deps/`");
    }
    if text.contains("no `package` header") {
        return Some("begin with `package namespace:name@1.0.0;`");
    }
    if text.contains("invalid character in identifier") {
        return Some("a name is words of letters and digits with `-` between them, each word in one case: `get-it`");
    }
    match error {
        ParseErrorKind::ItemNotFound { hint: None, .. } => {
            Some("define it in this interface, or `use` it from the one that has it")
        }
        ParseErrorKind::TypeCycle { .. } => {
            Some("a type cannot contain itself: refer to the inner value by an index or a name")
        }
        _ => None,
    }
}
