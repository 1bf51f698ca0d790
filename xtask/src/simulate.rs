//! Runs simulations of runtimes that call each other over a network which fails, by one seed after the other.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use isorun_checks::simulation::{Form, run_seed};

/// What to run.
struct Seeds {
    form: Form,
    first: u64,
    count: u64,
}

/// Runs as many seeds as the arguments say, on all cores, and says from time to time how far it has come.
///
/// # Errors
///
/// The first seed that breaks a promise, with the steps that led there and what happened to each frame.
pub(crate) fn simulate(args: &[String]) -> Result<()> {
    let Seeds { form, first, count } = Seeds::parse(args)?;
    let (next, failed, broken) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(None));
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let done = next.fetch_add(1, Ordering::Relaxed);
                    if done >= count {
                        break;
                    }
                    if done > 0 && done % 10_000 == 0 {
                        let rate = done as f64 / begun.elapsed().as_secs_f64();
                        println!("{done} of {count} seeds, {rate:.0} a second");
                    }
                    if let Err(what) = run_seed(form, first.wrapping_add(done)) {
                        failed.store(true, Ordering::Relaxed);
                        broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(what);
                    }
                }
            });
        }
    });
    match broken.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(what) => bail!("{what}"),
        None => {
            println!("{count} seeds from {first} on: every promise was kept, in {:?}", begun.elapsed());
            Ok(())
        }
    }
}

impl Seeds {
    fn parse(args: &[String]) -> Result<Seeds> {
        let mut seeds = Seeds { form: Form::Systems, first: 0, count: 0 };
        let mut args = args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            let mut number = || {
                let text = args.next().with_context(|| format!("`{arg}` needs a number"))?;
                text.parse().with_context(|| format!("`{arg} {text}` has no number"))
            };
            match arg {
                "--seeds" => seeds.count = number()?,
                "--from" => seeds.first = number()?,
                "--guests" => seeds.form = guests()?,
                _ => bail!("`simulate` does not know `{arg}`"),
            }
        }
        match seeds.count {
            0 => bail!("say how many seeds to run: `simulate --seeds 100000`"),
            _ => Ok(seeds),
        }
    }
}

#[cfg(feature = "guests")]
fn guests() -> Result<Form> {
    Ok(Form::Guests)
}

#[cfg(not(feature = "guests"))]
fn guests() -> Result<Form> {
    bail!("this is built without guests: cargo run --release -p xtask --features guests -- simulate --guests ..")
}
