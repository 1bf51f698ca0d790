//! A network that fails as its seed says: what arrives, what does not, and that it happens again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use isorun::remote::{ImportPolicy, Link, Peer, RemoteError, Status};
use isorun::testing::{Connection, Fabric, Fate, Faults, MockTransport, Trace, Way};
use isorun::{CallError, Runtime, TransportError};
use isorun_tests::remote::plain;
use tokio::time::Instant;

/// Counts its calls, and gives back what it is given.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicU32>);

#[isorun::system]
impl plain::Plain for Counting {
    async fn f(&self, n: u32) -> isorun::Result<Result<u32, plain::Problem>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(u64::from(n % 7))).await;
        Ok(Ok(n))
    }
}

/// Two runtimes and a connection between them.
struct Pair {
    far: Runtime,
    fabric: Fabric,
    connection: Connection,
    links: [Link; 2],
    counting: Counting,
    caller: plain::Caller,
    _near: Runtime,
}

fn runtime(seed: u8) -> Runtime {
    Runtime::builder().seed([seed; 32]).max_stores(1).build().unwrap()
}

fn pair(seed: u64, policy: &ImportPolicy) -> Pair {
    let (near, far, counting) = (runtime(1), runtime(2), Counting::default());
    let token = far.export::<plain::Interface>(&far.provide::<plain::Interface>(counting.clone())).unwrap();
    let links = [near.link(Peer::named("far")), far.link(Peer::named("near"))];
    let fabric = Fabric::new(seed);
    let connection = fabric.connect(&links[0], &links[1]);
    let caller =
        near.import_with::<plain::Interface>(token, links[0].clone(), policy).caller::<plain::Interface>().unwrap();
    Pair { far, fabric, connection, links, counting, caller, _near: near }
}

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn fates(trace: &Trace) -> Vec<&Fate> {
    trace.events().map(|event| &event.fate).collect()
}

