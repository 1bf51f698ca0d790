//! The validator's words, with help that fits them.

use crate::error::inspect::InspectError;

/// The error for a message of the validator about a component, with help that fits the message.
pub(crate) fn invalid(message: String) -> InspectError {
    // What the component calls its own things stands in backticks, and could be any of the words below.
    let said: String = message.split('`').step_by(2).collect();
    let help = KINDS.iter().find(|(words, _)| words.iter().any(|words| said.contains(words)));
    let help = help.map_or(BREAKS_A_RULE, |(_, help)| help);
    InspectError::Invalid { message, help: help.into() }
}

/// What to do about what the validator refuses, by words that stand in its messages. The first that fits is taken.
const KINDS: [(&[&str], &str); 6] = [
    (
        // Where the bytes end, or where they cannot be what stands there.
        &[
            "unexpected end",
            "unexpected eof",
            "invalid var_",
            "invalid leading byte",
            "malformed",
            "magic",
            "illegal opcode",
            "subopcode",
            "zero byte",
            "nonzero byte",
            "UTF-8",
            "trailing bytes",
            "trailing data",
            "operators remaining",
            "unexpected content",
            "unexpected data",
            "inconsistent lengths",
            "section out of bounds",
        ],
        "the file is damaged or cut off; build or send it again",
    ),
    (
        &["async feature", "async builtins feature", "async stackful feature", "error-context"],
        "isorun runs no `async`, `stream`, `future` or `error-context`; build the app against an interface without them",
    ),
    (
        &[
            "not enabled",
            "are disallowed",
            "is disabled",
            "are disabled",
            "not supported",
            "not active",
            "must be enabled",
            "proposal",
            "requires the",
            "feature to be enabled",
            "without the gc feature",
        ],
        "isorun is built without this wasm proposal; build the app without it (C++: `-fno-exceptions`)",
    ),
    (
        &["conflicts with previous"],
        "names that differ in upper and lower case only are the same name; rename one of the two",
    ),
    (
        &[
            "too many",
            "too deep",
            "too large",
            "exceeds",
            "implementation limit",
            "size is out of bounds",
            "size out of bounds",
            "must be at most",
        ],
        "this part of it is larger than wasm's tools agreed on; make it smaller, or split it",
    ),
    (
        &["canonical option", "canonical ABI"],
        "what passes values is missing or wrong, such as the memory or the function `cabi_realloc`; let a tool write that, such as `wit-bindgen` with `wasm-tools component new`",
    ),
];

/// What to do about a component that is whole, and wrong.
const BREAKS_A_RULE: &str = "it breaks a rule of wasm, so the tool that made it has a bug or is too old; update the tool, or report that to its makers";

#[cfg(test)]
mod tests {
    use super::*;

    fn help(message: &str) -> String {
        let InspectError::Invalid { help, .. } = invalid(message.into()) else { panic!("{message}") };
        help
    }

    #[test]
    fn only_bytes_that_end_or_are_no_wasm_are_called_damaged() {
        for damaged in [
            "unexpected end-of-file (at offset 0x10)",
            "invalid leading byte (0x7f) for component external kind (at offset 0x1)",
            "malformed section id: 200 (at offset 0x8)",
            "invalid var_u32: integer too large (at offset 0x8)",
            "unexpected content in the type section (at offset 0x8)",
        ] {
            assert!(help(damaged).contains("damaged"), "{damaged}");
        }
        for (whole, says) in [
            ("canonical option `realloc` is required (at offset 0x10)", "cabi_realloc"),
            ("export name `FOO` conflicts with previous name `foo` (at offset 0x10)", "upper and lower case"),
            ("br_table size is out of bounds (at offset 0x10)", "smaller"),
            ("type nesting is too deep (at offset 0x10)", "smaller"),
            ("exceptions proposal not enabled (at offset 0x10)", "proposal"),
            ("canonical option `async` requires the component model async feature (at offset 0x10)", "runs no `async`"),
            ("type mismatch: expected i32, found i64 (at offset 0x10)", "breaks a rule"),
            ("unknown type 3: type index out of bounds (at offset 0x10)", "breaks a rule"),
            ("import name `malformed` is not a valid extern name (at offset 0x10)", "breaks a rule"),
        ] {
            assert!(help(whole).contains(says), "{whole}: {}", help(whole));
        }
    }
}
