//! What is told of a call that failed on the other side: whether it ran, whose fault it is, and who ends with it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::Limit;
use isorun::remote::RemoteError;
use isorun::{
    Budget, CallError, Cx, GiveUp, Instance, Interface, Remote, Restart, Runtime, StaticInterface, Token,
    TransportError,
};
use isorun_tests::remote::{
    RING, Tap, answer, asking, at, between, contains, endless, number, plain, ran, ring, set_target, set_time, status,
};
use isorun_tests::wire::call_message;
use isorun_tests::{
    Echo, Memory, Ticker, add, again, apps, caller_of, chained, guests, host, in_short_slices, kv, link_to, misbehave,
    misbehaving, poll_once, relay, runtime, runtime_of, start, types, with_turns_of_another,
};

const OUT_OF_BUDGET: u8 = 2;
const BUSY: u8 = 4;

/// Time that no test needs.
const LONG: Duration = Duration::from_secs(60);

/// No fault is forgiven.
const RESTARTED: Restart = Restart::Limited { max: 0, within: LONG };

/// Counts how often it was entered, and gives what became of a call that it made itself.
struct Counting {
    runs: Arc<AtomicU64>,
    gives: CallError,
}

#[isorun::system]
impl host::Host for Counting {
    fn tick(&self, _n: u64) -> isorun::Result<u64> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        Err(self.gives.clone())
    }
}

/// A remote of `host` over this transport.
fn remote_host(token: Token, transport: impl isorun::Transport) -> host::Caller {
    Remote::<host::Interface>::new(token, transport).caller()
}

/// What is told of calls that did not run, each by a call that did not.
async fn did_not_run() -> Vec<CallError> {
    let (runtime, instance, guest) = misbehaving().await;
    let app = add(&runtime, "other", apps::MISBEHAVE).await;
    let mut errors = Vec::new();

    let alone = runtime.instantiate(&app).name("alone").queue(0).await.unwrap();
    let caller = caller_of(&alone);
    let mut running = caller.spin();
    assert!(poll_once(&mut running).is_pending());
    errors.push(caller_of(&alone).count().await.unwrap_err());

    let small = runtime.tenant("small").calls(1).waiting(0).build().unwrap();
    let rented = runtime.instantiate(&app).name("rented").tenant(&small).await.unwrap();
    let caller = caller_of(&rented);
    let mut held = caller.spin();
    assert!(poll_once(&mut held).is_pending());
    errors.push(caller_of(&rented).count().await.unwrap_err());

    let floored = runtime.instantiate(&app).name("floored").min_fuel(1000).await.unwrap();
    errors.push(caller_of(&floored).count().fuel(1).await.unwrap_err());

    guest.trap().await.unwrap_err();
    errors.push(guest.count().await.unwrap_err());
    runtime.remove(&instance).unwrap();
    errors.push(guest.count().await.unwrap_err());
    errors.push(CallError::NoCapacity { instance: "full".into(), message: "there is no place".into() });

    let unsent = |_message: Vec<u8>| async { Err::<Vec<u8>, _>(TransportError::NotSent("no route".into())) };
    errors.push(remote_host(Token::from_bytes([0; 16]), unsent).tick(1).await.unwrap_err());
    errors.push(remote_host(Token::from_bytes([0; 16]), link_to(&runtime)).tick(1).await.unwrap_err());
    errors
}

/// A system writes something down and then returns, with `?`, that a call of its own did not run.
#[tokio::test]
async fn work_that_ran_is_never_told_as_not_run() {
    let errors = did_not_run().await;
    let kinds: Vec<_> = errors.iter().map(CallError::kind).collect();
    let expected = ["busy", "tenant full", "below floor", "poisoned", "removed", "no capacity", "not sent", "refused"];
    assert_eq!(kinds, expected);
    let mut wrong = Vec::new();
    for gives in errors {
        let (far, runs, kind) = (runtime(), Arc::new(AtomicU64::new(0)), gives.kind());
        let system = far.provide(Counting { runs: runs.clone(), gives });
        let tap = Tap::to(&far);
        let error =
            remote_host(far.export::<host::Interface>(&system).unwrap(), tap.clone()).tick(1).await.unwrap_err();
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        if !matches!(error, CallError::Remote(RemoteError::Failed { .. })) || !ran(&tap.replies()[0]) {
            wrong.push(kind);
        }
    }
    assert!(wrong.is_empty(), "they ran, and the caller was told that they did not: {wrong:?}");
}

