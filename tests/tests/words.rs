//! What messages say: names and words of strangers in their place, and help that helps.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::task::Poll;
use std::time::{Duration, Instant};

use isorun::error::Frame;
use isorun::instance::InstanceState;
use isorun::limits::{Limit, Scope};
use isorun::remote::Revoke;
use isorun::{CallError, Instance, Reuse, Runtime, TransportError};
use isorun_tests::guests::parse;
use isorun_tests::{
    Gate, add, again, apps, bench, compute, host, link_to, poll_once, relay, runtime, runtime_of, start, starter,
};

/// What someone might write into the form of an upload, as the name of an app.
const HOSTILE: &str = "app\x1b[2J\r\n  help: all is well\u{202e}\u{2066}\u{2028}\u{200b}`";

/// The rule for every text: nothing that a terminal obeys, nothing unseen, no line that a stranger wrote, and an end.
#[track_caller]
fn is_harmless(text: &str) {
    let harmful = |char: char| (char.is_control() && char != '\n') || "\u{202e}\u{2066}\u{2028}\u{200b}".contains(char);
    assert!(!text.contains(harmful), "{text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("help: all is well")), "{text}");
    assert!(text.len() < 20_000, "{} bytes", text.len());
}

/// The rule for an error, its long form and its causes.
#[track_caller]
fn says_harmless(error: &(dyn Error + 'static)) {
    is_harmless(&error.to_string());
    is_harmless(&format!("{error:#}"));
    if let Some(cause) = error.source() {
        says_harmless(cause);
    }
}

/// A component with the functions `trap`, `spin`, `grow` and `fine`.
fn faulty() -> Vec<u8> {
    parse(
        r#"(component
            (core module $code
                (memory 1)
                (func $inner (export "trap") unreachable)
                (func (export "spin") (loop (br 0)))
                (func (export "grow") (drop (memory.grow (i32.const 100))))
                (func (export "fine")))
            (core instance $code (instantiate $code))
            (func (export "trap") (canon lift (core func $code "trap")))
            (func (export "spin") (canon lift (core func $code "spin")))
            (func (export "grow") (canon lift (core func $code "grow")))
            (func (export "fine") (canon lift (core func $code "fine"))))"#,
    )
}

#[tokio::test]
async fn names_that_strangers_chose_stay_in_their_place() {
    let runtime = runtime();
    let app = add(&runtime, HOSTILE, &faulty()).await;
    let instance = runtime.instantiate(&app).name(HOSTILE).await.unwrap();
    says_harmless(&runtime.add_app(HOSTILE, &faulty()).await.unwrap_err());
    says_harmless(&runtime.add_app(HOSTILE, b"<html>").await.unwrap_err());
    says_harmless(&runtime.add_app(&format!("{HOSTILE}2"), &faulty()[..40]).await.unwrap_err());
    says_harmless(&runtime.add_app("other", &faulty()).allow([HOSTILE]).await.unwrap_err());
    says_harmless(&runtime.instantiate(&app).name(HOSTILE).await.unwrap_err());
    says_harmless(&runtime.instantiate(&app).with(&instance).await.unwrap_err());
    says_harmless(&runtime.instantiate(&app).with_named(HOSTILE, &instance).await.unwrap_err());
    says_harmless(&runtime.remove_app(&app).unwrap_err());
    says_harmless(&instance.caller::<compute::Interface>().unwrap_err());
    says_harmless(&instance.only([HOSTILE, "fine"]).unwrap_err());
    says_harmless(&instance.call(HOSTILE, "()").await.unwrap_err());
    says_harmless(&instance.call(&"a".repeat(1 << 20), "()").await.unwrap_err());
    for arguments in [HOSTILE, "", "(1)", &format!("(\"{HOSTILE}\")"), &"[".repeat(10_000)] {
        says_harmless(&instance.call("fine", arguments).await.unwrap_err());
    }
    for function in ["trap", "fine"] {
        says_harmless(&instance.call(function, "()").await.unwrap_err());
    }
    says_harmless(&Runtime::new().unwrap().remove(&instance).unwrap_err());
    for text in [runtime.graph().to_string(), runtime.graph().dot(), runtime.graph().mermaid()] {
        is_harmless(&text);
    }

    let spinning = runtime.instantiate(&app).name(format!("{HOSTILE} spins").as_str()).await.unwrap();
    says_harmless(&spinning.call("spin", "()").fuel(10_000).await.unwrap_err());
    runtime.remove(&instance).unwrap();
    says_harmless(&instance.call("fine", "()").await.unwrap_err());
    says_harmless(&runtime.remove(&instance).unwrap_err());
}

/// What a peer, a transport, a system and a panic say.
#[tokio::test]
async fn words_that_strangers_said_stay_in_their_place() {
    struct Speaks(bool);

    #[isorun::system]
    impl host::Host for Speaks {
        async fn tick(&self, n: u64) -> isorun::Result<u64> {
            assert!(self.0, "{n}: {HOSTILE}");
            Err(CallError::system(format!("no file of the name {}", "\x1b[2J\u{202e}")))
        }
    }

    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    for (name, speaks) in [("panics", Speaks(false)), (HOSTILE, Speaks(true))] {
        let speaks = runtime.provide(speaks);
        let relay = runtime.instantiate(&app).name(name).with(&calc).with(&speaks).reuse(Reuse::Fresh).await.unwrap();
        says_harmless(&speaks.call("tick", "(1)").await.unwrap_err());
        says_harmless(&relay.call("tick-many", "(1)").await.unwrap_err());
    }
    let relay = runtime.instance(HOSTILE).unwrap();

    let token = runtime.export::<relay::Interface>(&relay).unwrap();
    let near = runtime_of(Runtime::builder());
    let far = near.import::<relay::Interface>(token, link_to(&runtime));
    says_harmless(&far.call("tick-many", "(1)").await.unwrap_err());
    for error in [TransportError::Lost(HOSTILE.into()), TransportError::NotSent(HOSTILE.repeat(10_000))] {
        says_harmless(&error);
        let failing = move |_: Vec<u8>| {
            let error = error.clone();
            async move { Err::<Vec<u8>, _>(error) }
        };
        let far = near.import::<relay::Interface>(token, failing);
        says_harmless(&far.call("tick-many", "(1)").await.unwrap_err());
    }
    let link = link_to(&runtime);
    let lying = move |message: Vec<u8>| {
        let link = link.clone();
        async move {
            isorun::Transport::call(&link, message.clone()).await?;
            Ok::<_, TransportError>(isorun_tests::wire::trap_message(&message, HOSTILE))
        }
    };
    let error = near.import::<relay::Interface>(token, lying).call("tick-many", "(1)").await.unwrap_err();
    says_harmless(&error);
    assert!(
        error.to_string().contains(
            "failed on the other side: trap\n  the other side says: app\u{fffd}[2J\n  help: it may have done"
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_component_that_is_whole_is_not_called_damaged() {
    for (component, says) in [
        (
            r#"(component (core module $m (memory (export "memory") 1) (func (export "f") (param i32 i32))) (core instance $i (instantiate $m))
                (func (export "f") (param "v" string) (canon lift (core func $i "f") (memory (core memory $i "memory")))))"#
                .to_string(),
            "cabi_realloc",
        ),
        (
            format!("(component (core module (func (block (br_table {} (i32.const 0))))))", "0 ".repeat(70_000)),
            "larger than",
        ),
        (
            r#"(component (import "a:b/c" (instance (export "foo" (func)) (export "FOO" (func)))))"#.to_string(),
            "upper and lower case",
        ),
    ] {
        let component = wat::parse_str(component).unwrap();
        let error = runtime().add_app("app", &component).await.unwrap_err().to_string();
        assert!(!error.contains("damaged") && error.contains(says), "{error}");
    }
    let error = runtime().add_app("app", &faulty()[..60]).await.unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
}

/// Whatever a help names in backticks as a method or a setting is there.
#[test]
fn help_names_what_there_is() {
    fn read(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => read(&path, into),
                false => into.push_str(&std::fs::read_to_string(path).unwrap()),
            }
        }
    }
    let mut source = String::new();
    read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../isorun/src")), &mut source);
    let mut named = 0;
    for line in source.lines().filter(|line| line.contains('"') && !line.trim_start().starts_with("//")) {
        for quoted in line.split('`').skip(1).step_by(2) {
            let method = quoted.strip_prefix('.').map(|call| call.split('(').next().unwrap_or(call));
            let setting = (quoted.starts_with("max_") && !quoted.contains(' ')).then_some(quoted);
            let Some(name) = method.or(setting) else { continue };
            named += 1;
            assert!(source.contains(&format!("pub fn {name}")), "`{quoted}` in {line}");
        }
    }
    assert!(named > 10, "{named}");
}

/// A call that got no turn has not run, so it was not stopped anywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_got_no_turn_says_so() {
    let component = parse(
        r#"(component (core module $m (func (export "f") (loop (br 0)))) (core instance $i (instantiate $m))
            (func (export "f") (canon lift (core func $i "f"))))"#,
    );
    let app = start(&runtime(), "app", &component, &[]).await;
    let second = app.clone();
    let first = tokio::spawn(async move { app.call("f", "()").timeout(Duration::from_secs(60)).fuel(u64::MAX).await });
    while !matches!(second.state(), InstanceState::Running) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let error = second.call("f", "()").timeout(Duration::from_millis(60)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("out of time: `f` of `app` got no turn within 60ms, as other calls were before it\n  help: "),
        "{error}"
    );
    first.abort();
}

