//! Reading interfaces from WIT: texts, or files.

mod error;
mod interfaces;
mod source;
mod types;

use std::collections::HashMap;

use isorun_wit::{GatedInterface, NamedPath, Place, Read, Reading, WitFile, Worlds};
use wit_parser::{FunctionKind, InterfaceId, Span, TypeDefKind};

pub use crate::interface::Interface;
pub use crate::interface::function::Function;
pub use crate::interface::name::{InterfaceName, InterfaceNameError};
pub use crate::interface::port::{Export, Import};
pub use error::{WitError, WitProblem};
pub use interfaces::{Interfaces, LeftOut};
use source::Origin;
pub use source::Source;
use types::{Refusal, TypeTable};

use crate::interface::function::function;
use crate::interface::{Gated, interface_with_gated};
use crate::types::Type;

/// The largest weight of all signatures that are read at once, measured as [`Type::check`] measures one type.
const MAX_WEIGHT: u64 = 8 << 20;

impl Interface {
    /// Reads the interfaces of WIT, in its order, those of packages that are nested in it included.
    ///
    /// An interface without functions is not returned, since there is nothing to call; others can still `use` its types. One that isorun
    /// does not carry is [left out](Interfaces::left_out) where others are returned: it has a resource, a stream, a future, an `async func`
    /// or an `error-context`, or a type that [`Type::check`] refuses. Worlds are passed over, with what only they need. Of files, the
    /// packages in `deps/` are read for their types; to get their interfaces, name their folder.
    ///
    /// # Limits
    ///
    /// WIT of strangers can be read. It may have 4 MiB, 2^17 words outside of comments, names of 255 bytes, 256 packages, 1000 parameters in
    /// a function, and types, interfaces and packages that use each other 200 levels deep; all files together, where it is files.
    ///
    /// # Errors
    ///
    /// [`WitError`] if this is not WIT, if it passes a limit, if names differ in upper and lower case only, if it has no interface, or if
    /// none of those with functions can be returned: then with everything that isorun does not carry.
    ///
    /// [`Type::check`]: crate::Type::check
    pub fn from_wit(wit: impl Into<Source>) -> Result<Interfaces, WitError> {
        read(wit.into())
    }
}

impl Function {
    /// Reads one function, `log: func(line: string) -> u32`. Its types are those that WIT has without declaring them.
    ///
    /// # Errors
    ///
    /// Those of [`Interface::from_wit`], whose places count from the start of a line before which an interface begins.
    pub fn from_wit(text: &str) -> Result<Function, WitError> {
        let found = Interface::from_wit(format!("package a:b; interface c {{\n{text};\n}}"))?;
        match found.first().map(Interface::functions) {
            Some([function]) if found.len() == 1 => Ok(function.clone()),
            _ => {
                let place = Place { file: String::new(), line: 1, column: 1 };
                let help = "write `name: func(parameter: type) -> type`";
                Err(WitProblem::at(place, "this is not one function", help).into())
            }
        }
    }
}

fn read(source: Source) -> Result<Interfaces, WitError> {
    let reading = Reading { features: &source.features, worlds: Worlds::LeftOut, wanted: None };
    match source.origin {
        Origin::Text(path) if path.ends_with(".wit") && !path.contains(char::is_whitespace) => {
            let place = Place { file: String::new(), line: 1, column: 1 };
            let help = "read the file with `register_wit_path`, or `Source::path`";
            Err(WitProblem::at(place, "this is the path of a WIT file, and no WIT", help).into())
        }
        Origin::Text(text) => interfaces(isorun_wit::read(vec![WitFile::of_text(text)], &reading)?, None),
        Origin::Path(path) => {
            let path = NamedPath::new(".", &path.to_string_lossy()).map_err(|mistake| vec![mistake])?;
            interfaces(path.read(&reading)?, Some(&path))
        }
    }
}

