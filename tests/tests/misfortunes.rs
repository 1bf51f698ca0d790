//! What others do badly harms nobody else: wakers and values that panic, names without end, versions that change places.

use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

use isorun::{AppError, Call, Instance, Runtime, inspect};
use isorun_tests::guests::parse;
use isorun_tests::{Gate, add, again, host, poll_once, runtime, starter};

/// A waker that panics.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker of somebody else's");
    }
}

/// A waker that counts.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// An instance whose calls wait at a gate, which the start has passed.
async fn gated() -> (Runtime, Gate, Instance) {
    let (runtime, gate) = (runtime(), Gate::new());
    let system = runtime.provide(gate.clone());
    let app = add(&runtime, "app", &starter()).await;
    gate.open(1);
    let instance = again(&runtime, &app, &[&system]).await;
    (runtime, gate, instance)
}

/// A call that waits in line, and wakes by this when its turn comes.
fn waiting(instance: &Instance, waker: Arc<impl Wake + Send + Sync + 'static>) -> std::pin::Pin<Box<Call<'_, String>>> {
    let mut call = Box::pin(instance.call("go", "()"));
    assert!(call.as_mut().poll(&mut Context::from_waker(&Waker::from(waker))).is_pending());
    call
}

#[tokio::test]
async fn a_call_ends_well_before_one_whose_waker_panics() {
    let (_runtime, gate, instance) = gated().await;
    let mut first = instance.call("go", "()").into_future();
    assert!(poll_once(&mut first).is_pending());
    let unlucky = waiting(&instance, Arc::new(Panics));
    gate.open(1);
    assert!(poll_once(&mut first).is_ready());
    drop(unlucky);
}

#[tokio::test]
async fn all_who_wait_are_woken_though_one_waker_panics() {
    let (_runtime, _gate, instance) = gated().await;
    let mut first = instance.call("go", "()").into_future();
    assert!(poll_once(&mut first).is_pending());
    let unlucky = waiting(&instance, Arc::new(Panics));
    let woken = Arc::new(Woken::default());
    let last = waiting(&instance, woken.clone());
    // This poisons the instance, so that nobody waits any longer.
    drop(first);
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
    drop((unlucky, last));
}

/// A value that panics as it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("a value of the host's");
        }
    }
}

#[isorun::system]
impl host::Host for Bomb {
    async fn tick(&self, n: u64) -> u64 {
        n
    }
}

#[tokio::test]
async fn a_value_that_panics_as_it_is_dropped_keeps_nothing_from_being_removed() {
    let runtime = runtime();
    let system = runtime.provide_per_consumer::<host::Interface, Bomb>(|_| Bomb);
    let app = add(&runtime, "app", &starter()).await;
    let instance = again(&runtime, &app, &[&system]).await;
    let other = runtime.provide_per_consumer::<host::Interface, Bomb>(|_| Bomb);
    runtime.replace(&instance, &app).with(&other).await.unwrap();
    runtime.remove(&system).unwrap();
    runtime.remove(&instance).unwrap();
    runtime.remove(&other).unwrap();
    runtime.remove_app(&app).unwrap();
}

/// A narrowed handle keeps to the version that it was made for, in whatever order a later app exports them.
#[tokio::test]
async fn versions_of_one_track_that_change_places_are_not_mixed_up() {
    let two = |first: (&str, u32), second: (&str, u32)| {
        let one = |i: u32, (version, number): (&str, u32)| {
            format!(
                r#"(core module $m{i} (func (export "f") (result i32) (i32.const {number}))) (core instance $i{i} (instantiate $m{i}))
                    (func $f{i} (result u32) (canon lift (core func $i{i} "f"))) (instance $o{i} (export "f" (func $f{i})))
                    (export "acme:kv/kv@{version}" (instance $o{i}))"#
            )
        };
        parse(&format!("(component {} {})", one(0, first), one(1, second)))
    };
    let runtime = runtime();
    let old = add(&runtime, "old", &two(("1.0.0", 10), ("1.1.0", 11))).await;
    let new = add(&runtime, "new", &two(("1.1.0", 11), ("1.0.0", 10))).await;
    let instance = again(&runtime, &old, &[]).await;
    let narrow = instance.only(["acme:kv/kv@1.0.0#f"]).unwrap();
    runtime.replace(&instance, &new).await.unwrap();
    assert_eq!(narrow.call("f", "()").await.unwrap(), "10");
    assert_eq!(instance.call("kv@1.1.0#f", "()").await.unwrap(), "11");
}

