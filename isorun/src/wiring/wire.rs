//! Imports with their providers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::guest::policy::Reuse;
use crate::instance::Instance;
use crate::provider::Kind;
use crate::provider::slot::{Part, Slot};
use crate::provider::system::Consumer;

/// One import and its provider.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) instance: Instance,
    pub(crate) part: Part,
}

/// The wires as the stores of an instance hold them. A value that a system has made for this consumer before is used again, for all the
/// imports that are wired to that system; and a provider that had a time of its own before keeps it, unless it is given another.
pub(crate) fn slots(
    wires: Vec<Wire>,
    consumer: Consumer<'_>,
    reuse: Reuse,
    before: &[Slot],
    given_times: &[(Instance, Duration)],
) -> Arc<[Slot]> {
    let mut times: HashMap<u64, _> = before.iter().map(|slot| (slot.provider.id(), slot.timeout)).collect();
    times.extend(given_times.iter().map(|(instance, span)| (instance.provider().id(), Some(*span))));
    let mut slots: Vec<Slot> = Vec::with_capacity(wires.len());
    let kept = before.iter().filter_map(|slot| Some((slot.provider.id(), slot.system.clone()?)));
    let mut values: HashMap<u64, _> = kept.collect();
    for Wire { instance, part } in wires {
        let provider = instance.provider().clone();
        let system = match provider.kind() {
            Kind::System(system) => match values.get(&provider.id()) {
                Some(value) => Some(value.clone()),
                None => system.value(&consumer).inspect(|value| drop(values.insert(provider.id(), value.clone()))),
            },
            Kind::Guest(_) | Kind::Remote(_) => None,
        };
        let timeout = times.get(&provider.id()).copied().flatten();
        slots.push(Slot::new((provider, instance.reach()), part, system, timeout, reuse == Reuse::Serial));
    }
    slots.into()
}
