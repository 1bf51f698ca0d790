//! Tenants: what they share, what they may have, and how they are stopped while the others go on.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::error::{RemoteError, RemoveError, Status};
use isorun::instance::InstanceState;
use isorun::limits::{Amount, Ceiling, Limit, Scope};
use isorun::observe::CallEnded;
use isorun::remote::{Detail, ExportPolicy};
use isorun::{App, CallError, Instance, InstantiateError, Reuse, Runtime, RuntimeBuilder, Tenant, TenantError};
use isorun_tests::{Gate, add, guests, host, in_short_slices, link_to, poll_once, runtime_of};

/// `f` gives one; `burn` counts down from a number; `spin` never ends; `grow` takes so many pages more; `trap` traps.
fn worker() -> Vec<u8> {
    guests::parse(
        r#"(component
            (core module $code (memory 1)
                (func (export "f") (result i32) (i32.const 1))
                (func (export "burn") (param $n i32) (result i32)
                    (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (i32.const 7))
                (func (export "spin") (loop (br 0)))
                (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
                (func (export "trap") unreachable))
            (core instance $code (instantiate $code))
            (func (export "f") (result u32) (canon lift (core func $code "f")))
            (func (export "burn") (param "n" u32) (result u32) (canon lift (core func $code "burn")))
            (func (export "spin") (canon lift (core func $code "spin")))
            (func (export "grow") (param "pages" u32) (result s32) (canon lift (core func $code "grow")))
            (func (export "trap") (canon lift (core func $code "trap"))))"#,
    )
}

/// An app that does this as it starts.
fn starting_with(code: &str) -> Vec<u8> {
    guests::parse(&format!(
        r#"(component (core module $code (memory 1) (func $f {code}) (start $f)) (core instance (instantiate $code)))"#
    ))
}

/// An app whose `f` burns, and one whose `f` calls that one and does next to nothing itself.
async fn chain(runtime: &Runtime) -> (App, App) {
    let wit = "package acme:chain; interface one { f: func(n: u32) -> u32; } interface two { f: func(n: u32) -> u32; }";
    runtime.register_wit(wit).unwrap();
    let burn = "(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7)";
    let below = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, burn)]);
    let below = add(runtime, "below", &below).await;
    (below, add(runtime, "above", &guests::step("acme:chain/one", "acme:chain/two", 0)).await)
}

/// A runtime in which every quantum is a slice, so that a test comes to turns between them.
fn runtime_in(builder: RuntimeBuilder) -> Runtime {
    runtime_of(builder.yield_every(Duration::ZERO))
}

/// A runtime with the worker, whose instances belong to a tenant.
struct Shop {
    runtime: Runtime,
    app: App,
    acme: Tenant,
}

impl Shop {
    async fn new() -> Shop {
        let runtime = in_short_slices();
        let app = add(&runtime, "worker", &worker()).await;
        let acme = runtime.tenant("acme").build().unwrap();
        Shop { runtime, app, acme }
    }

    async fn instance(&self, name: &str) -> Instance {
        self.runtime.instantiate(&self.app).tenant(&self.acme).name(name).await.unwrap()
    }
}

/// A call that owns its handle.
type Owned = Pin<Box<dyn Future<Output = Result<String, CallError>> + Send>>;

fn owned(instance: &Instance, function: &'static str, arguments: &'static str) -> Owned {
    let instance = instance.clone();
    Box::pin(async move { instance.call(function, arguments).await })
}

/// Something that is done to an instance or to its tenant.
type Act = fn(&Instance, &Tenant);

/// What the error says that ran out: the limit, whose it was, how much there was, and what was used.
fn ran_out(error: &CallError) -> (Limit, Scope, Amount, Amount) {
    let CallError::OutOfBudget { limit, scope, amount, used, .. } = error else { panic!("{error}") };
    (*limit, scope.clone(), *amount, *used)
}

fn of_tenant() -> Scope {
    Scope::Tenant("acme".into())
}

async fn some_turns() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_tenant_has_a_name_by_which_it_is_found_until_it_is_removed() {
    let Shop { runtime, app, acme } = Shop::new().await;
    assert_eq!(runtime.find_tenant("acme").as_ref(), Some(&acme));
    let error = runtime.tenant("acme").build().unwrap_err();
    assert!(matches!(&error, TenantError::NameTaken { name } if name == "acme"));
    assert_eq!(
        error.to_string(),
        "there is a tenant named `acme` already
  help: get that one with `find_tenant`, remove it with `remove_tenant`, or choose another name"
    );
    runtime.remove_tenant(&acme).unwrap();
    assert_eq!(runtime.find_tenant("acme"), None);
    assert_eq!(runtime.remove_tenant(&acme).unwrap_err(), RemoveError::Removed { name: "acme".into() });
    let error = runtime.instantiate(&app).tenant(&acme).await.unwrap_err();
    assert!(matches!(&error, InstantiateError::TenantRemoved { tenant } if tenant == "acme"), "{error}");
    let new = runtime.tenant("acme").build().unwrap();
    assert_ne!(new, acme);
    // The old handle never comes to mean the new tenant.
    let error = runtime.instantiate(&app).tenant(&acme).await.unwrap_err();
    assert!(matches!(&error, InstantiateError::TenantRemoved { .. }), "{error}");
    assert_eq!(runtime.remove_tenant(&acme).unwrap_err(), RemoveError::Removed { name: "acme".into() });
    runtime.instantiate(&app).tenant(&new).await.unwrap();
}

