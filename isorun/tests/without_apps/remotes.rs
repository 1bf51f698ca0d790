//! What one runtime exports, called from another over a closure.

use std::sync::{Arc, OnceLock};

use isorun::remote::Revoke;
use isorun::remote::{RemoteError, Status};
use isorun::{Budget, CallError, Cx, Remote, Runtime, Token, Transport, TransportError};

use crate::kv::{self, Kv};
use crate::store::{Broken, Store, link_to};

/// What a program sees of a store, whatever is behind the trait.
async fn script(kv: &impl Kv) -> Vec<String> {
    let cx = Cx::root(Budget::default());
    vec![
        format!("{:?}", kv.get(&cx, "a").await.unwrap()),
        format!("{:?}", kv.set(&cx, "a", b"one").await.unwrap()),
        format!("{:?}", kv.set(&cx, "b/1", &[0, 255]).await.unwrap()),
        format!("{:?}", kv.get(&cx, "a").await.unwrap()),
        format!("{:?}", kv.keys(&cx, "").await.unwrap()),
        format!("{:?}", kv.get(&cx, "").await.unwrap()),
        format!("{:?}", kv.delete(&cx, "a").await.unwrap()),
        format!("{:?}", kv.delete(&cx, "a").await.unwrap()),
    ]
}

#[tokio::test]
async fn one_program_runs_on_rust_on_a_caller_and_on_remotes_alike() {
    let expected = script(&Store::default()).await;
    assert_eq!(expected[3], "Ok(Some([111, 110, 101]))");
    let (here, there) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let export = || here.export::<kv::Interface>(&here.provide(Store::default())).unwrap();

    let direct = here.provide(Store::default());
    assert_eq!(script(&direct.caller::<kv::Interface>().unwrap()).await, expected, "a caller");
    assert_eq!(script(&Remote::<kv::Interface>::new(export(), link_to(&here))).await, expected, "a remote");
    let imported = there.import::<kv::Interface>(export(), link_to(&here));
    assert_eq!(script(&imported.caller::<kv::Interface>().unwrap()).await, expected, "an import");
    let imported = there.import::<kv::Interface>(export(), link_to(&here));
    let again = there.export::<kv::Interface>(&imported).unwrap();
    assert_eq!(script(&Remote::<kv::Interface>::new(again, link_to(&there))).await, expected, "a remote of an import");
}

