//! Tokens in places where they do not belong: wired to the wrong import, to none, to two, or used after their end.

use isorun::{App, Instance, Runtime};
use isorun_tests::{Bench, Ticker, add, again, apps, bench, host, kv, relay, runtime, start};

/// A runtime with `relay`, which imports `compute` and `host`, and one provider for each.
async fn parts() -> (Runtime, App, Instance, Instance) {
    let runtime = runtime();
    let relay = add(&runtime, "relay", apps::RELAY).await;
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let ticker = runtime.provide(Ticker);
    (runtime, relay, calc, ticker)
}

#[tokio::test]
async fn every_import_that_is_left_out_is_named() {
    let (runtime, relay, _, _) = parts().await;
    assert_eq!(
        runtime.instantiate(&relay).await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 2 problems
  test:bench/compute@0.1.0
    missing: no instance was given for it
    help: add `.with(&instance)` with an instance that exports it
  test:bench/host@0.1.0
    missing: no instance was given for it
    help: add `.with(&instance)` with an instance that exports it"
    );
}

#[tokio::test]
async fn an_instance_named_for_an_import_that_it_does_not_provide_is_refused() {
    let (runtime, relay, _, ticker) = parts().await;
    let wired = runtime.instantiate(&relay).with(&ticker).with_named("test:bench/compute@0.1.0", &ticker);
    assert_eq!(
        wired.await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 1 problem
  test:bench/compute@0.1.0
    `Ticker` does not export it; it exports `test:bench/host@0.1.0`
    help: wire an instance that does"
    );
}

#[tokio::test]
async fn two_instances_for_one_import_are_ambiguous_until_one_is_named() {
    let (runtime, relay, calc, ticker) = parts().await;
    let other = start(&runtime, "other", apps::CALC, &[]).await;
    let wired = runtime.instantiate(&relay).with(&calc).with(&other).with(&ticker);
    assert_eq!(
        wired.await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 1 problem
  test:bench/compute@0.1.0
    ambiguous: `calc`, `other` export it
    help: name one of them with `.with_named(\"test:bench/compute@0.1.0\", &instance)`"
    );
    let named = runtime.instantiate(&relay).with(&ticker).with_named("test:bench/compute", &other).await.unwrap();
    let edge = runtime.graph().edges.into_iter().find(|edge| edge.from == named.name()).unwrap();
    assert_eq!((edge.import.as_str(), edge.to.as_str()), ("test:bench/compute@0.1.0", "other"));
}

#[tokio::test]
async fn giving_the_same_instance_twice_is_not_ambiguous() {
    let (runtime, relay, calc, ticker) = parts().await;
    let wired = runtime.instantiate(&relay).with(&calc).with(&calc).with(&ticker);
    assert_eq!(wired.await.unwrap().name(), "relay");
}

#[tokio::test]
async fn an_instance_that_no_import_takes_is_superfluous() {
    let (runtime, relay, calc, ticker) = parts().await;
    let unused = start(&runtime, "unused", apps::MISBEHAVE, &[]).await;
    let wired = runtime.instantiate(&relay).with(&calc).with(&ticker).with(&unused);
    assert_eq!(
        wired.await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 1 problem
  `unused`
    superfluous: no import needs it; it exports `test:misbehave/misbehave@0.1.0`
    help: leave it out; a wiring lists exactly what an app uses"
    );
}

#[tokio::test]
async fn an_import_that_the_app_does_not_have_is_refused_with_the_nearest_name() {
    let (runtime, relay, calc, ticker) = parts().await;
    let wired = runtime.instantiate(&relay).with(&calc).with(&ticker).with_named("test:bench/hosts@0.1.0", &ticker);
    assert_eq!(
        wired.await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 1 problem
  test:bench/hosts@0.1.0 (did you mean `test:bench/host@0.1.0`?)
    the app has no such import; it has `test:bench/compute@0.1.0`, `test:bench/host@0.1.0`
    help: use one of those names"
    );
}

