//! Attacks by numbers: of calls, and of instances.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use isorun::limits::Limit;
use isorun::{CallError, Instance, Reuse, Runtime};
use isorun_tests::apps;

use super::end::End;
use super::siege::{A_WHILE, Siege, is_honest, siege, siege_of, time};

/// Begins calls that take some slices each.
fn flood(instance: &Instance, calls: usize) -> Vec<tokio::task::JoinHandle<isorun::Result<String>>> {
    let one = || {
        let instance = instance.clone();
        tokio::spawn(async move { instance.call("spin-for", "(5000000)").await })
    };
    (0..calls).map(|_| one()).collect()
}

/// One of three callers fills the line and goes on to fill it. The others are told that it is full, or are served in their turn; and their turn
/// comes.
#[test]
fn a_flood_from_one_caller_among_three() {
    siege(async |siege| {
        let app = siege.app("shared", apps::MISBEHAVE).await;
        let shared = siege.runtime.instantiate(&app).queue(20).await.unwrap();
        let attack = {
            let shared = shared.clone();
            async move {
                let served = Arc::new(AtomicUsize::new(0));
                let honest = [(); 2].map(|()| {
                    let (shared, served) = (shared.clone(), served.clone());
                    tokio::spawn(async move {
                        let mut left = 4;
                        while left > 0 {
                            match shared.call("add", "(1, 2)").await {
                                Ok(_) => {
                                    left -= 1;
                                    served.fetch_add(1, Ordering::Relaxed);
                                }
                                Err(CallError::Busy { waiting, .. }) => assert_eq!(waiting, 20),
                                Err(error) => panic!("{error:#}"),
                            }
                            tokio::task::yield_now().await;
                        }
                    })
                });
                let (mut values, mut refused) = (0, 0);
                // Until both have had all they came for, the line is filled again and again.
                while served.load(Ordering::Relaxed) < 8 {
                    for call in flood(&shared, 100) {
                        match call.await.unwrap() {
                            Ok(_) => values += 1,
                            Err(CallError::Busy { .. }) => refused += 1,
                            Err(error) => panic!("{error:#}"),
                        }
                    }
                }
                for caller in honest {
                    caller.await.unwrap();
                }
                (values, refused)
            }
        };
        let (values, refused) = siege.beside_others(attack).await;
        assert!(values > 0 && refused > 0, "{values} calls had a value, {refused} were refused");
        siege.is_whole(&shared, 0).await;
    });
}

/// In a line everybody has his turn, and nobody is passed by.
#[test]
fn a_line_is_served_in_its_order() {
    siege(async |siege| {
        let app = siege.app("shared", apps::MISBEHAVE).await;
        let shared = siege.instance(&app, &[]).await;
        let attack = {
            let shared = shared.clone();
            async move {
                let ended = Arc::new(AtomicUsize::new(0));
                let count = |call: tokio::task::JoinHandle<isorun::Result<String>>| {
                    let ended = ended.clone();
                    tokio::spawn(async move {
                        call.await.unwrap().unwrap();
                        ended.fetch_add(1, Ordering::Relaxed);
                    })
                };
                let before: Vec<_> = flood(&shared, 30).into_iter().map(count).collect();
                let honest = {
                    let (shared, ended) = (shared.clone(), ended.clone());
                    tokio::spawn(async move {
                        is_honest(&shared).await;
                        ended.load(Ordering::Relaxed)
                    })
                };
                let after: Vec<_> = flood(&shared, 60).into_iter().map(count).collect();
                let ended_before = honest.await.unwrap();
                for call in before.into_iter().chain(after) {
                    call.await.unwrap();
                }
                ended_before
            }
        };
        let ended_before = siege.beside_others(attack).await;
        assert!(ended_before <= 32, "{ended_before} calls were served before one that only 30 were before");
        siege.is_whole(&shared, 0).await;
    });
}

/// All of them at once, and all of them for as long as they may. What a neighbour waits for is one slice of one of them.
#[test]
fn a_thousand_hostile_instances() {
    siege_of(Runtime::builder().max_stores(1010), async |mut siege| {
        siege.most_memory = 512 << 20;
        let app = siege.app("hostile", apps::MISBEHAVE).await;
        let mut all = Vec::new();
        for _ in 0..1000 {
            all.push(siege.instance(&app, &[]).await);
        }
        beside_all(&siege, &all).await;
    });
}

async fn beside_all(siege: &Siege, all: &[Instance]) {
    let span = 4 * A_WHILE;
    let attackers = all.to_vec();
    let attack = async move {
        let calls: Vec<_> = attackers
            .into_iter()
            .map(|guest| tokio::spawn(async move { guest.call("spin", "()").fuel(u64::MAX).timeout(span).await }))
            .collect();
        let mut results = Vec::new();
        for call in calls {
            results.push(call.await.unwrap());
        }
        results
    };
    for result in siege.beside_others(attack).await {
        End::OutOf(Limit::Time).check(&result, &time(span));
    }
    for guest in all {
        siege.is_whole(guest, 1).await;
    }
}

/// Each call takes a place of the runtime's, and there are fewer of them than calls. Those that find none wait.
#[test]
fn a_flood_of_calls_that_each_need_a_store() {
    siege_of(Runtime::builder().max_stores(8), async |siege| {
        let app = siege.app("fresh", apps::MISBEHAVE).await;
        let fresh = siege.runtime.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
        let serial = siege.instance(&app, &[]).await;
        let calls = fresh.clone();
        let results = siege.beside_others(async move {
            let mut results = Vec::new();
            for call in flood(&calls, 100) {
                results.push(call.await.unwrap());
            }
            results
        });
        let refused: Vec<_> = results.await.into_iter().filter_map(Result::err).collect();
        assert!(refused.is_empty(), "{} of 100 were refused: {}", refused.len(), refused[0]);
        is_honest(&fresh).await;
        siege.is_whole(&serial, 0).await;
    });
}

/// A caller that gives up again and again, in the midst of it. What is lost is the store, each time, and nothing but that.
#[test]
fn callers_that_give_up() {
    siege(async |siege| {
        let guest = siege.guest(apps::MISBEHAVE, &[]).await;
        let attacked = guest.clone();
        let given_up = siege.beside_others(async move {
            let mut given_up = 0;
            for _ in 0..100 {
                let call = attacked.call("spin", "()").fuel(u64::MAX);
                tokio::select! {
                    biased;
                    _ = call => panic!("an endless loop has ended"),
                    () = tokio::task::yield_now() => given_up += 1,
                }
            }
            given_up
        });
        assert_eq!(given_up.await, 100);
        siege.is_whole(&guest, 100).await;
    });
}