#[tokio::test]
async fn a_tenant_of_another_runtime_is_foreign() {
    let (here, there) = (Shop::new().await, Shop::new().await);
    let error = here.runtime.instantiate(&here.app).tenant(&there.acme).await.unwrap_err();
    assert!(matches!(&error, InstantiateError::ForeignTenant { tenant } if tenant == "acme"), "{error}");
    assert_eq!(here.runtime.remove_tenant(&there.acme).unwrap_err(), RemoveError::Foreign { name: "acme".into() });
    assert!(here.runtime.instance("worker").is_none(), "nothing is left of it");
}

#[tokio::test]
async fn a_tenant_is_in_use_by_its_instances_and_by_those_that_start() {
    let shop = Shop::new().await;
    let (one, two) = (shop.instance("one").await, shop.instance("two").await);
    let spins = add(&shop.runtime, "spins", &starting_with("(loop (br 0))")).await;
    let mut starting = shop.runtime.instantiate(&spins).tenant(&shop.acme).name("three").into_future();
    assert!(poll_once(&mut starting).is_pending());
    let in_use = |by: &[&str]| {
        let by = by.iter().map(|by| by.to_string()).collect();
        Err(RemoveError::InUse { name: "acme".into(), by })
    };
    assert_eq!(shop.runtime.remove_tenant(&shop.acme), in_use(&["one", "two", "the start of three"]));
    drop(starting);
    // Being paused changes nothing about that.
    shop.acme.pause();
    assert_eq!(shop.runtime.remove_tenant(&shop.acme), in_use(&["one", "two"]));
    shop.runtime.remove(&one).unwrap();
    assert_eq!(shop.runtime.remove_tenant(&shop.acme), in_use(&["two"]));
    shop.runtime.remove(&two).unwrap();
    shop.runtime.remove_tenant(&shop.acme).unwrap();
}

#[tokio::test]
async fn an_instance_stays_with_its_tenant_when_its_app_is_replaced() {
    let shop = Shop::new().await;
    let one = shop.instance("one").await;
    let newer = add(&shop.runtime, "newer", &worker()).await;
    shop.runtime.replace(&one, &newer).await.unwrap();
    assert!(matches!(shop.runtime.remove_tenant(&shop.acme), Err(RemoveError::InUse { by, .. }) if by == ["one"]));
    assert_eq!((shop.acme.counters().stores, shop.acme.memory_held()), (1, one.memory_held()));
    shop.acme.set_fuel(0);
    assert_eq!(ran_out(&one.call("f", "()").await.unwrap_err()).1, of_tenant());
}

#[tokio::test]
async fn two_instances_of_one_tenant_spend_one_balance() {
    let shop = Shop::new().await;
    let (one, two) = (shop.instance("one").await, shop.instance("two").await);
    shop.acme.set_fuel(1_000_000);
    let mut spent = 0;
    for instance in [&one, &two, &one] {
        let (result, receipt) = instance.call("burn", "(10000)").receipt().await;
        assert_eq!(result.unwrap(), "7");
        spent += receipt.fuel;
        assert_eq!(shop.acme.fuel(), Some(1_000_000 - spent));
    }
    assert!(spent > 30_000, "{spent}");
    let (result, receipt) = two.call("spin", "()").receipt().await;
    let error = result.unwrap_err();
    let (limit, scope, amount, used) = ran_out(&error);
    assert_eq!((limit, scope, amount), (Limit::Fuel, of_tenant(), Amount::Fuel(1_000_000)));
    let Amount::Fuel(used) = used else { panic!("{error}") };
    spent += receipt.fuel;
    assert_eq!(spent, 1_000_000 - shop.acme.fuel().unwrap() + shop.acme.fuel_debt());
    assert!(used <= spent && used > 900_000, "{used} of {spent}");
    let CallError::OutOfBudget { instance, .. } = &error else { panic!("{error}") };
    assert_eq!(&**instance, "two");
    assert!(error.to_string().contains(": the tenant `acme` has used "), "{error}");
    assert!(
        error.to_string().ends_with("\n  help: give the tenant more with `.add_fuel(..)` or `.set_fuel(..)`"),
        "{error}"
    );
    // The other instance has done nothing wrong, and goes on when there is more.
    shop.acme.set_fuel(1_000_000);
    assert_eq!(one.call("f", "()").await.unwrap(), "1");
}

/// Runs at once on several threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_calls_at_once_spend_a_balance_once() {
    let runtime = in_short_slices();
    let app = add(&runtime, "worker", &worker()).await;
    let acme = runtime.tenant("acme").fuel(5_000_000).build().unwrap();
    let mut calls = Vec::new();
    for number in 0..4 {
        let name = format!("worker {number}");
        let instance = runtime.instantiate(&app).tenant(&acme).name(&name).reuse(Reuse::pool(25)).await.unwrap();
        for _ in 0..25 {
            let instance = instance.clone();
            calls.push(tokio::spawn(async move { instance.call("burn", "(30000)").receipt().await }));
        }
    }
    let (mut spent, mut values) = (0, 0);
    for call in calls {
        let (result, receipt) = call.await.unwrap();
        spent += receipt.fuel;
        match result {
            Ok(_) => values += 1,
            Err(error) => assert_eq!(ran_out(error.root_cause()).1, of_tenant(), "{error}"),
        }
    }
    // What stores took to start is in the receipts too.
    let left = i128::from(acme.fuel().unwrap()) - i128::from(acme.fuel_debt());
    assert_eq!(i128::from(spent), 5_000_000 - left, "{values} calls had a value");
    assert!(values <= 50, "{values} calls had more than there was");
    assert!(acme.fuel_debt() < 1000, "{}", acme.fuel_debt());
}

