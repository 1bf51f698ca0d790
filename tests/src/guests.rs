//! Small apps of a special shape, in wasm text.

/// An app whose `f` hands its number on to the `f` of another and adds `plus` to what comes back.
///
/// `import` and `export` are interfaces with that one function, such as `acme:chain/one`.
pub fn step(import: &str, export: &str, plus: u32) -> Vec<u8> {
    parse(&format!(
        r#"(component
            (import "{import}" (instance $below (export "f" (func (param "n" u32) (result u32)))))
            (core func $f (canon lower (func $below "f")))
            (core module $code
                (import "below" "f" (func $f (param i32) (result i32)))
                (func (export "f") (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const {plus}))))
            (core instance $code (instantiate $code (with "below" (instance (export "f" (func $f))))))
            (func $up (param "n" u32) (result u32) (canon lift (core func $code "f")))
            (instance $up (export "f" (func $up)))
            (export "{export}" (instance $up)))"#
    ))
}

/// An app that exports an interface with these functions: each has a name, its type after `func` and the body of its core function.
///
/// They take and return numbers, and share a global, `$cell`.
pub fn provider(export: &str, functions: &[(&str, &str, &str)]) -> Vec<u8> {
    let core = functions.iter().map(|(name, ty, body)| format!(r#"(func (export "{name}") {} {body})"#, core_type(ty)));
    let lifted = functions
        .iter()
        .map(|(name, ty, _)| format!(r#"(func $f-{name} {ty} (canon lift (core func $code "{name}")))"#));
    let exports = functions.iter().map(|(name, ..)| format!(r#"(export "{name}" (func $f-{name}))"#));
    parse(&format!(
        r#"(component
            (core module $code (global $cell (mut i32) (i32.const 0)) {})
            (core instance $code (instantiate $code))
            {}
            (instance $out {})
            (export "{export}" (instance $out)))"#,
        core.collect::<String>(),
        lifted.collect::<String>(),
        exports.collect::<String>()
    ))
}

/// The type of a core function, of the text of a component function's with numbers only.
fn core_type(ty: &str) -> String {
    let core = |part: &str| match part.trim_end_matches(')').rsplit(' ').next() {
        Some("u64" | "s64") => "i64",
        _ => "i32",
    };
    let parts = ty.split('(').filter(|part| !part.is_empty());
    let kind = |part: &str| part.split(' ').next().unwrap_or_default().to_string();
    parts.map(|part| format!("({} {})", kind(part), core(part.trim()))).collect()
}

/// Bytes of a component in text.
pub fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// An app that adds two numbers, and of whose only module this is a part. The second text is of the component around it, where the module's
/// instance is `$code`.
pub fn hostile(code: &str, around: &str) -> Vec<u8> {
    importing("", "", code, around)
}

/// The same with imports: what makes core functions of them, and what the module is instantiated with.
pub fn importing(imports: &str, with: &str, code: &str, around: &str) -> Vec<u8> {
    parse(&format!(
        r#"(component
            {imports}
            (core module $code
                {code}
                (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
            (core instance $code (instantiate $code {with}))
            (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $code "add")))
            {around})"#
    ))
}

/// A number as binary wasm writes it: unsigned LEB128.
pub fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
