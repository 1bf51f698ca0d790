//! Reading interfaces from WIT text.

mod error;
mod types;

use std::ops::Range;

use wit_parser::{
    FunctionKind, InterfaceId, PackageName, ParseErrorKind, Resolve, ResolveErrorKind, Span, TypeDefKind,
    UnresolvedPackageGroup,
};

pub use crate::interface::Interface;
pub use crate::interface::function::Function;
pub use crate::interface::name::{InterfaceName, InterfaceNameError};
pub use crate::interface::port::{Export, Import};
pub use error::{WitError, WitProblem};
use types::{Refusal, TypeTable};

use crate::interface::function::function;
use crate::interface::interface;
use crate::types::Type;

/// The longest text that is read, in bytes. All of WASI's interfaces together have a twentieth of that.
const MAX_TEXT: usize = 4 << 20;

/// The largest weight of all signatures in a text together, measured as [`Type::check`] measures one type.
const MAX_WEIGHT: u64 = 8 << 20;

impl Interface {
    /// Reads the interfaces of a WIT text, in the order of the text, those of nested packages included.
    ///
    /// An interface without functions is not returned, since there is nothing to call; others can still `use` its types. The text must
    /// be complete: packages that it refers to must be nested in it. It may have 4 MiB.
    ///
    /// # Errors
    ///
    /// [`WitError`] with the first mistake if this is not WIT; otherwise with everything that isorun does not support:
    /// resources, streams, futures, `async func`, `error-context`, and types that [`Type::check`] refuses.
    ///
    /// [`Type::check`]: crate::Type::check
    pub fn from_wit(text: &str) -> Result<Vec<Interface>, WitError> {
        read(text)
    }
}

impl Function {
    /// Reads one function, `log: func(line: string) -> u32`. Its types are those that WIT has without declaring them.
    ///
    /// # Errors
    ///
    /// Those of [`Interface::from_wit`].
    pub fn from_wit(text: &str) -> Result<Function, WitError> {
        let whole = format!("package a:b; interface c {{ {text}; }}");
        let found = Interface::from_wit(&whole)?;
        match found.first().map(Interface::functions) {
            Some([function]) if found.len() == 1 => Ok(function.clone()),
            _ => {
                let message = "this is not one function".to_owned();
                Err(WitProblem::at(text, None, message, "write `name: func(parameter: type) -> type`").into())
            }
        }
    }
}

fn read(text: &str) -> Result<Vec<Interface>, WitError> {
    if text.len() > MAX_TEXT {
        let message = format!("WIT text has {} bytes, {MAX_TEXT} is the limit", text.len());
        return Err(WitProblem::at(text, None, message, "split it into several texts").into());
    }
    let resolve = parse(text)?;
    let mut reader = Reader { text, types: TypeTable::new(&resolve), resolve: &resolve, weight: 0, problems: vec![] };
    let mut ids: Vec<_> = resolve.interfaces.iter().filter(|(_, interface)| !interface.functions.is_empty()).collect();
    ids.sort_by_key(|(_, interface)| start(interface.span));
    let interfaces = ids.into_iter().filter_map(|(id, _)| reader.interface(id)).collect();
    if reader.problems.is_empty() { Ok(interfaces) } else { Err(WitError::new(reader.problems)) }
}

/// Parses a text and resolves the names in it.
fn parse(text: &str) -> Result<Resolve, WitError> {
    let group = UnresolvedPackageGroup::parse("", text).map_err(|(_, error)| {
        let help = match error.kind() {
            ParseErrorKind::ItemNotFound { .. } => "define it, or bring it in with `use`",
            ParseErrorKind::TypeCycle { .. } => "WIT has no recursive types: refer to elements of a list by index",
            _ if !text.contains("package") => "begin with `package namespace:name@1.0.0;`",
            _ => "correct the text at this place",
        };
        WitProblem::at(text, span(error.kind().span()), first_line(&error.to_string()), help)
    })?;
    let mut resolve = Resolve::new();
    match resolve.push_group(group) {
        Ok(_) => Ok(resolve),
        Err(error) => {
            let (message, help) = match error.kind() {
                ResolveErrorKind::PackageNotFound { requested, .. } => (
                    format!("package `{requested}` is not in the text"),
                    format!("nest it: `package {requested} {{ … }}`"),
                ),
                kind => (first_line(&kind.to_string()), "correct the text at this place".to_owned()),
            };
            Err(WitProblem::at(text, span(error.kind().span()), message, &help).into())
        }
    }
}

/// The parser's message without the hints in its other lines, which do not fit in here.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// The bytes of the text that a span of the parser covers; `None` for a span without a known place.
fn span(span: Span) -> Option<Range<usize>> {
    span.is_known().then(|| span.start() as usize..span.end() as usize)
}

fn start(place: Span) -> usize {
    span(place).map_or(0, |range| range.start)
}

/// Turns parsed interfaces into those of isorun, and collects a problem for everything that isorun does not support.
struct Reader<'a> {
    text: &'a str,
    resolve: &'a Resolve,
    types: TypeTable,
    weight: u64,
    problems: Vec<WitProblem>,
}

impl Reader<'_> {
    fn problem(&mut self, place: Span, message: String, help: &str) {
        self.problems.push(WitProblem::at(self.text, span(place), message, help));
    }

    /// The interface of this id; `None` for one that is written inline in a world, which has no name that others could import.
    fn interface(&mut self, id: InterfaceId) -> Option<Interface> {
        let parsed = &self.resolve.interfaces[id];
        let package: &PackageName = &self.resolve.packages[parsed.package?].name;
        let name = package.interface_id(parsed.name.as_ref()?);
        let found = self.problems.len();
        let functions: Vec<_> = parsed.functions.values().filter_map(|function| self.function(function)).collect();
        if self.problems.len() == found {
            self.resources(id);
        }
        Some(interface(&name, functions))
    }

    /// Adds a problem for each resource of an interface, used or not: a component that exports the interface has to define all of them.
    fn resources(&mut self, id: InterfaceId) {
        for (name, ty) in &self.resolve.interfaces[id].types {
            let ty = &self.resolve.types[*ty];
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
            let resource = self.resolve.types[resource].name.as_deref().unwrap_or("resource");
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
                // One problem is enough: everything after the type that passed the limit is too much as well.
                if self.weight - ty.weight() > MAX_WEIGHT {
                    return None;
                }
                let message = format!("`{function}`: up to its {role}, signatures have more than {MAX_WEIGHT} parts");
                (message, "use fewer types inside types: a type counts again wherever it is used")
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
