//! What holds of a provider wherever it is.

use std::time::Duration;

use isorun::remote::{RemoteError, Status};
use isorun::{Budget, CallError, Cx, StaticInterface, Value};
use isorun_tests::choices::{Choices, noise};
use isorun_tests::kv::{Error, Kv};
use isorun_tests::{poll_once, typed, types};

use crate::subject::{Made, Subject};

/// Time that no call needs: who waits so long hangs.
const LONG: Duration = Duration::from_secs(60);

/// Fuel that no call needs. A guest that uses it up takes none of the virtual time.
const FUEL: u64 = 20_000_000;

pub(crate) async fn all_of_it(subject: &Subject) {
    calls_that_run_together_get_each_its_own_value(subject).await;
    a_count_goes_up(subject).await;
    values_and_errors_come_as_they_are(&subject.store()).await;
    values_of_every_type_come_back(subject).await;
    large_values_come_back(subject).await;
    what_it_costs_is_what_it_costs_there(subject).await;
    a_fault_ends_its_call_and_no_other(subject).await;
    a_deadline_ends_a_call_and_no_other(subject).await;
    a_call_that_is_dropped_ends(subject).await;
    a_value_is_what_the_last_call_has_made_it(&subject.store()).await;
}

async fn calls_that_run_together_get_each_its_own_value(subject: &Subject) {
    let calls: Vec<_> = (0..64_u32)
        .map(|n| {
            let caller = subject.misbehaving();
            tokio::spawn(async move { caller.add(n, 1000 * n).timeout(LONG).await })
        })
        .collect();
    for (n, call) in (0..).zip(calls) {
        assert_eq!(call.await.unwrap().unwrap(), 1001 * n);
    }
}

/// By one for each call, if nothing on the way makes one of them run twice, which it may.
async fn a_count_goes_up(subject: &Subject) {
    let caller = subject.misbehaving();
    let mut last = 0;
    for _ in 0..20 {
        let count = caller.count().timeout(LONG).await.unwrap();
        assert!(if subject.is_near_or_good() { count == last + 1 } else { count > last }, "{count} after {last}");
        last = count;
    }
}

/// Written once, for whatever is behind the trait.
async fn values_and_errors_come_as_they_are(kv: &impl Kv) {
    let cx = Cx::root(Budget { time: 10 * LONG, ..Budget::default() });
    assert_eq!(kv.get(&cx, "a").await.unwrap().unwrap(), None);
    kv.set(&cx, "a", b"one").await.unwrap().unwrap();
    kv.set(&cx, "b/1", &[0, 255]).await.unwrap().unwrap();
    assert_eq!(kv.get(&cx, "a").await.unwrap().unwrap(), Some(b"one".to_vec()));
    assert_eq!(kv.keys(&cx, "").await.unwrap().unwrap(), ["a", "b/1"]);
    assert_eq!(kv.keys(&cx, "b").await.unwrap().unwrap(), ["b/1"]);
    assert!(matches!(kv.get(&cx, "").await.unwrap().unwrap_err(), Error::InvalidKey(_)));
    kv.delete(&cx, "a").await.unwrap().unwrap();
    assert_eq!(kv.get(&cx, "a").await.unwrap().unwrap(), None);
}

/// What was answered is seen by who asks next, also if the answer was lost and asked for again.
async fn a_value_is_what_the_last_call_has_made_it(kv: &impl Kv) {
    let cx = Cx::root(Budget { time: 10 * LONG, ..Budget::default() });
    for n in 0..30_u8 {
        kv.set(&cx, "register", &[n]).await.unwrap().unwrap();
        assert_eq!(kv.get(&cx, "register").await.unwrap().unwrap(), Some(vec![n]));
    }
}

async fn values_of_every_type_come_back(subject: &Subject) {
    let (caller, bytes) = (subject.echo(), noise(13, 1 << 16));
    let mut choices = Choices::new(&bytes);
    for function in types::Interface::interface().functions() {
        for _ in 0..4 {
            let given: Vec<_> = function.params().iter().map(|param| choices.value(&param.ty)).collect();
            let given = Value::encode_params(function, &given).unwrap();
            let back = typed::call(&caller, function.name(), given.as_bytes()).await;
            if function.name().starts_with("echo-") || function.name() == "mixed" {
                assert_eq!(back, given, "{function}");
            }
        }
    }
}

async fn large_values_come_back(subject: &Subject) {
    let caller = subject.misbehaving();
    for length in [0, 1, 4095, 70_000, 300_000] {
        let data = noise(length as u64, length);
        assert_eq!(caller.echo(&data).await.unwrap(), data);
    }
}

/// A second message for the same call may make it cost more.
async fn what_it_costs_is_what_it_costs_there(subject: &Subject) {
    let (result, receipt) = subject.misbehaving().spin_for(10_000).receipt().await;
    assert_eq!(result.unwrap(), 10_000);
    match subject.made {
        // What is stopped with its connection, and made again, counts as used.
        Made::System => {
            let is_same = receipt.fuel == 0 || receipt.retries > 0 || !subject.is_near_or_good();
            assert!(is_same, "{receipt}");
        }
        Made::App => {
            let here = Subject::new(Made::App).await;
            // What an app does once, when it first has work, is done before.
            let local = here.misbehaving();
            local.count().await.unwrap();
            let (_, local) = local.spin_for(10_000).receipt().await;
            let is_same = receipt.fuel == local.fuel || receipt.retries > 0 || !subject.is_near_or_good();
            assert!(is_same && receipt.fuel >= local.fuel, "{receipt}, and {local} there");
        }
    }
}

async fn a_fault_ends_its_call_and_no_other(subject: &Subject) {
    let caller = subject.misbehaving();
    match caller.trap().await.unwrap_err() {
        CallError::Trap { .. } | CallError::HostPanic { .. } => {}
        CallError::Remote(RemoteError::Failed { status: Status::Trap, .. }) => {}
        // It has run, and the answer that says so was lost with a connection.
        CallError::Remote(RemoteError::Failed { status: Status::Duplicate, .. }) if !subject.is_near_or_good() => {}
        error => panic!("{error:?}"),
    }
    assert_eq!(caller.add(1, 2).await.unwrap(), 3);
}

async fn a_deadline_ends_a_call_and_no_other(subject: &Subject) {
    let caller = subject.misbehaving();
    let error = caller.spin().timeout(Duration::from_millis(30)).fuel(FUEL).await.unwrap_err();
    assert!(error.is_out_of_budget() || !subject.is_near_or_good(), "{error:?}");
    assert_eq!(caller.add(1, 2).timeout(LONG).await.unwrap(), 3);
}

async fn a_call_that_is_dropped_ends(subject: &Subject) {
    let caller = subject.misbehaving();
    let mut call = caller.spin().timeout(LONG).fuel(FUEL);
    assert!(poll_once(&mut call).is_pending());
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    drop(call);
    assert_eq!(caller.add(1, 2).timeout(LONG).await.unwrap(), 3);
}
