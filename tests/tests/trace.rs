//! Who used what: each call that was made because of a traced one, and what it used.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use isorun::limits::{Outcome, Trace};
use isorun::{Cx, GiveUp, Instance, Reuse, Runtime};
use isorun_tests::server::{Method, Request};
use isorun_tests::{
    Bench, Disk, Folder, Gate, Memory, Starts, Ticker, add, again, apps, bench, caller_of, compute, guests, host,
    link_to, misbehave, poll_once, relay, runtime, server, start, starter,
};

/// A line for each call, indented by how deep it is: `instance function: outcome`.
fn lines(trace: &Trace) -> Vec<String> {
    let mut lines = vec![format!("{} {}: {}", trace.instance, name(&trace.function), trace.outcome)];
    for call in &trace.calls {
        lines.extend(self::lines(call).iter().map(|line| format!("  {line}")));
    }
    lines
}

/// A function without its interface.
fn name(function: &str) -> &str {
    function.split_once('#').map_or(function, |(_, name)| name)
}

/// What all calls used themselves, and those for which there was no room.
fn sum(trace: &Trace) -> u64 {
    trace.all().map(|call| call.own_fuel() + call.omitted.fuel).sum()
}

fn failed(kind: &'static str) -> Outcome {
    Outcome::Failed(kind)
}

/// A relay on `calc` and a system, both of which have done what a program does before its first call.
async fn relay_on<S: isorun::System<host::Interface>>(bench: &Bench, name: &str, system: S) -> relay::Caller {
    let system = bench.runtime.provide(system);
    let relay = start(&bench.runtime, name, apps::RELAY, &[&bench.calc, &system]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    assert_eq!(relay.add(1, 2).await.unwrap(), 3);
    relay
}

#[tokio::test]
async fn a_chain_of_calls_is_a_tree_down_to_the_system_at_its_end() {
    let folder = Folder::new().unwrap();
    let runtime = runtime();
    let disk = runtime.provide(Disk::new(&folder));
    let store = start(&runtime, "kv", apps::KV, &[&disk]).await;
    let app = add(&runtime, "notes app", apps::NOTES).await;
    let notes = runtime.instantiate(&app).name("notes").with(&store).await.unwrap();
    let web = notes.caller::<server::Interface>().unwrap();
    let put = Request { method: Method::Put, path: "/notes/a".into(), headers: vec![], body: b"some words".to_vec() };
    assert_eq!(web.handle(&put).await.unwrap().status, 201);
    let get = Request { method: Method::Get, body: vec![], ..put };

    let (response, trace) = web.handle(&get).trace().await;

    assert_eq!(response.unwrap().body, b"some words");
    let seen = lines(&trace);
    assert_eq!(seen[..2], ["notes handle: ok", "  kv get: ok"]);
    assert!(seen.len() > 2 && seen[2..].iter().all(|line| line.starts_with("    Disk ")), "{seen:?}");
    assert_eq!(trace.app.as_deref(), Some("notes app"));
    let kv = &trace.calls[0];
    assert_eq!((kv.app.as_deref(), &*kv.function), (Some("kv"), "isorun:kv/kv@0.1.0#get"));
    assert!(kv.calls.iter().all(|call| call.app.is_none() && call.fuel == 0), "{trace}");
    assert!(kv.own_fuel() > 0 && kv.fuel < trace.fuel && kv.time <= trace.time, "{trace}");
}

#[tokio::test]
async fn the_fuel_of_all_calls_adds_up_to_that_of_the_receipt() {
    let bench = bench().await;
    let calc = bench.calc.caller::<compute::Interface>().unwrap();
    let relay = relay_on(&bench, "delegating", Delegate(calc)).await;
    let receipt = relay.tick_many(3).receipt().await.1;
    let (result, trace) = relay.tick_many(3).trace().await;
    assert_eq!(result.unwrap(), 3);
    assert_eq!((trace.fuel, sum(&trace)), (receipt.fuel, receipt.fuel));
    assert_eq!((trace.receipt().fuel, trace.receipt().memory), (receipt.fuel, receipt.memory));
    let tick = ["  Delegate tick: ok", "    calc add: ok"];
    assert_eq!(lines(&trace), [&["delegating tick-many: ok"][..], &tick, &tick, &tick].concat());
    assert!(trace.calls.iter().all(|tick| tick.own_fuel() == 0 && tick.fuel > 0), "{trace}");
}

/// Has an app do what it is asked for, under the budget of whoever asks.
struct Delegate(compute::Caller);

#[isorun::system]
impl host::Host for Delegate {
    async fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        let sum = self.0.add(u32::try_from(n).unwrap_or(0), 1).within(cx).await?;
        Ok(sum.into())
    }
}

