//! Imports with their providers.

use std::collections::HashMap;
use std::sync::Arc;

use crate::guest::policy::Reuse;
use crate::instance::Instance;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::interface::port::Import;
use crate::provider::Kind;
use crate::provider::call_counts::CallCounts;
use crate::provider::slot::Slot;
use crate::provider::system::Consumer;

/// One import and its provider.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) import: Import,
    /// The part of the provider's exports that the import uses. It differs from the import only for a function that has another name there.
    pub(crate) uses: Interface,
    pub(crate) instance: Instance,
    /// The provider's index of each imported function.
    pub(crate) functions: Box<[FuncIndex]>,
    /// The name that was given for the provider's function, if it was given by itself.
    pub(crate) function: Option<Arc<str>>,
}

/// The wires as the stores of an instance hold them. A value that a system has made for this consumer before is used again, for all the
/// imports that are wired to that system.
pub(crate) fn slots(wires: Vec<Wire>, consumer: Consumer<'_>, reuse: Reuse, before: &[Slot]) -> Arc<[Slot]> {
    let mut slots: Vec<Slot> = Vec::with_capacity(wires.len());
    let kept = before.iter().filter_map(|slot| Some((slot.provider.id(), slot.system.clone()?)));
    let mut values: HashMap<u64, _> = kept.collect();
    for Wire { import, uses, instance, functions, function } in wires {
        let provider = instance.provider().clone();
        let system = match provider.kind() {
            Kind::System(system) => match values.get(&provider.id()) {
                Some(value) => Some(value.clone()),
                None => system.value(&consumer).inspect(|value| drop(values.insert(provider.id(), value.clone()))),
            },
            Kind::Guest(_) | Kind::Remote(_) => None,
        };
        let counts = if reuse == Reuse::Serial { CallCounts::serial() } else { CallCounts::default() };
        slots.push(Slot { provider, reach: instance.reach(), import, uses, function, system, functions, counts });
    }
    slots.into()
}