/// Over two borders: the one in the middle ran nothing, the one behind it did.
#[tokio::test]
async fn a_relay_passes_on_that_something_ran() {
    let (far, middle, runs) = (runtime(), runtime(), Arc::new(AtomicU64::new(0)));
    let gives = CallError::NoCapacity { instance: "full".into(), message: "there is no place".into() };
    let system = far.provide(Counting { runs: runs.clone(), gives });
    let there = middle.import::<host::Interface>(far.export::<host::Interface>(&system).unwrap(), link_to(&far));
    let near = remote_host(middle.export::<host::Interface>(&there).unwrap(), link_to(&middle));
    let error = near.tick(1).await.unwrap_err();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { .. })), "{error:?}");
}

/// A guest behind a way that can be looked at.
async fn tapped(instance: &Instance, far: &Runtime) -> (Tap, misbehave::Caller) {
    let tap = Tap::to(far);
    let token = far.export::<misbehave::Interface>(instance).unwrap();
    (tap.clone(), Remote::<misbehave::Interface>::new(token, tap).caller())
}

#[tokio::test]
async fn what_was_never_entered_is_told_as_refused() {
    let far = in_short_slices();
    let app = add(&far, "misbehave", apps::MISBEHAVE).await;
    let full = far.instantiate(&app).name("full").queue(0).await.unwrap();
    let caller = caller_of(&full);
    let mut running = caller.spin().timeout(LONG).fuel(u64::MAX);
    assert!(poll_once(&mut running).is_pending());
    let poisoned = far.instantiate(&app).name("dead").await.unwrap();
    caller_of(&poisoned).trap().await.unwrap_err();
    let narrowed = far.instantiate(&app).name("floored").min_fuel(u64::MAX).await.unwrap();
    for instance in [full, poisoned, narrowed] {
        let (tap, remote) = tapped(&instance, &far).await;
        let error = remote.count().await.unwrap_err();
        assert!(matches!(error, CallError::Remote(RemoteError::Refused { .. })), "{error:?}");
        assert!(!ran(&tap.replies()[0]));
    }
}

/// The call before it is one that nobody goes on with.
#[tokio::test]
async fn a_call_whose_time_ends_in_the_line_is_told_as_not_run() {
    let far = in_short_slices();
    let instance = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let caller = caller_of(&instance);
    let mut running = caller.spin().timeout(LONG).fuel(u64::MAX);
    assert!(poll_once(&mut running).is_pending());
    let token = far.export::<misbehave::Interface>(&instance).unwrap();
    let tap = Tap::to(&far).on_call(|call| set_time(call, Duration::from_millis(10)));
    let remote = Remote::<misbehave::Interface>::new(token, tap.clone()).caller();
    let error = remote.count().await.unwrap_err();
    let reply = &tap.replies()[0];
    assert_eq!((status(reply), ran(reply)), (OUT_OF_BUDGET, false));
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { .. })), "{error:?}");
}

#[tokio::test]
async fn a_call_that_arrives_too_late_is_told_as_not_run() {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let tap = Tap::to(&far).on_call(|call| set_time(call, Duration::ZERO));
    let error = remote_host(token, tap.clone()).tick(1).await.unwrap_err();
    let reply = &tap.replies()[0];
    assert_eq!((status(reply), ran(reply)), (OUT_OF_BUDGET, false));
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { .. })), "{error:?}");
}

#[tokio::test]
async fn a_shared_guest_outlives_callers_that_grant_little_and_hang_up() {
    let far = in_short_slices();
    let app = add(&far, "misbehave", apps::MISBEHAVE).await;
    let finish = GiveUp::Finish { fuel: 1_000_000_000, time: LONG };
    let shared = far.instantiate(&app).min_fuel(10_000).on_give_up(finish).await.unwrap();
    let (tap, remote) = tapped(&shared, &far).await;
    let error = remote.count().fuel(1).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { .. })), "{error:?}");
    assert!(!ran(&tap.replies()[0]));
    let mut call = remote.spin_for(20_000_000);
    let polled = poll_once(&mut call);
    assert!(polled.is_pending(), "{polled:?}");
    drop(call);
    assert_eq!(remote.count().await.unwrap(), 1);
    assert!(matches!(shared.state(), InstanceState::Idle));
}

/// A provider of `plain` that fails with an error of its own making for 3, and else gives back what it is given.
struct Failing(CallError);

