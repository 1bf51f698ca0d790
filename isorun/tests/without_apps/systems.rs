//! A Rust value behind a handle: called, narrowed, removed, and one for each consumer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use isorun::error::ExportError;
use isorun::instance::InstanceState;
use isorun::remote::{ExportPolicy, Revoke};
use isorun::{CallError, Remote, RemoveError, Runtime, Value};

use crate::kv;
use crate::store::{Broken, Store, link_to};

#[tokio::test]
async fn a_system_is_called_with_types_and_by_text_alike() {
    let runtime = Runtime::new().unwrap();
    let store = runtime.provide(Store::default());
    let typed = store.caller::<kv::Interface>().unwrap();

    typed.set("a", b"one").await.unwrap().unwrap();
    assert_eq!(store.call("get", r#"("a")"#).await.unwrap(), "ok(some([111, 110, 101]))");
    assert_eq!(store.call("isorun:kv/kv#set", r#"("b/1", [0, 255])"#).await.unwrap(), "ok");
    assert_eq!(typed.get("b/1").await.unwrap(), Ok(Some(vec![0, 255])));
    assert_eq!(typed.keys("b").await.unwrap(), Ok(vec!["b/1".into()]));
    assert_eq!(store.call("get", r#"("")"#).await.unwrap(), r#"err(invalid-key("the key is empty"))"#);
}

#[tokio::test]
async fn a_text_that_does_not_fit_is_refused_by_name() {
    let runtime = Runtime::new().unwrap();
    let store = runtime.provide(Store::default());
    let unknown = store.call("got", r#"("a")"#).await.unwrap_err();
    assert!(matches!(&unknown, CallError::UnknownFunction { available, .. } if available.len() == 4), "{unknown}");
    let misfit = store.call("get", "(1)").await.unwrap_err();
    assert!(matches!(&misfit, CallError::Arguments { .. }), "{misfit}");
    assert_eq!(store.counters().calls, 0);
}

#[tokio::test]
async fn a_narrowed_handle_reaches_what_it_was_narrowed_to() {
    let runtime = Runtime::new().unwrap();
    let store = runtime.provide(Store::of("all"));
    let reader = store.only(["get", "keys"]).unwrap();

    assert_eq!(reader.call("keys", r#"("")"#).await.unwrap(), "ok([])");
    let refused = reader.call("delete", r#"("a")"#).await.unwrap_err();
    assert!(matches!(&refused, CallError::UnknownFunction { available, .. } if available.len() == 2), "{refused}");
    let narrowed = reader.caller::<kv::Interface>().unwrap_err();
    assert!(
        matches!(&narrowed, ExportError::Narrowed { functions, .. } if functions == &["set", "delete"]),
        "{narrowed}"
    );
    let wrong = reader.only(["get", "delete", "put"]).unwrap_err();
    assert_eq!(wrong.problems, ["delete: no such function", "put: no such function"]);
    assert_eq!(reader.exports()[0].interface().functions().len(), 2);
    assert_eq!(store.exports()[0].interface().functions().len(), 4);
}

#[tokio::test]
async fn a_panic_and_a_refusal_of_a_system_are_told_as_what_they_are() {
    let runtime = Runtime::new().unwrap();
    let broken = runtime.provide(Broken).caller::<kv::Interface>().unwrap();
    let panicked = broken.set("a", b"").await.unwrap_err();
    assert!(
        matches!(&panicked, CallError::HostPanic { message, .. } if &**message == "the disk is on fire"),
        "{panicked}"
    );
    let refused = broken.delete("a").await.unwrap_err();
    assert!(matches!(&refused, CallError::System(_)), "{refused}");
    assert!(broken.keys("").await.is_ok(), "a system lives on after a panic");
}

#[tokio::test]
async fn what_is_removed_is_refused_by_name_and_dropped() {
    let runtime = Runtime::new().unwrap();
    let dropped = Arc::new(());
    struct Held(#[expect(dead_code, reason = "only its end is of interest")] Arc<()>);
    #[isorun::system]
    impl kv::Kv for Held {
        fn get(&self, _key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
            Ok(None)
        }
        fn set(&self, _key: &str, _value: &[u8]) -> Result<(), kv::Error> {
            Ok(())
        }
        fn delete(&self, _key: &str) -> Result<bool, kv::Error> {
            Ok(false)
        }
        fn keys(&self, _prefix: &str) -> Result<Vec<String>, kv::Error> {
            Ok(vec![])
        }
    }
    let held = runtime.provide(Held(dropped.clone()));
    let caller = held.caller::<kv::Interface>().unwrap();
    assert_eq!(caller.get("a").await.unwrap(), Ok(None));

    runtime.remove(&held).unwrap();

    assert_eq!(Arc::strong_count(&dropped), 1);
    assert!(matches!(caller.get("a").await, Err(CallError::Removed { .. })));
    assert!(matches!(runtime.remove(&held), Err(RemoveError::Removed { .. })));
    assert!(matches!(held.state(), InstanceState::Removed));
    assert!(runtime.graph().nodes.is_empty());
    let other = Runtime::new().unwrap().provide(Store::default());
    assert!(matches!(runtime.remove(&other), Err(RemoveError::Foreign { .. })));
}

#[tokio::test]
async fn what_is_exported_is_in_use_until_its_token_is_revoked() {
    let runtime = Runtime::new().unwrap();
    let store = runtime.provide(Store::default());
    let token = runtime.export::<kv::Interface>(&store).unwrap();

    let in_use = runtime.remove(&store).unwrap_err();
    assert!(matches!(&in_use, RemoveError::InUse { by, .. } if by.len() == 1), "{in_use}");
    let in_use = runtime.retire(&store).await.unwrap_err();
    assert!(matches!(&in_use, RemoveError::InUse { .. }), "{in_use}");
    assert!(runtime.revoke(&token, Revoke::New).await);
    assert!(!runtime.revoke(&token, Revoke::New).await);
    runtime.retire(&store).await.unwrap();
    assert!(matches!(store.call("get", r#"("a")"#).await, Err(CallError::Removed { .. })));
}

#[tokio::test]
async fn the_host_and_each_export_have_a_value_of_a_system_per_consumer() {
    let (runtime, made) = (Runtime::new().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = made.clone();
    let store = runtime.provide_per_consumer(move |consumer| {
        count.fetch_add(1, Ordering::Relaxed);
        Store::of(consumer.export().unwrap_or("the host"))
    });
    assert_eq!(made.load(Ordering::Relaxed), 0, "none is made before it is called");

    let direct = store.caller::<kv::Interface>().unwrap();
    assert_eq!(direct.get("owner").await.unwrap(), Ok(Some(b"the host".to_vec())));
    direct.set("a", b"1").await.unwrap().unwrap();
    for name in ["acme", "zeta"] {
        let policy = ExportPolicy::default().consumer(name);
        let token = runtime.export_with::<kv::Interface>(&store, &policy).unwrap();
        let peer = Remote::<kv::Interface>::new(token, link_to(&runtime)).caller();
        assert_eq!(peer.get("owner").await.unwrap(), Ok(Some(name.into())));
        assert_eq!(peer.get("a").await.unwrap(), Ok(None));
    }
    assert_eq!(made.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn names_are_unique_and_found() {
    let runtime = Runtime::new().unwrap();
    let (first, second) = (runtime.provide(Store::default()), runtime.provide(Store::default()));
    assert_ne!(first.name(), second.name());
    assert_ne!(first, second);
    assert_eq!(runtime.instance(second.name()), Some(second.clone()));
    runtime.remove(&second).unwrap();
    assert_eq!(runtime.instance(second.name()), None);
}

#[test]
fn an_interface_that_is_text_is_registered_once_and_in_one_edition() {
    let runtime = Runtime::new().unwrap();
    runtime.register::<kv::Interface>().unwrap();
    runtime.register::<kv::Interface>().unwrap();
    let conflict = runtime.register_wit("package isorun:kv@0.1.0; interface kv { get: func(key: u8); }").unwrap_err();
    assert!(matches!(&conflict, isorun::RegisterError::Conflict(_)), "{conflict}");
    let acme = runtime.register_wit("package acme:a; interface b { c: func(d: list<u8>) -> u8; }").unwrap();
    let function = &acme[0].functions()[0];
    let image = Value::encode_params(function, &[Value::List(vec![Value::U8(1), Value::U8(2)])]).unwrap();
    let read = Value::decode_params(function, image.as_bytes()).unwrap();
    assert_eq!(read, [Value::List(vec![Value::U8(1), Value::U8(2)])]);
    assert_eq!(runtime.interfaces().len(), 2);
}
