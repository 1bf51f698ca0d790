//! Another app behind the same token: what is wired to it goes on, and what could not is refused before.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use isorun::{
    App, CallError, Instance, InstanceState, InstantiateError, ProvideError, RemoveError, ReplaceError, Restart, Reuse,
    Runtime, WiringProblem,
};
use isorun_tests::{
    Gate, Ticker, add, again, apps, caller_of, compute, guests, host, link_to, poll_once, relay, runtime, runtime_of,
    start,
};

/// What the tests' apps provide and use, and two editions that say they are of the same track and are not.
const OLD: &str = "package acme:shop@1.0.0; interface shop { price: func(n: u32) -> u32; stock: func(n: u32) -> u32; }
    interface front { f: func(n: u32) -> u32; }";
const SMALLER: &str = "package acme:shop@1.3.0; interface shop { price: func(n: u32) -> u32; }";
const CHANGED: &str =
    "package acme:shop@1.1.0; interface shop { price: func(n: u64) -> u64; stock: func(n: u32) -> u32; }";

const NUMBER: &str = r#"(param "n" u32) (result u32)"#;

fn plus(n: u32) -> String {
    format!("(i32.add (local.get 0) (i32.const {n}))")
}

/// `shop`: the price of n is n + 1, the stock is n + 2.
fn shop() -> Vec<u8> {
    guests::provider("acme:shop/shop@1.0.0", &[("price", NUMBER, &plus(1)), ("stock", NUMBER, &plus(2))])
}

/// A newer edition with its functions in another order and one more: the price of n is n + 101, the stock is n + 102.
fn newer() -> Vec<u8> {
    let more = ("lower", r#"(result u32)"#, "(i32.const 7)");
    guests::provider("acme:shop/shop@1.2.0", &[more, ("stock", NUMBER, &plus(102)), ("price", NUMBER, &plus(101))])
}

/// One whose `price` takes and gives wider numbers.
fn changed() -> Vec<u8> {
    let wide = r#"(param "n" u64) (result u64)"#;
    guests::provider("acme:shop/shop@1.1.0", &[("price", wide, "(local.get 0)"), ("stock", NUMBER, &plus(202))])
}

/// One that has no `stock`.
fn without_stock() -> Vec<u8> {
    guests::provider("acme:shop/shop@1.3.0", &[("price", NUMBER, &plus(301))])
}

/// An app that imports one function of the shop, and hands it on as `f` of `front`.
fn front(function: &str) -> Vec<u8> {
    guests::parse(&format!(
        r#"(component
            (import "acme:shop/shop@1.0.0" (instance $shop (export "{function}" (func (param "n" u32) (result u32)))))
            (alias export $shop "{function}" (func $f))
            (core func $f (canon lower (func $f)))
            (func $up (param "n" u32) (result u32) (canon lift (core func $f)))
            (instance $front (export "f" (func $up)))
            (export "acme:shop/front@1.0.0" (instance $front)))"#
    ))
}

/// A runtime with a shop.
async fn shop_in(runtime: Runtime) -> (Runtime, App, Instance) {
    for text in [OLD, CHANGED, SMALLER] {
        runtime.register_wit(text).unwrap();
    }
    let app = add(&runtime, "shop", &shop()).await;
    let shop = again(&runtime, &app, &[]).await;
    (runtime, app, shop)
}

#[tokio::test]
async fn what_is_wired_to_an_instance_goes_on_with_the_app_that_takes_its_place() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let prices = start(&runtime, "prices", &front("price"), &[&shop]).await;
    let stocks = start(&runtime, "stocks", &front("stock"), &[&shop]).await;
    assert_eq!(prices.call("f", "(1)").await.unwrap(), "2");
    let newer = add(&runtime, "newer", &newer()).await;
    runtime.replace(&shop, &newer).await.unwrap();
    assert_eq!(prices.call("f", "(1)").await.unwrap(), "102");
    assert_eq!(stocks.call("f", "(1)").await.unwrap(), "103");
    assert_eq!(shop.call("lower", "()").await.unwrap(), "7");
    assert_eq!(shop.call("stock", "(1)").await.unwrap(), "103");
    assert_eq!((shop.name(), shop.provides()), ("shop", vec!["acme:shop/shop@1.2.0".to_string()]));
    assert_eq!(
        runtime.graph().to_string(),
        "shop (app newer, shared) provides acme:shop/shop@1.2.0
prices (app prices) provides acme:shop/front@1.0.0
  acme:shop/shop@1.0.0 -> shop
stocks (app stocks) provides acme:shop/front@1.0.0
  acme:shop/shop@1.0.0 -> shop"
    );
}