/// The interfaces of what was read.
fn interfaces(read: Read, path: Option<&NamedPath>) -> Result<Interfaces, WitError> {
    let mut own = own_interfaces(&read, path);
    own.sort_by_key(|id| start(read.resolve.interfaces[*id].span));
    let mut reader = Reader::new(&read);
    let mut left_out: Vec<LeftOut> = read.gated_interfaces.iter().map(behind_a_feature).collect();
    let mut found = Vec::new();
    for id in &own {
        match reader.interface(*id) {
            Ok(interface) if interface.functions().is_empty() => {}
            Ok(interface) => found.push(interface),
            Err(refused) => left_out.push(refused),
        }
        if let Some(problem) = reader.too_much {
            return Err(problem.into());
        }
    }
    if !found.is_empty() {
        return Ok(Interfaces { interfaces: found, left_out });
    }
    match (own.is_empty(), left_out.is_empty()) {
        (_, false) => Err(WitError::new(left_out.into_iter().flat_map(|refused| refused.problems))),
        (true, true) => Err(nothing(&read).into()),
        // Of types alone there is nothing to register, and that is no mistake.
        (false, true) => Ok(Interfaces { interfaces: found, left_out }),
    }
}

/// The interfaces that are meant: not those of `deps/`, and of a file only its own, if it has some. An interface that is written in a world
/// has no name that others could import.
fn own_interfaces(read: &Read, path: Option<&NamedPath>) -> Vec<InterfaceId> {
    let is_own = |package| read.packages.contains(&package);
    let all =
        read.resolve.interfaces.iter().filter(|(_, found)| found.name.is_some() && found.package.is_some_and(is_own));
    let all: Vec<_> = all.map(|(id, _)| id).collect();
    let Some(path) = path else { return all };
    let here = all.iter().copied().filter(|id| path.names(&read.place(read.resolve.interfaces[*id].span).file));
    let here: Vec<_> = here.collect();
    if here.is_empty() { all } else { here }
}

/// The first byte of a span among all files; 0 for one without a known place.
fn start(span: Span) -> u32 {
    if span.is_known() { span.start() } else { 0 }
}

fn behind_a_feature(gated: &GatedInterface) -> LeftOut {
    let message = format!("`{}` is behind the feature `{}`", gated.name, gated.feature);
    let help = format!("include it with `Source::features([\"{}\"])`", gated.feature);
    LeftOut { interface: gated.name.clone(), problems: vec![WitProblem::at(gated.place.clone(), message, help)] }
}

/// What is wrong with WIT that has no interface.
fn nothing(read: &Read) -> WitProblem {
    let place =
        Place { file: read.files.first().map(|file| file.path.clone()).unwrap_or_default(), line: 1, column: 1 };
    let help = "put functions that others may provide into an `interface`";
    match read.worlds.as_slice() {
        [] => WitProblem::at(place, "there is no interface", help),
        [world] => WitProblem::at(
            place,
            format!("there is no interface, only the world `{world}`"),
            format!(
                "{help}; what is written in a world is known from the component that has it, and is not registered"
            ),
        ),
        worlds => WitProblem::at(
            place,
            format!("there is no interface, only {} worlds, `{}` among them", worlds.len(), worlds[0]),
            format!(
                "{help}; what is written in a world is known from the component that has it, and is not registered"
            ),
        ),
    }
}

/// Turns parsed interfaces into those of isorun, and collects a problem for everything in one that isorun does not support.
struct Reader<'a> {
    read: &'a Read,
    types: TypeTable,
    /// The functions that are left out because of a feature, by their interface.
    gated: HashMap<&'a str, Vec<Gated>>,
    weight: u64,
    problems: Vec<WitProblem>,
    /// All signatures together weigh too much.
    too_much: Option<WitProblem>,
}