#[isorun::system]
impl plain::Plain for Failing {
    async fn f(&self, n: u32) -> isorun::Result<Result<u32, plain::Problem>> {
        match n {
            3 => Err(self.0.clone()),
            n => Ok(Ok(n)),
        }
    }
}

/// One that loops for 3, in what it was granted.
struct Spinning(misbehave::Caller);

#[isorun::system]
impl plain::Plain for Spinning {
    async fn f(&self, cx: &Cx, n: u32) -> isorun::Result<Result<u32, plain::Problem>> {
        if n == 3 {
            self.0.spin().within(cx).fuel(cx.fuel()).await?;
        }
        Ok(Ok(n))
    }
}

/// An app here that asks a provider of `plain` there.
async fn asking_far(far: &Runtime, provider: &Instance) -> (Runtime, Instance) {
    let near = runtime();
    near.register::<plain::Interface>().unwrap();
    let remote = near.import::<plain::Interface>(far.export::<plain::Interface>(provider).unwrap(), link_to(far));
    let app = add(&near, "asking", &asking()).await;
    let asking = near.instantiate(&app).with(&remote).restart(RESTARTED).await.unwrap();
    (near, asking)
}

/// Its own budget, not the caller's, has run out, or what it called itself was dropped.
#[tokio::test]
async fn a_far_end_that_is_not_of_the_callers_budget_is_a_provider_that_is_down() {
    let (_other, _, guest) = misbehaving().await;
    let little = guest.spin().fuel(1000).await.unwrap_err();
    assert_eq!(little.out_of_budget(), Some(Limit::Fuel));
    let cancelled = CallError::Cancelled { instance: "misbehave".into(), function: "spin".into() };
    let mut wrong = Vec::new();
    for gives in [little, cancelled] {
        let (far, kind) = (runtime(), gives.kind());
        let (_near, asking) = asking_far(&far, &far.provide(Failing(gives))).await;
        assert_eq!(asking.call("ask", "(1)").await.unwrap(), "1");
        let told = asking.call("ask", "(3)").await;
        let is_idle = matches!(asking.state(), InstanceState::Idle);
        if told.as_deref().ok() != Some("1001") || !is_idle || asking.counters().restarts != 0 {
            wrong.push((kind, told, asking.state()));
        }
    }
    assert!(wrong.is_empty(), "these ended the caller: {wrong:?}");
}

#[tokio::test]
async fn a_far_side_with_smaller_budgets_does_not_end_its_callers() {
    let far = runtime_of(Runtime::builder().budget(Budget { fuel: 1_000_000, ..Budget::default() }));
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let (_near, asking) = asking_far(&far, &far.provide(Spinning(caller_of(&guest)))).await;
    assert_eq!(asking.call("ask", "(3)").fuel(100_000_000).await.unwrap(), "1001");
    assert!(matches!(asking.state(), InstanceState::Idle));
}

#[tokio::test]
async fn a_far_side_uses_up_no_more_than_half_of_what_the_caller_has() {
    let far = runtime();
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let (_near, asking) = asking_far(&far, &far.provide(Spinning(caller_of(&guest)))).await;
    let (told, receipt) = asking.call("ask", "(3)").fuel(1_000_000).receipt().await;
    assert_eq!(told.unwrap(), "1001");
    assert!((490_000..510_000).contains(&receipt.fuel), "{receipt}");
    assert!(matches!(asking.state(), InstanceState::Idle));
}

/// A system here grants a remote all that its caller has.
#[tokio::test]
async fn what_used_up_the_callers_own_budget_far_away_ends_the_caller() {
    let far = runtime();
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let token = far.export::<misbehave::Interface>(&guest).unwrap();
    let near = runtime();
    near.register::<plain::Interface>().unwrap();
    let remote = near.import::<misbehave::Interface>(token, link_to(&far));
    let app = add(&near, "asking", &asking()).await;
    let spinning = near.provide(Spinning(caller_of(&remote)));
    let asking = near.instantiate(&app).with(&spinning).restart(RESTARTED).await.unwrap();
    let error = asking.call("ask", "(3)").fuel(1_000_000).await.unwrap_err();
    assert!(error.is_out_of_budget(), "{error:?}");
    // It was granted less than a call has by default, so it begins anew.
    assert_eq!(asking.call("ask", "(1)").await.unwrap(), "1");
    assert_eq!(asking.counters().restarts, 1);
}

/// `acme:chain/one`, where it is known.
fn chain_one(runtime: &Runtime) -> Interface {
    runtime.interfaces().into_iter().find(|interface| interface.name().to_string() == "acme:chain/one").unwrap()
}

