//! Names that must differ by more than upper and lower case.
//!
//! A component compares names without regard to case, so none can have both `foo` and `FOO` in one place.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{HolderKind, Named, Outline};
use crate::mistake::Mistake;

/// The names of one scope.
pub(super) struct Scope<'t> {
    kind: &'t str,
    seen: HashMap<Cow<'t, str>, Named<'t>>,
}

impl<'t> Scope<'t> {
    /// The scope of an `interface`, a `record`, the `parameters` of a function, …
    pub(super) fn new(kind: &'t str) -> Scope<'t> {
        Scope { kind, seen: HashMap::new() }
    }

    /// Adds a name, and notes a mistake if one like it is there.
    pub(super) fn add(&mut self, outline: &mut Outline<'t>, name: Named<'t>) {
        match self.seen.get(&lower(name.text)) {
            Some(first) => same(outline, self.kind, *first, name),
            None => _ = self.seen.insert(lower(name.text), name),
        }
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() }
}

fn same<'t>(outline: &mut Outline<'t>, kind: &str, first: Named<'t>, second: Named<'t>) {
    let among = match kind {
        "parameters" => "among the parameters of one function".to_owned(),
        kind => format!("in one {}", if kind == "flags" { "type of `flags`" } else { kind }),
    };
    let mistake = if first.text == second.text {
        Mistake::new(format!("`{}` is defined twice {among}", second.text)).help("rename one of them, or remove it")
    } else {
        let message = format!("`{}` and `{}` differ in upper and lower case only, {among}", first.text, second.text);
        Mistake::new(message)
            .help("rename one of them: components compare names without regard to case, so none can have both")
    };
    outline.wrong(second.at, Some(first.at), mistake);
}

/// Notes a mistake for each interface or world that is called like another of its package.
pub(super) fn interfaces(outline: &mut Outline<'_>) {
    let mut scopes: HashMap<(usize, Option<u32>), Scope<'_>> = HashMap::new();
    for index in 0..outline.holders.len() {
        let holder = &outline.holders[index];
        if holder.kind == HolderKind::Inline {
            continue;
        }
        let name = holder.name;
        let list = &outline.lists[holder.list as usize];
        let scope = scopes.entry((list.group, list.package)).or_insert_with(|| Scope::new("package"));
        scope.add(outline, name);
    }
}
