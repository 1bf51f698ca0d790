//! How much WIT is read, and how deep.
//!
//! All of WASI's interfaces together have a twentieth of what is allowed here.

use std::collections::HashMap;

use super::token::Token;
use super::{Holder, HolderKind, Outline, Source, UsePath};
use crate::file::WitFile;
use crate::mistake::Mistake;

/// The longest text, in bytes; that of all files together.
pub(crate) const MAX_TEXT: usize = 4 << 20;

/// Most words outside of comments. The parser takes hundreds of bytes of memory for some of them.
const MAX_WORDS: usize = 1 << 17;

/// The longest word. Some are copied to many places: the name of a feature to every type of an item.
const MAX_WORD: usize = 255;

/// Most packages that are named. The parser looks through all of them for each one, where it checks itself.
const MAX_PACKAGES: usize = 256;

/// Most parameters of a function, as in WebAssembly. The parser compares each with those before it.
const MAX_PARAMETERS: usize = 1000;

/// How far one may get from type to type, from interface to interface, or from package to package. The parser follows all of these with
/// functions that call themselves, on a stack that may have 2 MiB.
const MAX_CHAIN: u32 = 200;

/// Most items that the worlds of a text have together, those that they include counted again.
const MAX_INCLUDED: u64 = 1 << 17;

/// Refuses texts that are too long.
pub(super) fn texts(files: &[WitFile]) -> Result<(), Vec<Mistake>> {
    let total: usize = files.iter().map(|file| file.text.len()).sum();
    if total <= MAX_TEXT {
        return Ok(());
    }
    let mistake = match files {
        [only] if only.path.is_empty() => Mistake::new(format!("WIT text has {total} bytes, {MAX_TEXT} is the limit"))
            .at(crate::place::Place { line: 1, column: 1, ..Default::default() }),
        _ => Mistake::new(format!("the WIT files have {total} bytes together, {MAX_TEXT} is the limit")),
    };
    Err(vec![mistake.help("split it into several texts")])
}

/// Counts a word, and refuses it if it is too long or one too many.
pub(super) fn word(words: &mut usize, token: &Token<'_>, length: usize) -> Result<(), Mistake> {
    *words += 1;
    if *words > MAX_WORDS {
        let mistake = Mistake::new(format!("WIT has more than {MAX_WORDS} words"));
        return Err(mistake.help("split it into several texts"));
    }
    // The text of an `@external-id` is an address, which may be a long one.
    let most = if *token == Token::Text { 8 * MAX_WORD } else { MAX_WORD };
    if length > most {
        let what = if *token == Token::Text { "text in quotes" } else { "name" };
        return Err(
            Mistake::new(format!("a {what} has {length} bytes, {most} is the limit")).help("choose a shorter one")
        );
    }
    Ok(())
}

/// Refuses a version that is too long.
pub(super) fn version(text: &str) -> Result<(), Mistake> {
    if text.len() <= MAX_WORD {
        return Ok(());
    }
    Err(Mistake::new(format!("a version has {} bytes, {MAX_WORD} is the limit", text.len()))
        .help("choose a shorter one"))
}

/// Refuses a function that has more parameters than WebAssembly allows.
pub(super) fn parameters(count: usize) -> Result<(), Mistake> {
    if count <= MAX_PARAMETERS {
        return Ok(());
    }
    let mistake = Mistake::new(format!("a function has more than {MAX_PARAMETERS} parameters"));
    Err(mistake.help("make records of those that belong together"))
}

