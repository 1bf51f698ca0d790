//! Which of the interfaces in the WIT an attribute means.

use isorun_wit::{NamedPath, Read, nearest};
use proc_macro2::{Ident, TokenStream};
use wit_bindgen_core::wit_parser::{InterfaceId, WorldItem, WorldKey};

use super::Chosen;
use crate::args::Args;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::{names, text};

/// An interface that may be the one that is meant.
struct Candidate {
    id: InterfaceId,
    /// `isorun:kv/kv@0.1.0`.
    wire_name: String,
    /// `kv`.
    name: String,
}

impl Candidate {
    fn chosen(&self) -> Chosen {
        Chosen { interface: self.id, wire_name: self.wire_name.clone(), world: None }
    }
}

/// The interfaces of the packages that were meant, or with `all` of every package, and those that their worlds define in place.
fn candidates(read: &Read, all: bool) -> Vec<Candidate> {
    let (resolve, packages) = (&read.resolve, &read.packages);
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

/// The interface that an attribute means: the one that it names, else the one that is called like the module, else the only one.
pub(super) fn interface(
    read: &Read,
    args: &Args,
    module: &Ident,
    path: &NamedPath,
    blame: &TokenStream,
) -> Result<Chosen, Diagnostics> {
    let shown = path.shown();
    let mut own = candidates(read, false);
    // A path that names one file of a package means an interface of that file, if it has one.
    let is_there = |candidate: &Candidate| path.names(&read.place(read.resolve.interfaces[candidate.id].span).file);
    if own.iter().any(is_there) {
        own.retain(is_there);
    }
    if let Some(wanted) = &args.interface {
        let name = wanted.value();
        let all = candidates(read, true);
        let fits = |candidate: &&Candidate| {
            candidate.wire_name == name
                || names::without_version(&candidate.wire_name) == name
                || candidate.name == name
        };
        let exact: Vec<&Candidate> = all.iter().filter(|candidate| candidate.wire_name == name).collect();
        let mut found = if exact.is_empty() { own.iter().filter(fits).collect() } else { exact };
        if found.is_empty() {
            found = all.iter().filter(fits).collect();
        }
        return match found.as_slice() {
            [one] => Ok(one.chosen()),
            [] if read.worlds.contains(&name) => {
                let what = format!("`{name}` is a world, and no interface");
                let help = format!("write `world = \"{name}\"`, and with `interface = ..` which part of it is meant");
                Err(Diagnostic::new(wanted, what).help(help).into())
            }
            [] => {
                let none = Diagnostic::new(wanted, format!("`{shown}` has no interface `{name}`"));
                let known = all.iter().flat_map(|candidate| [candidate.wire_name.as_str(), candidate.name.as_str()]);
                Err(match (gated(read, &name), nearest(&name, known)) {
                    (Some(help), _) => none.help(help),
                    (None, Some(near)) => none.help(format!("did you mean `{near}`?")),
                    (None, None) => none.help(listed(&own)),
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
        ([one], _) => Ok(one.chosen()),
        ([], [one]) => Ok(one.chosen()),
        ([], []) => Err(Diagnostic::new(blame, format!("`{shown}` has no interface")).help(instead(read)).into()),
        _ => Err(Diagnostic::new(
            blame,
            format!("`{shown}` has {} interfaces, and none of them alone is called `{kebab}`", own.len()),
        )
        .help(listed(&own))
        .into()),
    }
}

/// What to do where an interface is there, but behind a feature.
fn gated(read: &Read, wanted: &str) -> Option<String> {
    let is_meant = |name: &str| {
        let path = names::without_version(name);
        name == wanted || path == wanted || path.rsplit('/').next() == Some(wanted)
    };
    let found = read.gated_interfaces.iter().find(|gated| is_meant(&gated.name))?;
    Some(format!("`{}` is behind a feature: write `features(\"{}\")`", found.name, found.feature))
}

/// What to do where there is no interface.
fn instead(read: &Read) -> String {
    match (read.worlds.as_slice(), read.gated_interfaces.as_slice()) {
        ([world, ..], _) => {
            format!("it has the world `{world}`: write `world = \"{world}\"`, or put the functions into an `interface`")
        }
        ([], [gated, ..]) => format!("`{}` is behind a feature: write `features(\"{}\")`", gated.name, gated.feature),
        ([], []) => "put the functions into an `interface`".to_owned(),
    }
}

/// The help that names the interfaces to choose from.
fn listed<'a>(candidates: impl IntoIterator<Item = &'a Candidate>) -> String {
    let names: Vec<String> = candidates.into_iter().map(|candidate| format!("\"{}\"", candidate.wire_name)).collect();
    match names.as_slice() {
        [] => "it has none".to_owned(),
        [only] => format!("write `interface = {only}`"),
        several => format!("write `interface = ..` with one of {}", text::joined(several)),
    }
}

/// The interface of this wire name, in whatever package it is.
pub(super) fn by_wire_name(read: &Read, wire_name: &str) -> Option<InterfaceId> {
    let all = candidates(read, true);
    all.into_iter().find(|candidate| candidate.wire_name == wire_name).map(|candidate| candidate.id)
}

/// The wire names of the interfaces that may be meant without being named, each with whether it has functions.
#[cfg(test)]
pub(super) fn offered(read: &Read) -> Vec<(String, bool)> {
    let has_functions = |id| !read.resolve.interfaces[id].functions.is_empty();
    let found = candidates(read, false);
    found.into_iter().map(|candidate| (candidate.wire_name, has_functions(candidate.id))).collect()
}
