//! What a call may use, and what it is charged: over one border, and over two.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::Limit;
use isorun::remote::{Cancel, Detail, ExportPolicy, ImportPolicy, Status};
use isorun::{CallError, Cx, Instance, Interface, Remote, Restart, Runtime};
use isorun_tests::lines::joined;
use isorun_tests::remote::{Tap, answer, at, endless, number, ran, set_time, status, told};
use isorun_tests::{
    Gate, Ticker, add, apps, caller_of, chained, guests, host, in_short_slices, link_to, misbehave, relay, runtime,
    start,
};

const OUT_OF_BUDGET: u8 = 2;

/// Time that no test needs.
const LONG: Duration = Duration::from_secs(60);

/// Two instances of one app, of which one is called here and one from elsewhere, over a link.
async fn twins() -> (Runtime, misbehave::Caller, misbehave::Caller) {
    let (far, near) = (runtime(), runtime());
    let app = add(&far, "misbehave", apps::MISBEHAVE).await;
    let restart = Restart::Limited { max: 100, within: LONG };
    let here = far.instantiate(&app).name("here").restart(restart).await.unwrap();
    let there = far.instantiate(&app).name("there").restart(restart).await.unwrap();
    // As what is called here, it does not go on when its grant is used up.
    let policy = ExportPolicy::default().on_cancel(Cancel::Stop);
    let token = far.export_with::<misbehave::Interface>(&there, &policy).unwrap();
    let remote = near.import::<misbehave::Interface>(token, joined(&near, &far).0);
    (far, caller_of(&here), caller_of(&remote))
}

#[tokio::test]
async fn b13_an_endless_loop_ends_within_its_grant_and_costs_what_it_costs_here() {
    let (_far, here, there) = twins().await;
    for fuel in [10_000, 123_456, 5_000_000] {
        let (local, local_receipt) = here.spin().fuel(fuel).receipt().await;
        let (remote, remote_receipt) = there.spin().fuel(fuel).receipt().await;
        assert!(local.unwrap_err().is_out_of_budget());
        let error = remote.unwrap_err();
        let (ran, status, failure) = told(&error);
        assert_eq!((ran, status, failure.limit), (true, Status::OutOfBudget, Some(Limit::Fuel)));
        assert_eq!(remote_receipt.fuel, local_receipt.fuel);
        assert!(remote_receipt.fuel <= fuel);
    }
    for rounds in [1, 1000, 100_000] {
        here.count().await.unwrap();
        there.count().await.unwrap();
        let (_, local) = here.spin_for(rounds).receipt().await;
        let (result, remote) = there.spin_for(rounds).receipt().await;
        assert_eq!((result.unwrap(), remote.fuel), (rounds, local.fuel));
    }
    let error = there.spin().timeout(Duration::from_millis(20)).fuel(u64::MAX).await.unwrap_err();
    assert!(error.is_out_of_budget(), "{error:?}");
}

/// The interface of `acme:chain` with this name.
fn chain(runtime: &Runtime, name: &str) -> Interface {
    runtime.interfaces().into_iter().find(|interface| interface.name().to_string() == name).unwrap()
}

/// Three runtimes: what is called in the first, a guest in the second that has its work done by the third, and both ways as they are seen.
struct Three {
    near: Instance,
    there: Instance,
    behind: Instance,
    first: Tap,
    second: Tap,
    _runtimes: [Runtime; 3],
}