#[tokio::test]
async fn memory_and_bytes_are_those_of_each_call() {
    let Bench { relay, .. } = bench().await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let data = vec![1; 1 << 20];
    let (result, trace) = relay.echo(&data).trace().await;
    assert_eq!(result.unwrap().len(), 1 << 20);
    let calc = &trace.calls[0];
    for call in [&trace, calc] {
        assert_eq!((call.params, call.result), (1 << 20, 1 << 20), "{trace}");
    }
    assert!(calc.memory >= 1 << 20 && trace.memory >= calc.memory + (1 << 20), "{trace}");
    assert_eq!(trace.receipt().memory, trace.memory);
    let image = relay.instance().call("join", r#"(["abc"])"#).trace().await.1;
    // Three bytes, and the pointer and length of the one element.
    assert_eq!((image.params, image.result), (3 + 8, 3), "{image}");
}

/// Goes on when what it calls fails.
struct Patient(misbehave::Caller);

#[isorun::system]
impl host::Host for Patient {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        let end = match n {
            0 => self.0.spin().within(cx).fuel(10_000).await,
            _ => self.0.trap().within(cx).await,
        };
        assert!(end.is_err());
        n + 1
    }
}

#[tokio::test]
async fn calls_that_failed_in_the_middle_are_there_with_the_reason() {
    let bench = bench().await;
    let app = add(&bench.runtime, "misbehave", apps::MISBEHAVE).await;
    let restart = isorun::Restart::Limited { max: 9, within: Duration::from_secs(60) };
    let guest = bench.runtime.instantiate(&app).restart(restart).await.unwrap();
    let relay = relay_on(&bench, "patient", Patient(caller_of(&guest))).await;
    let (result, trace) = relay.tick_many(2).trace().await;
    assert_eq!(result.unwrap(), 2);
    assert_eq!(
        lines(&trace),
        [
            "patient tick-many: ok",
            "  Patient tick: ok",
            "    misbehave spin: out of fuel",
            "  Patient tick: ok",
            "    misbehave trap: trap",
        ]
    );
    let [first, second] = &trace.calls[..] else { panic!("{trace}") };
    assert_eq!((first.calls[0].fuel, first.calls[0].result), (10_000, 0));
    assert!(second.fuel > 0);
    assert_eq!(sum(&trace), trace.fuel);
}

/// An app that calls the next one, which loops for ever.
async fn looping() -> (Runtime, Instance) {
    let runtime = runtime();
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let body = "(loop $on (br $on)) (i32.const 0)";
    let endless = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, body)]);
    let endless = start(&runtime, "endless", &endless, &[]).await;
    let step = add(&runtime, "step", &guests::step("acme:chain/one", "acme:chain/one", 1)).await;
    let middle = runtime.instantiate(&step).name("middle").with(&endless).await.unwrap();
    let first = runtime.instantiate(&step).name("first").with(&middle).await.unwrap();
    (runtime, first)
}

