//! Many calls over one link, and the replies that come for them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::remote::{ExportPolicy, LinkStats, Peer};
use isorun::testing::Faults;
use isorun::{Remote, Reuse, Token};
use isorun_tests::lines::{join, joined};
use isorun_tests::remote::at;
use isorun_tests::wire::reply_message;
use isorun_tests::{
    Gate, Ticker, add, apps, caller_of, compute, host, in_short_slices, misbehave, poll_once, runtime, start,
};
use tokio::task::yield_now;

use crate::frames::{after, idle, taken};

/// Time that no test needs: who waits so long hangs.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn b18_a_reply_that_is_not_the_awaited_one_is_dropped_and_counted() {
    let near = runtime();
    let link = near.link(Peer::default());
    let remote = near.import::<host::Interface>(Token::from_bytes([1; 16]), link.clone());
    let remote = remote.caller::<host::Interface>().unwrap();
    let mut call = remote.tick(1).timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    let frame = taken(&link).unwrap();
    let reply = reply_message(&frame, &7_u64.to_le_bytes());
    let mut dropped = 0;
    for field in [at::SESSION, at::CALL, at::INTERFACE, at::SIGNATURE, at::FUNCTION] {
        for byte in field {
            let mut other = reply.clone();
            other[byte] ^= 1;
            link.receive(other);
            dropped += 1;
            assert_eq!(link.stats(), after(1, dropped));
            assert!(poll_once(&mut call).is_pending(), "byte {byte}");
        }
    }
    link.receive(reply.clone());
    // A second one, before the first was read and after.
    link.receive(reply_message(&frame, &8_u64.to_le_bytes()));
    assert_eq!(call.await.unwrap(), 7);
    link.receive(reply.clone());
    assert_eq!(link.stats(), after(0, dropped + 2));

    // One that comes before its call was sent is an answer to nothing.
    let mut call = remote.tick(1).timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    let mut early = reply;
    early[at::CALL].copy_from_slice(&2_u64.to_le_bytes());
    link.receive(early.clone());
    assert!(poll_once(&mut call).is_pending());
    assert_eq!(link.stats().replies_dropped, dropped + 3);
    taken(&link).unwrap();
    link.receive(early);
    assert_eq!(call.await.unwrap(), 7);
}

/// Answers after some turns, others for each number, and notes in which order.
struct Unordered(Arc<Mutex<Vec<u64>>>);

#[isorun::system]
impl host::Host for Unordered {
    async fn tick(&self, n: u64) -> u64 {
        for _ in 0..n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58 {
            yield_now().await;
        }
        self.0.lock().unwrap().push(n);
        n + 1
    }
}

#[tokio::test]
async fn b20_a_thousand_calls_over_one_link_come_back_right_in_any_order() {
    const CALLS: u64 = 1000;
    let (near, far, order) = (runtime(), runtime(), Arc::new(Mutex::new(Vec::new())));
    let token = far.export::<host::Interface>(&far.provide(Unordered(order.clone()))).unwrap();
    let (to_far, to_near) = (near.link(Peer::default().calls(64)), far.link(Peer::default().calls(64)));
    join(&to_far, &to_near, &Faults::none());
    let remote = near.import::<host::Interface>(token, to_far.clone()).caller::<host::Interface>().unwrap();
    let most = Arc::new(Mutex::new((LinkStats::default(), 0, 0)));
    let watching = tokio::spawn({
        let (to_far, to_near, most) = (to_far.clone(), to_near.clone(), most.clone());
        async move {
            loop {
                let (now, there) = (to_far.stats(), to_near.stats());
                {
                    let (seen, serving, queued) = &mut *most.lock().unwrap();
                    seen.in_flight = seen.in_flight.max(now.in_flight);
                    seen.waiting = seen.waiting.max(now.waiting);
                    seen.queued_bytes = seen.queued_bytes.max(now.queued_bytes);
                    (*serving, *queued) = ((*serving).max(there.serving), (*queued).max(there.queued_bytes));
                }
                yield_now().await;
            }
        }
    });
    let calls: Vec<_> = (0..CALLS)
        .map(|n| {
            let remote = remote.clone();
            tokio::spawn(async move { remote.tick(n).timeout(LONG).await })
        })
        .collect();
    for (n, call) in (0..).zip(calls) {
        assert_eq!(call.await.unwrap().unwrap(), n + 1);
    }
    watching.abort();
    let order = order.lock().unwrap();
    assert_eq!(order.len() as u64, CALLS);
    assert!(order.windows(2).filter(|pair| pair[0] > pair[1]).count() > 100, "they were answered in order");
    let (seen, serving, queued) = *most.lock().unwrap();
    assert!(seen.in_flight <= 64 && seen.waiting > 800 && serving <= 64, "{seen:?}, {serving}");
    // 64 messages of some 200 bytes in each direction.
    assert!(seen.queued_bytes < 64 * 256 && queued < 64 * 256, "{seen:?}, {queued}");
    assert_eq!((to_far.stats(), to_near.stats()), (idle(), idle()));
}

