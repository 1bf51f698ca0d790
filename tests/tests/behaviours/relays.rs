//! Something between two runtimes that knows bytes, and no interface.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::limits::Limit;
use isorun::remote::{Header, MessageKind, RemoteError, Status};
use isorun::{CallError, Remote, Runtime, StaticInterface, Transport, TransportError, Value};
use isorun_tests::choices::{Choices, noise};
use isorun_tests::remote::{Tap, at, number, told};
use isorun_tests::wire::body_of;
use isorun_tests::{Echo, Ticker, apps, caller_of, host, misbehave, runtime, runtime_of, start, typed, types};

/// A relay that takes bodies up to a size, and as long for each call as it is told to.
#[derive(Clone)]
struct Relay<T> {
    next: T,
    largest: u32,
    takes: Duration,
    passed_on: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl<T: Transport + Clone> Relay<T> {
    fn to(next: T) -> Relay<T> {
        Relay { next, largest: 1 << 20, takes: Duration::ZERO, passed_on: Arc::default() }
    }

    /// What it does with a message: an answer of its own, or that of what is behind it.
    async fn pass_on(&self, mut message: Vec<u8>) -> Option<Vec<u8>> {
        let header = Header::peek(&message).ok()?;
        if header.kind() != MessageKind::Call {
            return None;
        }
        if header.body_length() > self.largest {
            return header.refuse(Status::TooLarge);
        }
        if let Err(status) = Header::forward(&mut message, self.takes) {
            return header.refuse(status);
        }
        self.passed_on.lock().unwrap().push(message.clone());
        match self.next.call(message).await {
            Ok(answer) => Some(answer),
            Err(TransportError::NotSent(_)) => header.refuse(Status::Refused),
            Err(_) => header.refuse(Status::Lost),
        }
    }

    fn passed_on(&self) -> Vec<Vec<u8>> {
        self.passed_on.lock().unwrap().clone()
    }
}

impl<T: Transport + Clone> Transport for Relay<T> {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.pass_on(message).await.ok_or_else(|| TransportError::Lost("it has no answer".into()))
    }
}

/// Two relays, one behind the other, and a way to look at what goes in and what comes out.
#[tokio::test]
async fn b23_a_relay_passes_bodies_on_as_they_are() {
    let (near, far) = (runtime_of(Runtime::builder().max_stores(4)), runtime());
    let token = far.export::<types::Interface>(&far.provide(Echo)).unwrap();
    let tap = Tap::to(&far);
    let inner = Relay::to(tap.clone());
    let outer = Relay::to(inner.clone());
    let remote = near.import::<types::Interface>(token, outer.clone());
    let caller = remote.caller::<types::Interface>().unwrap();
    let bytes = noise(23, 1 << 16);
    let mut choices = Choices::new(&bytes);
    for function in types::Interface::interface().functions() {
        let given: Vec<_> = function.params().iter().map(|param| choices.value(&param.ty)).collect();
        let given = Value::encode_params(function, &given).unwrap();
        let direct = typed::call(&Echo, function.name(), given.as_bytes()).await;
        assert_eq!(typed::call(&caller, function.name(), given.as_bytes()).await, direct, "{function}");
        let [outer, inner] = [outer.passed_on(), inner.passed_on()].map(|passed_on| passed_on.last().unwrap().clone());
        let arrived = tap.calls().last().unwrap().clone();
        assert_eq!(arrived, inner);
        assert_eq!(body_of(&arrived), given.as_bytes(), "{function}");
        // All is the same from one relay to the next, but one hop and the time that has passed.
        let hops = |call: &[u8]| Header::peek(call).unwrap().hops();
        assert_eq!((hops(&outer), hops(&inner)), (14, 13));
        assert!(number(&inner, at::TIME) <= number(&outer, at::TIME));
        let mut same = inner.clone();
        same[at::HOPS].copy_from_slice(&outer[at::HOPS]);
        same[at::TIME].copy_from_slice(&outer[at::TIME]);
        assert_eq!(same, outer);
    }
}

/// An app calls through it, and one is called: what they use and how they end comes through as well.
#[tokio::test]
async fn b23_what_is_told_of_a_call_goes_through_a_relay() {
    let (near, far) = (runtime(), runtime());
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let local = start(&far, "local", apps::MISBEHAVE, &[]).await;
    let token = far.export::<misbehave::Interface>(&guest).unwrap();
    let remote = caller_of(&near.import::<misbehave::Interface>(token, Relay::to(far.clone())));
    let (_, here) = caller_of(&local).spin_for(1000).receipt().await;
    let (result, there) = remote.spin_for(1000).receipt().await;
    assert_eq!((result.unwrap(), there.fuel), (1000, here.fuel));
    let error = remote.trap().await.unwrap_err();
    assert!(matches!(told(&error), (true, Status::Trap, _)), "{error:?}");
    let error = remote.count().await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::Refused, failure) if failure.kind == "poisoned"), "{error:?}");
}

