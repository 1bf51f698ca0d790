//! An app that moves to another runtime while it is called.

use std::collections::BTreeSet;
use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use isorun::error::MoveError;
use isorun::instance::InstanceState;
use isorun::runtime::{Arrival, Destination, Problem, Recipe, State};
use isorun::{CallError, Instance, RemoveError, ReplaceError, Restart, Reuse, Runtime, Token};
use isorun_tests::moving::{Here, Three, To, Two, one_in, three, to};
use isorun_tests::{add, again, apps, moving, start};

/// A runtime in which every quantum is a slice, so that a guest gives way however fast the machine is.
fn with_moving() -> Runtime {
    moving::with_moving(Runtime::builder().yield_every(Duration::ZERO))
}

/// A runtime that instances move to.
struct There {
    runtime: Runtime,
    here: Here,
    link: To,
    /// How many tokens are kept back.
    keeps_back: usize,
    abandoned: usize,
}

impl There {
    fn new(from: &Runtime, apps: &[&'static [u8]]) -> There {
        let runtime = with_moving();
        let here = Here { apps: apps.to_vec(), back: to(from), connected: Vec::new() };
        There { link: to(&runtime), runtime, here, keeps_back: 0, abandoned: 0 }
    }
}

impl Destination for There {
    type Transport = To;

    async fn receive(&mut self, recipe: &Recipe, state: Option<&[u8]>) -> Result<Arrival<To>, Problem> {
        tokio::task::yield_now().await;
        let recipe: Recipe = recipe.to_string().parse()?;
        let received = self.runtime.receive_move(&recipe, state, &mut self.here).await?;
        let kept = received.tokens.len() - self.keeps_back;
        Ok(Arrival { tokens: received.tokens[..kept].to_vec(), transport: self.link.clone() })
    }