#[tokio::test]
async fn typed_callers_and_exports_of_before_reach_the_new_app() {
    let here = runtime();
    let calc = start(&here, "calc", apps::CALC, &[]).await;
    let ticker = here.system(Ticker);
    let relay = start(&here, "relay", apps::RELAY, &[&calc, &ticker]).await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    let there = runtime();
    let far = there.import::<relay::Interface>(here.export::<relay::Interface>(&relay).unwrap(), link_to(&here));
    let far = far.caller::<relay::Interface>().unwrap();
    assert_eq!((caller.add(1, 2).await.unwrap(), far.add(1, 2).await.unwrap()), (3, 3));
    let again = add(&here, "again", apps::RELAY).await;
    here.replace(&relay, &again).await.unwrap();
    assert_eq!((caller.add(1, 2).await.unwrap(), far.add(1, 2).await.unwrap()), (3, 3));
    assert_eq!((caller.tick_many(3).await.unwrap(), far.tick_many(3).await.unwrap()), (3, 3));
}

#[tokio::test]
async fn everything_that_would_break_is_named_at_once_and_nothing_has_changed() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let prices = start(&runtime, "prices", &front("price"), &[&shop]).await;
    let stocks = start(&runtime, "stocks", &front("stock"), &[&shop]).await;
    let interface = runtime.interfaces().into_iter().find(|known| known.name().interface() == "shop").unwrap();
    runtime.export_interface(&shop, &interface).unwrap();

    let changed = add(&runtime, "changed", &changed()).await;
    let error = runtime.replace(&shop, &changed).await.unwrap_err();
    let ReplaceError::Breaks { instance, app, breaks } = &error else { panic!("{error}") };
    assert_eq!((instance.as_str(), app.as_str()), ("shop", "changed"));
    let users: Vec<_> = breaks.iter().map(|broken| broken.by.as_str()).collect();
    assert_eq!(users, ["`prices`", "an export of acme:shop/shop@1.0.0"]);
    assert_eq!(
        error.to_string(),
        "cannot replace `shop` by `changed`: what uses it would break
  acme:shop/shop@1.0.0, used by `prices`
    price
      wanted    func(n: u32) -> u32
      provided  func(n: u64) -> u64
  acme:shop/shop@1.0.0, used by an export of acme:shop/shop@1.0.0
    price
      wanted    func(n: u32) -> u32
      provided  func(n: u64) -> u64
  help: give the new app what they use, or remove them first"
    );

    let without = add(&runtime, "without", &without_stock()).await;
    let error = runtime.replace(&shop, &without).await.unwrap_err();
    let ReplaceError::Breaks { breaks, .. } = &error else { panic!("{error}") };
    let users: Vec<_> = breaks.iter().map(|broken| broken.by.as_str()).collect();
    assert_eq!(users, ["`stocks`", "an export of acme:shop/shop@1.0.0"]);
    assert!(error.to_string().contains("provided  no such function"), "{error}");

    let other = add(&runtime, "other", apps::CALC).await;
    let error = runtime.replace(&shop, &other).await.unwrap_err();
    let ReplaceError::Breaks { breaks, .. } = &error else { panic!("{error}") };
    assert_eq!(breaks.len(), 3);
    assert!(error.to_string().contains("used by `prices`\n    the new app does not provide it"), "{error}");

    assert_eq!(prices.call("f", "(1)").await.unwrap(), "2");
    assert_eq!(stocks.call("f", "(1)").await.unwrap(), "3");
}

#[tokio::test]
async fn what_nobody_uses_may_change_and_an_old_caller_is_told_so() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let stocks = start(&runtime, "stocks", &front("stock"), &[&shop]).await;
    let old = shop.only(["price", "stock"]).unwrap();
    let changed = add(&runtime, "changed", &changed()).await;
    runtime.replace(&shop, &changed).await.unwrap();
    assert_eq!(stocks.call("f", "(1)").await.unwrap(), "203");
    assert_eq!(old.call("stock", "(1)").await.unwrap(), "203");
    let error = old.call("price", "(1)").await.unwrap_err();
    assert!(matches!(error, CallError::UnknownFunction { .. }), "{error}");
    assert_eq!(shop.call("price", "(1)").await.unwrap(), "1");
}