/// `provider` is an app of `acme:chain/one`.
async fn three(provider: &[u8], on_cancel: Cancel, policy: &ImportPolicy, second: impl FnOnce(Tap) -> Tap) -> Three {
    let [a, b, c] = [runtime(), runtime(), runtime()];
    [&a, &b, &c].into_iter().for_each(chained);
    let (one, two) = (chain(&a, "acme:chain/one"), chain(&a, "acme:chain/two"));
    let telling = ExportPolicy::default().tell(Detail::Text);
    let behind = start(&c, "behind", provider, &[]).await;
    let second = second(Tap::to(&c));
    let token = c.export_interface_with(&behind, &one, &telling.clone().on_cancel(Cancel::Stop)).unwrap();
    let remote = b.import_interface_with(&one, token, second.clone(), policy);
    let app = add(&b, "there", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    // No fault of its own is forgiven.
    let restart = Restart::Limited { max: 0, within: LONG };
    let there = b.instantiate(&app).with(&remote).restart(restart).await.unwrap();
    let first = Tap::to(&b);
    let token = b.export_interface_with(&there, &two, &telling.on_cancel(on_cancel)).unwrap();
    let near = a.import_interface(&two, token, first.clone());
    Three { near, there, behind, first, second, _runtimes: [a, b, c] }
}

/// `f` goes round a loop so many times.
fn counting() -> Vec<u8> {
    let body = "(local $n i32) (local.set $n (i32.const 1000))
        (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get 0)";
    guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, body)])
}

#[tokio::test]
async fn b14_what_a_call_may_use_shrinks_from_border_to_border_and_what_is_used_adds_up() {
    const FUEL: u64 = 1_000_000;
    let all = three(&counting(), Cancel::Stop, &ImportPolicy::default(), |tap| tap).await;
    let (result, receipt) = {
        let call = all.near.call("f", "(1)").fuel(FUEL).timeout(LONG);
        call.receipt().await
    };
    assert_eq!(result.unwrap(), "2");
    let (first, second) = (all.first.calls().remove(0), all.second.calls().remove(0));
    let (outer, inner) = (all.first.replies().remove(0), all.second.replies().remove(0));
    assert_eq!(number(&first, at::FUEL), FUEL, "a call of the host may use all");
    // Where an app calls, it keeps as much as it gives.
    let (granted, used_there) = (number(&second, at::FUEL), number(&outer, at::FUEL) - number(&inner, at::FUEL));
    assert!(granted <= FUEL / 2 && granted + used_there <= FUEL, "{granted}, {used_there}");
    assert!(number(&inner, at::FUEL) > 1000 && used_there > 0);
    assert_eq!(receipt.fuel, number(&outer, at::FUEL));
    assert!(number(&second, at::TIME) <= number(&first, at::TIME) && number(&first, at::TIME) <= 60_000_000);
    assert!(number(&second, at::MEMORY) <= number(&first, at::MEMORY));
    let hops = |call: &[u8]| u16::from_le_bytes([call[at::HOPS.start], call[at::HOPS.start + 1]]);
    assert_eq!(hops(&second) + 1, hops(&first));
}

/// It says that it has used more than there is, of everything.
#[tokio::test]
async fn b14_a_callee_that_lies_is_believed_up_to_what_it_was_granted() {
    const FUEL: u64 = 1_000_000;
    let lying = |tap: Tap| {
        tap.on_reply(|reply| {
            reply[at::FUEL].fill(0xff);
            reply[at::MEMORY].fill(0xff);
        })
    };
    let all = three(&counting(), Cancel::Stop, &ImportPolicy::default(), lying).await;
    let (result, receipt) = all.near.call("f", "(1)").fuel(FUEL).memory(1 << 20).receipt().await;
    // It could go on with what it had kept.
    assert_eq!(result.unwrap(), "2");
    let granted = number(&all.second.calls()[0], at::FUEL);
    assert!((granted..=FUEL).contains(&receipt.fuel), "{receipt}");
    assert!(receipt.memory <= 1 << 20, "{receipt}");
    let all = three(&counting(), Cancel::Stop, &ImportPolicy::default().charge_at_most(5000), lying).await;
    let (result, receipt) = all.near.call("f", "(1)").fuel(FUEL).receipt().await;
    assert!(result.is_ok() && (5000..50_000).contains(&receipt.fuel), "{receipt}");
}

