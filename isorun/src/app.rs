//! A component that was added: compiled, its imports and exports checked, not running.

mod component;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use crate::error::{AppError, AppProblem, AppProblemKind, AppReport};
use crate::instance::provides::Provides;
use crate::instance::store::State;
use crate::interface::{Function, Interface, InterfaceName, interface};
use crate::names::nearest;
use crate::wiring::Shape;

/// A component that was added to a runtime: the prototype of its instances.
///
/// Cloning gives the same app.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    name: Arc<str>,
    component: Component,
    imports: Box<[Import]>,
    provides: Provides,
    /// The function behind each handle of `provides`.
    exports: Arc<[Option<ComponentExportIndex>]>,
    /// What was linked, per kind of provider of each import: instances wired alike share it.
    linked: Mutex<HashMap<Shape, InstancePre<State>>>,
    removed: AtomicBool,
}

/// An interface that an app imports.
#[derive(Debug)]
pub(crate) struct Import {
    /// The name as the component spells it, which is the one to link.
    pub(crate) name: String,
    /// The interface, with the functions that the app imports and no others.
    pub(crate) interface: Interface,
}

impl App {
    /// The name it was added under.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The names of the interfaces that its instances need, as the component spells them.
    pub fn imports(&self) -> Vec<String> {
        self.0.imports.iter().map(|import| import.name.clone()).collect()
    }

    /// The names of the interfaces that its instances provide.
    pub fn provides(&self) -> Vec<String> {
        self.0.provides.names()
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.0.name.clone()
    }

    pub(crate) fn needs(&self) -> &[Import] {
        &self.0.imports
    }

    pub(crate) fn offers(&self) -> &Provides {
        &self.0.provides
    }

    pub(crate) fn exports(&self) -> &Arc<[Option<ComponentExportIndex>]> {
        &self.0.exports
    }

    pub(crate) fn component(&self) -> &Component {
        &self.0.component
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.0.removed.load(Ordering::Acquire)
    }

    pub(crate) fn set_removed(&self) {
        self.0.removed.store(true, Ordering::Release);
    }

    /// What was linked for this shape before, or what `link` makes of it now.
    pub(crate) fn linked<E>(
        &self,
        shape: Shape,
        link: impl FnOnce() -> Result<InstancePre<State>, E>,
    ) -> Result<InstancePre<State>, E> {
        let mut linked = self.0.linked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pre) = linked.get(&shape) {
            return Ok(pre.clone());
        }
        let pre = link()?;
        linked.insert(shape, pre.clone());
        Ok(pre)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.0.name)
            .field("imports", &self.imports())
            .field("provides", &self.provides())
            .finish()
    }
}

/// Two tokens are equal if they stand for the same app.
impl PartialEq for App {
    fn eq(&self, other: &App) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for App {}

/// Compiles bytes. Blocks for as long as that takes.
pub(crate) fn compile(engine: &Engine, app: &str, bytes: &[u8]) -> Result<Component, AppError> {
    sniff(app, bytes)?;
    Component::from_binary(engine, bytes).map_err(|error| {
        let message = error.chain().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ");
        if message.contains("pooling allocator") {
            return AppError::TooLarge { app: app.into(), message };
        }
        // The validator names what is switched off; everything else that it refuses is damage.
        let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
        let help = if says(&["async feature", "error-context"]) {
            "isorun runs no `async`, `stream`, `future` or `error-context`; build the app against an interface without them"
        } else if says(&["not enabled", "are disallowed", "are disabled"]) {
            "isorun is built without this wasm proposal; build the app without it (C++: `-fno-exceptions`)"
        } else {
            "the file is damaged or cut off; build or send it again"
        };
        AppError::Invalid { app: app.into(), message, help: help.into() }
    })
}

/// Says what bytes are that are no component; the validator's words would be about a parser's state.
fn sniff(app: &str, bytes: &[u8]) -> Result<(), AppError> {
    let not = |found: &str, help: &str| {
        Err(AppError::NotAComponent { app: app.into(), found: found.into(), help: help.into() })
    };
    match bytes {
        // The preamble of a binary: a magic number, a version, a layer (1 is a component, 0 a core module).
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', _, _, 0, 0, ..] => not(
            "it is a core wasm module",
            "turn it into a component with `wasm-tools component new`, after embedding its WIT; `cargo component` and `componentize-*` tools do both",
        ),
        [0, b'a', b's', b'm', ..] => {
            not("it is wasm of a version that this build does not know", "build it with current tools")
        }
        [] => not("there are no bytes", "check how the file was read"),
        [b'(', ..] => not("it looks like wasm text", "assemble it with `wasm-tools parse`"),
        [0x7f, b'E', b'L', b'F', ..] => {
            not("it is a native program", "build it for `wasm32-unknown-unknown` and make a component of it")
        }
        _ => not("it does not start like wasm", "check that the right file was given"),
    }
}

