//! What an operator sees: counters, the graph, and every call as it ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::graph::NodeKind;
use isorun::observe::CallEnded;
use isorun::{CallError, Runtime, Token, TransportError};

use crate::kv;
use crate::store::{Broken, Store};

#[tokio::test]
async fn an_observer_is_told_of_every_call_with_its_end() {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let tell = told.clone();
    let observer = move |call: &CallEnded<'_>| {
        let end = call.error.map_or("ok", CallError::kind);
        tell.lock().unwrap().push(format!("{} {:?} {} {end}", call.instance, call.interface, call.function));
    };
    let runtime = Runtime::builder().observer(observer).build().unwrap();
    let (store, broken) = (runtime.provide(Store::default()), runtime.provide(Broken));
    store.call("get", r#"("a")"#).await.unwrap();
    let broken = broken.caller::<kv::Interface>().unwrap();
    broken.set("a", b"").await.unwrap_err();
    broken.get("a").timeout(Duration::from_millis(1)).await.unwrap_err();
    let kv = "Some(\"isorun:kv/kv@0.1.0\")";
    assert_eq!(
        *told.lock().unwrap(),
        [format!("Store {kv} get ok"), format!("Broken {kv} set host panic"), format!("Broken {kv} get out of time"),]
    );
}

#[tokio::test]
async fn an_observer_that_panics_harms_no_call() {
    let runtime = Runtime::builder().observer(|_: &CallEnded<'_>| panic!("no metrics today")).build().unwrap();
    let store = runtime.provide(Store::default());
    assert_eq!(store.call("get", r#"("a")"#).await.unwrap(), "ok(none)");
    assert_eq!(store.counters().calls, 1);
}

#[tokio::test]
async fn the_graph_shows_what_there_is_and_what_it_has_done() {
    let runtime = Runtime::new().unwrap();
    let store = runtime.provide(Store::default());
    let nowhere = |_: Vec<u8>| std::future::ready(Err::<Vec<u8>, _>(TransportError::NotSent("no route".into())));
    let remote = runtime.import::<kv::Interface>(Token::from_bytes([1; 16]), nowhere);
    store.call("get", r#"("a")"#).await.unwrap();
    remote.call("get", r#"("a")"#).await.unwrap_err();

    let graph = runtime.graph();
    let kinds: Vec<_> = graph.nodes.iter().map(|node| (node.name.as_str(), node.kind.clone())).collect();
    assert_eq!(kinds, [(store.name(), NodeKind::System), (remote.name(), NodeKind::Remote)]);
    let counted: Vec<_> = graph.nodes.iter().map(|node| (node.counters.calls, node.counters.failures)).collect();
    assert_eq!(counted, [(1, 0), (1, 1)]);
    assert!(graph.edges.is_empty());
    assert_eq!(
        graph.to_string(),
        "Store (system) exports isorun:kv/kv@0.1.0\nremote kv (remote) exports isorun:kv/kv@0.1.0"
    );
    assert!(graph.dot().starts_with("digraph") && graph.mermaid().starts_with("flowchart"));

    runtime.remove(&store).unwrap();
    assert_eq!(runtime.remove_tree(&remote).unwrap(), ["remote kv"]);
    assert!(runtime.graph().nodes.is_empty());
}