/// Half of it, by default: the guest between could go on, if it had a value for a provider that is down. As it has none, its end is told as what it
/// is, with the function that has used it all.
#[tokio::test]
async fn b14_a_budget_that_is_used_up_two_borders_away_is_told_as_such() {
    const FUEL: u64 = 1_000_000;
    let all = three(&endless(), Cancel::Stop, &ImportPolicy::default(), |tap| tap).await;
    let (result, receipt) = all.near.call("f", "(1)").fuel(FUEL).receipt().await;
    let error = result.unwrap_err();
    let (ran, status, failure) = told(&error);
    assert_eq!((ran, status, failure.limit), (true, Status::OutOfBudget, Some(Limit::Fuel)));
    assert!(error.is_out_of_budget() && error.to_string().contains("acme:chain/one#f"), "{error}");
    // The limit is that of the call that has met it.
    let granted = number(&all.second.calls()[0], at::FUEL);
    assert!(granted <= FUEL / 2 && failure.amount == granted && failure.used <= granted, "{granted}: {failure:?}");
    assert!((FUEL / 3..=FUEL / 2 + FUEL / 10).contains(&receipt.fuel), "{receipt}");
    // It is not the guest's own fault, which can be called again.
    assert!(!matches!(all.there.state(), InstanceState::Poisoned(_)), "{:?}", all.there.state());
    assert!(matches!(all.behind.state(), InstanceState::Poisoned(_)), "{:?}", all.behind.state());
}

/// A guest that goes on without its peers may give away all that they have granted.
#[tokio::test]
async fn b14_a_budget_that_is_used_up_behind_a_guest_that_finishes_is_told_as_such() {
    const FUEL: u64 = 1_000_000;
    let all = three(&endless(), Cancel::Finish, &ImportPolicy::default(), |tap| tap).await;
    let (result, receipt) = all.near.call("f", "(1)").fuel(FUEL).timeout(LONG).receipt().await;
    let error = result.unwrap_err();
    assert!(matches!(told(&error), (true, Status::OutOfBudget, _)), "{error:?}");
    assert!(error.to_string().contains("acme:chain/one#f"), "{error}");
    assert!(receipt.fuel <= FUEL, "{receipt}");
    assert!(!matches!(all.there.state(), InstanceState::Poisoned(_)), "{:?}", all.there.state());
}

/// All of it, if the import says so: then nothing is left for whoever waits, and the whole tree ends.
#[tokio::test]
async fn b14_an_import_may_grant_all_that_is_left() {
    const FUEL: u64 = 1_000_000;
    let all = three(&endless(), Cancel::Stop, &ImportPolicy::default().fuel(u64::MAX), |tap| tap).await;
    let (result, receipt) = all.near.call("f", "(1)").fuel(FUEL).receipt().await;
    let error = result.unwrap_err();
    assert!(matches!(told(&error), (true, Status::OutOfBudget, _)), "{error:?}");
    let granted = number(&all.second.calls()[0], at::FUEL);
    assert!((FUEL - FUEL / 100..FUEL).contains(&granted), "{granted}");
    assert_eq!(receipt.fuel, FUEL);
    assert!(error.to_string().contains("acme:chain/one#f"), "{error}");
}

/// Counts how often it was entered.
struct Counting(Arc<AtomicU64>);

#[isorun::system]
impl host::Host for Counting {
    fn tick(&self, n: u64) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst);
        n + 1
    }
}

#[tokio::test]
async fn b15_a_call_that_is_too_late_runs_nothing() {
    let (far, runs) = (runtime(), Arc::new(AtomicU64::new(0)));
    let token = far.export::<host::Interface>(&far.provide(Counting(runs.clone()))).unwrap();
    let tap = Tap::to(&far).on_call(|call| set_time(call, Duration::ZERO));
    let error = Remote::<host::Interface>::new(token, tap.clone()).caller().tick(1).await.unwrap_err();
    let (has_run, status, failure) = told(&error);
    assert_eq!((has_run, status, failure.limit), (false, Status::OutOfBudget, Some(Limit::Time)));
    assert_eq!(number(&tap.replies()[0], at::FUEL), 0);
    // Also one whose time is over before it is sent.
    let tap = Tap::to(&far);
    let call = Remote::<host::Interface>::new(token, tap.clone()).caller();
    assert!(call.tick(1).timeout(Duration::ZERO).await.unwrap_err().is_out_of_budget());
    assert_eq!(runs.load(Ordering::SeqCst), 0);
}