    fn abandon(&mut self, tokens: &[Token]) {
        self.abandoned += 1;
        // A token that was kept back still exports it.
        assert!(self.runtime.abandon_move(tokens) || self.keeps_back > 0);
    }
}

async fn count(counter: &Instance) -> u64 {
    counter.call("count", "()").await.unwrap().parse().unwrap()
}

fn names(runtime: &Runtime) -> Vec<String> {
    runtime.graph().nodes.into_iter().map(|node| node.name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_moves_while_it_is_called_and_every_call_is_made_once() {
    let here = with_moving();
    let counter = start(&here, "counter", apps::COUNTER, &[]).await;
    let mut there = There::new(&here, &[apps::COUNTER]);
    let stop = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (counter, stop) = (counter.clone(), stop.clone());
            tokio::spawn(async move {
                let mut got = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    got.push(match task % 2 {
                        0 => counter.call("next", "()").await.unwrap().parse::<u64>().unwrap(),
                        _ => counter.call("label", r#"("")"#).await.unwrap().trim_matches('"').parse().unwrap(),
                    });
                    tokio::task::yield_now().await;
                }
                got
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let moved = here.relocate(&counter, &mut there).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.store(true, Ordering::SeqCst);
    let (mut all, mut calls) = (BTreeSet::new(), 0);
    for task in tasks {
        let got = task.await.unwrap();
        assert!(got.is_sorted());
        calls += got.len() as u64;
        all.extend(got);
    }
    assert_eq!((all.len() as u64, all.first().copied(), all.last().copied()), (calls, Some(1), Some(calls)));
    assert_eq!((moved.state, moved.epoch, there.abandoned), (State::Carried(9), 1, 0));
    let far = there.runtime.instance("counter").unwrap();
    assert_eq!((count(&far).await, far.epoch(), counter.epoch()), (calls, 1, 0));
    assert!(far.counters().calls > 2, "nobody has called it there");
    assert!(matches!(counter.state(), InstanceState::Forwarding));
    assert!(there.runtime.graph().dot().contains("epoch 1"));

    // The forwarder goes with its last user, and what it has gone on to with it.
    here.remove(&counter).unwrap();
    moved.remotes.iter().for_each(|remote| here.remove(remote).unwrap());
    assert!(names(&here).is_empty());
}

#[tokio::test]
async fn a_move_that_fails_at_any_step_leaves_the_app_where_it_is_with_its_state() {
    type Spoil = fn(&mut There);
    type Is = fn(&MoveError) -> bool;
    let nothing: Spoil = |_| {};
    let steps: [(&str, Spoil, Is, usize); 8] = [
        ("save-refuses", nothing, |error| matches!(error, MoveError::SaveRefused { why, .. } if why == "not now"), 0),
        ("load-traps", nothing, |error| matches!(error, MoveError::Destination { .. }), 0),
        ("load-refuses", nothing, |error| error.to_string().contains("no bytes of mine"), 0),
        ("nothing", |there| there.here.apps.clear(), |error| error.to_string().contains("was not brought: no app"), 0),
        ("nothing", |there| there.here.apps = vec![apps::CALC], |error| error.to_string().contains("another hash"), 0),
        (
            "nothing",
            |there| there.link.cut.store(true, Ordering::SeqCst),
            |error| matches!(error, MoveError::Unreachable { .. }),
            1,
        ),
        (
            "nothing",
            |there| there.keeps_back = 1,
            |error| matches!(error, MoveError::Tokens { wanted: 2, found: 1, .. }),
            1,
        ),
        (
            "nothing",
            |there| there.link = to(&Runtime::new().unwrap()),
            |error| matches!(error, MoveError::Unreachable { cause: CallError::Remote(_), .. }),
            1,
        ),
    ];
    let here = with_moving();
    let counter = start(&here, "counter", apps::COUNTER, &[]).await;
    let mut expected = 0;
    for (failure, spoil, is, abandoned) in steps {
        let mut there = There::new(&here, &[apps::COUNTER]);
        spoil(&mut there);
        counter.call("fail", &format!("({failure})")).await.unwrap();
        counter.call("next", "()").await.unwrap();
        expected += 1;
        let error = here.relocate(&counter, &mut there).await.unwrap_err();
        assert!(is(&error), "{failure}: {error:?}");
        assert_eq!((count(&counter).await, there.abandoned), (expected, abandoned), "{failure}: {error}");
        assert!(matches!(counter.state(), InstanceState::Idle));
        assert_eq!(names(&here), ["counter"], "{failure}");
        assert!(names(&there.runtime).is_empty() || there.keeps_back > 0, "{failure}");
        assert!(there.runtime.app("counter").is_none() || abandoned > 0, "{failure}");
    }
    counter.call("fail", "(nothing)").await.unwrap();
    let mut there = There::new(&here, &[apps::COUNTER]);
    here.relocate(&counter, &mut there).await.unwrap();
    assert_eq!(count(&counter).await, expected);
}

#[tokio::test]
async fn a_trap_in_save_costs_the_app_its_memory_as_any_trap_does() {
    let here = with_moving();
    let app = add(&here, "counter", apps::COUNTER).await;
    let within = Restart::Limited { max: 5, within: Duration::from_secs(60) };
    let counter = here.instantiate(&app).restart(within).await.unwrap();
    counter.call("next", "()").await.unwrap();
    counter.call("fail", "(save-traps)").await.unwrap();
    let mut there = There::new(&here, &[apps::COUNTER]);
    let error = here.relocate(&counter, &mut there).await.unwrap_err();
    assert!(matches!(&error, MoveError::Save { cause: CallError::Trap { .. }, .. }), "{error:?}");
    assert_eq!((count(&counter).await, counter.counters().restarts), (0, 1));
    // What was lost by a fault before is nothing that could be saved.
    let poisoned = here.instantiate(&app).await.unwrap();
    poisoned.call("fail", "(save-traps)").await.unwrap();
    here.relocate(&poisoned, &mut there).await.unwrap_err();
    let error = here.relocate(&poisoned, &mut there).await.unwrap_err();
    assert!(matches!(error, MoveError::Poisoned { .. }), "{error:?}");
}

#[tokio::test]
async fn a_move_that_is_dropped_at_any_point_leaves_the_app_where_it_is_with_its_state() {
    // `save` and `load` are dropped half-way, too.
    let here = with_moving();
    let app = add(&here, "counter", apps::COUNTER).await;
    let counter = again(&here, &app, &[]).await;
    counter.call("fail", "(takes-long)").await.unwrap();
    let mut last = 0;
    for polls in 1..1000 {
        let mut there = There::new(&here, &[apps::COUNTER]);
        add(&there.runtime, "counter", apps::COUNTER).await;
        counter.call("next", "()").await.unwrap();
        let done = {
            let mut moving = here.relocate(&counter, &mut there).into_future();
            let mut waiting: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(counter.call("next", "()"));
            let mut done = false;
            for _ in 0..polls {
                done = poll_fn(|task| Poll::Ready(moving.as_mut().poll(task))).await.is_ready();
                if done {
                    break;
                }
                let waits = poll_fn(|task| Poll::Ready(waiting.as_mut().poll(task))).await;
                assert!(waits.is_pending(), "a call has come in at {polls}");
                tokio::task::yield_now().await;
            }
            drop(moving);
            assert_eq!(waiting.await.unwrap(), (last + 2).to_string(), "{polls}");
            done
        };
        last += 2;
        assert_eq!(count(&counter).await, last, "{polls}");
        if done {
            assert!(polls > 20, "{polls}");
            return;
        }
        assert_eq!((names(&here), names(&there.runtime)), (vec!["counter".to_string()], Vec::new()), "{polls}");
    }
    panic!("it has not moved");
}

#[tokio::test]
async fn an_app_on_an_app_a_system_and_a_remote_moves_and_still_has_all_three() {
    let here = with_moving();
    let mut there = There::new(&here, &[apps::COUNTER, apps::HUB]);
    let one = one_in(&here).await;
    let epoch = Arc::new(AtomicU64::new(7));
    let two = here.provide(Two(epoch.clone()));
    let own = there.runtime.provide(Three);
    let token = there.runtime.export::<three::Interface>(&own).unwrap();
    let three = here.import::<three::Interface>(token, to(&there.runtime));
    let hub = start(&here, "hub", apps::HUB, &[&one, &two, &three]).await;
    assert_eq!(hub.call("ask", "(0)").await.unwrap(), "(1, 1, 20, 300)");
    assert_eq!(epoch.load(Ordering::SeqCst), 0);

    let moved = here.relocate(&hub, &mut there).await.unwrap();
    assert_eq!((moved.state, moved.tokens.len()), (State::Carried(8), 3));
    assert_eq!(hub.call("ask", "(0)").await.unwrap(), "(2, 1, 20, 300)");
    // What was its own there is wired directly, and needs no way.
    assert_eq!(there.here.connected, ["test:moving/one@1.0.0", "test:moving/two@1.0.0"]);
    let graph = there.runtime.graph();
    let edges: Vec<_> = graph.edges.iter().map(|edge| (edge.import.as_str(), edge.to.as_str())).collect();
    let wanted = [
        ("test:moving/one@1.0.0", "remote one"),
        ("test:moving/two@1.0.0", "remote two"),
        ("test:moving/three@1.0.0", "Three"),
    ];
    assert_eq!(edges, wanted);
    assert!(matches!(here.remove(&one), Err(RemoveError::InUse { .. })));
    assert_eq!(here.graph().edges.iter().filter(|edge| edge.from == "hub").count(), 2);

    // Back again: it finds what it had, and the first one goes on with it.
    let far = there.runtime.instance("hub").unwrap();
    let mut back = There::new(&there.runtime, &[]);
    (back.runtime, back.link) = (here.clone(), to(&here));
    back.here.apps = vec![apps::COUNTER, apps::HUB];
    there.runtime.relocate(&far, &mut back).await.unwrap();
    let again = here.instance("hub-2").unwrap();
    assert_eq!((again.call("ask", "(0)").await.unwrap().as_str(), again.epoch()), ("(3, 1, 20, 300)", 2));
    assert_eq!(back.here.connected, ["test:moving/three@1.0.0"]);
    assert_eq!(hub.call("ask", "(0)").await.unwrap(), "(4, 1, 20, 300)");
    here.replace(&hub, &again).await.unwrap();
    assert_eq!(hub.call("ask", "(0)").await.unwrap(), "(5, 1, 20, 300)");
    assert_eq!(epoch.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn memory_is_lost_only_where_that_is_said() {
    let here = with_moving();
    let mut there = There::new(&here, &[apps::CALC]);
    let app = add(&here, "calc", apps::CALC).await;
    let calc = again(&here, &app, &[]).await;
    let error = here.relocate(&calc, &mut there).await.unwrap_err();
    assert!(matches!(error, MoveError::NoSnapshot { .. }), "{error:?}");
    assert!(error.to_string().contains(".losing_state()"), "{error}");
    let moved = here.relocate(&calc, &mut there).losing_state().await.unwrap();
    assert_eq!((moved.state, calc.call("add", "(1, 2)").await.unwrap().as_str()), (State::Lost, "3"));
    let error = here.relocate(&calc, &mut there).await.unwrap_err();
    assert!(matches!(error, MoveError::Replace(ReplaceError::NotAnApp { .. })), "{error:?}");
    let fresh = here.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
    let moved = here.relocate(&fresh, &mut there).await.unwrap();
    assert_eq!((moved.state, fresh.call("add", "(1, 2)").await.unwrap().as_str()), (State::None, "3"));
}