#[tokio::test]
async fn a_typed_caller_whose_function_is_gone_is_told_so() {
    let runtime = runtime();
    let calc = add(&runtime, "calc", apps::CALC).await;
    let calc = again(&runtime, &calc, &[]).await;
    let caller = calc.caller::<compute::Interface>().unwrap();
    let misbehave = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    runtime.replace(&calc, &misbehave).await.unwrap();
    let error = caller.add(1, 2).await.unwrap_err();
    let CallError::NotProvided { instance, function } = &error else { panic!("{error}") };
    assert_eq!((&**instance, &**function), ("calc", "test:bench/compute@0.1.0#add"));
    // To be told so is no fault.
    assert!(matches!(calc.state(), InstanceState::Idle));
    assert_eq!((calc.counters().failures, calc.counters().refused), (0, 1));
    assert_eq!(calc.call("count", "()").await.unwrap(), "1");
    assert!(matches!(calc.caller::<compute::Interface>(), Err(ProvideError::NotProvided { .. })));
}

#[tokio::test]
async fn a_function_that_was_gone_and_comes_back_is_there_for_old_callers() {
    let (runtime, first, shop) = shop_in(runtime()).await;
    let old = shop.only(["stock"]).unwrap();
    let without = add(&runtime, "without", &without_stock()).await;
    runtime.replace(&shop, &without).await.unwrap();
    assert!(matches!(old.call("stock", "(1)").await, Err(CallError::UnknownFunction { .. })));
    runtime.replace(&shop, &first).await.unwrap();
    assert_eq!(old.call("stock", "(1)").await.unwrap(), "3");
}

/// A part of before may name what is there no longer.
#[tokio::test]
async fn nothing_is_wired_to_a_function_that_is_gone() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let old = shop.only(["price", "stock"]).unwrap();
    let without = add(&runtime, "without", &without_stock()).await;
    runtime.replace(&shop, &without).await.unwrap();
    let app = add(&runtime, "stocks", &front("stock")).await;
    let error = runtime.instantiate(&app).with(&old).await.unwrap_err();
    let InstantiateError::Wiring(report) = &error else { panic!("{error}") };
    assert!(matches!(report.problems(), [WiringProblem::Differs { .. }]), "{error}");
    assert!(error.to_string().contains("provided  no such function"), "{error}");
}

#[tokio::test]
async fn an_app_whose_provider_is_replaced_while_it_starts_is_held_to_what_is_there_then() {
    let (runtime, _, shop) = shop_in(runtime_of(Runtime::builder().slice(1000))).await;
    let slow = guests::parse(
        r#"(component
            (import "acme:shop/shop@1.0.0" (instance (export "stock" (func (param "n" u32) (result u32)))))
            (core module $slow
                (func $start (local i32)
                    (loop
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if 0 (i32.lt_u (local.get 0) (i32.const 10000)))))
                (start $start))
            (core instance (instantiate $slow)))"#,
    );
    let (slow, without) = (add(&runtime, "slow", &slow).await, add(&runtime, "without", &without_stock()).await);
    let mut starting = runtime.instantiate(&slow).with(&shop).into_future();
    assert!(poll_once(&mut starting).is_pending());
    runtime.replace(&shop, &without).await.unwrap();
    let error = starting.await.unwrap_err();
    let InstantiateError::Wiring(report) = &error else { panic!("{error}") };
    assert!(matches!(report.problems(), [WiringProblem::Differs { .. }]), "{error}");
    assert!(error.to_string().contains("provided  no such function"), "{error}");
    assert_eq!(runtime.graph().nodes.len(), 1);
}

#[tokio::test]
async fn two_exports_of_one_interface_are_both_looked_after() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let interfaces =
        isorun::Interface::from_wit("package acme:shop@1.0.0; interface shop { price: func(n: u32) -> u32; }");
    runtime.export_interface(&shop, &interfaces.unwrap()[0]).unwrap();
    let whole = runtime.interfaces().into_iter().find(|known| known.name().interface() == "shop").unwrap();
    runtime.export_interface(&shop, &whole).unwrap();
    let without = add(&runtime, "without", &without_stock()).await;
    let error = runtime.replace(&shop, &without).await.unwrap_err();
    assert!(matches!(&error, ReplaceError::Breaks { breaks, .. } if breaks.len() == 1), "{error}");
    let RemoveError::InUse { by, .. } = runtime.remove(&shop).unwrap_err() else { panic!("it is exported") };
    assert_eq!(by, ["an export of acme:shop/shop@1.0.0"]);
}

#[tokio::test]
async fn a_poisoned_instance_is_well_again_with_a_new_app() {
    let runtime = runtime();
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = again(&runtime, &app, &[]).await;
    instance.call("trap", "()").await.unwrap_err();
    assert!(matches!(instance.state(), InstanceState::Poisoned(_)));
    runtime.replace(&instance, &app).await.unwrap();
    assert!(matches!(instance.state(), InstanceState::Idle));
    assert_eq!(instance.call("count", "()").await.unwrap(), "1");
}