#[tokio::test]
async fn frames_are_bounded_and_safe_to_print() {
    let name = format!("{HOSTILE}{}", "é".repeat(1000)).replace('`', "");
    let mut quoted = String::new();
    name.bytes().for_each(|byte| write!(quoted, "\\{byte:02x}").unwrap());
    let component = parse(&format!(
        r#"(component
            (core module $code
                (func $f (@name "{quoted}") (export "f") (call $f)))
            (core instance $code (instantiate $code))
            (func (export "f") (canon lift (core func $code "f"))))"#
    ));
    let error = start(&runtime(), "app", &component, &[]).await.call("f", "()").await.unwrap_err();
    let CallError::OutOfBudget { limit: Limit::Stack, frames, .. } = &error else { panic!("{error}") };
    assert_eq!(frames.len(), 20);
    let Some(Frame { function: Some(function), .. }) = frames.first() else { panic!("{frames:?}") };
    assert!(function.len() <= 256 && name.starts_with(&**function), "{function:?}");
    is_harmless(&frames[0].to_string());
}

#[tokio::test]
async fn a_limit_of_memory_says_whose_it_is() {
    let runtime = runtime_of(Runtime::builder().max_instance_memory(1 << 20));
    let app = add(&runtime, "app", &faulty()).await;
    let error = again(&runtime, &app, &[]).await.call("grow", "()").await.unwrap_err();
    assert!(matches!(error, CallError::OutOfBudget { limit: Limit::Memory, scope: Scope::Runtime, .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "out of memory: `app` was stopped in `grow`, since an instance may hold 1048576 bytes
  help: raise `max_instance_memory` in the runtime's builder; no call can be granted more than that, and part of it is what the engine takes for globals, functions and modules"
    );
    let error = start(&isorun_tests::runtime(), "app", &faulty(), &[]).await.call("grow", "()").memory(65536).await;
    let error = error.unwrap_err();
    assert!(matches!(error, CallError::OutOfBudget { limit: Limit::Memory, scope: Scope::Call, .. }), "{error:?}");
    assert!(error.to_string().contains("help: let the call use more with `.memory(..)`"), "{error}");
    let error = runtime.instantiate(&add(&runtime, "large", &large()).await).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`large` failed while it started (out of memory)
  help: nothing of it is left running; correct the app, or raise `max_instance_memory` in the runtime's builder; part of it is what the engine takes for globals, functions and modules"
    );
}

/// A component that begins with 2 MiB of memory.
fn large() -> Vec<u8> {
    parse("(component (core module $code (memory 32)) (core instance (instantiate $code)))")
}

#[tokio::test]
async fn a_poisoned_instance_says_whether_restarts_were_used_up() {
    let runtime = runtime();
    let app = add(&runtime, "app", &faulty()).await;
    let restart = isorun::Restart::Limited { max: 1, within: Duration::from_secs(3600) };
    let restarting = runtime.instantiate(&app).restart(restart).await.unwrap();
    let never = again(&runtime, &app, &[]).await;
    for instance in [&restarting, &never] {
        let mut error = instance.call("trap", "()").await.unwrap_err();
        while matches!(error, CallError::Trap { .. }) {
            error = instance.call("trap", "()").await.unwrap_err();
        }
        assert_eq!(error.to_string().contains("its restarts are used up"), *instance == restarting, "{error}");
        assert_eq!(error.to_string().contains("forgives 1 fault within"), *instance == restarting, "{error}");
    }
}

#[tokio::test]
async fn whoever_keeps_an_instance_is_told_as_what_it_is() {
    let bench = bench().await;
    let token = bench.runtime.export::<compute::Interface>(&bench.calc).unwrap();
    let error = bench.runtime.remove(&bench.calc).unwrap_err().to_string();
    assert_eq!(
        error,
        "`calc` is in use by `relay`, its export of `test:bench/compute@0.1.0`
  help: remove those first; end the export by `revoke` with its token"
    );
    assert!(bench.runtime.revoke(&token, Revoke::New).await);
    let error = bench.runtime.remove(&bench.calc).unwrap_err().to_string();
    assert_eq!(error, "`calc` is in use by `relay`\n  help: remove those first");
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_called_that() {
    let bench = bench().await;
    let error = bench.calc.call("add", "(1, 2)").deadline(Instant::now() - Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "out of time: the deadline of `test:bench/compute@0.1.0#add` of `calc` had passed already
  help: give the call more time with `.timeout(..)` or a later `.deadline(..)`, or raise the `budget` in the runtime's builder"
    );
}

/// No setting turns the deadlines of guests that compute off.
#[tokio::test]
async fn no_slice_outlasts_a_deadline() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::MAX));
    let app = start(&runtime, "app", &faulty(), &[]).await;
    let started = Instant::now();
    let error = app.call("spin", "()").fuel(20_000_000_000).timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_line_that_is_full_counts_properly() {
    let gate = Gate::new();
    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = runtime.instantiate(&app).with(&calc).with(&runtime.provide(gate.clone())).queue(1).await.unwrap();
    let (mut runs, mut waits) = (relay.call("tick-many", "(1)"), relay.call("tick-many", "(1)"));
    assert!(poll_once(&mut runs).is_pending() && poll_once(&mut waits).is_pending());
    let Poll::Ready(Err(error)) = poll_once(&mut relay.call("tick-many", "(1)")) else { panic!("it is full") };
    let error = error.to_string();
    assert!(error.starts_with("`relay` is busy: 1 call waits for it already\n"), "{error}");
    assert!(error.contains("`.queue(..)`") && error.contains("`max_queue`"), "{error}");
}

