//! What a store takes in the host beside its memories and tables: the bound that counts against an instance's memory is held against what is
//! allocated. The allocator of this program counts, so it has no other tests.

use std::alloc::System;
use std::fmt::Write;

use isorun::limits::AppLimit;
use isorun::{AppError, CallError, InstantiateError, Runtime};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes that are allocated now.
fn held() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

fn many(count: u32, text: impl Fn(u32) -> String) -> String {
    (0..count).fold(String::new(), |mut all, number| {
        let _ = write!(all, "{} ", text(number));
        all
    })
}

fn instance(module: &str) -> String {
    format!("(component (core module $m {module}) (core instance (instantiate $m)))")
}

/// The bound for a component, which a limit of nothing tells.
fn bound(component: &[u8]) -> u64 {
    let runtime = Runtime::builder().app_limits(|limits| limits.engine_bytes = 0).build().unwrap();
    let AppError::TooMuch { exceeded, .. } = runtime.check_app("app", component).unwrap_err() else { panic!() };
    exceeded.iter().find(|exceeded| exceeded.what == AppLimit::EngineBytes).unwrap().found
}

#[tokio::test]
async fn what_the_engine_allocates_for_a_store_is_within_its_bound() {
    let shapes = [
        ("nothing", "(component)".to_string()),
        ("globals", instance(&many(50_000, |number| format!("(global (mut i64) (i64.const {number}))")))),
        (
            "functions",
            instance(&format!("(func $f) {}", many(20_000, |number| format!("(func (export \"{number}\"))")))),
        ),
        (
            "elements",
            instance(&format!(
                "(table 30000 funcref) {} (elem (i32.const 0) {})",
                many(20_000, |number| format!("(func $f{number})")),
                many(20_000, |number| format!("$f{number}"))
            )),
        ),
        ("passive", instance(&format!("(func $f) (elem func {})", "$f ".repeat(50_000)))),
        (
            "instances",
            format!(
                "(component (core module $m (memory 0) (func (export \"f\"))) {})",
                "(core instance (instantiate $m)) ".repeat(8)
            ),
        ),
        (
            "imported",
            format!(
                "(component (core module $a (func $f) {}) (core instance $a (instantiate $a))
                 (core module $b {}) (core instance (instantiate $b (with \"a\" (instance $a)))))",
                many(20_000, |number| format!("(export \"{number}\" (func $f))")),
                many(20_000, |number| format!("(import \"a\" \"{number}\" (func))"))
            ),
        ),
        (
            "exports",
            format!(
                "(component (core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
                 (func $f (canon lift (core func $i \"f\"))) {})",
                many(50_000, |number| format!("(export \"x{number}\" (func $f))"))
            ),
        ),
        (
            "lifted",
            format!(
                "(component (core module $m (func (export \"f\"))) (core instance $i (instantiate $m)) {})",
                many(5000, |number| format!(
                    "(func $f{number} (canon lift (core func $i \"f\"))) (export \"x{number}\" (func $f{number}))"
                ))
            ),
        ),
        (
            "components",
            format!(
                "(component (component $c (core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
                    (func $f (canon lift (core func $i \"f\"))) (export \"f\" (func $f)))
                 {})",
                many(20, |number| format!(
                    "(instance $c{number} (instantiate $c)) (core func $l{number} (canon lower (func $c{number} \"f\")))
                     (core module $u{number} (import \"a\" \"f\" (func)))
                     (core instance (instantiate $u{number} (with \"a\" (instance (export \"f\" (func $l{number}))))))"
                ))
            ),
        ),
    ];
    let runtime = Runtime::new().unwrap();
    for (name, wat) in shapes {
        let component = wat::parse_str(&wat).unwrap();
        let bound = bound(&component);
        let app = runtime.add_app(name, &component).await.unwrap();
        // The first one fills what is shared by all of the app.
        let first = runtime.instantiate(&app).await.unwrap();
        let before = held();
        let mut all = Vec::with_capacity(8);
        for _ in 0..8 {
            all.push(runtime.instantiate(&app).await.unwrap());
        }
        let each = (held() - before) as u64 / 8;
        println!("{name}: {each} of {bound}");
        assert!(each <= bound, "{name}: {each} bytes, the bound is {bound}");
        // A bound that nothing comes near would refuse what fits.
        assert!(bound <= 4 * each + (64 << 10), "{name}: {each} bytes, the bound is {bound}");
        drop((first, all));
    }
    let globals = instance(&many(50_000, |number| format!("(global (mut i64) (i64.const {number}))")));
    let small = Runtime::builder().max_instance_memory(700_000).build().unwrap();
    let app = small.add_app("globals", &wat::parse_str(globals).unwrap()).await.unwrap();
    let error = small.instantiate(&app).await.unwrap_err();
    assert!(
        matches!(&error, InstantiateError::Start { cause, .. } if matches!(cause, CallError::OutOfBudget { .. })),
        "{error:?}"
    );
    assert!(error.to_string().contains("part of it is what the engine takes"), "{error}");
}