#[tokio::test]
async fn what_the_old_app_kept_is_gone_and_what_was_counted_is_not() {
    let runtime = runtime();
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = again(&runtime, &app, &[]).await;
    assert_eq!(instance.call("count", "()").await.unwrap(), "1");
    runtime.replace(&instance, &app).await.unwrap();
    assert_eq!(instance.call("count", "()").await.unwrap(), "1");
    assert_eq!(instance.counters().calls, 2);
}

#[tokio::test]
async fn imports_are_kept_unless_they_are_given_something_else() {
    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let (ticker, other) = (runtime.system(Ticker), runtime.system(Ten));
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &ticker]).await;
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "2");
    runtime.replace(&relay, &app).await.unwrap();
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "2");
    runtime.replace(&relay, &app).with(&other).await.unwrap();
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "20");
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    runtime.replace(&relay, &app).with_named("test:bench/host", &ticker).await.unwrap();
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "2");
    // What is wired to nothing any more can go.
    runtime.remove(&other).unwrap();
    assert!(matches!(runtime.remove(&ticker), Err(RemoveError::InUse { .. })));
}

/// What an instance was given for one import is not given for others, whatever else it provides.
#[tokio::test]
async fn a_provider_of_before_gives_the_new_app_no_more_than_it_gave_the_old() {
    let runtime = runtime();
    runtime
        .register_wit("package acme:wide; interface data { f: func() -> u32; } interface admin { g: func() -> u32; }")
        .unwrap();
    let provider = guests::parse(
        r#"(component
            (core module $code (func (export "f") (result i32) (i32.const 1)))
            (core instance $code (instantiate $code))
            (func $f (result u32) (canon lift (core func $code "f")))
            (instance $data (export "f" (func $f)))
            (instance $admin (export "g" (func $f)))
            (export "acme:wide/data" (instance $data))
            (export "acme:wide/admin" (instance $admin)))"#,
    );
    let provider = start(&runtime, "provider", &provider, &[]).await;
    let data = r#"(import "acme:wide/data" (instance (export "f" (func (result u32)))))"#;
    let admin = r#"(import "acme:wide/admin" (instance (export "g" (func (result u32)))))"#;
    let modest = add(&runtime, "modest", &guests::parse(&format!("(component {data})"))).await;
    let greedy = add(&runtime, "greedy", &guests::parse(&format!("(component {data} {admin})"))).await;
    let user = runtime.instantiate(&modest).with_named("acme:wide/data", &provider).await.unwrap();
    let error = runtime.replace(&user, &greedy).await.unwrap_err();
    let ReplaceError::Instantiate(InstantiateError::Wiring(report)) = &error else { panic!("{error}") };
    assert!(matches!(report.problems(), [WiringProblem::Missing { import }] if import == "acme:wide/admin"), "{error}");
    runtime.replace(&user, &greedy).with(&provider).await.unwrap();
}

/// Counts in tens.
struct Ten;

#[isorun::system]
impl host::Host for Ten {
    fn tick(&self, n: u64) -> u64 {
        n + 10
    }
}

#[tokio::test]
async fn an_import_that_the_old_app_did_not_have_must_be_given() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let behind = start(&runtime, "behind", &newer(), &[]).await;
    let reseller = guests::parse(
        r#"(component
            (import "acme:shop/shop@1.0.0" (instance $shop
                (export "price" (func (param "n" u32) (result u32)))
                (export "stock" (func (param "n" u32) (result u32)))))
            (alias export $shop "price" (func $price))
            (alias export $shop "stock" (func $stock))
            (core func $price (canon lower (func $price)))
            (core func $stock (canon lower (func $stock)))
            (func $own-price (param "n" u32) (result u32) (canon lift (core func $price)))
            (func $own-stock (param "n" u32) (result u32) (canon lift (core func $stock)))
            (instance $own (export "price" (func $own-price)) (export "stock" (func $own-stock)))
            (export "acme:shop/shop@1.0.0" (instance $own)))"#,
    );
    let reseller = add(&runtime, "reseller", &reseller).await;
    let error = runtime.replace(&shop, &reseller).await.unwrap_err();
    let ReplaceError::Instantiate(InstantiateError::Wiring(report)) = &error else { panic!("{error}") };
    assert!(matches!(report.problems(), [WiringProblem::Missing { .. }]), "{error}");
    assert_eq!(shop.call("price", "(1)").await.unwrap(), "2");
    runtime.replace(&shop, &reseller).with(&behind).await.unwrap();
    assert_eq!(shop.call("price", "(1)").await.unwrap(), "102");
}

