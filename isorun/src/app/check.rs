//! A component's imports and exports compared with what is registered and allowed.
//!
//! # Invariants
//!
//! * Everything that does not fit is in one report, up to a number of problems that nobody reads through.
//! * Nothing was compiled before, so that a component which does not fit costs no more than reading its types.

use isorun_wit::nearest;

use super::allow::Allowed;
use super::component::Outline;
use super::component::item::{Item, Kind};
use crate::error::app::{AppProblem, AppProblemKind, AppReport};
use crate::error::wasi::WasiReason;
use crate::interface::exports::Exports;
use crate::interface::function::Function;
use crate::interface::name::InterfaceName;
use crate::interface::{Interface, interface};
use crate::wiring::import::Import;

/// What an app imports and exports, all of which fits.
pub(crate) struct Checked {
    pub(crate) imports: Vec<Import>,
    pub(crate) exports: Exports,
}

/// Most problems that one report holds: a component can have millions of them.
const MAX_PROBLEMS: usize = 1000;

/// Compares a component with the interfaces that are registered, and with those that it may import.
pub(crate) fn check(
    app: &str,
    outline: &Outline,
    registered: &[Interface],
    allowed: Option<&Allowed>,
) -> Result<Checked, AppReport> {
    let mut names: Vec<String> = registered.iter().map(|interface| interface.name().to_string()).collect();
    names.sort();
    let mut survey = Survey { registered, names, allowed, problems: Vec::new(), omitted: 0 };
    let imports = survey.imports(&outline.imports);
    let exports = survey.exports(&outline.exports);
    let Survey { mut problems, omitted, .. } = survey;
    if !problems.is_empty() {
        problems.sort_by(|a, b| a.item.cmp(&b.item));
        return Err(AppReport { app: app.into(), problems, omitted });
    }
    Ok(Checked { imports, exports })
}

/// Walks a component's imports and exports and notes everything that does not fit.
struct Survey<'a> {
    registered: &'a [Interface],
    names: Vec<String>,
    allowed: Option<&'a Allowed>,
    problems: Vec<AppProblem>,
    omitted: usize,
}