#[tokio::test]
async fn a_call_that_runs_out_of_fuel_deep_below_tells_who_used_it() {
    let (_runtime, first) = looping().await;
    let (result, trace) = first.call("f", "(1)").fuel(1_000_000).trace().await;
    result.unwrap_err();
    assert_eq!(lines(&trace), ["first f: out of fuel", "  middle f: out of fuel", "    endless f: out of fuel"]);
    assert_eq!((trace.fuel, sum(&trace)), (1_000_000, 1_000_000));
    let endless = trace.all().last().unwrap();
    assert!(endless.own_fuel() > 999_000, "{trace}");
}

#[tokio::test]
async fn a_call_that_runs_out_of_time_deep_below_tells_who_used_it() {
    let (_runtime, first) = looping().await;
    let (result, trace) = first.call("f", "(1)").timeout(Duration::from_millis(20)).trace().await;
    result.unwrap_err();
    assert_eq!(lines(&trace), ["first f: out of time", "  middle f: out of time", "    endless f: out of time"]);
    let endless = trace.all().last().unwrap();
    assert!(endless.own_fuel() > 100_000, "{trace}");
    assert_eq!(sum(&trace), trace.fuel, "{trace}");
}

/// Has two apps work at the same time.
struct Both(compute::Caller, misbehave::Caller);

#[isorun::system]
impl host::Host for Both {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        let (count, sum) = tokio::join!(self.1.spin_for(1_000_000).within(cx), self.0.add(1, 2).within(cx));
        Ok(u64::from(sum?) + count?)
    }
}

#[tokio::test]
async fn calls_that_a_system_makes_at_once_are_there_in_the_order_in_which_they_began() {
    let bench = bench().await;
    let guest = start(&bench.runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let both = Both(bench.calc.caller::<compute::Interface>().unwrap(), caller_of(&guest));
    let relay = relay_on(&bench, "both", both).await;
    let (result, trace) = relay.tick_many(1).trace().await;
    assert_eq!(result.unwrap(), 1_000_003);
    let expected = ["both tick-many: ok", "  Both tick: ok", "    misbehave spin-for: ok", "    calc add: ok"];
    assert_eq!(lines(&trace), expected);
    assert!(trace.calls[0].calls[0].fuel > 1_000_000);
    assert_eq!(sum(&trace), trace.fuel);
}

/// Drives a call to its end in a method that answers at once.
struct Driver(compute::Caller);

#[isorun::system]
impl host::Host for Driver {
    fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        let mut call = self.0.add(u32::try_from(n).unwrap_or(0), 1).within(cx);
        loop {
            if let std::task::Poll::Ready(sum) = poll_once(&mut call) {
                return Ok(sum?.into());
            }
        }
    }
}

#[tokio::test]
async fn sync_methods_are_there_and_what_they_call() {
    let bench = bench().await;
    let trace = bench.relay.caller::<relay::Interface>().unwrap().tick_many(2).trace().await.1;
    assert_eq!(lines(&trace), ["relay tick-many: ok", "  Ticker tick: ok", "  Ticker tick: ok"]);
    assert_eq!(trace.own_fuel(), trace.fuel);
    let relay = relay_on(&bench, "driven", Driver(bench.calc.caller::<compute::Interface>().unwrap())).await;
    let trace = relay.tick_many(1).trace().await.1;
    assert_eq!(lines(&trace), ["driven tick-many: ok", "  Driver tick: ok", "    calc add: ok"]);
    let tick = &trace.calls[0];
    assert!(tick.fuel > 0 && tick.own_fuel() == 0 && sum(&trace) == trace.fuel, "{trace}");
}

#[tokio::test]
async fn sync_methods_that_pass_texts_are_there_with_their_bytes() {
    let runtime = runtime();
    let notes = start(&runtime, "notes", apps::NOTES, &[&runtime.provide(Memory::default())]).await;
    let web = notes.caller::<server::Interface>().unwrap();
    let put = Request { method: Method::Put, path: "/notes/a".into(), headers: vec![], body: vec![7; 1000] };
    let (response, trace) = web.handle(&put).trace().await;
    assert_eq!(response.unwrap().status, 201);
    let set = trace.calls.iter().find(|call| name(&call.function) == "set").unwrap();
    // The name and the value.
    assert_eq!((&*set.instance, set.params, set.result), ("Memory", 7 + 1000, 0), "{trace}");
    let trace = web.handle(&Request { method: Method::Get, body: vec![], ..put }).trace().await.1;
    let get = trace.calls.iter().find(|call| name(&call.function) == "get").unwrap();
    assert_eq!((get.params, get.result), (7, 1000), "{trace}");
}