#[tokio::test]
async fn an_instance_does_not_come_to_depend_on_itself() {
    let runtime = runtime();
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let one = guests::provider("acme:chain/one", &[("f", NUMBER, &plus(1))]);
    let one = start(&runtime, "one", &one, &[]).await;
    let step = add(&runtime, "step", &guests::step("acme:chain/one", "acme:chain/one", 1)).await;
    let two = runtime.instantiate(&step).name("two").with(&one).await.unwrap();
    let three = runtime.instantiate(&step).name("three").with(&two).await.unwrap();

    let error = runtime.replace(&one, &step).with(&three).await.unwrap_err();
    let ReplaceError::Instantiate(InstantiateError::Wiring(report)) = &error else { panic!("{error}") };
    let [WiringProblem::Cycle { instance, through }] = report.problems() else { panic!("{error}") };
    assert_eq!((instance.as_str(), &through[..]), ("three", &["three", "two", "one"].map(String::from)[..]));
    assert!(error.to_string().contains("by way of `three`, `two`, `one`"), "{error}");
    assert!(matches!(
        runtime.replace(&one, &step).with(&one).await,
        Err(ReplaceError::Instantiate(InstantiateError::Wiring(_)))
    ));
    assert_eq!(three.call("f", "(1)").await.unwrap(), "4");
}

#[tokio::test]
async fn the_old_app_can_be_removed_afterwards_and_the_new_one_cannot() {
    let (runtime, old, shop) = shop_in(runtime()).await;
    let newer = add(&runtime, "newer", &newer()).await;
    runtime.replace(&shop, &newer).await.unwrap();
    runtime.remove_app(&old).unwrap();
    assert!(matches!(runtime.remove_app(&newer), Err(RemoveError::InUse { by, .. }) if by == ["shop"]));
    // The same app once more is as good as any.
    runtime.replace(&shop, &newer).await.unwrap();
    assert!(matches!(runtime.remove_app(&newer), Err(RemoveError::InUse { .. })));
    runtime.remove(&shop).unwrap();
    runtime.remove_app(&newer).unwrap();
}

#[tokio::test]
async fn a_value_that_was_made_for_the_instance_stays() {
    let runtime = runtime();
    let made = Arc::new(AtomicU64::new(0));
    let counting = made.clone();
    let own = runtime.system_per_consumer(move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
        Sum(AtomicU64::new(0))
    });
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &own]).await;
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "2");
    let next = add(&runtime, "next", apps::RELAY).await;
    runtime.replace(&relay, &next).await.unwrap();
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "4");
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

/// Says how often it was called.
struct Sum(AtomicU64);

#[isorun::system]
impl host::Host for Sum {
    fn tick(&self, _n: u64) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

#[tokio::test]
async fn an_instance_that_is_replaced_lets_its_calls_end_and_new_ones_wait() {
    let runtime = runtime();
    let gate = Gate::new();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &runtime.system(gate.clone())]).await;
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut replacing = runtime.replace(&relay, &app).into_future();
    while !matches!(relay.state(), InstanceState::Replacing) {
        assert!(poll_once(&mut replacing).is_pending());
    }
    let mut waiting = relay.call("add", "(1, 2)");
    assert!(poll_once(&mut waiting).is_pending());
    assert!(matches!(runtime.remove(&relay), Err(RemoveError::InProgress { .. })));
    assert!(matches!(runtime.retire(&relay).await, Err(RemoveError::InProgress { .. })));
    assert!(matches!(runtime.replace(&relay, &app).await, Err(ReplaceError::InProgress { .. })));
    gate.open(1);
    assert_eq!(running.await.unwrap(), "1");
    replacing.await.unwrap();
    assert_eq!(waiting.await.unwrap(), "3");
}

#[tokio::test]
async fn while_an_instance_is_replaced_no_more_calls_wait_than_may() {
    let runtime = runtime();
    let gate = Gate::new();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = runtime.instantiate(&app).with(&calc).with(&runtime.system(gate.clone())).queue(1).await.unwrap();
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut replacing = runtime.replace(&relay, &app).into_future();
    while !matches!(relay.state(), InstanceState::Replacing) {
        assert!(poll_once(&mut replacing).is_pending());
    }
    let mut waiting = relay.call("add", "(1, 2)");
    assert!(poll_once(&mut waiting).is_pending());
    assert!(matches!(relay.call("add", "(1, 2)").await, Err(CallError::Busy { waiting: 1, .. })));
    gate.open(1);
    running.await.unwrap();
    replacing.await.unwrap();
    assert_eq!(waiting.await.unwrap(), "3");
}