/// `asking` on `between`, which has no value for a dead provider, on what loops far away, where a call has less fuel than here.
#[tokio::test]
async fn a_guest_without_a_value_for_it_ends_as_its_provider_is_down_and_its_caller_does_not() {
    let far = runtime_of(Runtime::builder().budget(Budget { fuel: 1_000_000, ..Budget::default() }));
    chained(&far);
    let looping = start(&far, "looping", &endless(), &[]).await;
    let near = runtime();
    chained(&near);
    near.register::<plain::Interface>().unwrap();
    let one = chain_one(&near);
    let remote = near.import_interface(&one, far.export_interface(&looping, &one).unwrap(), link_to(&far));
    let app = add(&near, "between", &between()).await;
    let middle = near.instantiate(&app).with(&remote).restart(RESTARTED).await.unwrap();
    let top = start(&near, "asking", &asking(), &[&middle]).await;

    assert_eq!(top.call("ask", "(3)").fuel(100_000_000).await.unwrap(), "1001");
    assert!(matches!(top.state(), InstanceState::Idle));
    let counters = middle.counters();
    let fault = counters.last_fault.expect("it was stopped");
    assert!(matches!(&*fault, CallError::ProviderDown { .. }), "{fault:?}");
    // That is not its own fault: it has none to be forgiven, and can be called all the same.
    assert!(!matches!(middle.state(), InstanceState::Poisoned(_)), "{:?}", middle.state());
}

/// Has every call of a way go to the export that is named later.
fn way_to(far: &Runtime, token: &Arc<OnceLock<Token>>) -> Tap {
    let token = token.clone();
    Tap::to(far).on_call(move |call| set_target(call, *token.get().expect("it was set")))
}

fn registered(runtime: &Runtime) -> Interface {
    runtime.register_wit(RING).unwrap().remove(0)
}

/// What a guest is told, which waits itself for the end of that call.
fn assert_told_at_once(error: &CallError, innermost: &[u8]) {
    assert_eq!((status(innermost), ran(innermost)), (BUSY, false), "{error:?}");
    assert!(contains(innermost, b"re-entered"));
    assert!(!error.is_out_of_budget(), "{error:?}");
}

#[tokio::test]
async fn a_guest_that_comes_back_to_itself_by_a_remote_is_told_at_once() {
    let (runtime, token) = (Runtime::new().unwrap(), Arc::default());
    let interface = registered(&runtime);
    let way = way_to(&runtime, &token);
    let remote = runtime.import_interface(&interface, Token::from_bytes([0; 16]), way.clone());
    let one = start(&runtime, "one", &ring(), &[&remote]).await;
    token.set(runtime.export_interface(&one, &interface).unwrap()).unwrap();
    let error = one.call("f", "()").timeout(Duration::from_millis(300)).await.unwrap_err();
    assert!(matches!(error.root_cause(), CallError::Remote(RemoteError::Refused { .. })), "{error:?}");
    assert_told_at_once(&error, &way.replies()[0]);
}

#[tokio::test]
async fn a_guest_that_comes_back_to_itself_by_another_runtime_is_told_at_once() {
    for has_a_guest_between in [false, true] {
        let (here, there, token) = (Runtime::new().unwrap(), Runtime::new().unwrap(), Arc::default());
        let interface = registered(&here);
        registered(&there);
        let back = way_to(&here, &token);
        let mut other = there.import_interface(&interface, Token::from_bytes([0; 16]), back.clone());
        if has_a_guest_between {
            other = start(&there, "other", &ring(), &[&other]).await;
        }
        let remote =
            here.import_interface(&interface, there.export_interface(&other, &interface).unwrap(), link_to(&there));
        let one = start(&here, "one", &ring(), &[&remote]).await;
        token.set(here.export_interface(&one, &interface).unwrap()).unwrap();
        let error = one.call("f", "()").timeout(Duration::from_millis(300)).await.unwrap_err();
        let replies = back.replies();
        let innermost = replies.first().unwrap_or_else(|| panic!("the innermost call has no reply: {error:?}"));
        assert_told_at_once(&error, innermost);
    }
}