#[tokio::test]
async fn the_smallest_on_the_way_wins() {
    let runtime = in_short_slices();
    let (below, above) = chain(&runtime).await;
    let (acme, other) = (runtime.tenant("acme").build().unwrap(), runtime.tenant("other").build().unwrap());
    let policy = isorun::Restart::Limited { max: 0, within: Duration::from_secs(60) };
    // Calls of pools end with what they were granted, whatever is the default of others.
    let pool = Reuse::pool(1);
    let below = runtime.instantiate(&below).tenant(&acme).reuse(pool).restart(policy).await.unwrap();
    let above = runtime.instantiate(&above).tenant(&other).with(&below).reuse(pool).restart(policy).await.unwrap();
    let scopes = [
        Scope::Call,
        Scope::Instance("below".into()),
        Scope::Tenant("acme".into()),
        Scope::Instance("above".into()),
        Scope::Tenant("other".into()),
    ];
    for smallest in &scopes {
        let fuel = |scope: &Scope| if scope == smallest { 300_000 } else { 3_000_000 };
        below.set_fuel(fuel(&scopes[1]));
        acme.set_fuel(fuel(&scopes[2]));
        above.set_fuel(fuel(&scopes[3]));
        other.set_fuel(fuel(&scopes[4]));
        let (result, receipt) = above.call("f", "(10000000)").fuel(fuel(&Scope::Call)).receipt().await;
        let error = result.unwrap_err();
        let error = error.root_cause();
        let (limit, scope, amount, _) = ran_out(error);
        // A grant is told as what is left of it where the call begins.
        let granted = if scope == Scope::Call { 299_997 } else { 300_000 };
        assert_eq!((limit, &scope, amount), (Limit::Fuel, smallest, Amount::Fuel(granted)), "{error}");
        let CallError::OutOfBudget { instance, .. } = error else { panic!("{error}") };
        assert_eq!(&**instance, "below", "{error}");
        assert!((250_000..310_000).contains(&receipt.fuel), "{receipt}: {error}");
    }
}

#[tokio::test]
async fn a_tenant_that_is_on_the_way_twice_pays_once() {
    let runtime = in_short_slices();
    let (below, above) = chain(&runtime).await;
    let acme = runtime.tenant("acme").build().unwrap();
    let below = runtime.instantiate(&below).tenant(&acme).await.unwrap();
    let above = runtime.instantiate(&above).tenant(&acme).with(&below).await.unwrap();
    acme.set_fuel(10_000_000);
    above.set_fuel(10_000_000);
    below.set_fuel(10_000_000);
    let (result, receipt) = above.call("f", "(300000)").receipt().await;
    assert_eq!(result.unwrap(), "7");
    assert_eq!(acme.fuel(), Some(10_000_000 - receipt.fuel));
    assert_eq!(above.fuel(), Some(10_000_000 - receipt.fuel), "it pays for what it calls");
    let own = 10_000_000 - below.fuel().unwrap();
    assert!(own < receipt.fuel && own > 300_000, "{own} of {receipt}");
    // Of the calls that come into the tenant, the one within it is a part.
    let counters = acme.counters();
    assert_eq!((counters.calls, counters.failures, counters.fuel), (1, 0, receipt.fuel));
}

#[tokio::test]
async fn what_pays_for_itself_spares_its_callers_accounts_but_not_their_grants() {
    let runtime = in_short_slices();
    let (below, above) = chain(&runtime).await;
    let acme = runtime.tenant("acme").build().unwrap();
    let below = runtime.instantiate(&below).pays_for_itself().await.unwrap();
    let above = runtime.instantiate(&above).tenant(&acme).with(&below).reuse(Reuse::pool(1)).await.unwrap();
    [&above, &below].iter().for_each(|instance| instance.set_fuel(10_000_000));
    acme.set_fuel(10_000_000);
    let (result, receipt) = above.call("f", "(300000)").receipt().await;
    assert_eq!(result.unwrap(), "7");
    let (below_paid, above_paid) = (10_000_000 - below.fuel().unwrap(), 10_000_000 - above.fuel().unwrap());
    assert_eq!(below_paid + above_paid, receipt.fuel);
    assert!(below_paid > 300_000 && above_paid < 1000, "{below_paid}, {above_paid}");
    assert_eq!(acme.fuel(), above.fuel());
    let error = above.call("f", "(300000)").fuel(100_000).await.unwrap_err();
    let left = Amount::Fuel(100_000 - 3);
    assert_eq!(ran_out(&error), (Limit::Fuel, Scope::Call, left, left), "what its caller had left");
    assert!(runtime.graph().dot().contains("pays for itself"));
}

#[tokio::test]
async fn fuel_that_is_added_lets_a_running_call_go_on() {
    let shop = Shop::new().await;
    let one = shop.instance("one").await;
    let whole = one.call("burn", "(1000000)").receipt().await.1.fuel;
    shop.acme.set_fuel(whole / 2);
    let call = tokio::spawn(owned(&one, "burn", "(1000000)"));
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    let left = shop.acme.fuel().unwrap();
    assert!(left > 0 && left < whole / 2, "it runs: {left} of {whole}");
    shop.acme.add_fuel(whole);
    assert_eq!(call.await.unwrap().unwrap(), "7");
    assert_eq!(shop.acme.fuel(), Some(whole / 2));
}

