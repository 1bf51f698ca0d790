//! What users rely on without writing it down: what may go to another thread, what may be compared, and that a call needs nothing
//! but itself to be spawned. Most of this is checked by the compiler.

use std::collections::HashSet;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use isorun::{
    Budget, Call, CallError, Cx, ExportError, Instance, Interface, Map, Receipt, RegisterError, Remote, RemoveError,
    Runtime, RuntimeBuilder, RuntimeError, Token, TransportError, Type, Value,
};
use isorun::{call, error, graph, image, instance, limits, observe, types, wit};

/// The smallest interface.
#[isorun::interface("tests/wit/greeter.wit")]
pub mod greeter {}

struct Polite;

#[isorun::system]
impl greeter::Greeter for Polite {
    fn greet(&self, name: &str) -> String {
        format!("good day, {name}")
    }
}

fn shared<T: Send + Sync>() {}
fn sent<T: Send>() {}
fn key<T: Clone + Eq + Hash>() {}
fn told<T: Error + Send + Sync + 'static>() {}
fn shown<T: Debug>() {}
fn read<T: FromStr<Err: Error> + Display>() {}

#[test]
fn everything_public_may_go_to_another_thread() {
    shared::<Runtime>();
    shared::<RuntimeBuilder>();
    shared::<Instance>();
    shared::<Interface>();
    shared::<Cx>();
    shared::<Token>();
    shared::<Remote<greeter::Interface>>();
    shared::<greeter::Caller>();
    shared::<(Budget, Receipt, Value, Type, Map<String, u8>)>();
    shared::<(graph::Graph, graph::Node, graph::Edge)>();
    shared::<(image::Image, image::Malformed, image::Mismatch)>();
    shared::<(instance::Counters, instance::InstanceState)>();
    shared::<(limits::Amount, limits::Limit, limits::Instant)>();
    shared::<(limits::Trace, limits::Outcome, limits::Omitted)>();
    shared::<(types::Label, types::Layout, wit::Function, wit::InterfaceName)>();
    shared::<(wit::Source, wit::Interfaces, wit::LeftOut)>();
    shared::<observe::CallEnded<'static>>();
    // A future is polled by one thread at a time.
    sent::<Call<'static, String>>();
    sent::<call::CallWithReceipt<'static, String>>();
    sent::<call::CallWithTrace<'static, String>>();
}

#[test]
fn every_error_is_one_that_travels() {
    told::<CallError>();
    told::<ExportError>();
    told::<RegisterError>();
    told::<RemoveError>();
    told::<RuntimeError>();
    told::<TransportError>();
    told::<error::NarrowError>();
    told::<error::RemoteError>();
    told::<image::Malformed>();
    told::<image::TooLarge>();
    told::<image::EncodeError>();
    told::<image::WaveError>();
    told::<types::TypeError>();
    told::<wit::WitError>();
}

#[test]
fn everything_public_can_be_debugged() {
    shown::<(Runtime, RuntimeBuilder, Instance, Interface, Token, Remote<greeter::Interface>)>();
    shown::<(greeter::Caller, Call<'static, String>, Cx)>();
}

#[allow(clippy::mutable_key_type, reason = "a handle is hashed by what it stands for, and that never changes")]
#[test]
fn handles_are_keys() {
    key::<(Instance, Token, Type, wit::InterfaceName)>();
    read::<Token>();

    let runtime = Runtime::new().unwrap();
    let (one, other) = (runtime.provide(Polite), runtime.provide(Polite));
    let handles = HashSet::from([one.clone(), one.clone(), other.clone()]);
    assert_eq!(handles.len(), 2);
    assert!(handles.contains(&one) && handles.contains(&other));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_made_from_other_threads() {
    let runtime = Runtime::new().unwrap();
    let polite = runtime.provide(Polite);
    let calls = (0..10).map(|n| {
        let polite = polite.clone();
        tokio::spawn(async move { polite.call("greet", &format!(r#"("{n}")"#)).await })
    });
    for (n, call) in calls.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(call.await.unwrap().unwrap(), format!(r#""good day, {n}""#));
    }
    let served = tokio::spawn(async move { runtime.serve(b"nonsense").await });
    assert_eq!(served.await.unwrap(), None);
}

/// What needs the engine.
#[cfg(feature = "engine")]
mod apps {
    use std::future::{Future, IntoFuture};

    use isorun::runtime::{AddApp, Instantiate, Replace};
    use isorun::{App, AppError, InstantiateError, ReplaceError, Restart, Reuse, inspect};

    use super::*;

    /// A component that exports nothing and imports nothing.
    const EMPTY: &str = "(component)";

    fn spawned<T: IntoFuture<IntoFuture: Future + Send + 'static> + Send + 'static>() {}

    #[test]
    fn everything_public_may_go_to_another_thread() {
        shared::<(App, Restart, Reuse)>();
        shared::<inspect::Inspection>();
        spawned::<AddApp>();
        spawned::<Instantiate>();
        spawned::<Replace>();
        told::<AppError>();
        told::<InstantiateError>();
        told::<ReplaceError>();
        told::<error::InspectError>();
        key::<App>();
        shown::<(App, AddApp, Instantiate, Replace)>();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_makes_instances_is_spawned_as_it_is() {
        let runtime = Runtime::new().unwrap();
        let bytes = wat::parse_str(EMPTY).unwrap();
        let app = tokio::spawn(runtime.add_app("empty", &bytes).into_future()).await.unwrap().unwrap();
        let instance = tokio::spawn(runtime.instantiate(&app).into_future()).await.unwrap().unwrap();
        tokio::spawn(runtime.replace(&instance, &app).into_future()).await.unwrap().unwrap();
        assert_eq!(HashSet::from([app.clone(), app, runtime.app("empty").unwrap()]).len(), 1);
    }
}
