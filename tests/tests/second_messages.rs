//! What is said of a call whose message was lost, or has come twice: never that it has not run, if it may have.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use isorun::remote::{ExportPolicy, ImportPolicy, Peer, RemoteError, Revoke, Status};
use isorun::testing::MockTransport;
use isorun::{CallError, Instance, Runtime, Token, TransportError};
use isorun_tests::remote::{plain, ran, status};

/// Counts its calls, each of which takes as many milliseconds as it is passed.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicU32>);

#[isorun::system]
impl plain::Plain for Counting {
    async fn f(&self, n: u32) -> isorun::Result<Result<u32, plain::Problem>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(n.into())).await;
        Ok(Ok(n))
    }
}

impl Counting {
    fn runs(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Far {
    runtime: Runtime,
    counting: Counting,
    instance: Instance,
    token: Token,
}

fn named() -> ExportPolicy {
    ExportPolicy::default().named("plain")
}

fn far() -> Far {
    let runtime = Runtime::builder().secret([3; 32]).max_stores(1).build().unwrap();
    let counting = Counting::default();
    let instance = runtime.provide::<plain::Interface>(counting.clone());
    let token = runtime.export_with::<plain::Interface>(&instance, &named()).unwrap();
    Far { runtime, counting, instance, token }
}

/// A message that calls what is far.
async fn message(token: Token, n: u32) -> Vec<u8> {
    let sent = Arc::<Mutex<Vec<u8>>>::default();
    let sends = sent.clone();
    let records = MockTransport::scripted(move |message| {
        *sends.lock().unwrap() = message;
        async { Err(TransportError::Lost("it is only recorded".into())) }
    });
    let near = Runtime::builder().max_stores(1).build().unwrap();
    let caller = near.import::<plain::Interface>(token, records).caller::<plain::Interface>().unwrap();
    let _ = caller.f(n).await;
    sent.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_lost_may_have_run_whatever_is_said_of_its_retry() {
    let (near, far) = (Runtime::builder().max_stores(1).build().unwrap(), far());
    let transport = MockTransport::to(&far.runtime);
    let policy = ImportPolicy::default().idempotent(["f"]).retries(1);
    let import = near.import_with::<plain::Interface>(far.token, transport.clone(), &policy);
    let caller = import.caller::<plain::Interface>().unwrap();
    for refusal in [None, Some(Status::UnknownTarget)] {
        transport.loses_replies(1);
        match refusal {
            None => transport.fails_next(TransportError::NotSent("no route".into())),
            Some(status) => transport.refuses_next(status),
        }
        let (error, receipt) = caller.f(0).fuel(1000).receipt().await;
        let error = error.unwrap_err();
        assert!(matches!(error, CallError::Remote(RemoteError::Lost { .. })), "{error}");
        // Nobody has said what it has used.
        assert_eq!((receipt.fuel, receipt.retries), (1000, 1));
    }
    assert_eq!(far.counting.runs(), 2);

    // Neither is it said further on.
    let between = Runtime::builder().max_stores(1).build().unwrap();
    let import = between.import_with::<plain::Interface>(far.token, transport.clone(), &policy);
    let relayed = message(between.export::<plain::Interface>(&import).unwrap(), 0).await;
    transport.loses_replies(1);
    transport.refuses_next(Status::UnknownTarget);
    let reply = between.serve(&relayed).await.unwrap();
    assert_eq!((ran(&reply), status(&reply)), (true, Status::Lost as u8));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_twice_is_not_refused_where_the_first_one_runs() {
    let far = far();
    let message = message(far.token, 10).await;
    let first = async { far.runtime.serve(&message).await.unwrap() };
    let second = async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(far.runtime.revoke(&far.token, Revoke::New).await);
        far.runtime.serve(&message).await.unwrap()
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first == second, status(&first), far.counting.runs()), (true, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_twice_does_not_run_where_the_first_one_was_refused() {
    // Of one without a name and without a right nothing is remembered.
    let (far, near) = (far(), Peer::named("near"));
    let message = message(far.token, 0).await;
    assert!(far.runtime.revoke(&far.token, Revoke::New).await);
    let first = far.runtime.serve(&message).from(&near).await.unwrap();
    assert_eq!((status(&first), ran(&first)), (Status::UnknownTarget as u8, false));
    assert_eq!(far.runtime.export_with::<plain::Interface>(&far.instance, &named()).unwrap(), far.token);
    let second = far.runtime.serve(&message).from(&near).await.unwrap();
    assert_eq!((first == second, far.counting.runs()), (true, 0));
}

#[tokio::test(start_paused = true)]
async fn a_link_without_room_does_not_refuse_what_runs_and_does_not_run_what_it_has_refused() {
    let far = far();
    let (slow, other) = (message(far.token, 100).await, message(far.token, 0).await);
    let link = far.runtime.link(Peer::named("near").calls(1));
    let frame = || {
        let mut next = pin!(poll_fn(|task| link.poll_send(task)));
        match next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(frame) => frame,
            Poll::Pending => None,
        }
    };
    link.receive(slow.clone());
    link.receive(slow.clone());
    assert_eq!(frame(), None, "the first one runs");
    link.receive(other.clone());
    let refusal = frame().unwrap();
    assert_eq!((status(&refusal), ran(&refusal)), (Status::Busy as u8, false));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(status(&frame().unwrap()), 0);
    link.receive(other);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!ran(&frame().unwrap()));
    assert_eq!(far.counting.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_passed_on_may_have_run_when_its_export_is_stopped() {
    let (between, far) = (Runtime::builder().max_stores(1).build().unwrap(), far());
    let import = between.import::<plain::Interface>(far.token, MockTransport::to(&far.runtime));
    let token = between.export::<plain::Interface>(&import).unwrap();
    let relayed = message(token, 100).await;
    let reply = async { between.serve(&relayed).await.unwrap() };
    let stop = async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        between.revoke(&token, Revoke::Stop).await
    };
    let (reply, _) = tokio::join!(reply, stop);
    assert_eq!((status(&reply), ran(&reply), far.counting.runs()), (Status::Cancelled as u8, true, 1));
}