/// Refuses, or panics.
struct Moody;

#[isorun::system]
impl host::Host for Moody {
    fn tick(&self, n: u64) -> isorun::Result<u64> {
        assert!(n < 2, "no more");
        Ok(n + 1)
    }
}

#[tokio::test]
async fn a_panic_of_a_sync_method_is_told_as_what_it_is() {
    let bench = bench().await;
    let relay = relay_on(&bench, "unlucky", Moody).await;
    let (result, trace) = relay.tick_many(9).trace().await;
    result.unwrap_err();
    let expected =
        ["unlucky tick-many: host panic", "  Moody tick: ok", "  Moody tick: ok", "  Moody tick: host panic"];
    assert_eq!(lines(&trace), expected);
}

#[tokio::test]
async fn a_call_behind_a_remote_is_a_leaf_with_what_the_peer_claims() {
    let (far, near) = (bench().await, runtime());
    let token = far.runtime.export::<compute::Interface>(&far.calc).unwrap();
    let remote = near.import::<compute::Interface>(token, link_to(&far.runtime));
    let relay = start(&near, "near", apps::RELAY, &[&remote, &near.provide(Ticker)]).await;
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    let there = far.calc.caller::<compute::Interface>().unwrap().add(1, 2).receipt().await.1.fuel;
    let trace = relay.caller::<relay::Interface>().unwrap().add(1, 2).trace().await.1;
    assert_eq!(lines(&trace), ["near add: ok", "  remote compute add: ok"]);
    let leaf = &trace.calls[0];
    assert_eq!((leaf.fuel, leaf.claimed, leaf.app.as_deref()), (there, true, None));
    assert!(!trace.claimed);
    assert_eq!(sum(&trace), trace.fuel);
    let direct = remote.call("add", "(1, 2)").trace().await.1;
    assert_eq!((direct.fuel, direct.claimed, direct.params, direct.result), (there, true, 8, 4));
}

/// Makes calls that have no chance, and does not mind.
struct Hopeful {
    poor: compute::Caller,
    gone: compute::Caller,
    demanding: compute::Caller,
    busy: relay::Caller,
}

#[isorun::system]
impl host::Host for Hopeful {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        self.poor.add(1, 2).within(cx).fuel(0).await.unwrap_err();
        self.poor.add(1, 2).within(cx).timeout(Duration::ZERO).await.unwrap_err();
        self.gone.add(1, 2).within(cx).await.unwrap_err();
        self.demanding.add(1, 2).within(cx).fuel(99_999).await.unwrap_err();
        self.busy.add(1, 2).within(cx).await.unwrap_err();
        n + 1
    }
}