#[tokio::test]
async fn no_fuel_stops_a_running_call_at_the_end_of_its_quantum() {
    let shop = Shop::new().await;
    let app = add(&shop.runtime, "restarts", &worker()).await;
    let policy = isorun::Restart::Limited { max: 0, within: Duration::from_secs(60) };
    let one = shop.runtime.instantiate(&app).tenant(&shop.acme).restart(policy).await.unwrap();
    for stop in [|one: &Instance, _: &Tenant| one.set_fuel(0), |_: &Instance, acme: &Tenant| acme.set_fuel(0)] {
        let call = tokio::spawn(owned(&one, "spin", "()"));
        some_turns().await;
        assert!(!call.is_finished());
        stop(&one, &shop.acme);
        let error = call.await.unwrap().unwrap_err();
        let (limit, scope, amount, _) = ran_out(&error);
        assert_eq!((limit, amount), (Limit::Fuel, Amount::Fuel(0)), "{error}");
        assert!(matches!(scope, Scope::Instance(_) | Scope::Tenant(_)), "{error}");
        one.set_fuel(None);
        shop.acme.set_fuel(None);
        // That was the host's doing, and no fault of the app.
        assert_eq!(one.call("f", "()").await.unwrap(), "1");
    }
}

#[tokio::test]
async fn what_stores_hold_is_held_in_both_accounts_until_they_are_gone() {
    let shop = Shop::new().await;
    let (one, two) = (shop.instance("one").await, shop.instance("two").await);
    let each = one.memory_held();
    assert!(each > 1 << 16, "its memory, and what the engine takes: {each}");
    assert_eq!((two.memory_held(), shop.acme.memory_held()), (each, 2 * each));
    one.call("grow", "(3)").await.unwrap();
    assert_eq!((one.memory_held(), shop.acme.memory_held()), (each + (3 << 16), 2 * each + (3 << 16)));
    let node = &shop.runtime.graph().nodes[0];
    assert_eq!((&*node.name, node.memory), ("one", each + (3 << 16)));
    one.call("trap", "()").await.unwrap_err();
    assert_eq!((one.memory_held(), shop.acme.memory_held()), (0, each));
    shop.runtime.remove(&two).unwrap();
    assert_eq!((shop.acme.memory_held(), shop.acme.counters().stores), (0, 0));
}

#[tokio::test]
async fn a_start_that_fails_or_is_given_up_holds_nothing_afterwards() {
    let shop = Shop::new().await;
    let traps = add(&shop.runtime, "traps", &starting_with("unreachable")).await;
    let error = shop.runtime.instantiate(&traps).tenant(&shop.acme).await.unwrap_err();
    assert!(matches!(error, InstantiateError::Start { .. }), "{error}");
    assert_eq!((shop.acme.memory_held(), shop.acme.counters().stores), (0, 0));
    let spins = add(&shop.runtime, "spins", &starting_with("(loop (br 0))")).await;
    let mut starting = shop.runtime.instantiate(&spins).tenant(&shop.acme).into_future();
    assert!(poll_once(&mut starting).is_pending());
    assert!(shop.acme.memory_held() > 1 << 16 && shop.acme.counters().stores == 1);
    drop(starting);
    assert_eq!((shop.acme.memory_held(), shop.acme.counters().stores), (0, 0));
}

#[tokio::test]
async fn a_limit_below_what_is_held_refuses_growth_and_takes_nothing_away() {
    let shop = Shop::new().await;
    let (one, two) = (shop.instance("one").await, shop.instance("two").await);
    one.call("grow", "(1)").await.unwrap();
    let (held, all) = (one.memory_held(), shop.acme.memory_held());
    one.set_memory(1000);
    assert_eq!((one.memory(), one.memory_held()), (Some(1000), held));
    assert_eq!(one.call("f", "()").await.unwrap(), "1");
    let error = one.call("grow", "(1)").await.unwrap_err();
    let own = Scope::Instance("one".into());
    assert_eq!(ran_out(&error), (Limit::Memory, own, Amount::Bytes(1000), Amount::Bytes(held)), "{error}");
    let other = all - held;
    assert_eq!((one.memory_held(), shop.acme.memory_held()), (0, other), "the store is lost, as for any budget");
    shop.acme.set_memory(2000);
    let error = two.call("grow", "(1)").await.unwrap_err();
    assert_eq!(ran_out(&error), (Limit::Memory, of_tenant(), Amount::Bytes(2000), Amount::Bytes(other)), "{error}");
    assert!(error.to_string().contains("the tenant `acme` has used "), "{error}");
    // What starts may hold no more either, and nothing of it is left.
    let error = shop.runtime.instantiate(&shop.app).tenant(&shop.acme).await.unwrap_err();
    let InstantiateError::Start { cause, .. } = &error else { panic!("{error}") };
    assert_eq!(ran_out(cause).1, of_tenant());
    assert_eq!(shop.acme.memory_held(), 0);
    shop.acme.set_memory(None);
    assert_eq!(shop.instance("three").await.call("grow", "(1)").await.unwrap(), "1");
}

#[tokio::test]
async fn memory_that_runs_out_says_whose_it_was() {
    let runtime = runtime_in(Runtime::builder().max_instance_memory(1 << 20));
    let app = add(&runtime, "worker", &worker()).await;
    let acme = runtime.tenant("acme").build().unwrap();
    let new = || async { runtime.instantiate(&app).tenant(&acme).await.unwrap() };
    let grow = |instance: Instance| async move { instance.call("grow", "(2)").memory(1 << 17).await };
    let one = new().await;
    let error = one.call("grow", "(2)").memory(1 << 16).await.unwrap_err();
    assert_eq!(ran_out(&error), (Limit::Memory, Scope::Call, Amount::Bytes(1 << 16), Amount::Bytes(0)));
    let two = new().await;
    let held = two.memory_held();
    let error = two.call("grow", "(16)").memory(1 << 30).await.unwrap_err();
    assert_eq!(ran_out(&error), (Limit::Memory, Scope::Runtime, Amount::Bytes(1 << 20), Amount::Bytes(held)));
    let three = new().await;
    // Of two that are too small, that of the instance is met first; what just suffices is no limit.
    three.set_memory(held + (1 << 17) - 1);
    acme.set_memory(held);
    let error = grow(three.clone()).await.unwrap_err();
    let scope = Scope::Instance(three.name().into());
    assert_eq!(ran_out(&error), (Limit::Memory, scope, Amount::Bytes(held + (1 << 17) - 1), Amount::Bytes(held)));
    let four = new().await;
    acme.set_memory(held + (1 << 17) - 1);
    let error = grow(four).await.unwrap_err();
    assert_eq!(ran_out(&error), (Limit::Memory, of_tenant(), Amount::Bytes(held + (1 << 17) - 1), Amount::Bytes(held)));
    let five = new().await;
    acme.set_memory(held + (1 << 17));
    assert_eq!(grow(five).await.unwrap(), "1");
}