/// Nobody takes frames: what is more than the cap waits with the callers, and the link holds no more than before.
#[tokio::test]
async fn b20_calls_beyond_the_cap_wait_and_the_link_holds_no_more() {
    let near = runtime();
    let link = near.link(Peer::default().calls(8));
    let remote = near.import::<misbehave::Interface>(Token::from_bytes([1; 16]), link.clone());
    let remote = caller_of(&remote);
    let data = vec![7; 1000];
    let mut calls: Vec<_> = (0..200).map(|_| remote.echo(&data).timeout(LONG)).collect();
    for call in &mut calls {
        assert!(poll_once(call).is_pending());
        // A task that has done much gets nothing more of tokio before its next turn.
        yield_now().await;
    }
    let stats = link.stats();
    assert_eq!((stats.in_flight, stats.waiting), (8, 192));
    assert!(stats.queued_bytes < 8 * 1400, "{stats:?}");
    // By bytes as well.
    let link = near.link(Peer::default().bytes(4000));
    let remote = near.import::<misbehave::Interface>(Token::from_bytes([1; 16]), link.clone());
    let remote = caller_of(&remote);
    let mut more: Vec<_> = (0..20).map(|_| remote.echo(&data).timeout(LONG)).collect();
    assert!(more.iter_mut().all(|call| poll_once(call).is_pending()));
    let stats = link.stats();
    assert!(stats.in_flight == 3 && stats.waiting == 17 && stats.queued_bytes <= 4000, "{stats:?}");
    drop((calls, more));
    assert_eq!(link.stats(), idle());
}

/// A system that holds one caller back, and a guest that computes: calls of others overtake both.
#[tokio::test]
async fn b20_a_slow_function_does_not_hold_up_the_others() {
    let (near, far, gate) = (runtime(), in_short_slices(), Gate::new());
    let held = far.export::<host::Interface>(&far.provide(gate.clone())).unwrap();
    let quick = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let app = add(&far, "misbehave", apps::MISBEHAVE).await;
    let busy = far.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
    let busy = far.export_with::<misbehave::Interface>(&busy, &ExportPolicy::default().calls(1)).unwrap();
    let link = joined(&near, &far).0;
    let held = Remote::<host::Interface>::new(held, link.clone()).caller();
    let held = tokio::spawn(async move { held.tick(1).timeout(LONG).await });
    let busy = Remote::<misbehave::Interface>::new(busy, link.clone()).caller();
    let busy = tokio::spawn(async move { busy.spin().timeout(LONG).fuel(u64::MAX).await });
    gate.until(1).await;
    let quick = Remote::<host::Interface>::new(quick, link.clone()).caller();
    for n in 0..200 {
        assert_eq!(quick.tick(n).timeout(LONG).await.unwrap(), n + 1);
    }
    assert!(!held.is_finished() && !busy.is_finished());
    gate.open(1);
    assert_eq!(held.await.unwrap().unwrap(), 2);
    busy.abort();
}

/// Both ends have an app of the other's: each calls over the one link that there is.
#[tokio::test]
async fn b20_calls_go_in_both_directions_at_once() {
    let (near, far) = (runtime(), runtime());
    let (to_far, to_near) = joined(&near, &far);
    let calc = start(&near, "calc", apps::CALC, &[]).await;
    let here = to_far.offer::<compute::Interface>(&calc).unwrap();
    let there = to_near.offer::<host::Interface>(&far.provide(Ticker)).unwrap();
    let tick = Remote::<host::Interface>::new(there, to_far.clone()).caller();
    let add = Remote::<compute::Interface>::new(here, to_near.clone()).caller();
    for n in 0..100 {
        let (one, other) = tokio::join!(tick.tick(n).into_future(), add.add(1, n as u32).into_future());
        assert_eq!((one.unwrap(), other.unwrap()), (n + 1, n as u32 + 1));
    }
}