#[tokio::test]
async fn calls_that_did_not_run_are_there_with_the_reason() {
    let bench = bench().await;
    let app = add(&bench.runtime, "calc again", apps::CALC).await;
    let caller = |instance: &Instance| instance.caller::<compute::Interface>().unwrap();
    let gone = again(&bench.runtime, &app, &[]).await;
    let demanding = bench.runtime.instantiate(&app).name("demanding").min_fuel(100_000).await.unwrap();
    let relay = add(&bench.runtime, "relay again", apps::RELAY).await;
    let gate = bench.runtime.provide(Gate::new());
    let busy = bench.runtime.instantiate(&relay).name("busy").with(&bench.calc).with(&gate).queue(0).await.unwrap();
    let busy = busy.caller::<relay::Interface>().unwrap();
    let hopeful =
        Hopeful { poor: caller(&bench.calc), gone: caller(&gone), demanding: caller(&demanding), busy: busy.clone() };
    bench.runtime.remove(&gone).unwrap();
    let relay = relay_on(&bench, "hopeful", hopeful).await;
    let mut long = busy.tick_many(1);
    assert!(poll_once(&mut long).is_pending());

    let (result, trace) = relay.tick_many(1).trace().await;

    assert_eq!(result.unwrap(), 1);
    assert_eq!(
        lines(&trace),
        [
            "hopeful tick-many: ok".into(),
            "  Hopeful tick: ok".into(),
            "    calc add: out of fuel".into(),
            "    calc add: out of time".into(),
            format!("    {} add: removed", gone.name()),
            "    demanding add: below floor".into(),
            "    busy add: busy".into(),
        ]
    );
    assert!(trace.calls[0].calls.iter().all(|call| (call.fuel, call.params) == (0, 0)), "{trace}");
}

/// Asks itself, again and again.
struct Narcissus(Arc<OnceLock<host::Caller>>);

#[isorun::system]
impl host::Host for Narcissus {
    async fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        match self.0.get() {
            Some(me) => me.tick(n + 1).within(cx).await,
            None => Ok(0),
        }
    }
}

#[tokio::test]
async fn a_call_that_is_too_deep_is_the_last_of_its_tree() {
    let (runtime, me) = (runtime(), Arc::default());
    let narcissus = runtime.provide(Narcissus(Arc::clone(&me))).caller::<host::Interface>().unwrap();
    me.set(narcissus.clone()).unwrap();
    let (result, trace) = narcissus.tick(0).trace().await;
    result.unwrap_err();
    assert_eq!(trace.all().count(), 65);
    assert!(trace.all().all(|call| &*call.instance == "Narcissus" && call.outcome == failed("too deep")), "{trace}");
}

#[tokio::test]
async fn a_guest_that_makes_very_many_calls_fills_no_memory_and_the_sums_stay_right() {
    const MOST: usize = 10_000;
    let bench = bench().await;
    let relay = relay_on(&bench, "busy", Ticker).await;
    let (result, trace) = relay.tick_many(100_000).trace().await;
    assert_eq!(result.unwrap(), 100_000);
    assert_eq!((trace.all().count(), trace.omitted.calls), (MOST, 100_001 - MOST as u64));
    assert_eq!((trace.omitted.fuel, trace.own_fuel()), (0, trace.fuel));

    let calc = bench.calc.caller::<compute::Interface>().unwrap();
    let one = calc.add(1, 2).receipt().await.1.fuel;
    let relay = relay_on(&bench, "delegating", Delegate(calc)).await;
    let (result, trace) = relay.tick_many(10_000).timeout(Duration::from_secs(60)).trace().await;
    assert_eq!(result.unwrap(), 10_000);
    // Each tick makes a call; the last that is kept is a tick whose call is not.
    assert_eq!((trace.all().count(), trace.calls.len()), (MOST, MOST / 2));
    let last = trace.calls.last().unwrap();
    assert_eq!((last.omitted.calls, last.omitted.fuel, last.own_fuel(), last.fuel), (1, one, 0, one));
    assert_eq!((trace.omitted.calls, trace.omitted.fuel), (MOST as u64, MOST as u64 / 2 * one));
    assert_eq!(sum(&trace), trace.fuel);
}

#[tokio::test]
async fn calls_that_others_make_meanwhile_of_the_same_instances_are_not_there() {
    let bench = bench().await;
    let gate = Gate::new();
    let traced = relay_on(&bench, "traced", gate.clone()).await;
    let other = relay_on(&bench, "other", Ticker).await;
    let mut call = traced.tick_many(1).trace();
    assert!(poll_once(&mut call).is_pending());
    other.add(1, 2).await.unwrap();
    gate.open(1);
    let (result, trace) = call.await;
    assert_eq!(result.unwrap(), 1);
    assert_eq!(lines(&trace), ["traced tick-many: ok", "  Gate tick: ok"]);

    // Nor are those of a call before, in the stores that it has left.
    let trace = traced.add(1, 2).trace().await.1;
    traced.add(1, 2).await.unwrap();
    let again = other.add(1, 2).trace().await.1;
    assert_eq!(lines(&trace), ["traced add: ok", "  calc add: ok"]);
    assert_eq!(lines(&again), ["other add: ok", "  calc add: ok"]);
}

