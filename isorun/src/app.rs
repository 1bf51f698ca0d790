//! An app: a component whose imports and exports were checked and which was compiled, of which instances can be made.

mod code_cache;
pub(crate) mod compile_worker;
pub(crate) mod gate;

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use crate::component::check::Checked;
use crate::component::needs::Needs;
use crate::interface::exports::Exports;
use crate::interface::port::{Export, Import};
use crate::provider::glue::WiringKey;
use crate::store::State;

use gate::Compiled;

/// A component that was added to a runtime, of which instances can be made.
///
/// A clone is a handle of the same app.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    name: Arc<str>,
    component: Component,
    imports: Box<[Import]>,
    exports: Exports,
    /// The component's function for each index of `exports`.
    functions: Arc<[Option<ComponentExportIndex>]>,
    needs: Needs,
    was_cached: bool,
    sha256: [u8; 32],
    /// The linked component for each wiring key. Instances whose imports have providers of the same kinds share it.
    linked: Mutex<HashMap<WiringKey, InstancePre<State>>>,
    removed: AtomicBool,
}

impl App {
    /// The app of a compiled component; `None` if the compiled component lacks an export that was read before.
    pub(crate) fn new(name: &str, sha256: [u8; 32], compiled: Compiled, checked: Checked) -> Option<App> {
        let Compiled { component, was_cached } = compiled;
        let functions = export_indices(&component, &checked.exports)?;
        let Checked { imports, exports, needs } = checked;
        Some(App(Arc::new(Inner {
            name: name.into(),
            component,
            imports: imports.into(),
            exports,
            functions,
            needs,
            was_cached,
            sha256,
            linked: Mutex::default(),
            removed: AtomicBool::new(false),
        })))
    }

    /// The name it was added under.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What its instances import, with the functions that it may call and no others.
    pub fn imports(&self) -> Vec<Import> {
        self.0.imports.to_vec()
    }

    /// What its instances export.
    pub fn exports(&self) -> Vec<Export> {
        self.0.exports.list().to_vec()
    }

    /// Whether its compiled code came from the [code cache](crate::RuntimeBuilder::code_cache), so that nothing was compiled.
    pub fn was_cached(&self) -> bool {
        self.0.was_cached
    }

    /// The SHA-256 of the bytes that it was added from, by which a [recipe](crate::Runtime::recipe) knows it.
    pub fn sha256(&self) -> [u8; 32] {
        self.0.sha256
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.0.name.clone()
    }

    pub(crate) fn all_imports(&self) -> &[Import] {
        &self.0.imports
    }

    pub(crate) fn all_exports(&self) -> &Exports {
        &self.0.exports
    }

    /// The component's function for each index of [`all_exports`](App::all_exports).
    pub(crate) fn functions(&self) -> &Arc<[Option<ComponentExportIndex>]> {
        &self.0.functions
    }

    /// What each of its stores takes.
    pub(crate) fn needs(&self) -> Needs {
        self.0.needs
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

    /// What was linked for this key before, or what `link` makes of it now. Nothing is locked while it links: of two that link at once, one is
    /// thrown away.
    pub(crate) fn linked<E>(
        &self,
        key: WiringKey,
        link: impl FnOnce() -> Result<InstancePre<State>, E>,
    ) -> Result<InstancePre<State>, E> {
        let linked = || self.0.linked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = linked().get(&key).cloned();
        if let Some(pre) = before {
            return Ok(pre);
        }
        let pre = link()?;
        let one_too_many = linked().insert(key, pre.clone());
        drop(one_too_many);
        Ok(pre)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.0.name)
            .field("imports", &self.imports())
            .field("exports", &self.exports())
            .finish()
    }
}

/// Two handles are equal if they stand for the same app.
impl PartialEq for App {
    fn eq(&self, other: &App) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for App {}

impl Hash for App {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// Where the functions are that an app exports, in the order of their indices.
fn export_indices(component: &Component, exports: &Exports) -> Option<Arc<[Option<ComponentExportIndex>]>> {
    let mut indices = Vec::new();
    for export in exports.list() {
        let outer = match export.is_root() {
            true => None,
            false => Some(component.get_export_index(None, export.name())?),
        };
        for function in export.interface().functions() {
            indices.push(Some(component.get_export_index(outer.as_ref(), function.name())?));
        }
    }
    Some(indices.into())
}
