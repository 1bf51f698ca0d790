//! A component's imports and exports compared with what is registered and allowed.
//!
//! # Invariants
//!
//! * Everything that does not fit is in one report, up to a number of problems that nobody reads through.
//! * Nothing was compiled before, so that a component which does not fit costs no more than reading its types.

use super::Outline;
use super::allow::Allowed;
use super::item::{Item, Kind};
use super::needs::Needs;
use crate::error::app::{AppProblem, AppProblemKind, AppReport};
use crate::error::wasi::WasiReason;
use crate::guesses::Guesses;
use crate::interface::exports::Exports;
use crate::interface::function::Function;
use crate::interface::name::{InterfaceName, is_kebab};
use crate::interface::port::{Export, Import};
use crate::interface::registered::Registered;
use crate::interface::{Interface, interface};
use crate::text::signature;

/// What an app imports and exports, all of which fits.
pub(crate) struct Checked {
    pub(crate) imports: Vec<Import>,
    pub(crate) exports: Exports,
    pub(crate) needs: Needs,
}

/// Most problems that one report holds: a component can have millions of them.
const MAX_PROBLEMS: usize = 1000;

/// Compares a component with the interfaces that are registered, and with those that it may import.
pub(crate) fn check(
    app: &str,
    outline: &Outline,
    registered: &Registered,
    allowed: Option<&Allowed>,
) -> Result<Checked, AppReport> {
    let mut survey = Survey { registered, allowed, guesses: Guesses::default(), problems: Vec::new(), omitted: 0 };
    let imports = survey.imports(&outline.imports);
    let exports = survey.exports(&outline.exports);
    let Survey { mut problems, omitted, .. } = survey;
    if !problems.is_empty() {
        problems.sort_by(|a, b| a.item.cmp(&b.item));
        return Err(AppReport { app: app.into(), toolchain: outline.toolchain, problems, omitted });
    }
    Ok(Checked { imports, exports, needs: outline.needs })
}

/// Walks a component's imports and exports and notes everything that does not fit.
struct Survey<'a> {
    registered: &'a Registered,
    allowed: Option<&'a Allowed>,
    guesses: Guesses,
    problems: Vec<AppProblem>,
    omitted: usize,
}