/// Gives up what it calls, and waits until that has come to its end without it.
struct Impatient(Instance);

#[isorun::system]
impl host::Host for Impatient {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        self.0.call("f", "(1)").within(cx).fuel(1_000_000).await.unwrap_err();
        assert_eq!(self.0.counters().running, 1);
        while self.0.counters().running > 0 {
            tokio::task::yield_now().await;
        }
        n + 1
    }
}

#[tokio::test]
async fn what_goes_on_without_its_caller_is_not_in_the_tree_of_that() {
    let bench = bench().await;
    bench.runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let long = "(local $i i32) (local.set $i (i32.const 3000000)) (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1))))) (local.get 0)";
    let long = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, long)]);
    let long = start(&bench.runtime, "long", &long, &[]).await;
    let step = add(&bench.runtime, "step", &guests::step("acme:chain/one", "acme:chain/one", 1)).await;
    let finish = GiveUp::Finish { fuel: 1 << 40, time: Duration::from_secs(60) };
    let lasting = bench.runtime.instantiate(&step).name("lasting").with(&long).on_give_up(finish).await.unwrap();
    let relay = relay_on(&bench, "impatient", Impatient(lasting.clone())).await;

    let (result, trace) = relay.tick_many(1).timeout(Duration::from_secs(60)).trace().await;

    assert_eq!(result.unwrap(), 1);
    let expected =
        ["impatient tick-many: ok", "  Impatient tick: ok", "    lasting f: out of fuel", "      long f: unfinished"];
    assert_eq!(lines(&trace), expected);
    assert!(long.counters().fuel > 3_000_000);
    let given_up = &trace.calls[0].calls[0];
    assert!((900_000..=1_100_000).contains(&given_up.fuel), "{trace}");
    assert_eq!(sum(&trace), trace.fuel);

    // One that is not given up is there as any other.
    let (result, trace) = lasting.call("f", "(1)").timeout(Duration::from_secs(60)).trace().await;
    assert_eq!(result.unwrap(), "2");
    assert_eq!(lines(&trace), ["lasting f: ok", "  long f: ok"]);
    assert!(trace.calls[0].fuel > 3_000_000);
    assert_eq!(sum(&trace), trace.fuel);
}

/// Calls without saying for whom.
struct Secretive(compute::Caller);

#[isorun::system]
impl host::Host for Secretive {
    async fn tick(&self, n: u64) -> isorun::Result<u64> {
        Ok(self.0.add(u32::try_from(n).unwrap_or(0), 1).await?.into())
    }
}

#[tokio::test]
async fn what_a_system_calls_without_its_context_is_not_there() {
    let bench = bench().await;
    let relay = relay_on(&bench, "asking", Secretive(bench.calc.caller::<compute::Interface>().unwrap())).await;
    let trace = relay.tick_many(1).trace().await.1;
    assert_eq!(lines(&trace), ["asking tick-many: ok", "  Secretive tick: ok"]);
    assert_eq!(trace.own_fuel(), trace.fuel);
}

#[tokio::test]
async fn what_an_app_calls_while_it_starts_for_a_call_is_a_part_of_that() {
    let runtime = runtime();
    let starts = Starts::new(9);
    starts.gate().open(9);
    let app = add(&runtime, "starter", &starter()).await;
    let fresh = runtime.instantiate(&app).with(&runtime.provide(starts)).reuse(Reuse::Fresh).await.unwrap();
    let receipt = fresh.call("go", "()").receipt().await.1;
    let trace = fresh.call("go", "()").trace().await.1;
    assert_eq!(lines(&trace), ["starter go: ok", "  Starts tick: ok", "  Starts tick: ok"]);
    assert_eq!(trace.fuel, receipt.fuel);
}

