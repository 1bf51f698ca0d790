//! The components of `examples/apps`, as they are committed.

/// A store that keeps each value in a file: imports `isorun:fs`, exports `isorun:kv`.
pub const KV: &[u8] = include_bytes!("../../examples/apps/components/kv.wasm");

/// A web service for notes: imports `isorun:kv`, exports `isorun:server`.
pub const NOTES: &[u8] = include_bytes!("../../examples/apps/components/notes.wasm");

/// Computes: exports `test:bench/compute`.
pub const CALC: &[u8] = include_bytes!("../../examples/apps/components/calc.wasm");

/// Has others compute: imports `test:bench/compute` and `test:bench/host`, exports `test:bench/relay`.
pub const RELAY: &[u8] = include_bytes!("../../examples/apps/components/relay.wasm");

/// Takes as much of its host as ordinary code can: imports `test:attacks/sink`, exports `test:attacks/attacks`.
pub const ATTACKS: &[u8] = include_bytes!("../../examples/apps/components/attacks.wasm");

/// Does what no guest should do, on request: exports `test:misbehave/misbehave`.
pub const MISBEHAVE: &[u8] = include_bytes!("../../examples/apps/components/misbehave.wasm");

/// Returns values of every type: exports `test:types/types`, and `main` at its root.
pub const TYPES: &[u8] = include_bytes!("../../examples/apps/components/types.wasm");

/// Has another app return them: imports and exports `test:types/types`.
pub const TYPES_RELAY: &[u8] = include_bytes!("../../examples/apps/components/types-relay.wasm");

/// Hands on what its world imports in every way that a world can: imports and exports those of `wit/desk`.
pub const DESK: &[u8] = include_bytes!("../../examples/apps/components/desk.wasm");

/// Provides what `DESK` imports, in the same ways.
pub const SHELF: &[u8] = include_bytes!("../../examples/apps/components/shelf.wasm");

/// Counts, and can save its count: exports `test:moving/counter` and `isorun:state/snapshot`.
pub const COUNTER: &[u8] = include_bytes!("../../examples/apps/components/counter.wasm");

/// Asks three others, counts that, and can save its count: imports `test:moving/one`, `two` and `three`, exports `test:moving/hub` and
/// `isorun:state/snapshot`.
pub const HUB: &[u8] = include_bytes!("../../examples/apps/components/hub.wasm");
