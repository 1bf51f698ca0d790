//! Maps and lists of fixed length, which WIT has only lately, on every way that a value can go.

use isorun::{Map, Remote, Runtime};
use isorun_tests::{link_to, runtime, start};

#[isorun::system("src/collections.wit")]
impl collections::Collections for Collections {
    fn echo_array(&self, value: [u32; 4]) -> [u32; 4] {
        value
    }

    fn echo_matrix(&self, value: &collections::Matrix) -> collections::Matrix {
        *value
    }

    async fn echo_texts(&self, value: [String; 2]) -> [String; 2] {
        value
    }

    fn echo_map(&self, value: &Map<String, u32>) -> Map<String, u32> {
        value.clone()
    }

    fn echo_entries(&self, value: Map<u16, Entry>) -> Map<u16, Entry> {
        value
    }
}

/// Returns what it is given.
struct Collections;

type Entry = (Vec<String>, Option<(u8, u64)>);

/// An app that passes everything on to another provider.
fn relay() -> Vec<u8> {
    const INTERFACE: [(&str, &str, usize); 5] = [
        ("echo-array", "(list u32 4)", 4),
        ("echo-matrix", "(list (list s16 2) 3)", 6),
        ("echo-texts", "(list string 2)", 4),
        ("echo-map", "(map string u32)", 2),
        ("echo-entries", "(map u16 (tuple (list string) (option (tuple u8 u64))))", 2),
    ];
    let each = |piece: &dyn Fn(&str, &str, usize) -> String| {
        INTERFACE.iter().map(|(name, ty, slots)| piece(name, ty, *slots)).collect::<Vec<_>>().join("\n")
    };
    let options = r#"(memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))"#;
    let imports = each(&|name, ty, _| format!(r#"(export "{name}" (func (param "value" {ty}) (result {ty})))"#));
    let lowered =
        each(&|name, _, _| format!(r#"(core func ${name} (canon lower (func $provider "{name}") {options}))"#));
    let code = each(&|name, _, slots| {
        let (params, arguments) =
            ("i32 ".repeat(slots), (0..slots).map(|n| format!("(local.get {n})")).collect::<String>());
        format!(
            r#"(import "provider" "{name}" (func ${name} (param {params} i32)))
               (func (export "{name}") (param {params}) (result i32)
                    (call ${name} {arguments} (i32.const 16)) (i32.const 16))"#
        )
    });
    // In a module, imports come before functions.
    let (code_imports, code): (Vec<&str>, Vec<&str>) = code.lines().partition(|line| line.contains("(import"));
    let provided = each(&|name, _, _| format!(r#"(export "{name}" (func ${name}))"#));
    let lifted = each(&|name, ty, _| {
        format!(
            r#"(func $lifted-{name} (param "value" {ty}) (result {ty})
                   (canon lift (core func $code "{name}") {options}))"#
        )
    });
    let exports = each(&|name, _, _| format!(r#"(export "{name}" (func $lifted-{name}))"#));
    let text = format!(
        r#"(component
            (import "test:collections/collections@0.1.0" (instance $provider {imports}))
            (core module $memory
                (memory (export "memory") 16)
                (global $free (mut i32) (i32.const 1024))
                (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                    (local $new i32)
                    (local.set $new (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                    (global.set $free (i32.add (local.get $new) (local.get 3)))
                    (local.get $new)))
            (core instance $memory (instantiate $memory))
            {lowered}
            (core module $code {} {})
            (core instance $code (instantiate $code (with "provider" (instance {provided}))))
            {lifted}
            (instance $exports {exports})
            (export "test:collections/collections@0.1.0" (instance $exports)))"#,
        code_imports.join("\n"),
        code.join("\n"),
    );
    wat::parse_str(text).unwrap()
}

fn runtime_with_collections() -> Runtime {
    let runtime = runtime();
    runtime.register::<collections::Interface>().unwrap();
    runtime
}

async fn assert_all_come_back(provider: &collections::Caller) {
    assert_eq!(provider.echo_array(&[1, 2, 3, u32::MAX]).await.unwrap(), [1, 2, 3, u32::MAX]);
    let matrix = [[1, -2], [3, i16::MIN], [5, i16::MAX]];
    assert_eq!(provider.echo_matrix(&matrix).await.unwrap(), matrix);
    let texts = ["".to_string(), "grüße".to_string()];
    assert_eq!(provider.echo_texts(&texts).await.unwrap(), texts);
    // Neither the order nor a key that occurs twice is lost.
    let map = Map::from([("b".to_string(), 1), ("a".to_string(), 2), ("b".to_string(), 3)]);
    assert_eq!(provider.echo_map(&map).await.unwrap(), map);
    let entries =
        Map::from([(7, (vec!["x".to_string(), String::new()], Some((255, u64::MAX)))), (0, (Vec::new(), None))]);
    assert_eq!(provider.echo_entries(&entries).await.unwrap(), entries);
    assert_eq!(provider.echo_map(&Map::new()).await.unwrap(), Map::new());
}

#[tokio::test]
async fn they_cross_from_the_host_to_a_system_and_to_a_remote() {
    let runtime = runtime_with_collections();
    let system = runtime.provide(Collections);
    assert_all_come_back(&system.caller::<collections::Interface>().unwrap()).await;
    let token = runtime.export::<collections::Interface>(&system).unwrap();
    assert_all_come_back(&Remote::<collections::Interface>::new(token, link_to(&runtime)).caller()).await;
}

#[tokio::test]
async fn they_cross_from_the_host_to_an_app_and_on_to_a_system() {
    let runtime = runtime_with_collections();
    let system = runtime.provide(Collections);
    let relay = start(&runtime, "relay", &relay(), &[&system]).await;
    assert_all_come_back(&relay.caller::<collections::Interface>().unwrap()).await;
}

#[tokio::test]
async fn they_cross_from_an_app_to_an_app() {
    let runtime = runtime_with_collections();
    let system = runtime.provide(Collections);
    let first = start(&runtime, "first", &relay(), &[&system]).await;
    let second = start(&runtime, "second", &relay(), &[&first]).await;
    assert_all_come_back(&second.caller::<collections::Interface>().unwrap()).await;
}

#[tokio::test]
async fn they_cross_as_text() {
    let runtime = runtime_with_collections();
    let system = runtime.provide(Collections);
    assert_eq!(system.call("echo-map", r#"([("b", 1), ("a", 2)])"#).await.unwrap(), r#"[("b", 1), ("a", 2)]"#);
    assert_eq!(system.call("echo-matrix", "([[1, -2], [3, 4], [5, 6]])").await.unwrap(), "[[1, -2], [3, 4], [5, 6]]");
    let error = system.call("echo-array", "([1, 2, 3])").await.unwrap_err().to_string();
    assert!(error.contains("expected 4 elements, found 3"), "{error}");
}