#[tokio::test]
async fn a_replacement_that_is_given_up_leaves_the_old_app_serving() {
    let runtime = runtime_of(Runtime::builder().max_instances(3));
    let gate = Gate::new();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &runtime.system(gate.clone())]).await;
    let next = add(&runtime, "next", apps::RELAY).await;
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut replacing = runtime.replace(&relay, &next).into_future();
    while !matches!(relay.state(), InstanceState::Replacing) {
        assert!(poll_once(&mut replacing).is_pending());
    }
    let mut waiting = relay.call("add", "(1, 2)");
    assert!(poll_once(&mut waiting).is_pending());
    drop(replacing);
    gate.open(1);
    assert_eq!(running.await.unwrap(), "1");
    assert_eq!(waiting.await.unwrap(), "3");
    // The place that the new app had is free, and the new app as well.
    runtime.remove_app(&next).unwrap();
    start(&runtime, "third", apps::CALC, &[]).await;
}

#[tokio::test]
async fn where_there_is_no_place_for_both_apps_the_old_one_goes_on() {
    let runtime = runtime_of(Runtime::builder().max_instances(1));
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = again(&runtime, &app, &[]).await;
    instance.call("count", "()").await.unwrap();
    let error = runtime.replace(&instance, &app).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::NoCapacity { .. })), "{error}");
    assert_eq!(instance.call("count", "()").await.unwrap(), "2");
}

#[tokio::test]
async fn an_app_that_does_not_start_takes_nobodys_place() {
    let runtime = runtime();
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = again(&runtime, &app, &[]).await;
    let dead = guests::parse(
        "(component (core module $m (func $main unreachable) (start $main)) (core instance (instantiate $m)))",
    );
    let dead = add(&runtime, "dead", &dead).await;
    let error = runtime.replace(&instance, &dead).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::Start { .. })), "{error}");
    assert_eq!(instance.call("count", "()").await.unwrap(), "1");
}

#[tokio::test]
async fn pools_and_fresh_instances_are_replaced_like_others() {
    let runtime = runtime_of(Runtime::builder().slice(10_000));
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let next = add(&runtime, "next", apps::MISBEHAVE).await;
    for reuse in [Reuse::pool(2), Reuse::Fresh] {
        let instance = runtime.instantiate(&app).reuse(reuse).await.unwrap();
        let (mut one, mut two) = (instance.call("spin-for", "(100000)"), instance.call("spin-for", "(100000)"));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        let (one, two, replaced) = tokio::join!(one, two, runtime.replace(&instance, &next).into_future());
        assert_eq!((one.unwrap(), two.unwrap()), ("100000".into(), "100000".into()));
        replaced.unwrap();
        assert!(instance.counters().stores <= 1, "{reuse:?}");
        assert_eq!(instance.call("count", "()").await.unwrap(), "1");
        // As many calls at once as before.
        let (mut one, mut two) = (instance.call("spin-for", "(100000)"), instance.call("spin-for", "(100000)"));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        assert_eq!(instance.counters().running, 2, "{reuse:?}");
        one.await.unwrap();
        two.await.unwrap();
        runtime.remove(&instance).unwrap();
    }
    runtime.remove_app(&next).unwrap();
}

#[tokio::test]
async fn only_an_apps_instance_of_this_runtime_that_is_there_can_be_replaced() {
    let (runtime, app, shop) = shop_in(runtime()).await;
    let (other, foreign, elsewhere) = shop_in(isorun_tests::runtime()).await;
    let ticker = runtime.system(Ticker);
    let token = other.export::<host::Interface>(&other.system(Ticker)).unwrap();
    let remote = runtime.import::<host::Interface>(token, link_to(&other));
    for no_app in [&ticker, &remote] {
        let error = runtime.replace(no_app, &app).await.unwrap_err();
        assert!(matches!(&error, ReplaceError::NotAnApp { instance } if instance == no_app.name()), "{error}");
    }
    assert!(matches!(runtime.replace(&elsewhere, &app).await, Err(ReplaceError::Foreign { .. })));
    let error = runtime.replace(&shop, &foreign).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::Foreign { .. })), "{error}");
    let gone = add(&runtime, "gone", &newer()).await;
    runtime.remove_app(&gone).unwrap();
    let error = runtime.replace(&shop, &gone).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::AppRemoved { .. })), "{error}");
    runtime.remove(&shop).unwrap();
    assert!(matches!(runtime.replace(&shop, &app).await, Err(ReplaceError::Removed { .. })));
}