impl<'a> Reader<'a> {
    fn new(read: &'a Read) -> Reader<'a> {
        let mut gated: HashMap<&str, Vec<Gated>> = HashMap::new();
        for function in &read.gated_functions {
            let found =
                Gated { function: function.function.as_str().into(), feature: function.feature.as_str().into() };
            gated.entry(&function.interface).or_default().push(found);
        }
        Reader { read, types: TypeTable::new(&read.resolve), gated, weight: 0, problems: Vec::new(), too_much: None }
    }

    fn problem(&mut self, place: Span, message: String, help: &str) {
        self.problems.push(WitProblem::at(self.read.place(place), message, help));
    }

    /// The interface of this id, or what is wrong with it.
    fn interface(&mut self, id: InterfaceId) -> Result<Interface, LeftOut> {
        let read = self.read;
        let parsed = &read.resolve.interfaces[id];
        let name = read.resolve.id_of(id).unwrap_or_default();
        let functions: Vec<_> = parsed.functions.values().filter_map(|function| self.function(function)).collect();
        if self.problems.is_empty() && !functions.is_empty() {
            self.resources(id);
        }
        let gated = self.gated.remove(name.as_str()).unwrap_or_default();
        if let Some(first) = gated.first().filter(|_| parsed.functions.is_empty()) {
            let message = format!("all functions of `{name}` are behind features, `{}` among them", first.feature);
            self.problem(parsed.span, message, "include them with `Source::features`");
        }
        if self.problems.is_empty() {
            return Ok(interface_with_gated(&name, functions, gated));
        }
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Err(LeftOut { interface: name, problems })
    }

    /// Adds a problem for each resource of an interface, used or not: a component that exports the interface has to define all of them.
    fn resources(&mut self, id: InterfaceId) {
        for (name, ty) in &self.read.resolve.interfaces[id].types {
            let ty = &self.read.resolve.types[*ty];
            if matches!(ty.kind, TypeDefKind::Resource) {
                self.problem(ty.span, format!("`{name}` is a resource"), Refusal::RESOURCE_HELP);
            }
        }
    }

    fn function(&mut self, parsed: &wit_parser::Function) -> Option<Function> {
        let name = &parsed.name;
        let found = self.problems.len();
        if parsed.kind.is_async() {
            let help = "remove `async`: for a host every call is asynchronous anyway";
            self.problem(parsed.span, format!("`{name}` is an `async func`"), help);
        }
        if let Some(resource) = parsed.kind.resource() {
            let resource = self.read.resolve.types[resource].name.as_deref().unwrap_or("resource");
            let message = format!("`{name}` belongs to the resource `{resource}`");
            self.problem(parsed.span, message, Refusal::RESOURCE_HELP);
        }
        // A method's first parameter is its resource, for which there is a problem already.
        let own = usize::from(matches!(parsed.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_)));
        let mut params = Vec::new();
        for param in parsed.params.iter().skip(own) {
            let role = format!("parameter `{}`", param.name);
            params.extend(self.ty(name, &role, &param.ty, param.span).map(|ty| (param.name.as_str(), ty)));
        }
        // The same is true of a constructor's result.
        let result = parsed.result.as_ref().filter(|_| !matches!(parsed.kind, FunctionKind::Constructor(_)));
        let result = result.and_then(|ty| self.ty(name, "result", ty, parsed.span));
        (self.problems.len() == found).then(|| function(name.as_str(), params, result))
    }

    /// The type of a parameter or result.
    fn ty(&mut self, function: &str, role: &str, parsed: &wit_parser::Type, place: Span) -> Option<Type> {
        let message = match self.types.get(parsed) {
            Ok(ty) => {
                self.weight = self.weight.saturating_add(ty.weight());
                if self.weight <= MAX_WEIGHT {
                    return Some(ty);
                }
                if self.too_much.is_none() {
                    let message =
                        format!("`{function}`: up to its {role}, signatures have more than {MAX_WEIGHT} parts");
                    let help = "use fewer types inside types: a type counts again wherever it is used";
                    self.too_much = Some(WitProblem::at(self.read.place(place), message, help));
                }
                return None;
            }
            Err(Refusal::Kind { spelling, help }) => (format!("`{function}`: {role} holds `{spelling}`"), help),
            Err(Refusal::Type(error)) => (format!("`{function}`: {role}: {error}"), error.help()),
        };
        self.problem(place, message.0, message.1);
        None
    }
}

#[cfg(test)]
mod tests;
