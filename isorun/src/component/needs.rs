//! What one store of an app takes of the engine, known before anything is compiled.

use crate::limits::places::Places;

/// What one store of an app takes of the engine's pool, and what the engine allocates for it beside its memories and tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Instances of core modules, those of nested components among them.
    pub(crate) core_instances: u32,
    /// Linear memories that the app defines.
    pub(crate) memories: u32,
    /// Tables that the app defines.
    pub(crate) tables: u32,
    /// An upper bound of the bytes that the engine allocates for all of these in the host.
    pub(crate) engine_bytes: u64,
}

impl Needs {
    /// The places that one store takes of the engine's pool.
    pub(crate) fn places(&self) -> Places {
        Places::of_a_store(self.core_instances, self.memories, self.tables)
    }
}
