//! Another app behind the same token: what is wired to it goes on, and what could not is refused before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use isorun::error::WiringProblem;
use isorun::instance::InstanceState;
use isorun::{CallError, ExportError, InstantiateError, RemoveError, ReplaceError, Runtime};
use isorun_tests::shop::{NUMBER, changed, front, newer, plus, shop_in, without_stock};
use isorun_tests::{
    Ticker, add, again, apps, compute, guests, host, link_to, names_of, poll_once, relay, runtime, runtime_of, start,
};

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
    assert_eq!((shop.name(), names_of(&shop.exports())), ("shop", vec!["acme:shop/shop@1.2.0"]));
    assert_eq!(
        runtime.graph().to_string(),
        "shop (app newer, shared) exports acme:shop/shop@1.2.0
prices (app prices) exports acme:shop/front@1.0.0
  acme:shop/shop@1.0.0 -> shop
stocks (app stocks) exports acme:shop/front@1.0.0
  acme:shop/shop@1.0.0 -> shop"
    );
}

#[tokio::test]
async fn typed_callers_and_exports_of_before_reach_the_new_app() {
    let here = runtime();
    let calc = start(&here, "calc", apps::CALC, &[]).await;
    let ticker = here.provide(Ticker);
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
    let ReplaceError::Breaks { instance, by: app, breaks, .. } = &error else { panic!("{error}") };
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
    assert!(error.to_string().contains("used by `prices`\n    the new app does not export it"), "{error}");

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
    let CallError::NotExported { instance, function } = &error else { panic!("{error}") };
    assert_eq!((&**instance, &**function), ("calc", "test:bench/compute@0.1.0#add"));
    // To be told so is no fault.
    assert!(matches!(calc.state(), InstanceState::Idle));
    assert_eq!((calc.counters().failures, calc.counters().refused), (0, 1));
    assert_eq!(calc.call("count", "()").await.unwrap(), "1");
    assert!(matches!(calc.caller::<compute::Interface>(), Err(ExportError::NotExported { .. })));
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
async fn an_instance_is_not_replaced_by_what_does_not_fit_an_app_that_starts() {
    let (runtime, _, shop) = shop_in(runtime_of(Runtime::builder().yield_every(Duration::ZERO))).await;
    let slow = guests::parse(
        r#"(component
            (import "acme:shop/shop@1.0.0" (instance (export "stock" (func (param "n" u32) (result u32)))))
            (core module $slow
                (func $start (local i32)
                    (loop
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000000)))))
                (start $start))
            (core instance (instantiate $slow)))"#,
    );
    let (slow, without) = (add(&runtime, "slow", &slow).await, add(&runtime, "without", &without_stock()).await);
    let mut starting = runtime.instantiate(&slow).with(&shop).into_future();
    assert!(poll_once(&mut starting).is_pending());
    let error = runtime.replace(&shop, &without).await.unwrap_err();
    assert!(matches!(&error, ReplaceError::Breaks { .. }), "{error}");
    assert!(error.to_string().contains("used by `the start of slow`"), "{error}");
    starting.await.unwrap();
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
    let (ticker, other) = (runtime.provide(Ticker), runtime.provide(Ten));
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
    assert!(
        matches!(report.problems(), [WiringProblem::Missing { import, .. }] if import == "acme:wide/admin"),
        "{error}"
    );
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
    let own = runtime.provide_per_consumer(move |_| {
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