/// Each new app adds a function of its own, and a caller of one never reaches the other's.
#[tokio::test]
async fn of_two_replacements_at_once_neither_mixes_with_the_other() {
    let runtime = runtime_of(Runtime::builder().slice(1000));
    runtime.register_wit(OLD).unwrap();
    let app = add(&runtime, "shop", &shop()).await;
    let with = |name: &str, more: u32| {
        let own = format!("(i32.const {more})");
        let functions = [("price", NUMBER, plus(more)), ("stock", NUMBER, plus(more)), (name, "(result u32)", own)];
        let functions: Vec<_> = functions.iter().map(|(name, ty, body)| (*name, *ty, body.as_str())).collect();
        guests::provider("acme:shop/shop@1.2.0", &functions)
    };
    let one = add(&runtime, "one", &with("one", 1000)).await;
    let two = add(&runtime, "two", &with("two", 2000)).await;
    let shop = again(&runtime, &app, &[]).await;
    // Both look at the shop of the beginning, and one after the other takes its place.
    let mut first = runtime.replace(&shop, &one).into_future();
    let mut second = runtime.replace(&shop, &two).into_future();
    let (first, second) = tokio::join!(&mut first, &mut second);
    let ends = [&first, &second].map(|end| match end {
        Ok(()) => true,
        Err(ReplaceError::InProgress { .. }) => false,
        Err(error) => panic!("{error}"),
    });
    assert!(ends.contains(&true), "{first:?} {second:?}");
    let last = shop.provides();
    assert_eq!(last, ["acme:shop/shop@1.2.0"]);
    let answers = (shop.call("one", "()").await, shop.call("two", "()").await);
    match answers {
        (Ok(one), Err(CallError::UnknownFunction { .. })) => assert_eq!(one, "1000"),
        (Err(CallError::UnknownFunction { .. }), Ok(two)) => assert_eq!(two, "2000"),
        answers => panic!("{answers:?}"),
    }
}

/// One replacement overtakes another that has looked at the instance before.
#[tokio::test]
async fn a_replacement_that_was_overtaken_does_not_give_old_callers_another_function() {
    let runtime = runtime_of(Runtime::builder().slice(1000));
    runtime.register_wit(OLD).unwrap();
    let shop_app = add(&runtime, "shop", &shop()).await;
    let shop = again(&runtime, &shop_app, &[]).await;
    let quick =
        [("price", NUMBER, plus(1)), ("stock", NUMBER, plus(2)), ("quick", "(result u32)", "(i32.const 1)".into())];
    let quick: Vec<_> = quick.iter().map(|(name, ty, body): &(_, _, String)| (*name, *ty, body.as_str())).collect();
    let quick = add(&runtime, "quick", &guests::provider("acme:shop/shop@1.2.0", &quick)).await;
    // It takes a while to start, in which the other one is there and gone.
    let slow = guests::parse(
        r#"(component
            (core module $code
                (func $start (local i32)
                    (loop
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if 0 (i32.lt_u (local.get 0) (i32.const 10000)))))
                (start $start)
                (func (export "f") (param i32) (result i32) (local.get 0))
                (func (export "slow") (result i32) (i32.const 2)))
            (core instance $code (instantiate $code))
            (func $f (param "n" u32) (result u32) (canon lift (core func $code "f")))
            (func $slow (result u32) (canon lift (core func $code "slow")))
            (instance $shop (export "price" (func $f)) (export "stock" (func $f)) (export "slow" (func $slow)))
            (export "acme:shop/shop@1.2.0" (instance $shop)))"#,
    );
    let slow = add(&runtime, "slow", &slow).await;
    let mut overtaken = runtime.replace(&shop, &slow).into_future();
    assert!(poll_once(&mut overtaken).is_pending());
    runtime.replace(&shop, &quick).await.unwrap();
    let old = shop.only(["quick"]).unwrap();
    assert_eq!(old.call("quick", "()").await.unwrap(), "1");
    let ended = overtaken.await;
    match ended {
        Ok(()) => assert!(matches!(old.call("quick", "()").await, Err(CallError::UnknownFunction { .. }))),
        Err(ReplaceError::InProgress { .. }) => assert_eq!(old.call("quick", "()").await.unwrap(), "1"),
        Err(error) => panic!("{error}"),
    }
}

