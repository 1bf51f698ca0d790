//! What a world imports and exports, as interfaces: those that it names, those that are written in it, and the functions at its root.

use isorun_wit::{Read, nearest};
use proc_macro2::Ident;
use syn::LitStr;
use wit_bindgen_core::wit_parser::{
    Docs, IndexMap, Interface, InterfaceId, Resolve, Stability, WorldId, WorldItem, WorldKey,
};

use super::Chosen;
use crate::args::Args;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::world_part::{Side, WorldPart};
use crate::{names, text};

/// The wire name of the functions at the root of a world.
const ROOT: &str = "$root";

/// An interface that a world imports or exports.
struct Candidate {
    side: Side,
    id: InterfaceId,
    /// `isorun:kv/kv@0.1.0`, or `clip` if it is written in the world.
    wire_name: String,
    /// How the world calls it: `primary` for `import primary: isorun:kv/kv`, `kv` for `import isorun:kv/kv`.
    label: String,
}

/// The part of a world that an attribute means: the one that it names, else the one that is called like the module, else the functions at
/// the world's root.
pub(super) fn part(
    read: &mut Read,
    wanted: &LitStr,
    args: &Args,
    module: &Ident,
    shown: &str,
) -> Result<Chosen, Diagnostics> {
    let Some(world) = find(read, &wanted.value()) else {
        let none = Diagnostic::new(wanted, format!("`{shown}` has no world `{}`", wanted.value()));
        let help = match nearest(&wanted.value(), read.worlds.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if read.worlds.is_empty() => "remove `world = ..`: there are only interfaces".to_owned(),
            None => format!("it has {}", text::joined(read.worlds.iter().map(|world| format!("`{world}`")))),
        };
        return Err(none.help(help).into());
    };
    let world_name = wanted.value();
    let side = args.side();
    let is_meant = |candidate: &&Candidate| side.is_none_or(|side| side == candidate.side);
    let all = candidates(&read.resolve, world);
    let name = args.interface.as_ref().map_or_else(|| names::kebab_of(&module.to_string()), LitStr::value);
    let fits = |candidate: &&Candidate| {
        candidate.wire_name == name
            || names::without_version(&candidate.wire_name) == name
            || candidate.label.eq_ignore_ascii_case(&name)
    };
    let found: Vec<&Candidate> = all.iter().filter(fits).filter(is_meant).collect();
    let part = |side, label: &str| Some(WorldPart { world: world_name.clone(), side, label: label.to_owned() });
    let blame: &dyn quote::ToTokens = match &args.interface {
        Some(interface) => interface,
        None => wanted,
    };
    match found.as_slice() {
        [one, rest @ ..] if rest.iter().all(|other| other.id == one.id) => {
            Ok(Chosen { interface: one.id, wire_name: one.wire_name.clone(), world: part(one.side, &one.label) })
        }
        [one, other] if one.side != other.side => {
            let what = format!("the world `{world_name}` imports `{name}` and exports another one of this name");
            Err(Diagnostic::new(&blame, what).help("write `imports` or `exports` behind it, as an option").into())
        }
        [_, ..] => {
            let names = text::joined(found.iter().map(|candidate| format!("\"{}\"", candidate.wire_name)));
            let what = format!("`{name}` may mean {} interfaces of the world `{world_name}`", found.len());
            Err(Diagnostic::new(&blame, what).help(format!("write `interface = ..` with one of {names}")).into())
        }
        [] if args.interface.is_some() => {
            let what = format!("the world `{world_name}` {} no interface `{name}`", verb(side));
            let known = all.iter().filter(is_meant).flat_map(|known| [known.wire_name.as_str(), known.label.as_str()]);
            let on_the_other_side = all.iter().find(fits).map(|known| known.side.as_str());
            let help = match (on_the_other_side, nearest(&name, known)) {
                (Some(other), _) => format!("it is among its {other}: write `{other}` instead"),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => match labels(all.iter().filter(is_meant)).as_str() {
                    "" => "remove `interface = ..` to mean the functions at its root".to_owned(),
                    known => format!("write one of {known}"),
                },
            };
            Err(Diagnostic::new(&blame, what).help(help).into())
        }
        [] => {
            let has_functions = |side: &Side| !root(&read.resolve, world, *side).is_empty();
            let sides: Vec<Side> = Side::BOTH
                .into_iter()
                .filter(|known| side.is_none_or(|side| side == *known))
                .filter(has_functions)
                .collect();
            match sides.as_slice() {
                [side] => {
                    let interface = root_interface(&mut read.resolve, world, *side);
                    Ok(Chosen { interface, wire_name: ROOT.to_owned(), world: part(*side, "") })
                }
                [] => {
                    let what = format!(
                        "the world `{world_name}` {} nothing called `{name}`, and no functions at its root",
                        verb(side)
                    );
                    let help = match labels(all.iter().filter(is_meant)).as_str() {
                        "" => "leave `world = ..` out, and name an interface".to_owned(),
                        known => format!("write `interface = ..` with one of {known}"),
                    };
                    Err(Diagnostic::new(&blame, what).help(help).into())
                }
                _ => {
                    let what = format!("the world `{world_name}` imports functions at its root and exports some");
                    Err(Diagnostic::new(&blame, what)
                        .help("write `imports` or `exports` behind it, as an option")
                        .into())
                }
            }
        }
    }
}

