//! Runtimes that call each other over a network which fails: what is promised of calls holds by every seed, and a bug that breaks it is found.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use isorun::testing::{Bug, plant};
use isorun_checks::simulation::{self, Course, Form};
use proptest::prelude::*;

/// How many seeds of each form are run, and within how many a bug must be found.
const SEEDS: u64 = 10_000;
const SEEDS_OF_GUESTS: u64 = 500;
const SEEDS_TO_FIND: u64 = 300;

/// Runs the seeds, on as many threads as there are cores, and gives what `look` finds of each.
fn each_seed(seeds: u64, look: impl Fn(u64) -> Result<(), String> + Sync) {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        let work = || {
            loop {
                match next.fetch_add(1, Ordering::Relaxed) {
                    seed if seed < seeds => look(seed).unwrap_or_else(|broken| panic!("{broken}")),
                    _ => break,
                }
            }
        };
        let cores = thread::available_parallelism().map_or(1, Into::into);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
}

#[test]
fn promises_hold_by_every_seed() {
    each_seed(SEEDS, |seed| simulation::run_seed(Form::Systems, seed).map(drop));
}

#[test]
fn promises_hold_by_every_seed_for_guests() {
    let moved = AtomicU64::new(0);
    each_seed(SEEDS_OF_GUESTS, |seed| {
        let course = simulation::run_seed(Form::Guests, seed)?;
        moved.fetch_add(course.trace.to_string().matches("has moved to c").count() as u64, Ordering::Relaxed);
        Ok(())
    });
    assert!(moved.into_inner() > 20, "guests move");
}

#[test]
fn one_seed_gives_one_trace() {
    each_seed(200, |seed| {
        let (once, again) = (simulation::run_seed(Form::Systems, seed)?, simulation::run_seed(Form::Systems, seed)?);
        match once == again {
            true => Ok(()),
            false => Err(format!("seed {seed} has two courses\n{}\n{}", once.trace, again.trace)),
        }
    });
}

/// Without these ends, the promises would hold because nothing happens.
#[test]
fn calls_end_in_every_way() {
    let courses: Vec<Course> = (0..200).map(|seed| simulation::run_seed(Form::Systems, seed).unwrap()).collect();
    let ends: Vec<_> = courses.iter().flat_map(|course| &course.ends).collect();
    for way in [
        "Number(",
        "Stale",
        "dropped",
        "was not sent",
        "was refused",
        "was lost",
        "failed on the other side",
        "out of time",
        "not a reply",
        "unknown target",
        "wrong epoch",
        "busy",
        "out of fuel",
        "1 times again",
    ] {
        let count = ends.iter().filter(|end| end.contains(way)).count();
        assert!(count > 0, "no call of {} ends so: {way}", ends.len());
    }
}

/// The first seed that finds a bug, and what it finds.
fn found(bug: Bug) -> (u64, String) {
    plant(Some(bug));
    let found = (0..SEEDS_TO_FIND)
        .find_map(|seed| simulation::run_seed(Form::Systems, seed).err().map(|broken| (seed, broken)));
    plant(None);
    found.unwrap_or_else(|| panic!("no seed finds {bug:?}"))
}

#[test]
fn a_window_that_forgets_too_early_is_found() {
    let (seed, broken) = found(Bug::ForgetsTooEarly);
    assert!(broken.contains("it ran"), "{broken}");
    println!("found by seed {seed}");
}

#[test]
fn a_lost_refund_is_found() {
    let (seed, broken) = found(Bug::LosesRefunds);
    assert!(broken.contains("it was charged"), "{broken}");
    println!("found by seed {seed}");
}

#[test]
fn a_retry_that_should_not_be_is_found() {
    let (seed, broken) = found(Bug::RepeatsWhatWasLost);
    assert!(broken.contains("it ran") || broken.contains("and ran"), "{broken}");
    println!("found by seed {seed}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any schedule will do, and one that fails is made as short as it can be.
    #[test]
    fn promises_hold_by_every_schedule(schedule in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Err(broken) = simulation::run(Form::Systems, &schedule) {
            return Err(TestCaseError::fail(broken.to_string()));
        }
    }
}