#[tokio::test]
async fn one_import_named_twice_is_refused() {
    let (runtime, relay, calc, ticker) = parts().await;
    let other = start(&runtime, "other", apps::CALC, &[]).await;
    let wired = runtime
        .instantiate(&relay)
        .with(&ticker)
        .with_named("test:bench/compute@0.1.0", &calc)
        .with_named("test:bench/compute", &other);
    let error = wired.await.map(|instance| instance.name().to_string()).unwrap_err().to_string();
    // The whole name comes first, and then nothing is left for the other one.
    assert!(error.contains("  `other`\n    superfluous: no import needs it"), "{error}");
    let twice = runtime
        .instantiate(&relay)
        .with(&ticker)
        .with_named("test:bench/compute", &calc)
        .with_named("test:bench/compute", &other);
    let error = twice.await.map(|instance| instance.name().to_string()).unwrap_err().to_string();
    assert!(error.contains("ambiguous: `calc`, `other`"), "{error}");
}

#[tokio::test]
async fn everything_wrong_with_a_wiring_is_reported_at_once() {
    let (runtime, relay, calc, _) = parts().await;
    let other = start(&runtime, "other", apps::CALC, &[]).await;
    let unused = start(&runtime, "unused", apps::MISBEHAVE, &[]).await;
    let wired = runtime.instantiate(&relay).with(&calc).with(&other).with(&unused).with_named("clock", &unused);
    let report = wired.await.unwrap_err().to_string();
    let places: Vec<&str> = report.lines().filter(|line| line.starts_with("  ") && !line.starts_with("    ")).collect();
    assert_eq!(places, ["  test:bench/compute@0.1.0", "  test:bench/host@0.1.0", "  `unused`", "  clock"], "{report}");
}

/// Both editions are on one semver track, so one may be wired for the other, and only then it shows that they differ.
#[tokio::test]
async fn an_instance_with_another_edition_of_the_import_is_refused_with_both_signatures() {
    let (runtime, relay, _, ticker) = parts().await;
    runtime.register_wit("package test:bench@0.1.1; interface compute { add: func(a: u64, b: u64) -> u64; }").unwrap();
    let edited = wat::parse_str(
        r#"(component
            (core module $code (func (export "add") (param i64 i64) (result i64) local.get 0))
            (core instance $code (instantiate $code))
            (func $add (param "a" u64) (param "b" u64) (result u64) (canon lift (core func $code "add")))
            (instance $compute (export "add" (func $add)))
            (export "test:bench/compute@0.1.1" (instance $compute)))"#,
    );
    let edited = start(&runtime, "edited", &edited.unwrap(), &[]).await;
    assert_eq!(
        runtime.instantiate(&relay).with(&edited).with(&ticker).await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 1 problem
  test:bench/compute@0.1.0
    `edited` exports another edition of it
    add
      wanted    func(a: u32, b: u32) -> u32
      provided  func(a: u64, b: u64) -> u64
    echo
      wanted    func(data: list<u8>) -> list<u8>
      provided  no such function
    sum-points
      wanted    func(points: list<record { x: u32, y: u32 }>) -> u64
      provided  no such function
    join
      wanted    func(parts: list<string>) -> string
      provided  no such function
    help: versions of one track must agree, so one side was built from an edited WIT; rebuild it"
    );
}

#[tokio::test]
async fn nothing_is_left_of_an_instance_that_was_not_wired() {
    let (runtime, relay, calc, _) = parts().await;
    let before = runtime.graph().to_string();
    runtime.instantiate(&relay).with(&calc).await.unwrap_err();
    assert_eq!(runtime.graph().to_string(), before);
    runtime.remove(&calc).unwrap();
}

/// The graph is acyclic because an instance cannot be wired before it exists; this is what a user sees of it.
#[tokio::test]
async fn an_app_that_needs_its_own_interface_is_wired_to_one_that_exists() {
    let runtime = runtime();
    let types = start(&runtime, "types", apps::TYPES, &[]).await;
    let relay = add(&runtime, "types-relay", apps::TYPES_RELAY).await;
    let first = again(&runtime, &relay, &[&types]).await;
    let second = again(&runtime, &relay, &[&first]).await;
    assert_eq!(second.call("echo-u8", "(7)").await.unwrap(), "7");
}

#[tokio::test]
async fn a_caller_for_what_an_app_does_not_export_is_refused() {
    let Bench { calc, .. } = bench().await;
    let error = calc.caller::<kv::Interface>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`calc` does not export `isorun:kv/kv@0.1.0`
  it exports: `test:bench/compute@0.1.0`
  help: use an instance that does"
    );
}

