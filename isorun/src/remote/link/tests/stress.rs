//! Many calls at a time, on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::fake::*;
use crate::error::instance::ExportError;
use crate::error::remote::Status;
use crate::instance::Instance;
use crate::interface::Interface;
use crate::remote::link::serve::Answer;
use crate::remote::link::{Link, Serve};
use crate::remote::peer::Peer;
use crate::remote::policy::ExportPolicy;
use crate::remote::wire::header::{Header, MessageKind};
use crate::remote::wire::token::Token;

/// Answers after some turns of the others, so that replies come in no order.
#[derive(Default)]
struct Shuffling(AtomicU64);

/// Whether a call has an end that it may have: its own reply, or its own refusal. The peer still serves calls that were dropped here, and
/// counts them, so that some that are made in their place are too many for it.
fn is_own(id: u64, outcome: &Outcome) -> bool {
    let Ok(reply) = outcome else { return false };
    let refused = Header::peek(reply).is_ok_and(|header| header.status() == Some(Status::Busy));
    *reply == reply_to(&call(id)) || refused && id_of(reply) == id
}

/// A number that looks like chance.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

impl Serve for Shuffling {
    fn serve(&self, _: &Peer, message: Bytes) -> Answer {
        if kind_of(&message) != MessageKind::Call {
            return Box::pin(async { None });
        }
        let turns = mixed(self.0.fetch_add(1, Ordering::Relaxed)) % 40;
        Box::pin(async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            Some(reply_to(&message))
        })
    }

    fn is_quick(&self, header: &Header) -> bool {
        header.call().is_multiple_of(3)
    }

    fn export(&self, instance: &Instance, _: &Interface, _: &ExportPolicy) -> Result<Token, ExportError> {
        Err(ExportError::Foreign { instance: instance.name().into() })
    }

    fn withdraw(&self, _: &[Token]) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_each_way_that_are_dropped_at_random_leave_nothing() {
    let peer = Peer::default().calls(64);
    let (one, other) =
        (Link::new(peer.clone(), Arc::new(Shuffling::default())), Link::new(peer, Arc::new(Shuffling::default())));
    let carried = [tokio::spawn(carry(one.clone(), other.clone())), tokio::spawn(carry(other.clone(), one.clone()))];
    let mut calls = Vec::new();
    for id in 1..=1000_u64 {
        for (side, link) in [&one, &other].into_iter().enumerate() {
            let mut calling = start(link, call(id));
            calls.push(tokio::spawn(async move {
                let chance = mixed(id * 2 + side as u64);
                if !chance.is_multiple_of(3) {
                    assert!(is_own(id, &calling.await));
                    return true;
                }
                // Dropped at its beginning, while it waits, after it was sent, or not at all.
                for _ in 0..chance % 50 {
                    tokio::select! {
                        biased;
                        outcome = &mut calling => {
                            assert!(is_own(id, &outcome));
                            return true;
                        }
                        () = tokio::task::yield_now() => {}
                    }
                }
                false
            }));
        }
    }
    let mut answered = 0;
    for call in calls {
        answered += usize::from(call.await.expect("no call panics"));
    }
    assert!((1000..2000).contains(&answered), "{answered} of 2000 were answered");
    let at_rest = async {
        while [&one, &other].iter().any(|link| {
            let stats = link.stats();
            stats.in_flight + stats.waiting + stats.serving + stats.queued_bytes > 0
        }) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), at_rest).await.expect("everything comes to rest");
    assert_at_rest(&one);
    assert_at_rest(&other);
    one.close();
    for carried in carried {
        carried.await.expect("no panic");
    }
}