/// A peer calls it under one token, and it comes back under another: they are the same instance.
#[tokio::test]
async fn a_guest_that_comes_back_to_itself_under_another_token_is_told_at_once() {
    let (runtime, token) = (Runtime::new().unwrap(), Arc::default());
    let interface = registered(&runtime);
    let inner = way_to(&runtime, &token);
    let remote = runtime.import_interface(&interface, Token::from_bytes([0; 16]), inner.clone());
    let one = start(&runtime, "one", &ring(), &[&remote]).await;
    token.set(runtime.export_interface(&one, &interface).unwrap()).unwrap();
    let peer = Runtime::new().unwrap();
    let interface = registered(&peer);
    let first = runtime.export_interface(&one, &interface).unwrap();
    let caller = peer.import_interface(&interface, first, link_to(&runtime));
    let error = caller.call("f", "()").timeout(Duration::from_millis(300)).await.unwrap_err();
    let replies = inner.replies();
    let innermost = replies.first().unwrap_or_else(|| panic!("the innermost call has no reply: {error:?}"));
    assert_told_at_once(&error, innermost);
}

/// A system that calls by a remote, with the budget of who called it.
struct Back(Arc<OnceLock<relay::Caller>>);

#[isorun::system]
impl host::Host for Back {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        let caller = self.0.get().expect("it was set");
        caller.add(1, 2).timeout(Duration::from_millis(300)).within(cx).await.map(u64::from)
    }
}

#[tokio::test]
async fn a_guest_that_comes_back_to_itself_by_a_system_and_a_remote_is_told_at_once() {
    let (runtime, caller) = (runtime(), Arc::default());
    let system = runtime.provide(Back(Arc::clone(&caller)));
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &system]).await;
    let tap = Tap::to(&runtime);
    let token = runtime.export::<relay::Interface>(&relay).unwrap();
    // What the system holds is a remote of this runtime, so that the system's own call is made within it.
    let remote = runtime.import::<relay::Interface>(token, tap.clone());
    assert!(caller.set(remote.caller::<relay::Interface>().unwrap()).is_ok());
    let error = relay.call("tick-many", "(1)").await.unwrap_err();
    assert_told_at_once(&error, &tap.replies()[0]);
}

/// They come to the same guest at once, and neither waits for itself.
#[tokio::test]
async fn two_guests_that_wait_for_the_same_one_are_no_loop() {
    let (far, near) = (in_short_slices(), in_short_slices());
    chained(&far);
    chained(&near);
    let body = "(local $n i32) (local.set $n (i32.const 200000))
        (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get 0)";
    let slow = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, body)]);
    let slow = start(&far, "slow", &slow, &[]).await;
    let one = chain_one(&near);
    let remote = near.import_interface(&one, far.export_interface(&slow, &one).unwrap(), link_to(&far));
    let app = add(&near, "step", &guests::step("acme:chain/one", "acme:chain/two", 10)).await;
    let (left, right) = (again(&near, &app, &[&remote]).await, again(&near, &app, &[&remote]).await);
    let (left, right) = tokio::join!(left.call("f", "(1)"), right.call("f", "(2)"));
    assert_eq!((left.unwrap(), right.unwrap()), ("11".into(), "12".into()));
}

/// An export of `Echo`, and a call of it with so many booleans.
fn call_with_booleans(far: &Runtime, count: u32) -> Vec<u8> {
    let token = far.export::<types::Interface>(&far.provide(Echo)).unwrap();
    let interface = types::Interface::interface();
    let (_, function) = interface.function("echo-bools").unwrap();
    let mut body = [8_u32.to_le_bytes(), count.to_le_bytes()].concat();
    body.resize(8 + count as usize, 1);
    call_message(token, interface, function, &body)
}

/// Booleans that take some time to look at, since each must be one of two bytes: about as many as a message may have.
const MANY: u32 = 900_000;

#[tokio::test]
async fn a_deadline_counts_from_when_the_message_came() {
    let far = in_short_slices();
    let mut message = call_with_booleans(&far, MANY);
    set_time(&mut message, Duration::from_micros(500));
    let reply = answer(&far, &message).await.unwrap();
    assert_eq!((status(&reply), ran(&reply)), (OUT_OF_BUDGET, false));
}

#[tokio::test(flavor = "current_thread")]
async fn others_run_while_a_message_is_looked_at() {
    let far = in_short_slices();
    let mut message = call_with_booleans(&far, MANY);
    // The last of them is none, so that nothing but the look at it happens.
    *message.last_mut().unwrap() = 2;
    let (reply, turns) = with_turns_of_another(answer(&far, &message)).await;
    assert!(!ran(&reply.unwrap()));
    assert!(turns >= 16, "{turns}");
}

