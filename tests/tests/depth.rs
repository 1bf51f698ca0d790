//! Graphs as deep as somebody makes them: they are dropped in a loop, and calls through them end with an error.

use std::thread;

use isorun::{CallError, Cx, Instance, Reuse, Runtime, Token};
use isorun_tests::{guests, host, link_to, runtime_of};

/// Longer than any stack is deep.
const LONG: usize = 20_000;

/// Runs on a thread with little stack, so that any recursion over a chain shows.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}

async fn runtime() -> (Runtime, isorun::App, Instance) {
    let runtime = runtime_of(Runtime::builder().max_stores(2000));
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let base = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(local.get 0)")]);
    let base = runtime.add_app("base", &base).await.unwrap();
    let step = runtime.add_app("step", &guests::step("acme:chain/one", "acme:chain/one", 1)).await.unwrap();
    let bottom = runtime.instantiate(&base).reuse(Reuse::Fresh).await.unwrap();
    (runtime, step, bottom)
}

/// A chain of guests, each wired to the one before; gives the last.
async fn chain(links: usize) -> (Runtime, Instance) {
    let (runtime, step, mut last) = runtime().await;
    for _ in 0..links {
        last = runtime.instantiate(&step).with(&last).reuse(Reuse::Fresh).await.unwrap();
    }
    (runtime, last)
}

/// One handle, the runtime, or everything at once goes last.
#[tokio::test]
async fn the_last_owner_of_a_long_chain_drops_it_in_a_loop() {
    let (runtime, last) = chain(LONG).await;
    on_a_small_stack(move || {
        drop(runtime);
        drop(last);
    });
    let (runtime, last) = chain(LONG / 10).await;
    on_a_small_stack(move || {
        drop(last);
        drop(runtime);
    });
}

#[tokio::test]
async fn a_long_chain_is_removed_in_a_loop() {
    let (runtime, step, bottom) = runtime().await;
    let mut last = bottom.clone();
    for _ in 0..LONG / 10 {
        last = runtime.instantiate(&step).with(&last).reuse(Reuse::Fresh).await.unwrap();
    }
    drop(last);
    on_a_small_stack(move || assert_eq!(runtime.remove_tree(&bottom).unwrap().len(), LONG / 10 + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_through_a_long_chain_of_guests_ends_with_an_error() {
    let (_runtime, last) = chain(LONG / 10).await;
    let error = tokio::spawn(async move { last.call("f", "(1)").await }).await.unwrap().unwrap_err();
    assert!(matches!(error.root_cause(), CallError::TooDeep { .. }), "{error:#}");
    let text = format!("{error:#}");
    assert!(text.contains("is too deep: 64 calls wait for its end, each for the next\n  help: "), "{text}");
}

#[tokio::test]
async fn a_call_of_less_depth_has_its_result() {
    let (_runtime, last) = chain(63).await;
    assert_eq!(last.call("f", "(1)").await.unwrap(), "64");
}

/// A system that asks the next one, on behalf of its own caller or not.
struct Asks {
    next: Option<Instance>,
    within: bool,
}

#[isorun::system]
impl host::Host for Asks {
    async fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        let Some(next) = &self.next else { return Ok(n) };
        let call = next.call("tick", "(1)");
        match self.within {
            true => call.within(cx).await,
            false => call.await,
        }
        .map(|_| n)
    }
}

#[test]
fn systems_that_hold_each_other_are_called_no_deeper_than_the_stack_and_dropped_in_a_loop() {
    for within in [false, true] {
        thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(move || {
                let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
                let runtime = Runtime::builder().max_stores(1).build().unwrap();
                let link = |next, _| Some(runtime.provide(Asks { next, within }));
                let few = (0..64).fold(None, link).unwrap();
                executor.block_on(few.call("tick", "(1)")).unwrap();
                let last = (0..LONG).fold(None, link).unwrap();
                let error = executor.block_on(last.call("tick", "(1)")).unwrap_err();
                assert_eq!(error.root_cause().kind(), "too deep", "{error}");
                drop(runtime);
                drop(last);
            })
            .unwrap()
            .join()
            .unwrap();
    }
}

/// Each runtime is held by the transport of the next one's remote, or by its observer.
#[test]
fn runtimes_that_hold_each_other_are_dropped_in_a_loop() {
    on_a_small_stack(|| {
        let new = |builder: isorun::RuntimeBuilder| builder.max_stores(1).build().unwrap();
        let mut last = new(Runtime::builder());
        for number in 0..600 {
            last = match number % 2 {
                0 => {
                    let next = new(Runtime::builder());
                    next.import::<host::Interface>(Token::from_bytes([7; 16]), link_to(&last));
                    next
                }
                _ => new(Runtime::builder().observer(move |_: &isorun::observe::CallEnded<'_>| {
                    let _ = &last;
                })),
            };
        }
        drop(last);
    });
}

/// Whoever is built on what is poisoned is poisoned by that as soon as it is called.
#[tokio::test]
async fn causes_of_causes_do_not_grow_for_ever() {
    let (runtime, step, _) = self::runtime().await;
    let traps = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "unreachable")]);
    let traps = runtime.add_app("traps", &traps).await.unwrap();
    let mut last = runtime.instantiate(&traps).await.unwrap();
    last.call("f", "(1)").await.unwrap_err();
    let mut errors = Vec::new();
    for _ in 0..500 {
        last = runtime.instantiate(&step).with(&last).await.unwrap();
        errors.push(last.call("f", "(1)").await.unwrap_err());
    }
    on_a_small_stack(move || {
        for error in errors {
            assert_eq!(error.root_cause().kind(), "trap");
            assert!(format!("{error:#}").contains("unreachable") && error.out_of_budget().is_none());
        }
    });
}
