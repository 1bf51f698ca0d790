//! Strangers decide how many names there are: four times as many take about four times as long, and not sixteen times.

use std::time::Duration;

use cpu_time::ThreadTime;
use isorun::{Instance, InstantiateError, Runtime};
use isorun_tests::{add, guests};

/// Does work for `n` and for `4 * n` names, and checks that the second takes about four times as much as the first: the best of three.
///
/// What is measured is how long this thread ran, to which other threads and programs add nothing.
async fn assert_linear<F: Future<Output = Duration>>(n: usize, work: impl Fn(usize) -> F) {
    let mut best = [Duration::MAX; 2];
    for _ in 0..3 {
        for (best, n) in best.iter_mut().zip([n, 4 * n]) {
            *best = work(n).await.min(*best);
        }
    }
    let ratio = best[1].as_secs_f64() / best[0].as_secs_f64();
    assert!(ratio < 9.0, "four times as many took {ratio:.1} times as much: {best:?}");
}

fn functions(n: usize) -> String {
    (0..n).map(|i| format!("x{i}: func();")).collect()
}

/// An app that exports one interface of many functions.
fn provider(n: usize) -> Vec<u8> {
    let exports: String = (0..n).map(|i| format!("(export \"x{i}\" (func $f))")).collect();
    guests::parse(&format!(
        r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f"))) (instance $all {exports}) (export "bug:many/i" (instance $all)))"#
    ))
}

/// An app that imports it.
fn consumer(n: usize) -> Vec<u8> {
    let imports: String = (0..n).map(|i| format!("(export \"x{i}\" (func))")).collect();
    guests::parse(&format!(r#"(component (import "bug:many/i" (instance {imports})))"#))
}

/// An app that imports, and one that exports, many interfaces of one function.
fn many_interfaces(n: usize) -> [Vec<u8>; 2] {
    let imports: String =
        (0..n).map(|i| format!(r#"(import "bug:many/i{i}" (instance (export "f" (func))))"#)).collect();
    let exports: String = (0..n).map(|i| format!(r#"(export "bug:many/i{i}" (instance $x))"#)).collect();
    [
        guests::parse(&format!("(component {imports})")),
        guests::parse(&format!(
            r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
                (func $f (canon lift (core func $i "f"))) (instance $x (export "f" (func $f))) {exports})"#
        )),
    ]
}

fn wit_of_interfaces(n: usize) -> String {
    let interfaces: String = (0..n).map(|i| format!("interface i{i} {{ f: func(); }}\n")).collect();
    format!("package bug:many;\n{interfaces}")
}

async fn instance(runtime: &Runtime, name: &str, component: &[u8]) -> Instance {
    let app = add(runtime, name, component).await;
    runtime.instantiate(&app).await.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn functions_of_an_interface_are_checked() {
    let linear = assert_linear(3_000, |n| async move {
        let runtime = Runtime::new().unwrap();
        runtime.register_wit(format!("package bug:many; interface i {{ {} }}", functions(n))).unwrap();
        let (provider, consumer) = (provider(n), consumer(n));
        let before = ThreadTime::now();
        runtime.check_app("provider", &provider).unwrap();
        runtime.check_app("consumer", &consumer).unwrap();
        before.elapsed()
    });
    linear.await;
}

#[tokio::test]
async fn functions_of_an_interface_are_wired() {
    let linear = assert_linear(2_000, |n| async move {
        let runtime = Runtime::new().unwrap();
        runtime.register_wit(format!("package bug:many; interface i {{ {} }}", functions(n))).unwrap();
        let provider = instance(&runtime, "provider", &provider(n)).await;
        let app = add(&runtime, "consumer", &consumer(n)).await;
        let before = ThreadTime::now();
        runtime.instantiate(&app).with(&provider).await.unwrap();
        before.elapsed()
    });
    linear.await;
}

#[tokio::test]
async fn interfaces_are_registered_and_registered_again() {
    let linear = assert_linear(3_000, |n| async move {
        let runtime = Runtime::new().unwrap();
        let interfaces = isorun::Interface::from_wit(wit_of_interfaces(n)).unwrap();
        let before = ThreadTime::now();
        for _ in 0..2 {
            interfaces.iter().for_each(|interface| runtime.register_interface(interface).unwrap());
        }
        before.elapsed()
    });
    linear.await;
}

#[tokio::test]
async fn imports_are_wired_by_one_instance_and_by_name() {
    for by_name in [false, true] {
        let linear = assert_linear(240, |n| async move {
            let runtime = Runtime::new().unwrap();
            runtime.register_wit(wit_of_interfaces(n)).unwrap();
            let [consumer, provider] = many_interfaces(n);
            let provider = instance(&runtime, "provider", &provider).await;
            let app = add(&runtime, "consumer", &consumer).await;
            let before = ThreadTime::now();
            let mut making = runtime.instantiate(&app);
            match by_name {
                true => {
                    for i in 0..n {
                        making = making.with_named(&format!("bug:many/i{i}"), &provider);
                    }
                }
                false => making = making.with(&provider),
            }
            making.await.unwrap();
            before.elapsed()
        });
        linear.await;
    }
}

/// What is wrong with every import does not list, for each, all that there is.
#[tokio::test]
async fn a_report_on_very_many_imports_is_made() {
    let linear = assert_linear(240, |n| async move {
        let runtime = Runtime::new().unwrap();
        runtime.register_wit(wit_of_interfaces(n)).unwrap();
        runtime.register_wit(format!("package bug:many; interface i {{ {} }}", functions(n))).unwrap();
        let provider = instance(&runtime, "provider", &provider(n)).await;
        let app = add(&runtime, "consumer", &many_interfaces(n)[0]).await;
        let mut making = runtime.instantiate(&app);
        for i in 0..n {
            making = making
                .with_named(&format!("bug:many/i{i}"), &provider)
                .with_named(&format!("bug:many/j{i}"), &provider);
        }
        let before = ThreadTime::now();
        let Err(InstantiateError::Wiring(report)) = making.await else { panic!("it was wired") };
        assert!(!report.to_string().is_empty());
        before.elapsed()
    });
    linear.await;
}
