//! A value is the same here and behind any border.

use isorun::image::Image;
use isorun::{Instance, Interface, Remote, Runtime, StaticInterface, Value};
use isorun_tests::choices::{Choices, noise};
use isorun_tests::remote::Tap;
use isorun_tests::spelled::echo_wit;
use isorun_tests::types::{self, Types};
use isorun_tests::wire::body_of;
use isorun_tests::{Echo, apps, link_to, runtime, runtime_of, start, typed};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Builder;
use wit_component::StringEncoding;

use crate::guests;

/// A remote of an instance, and an instance of another runtime that is one.
fn remotes(far: &Runtime, instance: &Instance) -> (Remote<types::Interface>, Runtime, Instance) {
    let remote = Remote::new(far.export::<types::Interface>(instance).unwrap(), link_to(far));
    let middle = runtime_of(Runtime::builder().max_stores(4));
    let imported = middle.import::<types::Interface>(far.export::<types::Interface>(instance).unwrap(), link_to(far));
    (remote, middle, imported)
}

/// Written once for whatever implements the trait: the image of what each function returns for the same choices.
async fn all_functions(provider: &impl Types, bytes: &[u8]) -> Vec<Image> {
    let (mut choices, mut images) = (Choices::new(bytes), Vec::new());
    for function in types::Interface::interface().functions() {
        let given: Vec<_> = function.params().iter().map(|param| choices.value(&param.ty)).collect();
        let given = Value::encode_params(function, &given).unwrap();
        images.push(typed::call(provider, function.name(), given.as_bytes()).await);
    }
    images
}

/// For a system and for an app, of values of every type that a compiler has types for.
#[test]
fn b01_code_over_a_trait_gives_equal_results_for_it_its_remote_and_the_remote_of_that() {
    let tokio = Builder::new_current_thread().enable_all().build().unwrap();
    let (far, app) = tokio.block_on(async {
        let far = runtime_of(Runtime::builder().max_stores(4));
        let app = start(&far, "types", apps::TYPES, &[]).await;
        (far, app)
    });
    let system = far.provide(Echo);
    let (remote_system, middle, imported) = remotes(&far, &system);
    let twice_system = remotes(&middle, &imported).0;
    let (remote_app, middle, imported) = remotes(&far, &app);
    let twice_app = remotes(&middle, &imported).0;
    let app = app.caller::<types::Interface>().unwrap();
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let same = TestRunner::new(config).run(&vec(any::<u8>(), 0..1200), |bytes| {
        tokio.block_on(async {
            let expected = all_functions(&system.caller::<types::Interface>().unwrap(), &bytes).await;
            prop_assert_eq!(&all_functions(&remote_system, &bytes).await, &expected, "a remote system");
            prop_assert_eq!(&all_functions(&twice_system, &bytes).await, &expected, "a remote of a remote system");
            prop_assert_eq!(&all_functions(&app, &bytes).await, &expected, "an app");
            prop_assert_eq!(&all_functions(&remote_app, &bytes).await, &expected, "a remote app");
            prop_assert_eq!(&all_functions(&twice_app, &bytes).await, &expected, "a remote of a remote app");
            Ok(())
        })
    });
    same.unwrap_or_else(|error| panic!("{error}"));
}

/// For apps that return what they are given, and for remotes of them, where nothing is known of the types before the program runs.
#[tokio::test]
async fn b01_values_of_any_type_are_the_same_for_an_app_its_remote_and_the_remote_of_that() {
    let (far, middle, near) = (Runtime::new().unwrap(), Runtime::new().unwrap(), Runtime::new().unwrap());
    for round in 0..12_u64 {
        let bytes = noise(1000 + round, 1 << 18);
        let mut choices = Choices::new(&bytes);
        let functions: Vec<_> = (0..8).map(|_| vec![choices.ty(3)]).collect();
        let functions: Vec<_> = functions.into_iter().filter(|params| params[0].layout().size <= 8192).collect();
        let package = format!("test:any{round}");
        let app = guests::echo(&package, &functions, StringEncoding::UTF8);
        let interface = far.register_wit(echo_wit(&package, &functions)).unwrap()[0].clone();
        let direct = start(&far, &package, &app, &[]).await;
        let import = |to: &Runtime, from: &Runtime, instance: &Instance| {
            to.import_interface(&interface, from.export_interface(instance, &interface).unwrap(), link_to(from))
        };
        let once = import(&middle, &far, &direct);
        let twice = import(&near, &middle, &once);
        for function in interface.functions() {
            for _ in 0..4 {
                let value = choices.value(&function.params()[0].ty);
                let expected = value.encode(&function.params()[0].ty).unwrap();
                for instance in [&direct, &once, &twice] {
                    let back = called(instance, &interface, function.name(), &value).await;
                    let back = back.encode(function.result().unwrap()).unwrap();
                    assert_eq!(back, expected, "{function}: {value} from {}", instance.name());
                }
            }
        }
    }
}

/// What a function returns for one value.
async fn called(instance: &Instance, interface: &Interface, function: &str, value: &Value) -> Value {
    let text = instance.call(&format!("{}#{function}", interface.name()), &format!("({})", value.to_wave())).await;
    let ty = interface.function(function).unwrap().1.result().unwrap().clone();
    Value::from_wave(&ty, &text.unwrap_or_else(|error| panic!("{value}: {error}"))).unwrap()
}

/// The codec for types of the program, the one for types known at run time, and what a guest's own memory becomes on the way to another runtime.
#[tokio::test]
async fn b02_the_typed_codec_the_run_time_codec_and_the_guests_write_the_same_bytes() {
    let (far, near) = (runtime(), runtime_of(Runtime::builder().max_stores(4)));
    let provider = start(&far, "types", apps::TYPES, &[]).await;
    let tap = Tap::to(&far);
    let remote = near.import::<types::Interface>(far.export::<types::Interface>(&provider).unwrap(), tap.clone());
    let relay = start(&near, "types-relay", apps::TYPES_RELAY, &[&remote]).await;
    let caller = relay.caller::<types::Interface>().unwrap();
    let bytes = noise(2, 1 << 18);
    let mut choices = Choices::new(&bytes);
    for function in types::Interface::interface().functions() {
        for _ in 0..8 {
            let given: Vec<_> = function.params().iter().map(|param| choices.value(&param.ty)).collect();
            let sent = Value::encode_params(function, &given).unwrap();
            let before = tap.calls().len();
            // What it returns is written by the typed codec.
            let back = typed::call(&caller, function.name(), sent.as_bytes()).await;
            assert_eq!(tap.calls().len(), before + 1);
            // What is sent is written by the guest, from its own memory, and by another one in the answer.
            assert_eq!(body_of(&tap.calls()[before]), sent.as_bytes(), "{function}: the call");
            assert_eq!(body_of(&tap.replies()[before]), back.as_bytes(), "{function}: the answer");
            // And both are written by the codec for types that are known at run time.
            let read = Value::decode_result(function, back.as_bytes()).unwrap();
            assert_eq!(Value::encode_result(function, read.as_ref()).unwrap(), back, "{function}");
        }
    }
}
