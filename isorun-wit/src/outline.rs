//! What WIT defines and what refers to what, found without recursion and before anything is resolved.
//!
//! # Invariants
//!
//! * Time and memory grow with the text alone.
//! * Of a text that `wit-parser` accepts nothing is missed: every definition, every reference, every attribute. Of other texts anything
//!   may be missed, since the parser refuses them before it follows a name.

mod bounds;
mod names;
mod scan;
pub(crate) mod token;

use std::collections::HashMap;
use std::ops::Range;

use crate::file::WitFile;
use crate::mistake::Mistake;
use crate::place::{Lines, Place};

pub(crate) use bounds::MAX_TEXT;

/// Most mistakes that are collected: nobody reads on through more.
const MAX_MISTAKES: usize = 1000;

/// Where something stands in the files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    file: u32,
    start: u32,
    end: u32,
}

/// A name, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'t> {
    text: &'t str,
    at: Spot,
}

/// What a path names: `types`, or `wasi:io/streams@0.2.0`.
#[derive(Clone, Copy, Debug)]
struct UsePath<'t> {
    /// The index of its package; `None` means the package in which it is written.
    package: Option<u32>,
    name: Named<'t>,
}

/// A package that is defined or mentioned.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// `wasi:io@0.2.0`.
    pub(crate) name: String,
    /// The group that defines it; `None` if it is only mentioned.
    pub(crate) group: Option<usize>,
    /// Where its name stands first.
    pub(crate) at: Spot,
}

/// What stands in one file, or in the braces of one nested package: names of `use` mean something in it alone.
#[derive(Debug)]
struct List<'t> {
    group: usize,
    /// The package, if it is nested; the files of a group are one package, which only one of them must name.
    package: Option<u32>,
    aliases: Vec<Alias<'t>>,
}

/// `use path as name;` outside of interfaces and worlds.
#[derive(Debug)]
struct Alias<'t> {
    name: &'t str,
    path: UsePath<'t>,
    /// The whole statement.
    range: Range<usize>,
    file: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HolderKind {
    Interface,
    World,
    /// An interface that is written in a world.
    Inline,
}

/// What holds types: an interface or a world.
#[derive(Debug)]
struct Holder<'t> {
    kind: HolderKind,
    name: Named<'t>,
    list: u32,
    /// From its first attribute to its closing brace.
    range: Range<usize>,
    /// The interfaces and worlds that it uses, includes, imports or exports.
    refers: Vec<UsePath<'t>>,
    /// How many items it has.
    items: u32,
    /// How often each of these worlds is included.
    includes: Vec<UsePath<'t>>,
}

/// A type with a name.
#[derive(Debug)]
struct Type<'t> {
    holder: u32,
    name: Named<'t>,
    /// How deep types are nested in its definition.
    nesting: u32,
    source: Source<'t>,
}

#[derive(Debug)]
enum Source<'t> {
    /// It is defined here, out of these words, some of which are types.
    Defined(Vec<&'t str>),
    /// It is this type of another interface.
    Used(UsePath<'t>, &'t str),
}

/// An attribute whose text is of no use to who needs no docs.
#[derive(Debug)]
struct ExternalId {
    file: u32,
    range: Range<usize>,
}

/// Everything that is defined in some files.
#[derive(Debug)]
pub(crate) struct Outline<'t> {
    files: &'t [WitFile],
    lines: Vec<Lines>,
    pub(crate) packages: Vec<Package>,
    by_name: HashMap<String, u32>,
    /// The package of each group, where one of its files names it.
    main: Vec<Option<u32>>,
    lists: Vec<List<'t>>,
    holders: Vec<Holder<'t>>,
    types: Vec<Type<'t>>,
    external_ids: Vec<ExternalId>,
    words: usize,
    /// What is wrong, by group.
    mistakes: Vec<Vec<(Spot, Mistake)>>,
}

