//! What a component says of itself: its imports, its exports, its sizes, and what made it; and whether that fits what is registered.
//!
//! First it is counted what the bytes mean (`measure`), then the types are read. Nothing is compiled. None of this needs the engine.

pub(crate) mod allow;
pub(crate) mod check;
pub mod inspect;
mod invalid;
pub(crate) mod item;
pub(crate) mod measure;
pub(crate) mod needs;
mod producers;
mod types;

use wasmparser::{ComponentExternName, Parser, Payload, ValidPayload, Validator, WasmFeatures};

use crate::error::inspect::InspectError;
use crate::error::toolchain::Toolchain;
use crate::limits::app::AppLimits;

pub(crate) use invalid::invalid;
use item::Item;
use measure::measure;
use needs::Needs;

/// The features that a component may use when it is read, before it is compiled. Of the component model these are exactly those that
/// `engine.rs` switches on, so that the validator refuses the others. Of core wasm they are all, since which of them the engine lacks
/// depends on the machine, and compiling reports it.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::all().difference(
    WasmFeatures::CM_VALUES
        .union(WasmFeatures::CM_NESTED_NAMES)
        .union(WasmFeatures::CM_ASYNC)
        .union(WasmFeatures::CM_ASYNC_STACKFUL)
        .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
        .union(WasmFeatures::CM_THREADING)
        .union(WasmFeatures::CM_ERROR_CONTEXT)
        .union(WasmFeatures::CM_GC)
        .union(WasmFeatures::CM64)
        .union(WasmFeatures::CM_CANON_NAMES),
);

/// A component's imports and exports in isorun's words, in the component's order.
pub(crate) struct Outline {
    pub(crate) imports: Vec<Item>,
    pub(crate) exports: Vec<Item>,
    pub(crate) sizes: Sizes,
    pub(crate) needs: Needs,
    /// What made it, if that is known.
    pub(crate) toolchain: Option<Toolchain>,
}

/// How large a component is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sizes {
    pub(crate) bytes: u64,
    pub(crate) code: u64,
    pub(crate) modules: u32,
    pub(crate) memory: u64,
}

/// Reads a component, if it is within limits. What it does beyond `features` is refused in the validator's words.
pub(crate) fn read(bytes: &[u8], features: WasmFeatures, limits: &AppLimits) -> Result<Outline, InspectError> {
    sniff(bytes)?;
    let measured = measure(bytes, features, limits).map_err(|error| invalid(error.to_string()))?;
    let exceeded = measured.exceeded(limits);
    if !exceeded.is_empty() {
        return Err(InspectError::TooMuch { exceeded });
    }
    read_valid(bytes, features, measured.needs()).map_err(|error| invalid(error.to_string()))
}

fn read_valid(bytes: &[u8], features: WasmFeatures, needs: Needs) -> wasmparser::Result<Outline> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut sizes = Sizes { bytes: bytes.len() as u64, ..Sizes::default() };
    let (mut imports, mut exports) = (Vec::<ComponentExternName<'_>>::new(), Vec::<ComponentExternName<'_>>::new());
    let mut toolchain = None;
    // How many modules and components of the component are open.
    let mut inside = 0_u32;
    let mut outline = None;
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        // A function's body is handed back to be validated; wasmtime does that, should it come to compiling.
        let valid = validator.payload(&payload)?;
        match payload {
            Payload::ModuleSection { .. } => (inside, sizes.modules) = (inside + 1, sizes.modules.saturating_add(1)),
            Payload::ComponentSection { .. } => inside += 1,
            Payload::CodeSectionStart { size, .. } => sizes.code = sizes.code.saturating_add(size.into()),
            Payload::MemorySection(memories) => {
                for memory in memories {
                    let memory = memory?;
                    let page = 1 << memory.page_size_log2.unwrap_or(16);
                    sizes.memory = sizes.memory.saturating_add(memory.initial.saturating_mul(page));
                }
            }
            Payload::ComponentImportSection(section) if inside == 0 => {
                for import in section {
                    imports.push(import?.name);
                }
            }
            Payload::ComponentExportSection(section) if inside == 0 => {
                for export in section {
                    exports.push(export?.name);
                }
            }
            Payload::CustomSection(section) => toolchain = toolchain.max(producers::toolchain(&section)),
            _ => {}
        }
        if let ValidPayload::End(types) = valid {
            if inside > 0 {
                inside -= 1;
                continue;
            }
            let mut reader = types::Reader::new(types.as_ref());
            let imports = imports
                .iter()
                .filter_map(|name| Some(reader.item(name, types.component_item_for_import(name.name)?.ty)));
            let imports = imports.collect();
            let exports = exports
                .iter()
                .filter_map(|name| Some(reader.item(name, types.component_item_for_export(name.name)?.ty)));
            let exports = exports.collect();
            outline = Some(Outline { imports, exports, sizes, needs, toolchain });
        }
    }
    // The parser gives an end or an error.
    Ok(outline.unwrap_or(Outline { imports: Vec::new(), exports: Vec::new(), sizes, needs, toolchain }))
}

/// Says what bytes are that are no component; the validator's words would be about a parser's state.
fn sniff(bytes: &[u8]) -> Result<(), InspectError> {
    let not = |found: &str, help: &str| Err(InspectError::NotAComponent { found: found.into(), help: help.into() });
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
