//! Values of every WIT type come back as they went, whatever is between a caller and what returns them.

use isorun::image::encode;
use isorun::{Budget, Cx, Remote, Runtime};
use isorun_tests::types::{self, Colour, Drawing, Few, Figure, Many, Path, Point, Several, Types};
use isorun_tests::{Echo, apps, link_to, runtime, start};
use proptest::collection::vec;
use proptest::num;
use proptest::option;
use proptest::prelude::*;
use proptest::result::maybe_ok;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::{Builder, Runtime as Tokio};

#[test]
fn values_cross_from_the_host_to_a_system() {
    let tokio = tokio();
    let echo = runtime().provide(Echo);
    assert_all_come_back(&tokio, &echo.caller::<types::Interface>().unwrap());
}

#[test]
fn values_cross_from_the_host_to_an_app() {
    let tokio = tokio();
    let (_runtime, types) = tokio.block_on(types());
    assert_all_come_back(&tokio, &types);
}

#[test]
fn values_cross_from_an_app_to_a_system() {
    let tokio = tokio();
    let relay = tokio.block_on(async {
        let runtime = runtime();
        let echo = runtime.provide(Echo);
        start(&runtime, "types-relay", apps::TYPES_RELAY, &[&echo]).await
    });
    assert_all_come_back(&tokio, &relay.caller::<types::Interface>().unwrap());
}

#[test]
fn values_cross_from_an_app_to_an_app() {
    let tokio = tokio();
    let relay = tokio.block_on(async {
        let (runtime, types) = types().await;
        start(&runtime, "types-relay", apps::TYPES_RELAY, &[types.instance()]).await
    });
    assert_all_come_back(&tokio, &relay.caller::<types::Interface>().unwrap());
}

#[test]
fn values_cross_from_the_host_to_a_remote_system() {
    let tokio = tokio();
    let runtime = runtime();
    let token = runtime.export::<types::Interface>(&runtime.provide(Echo)).unwrap();
    assert_all_come_back(&tokio, &Remote::<types::Interface>::new(token, link_to(&runtime)));
}

#[test]
fn values_cross_from_an_app_to_a_remote_app() {
    let tokio = tokio();
    let relay = tokio.block_on(async {
        let (far, types) = types().await;
        let token = far.export::<types::Interface>(types.instance()).unwrap();
        let near = runtime();
        let remote = near.import::<types::Interface>(token, link_to(&far));
        start(&near, "types-relay", apps::TYPES_RELAY, &[&remote]).await
    });
    assert_all_come_back(&tokio, &relay.caller::<types::Interface>().unwrap());
}