impl Survey<'_> {
    /// Notes a problem, with the help that `help` finds for it.
    fn problem(&mut self, item: impl Into<String>, kind: AppProblemKind, help: impl FnOnce(&mut Self) -> String) {
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

    /// The registered interface that serves who asks for one of this name.
    fn find(&self, wanted: &str) -> Option<Interface> {
        self.registered.find(&InterfaceName::of(wanted)).cloned()
    }

    fn imports(&mut self, items: &[Item]) -> Vec<Import> {
        let mut imports = Vec::new();
        for item in items {
            let name = &*item.name;
            if !matches!(item.kind, Kind::Type) {
                self.allow(item);
            }
            match &item.kind {
                Kind::Instance(items) => imports.extend(self.import(item, items)),
                Kind::Function(_) if !is_kebab(name) => self.unsupported(
                    name,
                    "a function that is imported by a link",
                    "import functions by plain names, or in an interface",
                ),
                Kind::Function(function) => {
                    let function = self.function(name, function);
                    function.iter().for_each(|function| self.compare_root(function));
                    imports.extend(function.map(Import::function));
                }
                // A type that a world names at its root, for its own functions.
                Kind::Type => {}
                Kind::Other(other) => self.unsupported(
                    name,
                    format!("the import is {other}"),
                    "import interfaces of functions and value types only",
                ),
            }
        }
        imports
    }

    /// Notes an import that the allow-list does not have. An interface of types alone gives nothing, and needs no permission.
    fn allow(&mut self, item: &Item) {
        let Some(allowed) = self.allowed else { return };
        let types_alone =
            matches!(&item.kind, Kind::Instance(items) if items.iter().all(|item| matches!(item.kind, Kind::Type)));
        if !types_alone && !allowed.has(item.interface()) {
            self.problem(item.label(), AppProblemKind::NotAllowed, |_| {
                format!("allowed are {allowed}; leave the import out, or allow it where the app is added")
            });
        }
    }

    /// An imported interface. One that is registered must be as it is registered, whatever its name. One with a plain name, which the
    /// component's world defines in place, needs no registration: it is compared with what it is wired to.
    fn import(&mut self, item: &Item, items: &[Item]) -> Option<Import> {
        let (name, wanted) = (&*item.label(), item.interface());
        let known = self.find(wanted);
        // An interface of types alone needs no provider; its types are compared where functions use them.
        let types_alone = items.iter().all(|item| matches!(item.kind, Kind::Type));
        if known.is_none()
            && !types_alone
            && let Some(reason) = WasiReason::of(wanted)
            && !self.registered.has_path(InterfaceName::of(wanted).path())
        {
            self.problem(name, AppProblemKind::Wasi { reason }, |_| format!("{reason}; {}", reason.remedy()));
            return None;
        }
        let imported = interface(wanted, self.functions(name, items));
        match known {
            _ if imported.functions().is_empty() => {}
            Some(known) => self.compare_import(name, &imported, &known),
            None if imported.name().is_plain() => {}
            None => self.problem(name, AppProblemKind::Undeclared, |survey| {
                if let Some(reason) = survey.registered.why_left_out(wanted) {
                    return format!("it was left out of the WIT that was registered: {reason}");
                }
                match survey.guesses.nearest(wanted, survey.registered.names()) {
                    Some(nearest) => {
                        format!("did you mean `{nearest}`? register the interface before the app is added")
                    }
                    None => {
                        "register it with `register::<..::Interface>()` or `register_wit(text)` before the app is added"
                            .into()
                    }
                }
            }),
        }
        Some(Import::new(&*item.name, imported))
    }

    fn exports(&mut self, items: &[Item]) -> Exports {
        let (mut exports, mut root) = (Vec::new(), Vec::new());
        for item in items {
            let name = &*item.name;
            match &item.kind {
                Kind::Instance(items) => {
                    let label = item.label();
                    let exported = interface(item.interface(), self.functions(&label, items));
                    if let Some(known) = self.find(item.interface()) {
                        self.compare_export(&label, &exported, &known);
                    }
                    exports.push(Export::new(name, exported));
                }
                Kind::Function(function) => {
                    let function = self.function(name, function);
                    function.iter().for_each(|function| self.compare_root(function));
                    root.extend(function);
                }
                Kind::Type => {}
                Kind::Other(other) => self.unsupported(
                    name,
                    format!("the export is {other}"),
                    "export interfaces of functions and value types only",
                ),
            }
        }
        if !root.is_empty() {
            exports.push(Export::of(interface(InterfaceName::ROOT, root)));
        }
        Exports::new(exports)
    }

    /// The functions among an interface's items.
    fn functions(&mut self, interface: &str, items: &[Item]) -> Vec<Function> {
        let mut functions = Vec::new();
        for Item { name, kind, .. } in items {
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
    fn compare_import(&mut self, name: &str, imported: &Interface, known: &Interface) {
        for function in imported.functions() {
            let Some((_, registered)) = known.function(function.name()) else {
                self.problem(place(name, function), AppProblemKind::UnknownFunction, |survey| {
                    if let Some(feature) = known.feature_of(function.name()) {
                        return format!(
                            "it is behind the feature `{feature}`; register the interface with that, by `features(\"{feature}\")` of the attribute or `Source::features([\"{feature}\"])`"
                        );
                    }
                    let names = known.functions().iter().map(Function::name);
                    match survey.guesses.nearest(function.name(), names) {
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
    fn compare_export(&mut self, name: &str, exported: &Interface, known: &Interface) {
        for registered in known.functions() {
            match exported.function(registered.name()) {
                Some((_, function)) => self.compare(name, function, registered),
                None if known.name() != exported.name() => {}
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

    /// Notes a function at the root that is registered with another type. Most are not registered, and are compared when they are wired.
    fn compare_root(&mut self, function: &Function) {
        let known = self.find(InterfaceName::ROOT);
        if let Some((_, registered)) = known.as_ref().and_then(|known| known.function(function.name()))
            && function != registered
        {
            let kind = AppProblemKind::Differs { component: signature(function), registered: signature(registered) };
            self.problem(function.name(), kind, |_| EDITED.into());
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

const EDITED: &str = "versions of one track must agree, so one side was built from an edited WIT; rebuild it";

const PLAIN: &str = "pass ids or values instead; isorun carries plain values only";
