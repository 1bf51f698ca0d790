//! Runtimes that call each other over a network which fails, while one of them crashes and another one lies: whatever happens, what isorun promises
//! of calls holds.
//!
//! The bytes of a schedule decide all that happens, so a seed repeats, a fuzzer can search among schedules, and a shorter schedule is a simpler one.
//! A world has three nodes. *a* calls; *b* and *c* do work that is counted; *b* also passes calls on to *c*, once by an import that it exports again, and once
//! in the middle of its own work. *m* is a peer of *b*, and a callee of *a*, that follows no rule.

mod called;
#[cfg(feature = "guests")]
mod guest;
mod invariants;
mod line;
mod log;
mod node;
mod panics;
mod policies;
mod register;
mod steps;
mod world;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use isorun::testing::Trace;

use crate::choices::{Choices, noise};

/// Work that is counted.
#[isorun::interface("src/simulation/work.wit")]
pub mod work {}

/// A register that has one owner at a time.
#[isorun::interface("src/simulation/register.wit")]
pub mod registers {}

/// What a guest tells of itself.
#[cfg(feature = "guests")]
#[isorun::interface("src/simulation/notes.wit")]
pub mod notes {}

/// What does the work in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Systems, which need no engine.
    Systems,
    /// Guests: one that is kept at *b*, and one for each call at *c*.
    #[cfg(feature = "guests")]
    Guests,
}

/// What has happened in a world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// What has happened to each frame, and each step between.
    pub trace: Trace,
    /// How each call has ended.
    pub ends: Vec<String>,
}

/// A promise that was not kept, and what has led there.
#[derive(Clone, Debug)]
pub struct Broken {
    /// What was found.
    pub what: String,
    /// What had happened before.
    pub course: Course,
}

/// How many bytes a schedule has that is made of a seed.
const LENGTH: usize = 320;

/// The schedule of a seed.
pub fn schedule(seed: u64) -> Vec<u8> {
    noise(seed, LENGTH)
}

/// Runs a world by a schedule.
///
/// # Errors
///
/// The first promise that is found broken.
pub fn run(form: Form, schedule: &[u8]) -> Result<Course, Box<Broken>> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let tokio = tokio.expect("this machine can make a runtime of one thread");
    let panics = panics::Watch::begin();
    let mut world = None;
    let ended = catch_unwind(AssertUnwindSafe(|| {
        tokio.block_on(async {
            let world = world.insert(world::World::new(form));
            world.live(&mut Choices::new(schedule)).await
        })
    }));
    let course = world.as_ref().map(world::World::course).unwrap_or_default();
    // What is dropped must not panic either.
    let dropped = catch_unwind(AssertUnwindSafe(|| drop((world, tokio))));
    let found = match (ended, dropped, panics.end()) {
        (_, _, Some(panic)) => Err(format!("something panicked: {panic}")),
        (Ok(result), Ok(()), None) => result,
        _ => Err("something panicked without a word".into()),
    };
    found.map(|()| course.clone()).map_err(|what| Box::new(Broken { what, course }))
}

/// Runs the world of a seed.
///
/// # Errors
///
/// The first promise that is found broken, with the seed.
pub fn run_seed(form: Form, seed: u64) -> Result<Course, String> {
    run(form, &schedule(seed)).map_err(|broken| format!("seed {seed}: {broken}"))
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        self.course.ends.iter().try_for_each(|end| writeln!(f, "  {end}"))?;
        write!(f, "{}", self.course.trace)
    }
}
