//! Attacks by bytes that mean more than they are: each is refused before the compiler has seen it.
//!
//! They are no larger than they must be to be refused: should one reach the compiler after all, it takes seconds, and not the machine.

use isorun::AppError;
use isorun_tests::guests::{hostile, parse};

use super::bytes::{functions_with_locals, nested_components};
use super::siege::siege;

/// Has an app uploaded that must be refused, and looks at whether the error says what to do.
fn refused(name: &'static str, component: &str) {
    refused_bytes(name, parse(component));
}

fn refused_bytes(name: &'static str, component: Vec<u8>) {
    siege(async |mut siege| {
        // The bytes themselves, a copy of them, and what is read of them.
        siege.most_memory = (64 << 20) + 16 * component.len() as u64;
        let error = siege.refuse(name, component).await;
        let text = error.to_string();
        assert!(text.contains("help: ") && text.len() < 200_000, "{}", text.chars().take(2000).collect::<String>());
    });
}

/// A component of one module.
fn module(code: &str) -> String {
    format!("(component (core module {code}))")
}

/// The compiler's work is the product of both numbers.
#[test]
fn one_function_of_many_locals_and_nested_loops() {
    let (locals, loops) = (150, 150);
    let changes = (1..=locals).map(|i| format!("local.get {i} i32.const 1 i32.add local.set {i} ")).collect::<String>();
    let (types, begin, end) = ("i32 ".repeat(locals), "loop ".repeat(loops), "local.get 0 br_if 0 end ".repeat(loops));
    refused("many locals in loops", &module(&format!("(func (param i32) (local {types}) {begin} {changes} {end})")));
}

#[test]
fn one_huge_function() {
    let code = "local.get 0 i32.const 7 i32.mul i32.const 3 i32.add local.set 0 ".repeat(300_000);
    refused("a huge function", &module(&format!("(func (export \"f\") (param i32) {code})")));
}

#[test]
fn very_many_functions() {
    refused("very many functions", &module(&"(func)".repeat(300_000)));
}

#[test]
fn functions_of_locals_that_nobody_uses() {
    refused_bytes("unused locals", functions_with_locals(2_000, 50_000));
}

#[test]
fn very_many_segments_of_data() {
    let segments = r#"(data (i32.const 0) "x")"#.repeat(90_000);
    refused("very many segments", &module(&format!("(memory 1) {segments}")));
}

#[test]
fn blocks_in_blocks() {
    let (begin, end) = ("block ".repeat(100_000), "end ".repeat(100_000));
    refused("blocks in blocks", &module(&format!("(func {begin} {end})")));
}

/// Each component instantiates the one before twice: a kilobyte, and a hundred thousand instances. Ten lines more would be a hundred million.
#[test]
fn components_that_double() {
    let mut component = "(component $root (component $c0 (core module $m) (core instance (instantiate $m)))".to_owned();
    for level in 1..18 {
        let before = level - 1;
        component += &format!(
            "(component $c{level} (alias outer $root $c{before} (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))"
        );
    }
    refused("components that double", &(component + "(instance (instantiate $c17)))"));
}

/// Each type holds the one before twice.
#[test]
fn types_that_double() {
    let types = (1..60).map(|i| format!("(type $t{i} (tuple $t{0} $t{0}))", i - 1)).collect::<String>();
    let function = r#"(import "f" (func (param "value" $t59)))"#;
    refused("types that double", &format!("(component (type $t0 (tuple u8 u8)) {types} {function})"));
}

#[test]
fn types_in_types() {
    let types = (1..5_000).map(|i| format!("(type $t{i} (option $t{}))", i - 1)).collect::<String>();
    let component = format!(
        r#"(component (type $t0 (option u8)) {types}
            (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
            (core instance $i (instantiate $m))
            (func (export "f") (result $t4999) (canon lift (core func $i "f") (memory (core memory $i "memory")))))"#
    );
    refused("types in types", &component);
}

#[test]
fn components_in_components() {
    refused_bytes("components in components", nested_components(1_000));
}

/// More memories than there are for everybody, and all of them empty.
#[test]
fn very_many_core_instances() {
    let module = "(core module $m (memory 0) (memory 0) (memory 0) (memory 0))";
    refused("core instances", &format!("(component {module} {})", "(core instance (instantiate $m))".repeat(250)));
}

#[test]
fn very_many_globals() {
    let globals = (0..400_000).map(|i| format!("(global (mut i64) (i64.const {i}))")).collect::<String>();
    refused("globals", &format!("(component (core module $m {globals}) (core instance (instantiate $m)))"));
}

/// All of them are told, the first thousand by name.
#[test]
fn thousands_of_imports() {
    let functions = (0..5_000).map(|i| format!(r#"(export "f{i}" (func))"#)).collect::<String>();
    let component = parse(&format!(r#"(component (import "test:attacks/sink@0.1.0" (instance {functions})))"#));
    siege(async |siege| {
        let error = siege.refuse("thousands of imports", component).await;
        let AppError::Mismatch(report) = &error else { panic!("{error}") };
        assert_eq!((report.problems().len(), report.omitted()), (1000, 4000));
    });
}

/// They are all there, and wired in a moment.
#[test]
fn thousands_of_imports_that_exist() {
    siege(async |siege| {
        let each = |of: &dyn Fn(usize) -> String| (0..400).map(of).collect::<String>();
        let functions = |of: &dyn Fn(usize) -> String| (0..10).map(of).collect::<String>();
        let declared = functions(&|f| format!("f{f}: func(); "));
        let interfaces = each(&|i| format!("interface i{i} {{ {declared} }}\n"));
        siege.runtime.register_wit(format!("package test:many; {interfaces}")).unwrap();
        let exported = functions(&|f| format!(r#"(export "f{f}" (func $f))"#));
        let exports = each(&|i| format!(r#"(export "test:many/i{i}" (instance $one))"#));
        let around = format!(r#"(func $f (canon lift (core func $code "f"))) (instance $one {exported}) {exports}"#);
        let provider = siege.guest(&hostile(r#"(func (export "f"))"#, &around), &[]).await;
        let imported = functions(&|f| format!(r#"(export "f{f}" (func))"#));
        let imports = each(&|i| format!(r#"(import "test:many/i{i}" (instance {imported}))"#));
        let consumer = parse(&format!("(component {imports})"));
        let consumer = siege.app("consumer", &consumer).await;
        let runtime = siege.runtime.clone();
        let wired = siege.beside_others(async move { runtime.instantiate(&consumer).with(&provider).await });
        wired.await.unwrap();
    });
}