impl<'t> Outline<'t> {
    /// Reads the files. Those of all groups together must keep to the bounds.
    ///
    /// # Errors
    ///
    /// The mistake by which the files together are too large or too deep. What is wrong in one group is told by [`Outline::mistakes`].
    pub(crate) fn of(files: &'t [WitFile]) -> Result<Outline<'t>, Vec<Mistake>> {
        let groups = files.iter().map(|file| file.group + 1).max().unwrap_or_default();
        let mut outline = Outline {
            files,
            lines: files.iter().map(|_| Lines::default()).collect(),
            packages: Vec::new(),
            by_name: HashMap::new(),
            main: vec![None; groups],
            lists: Vec::new(),
            holders: Vec::new(),
            types: Vec::new(),
            external_ids: Vec::new(),
            words: 0,
            mistakes: (0..groups).map(|_| Vec::new()).collect(),
        };
        bounds::texts(files)?;
        for (index, file) in files.iter().enumerate() {
            scan::file(&mut outline, index as u32, file).map_err(|mistake| vec![*mistake])?;
        }
        names::interfaces(&mut outline);
        bounds::chains(&outline)?;
        Ok(outline)
    }

    pub(crate) fn place(&self, spot: Spot) -> Place {
        self.place_in(spot.file as usize, spot.start as usize)
    }

    /// The place of a byte of a file.
    pub(crate) fn place_in(&self, file: usize, byte: usize) -> Place {
        match (self.files.get(file), self.lines.get(file)) {
            (Some(file), Some(lines)) => lines.place(file, byte),
            _ => Place::default(),
        }
    }

    fn group_of(&self, file: u32) -> usize {
        self.files.get(file as usize).map_or(0, |file| file.group)
    }

    /// Notes a mistake, with its place and that of what it is about.
    fn wrong(&mut self, at: Spot, other: Option<Spot>, mistake: Mistake) {
        let group = self.group_of(at.file);
        if self.mistakes[group].len() < MAX_MISTAKES {
            let mut mistake = mistake.at(self.place(at));
            mistake.places.extend(other.map(|other| self.place(other)));
            self.mistakes[group].push((at, mistake));
        }
    }

    /// What is wrong in a group, in the order of its files.
    pub(crate) fn mistakes(&self, group: usize) -> Vec<Mistake> {
        let mut found = self.mistakes.get(group).cloned().unwrap_or_default();
        found.sort_by_key(|(at, _)| (at.file, at.start));
        found.into_iter().map(|(_, mistake)| mistake).collect()
    }

    /// The index of a package, which gets one when it is first mentioned.
    fn package(&mut self, name: String, at: Spot) -> u32 {
        let next = self.packages.len() as u32;
        let index = *self.by_name.entry(name.clone()).or_insert(next);
        if index == next {
            self.packages.push(Package { name, group: None, at });
        }
        index
    }

    /// The package of this name, if it is defined or mentioned.
    pub(crate) fn package_of(&self, name: &str) -> Option<&Package> {
        self.packages.get(*self.by_name.get(name)? as usize)
    }

    fn package_of_list(&self, list: u32) -> Option<u32> {
        let list = &self.lists[list as usize];
        list.package.or(self.main[list.group])
    }

    /// The text of a file with everything out of it that is not needed to resolve interfaces, and spaces in its place.
    ///
    /// A comment of `/**/` is taken out in any case, because the parser fails over it. Without worlds, other comments go too, and what is
    /// brought in for worlds alone, so that no package has to be there that no interface uses.
    pub(crate) fn stripped(&self, file: usize, with_worlds: bool) -> String {
        let Some(WitFile { text, .. }) = self.files.get(file) else { return String::new() };
        let mut bytes = text.clone().into_bytes();
        let mut blank = |range: &Range<usize>| {
            for byte in bytes.get_mut(range.clone()).into_iter().flatten().filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
        };
        for (range, token) in token::Tokens::new(text) {
            if token == token::Token::Comment && (!with_worlds || text.get(range.clone()) == Some("/**/")) {
                blank(&range);
            }
        }
        if !with_worlds {
            let here = |other: u32| other as usize == file;
            let worlds = self.holders.iter().filter(|holder| holder.kind == HolderKind::World);
            worlds.filter(|world| here(world.name.at.file)).for_each(|world| blank(&world.range));
            self.external_ids.iter().filter(|id| here(id.file)).for_each(|id| blank(&id.range));
            self.unused_aliases().filter(|alias| here(alias.file)).for_each(|alias| blank(&alias.range));
        }
        // Only whole characters are replaced, so the text stays one.
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// What is brought in by `use` outside of interfaces, and used by none.
    fn unused_aliases(&self) -> impl Iterator<Item = &Alias<'t>> {
        let interfaces = self.holders.iter().filter(|holder| holder.kind == HolderKind::Interface);
        let used: std::collections::HashSet<(u32, &str)> = interfaces
            .flat_map(|holder| holder.refers.iter().map(move |path| (holder.list, path)))
            .filter(|(_, path)| path.package.is_none())
            .map(|(list, path)| (list, path.name.text))
            .collect();
        let lists = self.lists.iter().enumerate();
        lists
            .flat_map(|(list, found)| found.aliases.iter().map(move |alias| (list as u32, alias)))
            .filter(move |(list, alias)| !used.contains(&(*list, alias.name)))
            .map(|(_, alias)| alias)
    }

    /// The names of the worlds in the files of a group.
    pub(crate) fn worlds_of(&self, group: usize) -> Vec<String> {
        let worlds = self.holders.iter().filter(|holder| holder.kind == HolderKind::World);
        let here = worlds.filter(|world| self.lists[world.list as usize].group == group);
        here.map(|world| world.name.text.to_owned()).collect()
    }
}