#[tokio::test]
async fn a_store_that_an_account_has_too_little_for_costs_the_instance_nothing() {
    let shop = Shop::new().await;
    let pool = shop.runtime.instantiate(&shop.app).tenant(&shop.acme).reuse(Reuse::pool(2)).await.unwrap();
    let running = tokio::spawn(owned(&pool, "spin", "()"));
    some_turns().await;
    // The second store would need as much as the first.
    shop.acme.set_memory(pool.memory_held() + 1000);
    assert_eq!(ran_out(&pool.call("f", "()").await.unwrap_err()).1, of_tenant());
    let half = pool.memory_held() / 2 * 3;
    pool.set_memory(half);
    shop.acme.set_memory(None);
    assert_eq!(ran_out(&pool.call("f", "()").await.unwrap_err()).1, Scope::Instance("worker".into()));
    pool.set_memory(None);
    pool.pause();
    some_turns().await;
    pool.set_fuel(0);
    pool.resume();
    let (error, running) = (pool.call("f", "()").await.unwrap_err(), running.await.unwrap().unwrap_err());
    assert!(error.is_out_of_budget() && running.is_out_of_budget(), "{error}\n{running}");
    let counters = pool.counters();
    assert_eq!((counters.refused, counters.restarts, counters.stores), (3, 0, 0), "{:?}", counters.last_fault);
}

/// Whoever pauses it, the instance or its tenant, the call stands still, says so, has no less time, and goes on where it was.
#[tokio::test]
async fn a_paused_call_stands_still_and_goes_on_where_it_was() {
    let shop = Shop::new().await;
    let (one, two) = (shop.instance("one").await, shop.instance("two").await);
    let (result, receipt) = one.call("burn", "(1000000)").receipt().await;
    let (value, whole) = (result.unwrap(), receipt.fuel);
    let pauses: [(Act, Act); 2] =
        [(|one, _| one.pause(), |one, _| one.resume()), (|_, acme| acme.pause(), |_, acme| acme.resume())];
    for (pause, resume) in pauses {
        one.set_fuel(10 * whole);
        let call = tokio::spawn({
            let one = one.clone();
            async move { one.call("burn", "(1000000)").timeout(Duration::from_millis(500)).receipt().await }
        });
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        pause(&one, &shop.acme);
        tokio::task::yield_now().await;
        let left = one.fuel().unwrap();
        assert!(left < 10 * whole && left > 9 * whole, "it has begun: {left} of {whole}");
        assert!(matches!(one.state(), InstanceState::Paused), "{:?}", one.state());
        assert_eq!((one.counters().stopped, shop.acme.counters().stopped), (1, 1));
        assert!(shop.runtime.graph().to_string().contains("tenant acme"));
        assert!(shop.runtime.graph().dot().contains("paused"));
        // Longer than the call has time for.
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(!call.is_finished());
        assert_eq!(one.fuel(), Some(left), "it makes no progress");
        resume(&one, &shop.acme);
        let (result, receipt) = call.await.unwrap();
        assert_eq!((result.unwrap(), receipt.fuel), (value.clone(), whole));
        assert_eq!((one.counters().stopped, shop.acme.counters().stopped), (0, 0));
        assert!(matches!(one.state(), InstanceState::Idle), "{:?}", one.state());
    }
    // One that is paused stops nobody else.
    one.pause();
    assert!(one.is_paused() && !shop.acme.is_paused() && !two.is_paused());
    assert_eq!(two.call("f", "()").await.unwrap(), "1");
}

#[tokio::test]
async fn a_pause_stops_what_is_called_below_and_what_waits_above() {
    for alone in [false, true] {
        let runtime = in_short_slices();
        let (below, above) = chain(&runtime).await;
        let tenant = |name| runtime.tenant(name).build().unwrap();
        let (lower, upper) = (tenant("lower"), tenant("upper"));
        let below = runtime.instantiate(&below).tenant(&lower);
        let below = if alone { below.pays_for_itself().await } else { below.await }.unwrap();
        let above = runtime.instantiate(&above).tenant(&upper).with(&below).await.unwrap();
        below.set_fuel(1_000_000_000);
        let pauses: [&dyn Fn(bool); 4] = [
            &|pause| if pause { above.pause() } else { above.resume() },
            &|pause| if pause { upper.pause() } else { upper.resume() },
            &|pause| if pause { below.pause() } else { below.resume() },
            &|pause| if pause { lower.pause() } else { lower.resume() },
        ];
        let call = tokio::spawn(owned(&above, "f", "(5000000)"));
        for pause in pauses {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            let before = below.fuel();
            pause(true);
            some_turns().await;
            let left = below.fuel();
            assert!(left <= before && before < Some(1_000_000_000));
            for instance in [&above, &below] {
                assert!(matches!(instance.state(), InstanceState::Paused), "{}", instance.name());
                assert_eq!(instance.counters().stopped, 1, "{}", instance.name());
            }
            some_turns().await;
            assert_eq!(below.fuel(), left, "it makes no progress");
            pause(false);
        }
        assert_eq!(call.await.unwrap().unwrap(), "7");
        assert_eq!((above.counters().stopped, below.counters().stopped), (0, 0));
        assert_eq!((lower.counters().stopped, upper.counters().stopped), (0, 0));
    }
}

