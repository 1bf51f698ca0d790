//! Imports with their providers.

use std::sync::Arc;

use crate::guest::policy::Reuse;
use crate::instance::Instance;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::provider::Kind;
use crate::provider::slot::Slot;
use crate::provider::system::Consumer;

/// One import and its provider.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The name as the component spells it.
    pub(crate) import: String,
    /// The functions that the app imports.
    pub(crate) interface: Interface,
    pub(crate) instance: Instance,
    /// The provider's index of each of those functions.
    pub(crate) functions: Box<[FuncIndex]>,
}

/// The wires as the stores of an instance hold them. A value that a system has made for this consumer before is used again, for all the
/// imports that are wired to that system.
pub(crate) fn slots(wires: Vec<Wire>, consumer: Consumer<'_>, reuse: Reuse, before: &[Slot]) -> Arc<[Slot]> {
    let mut slots: Vec<Slot> = Vec::with_capacity(wires.len());
    for Wire { interface: import, instance, functions, .. } in wires {
        let provider = instance.provider().clone();
        let kept = before.iter().chain(&slots).find(|slot| Arc::ptr_eq(&slot.provider, &provider));
        let kept = kept.and_then(|slot| slot.system.clone());
        let system = match provider.kind() {
            Kind::System(system) => kept.or_else(|| system.value(&consumer)),
            Kind::Guest(_) | Kind::Remote(_) => None,
        };
        slots.push(Slot::new((provider, instance.reach()), (import, functions), system, reuse == Reuse::Serial));
    }
    slots.into()
}