#[tokio::test]
async fn b23_a_relay_holds_calls_to_a_size_to_their_hops_and_to_their_deadline() {
    let far = runtime();
    let ticker = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let token = far.export::<misbehave::Interface>(&guest).unwrap();

    // To a size, which it sees in the header.
    let small = Relay { largest: 1000, ..Relay::to(far.clone()) };
    let remote = Remote::<misbehave::Interface>::new(token, small.clone()).caller();
    let error = remote.echo(&[7; 2000]).await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::TooLarge, _)), "{error:?}");
    assert!(small.passed_on().is_empty());
    assert_eq!(remote.echo(&[7; 900]).await.unwrap(), [7; 900]);

    // To the deadline: by what it has taken itself.
    let slow = Relay { takes: Duration::from_millis(500), ..Relay::to(far.clone()) };
    let remote = Remote::<host::Interface>::new(ticker, slow.clone()).caller();
    let error = remote.tick(1).timeout(Duration::from_millis(400)).await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::OutOfBudget, _)), "{error:?}");
    assert!(slow.passed_on().is_empty());
    assert_eq!(remote.tick(1).timeout(Duration::from_secs(60)).await.unwrap(), 2);
    let left = number(&slow.passed_on()[0], at::TIME);
    assert!((50_000_000..=59_500_000).contains(&left), "{left}");

    // To the hops: so many relays in a row that the last ones have none left.
    let passing = Relay::to(far.clone());
    let mut message = slow.passed_on().remove(0);
    message[at::SESSION].fill(0);
    message[at::HOPS].copy_from_slice(&1_u16.to_le_bytes());
    // It takes the last hop, and the runtime behind it says so.
    let answer = passing.pass_on(message.clone()).await.unwrap();
    assert_eq!(Header::peek(&answer).unwrap().status(), Some(Status::HopLimit));
    message[at::HOPS].fill(0);
    let answer = passing.pass_on(message).await.unwrap();
    assert_eq!(Header::peek(&answer).unwrap().status(), Some(Status::HopLimit));
    assert_eq!(passing.passed_on().len(), 1);
}

/// A ring of relays ends as well, without anybody who could know that it is one.
#[tokio::test]
async fn b23_a_ring_of_relays_ends() {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let rounds = Arc::new(Mutex::new(0));
    let count = rounds.clone();
    let ring = move |mut message: Vec<u8>| {
        let header = Header::peek(&message).unwrap();
        let answer = loop {
            match Header::forward(&mut message, Duration::from_micros(1)) {
                Ok(()) => *count.lock().unwrap() += 1,
                Err(status) => break header.refuse(status),
            }
        };
        async move { answer.ok_or(TransportError::Lost("no call".into())) }
    };
    let error = Remote::<host::Interface>::new(token, ring).caller().tick(1).await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::HopLimit, _)), "{error:?}");
    assert_eq!(*rounds.lock().unwrap(), 15);
}

/// What has certainly not run is told apart from what may have.
#[tokio::test]
async fn b23_a_relay_that_loses_its_own_connection_says_what_may_have_run() {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let failing = |error: TransportError| {
        let next = move |_message: Vec<u8>| {
            let error = error.clone();
            async move { Err::<Vec<u8>, _>(error) }
        };
        Remote::<host::Interface>::new(token, Relay::to(next)).caller()
    };
    let error = failing(TransportError::NotSent("no route".into())).tick(1).await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::Refused, _)), "{error:?}");
    let error = failing(TransportError::Lost("cut".into())).tick(1).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Lost { .. })), "{error:?}");
}

/// What it says of itself is in the callee's own words of the protocol.
#[tokio::test]
async fn b23_a_limit_of_the_callee_goes_through_a_relay() {
    let (near, far) = (runtime_of(Runtime::builder().max_message(1000)), runtime());
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let token = far.export::<misbehave::Interface>(&guest).unwrap();
    let remote = caller_of(&near.import::<misbehave::Interface>(token, Relay::to(far.clone())));
    let error = remote.huge(5000).await.unwrap_err();
    let (ran, status, failure) = told(&error);
    assert_eq!((ran, status, failure.limit, failure.amount), (true, Status::OutOfBudget, Some(Limit::Message), 1000));
}