#[tokio::test(start_paused = true)]
async fn without_faults_every_frame_arrives_in_order() {
    let pair = pair(1, &ImportPolicy::default());
    let begun = Instant::now();
    for n in 0..20 {
        assert_eq!(pair.caller.f(7 * n).await.unwrap().unwrap(), 7 * n);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let trace = pair.fabric.trace();
    assert_eq!(fates(&trace).len(), 20 * 4, "{trace}");
    assert!(trace.to_string().starts_with("     0.000 ms  near > far  call 1 of "), "{trace}");
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_one_of_the_range_each_way() {
    let pair = pair(1, &ImportPolicy::default());
    pair.connection.faults(&Faults::none().delay(ms(10)..=ms(20)));
    let begun = Instant::now();
    pair.caller.f(0).await.unwrap().unwrap();
    assert!((ms(20)..=ms(42)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_ends_at_its_deadline_and_what_is_idempotent_is_not_sent_again_without_an_end() {
    let pair = pair(1, &ImportPolicy::default());
    pair.connection.faults_on(Way::Back, &Faults::none().loss(1.0));
    let begun = Instant::now();
    let error = pair.caller.f(0).timeout(ms(300)).await.unwrap_err();
    assert!(error.is_out_of_budget(), "{error:?}");
    assert!(begun.elapsed() <= ms(301), "{:?}", begun.elapsed());
    assert_eq!(pair.counting.0.load(Ordering::Relaxed), 1, "{}", pair.fabric.trace());
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_comes_twice_runs_once() {
    let pair = pair(1, &ImportPolicy::default());
    pair.connection.faults(&Faults::none().doubling(1.0).delay(ms(0)..=ms(9)));
    for n in 0..20 {
        assert_eq!(pair.caller.f(n).await.unwrap().unwrap(), n);
    }
    tokio::time::sleep(ms(100)).await;
    assert_eq!(pair.counting.0.load(Ordering::Relaxed), 20, "{}", pair.fabric.trace());
    assert!(pair.links[0].stats().replies_dropped >= 20);
}

#[tokio::test(start_paused = true)]
async fn frames_overtake_those_that_are_held_up() {
    let pair = pair(3, &ImportPolicy::default());
    pair.connection.faults(&Faults::none().reordering(0.5).delay(ms(1)..=ms(5)));
    let calls: Vec<_> = (0..20)
        .map(|n| {
            let caller = pair.caller.clone();
            tokio::spawn(async move { assert_eq!(caller.f(n).await.unwrap().unwrap(), n) })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let trace = pair.fabric.trace();
    let arrived: Vec<_> = trace
        .events()
        .filter(|event| event.fate == Fate::Arrived && &*event.to == "far")
        .map(|event| event.frame.and_then(|frame| frame.message).unwrap().2)
        .collect();
    assert!(arrived.len() == 20 && !arrived.is_sorted(), "{arrived:?}");
}

#[tokio::test(start_paused = true)]
async fn damaged_frames_are_dropped_and_those_of_an_unchecked_transport_hurt_nobody() {
    let pair = pair(1, &ImportPolicy::default());
    pair.connection.faults(&Faults::none().corruption(0.5).truncation(0.5));
    for n in 0..20 {
        match pair.caller.f(n).timeout(ms(50)).await {
            Ok(value) => assert_eq!(value.unwrap(), n),
            Err(error) => assert!(error.is_out_of_budget(), "{error:?}"),
        }
    }
    assert!(fates(&pair.fabric.trace()).contains(&&Fate::Damaged));
    pair.connection.faults(&Faults::none().corruption(0.5).truncation(0.5).unchecked());
    for n in 0..200 {
        let _ = pair.caller.f(n).timeout(ms(50)).await;
    }
    pair.connection.faults(&Faults::none());
    assert_eq!(pair.caller.f(1).await.unwrap().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_partition_ends_when_it_is_healed() {
    let pair = pair(1, &ImportPolicy::default().timeout(ms(50)));
    for half in [false, true] {
        match half {
            true => pair.connection.half_open(Way::Back),
            false => pair.connection.partition(),
        }
        assert!(pair.caller.f(0).await.unwrap_err().is_out_of_budget());
        pair.connection.heal();
        assert_eq!(pair.caller.f(0).await.unwrap().unwrap(), 0);
    }
    // Of the calls that met no answer, the second one ran.
    assert_eq!(pair.counting.0.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_is_closed_on_both_sides() {
    let pair = pair(1, &ImportPolicy::default());
    let caller = pair.caller.clone();
    let call = tokio::spawn(async move { caller.f(6).await });
    tokio::time::sleep(ms(1)).await;
    pair.connection.cut();
    let lost = call.await.unwrap().unwrap_err();
    assert!(matches!(lost, CallError::Remote(RemoteError::Lost { .. })), "{lost:?}");
    let closed = pair.caller.f(0).await.unwrap_err();
    assert!(matches!(closed, CallError::Remote(RemoteError::NotSent { .. })), "{closed:?}");
    assert_eq!(fates(&pair.fabric.trace()).last(), Some(&&Fate::Cut));
    tokio::time::sleep(ms(1)).await;
    assert_eq!(pair.links.each_ref().map(|link| link.stats().serving), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_is_noticed_when_all_has_arrived() {
    let pair = pair(1, &ImportPolicy::default());
    pair.connection.faults_on(Way::Back, &Faults::none().delay(ms(30)..=ms(30)));
    let caller = pair.caller.clone();
    let call = tokio::spawn(async move { caller.f(0).await });
    tokio::time::sleep(ms(10)).await;
    pair.links[1].close();
    assert_eq!(call.await.unwrap().unwrap().unwrap(), 0);
    tokio::time::sleep(ms(1)).await;
    assert!(matches!(pair.caller.f(0).await, Err(CallError::Remote(RemoteError::NotSent { .. }))));
}

/// A minute of bad weather.
fn bad_weather(seed: u64) -> Trace {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    tokio.block_on(async {
        let pair = pair(seed, &ImportPolicy::default().timeout(ms(200)).idempotent(["f"]).retries(3));
        let faults = Faults::none().delay(ms(0)..=ms(40)).loss(0.2).doubling(0.2).reordering(0.2).corruption(0.1);
        pair.connection.faults(&faults);
        let calls: Vec<_> = (0..8)
            .map(|first| {
                let caller = pair.caller.clone();
                tokio::spawn(async move {
                    for n in 0..10 {
                        if let Ok(value) = caller.f(10 * first + n).await {
                            assert_eq!(value.unwrap(), 10 * first + n);
                        }
                    }
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(pair.far.exports().iter().all(|export| (export.running, export.bytes) == (0, 0)));
        pair.fabric.note("the end");
        pair.fabric.trace()
    })
}

#[test]
fn one_seed_gives_one_course_of_events() {
    let traces: Vec<_> = (0..4).map(bad_weather).collect();
    for (seed, trace) in traces.iter().enumerate() {
        let again = bad_weather(seed as u64);
        assert_eq!(trace.to_string(), again.to_string());
        assert!(traces.iter().enumerate().all(|(other, trace)| other == seed || *trace != again));
    }
}

#[tokio::test(start_paused = true)]
async fn a_mock_fails_where_it_is_told_to() {
    let (near, far, counting) = (runtime(1), runtime(2), Counting::default());
    let token = far.export::<plain::Interface>(&far.provide::<plain::Interface>(counting.clone())).unwrap();
    let transport = MockTransport::to(&far);
    let caller: plain::Caller =
        near.import::<plain::Interface>(token, transport.clone()).caller::<plain::Interface>().unwrap();
    let ran = || counting.0.swap(0, Ordering::Relaxed);

    transport.fails_next(TransportError::NotSent("no route".into()));
    assert!(matches!(caller.f(7).await, Err(CallError::Remote(RemoteError::NotSent { .. }))));
    transport.refuses_next(Status::Busy);
    assert!(matches!(caller.f(7).await, Err(CallError::Remote(RemoteError::Refused { status: Status::Busy, .. }))));
    assert_eq!(ran(), 0);
    transport.loses_replies(1);
    assert!(matches!(caller.f(7).await, Err(CallError::Remote(RemoteError::Lost { .. }))));
    assert_eq!(ran(), 1);
    transport.doubles(1);
    assert_eq!((caller.f(7).await.unwrap().unwrap(), ran()), (7, 1));
    transport.delays(ms(100));
    assert!(caller.f(7).timeout(ms(50)).await.unwrap_err().is_out_of_budget());
    let begun = Instant::now();
    assert_eq!((caller.f(7).await.unwrap().unwrap(), ran()), (7, 1));
    assert!((ms(100)..ms(102)).contains(&begun.elapsed()));
    assert_eq!(transport.sent().iter().map(|header| header.call()).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);

    let scripted = MockTransport::scripted(|_| async { Err(TransportError::Lost("by its script".into())) });
    let caller: plain::Caller = near.import::<plain::Interface>(token, scripted).caller::<plain::Interface>().unwrap();
    assert!(caller.f(7).await.unwrap_err().to_string().contains("by its script"));
}