/// Each of two replacements would be well without the other.
#[tokio::test]
async fn two_replacements_at_once_make_no_cycle() {
    let runtime = runtime_of(Runtime::builder().slice(1000));
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let plain = add(&runtime, "plain", &guests::provider("acme:chain/one", &[("f", NUMBER, &plus(1))])).await;
    let slow = guests::parse(
        r#"(component
            (import "acme:chain/one" (instance $below (export "f" (func (param "n" u32) (result u32)))))
            (core func $f (canon lower (func $below "f")))
            (core module $slow
                (func $start (local i32)
                    (loop
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if 0 (i32.lt_u (local.get 0) (i32.const 10000)))))
                (start $start))
            (core instance (instantiate $slow))
            (func $up (param "n" u32) (result u32) (canon lift (core func $f)))
            (instance $up (export "f" (func $up)))
            (export "acme:chain/one" (instance $up)))"#,
    );
    let slow = add(&runtime, "slow", &slow).await;
    let (a, b) = (again(&runtime, &plain, &[]).await, again(&runtime, &plain, &[]).await);
    let mut first = runtime.replace(&a, &slow).with(&b).into_future();
    let mut second = runtime.replace(&b, &slow).with(&a).into_future();
    assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
    first.await.unwrap();
    let error = second.await.unwrap_err();
    let ReplaceError::Instantiate(InstantiateError::Wiring(report)) = &error else { panic!("{error}") };
    assert!(matches!(report.problems(), [WiringProblem::Cycle { .. }]), "{error}");
    assert_eq!((a.call("f", "(1)").await.unwrap(), b.call("f", "(1)").await.unwrap()), ("2".into(), "2".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replacements_under_load_fail_no_call() {
    let (runtime, first, shop) = shop_in(runtime()).await;
    let newer = add(&runtime, "newer", &newer()).await;
    let prices = add(&runtime, "prices", &front("price")).await;
    let prices = runtime.instantiate(&prices).with(&shop).reuse(Reuse::pool(4)).await.unwrap();
    let (done, old, new) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let callers: Vec<_> = (0..32u32)
        .map(|_| {
            let (prices, done, old, new) = (prices.clone(), done.clone(), old.clone(), new.clone());
            tokio::spawn(async move {
                let mut calls = 0u64;
                for n in (0..1000u32).cycle() {
                    let price: u32 = prices.call("f", &format!("({n})")).await.unwrap().parse().unwrap();
                    match price - n {
                        1 => old.fetch_add(1, Ordering::Relaxed),
                        101 => new.fetch_add(1, Ordering::Relaxed),
                        other => panic!("the price of {n} is more by {other}"),
                    };
                    calls += 1;
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
                calls
            })
        })
        .collect();
    for round in 0..20 {
        runtime.replace(&shop, if round % 2 == 0 { &newer } else { &first }).await.unwrap();
        let before = shop.counters().calls;
        while shop.counters().calls < before + 20 {
            tokio::task::yield_now().await;
        }
    }
    done.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    let (old, new) = (old.load(Ordering::Relaxed), new.load(Ordering::Relaxed));
    assert!(old > 0 && new > 0, "{old} {new}");
    assert_eq!(old + new, calls);
    for counters in [shop.counters(), prices.counters()] {
        assert_eq!((counters.calls, counters.failures, counters.refused), (calls, 0, 0));
    }
}

/// Callers that end in every way, while the app is replaced and starts anew: who waits is never forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn nobody_is_forgotten_however_the_neighbours_end() {
    for reuse in [Reuse::Serial, Reuse::pool(3), Reuse::Fresh] {
        let runtime = runtime_of(Runtime::builder().slice(2000).max_instances(12));
        let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
        let always = Restart::Always { max: u32::MAX, within: Duration::from_secs(1) };
        let instance = runtime.instantiate(&app).reuse(reuse).restart(always).await.unwrap();
        let guest = caller_of(&instance);
        let callers: Vec<_> = (0..48u32)
            .map(|caller| {
                let guest = guest.clone();
                tokio::spawn(async move {
                    let minute = Duration::from_secs(60);
                    for call in 0..40u32 {
                        match (caller + call) % 8 {
                            0 => drop(guest.trap().deadline(minute).await.unwrap_err()),
                            1 => drop(guest.spin().fuel(5000).deadline(minute).await.unwrap_err()),
                            // Given up where it just is: in the line, called up, or at work.
                            2 | 3 => {
                                let mut call = guest.spin_for(20_000).deadline(minute);
                                for _ in 0..caller % 5 {
                                    let _ = poll_once_here(&mut call).await;
                                }
                            }
                            _ => assert_eq!(guest.add(caller, call).deadline(minute).await.unwrap(), caller + call),
                        }
                    }
                })
            })
            .collect();
        for _ in 0..10 {
            runtime.replace(&instance, &app).await.unwrap();
            tokio::task::yield_now().await;
        }
        for caller in callers {
            caller.await.unwrap();
        }
        let counters = instance.counters();
        assert_eq!((counters.running, counters.waiting, counters.refused), (0, 0, 0), "{reuse:?}");
        assert_eq!(guest.add(1, 2).await.unwrap(), 3);
        runtime.remove(&instance).unwrap();
    }
}

/// Polls a future once, with the waker of the task, and lets others have their turn.
async fn poll_once_here<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    let poll = poll_fn(|task| Poll::Ready(Pin::new(&mut *future).poll(task))).await;
    tokio::task::yield_now().await;
    poll
}