/// Dropping it stops it for good, as it does with any call.
#[tokio::test]
async fn a_paused_call_that_is_dropped_is_cancelled() {
    let shop = Shop::new().await;
    let one = shop.runtime.instantiate(&shop.app).tenant(&shop.acme).reuse(Reuse::pool(1)).await.unwrap();
    let call = tokio::spawn(owned(&one, "spin", "()"));
    some_turns().await;
    shop.acme.pause();
    some_turns().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert!(matches!(&one.state(), InstanceState::Poisoned(cause) if cause.kind() == "cancelled"), "{:?}", one.state());
    assert_eq!((shop.acme.counters().stopped, shop.acme.counters().running, shop.acme.memory_held()), (0, 0, 0));
}

#[tokio::test]
async fn a_paused_tenant_lets_in_no_new_call() {
    let shop = Shop::new().await;
    let one = shop.instance("one").await;
    let stranger = shop.runtime.instantiate(&shop.app).name("stranger").await.unwrap();
    shop.acme.pause();
    assert!(shop.acme.is_paused() && matches!(one.state(), InstanceState::Paused));
    let before = shop.acme.counters().fuel;
    let call = tokio::spawn(owned(&one, "f", "()"));
    some_turns().await;
    assert!(!call.is_finished());
    assert_eq!(shop.acme.counters().fuel, before);
    assert_eq!(stranger.call("f", "()").await.unwrap(), "1");
    shop.acme.resume();
    assert_eq!(call.await.unwrap().unwrap(), "1");
    assert!(matches!(one.state(), InstanceState::Idle));
}

#[tokio::test]
async fn what_is_poisoned_or_removed_says_that_and_not_that_it_is_paused() {
    let shop = Shop::new().await;
    let (one, two) = (shop.instance("one").await, shop.instance("two").await);
    one.call("trap", "()").await.unwrap_err();
    shop.acme.pause();
    assert!(matches!(one.state(), InstanceState::Poisoned(_)));
    assert!(matches!(two.state(), InstanceState::Paused));
    shop.runtime.remove(&two).unwrap();
    assert!(matches!(two.state(), InstanceState::Removed));
}

#[tokio::test]
async fn one_store_more_than_a_tenant_may_have_is_refused_before_anything_is_allocated() {
    let Shop { runtime, app, acme } = Shop::new().await;
    acme.set_stores(1);
    let one = runtime.instantiate(&app).tenant(&acme).await.unwrap();
    let before = (runtime.places().used.stores, acme.memory_held());
    let error = runtime.instantiate(&app).tenant(&acme).await.unwrap_err();
    let InstantiateError::TenantFull { app: named, tenant, limit: 1 } = &error else { panic!("{error}") };
    assert_eq!((&**named, &**tenant), ("worker", "acme"));
    assert_eq!(
        error.to_string(),
        "no store was made of `worker`: the tenant `acme` has as many as it may, which is 1
  help: remove some of its instances, or let it have more with `.set_stores(..)`"
    );
    assert_eq!((runtime.places().used.stores, acme.memory_held()), before);
    assert_eq!((acme.counters().stores, acme.counters().refused), (1, 1));
    // Others have their own.
    runtime.instantiate(&app).await.unwrap();
    runtime.remove(&one).unwrap();
    assert_eq!((acme.stores(), acme.counters().stores), (Some(1), 0));
    runtime.instantiate(&app).tenant(&acme).await.unwrap();
}

#[tokio::test]
async fn a_call_that_needs_a_store_more_is_refused_until_there_may_be_more() {
    let Shop { runtime, app, acme } = Shop::new().await;
    let fresh = runtime.instantiate(&app).tenant(&acme).reuse(Reuse::Fresh).await.unwrap();
    acme.set_stores(1);
    let running = tokio::spawn(owned(&fresh, "spin", "()"));
    some_turns().await;
    let error = fresh.call("f", "()").await.unwrap_err();
    let CallError::TenantFull { instance, tenant, what: Ceiling::Stores, limit: 1 } = &error else { panic!("{error}") };
    assert_eq!((&**instance, &**tenant, error.kind()), ("worker", "acme", "tenant full"));
    assert_eq!(
        error.to_string(),
        "no store was made of `worker`: the tenant `acme` has as many as it may, which is 1
  help: make fewer calls at a time, remove some of its instances, or let it have more with `.set_stores(..)`"
    );
    assert_eq!((fresh.counters().running, fresh.counters().refused), (1, 1));
    acme.set_stores(2);
    assert_eq!(fresh.call("f", "()").await.unwrap(), "1");
    acme.set_stores(0);
    assert!(!running.is_finished(), "what there is stays");
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    acme.set_stores(1);
    assert_eq!(fresh.call("f", "()").await.unwrap(), "1");
}

/// An app whose `go` waits at the gate with its number, and gives it back.
fn at_the_gate() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))
            (core module $code
                (import "host" "tick" (func $tick (param i64) (result i64)))
                (func (export "go") (param i64) (result i64) (drop (call $tick (local.get 0))) (local.get 0)))
            (core instance $code (instantiate $code (with "host" (instance (export "tick" (func $tick))))))
            (func (export "go") (param "n" u64) (result u64) (canon lift (core func $code "go"))))"#,
    )
}

