//! Bytes that a sync method looks at in the guest's memory: each parameter sees its own, whatever else is passed.

use isorun::{Cx, Runtime};
use isorun_tests::{add, again};

/// Without a context.
struct Plain;

#[isorun::system("src/lent.wit")]
impl join::Join for Plain {
    fn join(&self, names: Vec<String>, a: &[u8], b: &[u8]) -> u32 {
        number(&names, a, b)
    }
}

/// With one.
struct WithCx;

#[isorun::system]
impl join::Join for WithCx {
    fn join(&self, _: &Cx, names: Vec<String>, a: &[u8], b: &[u8]) -> u32 {
        number(&names, a, b)
    }
}

/// Tells the parameters and their order apart.
fn number(names: &[String], a: &[u8], b: &[u8]) -> u32 {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    names.len() as u32 * 1_000_000 + sum(a) * 1000 + sum(b)
}

/// Passes `first` bytes from 16 and `second` bytes from 20 of its memory, which holds 1, 2, 3 and so on from there.
fn guest(first: u32, second: u32) -> Vec<u8> {
    let text = format!(
        r#"(component
            (import "test:lent/join@0.1.0" (instance $join
                (export "join" (func (param "names" (list string)) (param "a" (list u8)) (param "b" (list u8)) (result u32)))))
            (core module $memory (memory (export "memory") 1) (data (i32.const 16) "\01\02\03\04\05\06\07\08")
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $memory (instantiate $memory))
            (core func $join (canon lower (func $join "join")
                (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
            (core module $run (import "" "join" (func $join (param i32 i32 i32 i32 i32 i32) (result i32)))
                (func (export "run") (result i32)
                    (call $join (i32.const 0) (i32.const 0) (i32.const 16) (i32.const {first}) (i32.const 20) (i32.const {second}))))
            (core instance $run (instantiate $run (with "" (instance (export "join" (func $join))))))
            (func (export "run") (result u32) (canon lift (core func $run "run"))))"#
    );
    wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn each_parameter_sees_its_own_bytes() {
    for with_cx in [false, true] {
        let runtime = Runtime::new().unwrap();
        runtime.register::<join::Interface>().unwrap();
        let system = if with_cx { runtime.provide(WithCx) } else { runtime.provide(Plain) };
        for (first, second, sums) in [(2, 3, "3018"), (0, 1, "5"), (1, 0, "1000"), (0, 0, "0")] {
            let app = add(&runtime, &format!("app-{first}-{second}"), &guest(first, second)).await;
            let instance = again(&runtime, &app, &[&system]).await;
            assert_eq!(instance.call("run", "()").await.unwrap(), sums, "{first} {second} {with_cx}");
        }
    }
}

#[tokio::test]
async fn bytes_beyond_the_memory_are_a_trap() {
    let runtime = Runtime::new().unwrap();
    runtime.register::<join::Interface>().unwrap();
    let system = runtime.provide(Plain);
    let app = add(&runtime, "beyond", &guest(1, 65_536)).await;
    let instance = again(&runtime, &app, &[&system]).await;
    let error = instance.call("run", "()").await.unwrap_err();
    assert!(matches!(error, isorun::CallError::Trap { .. }), "{error}");
}