/// Traces what it calls itself.
struct Curious(compute::Caller, Arc<Mutex<Vec<Trace>>>);

#[isorun::system]
impl host::Host for Curious {
    async fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        let (sum, trace) = self.0.add(u32::try_from(n).unwrap_or(0), 1).within(cx).trace().await;
        self.1.lock().unwrap().push(trace);
        Ok(sum?.into())
    }
}

#[tokio::test]
async fn a_call_that_is_traced_within_a_traced_one_is_in_both_trees() {
    let bench = bench().await;
    let traces = Arc::default();
    let curious = Curious(bench.calc.caller::<compute::Interface>().unwrap(), Arc::clone(&traces));
    let relay = relay_on(&bench, "asking", curious).await;
    let trace = relay.tick_many(2).trace().await.1;
    let inner = traces.lock().unwrap().clone();
    assert_eq!(inner.iter().map(lines).collect::<Vec<_>>(), [["calc add: ok"]; 2]);
    assert_eq!(trace.calls.iter().flat_map(|tick| tick.calls.clone()).collect::<Vec<_>>(), inner);
    assert_eq!(sum(&trace), trace.fuel);
}

/// Stops waiting for what it has called.
struct Fickle(misbehave::Caller);

#[isorun::system]
impl host::Host for Fickle {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        assert!(poll_once(&mut self.0.spin().within(cx)).is_pending());
        assert!(poll_once(&mut self.0.count().within(cx).trace()).is_ready());
        n + 1
    }
}

#[tokio::test]
async fn a_call_that_was_dropped_below_is_there_with_what_it_used() {
    let runtime = isorun_tests::runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let guest = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let fickle = runtime.provide(Fickle(caller_of(&guest)));
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &fickle]).await;
    let trace = relay.caller::<relay::Interface>().unwrap().tick_many(1).trace().await.1;
    let expected =
        ["relay tick-many: ok", "  Fickle tick: ok", "    misbehave spin: cancelled", "    misbehave count: poisoned"];
    assert_eq!(lines(&trace), expected);
    assert!(trace.calls[0].calls[0].fuel >= 10_000, "{trace}");
    assert_eq!(sum(&trace), trace.fuel);
}

#[tokio::test]
async fn the_text_has_a_line_for_each_call_in_columns() {
    let far = bench().await;
    let near = runtime();
    let token = far.runtime.export::<compute::Interface>(&far.calc).unwrap();
    let remote = near.import::<compute::Interface>(token, link_to(&far.runtime));
    let app = add(&near, "re\u{1b}[2Jlay", apps::RELAY).await;
    let relay = near.instantiate(&app).name("near").with(&remote).with(&near.provide(Ticker)).await.unwrap();
    let mut trace = relay.caller::<relay::Interface>().unwrap().add(1, 2).trace().await.1;
    // What differs from run to run and from build to build.
    (trace.fuel, trace.time, trace.memory, trace.omitted.calls, trace.omitted.fuel) =
        (1234, Duration::from_micros(12), 65536, 9, 100);
    let leaf = &mut trace.calls[0];
    (leaf.fuel, leaf.time, leaf.outcome) = (56, Duration::from_millis(7), failed("lost"));
    assert_eq!(
        trace.to_string(),
        "near (re\u{fffd}[2Jlay) test:bench/relay@0.1.0#add    ok    1234 fuel, 1078 its own, 65536 bytes grown, 12µs, 0 bytes in, 0 out
  remote compute test:bench/compute@0.1.0#add  lost    56 fuel,   56 its own, 0 bytes grown, 7ms, 0 bytes in, 0 out, as its peer claims
  and 9 more calls: 100 fuel"
    );
}