impl Survey<'_> {
    /// Notes a problem, with the help that `help` finds for it.
    fn problem(&mut self, item: impl Into<String>, kind: AppProblemKind, help: impl FnOnce(&Self) -> String) {
        if self.problems.len() == MAX_PROBLEMS {
            self.omitted += 1;
            return;
        }
        let help = help(self);
        self.problems.push(AppProblem { item: item.into(), kind, help });
    }

    fn unsupported(&mut self, item: impl Into<String>, what: impl Into<String>, help: &str) {
        self.problem(item, AppProblemKind::Unsupported { what: what.into() }, |_| help.into());
    }

    /// The interface that serves who asks for `wanted`: of the very version if there is one, or else the newest of its track.
    fn find(&self, wanted: &str) -> Option<Interface> {
        let wanted = wanted.parse::<InterfaceName>().ok()?;
        let serving = self.registered.iter().filter(|interface| interface.name().serves(&wanted));
        serving.max_by_key(|interface| (*interface.name() == wanted, interface.name().version().cloned())).cloned()
    }

    fn imports(&mut self, items: &[Item]) -> Vec<Import> {
        let mut imports = Vec::new();
        for Item { name, kind } in items {
            if !matches!(kind, Kind::Type) {
                self.allow(name, kind);
            }
            match kind {
                Kind::Instance(items) => imports.extend(self.import(name, items)),
                // A type that a world names at its root, for its own functions.
                Kind::Type => {}
                Kind::Function(_) => self.unsupported(
                    &**name,
                    "a function imported at the root of the world",
                    "put the function into an interface and import that; only interfaces can be wired",
                ),
                Kind::Other(other) => self.unsupported(
                    &**name,
                    format!("the import is {other}"),
                    "import interfaces of functions and value types only",
                ),
            }
        }
        imports
    }

    /// Notes an import that the allow-list does not have. An interface of types alone gives nothing, and needs no permission.
    fn allow(&mut self, name: &str, kind: &Kind) {
        let Some(allowed) = self.allowed else { return };
        let types_alone =
            matches!(kind, Kind::Instance(items) if items.iter().all(|item| matches!(item.kind, Kind::Type)));
        if !types_alone && !allowed.has(name) {
            self.problem(name, AppProblemKind::NotAllowed, |_| {
                format!("allowed are {allowed}; leave the import out, or allow it where the app is added")
            });
        }
    }

    fn import(&mut self, name: &str, items: &[Item]) -> Option<Import> {
        if let Some(reason) = WasiReason::of(name) {
            self.problem(name, AppProblemKind::Wasi { reason }, |_| {
                format!("{reason}; build for `wasm32-unknown-unknown`, and {}", reason.remedy())
            });
            return None;
        }
        let functions = self.functions(name, items);
        if functions.is_empty() {
            // An interface of types alone needs no provider; its types are compared where functions use them.
            return Some(Import { name: name.into(), interface: interface(name, []) });
        }
        let Some(known) = self.find(name) else {
            self.problem(name, AppProblemKind::Undeclared, |survey| {
                match nearest(name, survey.names.iter().map(String::as_str)) {
                    Some(nearest) => {
                        format!("did you mean `{nearest}`? register the interface before the app is added")
                    }
                    None => {
                        "register it with `register::<..::Interface>()` or `register_wit(text)` before the app is added"
                            .into()
                    }
                }
            });
            return None;
        };
        self.compare_import(name, &functions, &known);
        Some(Import { name: name.into(), interface: interface(name, functions) })
    }

    fn exports(&mut self, items: &[Item]) -> Exports {
        let (mut interfaces, mut root) = (Vec::new(), Vec::new());
        for Item { name, kind } in items {
            match kind {
                Kind::Instance(items) => {
                    let functions = self.functions(name, items);
                    if let Some(known) = self.find(name) {
                        self.compare_export(name, &functions, &known);
                    }
                    interfaces.push(interface(name, functions));
                }
                Kind::Function(function) => root.extend(self.function(name, function)),
                Kind::Type => {}
                Kind::Other(other) => self.unsupported(
                    &**name,
                    format!("the export is {other}"),
                    "export interfaces of functions and value types only",
                ),
            }
        }
        Exports::new(interfaces, root)
    }

    /// The functions among an interface's items.
    fn functions(&mut self, interface: &str, items: &[Item]) -> Vec<Function> {
        let mut functions = Vec::new();
        for Item { name, kind } in items {
            match kind {
                Kind::Function(Ok(function)) => functions.push(function.clone()),
                Kind::Function(Err(what)) => self.unsupported(format!("{interface}, `{name}`"), what, PLAIN),
                Kind::Other(what) => self.unsupported(format!("{interface}, `{name}`"), *what, PLAIN),
                Kind::Type | Kind::Instance(_) => {}
            }
        }
        functions
    }

    fn function(&mut self, place: &str, function: &Result<Function, String>) -> Option<Function> {
        match function {
            Ok(function) => Some(function.clone()),
            Err(what) => {
                self.unsupported(place, what, PLAIN);
                None
            }
        }
    }

    /// Notes every imported function that the registered interface has not, or has with another type.
    fn compare_import(&mut self, name: &str, functions: &[Function], known: &Interface) {
        for function in functions {
            let Some((_, registered)) = known.function(function.name()) else {
                self.problem(place(name, function), AppProblemKind::UnknownFunction, |_| {
                    let names = known.functions().iter().map(Function::name);
                    match nearest(function.name(), names) {
                        Some(nearest) => {
                            format!("did you mean `{nearest}`? otherwise register the newer edition of the interface")
                        }
                        None => "register the edition of the interface that has it".into(),
                    }
                });
                continue;
            };
            self.compare(name, function, registered);
        }
    }

    /// Notes every function of the registered interface that is exported with another type, or not at all where the versions are the same.
    /// More functions, and those of another version of the track, are the app's affair.
    fn compare_export(&mut self, name: &str, functions: &[Function], known: &Interface) {
        for registered in known.functions() {
            match functions.iter().find(|function| function.name() == registered.name()) {
                Some(function) => self.compare(name, function, registered),
                None if known.name().to_string() != name => {}
                None => {
                    let kind = AppProblemKind::Differs {
                        component: "no such function".into(),
                        registered: signature(registered),
                    };
                    self.problem(place(name, registered), kind, |_| EDITED.into());
                }
            }
        }
    }

    fn compare(&mut self, name: &str, function: &Function, registered: &Function) {
        if function != registered {
            let kind = AppProblemKind::Differs { component: signature(function), registered: signature(registered) };
            self.problem(place(name, function), kind, |_| EDITED.into());
        }
    }
}

fn place(interface: &str, function: &Function) -> String {
    format!("{interface}, function `{}`", function.name())
}

/// A signature, cut off where no one reads on: those of a component can be a megabyte each.
pub(super) fn signature(function: &Function) -> String {
    const SHOWN: usize = 4000;
    let mut text = function.to_string();
    if let Some((cut, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

const EDITED: &str = "versions of one track must agree, so one side was built from an edited WIT; rebuild it";

const PLAIN: &str = "pass ids or values instead; isorun carries plain values only";