/// Notes the numbers with which it is called, and holds every call back until it is opened.
#[derive(Clone)]
struct Door {
    gate: Gate,
    came: Arc<Mutex<Vec<u64>>>,
}

#[isorun::system]
impl host::Host for Door {
    async fn tick(&self, n: u64) -> u64 {
        self.came.lock().unwrap().push(n);
        self.gate.pass(n).await
    }
}

/// A tenant with an instance that takes many calls at a time, each of which waits at the door.
struct Crowd {
    runtime: Runtime,
    acme: Tenant,
    instance: Instance,
    door: Door,
}

impl Crowd {
    async fn new(calls: u32, waiting: usize) -> Crowd {
        let runtime = in_short_slices();
        let door = Door { gate: Gate::new(), came: Arc::default() };
        let system = runtime.provide(door.clone());
        let acme = runtime.tenant("acme").calls(calls).waiting(waiting).build().unwrap();
        let app = add(&runtime, "crowd", &at_the_gate()).await;
        let instance = runtime.instantiate(&app).tenant(&acme).with(&system).reuse(Reuse::pool(8)).await.unwrap();
        Crowd { runtime, acme, instance, door }
    }

    fn call(&self, number: u64) -> tokio::task::JoinHandle<Result<String, CallError>> {
        let instance = self.instance.clone();
        tokio::spawn(async move { instance.call("go", &format!("({number})")).await })
    }

    fn came(&self) -> Vec<u64> {
        self.door.came.lock().unwrap().clone()
    }

    fn running_and_waiting(&self) -> (u64, usize) {
        (self.acme.counters().running, self.acme.counters().waiting)
    }
}

#[tokio::test]
async fn calls_over_the_ceiling_wait_in_order_and_one_more_is_refused() {
    let crowd = Crowd::new(2, 3).await;
    let calls: Vec<_> = (0..5).map(|number| crowd.call(number)).collect();
    some_turns().await;
    assert_eq!((crowd.came(), crowd.running_and_waiting()), (vec![0, 1], (2, 3)));
    let error = crowd.call(5).await.unwrap().unwrap_err();
    let CallError::TenantFull { instance, tenant, what: Ceiling::Waiting, limit: 3 } = &error else {
        panic!("{error}")
    };
    assert_eq!((&**instance, &**tenant), ("crowd", "acme"));
    assert_eq!(
        error.to_string(),
        "`crowd` was not called: as many calls of the tenant `acme` run as may, and 3 calls wait for them already
  help: try again later, make fewer calls of its instances at a time, or raise its ceilings with `.set_calls(..)` and `.set_waiting(..)`"
    );
    for (number, call) in calls.into_iter().enumerate() {
        crowd.door.gate.open(1);
        assert_eq!(call.await.unwrap().unwrap(), number.to_string());
        some_turns().await;
        assert_eq!(crowd.came(), Vec::from_iter(0..(number as u64 + 3).min(5)));
    }
    let counters = crowd.acme.counters();
    assert_eq!((counters.calls, counters.failures, counters.refused), (5, 0, 1));
    assert_eq!(crowd.running_and_waiting(), (0, 0));
}

#[tokio::test]
async fn a_caller_that_stops_waiting_lets_the_next_one_in() {
    let crowd = Crowd::new(1, 10).await;
    let begun = |arguments: &'static str| {
        let mut call = owned(&crowd.instance, "go", arguments);
        assert!(poll_once(&mut call).is_pending());
        call
    };
    let (mut first, second, third, mut fourth) = (begun("(0)"), begun("(1)"), begun("(2)"), begun("(3)"));
    assert_eq!((crowd.came(), crowd.running_and_waiting()), (vec![0], (1, 3)));
    drop(second);
    assert_eq!(crowd.running_and_waiting(), (1, 2));
    crowd.door.gate.open(1);
    assert_eq!((&mut first).await.unwrap(), "0");
    // Its turn has come, and it goes without having noticed.
    drop(third);
    assert!(poll_once(&mut fourth).is_pending());
    assert_eq!((crowd.came(), crowd.running_and_waiting()), (vec![0, 3], (1, 0)));
    crowd.door.gate.open(1);
    assert_eq!(fourth.await.unwrap(), "3");
    assert_eq!(crowd.running_and_waiting(), (0, 0));
    // Those that went have not come into the tenant.
    assert_eq!((crowd.acme.counters().calls, crowd.acme.counters().failures), (2, 0));
}

#[tokio::test]
async fn ceilings_that_are_changed_take_effect_on_those_that_wait() {
    let crowd = Crowd::new(0, 10).await;
    let calls: Vec<_> = (0..6).map(|number| crowd.call(number)).collect();
    some_turns().await;
    assert_eq!((crowd.came(), crowd.running_and_waiting(), crowd.acme.calls()), (vec![], (0, 6), Some(0)));
    crowd.acme.set_calls(2);
    some_turns().await;
    assert_eq!(crowd.came(), [0, 1]);
    crowd.acme.set_calls(4);
    some_turns().await;
    assert_eq!(crowd.came(), [0, 1, 2, 3]);
    // A ceiling below what runs stops nobody, and lets nobody in before there is room again.
    crowd.acme.set_calls(1);
    crowd.door.gate.open(3);
    some_turns().await;
    assert_eq!((crowd.came().len(), crowd.running_and_waiting()), (4, (1, 2)));
    crowd.acme.set_waiting(2);
    assert_eq!(crowd.call(9).await.unwrap().unwrap_err().kind(), "tenant full");
    crowd.acme.set_calls(None);
    some_turns().await;
    assert_eq!((crowd.came().len(), crowd.acme.calls()), (6, None));
    crowd.door.gate.open(9);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(crowd.running_and_waiting(), (0, 0));
}