#[tokio::test]
async fn a_function_that_is_not_there_finds_the_nearest() {
    let bench = bench().await;
    let error = bench.calc.call("compute#ad", "(1, 2)").await.unwrap_err().to_string();
    assert!(error.ends_with("help: did you mean `test:bench/compute@0.1.0#add`?"), "{error}");
    let error = bench.calc.call("add", "").await.unwrap_err().to_string();
    assert!(error.contains("help: write them in parentheses") || error.contains("in parentheses"), "{error}");
    let error = start(&bench.runtime, "faulty", &faulty(), &[]).await.call("fine", "").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the arguments of `fine`: there is no text, at 1:1\n  it takes: func()\n  help: write `()`: a call without arguments"
    );
}

/// A provider that panics while an app starts is named as well.
#[tokio::test]
async fn a_provider_that_panics_while_an_app_starts_is_named() {
    struct Panics;

    #[isorun::system]
    impl host::Host for Panics {
        fn tick(&self, _n: u64) -> u64 {
            panic!("no tick today")
        }
    }

    let runtime = runtime();
    let app = add(&runtime, "starter", &starter()).await;
    let error = runtime.instantiate(&app).with(&runtime.provide(Panics)).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("because its provider `Panics` failed (host panic): no tick today"),
        "{error:#}"
    );
}

/// An app with as many functions as there can be is called and narrowed by name without looking at each name's text.
#[tokio::test]
async fn many_functions_are_told_apart_in_no_time() {
    let runtime = runtime();
    let exports: String = (0..4_000).fold(String::new(), |mut text, i| {
        write!(text, "(export \"x{i}\" (func $f))").unwrap();
        text
    });
    let component = parse(&format!(
        r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f"))) (instance $all {exports}) (export "bug:many/i" (instance $all)))"#
    ));
    let wit: String = (0..4_000).fold(String::new(), |mut text, i| {
        write!(text, "x{i}: func();").unwrap();
        text
    });
    runtime.register_wit(format!("package bug:many; interface i {{ {wit} }}")).unwrap();
    let many: Instance = start(&runtime, "many", &component, &[]).await;
    let started = Instant::now();
    for i in 0..100 {
        many.call(&format!("x{}", i * 39), "()").await.unwrap();
    }
    let names: Vec<String> = (0..4_000).map(|i| format!("i#x{i}")).collect();
    let narrowed = many.only(names.iter().map(String::as_str)).unwrap();
    assert_ne!(narrowed, many);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