fn verb(side: Option<Side>) -> &'static str {
    side.map_or("has", Side::as_str)
}

/// How a world calls its interfaces, each name once: `"kv", "clip"`.
fn labels<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> String {
    let mut names: Vec<String> = Vec::new();
    for candidate in candidates {
        let name = format!("\"{}\"", candidate.label);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    text::joined(names)
}

/// The part of a world that an expansion has found before.
pub(super) fn again(read: &mut Read, part: &WorldPart) -> Option<InterfaceId> {
    let world = find(read, &part.world)?;
    if part.label.is_empty() {
        return Some(root_interface(&mut read.resolve, world, part.side));
    }
    let all = candidates(&read.resolve, world);
    all.into_iter().find(|known| known.side == part.side && known.label == part.label).map(|known| known.id)
}

/// The world of this name in the packages that were meant.
fn find(read: &Read, name: &str) -> Option<WorldId> {
    read.packages.iter().find_map(|package| read.resolve.packages[*package].worlds.get(name).copied())
}

fn items(resolve: &Resolve, world: WorldId, side: Side) -> &IndexMap<WorldKey, WorldItem> {
    match side {
        Side::Imports => &resolve.worlds[world].imports,
        Side::Exports => &resolve.worlds[world].exports,
    }
}

/// The interfaces of a world, imports first.
fn candidates(resolve: &Resolve, world: WorldId) -> Vec<Candidate> {
    let items =
        Side::BOTH.into_iter().flat_map(|side| items(resolve, world, side).iter().map(move |item| (side, item)));
    let interfaces = items.filter_map(|(side, (key, item))| {
        let WorldItem::Interface { id, .. } = item else { return None };
        let label = match key {
            WorldKey::Name(name) => name.clone(),
            WorldKey::Interface(id) => resolve.interfaces[*id].name.clone()?,
        };
        // An interface that is written in the world has no name of its own, whatever the world calls it.
        let has_name = resolve.interfaces[*id].name.is_some();
        let wire_name = if has_name { resolve.id_of(*id)? } else { label.clone() };
        Some(Candidate { side, id: *id, wire_name, label })
    });
    interfaces.collect()
}

/// The functions at the root of a world, with their names.
fn root(resolve: &Resolve, world: WorldId, side: Side) -> Vec<(String, wit_bindgen_core::wit_parser::Function)> {
    let functions = items(resolve, world, side).iter().filter_map(|(key, item)| match (key, item) {
        (WorldKey::Name(name), WorldItem::Function(function)) if function.kind.resource().is_none() => {
            Some((name.clone(), function.clone()))
        }
        _ => None,
    });
    functions.collect()
}

/// An interface of the functions at the root of a world and the types of the world, with the world's name.
fn root_interface(resolve: &mut Resolve, world: WorldId, side: Side) -> InterfaceId {
    let functions = root(resolve, world, side).into_iter().collect();
    let found = &resolve.worlds[world];
    let types = found.imports.iter().filter_map(|(key, item)| match (key, item) {
        (WorldKey::Name(name), WorldItem::Type { id, .. }) => Some((name.clone(), *id)),
        _ => None,
    });
    let interface = Interface {
        name: Some(found.name.clone()),
        types: types.collect(),
        functions,
        docs: Docs { contents: found.docs.contents.clone() },
        stability: Stability::Unknown,
        package: found.package,
        span: found.span,
        clone_of: None,
    };
    resolve.interfaces.alloc(interface)
}
