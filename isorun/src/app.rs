//! A component that was added: its imports and exports checked, compiled, not running.

mod add;
mod allow;
mod check;
mod code_cache;
mod component;
mod gate;
mod inspect;
mod wasi;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use crate::instance::provides::Provides;
use crate::instance::store::State;
use crate::interface::Interface;
use crate::wiring::Shape;

pub use add::AddApp;
use check::Checked;
pub(crate) use gate::{Gate, GateSettings};
pub use inspect::{Inspected, InspectedFunction, Inspection, inspect};
pub use wasi::WasiReason;

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
    was_cached: bool,
    /// What was linked, per kind of provider of each import: instances wired alike share it.
    linked: Mutex<HashMap<Shape, InstancePre<State>>>,
    removed: AtomicBool,
}

/// A component's code, and where it came from.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    pub(crate) was_cached: bool,
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
    /// The app of a compiled component; `None` if that has not the exports that were read of it.
    fn new(name: &str, compiled: Compiled, checked: Checked) -> Option<App> {
        let Compiled { component, was_cached } = compiled;
        let exports = export_indices(&component, &checked.provides)?;
        let Checked { imports, provides } = checked;
        Some(App(Arc::new(Inner {
            name: name.into(),
            component,
            imports: imports.into(),
            provides,
            exports,
            was_cached,
            linked: Mutex::default(),
            removed: AtomicBool::new(false),
        })))
    }

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

    /// Whether its compiled code came from the [code cache](crate::RuntimeBuilder::code_cache), so that nothing was compiled.
    pub fn was_cached(&self) -> bool {
        self.0.was_cached
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

/// Where the functions are that an app provides, in the order of their handles.
fn export_indices(component: &Component, provides: &Provides) -> Option<Arc<[Option<ComponentExportIndex>]>> {
    let mut indices = Vec::new();
    for interface in &*provides.interfaces {
        let outer = component.get_export_index(None, interface.name().to_string())?;
        for function in interface.functions() {
            indices.push(Some(component.get_export_index(Some(&outer), function.name())?));
        }
    }
    for function in &*provides.root {
        indices.push(Some(component.get_export_index(None, function.name())?));
    }
    Some(indices.into())
}