/// Compares a component with what is registered, and makes the app if all of it fits.
pub(crate) fn check(
    engine: &Engine,
    name: &str,
    component: Component,
    registered: impl Fn(&InterfaceName) -> Option<Interface>,
    registered_names: &[String],
) -> Result<App, AppError> {
    let mut survey = Survey {
        engine,
        component: &component,
        registered: &registered,
        registered_names,
        reader: component::Reader::new(),
        problems: Vec::new(),
    };
    let imports = survey.imports();
    let (provides, exports) = survey.exports();
    let mut problems = survey.problems;
    if !problems.is_empty() {
        problems.sort_by(|a, b| a.item.cmp(&b.item));
        return Err(AppReport { app: name.into(), problems }.into());
    }
    Ok(App(Arc::new(Inner {
        name: name.into(),
        component,
        imports: imports.into(),
        provides,
        exports: exports.into_iter().map(Some).collect(),
        linked: Mutex::default(),
        removed: AtomicBool::new(false),
    })))
}

/// Walks a component's types and notes everything that does not fit.
struct Survey<'a, F> {
    engine: &'a Engine,
    component: &'a Component,
    registered: &'a F,
    registered_names: &'a [String],
    reader: component::Reader,
    problems: Vec<AppProblem>,
}

impl<F: Fn(&InterfaceName) -> Option<Interface>> Survey<'_, F> {
    fn problem(&mut self, item: impl Into<String>, kind: AppProblemKind, help: impl Into<String>) {
        self.problems.push(AppProblem { item: item.into(), kind, help: help.into() });
    }

    fn imports(&mut self) -> Vec<Import> {
        let ty = self.component.component_type();
        let mut imports = Vec::new();
        for (name, item) in ty.imports(self.engine) {
            match &item.ty {
                ComponentItem::ComponentInstance(instance) => {
                    let items: Vec<_> =
                        instance.exports(self.engine).map(|(name, item)| (name.to_string(), item.ty)).collect();
                    imports.extend(self.import(name, &items));
                }
                // A type that a world names at its root, for its own functions.
                ComponentItem::Type(_) => {}
                ComponentItem::ComponentFunc(_) => self.problem(
                    name,
                    AppProblemKind::Unsupported { what: "a function imported at the root of the world".into() },
                    "put the function into an interface and import that; only interfaces can be wired",
                ),
                other => {
                    let what = format!("the import is {}", component::kind(other));
                    self.problem(
                        name,
                        AppProblemKind::Unsupported { what },
                        "import interfaces of functions and value types only",
                    );
                }
            }
        }
        imports
    }

    fn import(&mut self, name: &str, items: &[(String, ComponentItem)]) -> Option<Import> {
        if name.starts_with("wasi:") {
            self.problem(name, AppProblemKind::Wasi, WASI_HELP);
            return None;
        }
        let functions = self.functions(name, items);
        if functions.is_empty() {
            // An interface of types alone needs no provider; its types are compared where functions use them.
            return Some(Import { name: name.into(), interface: interface(name, []) });
        }
        let known = InterfaceName::parse(name).and_then(|name| (self.registered)(&name));
        let Some(known) = known else {
            let help = match nearest(name, self.registered_names.iter().map(String::as_str)) {
                Some(nearest) => format!("did you mean `{nearest}`? register the interface before the app is added"),
                None => {
                    "register it with `register::<..::Interface>()` or `register_wit(text)` before the app is added"
                        .into()
                }
            };
            self.problem(name, AppProblemKind::Undeclared, help);
            return None;
        };
        self.compare_import(name, &functions, &known);
        Some(Import { name: name.into(), interface: interface(name, functions) })
    }

    fn exports(&mut self) -> (Provides, Vec<ComponentExportIndex>) {
        let ty = self.component.component_type();
        let (mut interfaces, mut root) = (Vec::new(), Vec::new());
        let (mut indices, mut root_indices) = (Vec::new(), Vec::new());
        for (name, item) in ty.exports(self.engine) {
            match &item.ty {
                ComponentItem::ComponentInstance(instance) => {
                    let items: Vec<_> =
                        instance.exports(self.engine).map(|(name, item)| (name.to_string(), item.ty)).collect();
                    let functions = self.functions(name, &items);
                    if let Some(known) = InterfaceName::parse(name).and_then(|name| (self.registered)(&name)) {
                        self.compare_export(name, &functions, &known);
                    }
                    let outer = self.component.get_export_index(None, name);
                    indices.extend(
                        functions
                            .iter()
                            .filter_map(|function| self.component.get_export_index(outer.as_ref(), function.name())),
                    );
                    interfaces.push(interface(name, functions));
                }
                ComponentItem::ComponentFunc(ty) => {
                    root.extend(self.function(name, name, ty));
                    root_indices.extend(self.component.get_export_index(None, name));
                }
                ComponentItem::Type(_) => {}
                other => {
                    let what = format!("the export is {}", component::kind(other));
                    self.problem(
                        name,
                        AppProblemKind::Unsupported { what },
                        "export interfaces of functions and value types only",
                    );
                }
            }
        }
        indices.extend(root_indices);
        (Provides::new(interfaces, root), indices)
    }

    /// The functions among an interface's items.
    fn functions(&mut self, interface: &str, items: &[(String, ComponentItem)]) -> Vec<Function> {
        let mut functions = Vec::new();
        for (name, item) in items {
            let place = format!("{interface}, `{name}`");
            match item {
                ComponentItem::ComponentFunc(ty) => functions.extend(self.function(&place, name, ty)),
                ComponentItem::Type(_) => {}
                other => {
                    let what = component::kind(other).to_string();
                    self.problem(
                        place,
                        AppProblemKind::Unsupported { what },
                        "pass ids or values instead; isorun carries plain values only",
                    );
                }
            }
        }
        functions
    }

    fn function(&mut self, place: &str, name: &str, ty: &ComponentFunc) -> Option<Function> {
        match self.reader.function(name, ty) {
            Ok(function) => Some(function),
            Err(component::Unsupported(what)) => {
                self.problem(
                    place,
                    AppProblemKind::Unsupported { what },
                    "pass ids or values instead; isorun carries plain values only",
                );
                None
            }
        }
    }

    /// Notes every imported function that the registered interface has not, or has with another type.
    fn compare_import(&mut self, name: &str, functions: &[Function], known: &Interface) {
        for function in functions {
            let Some((_, registered)) = known.function(function.name()) else {
                let names = known.functions().iter().map(Function::name);
                let help = match nearest(function.name(), names) {
                    Some(nearest) => {
                        format!("did you mean `{nearest}`? otherwise register the newer edition of the interface")
                    }
                    None => "register the edition of the interface that has it".into(),
                };
                self.problem(place(name, function), AppProblemKind::UnknownFunction, help);
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
                        registered: registered.to_string(),
                    };
                    self.problem(place(name, registered), kind, EDITED);
                }
            }
        }
    }

    fn compare(&mut self, name: &str, function: &Function, registered: &Function) {
        if function != registered {
            let kind = AppProblemKind::Differs { component: function.to_string(), registered: registered.to_string() };
            self.problem(place(name, function), kind, EDITED);
        }
    }
}

fn place(interface: &str, function: &Function) -> String {
    format!("{interface}, function `{}`", function.name())
}

const EDITED: &str = "versions of one track must agree, so one side was built from an edited WIT; rebuild it";

const WASI_HELP: &str = "the app was built for a target with WASI, or its standard library pulled it in (printing, files, clocks, \
environment, random hash seeds); build for `wasm32-unknown-unknown`, and use interfaces such as `isorun:log` and `isorun:fs` instead";
