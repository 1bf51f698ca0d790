//! What the tools that had a part in a component have written into it about themselves.
//!
//! Most write a `producers` section: <https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md>. componentize-py does not,
//! but the modules that it puts into a component have names.

use wasmparser::{CustomSectionReader, KnownCustom, Name, ProducersSectionReader};

use crate::error::toolchain::Toolchain;

/// How many notes of one section are read. A section has a handful; a stranger's may have millions.
const MOST_NOTES: usize = 100;

/// The toolchain that a section tells of. What cannot be read ends the search, since such a section is no part of what runs.
pub(super) fn toolchain(section: &CustomSectionReader<'_>) -> Option<Toolchain> {
    match section.as_known() {
        KnownCustom::Producers(producers) => noted(producers),
        KnownCustom::Name(mut names) => match names.next()?.ok()? {
            Name::Module { name, .. } => by_module(name),
            _ => None,
        },
        _ => None,
    }
}

/// The most telling note of a section.
fn noted(section: ProducersSectionReader<'_>) -> Option<Toolchain> {
    let fields = section.into_iter().map_while(Result::ok).take(MOST_NOTES);
    let values = fields.flat_map(|field| field.values.into_iter().map_while(Result::ok).take(MOST_NOTES));
    values.take(MOST_NOTES).filter_map(|value| by_note(value.name)).max()
}

fn by_note(name: &str) -> Option<Toolchain> {
    let is = |words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word));
    match name {
        _ if is(&["ComponentizeJS", "componentize-js", "JavaScript"]) => Some(Toolchain::JavaScript),
        _ if is(&["componentize-py", "Python"]) => Some(Toolchain::Python),
        _ if is(&["TinyGo", "Go"]) => Some(Toolchain::Go),
        _ if is(&["Rust", "rustc"]) => Some(Toolchain::Rust),
        _ if is(&["clang", "C", "C11", "C++", "C_plus_plus_14", "C_plus_plus_17"]) => Some(Toolchain::C),
        _ => None,
    }
}

fn by_module(name: &str) -> Option<Toolchain> {
    let starts = |word: &str| name.starts_with(word);
    (starts("libpython") || starts("libcomponentize_py") || starts("componentize_py")).then_some(Toolchain::Python)
}