#[tokio::test]
async fn looking_at_a_message_is_paid_for() {
    let far = runtime();
    let fuel = |reply: &[u8]| number(reply, at::FUEL);
    let few = answer(&far, &call_with_booleans(&far, 8)).await.unwrap();
    let mut message = call_with_booleans(&far, MANY);
    let many = answer(&far, &message).await.unwrap();
    assert!(fuel(&many) > fuel(&few) + u64::from(MANY) / 64, "{} and {}", fuel(&few), fuel(&many));
    // Who grants too little for that has nothing run.
    message[at::FUEL].copy_from_slice(&1000_u64.to_le_bytes());
    let reply = answer(&far, &message).await.unwrap();
    assert_eq!((status(&reply), ran(&reply)), (OUT_OF_BUDGET, false));
}

/// The caller accepts more than this side gives away.
#[tokio::test]
async fn a_result_is_held_to_the_smaller_limit_of_both_sides() {
    let far = runtime_of(Runtime::builder().max_message(1000));
    let memory = far.provide(Memory::default());
    let local = memory.caller::<kv::Interface>().unwrap();
    local.set("a", &[7; 600]).await.unwrap().unwrap();
    local.set("b", &[7; 5000]).await.unwrap().unwrap();
    let remote = Remote::<kv::Interface>::new(far.export::<kv::Interface>(&memory).unwrap(), link_to(&far)).caller();
    assert_eq!(remote.get("a").await.unwrap().unwrap(), Some(vec![7; 600]));
    let error = remote.get("b").await.map(|_| "all of it").unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { .. })) && error.is_out_of_budget(), "{error:?}");
}

/// It is the way between the two others that lost it.
#[tokio::test]
async fn what_is_lost_behind_a_relay_is_lost_to_the_caller() {
    let (far, middle, near) = (runtime(), runtime(), runtime());
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let losing = link_to(&far);
    let losing = move |message: Vec<u8>| {
        let losing = losing.clone();
        async move {
            isorun::Transport::call(&losing, message).await?;
            Err::<Vec<u8>, _>(TransportError::Lost("the line is dead".into()))
        }
    };
    let there = middle.import::<host::Interface>(token, losing);
    let here = near.import::<host::Interface>(middle.export::<host::Interface>(&there).unwrap(), link_to(&middle));
    let error = here.call("tick", "(1)").await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Lost { .. })), "{error:?}");
    // One border more makes no difference.
    let last = remote_host(near.export::<host::Interface>(&here).unwrap(), link_to(&near));
    let error = last.tick(1).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Lost { .. })), "{error:?}");
}

/// Nobody knows whether what answers nonsense has run.
#[tokio::test]
async fn an_answer_that_a_relay_cannot_read_is_lost_to_the_caller() {
    let (far, middle) = (runtime(), runtime());
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let there = middle.import::<host::Interface>(token, Tap::to(&far).on_reply(|reply| reply.truncate(40)));
    let near = remote_host(middle.export::<host::Interface>(&there).unwrap(), link_to(&middle));
    let error = near.tick(1).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Lost { .. })), "{error:?}");
}

#[tokio::test]
async fn what_is_not_sent_behind_a_relay_is_told_as_not_run() {
    let middle = runtime();
    let unsent = |_message: Vec<u8>| async { Err::<Vec<u8>, _>(TransportError::NotSent("no route".into())) };
    let there = middle.import::<host::Interface>(Token::from_bytes([0; 16]), unsent);
    let near = remote_host(middle.export::<host::Interface>(&there).unwrap(), link_to(&middle));
    let error = near.tick(1).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { .. })), "{error:?}");
}

/// A guest that stops because its own provider is down has run all the same.
#[tokio::test]
async fn a_guest_that_ran_into_a_dead_provider_is_told_as_run() {
    let far = runtime();
    chained(&far);
    let dead = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(unreachable)")]);
    let dead = start(&far, "dead", &dead, &[]).await;
    dead.call("f", "(1)").await.unwrap_err();
    let step = guests::step("acme:chain/one", "acme:chain/two", 1);
    let step = start(&far, "step", &step, &[&dead]).await;
    let two = far.interfaces().into_iter().find(|interface| interface.name().to_string() == "acme:chain/two").unwrap();
    let near = runtime();
    let remote = near.import_interface(&two, far.export_interface(&step, &two).unwrap(), link_to(&far));
    let error = remote.call("f", "(1)").await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { .. })), "{error:?}");
}