#[tokio::test]
async fn waiting_for_the_tenant_counts_against_the_deadline_and_says_so() {
    let crowd = Crowd::new(1, 10).await;
    let running = crowd.call(0);
    some_turns().await;
    let error = crowd.instance.call("go", "(1)").timeout(Duration::from_millis(20)).await.unwrap_err();
    let CallError::OutOfBudget { limit: Limit::Time, waits_for, .. } = &error else { panic!("{error}") };
    assert_eq!(waits_for.as_deref(), Some("the calls of the tenant acme"));
    assert_eq!(
        error.to_string(),
        "out of time: the tenant `acme` had no room for `go` of `crowd` within 20ms, as other calls of its instances were before it
  help: make fewer calls of its instances at a time, let it have more with `.set_calls(..)`, or give the call more time with `.timeout(..)`"
    );
    assert_eq!(crowd.running_and_waiting(), (1, 0));
    crowd.door.gate.open(1);
    assert_eq!(running.await.unwrap().unwrap(), "0");
    assert!(matches!(crowd.instance.state(), InstanceState::Idle), "it has not run");
}

#[tokio::test]
async fn a_call_that_waits_for_its_tenant_does_not_keep_its_instance() {
    let crowd = Crowd::new(0, 10).await;
    let call = crowd.call(0);
    some_turns().await;
    crowd.runtime.remove(&crowd.instance).unwrap();
    assert!(!call.is_finished());
    crowd.acme.set_calls(1);
    assert_eq!(call.await.unwrap().unwrap_err().kind(), "removed");
    assert_eq!(crowd.running_and_waiting(), (0, 0));
    crowd.runtime.remove_tenant(&crowd.acme).unwrap();
}

/// Otherwise the first would wait for the second, which would wait for the first to end.
#[tokio::test]
async fn calls_that_instances_make_do_not_wait_for_their_tenant() {
    let runtime = in_short_slices();
    let (below, above) = chain(&runtime).await;
    let acme = runtime.tenant("acme").calls(1).waiting(0).build().unwrap();
    let other = runtime.tenant("other").calls(0).waiting(0).build().unwrap();
    let below = runtime.instantiate(&below).tenant(&other).await.unwrap();
    let middle = runtime.instantiate(&above).tenant(&acme).with(&below).await;
    let middle = middle.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(middle.call("f", "(10)").await.unwrap(), "7");
    assert_eq!(below.call("f", "(10)").await.unwrap_err().kind(), "tenant full");
    // It has entered the other tenant, though nobody waits there for it.
    assert_eq!((acme.counters().calls, other.counters().calls, other.counters().refused), (1, 1, 1));
}

#[tokio::test]
async fn a_peer_is_held_to_the_ceiling_and_told_that_nothing_has_run() {
    let shop = Shop::new().await;
    let (below, _) = chain(&shop.runtime).await;
    let below = shop.runtime.instantiate(&below).tenant(&shop.acme).await.unwrap();
    let interface = below.exports()[0].interface().clone();
    let policy = ExportPolicy::default().tell(Detail::Text);
    let token = shop.runtime.export_interface_with(&below, &interface, &policy).unwrap();
    let there = in_short_slices();
    let remote = there.import_interface(&interface, token, link_to(&shop.runtime));
    assert_eq!(remote.call("f", "(5)").await.unwrap(), "7");
    shop.acme.set_calls(0);
    shop.acme.set_waiting(0);
    let error = remote.call("f", "(5)").await.unwrap_err();
    let CallError::Remote(RemoteError::Refused { status: Status::Busy, failure, .. }) = &error else {
        panic!("{error}")
    };
    assert_eq!(failure.kind, "tenant full");
    assert!(failure.detail.contains("as many calls of the tenant `acme` run as may"), "{failure:?}");
    assert_eq!((shop.acme.counters().calls, shop.acme.counters().refused), (1, 1));
}

#[tokio::test]
async fn observers_and_the_graph_see_the_tenant() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let observer = {
        let seen = seen.clone();
        move |call: &CallEnded<'_>| seen.lock().unwrap().push(call.tenant.map(str::to_string))
    };
    let runtime = runtime_in(Runtime::builder().observer(observer));
    let app = add(&runtime, "worker", &worker()).await;
    let acme = runtime.tenant("acme").fuel(1_000_000).build().unwrap();
    let one = runtime.instantiate(&app).tenant(&acme).name("one").await.unwrap();
    let other = runtime.instantiate(&app).name("other").await.unwrap();
    one.call("f", "()").await.unwrap();
    other.call("f", "()").await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [Some("acme".to_string()), None]);
    one.set_fuel(500);
    let graph = runtime.graph();
    assert_eq!((graph.nodes[0].tenant.as_deref(), graph.nodes[0].fuel), (Some("acme"), Some(500)));
    assert_eq!((graph.nodes[1].tenant.as_deref(), graph.nodes[1].fuel), (None, None));
    let [tenant] = &graph.tenants[..] else { panic!("{graph}") };
    assert_eq!((&*tenant.name, tenant.fuel, tenant.counters.calls), ("acme", acme.fuel(), 1));
    assert!(graph.to_string().starts_with("one (app worker, tenant acme) exports"), "{graph}");
    assert!(graph.to_string().contains("\ntenant acme: 1 store, "), "{graph}");
    assert!(graph.dot().contains("\\ntenant acme\\n"), "{}", graph.dot());
    assert!(graph.mermaid().contains("<br/>tenant acme<br/>"), "{}", graph.mermaid());
}