/// And one whose time ends while it waits for its turn.
#[tokio::test]
async fn b15_a_call_whose_time_ends_in_the_line_runs_nothing() {
    let (far, gate) = (in_short_slices(), Gate::new());
    let system = far.provide(gate.clone());
    let token = far.export_with::<host::Interface>(&system, &ExportPolicy::default().calls(1)).unwrap();
    let remote = Remote::<host::Interface>::new(token, link_to(&far)).caller();
    let held = remote.clone();
    let held = tokio::spawn(async move { held.tick(1).timeout(LONG).await });
    gate.until(1).await;
    let tap = Tap::to(&far).on_call(|call| set_time(call, Duration::from_millis(20)));
    let error = Remote::<host::Interface>::new(token, tap.clone()).caller().tick(2).timeout(LONG).await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::OutOfBudget, _)), "{error:?}");
    assert_eq!((status(&tap.replies()[0]), ran(&tap.replies()[0])), (OUT_OF_BUDGET, false));
    gate.open(1);
    assert_eq!(held.await.unwrap().unwrap(), 2);
}

/// A message says how long, and never when: the same bytes have the same time left whenever they arrive, whatever the clocks of both sides say.
#[tokio::test]
async fn b15_clocks_that_differ_change_nothing() {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let tap = Tap::to(&far);
    let remote = Remote::<host::Interface>::new(token, tap.clone()).caller();
    remote.tick(1).timeout(Duration::from_millis(200)).await.unwrap();
    let mut call = tap.calls().remove(0);
    assert!(number(&call, at::TIME) <= 200_000);
    call[at::SESSION].fill(0);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let reply = answer(&far, &call).await.unwrap();
    assert_eq!((status(&reply), ran(&reply)), (0, true), "it has 200 ms from its arrival");
    // And nothing else in it depends on the moment: a second remote's message differs in its session and in what is left.
    remote.tick(1).timeout(Duration::from_millis(200)).await.unwrap();
    let mut later = tap.calls().remove(1);
    for message in [&mut call, &mut later] {
        for field in [at::SESSION, at::CALL, at::SETTLED, at::TIME] {
            message[field].fill(0);
        }
    }
    assert_eq!(call, later);
}

/// Its own, and the deadline of the call that it is made in.
struct Forwarding(relay::Caller);

#[isorun::system]
impl host::Host for Forwarding {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        match self.0.tick_many(1).timeout(LONG).within(cx).await {
            Err(error @ CallError::Remote(_)) => Err(error),
            other => other,
        }
    }
}

/// Three runtimes in a row, and nothing answers at the end: each of them knows when it is too late.
#[tokio::test]
async fn b15_a_deadline_reaches_through_everything_that_waits() {
    let [a, b, c] = [runtime(), runtime(), in_short_slices()];
    let gate = Gate::new();
    let calc = start(&c, "calc", apps::CALC, &[]).await;
    let relay = start(&c, "relay", apps::RELAY, &[&calc, &c.provide(gate.clone())]).await;
    let tap = Tap::to(&c);
    let policy = ExportPolicy::default().on_cancel(Cancel::Stop);
    let token = c.export_with::<relay::Interface>(&relay, &policy).unwrap();
    let remote = b.import::<relay::Interface>(token, tap.clone());
    let forwarding = b.provide(Forwarding(remote.caller::<relay::Interface>().unwrap()));
    let near = a.import::<host::Interface>(b.export::<host::Interface>(&forwarding).unwrap(), link_to(&b));
    let error = near.call("tick", "(1)").timeout(Duration::from_millis(60)).await.unwrap_err();
    assert!(error.is_out_of_budget(), "{error:?}");
    assert!(number(&tap.calls()[0], at::TIME) <= 60_000);
    assert_eq!(gate.inside(), 0, "nobody is left waiting");
}