#[tokio::test]
async fn an_import_without_rust_types_is_called_by_text() {
    let (here, there) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let store = here.provide(Store::of("here"));
    let interface = store.exports()[0].interface().clone();
    let token = here.export_interface(&store, &interface).unwrap();
    let imported = there.import_interface(&interface, token, link_to(&here));
    assert_eq!(imported.call("get", r#"("owner")"#).await.unwrap(), "ok(some([104, 101, 114, 101]))");
    assert_eq!(imported.call("set", r#"("a", [1])"#).await.unwrap(), "ok");
    assert_eq!(store.call("get", r#"("a")"#).await.unwrap(), "ok(some([1]))");
}

#[tokio::test]
async fn a_token_that_is_unknown_or_revoked_reaches_nothing() {
    let runtime = Runtime::new().unwrap();
    let store = runtime.provide(Store::default());
    let token = runtime.export::<kv::Interface>(&store).unwrap();
    let known = Remote::<kv::Interface>::new(token, link_to(&runtime)).caller();
    let guessed = Remote::<kv::Interface>::new(Token::from_bytes([1; 16]), link_to(&runtime)).caller();

    assert!(known.get("a").await.is_ok());
    runtime.revoke(&token, Revoke::New).await;
    for caller in [known, guessed] {
        let error = caller.get("a").await.unwrap_err();
        let refused = matches!(&error, CallError::Remote(RemoteError::Refused { status: Status::UnknownTarget, .. }));
        assert!(refused, "{error}");
    }
    assert_eq!(store.counters().calls, 1);
}

#[tokio::test]
async fn an_export_of_a_narrowed_handle_gives_no_more_than_the_handle() {
    let runtime = Runtime::new().unwrap();
    let reader = runtime.provide(Store::of("all")).only(["get"]).unwrap();
    assert!(runtime.export::<kv::Interface>(&reader).is_err());
    let interface = reader.exports()[0].interface().clone();
    let token = runtime.export_interface(&reader, &interface).unwrap();

    let peer = Runtime::new().unwrap();
    let narrow = peer.import_interface(&interface, token, link_to(&runtime));
    assert!(narrow.call("get", r#"("owner")"#).await.is_ok());
    // Who claims to import all of it has only what was exported.
    let all = peer.import::<kv::Interface>(token, link_to(&runtime));
    assert!(all.call("delete", r#"("a")"#).await.is_err());
}

#[tokio::test]
async fn a_transport_says_whether_the_other_side_may_have_run() {
    let failing = |error: TransportError| move |_: Vec<u8>| std::future::ready(Err(error.clone()));
    let token = Token::from_bytes([1; 16]);
    let unsent = Remote::<kv::Interface>::new(token, failing(TransportError::NotSent("no route".into()))).caller();
    let error = unsent.get("a").await.unwrap_err();
    assert!(matches!(&error, CallError::Remote(RemoteError::NotSent { .. })), "{error}");
    let lost = Remote::<kv::Interface>::new(token, failing(TransportError::Lost("cut".into()))).caller();
    let error = lost.get("a").await.unwrap_err();
    assert!(matches!(&error, CallError::Remote(RemoteError::Lost { .. })), "{error}");
    let garbage = |_: Vec<u8>| std::future::ready(Ok::<_, TransportError>(b"hello".to_vec()));
    let error = Remote::<kv::Interface>::new(token, garbage).caller().get("a").await.unwrap_err();
    assert!(matches!(&error, CallError::Remote(RemoteError::BadReply { .. })), "{error}");
}

#[tokio::test]
async fn what_fails_there_is_told_here() {
    let (here, there) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let token = here.export::<kv::Interface>(&here.provide(Broken)).unwrap();
    let broken = there.import::<kv::Interface>(token, link_to(&here)).caller::<kv::Interface>().unwrap();
    let error = broken.set("a", b"").await.unwrap_err();
    assert!(matches!(&error, CallError::Remote(RemoteError::Failed { status: Status::Trap, .. })), "{error}");
}

#[tokio::test]
async fn a_loop_of_imports_ends() {
    // The transport of the import leads to an export of that very import.
    let runtime = Runtime::new().unwrap();
    let token: Arc<OnceLock<Token>> = Arc::default();
    let (behind, known) = (runtime.clone(), token.clone());
    let transport = move |mut message: Vec<u8>| {
        let token = known.get().expect("it is known before the first call");
        message[24..40].copy_from_slice(&token.to_bytes());
        let behind = behind.clone();
        async move { behind.call(message).await }
    };
    let imported = runtime.import::<kv::Interface>(Token::from_bytes([0; 16]), transport);
    token.set(runtime.export::<kv::Interface>(&imported).unwrap()).unwrap();
    let error = imported.call("get", r#"("a")"#).await.unwrap_err();
    assert!(error.to_string().contains("hop limit"), "{error}");

    // The runtime holds the transport, which holds the runtime: whoever ties such a knot unties it.
    runtime.revoke(token.get().unwrap(), Revoke::New).await;
    runtime.remove(&imported).unwrap();
}

#[tokio::test]
async fn what_is_no_message_has_no_answer() {
    let runtime = Runtime::new().unwrap();
    for message in [&b""[..], b"iso", &[0; 88], &[255; 1000]] {
        assert_eq!(runtime.serve(message).await, None, "{message:?}");
    }
}

#[test]
fn the_same_seed_makes_the_same_tokens() {
    let tokens = |secret: [u8; 32]| {
        let runtime = Runtime::builder().seed(secret).build().unwrap();
        let store = runtime.provide(Store::default());
        [(); 2].map(|()| runtime.export::<kv::Interface>(&store).unwrap())
    };
    let [first, second] = tokens([7; 32]);
    assert_ne!(first, second);
    assert_eq!(tokens([7; 32]), [first, second]);
    assert_ne!(tokens([8; 32]), [first, second]);
}
