//! The provider of one import, as the stores of an instance hold it.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use super::Provider;
use super::call_counts::CallCounts;
#[cfg(feature = "engine")]
use crate::error::call::CallError;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::interface::port::Import;
use crate::let_go::let_go;

/// The provider of one import.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) provider: Arc<Provider>,
    /// The functions that the wired handle may call, if that handle was narrowed.
    pub(crate) reach: Option<Arc<[FuncIndex]>>,
    pub(crate) part: Part,
    /// The Rust value behind the provider, if it is a system: calls of it need no image.
    pub(crate) system: Option<Arc<dyn Any + Send + Sync>>,
    /// How long the provider may take for one call.
    pub(crate) timeout: Option<Duration>,
    /// Counts the calls that go through this slot; the provider reads them too.
    pub(crate) counts: Arc<CallCounts>,
    /// The number under which the provider knows these counts.
    wire: u64,
}

/// The part of a provider that serves an import.
#[derive(Debug)]
pub(crate) struct Part {
    /// The import: the functions that the app can call.
    pub(crate) import: Import,
    /// What is used of the provider's exports. It differs from the import only for a function that has another name there.
    pub(crate) uses: Interface,
    /// The provider's index of each function of the import, in the import's order.
    pub(crate) functions: Box<[FuncIndex]>,
    /// The name that was given for the provider's function, if the import is a function that was given one by itself.
    pub(crate) function: Option<Arc<str>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.provider.tally().leave(self.wire);
        // The last owner of a user's value drops it, which may do anything.
        let_go(self.system.take());
    }
}

#[cfg(feature = "engine")]
impl Slot {
    /// The slot of an import that is wired to a provider. If it is `serial`, at most one call goes through it at a time.
    pub(crate) fn new(
        (provider, reach): (Arc<Provider>, Option<Arc<[FuncIndex]>>),
        part: Part,
        system: Option<Arc<dyn Any + Send + Sync>>,
        timeout: Option<Duration>,
        serial: bool,
    ) -> Slot {
        let (wire, counts) = provider.tally().join(serial);
        Slot { provider, reach, part, system, timeout, counts, wire }
    }

    /// The value of the system behind the slot. It is a `T`, because the linker chose the closures that call this by the type of that value.
    #[inline]
    pub(crate) fn system<T: Any>(&self) -> Result<&T, CallError> {
        self.system.as_deref().and_then(|system| system.downcast_ref()).ok_or_else(mislinked)
    }

    /// The provider's index of a function of the import.
    #[inline]
    pub(crate) fn function(&self, place: usize) -> Result<FuncIndex, CallError> {
        self.part.functions.get(place).copied().ok_or_else(mislinked)
    }
}

#[cfg(feature = "engine")]
#[cold]
pub(crate) fn mislinked() -> CallError {
    CallError::bug("an import was linked to a provider of another kind")
}