#[tokio::test]
async fn a_caller_for_another_edition_than_an_app_exports_is_refused_with_both_signatures() {
    let runtime = runtime();
    runtime.register_wit("package test:bench@0.1.1; interface host { tock: func(); }").unwrap();
    let other = wat::parse_str(
        r#"(component
            (core module $code (func (export "tock")))
            (core instance $code (instantiate $code))
            (func $tock (canon lift (core func $code "tock")))
            (instance $host (export "tock" (func $tock)))
            (export "test:bench/host@0.1.1" (instance $host)))"#,
    );
    let other = start(&runtime, "other", &other.unwrap(), &[]).await;
    assert_eq!(
        other.caller::<host::Interface>().unwrap_err().to_string(),
        "`other` exports another edition of `test:bench/host@0.1.0`
    tick
      wanted    func(n: u64) -> u64
      provided  no such function
  help: versions of one track must agree, so one side was built from an edited WIT; rebuild it"
    );
}

#[tokio::test]
async fn a_removed_instance_answers_no_call() {
    let Bench { runtime, relay, .. } = bench().await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    runtime.remove(&relay).unwrap();
    let removed = "`relay` was removed\n  help: a handle does not outlive `remove`; get a new one from `instantiate`, `provide` or `import`, and wire with that";
    assert_eq!(caller.add(1, 2).await.unwrap_err().to_string(), removed);
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap_err().to_string(), removed);
}

#[tokio::test]
async fn a_removed_system_answers_no_call() {
    let runtime = runtime();
    let ticker = runtime.provide(Ticker);
    let caller = ticker.caller::<host::Interface>().unwrap();
    runtime.remove(&ticker).unwrap();
    assert_eq!(
        caller.tick(1).await.unwrap_err().to_string(),
        "`Ticker` was removed\n  help: a handle does not outlive `remove`; get a new one from `instantiate`, `provide` or `import`, and wire with that"
    );
}

#[tokio::test]
async fn a_removed_instance_is_not_wired() {
    let (runtime, relay, calc, ticker) = parts().await;
    runtime.remove(&calc).unwrap();
    assert_eq!(
        runtime.instantiate(&relay).with(&calc).with(&ticker).await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 1 problem
  `calc`
    was removed
    help: instantiate it again and wire the new handle"
    );
}

#[tokio::test]
async fn a_removed_instance_has_no_caller_and_no_export() {
    let Bench { runtime, relay, .. } = bench().await;
    runtime.remove(&relay).unwrap();
    let gone = "`relay` was removed\n  help: get a new handle from `instantiate`, `provide` or `import`, and use that";
    assert_eq!(relay.caller::<relay::Interface>().unwrap_err().to_string(), gone);
    assert_eq!(runtime.export::<relay::Interface>(&relay).unwrap_err().to_string(), gone);
}

#[tokio::test]
async fn a_removed_instance_is_not_removed_twice() {
    let Bench { runtime, relay, .. } = bench().await;
    runtime.remove(&relay).unwrap();
    assert_eq!(
        runtime.remove(&relay).unwrap_err().to_string(),
        "`relay` was removed before\n  help: a handle does not outlive `remove`; drop it"
    );
}

#[tokio::test]
async fn an_instance_of_another_runtime_is_not_wired() {
    let (runtime, relay, _, ticker) = parts().await;
    let elsewhere = bench().await;
    assert_eq!(
        runtime.instantiate(&relay).with(&elsewhere.calc).with(&ticker).await.unwrap_err().to_string(),
        "cannot wire app `relay`, which has 2 imports: 1 problem
  `calc`
    belongs to another runtime
    help: `export` it there and `import` it here"
    );
}

#[tokio::test]
async fn an_instance_of_another_runtime_is_removed_there_only() {
    let (here, elsewhere) = (bench().await, bench().await);
    assert_eq!(
        here.runtime.remove(&elsewhere.relay).unwrap_err().to_string(),
        "`relay` belongs to another runtime\n  help: remove it there"
    );
    assert_eq!(here.runtime.graph().nodes.len(), 3);
    elsewhere.runtime.remove(&elsewhere.relay).unwrap();
}

/// Its own runtime would not know that it is in use.
#[tokio::test]
async fn an_instance_of_another_runtime_is_exported_there_only() {
    let (here, elsewhere) = (bench().await, bench().await);
    let error = here.runtime.export::<relay::Interface>(&elsewhere.relay).unwrap_err();
    assert!(error.to_string().starts_with("`relay` belongs to another runtime\n  help: "), "{error}");
}
