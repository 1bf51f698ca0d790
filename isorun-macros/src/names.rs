//! From kebab case to Rust, and nothing else decides a name.

use std::collections::HashSet;

/// What must not be an identifier, in any edition.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The name of a type or a case: `not-found` is `NotFound`, `HTTP-v2` is `HttpV2`, `self` is `Self_`.
pub(crate) fn type_name(kebab: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    };
    escape(kebab.split('-').map(capital).collect())
}

/// Names that types of the WIT cannot have: two types that are generated beside them, and `Cx`, by which a method's context is recognised.
pub(crate) const GENERATED: [&str; 3] = ["Interface", "Caller", "Cx"];

/// The name of the trait of an interface: `kv` is `Kv`, `caller` is `CallerTrait`.
pub(crate) fn trait_name(kebab: &str) -> String {
    let name = type_name(kebab);
    if GENERATED.contains(&name.as_str()) { format!("{name}Trait") } else { name }
}

/// The name of a function, a parameter or a field: `read-dir` is `read_dir`, `type` is `type_`.
pub(crate) fn value_name(kebab: &str) -> String {
    escape(kebab.replace('-', "_").to_ascii_lowercase())
}

/// The name of a flag: `read-only` is `READ_ONLY`.
pub(crate) fn constant_name(kebab: &str) -> String {
    kebab.replace('-', "_").to_ascii_uppercase()
}

/// `isorun:kv/kv` of `isorun:kv/kv@0.1.0`.
pub(crate) fn without_version(wire_name: &str) -> &str {
    wire_name.split('@').next().unwrap_or(wire_name)
}

/// The WIT name that a Rust name stands for, if it is one of ours: `read_dir` is `read-dir`, `type_` is `type`.
pub(crate) fn kebab_of(rust: &str) -> String {
    rust.trim_start_matches("r#").trim_end_matches('_').replace('_', "-")
}

fn escape(mut name: String) -> String {
    // WIT allows no name that begins with a digit, but a name is never a reason to panic.
    if name.starts_with(|letter: char| letter.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// The names that are taken in one Rust scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken(HashSet<String>);

impl Taken {
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Takes `name`, or the first of `name2`, `name3`, … that is free.
    pub(crate) fn take(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let free =
            std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::{Taken, constant_name, kebab_of, type_name, value_name};

    #[test]
    fn kebab_names_become_rust_names() {
        assert_eq!(type_name("not-found"), "NotFound");
        assert_eq!(type_name("HTTP-v2"), "HttpV2");
        assert_eq!(type_name("self"), "Self_");
        assert_eq!(value_name("read-DIR"), "read_dir");
        assert_eq!(value_name("type"), "type_");
        assert_eq!(value_name("crate"), "crate_");
        assert_eq!(constant_name("read-only"), "READ_ONLY");
        assert_eq!(kebab_of("type_"), "type");
        assert_eq!(kebab_of("r#async"), "async");
    }

    #[test]
    fn equal_names_get_a_number() {
        let mut taken = Taken::default();
        assert_eq!(taken.take(&type_name("is64-bit")), "Is64Bit");
        assert_eq!(taken.take(&type_name("is-64-bit")), "Is64Bit2");
        assert_eq!(taken.take("Is64Bit"), "Is64Bit3");
    }
}