fn tokio() -> Tokio {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn types() -> (Runtime, types::Caller) {
    let runtime = runtime();
    let types = start(&runtime, "types", apps::TYPES, &[]).await;
    let caller = types.caller::<types::Interface>().unwrap();
    (runtime, caller)
}

/// Calls every function with random values. They are compared as images, in which a value is written in one way only.
fn assert_all_come_back(tokio: &Tokio, provider: &impl Types) {
    let config = || Config { cases: 48, failure_persistence: None, ..Config::default() };
    macro_rules! echo {
        ($($function:ident($value:ident: $values:expr) => $($argument:expr),+;)*) => {$(
            let sent = TestRunner::new(config()).run(&$values, |$value| {
                let cx = Cx::root(Budget::default());
                let back = tokio.block_on(provider.$function(&cx, $($argument),+));
                let back = back.map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(encode(&back), encode(&$value), "came back as {:?}", back);
                Ok(())
            });
            sent.unwrap_or_else(|error| panic!("{}: {error}", stringify!($function)));
        )*};
    }
    echo! {
        echo_bool(value: any::<bool>()) => value;
        echo_u8(value: any::<u8>()) => value;
        echo_u16(value: any::<u16>()) => value;
        echo_u32(value: any::<u32>()) => value;
        echo_u64(value: any::<u64>()) => value;
        echo_s8(value: any::<i8>()) => value;
        echo_s16(value: any::<i16>()) => value;
        echo_s32(value: any::<i32>()) => value;
        echo_s64(value: any::<i64>()) => value;
        echo_f32(value: num::f32::ANY) => value;
        echo_f64(value: num::f64::ANY) => value;
        echo_char(value: any::<char>()) => value;
        echo_string(value: text()) => &value;

        echo_bytes(value: vec(any::<u8>(), 0..5000)) => &value;
        echo_bools(value: vec(any::<bool>(), 0..50)) => &value;
        echo_chars(value: vec(any::<char>(), 0..50)) => &value;
        echo_doubles(value: vec(num::f64::ANY, 0..50)) => &value;
        echo_strings(value: vec(text(), 0..20)) => &value;
        echo_nested(value: vec(vec(any::<u16>(), 0..10), 0..10)) => &value;

        echo_tuple(value: (any::<u8>(), any::<u64>(), any::<u16>(), text())) => &value;
        echo_point(value: point()) => &value;
        echo_points(value: vec(point(), 0..20)) => &value;
        echo_record(value: drawing()) => &value;
        echo_records(value: vec(drawing(), 0..8)) => &value;

        echo_variant(value: figure()) => &value;
        echo_variants(value: vec(figure(), 0..12)) => &value;
        echo_enum(value: colour()) => value;
        echo_enums(value: vec(colour(), 0..20)) => &value;
        echo_few(value: few()) => value;
        echo_several(value: any::<u32>().prop_map(Several::from_bits_truncate)) => value;
        echo_many(value: any::<u32>().prop_map(Many::from_bits_truncate)) => value;
        echo_flags_list(value: vec(few(), 0..20)) => &value;

        echo_option(value: option::of(text())) => value.as_deref();
        echo_option_option(value: option::of(option::of(any::<u32>()))) => value.as_ref();
        echo_options(value: vec(option::of(any::<u64>()), 0..20)) => &value;
        echo_result(value: maybe_ok(any::<u32>(), text())) => &value;
        echo_result_ok(value: maybe_ok(any::<u32>(), Just(()))) => &value;
        echo_result_err(value: maybe_ok(Just(()), text())) => &value;
        echo_result_unit(value: maybe_ok(Just(()), Just(()))) => &value;
        echo_results(value: vec(maybe_ok(point(), figure()), 0..10)) => &value;

        echo_alias(value: point()) => &value;
        echo_pairs(value: vec((text(), any::<u32>()), 0..20)) => &value;

        mixed(value: (text(), any::<i64>(), option::of(point()), colour())) =>
            &value.0, value.1, value.2.as_ref(), value.3;
    }
}

/// Any characters, and one time in four some hundreds of them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => vec(any::<char>(), 0..10), 1 => vec(any::<char>(), 100..400)]
        .prop_map(|characters| characters.into_iter().collect())
}

fn point() -> impl Strategy<Value = Point> {
    (num::f64::ANY, num::f64::ANY).prop_map(|(x, y)| Point { x, y })
}

fn path() -> impl Strategy<Value = Path> {
    (vec(point(), 0..6), any::<bool>()).prop_map(|(points, closed)| Path { points, closed })
}

fn drawing() -> impl Strategy<Value = Drawing> {
    (text(), point(), path()).prop_map(|(name, corner, outline)| Drawing { name, corner, outline })
}

fn figure() -> impl Strategy<Value = Figure> {
    prop_oneof![
        Just(Figure::Nothing),
        point().prop_map(Figure::Dot),
        num::f32::ANY.prop_map(Figure::Circle),
        any::<u64>().prop_map(Figure::Count),
        any::<u8>().prop_map(Figure::Letter),
        text().prop_map(Figure::Label),
        vec(path(), 0..4).prop_map(Figure::Lines),
    ]
}

fn colour() -> impl Strategy<Value = Colour> {
    prop_oneof![Just(Colour::Red), Just(Colour::Green), Just(Colour::Blue)]
}

fn few() -> impl Strategy<Value = Few> {
    any::<u32>().prop_map(Few::from_bits_truncate)
}