/// Refuses packages that are too many, and chains that are too long.
pub(super) fn chains(outline: &Outline<'_>) -> Result<(), Vec<Mistake>> {
    if let Some(package) = outline.packages.get(MAX_PACKAGES) {
        let mistake = Mistake::new(format!("WIT names more than {MAX_PACKAGES} packages"));
        return Err(vec![mistake.at(outline.place(package.at)).help("split it into several texts")]);
    }
    let names = Names::of(outline);
    let chains = [types(&names), holders(&names), packages(&names)];
    let mut mistakes: Vec<Mistake> = chains.into_iter().flatten().collect();
    if mistakes.is_empty() {
        mistakes.extend(included(&names));
    }
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// What names mean.
struct Names<'o, 't> {
    outline: &'o Outline<'t>,
    /// Interfaces and worlds by package and name.
    holders: HashMap<(Option<u32>, &'t str), u32>,
    /// What `use` brings into a list.
    aliases: HashMap<(u32, &'t str), UsePath<'t>>,
}

impl<'o, 't> Names<'o, 't> {
    fn of(outline: &'o Outline<'t>) -> Names<'o, 't> {
        let holders = outline.holders.iter().enumerate().filter(|(_, holder)| holder.kind != HolderKind::Inline);
        let holders = holders
            .map(|(index, holder)| ((outline.package_of_list(holder.list), holder.name.text), index as u32))
            .collect();
        let lists = outline.lists.iter().enumerate();
        let aliases = lists
            .flat_map(|(list, found)| found.aliases.iter().map(move |alias| ((list as u32, alias.name), alias.path)))
            .collect();
        Names { outline, holders, aliases }
    }

    /// The interface or world that a path in a list means.
    fn holder(&self, list: u32, path: &UsePath<'t>) -> Option<u32> {
        let own = self.outline.package_of_list(list);
        let path = match path.package {
            None => self.aliases.get(&(list, path.name.text)).unwrap_or(path),
            Some(_) => path,
        };
        self.holders.get(&(path.package.or(own), path.name.text)).copied()
    }
}

/// A chain from type to type: by name, by nesting, and by `use`.
fn types(names: &Names<'_, '_>) -> Option<Mistake> {
    let outline = names.outline;
    let by_name: HashMap<(u32, &str), u32> =
        outline.types.iter().enumerate().map(|(index, ty)| ((ty.holder, ty.name.text), index as u32)).collect();
    let mut graph = Graph::new(outline.types.len());
    for (index, ty) in outline.types.iter().enumerate() {
        graph.lengths[index] = ty.nesting + 1;
        match &ty.source {
            Source::Defined(words) => {
                let parts = words.iter().filter_map(|word| by_name.get(&(ty.holder, *word)));
                graph.edges.extend(parts.map(|part| (index as u32, *part)));
            }
            Source::Used(path, name) => {
                let list = outline.holders[ty.holder as usize].list;
                let original = names.holder(list, path).and_then(|holder| by_name.get(&(holder, *name)));
                graph.edges.extend(original.map(|original| (index as u32, *original)));
            }
        }
    }
    let found = outline.types.get(graph.too_long()?)?;
    let message = format!("`{}` is a type of types of types, more than {MAX_CHAIN} levels deep", found.name.text);
    let mistake = Mistake::new(message).at(outline.place(found.name.at));
    Some(mistake.help("nest less, and give fewer names to one type: `type` and `use` count as levels too"))
}

/// A chain from interface to interface and world to world: by `use`, `include`, `import` and `export`.
fn holders(names: &Names<'_, '_>) -> Option<Mistake> {
    let outline = names.outline;
    let mut graph = Graph::new(outline.holders.len());
    for (index, holder) in outline.holders.iter().enumerate() {
        let others = holder.refers.iter().filter_map(|path| names.holder(holder.list, path));
        graph.edges.extend(others.map(|other| (index as u32, other)));
    }
    let found = outline.holders.get(graph.too_long()?)?;
    let message = format!("`{}` uses what uses what it needs, more than {MAX_CHAIN} interfaces deep", found.name.text);
    let mistake = Mistake::new(message).at(outline.place(found.name.at));
    Some(mistake.help("use types from the interface that defines them"))
}

/// A chain from package to package.
fn packages(names: &Names<'_, '_>) -> Option<Mistake> {
    let outline = names.outline;
    let mut graph = Graph::new(outline.packages.len());
    let holders = outline.holders.iter().flat_map(|holder| holder.refers.iter().map(move |path| (holder.list, path)));
    let lists = outline.lists.iter().enumerate();
    let aliases = lists.flat_map(|(list, found)| found.aliases.iter().map(move |alias| (list as u32, &alias.path)));
    for (list, path) in holders.chain(aliases) {
        graph.edges.extend(outline.package_of_list(list).zip(path.package));
    }
    let found = outline.packages.get(graph.too_long()?)?;
    let message = format!("`{}` needs packages that need packages, more than {MAX_CHAIN} deep", found.name);
    let mistake = Mistake::new(message).at(outline.place(found.at));
    Some(mistake.help("use types from the package that defines them"))
}

/// Worlds that include worlds can grow by their square, as each has all items of those that it includes.
fn included(names: &Names<'_, '_>) -> Option<Mistake> {
    let outline = names.outline;
    let mut graph = Graph::new(outline.holders.len());
    for (index, holder) in outline.holders.iter().enumerate() {
        let worlds = holder.includes.iter().filter_map(|path| names.holder(holder.list, path));
        graph.edges.extend(worlds.map(|world| (index as u32, world)));
    }
    let mut sizes = vec![0_u64; outline.holders.len()];
    let mut total = 0_u64;
    let parts = graph.by_node();
    for node in graph.order() {
        let Holder { items, kind, name, .. } = &outline.holders[node];
        if *kind != HolderKind::World {
            continue;
        }
        let included = parts.of(node).iter().map(|part| sizes[*part as usize]);
        sizes[node] = included.fold(u64::from(*items), u64::saturating_add);
        total = total.saturating_add(sizes[node]);
        if total > MAX_INCLUDED {
            let message = format!(
                "up to `{}`, worlds have more than {MAX_INCLUDED} items, counting again what they include",
                name.text
            );
            return Some(Mistake::new(message).at(outline.place(name.at)).help("include less"));
        }
    }
    None
}

/// What refers to what. Nodes on a circle, and those that refer to one, have no length: the parser refuses circles itself.
struct Graph {
    /// What each node adds to the length of a chain.
    lengths: Vec<u32>,
    /// From who refers to what is referred to.
    edges: Vec<(u32, u32)>,
}

/// Edges in the order of the nodes that they begin at.
struct ByNode {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl ByNode {
    fn new(nodes: usize, edges: impl Iterator<Item = (u32, u32)> + Clone) -> ByNode {
        let mut starts = vec![0; nodes + 1];
        for (from, _) in edges.clone() {
            starts[from as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut ends = vec![0; starts.last().map_or(0, |count| *count as usize)];
        for (from, to) in edges {
            let at = &mut next[from as usize];
            ends[*at as usize] = to;
            *at += 1;
        }
        ByNode { starts, ends }
    }

    fn of(&self, node: usize) -> &[u32] {
        &self.ends[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

impl Graph {
    fn new(nodes: usize) -> Graph {
        Graph { lengths: vec![1; nodes], edges: Vec::new() }
    }

    /// What each node refers to.
    fn by_node(&self) -> ByNode {
        ByNode::new(self.lengths.len(), self.edges.iter().copied())
    }

    /// The nodes, each after those that it refers to.
    fn order(&self) -> Vec<usize> {
        let users = ByNode::new(self.lengths.len(), self.edges.iter().map(|(from, to)| (*to, *from)));
        let mut waits = vec![0_u32; self.lengths.len()];
        for (from, _) in &self.edges {
            waits[*from as usize] += 1;
        }
        let mut order: Vec<usize> = (0..waits.len()).filter(|node| waits[*node] == 0).collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for &user in users.of(node) {
                waits[user as usize] -= 1;
                if waits[user as usize] == 0 {
                    order.push(user as usize);
                }
            }
        }
        order
    }

    /// The first node at which a chain is too long.
    fn too_long(&self) -> Option<usize> {
        let parts = self.by_node();
        let mut depths = vec![0_u32; self.lengths.len()];
        for node in self.order() {
            let deepest = parts.of(node).iter().map(|part| depths[*part as usize]).max().unwrap_or(0);
            depths[node] = deepest.saturating_add(self.lengths[node]);
        }
        depths.iter().position(|depth| *depth > MAX_CHAIN)
    }
}