/// A name is copied to wherever it is used, which can be in many places of a small component.
#[tokio::test]
async fn names_without_end_are_refused_and_shown_in_part() {
    let long = "n".repeat(100_000);
    for component in [
        format!(r#"(component (import "f" (func (param "{long}" u32))))"#),
        format!(r#"(component (import "a:b/c" (instance (export "{long}" (func)))))"#),
        format!(
            r#"(component (type $t (enum "{long}")) (import "t" (type $u (eq $t))) (import "f" (func (param "x" $u))))"#
        ),
        format!(r#"(component (import "{long}" (instance (export "f" (func)))))"#),
        format!(r#"(component (import "{long}" (func)))"#),
    ] {
        let component = parse(&component);
        let runtime = runtime();
        runtime.register_wit("package a:b; interface c { f: func(); }").unwrap();
        let error = runtime.check_app("app", &component).unwrap_err();
        assert!(matches!(error, AppError::Mismatch(_)), "{error}");
        let (error, shown) = (error.to_string(), inspect(&component).unwrap().to_string());
        assert!(error.contains("more than 255") || error.contains("more than 1024 bytes"), "{error}");
        assert!(error.len() < 3000 && shown.len() < 3000, "{error}\n{shown}");
    }
}

/// A component may import a function by a link, which may hold anything.
#[tokio::test]
async fn a_function_that_is_imported_by_a_link_is_refused_on_lines_of_ours() {
    let component = b"(component (import \"url=<\\1b[2J\\0a  help: fine>\" (func)))";
    let component = wat::parse_str(str::from_utf8(component).unwrap()).unwrap();
    let error = runtime().add_app("app", &component).await.unwrap_err().to_string();
    assert!(error.contains("not supported: a function that is imported by a link"), "{error}");
    for text in [error, inspect(&component).unwrap().to_string()] {
        assert!(!text.contains('\x1b') && !text.contains("\n  help: fine"), "{text:?}");
    }
}

/// Who is wired to an export stays with it, or the replacement is refused; it never ends at another one, or at none.
#[tokio::test]
async fn a_replacement_that_exports_under_another_name_is_refused() {
    let kv = |exports: &str| {
        parse(&format!(
            r#"(component (core module $m (func (export "f") (result i32) (i32.const 1))) (core instance $i (instantiate $m))
                (func $f (result u32) (canon lift (core func $i "f"))) (instance $out (export "f" (func $f))) {exports})"#
        ))
    };
    let own = r#"(export "acme:kv/kv" (instance $out))"#;
    let primary = r#"(export "primary" (implements "acme:kv/kv") (instance $out))"#;
    let consumer = parse(
        r#"(component (import "acme:kv/kv" (instance $kv (export "f" (func (result u32))))) (core func $f (canon lower (func $kv "f")))
            (func (export "go") (result u32) (canon lift (core func $f))))"#,
    );
    for (old, new, fits) in [(own, primary, false), (primary, own, false), (own, own, true), (primary, primary, true)] {
        let runtime = runtime();
        runtime.register_wit("package acme:kv; interface kv { f: func() -> u32; }").unwrap();
        let old = again(&runtime, &add(&runtime, "old", &kv(old)).await, &[]).await;
        let user = again(&runtime, &add(&runtime, "user", &consumer).await, &[&old]).await;
        let replaced = runtime.replace(&old, &add(&runtime, "new", &kv(new)).await).await;
        assert_eq!(replaced.is_ok(), fits, "{replaced:?}");
        assert_eq!(user.call("go", "()").await.unwrap(), "1");
    }
}
