//! A call that is paused where its fuel is used up: it is looked at, given more, handed to another task, and goes on where it was.
//!
//! `cargo run --example pause`

use std::time::Duration;

use isorun::call::{Run, Step};
use isorun::{Budget, Runtime};

#[isorun::interface("apps/misbehave/wit/misbehave.wit")]
pub mod misbehave {}

/// An app of a stranger. Nobody knows how long its work takes.
const STRANGER: &[u8] = include_bytes!("apps/components/misbehave.wasm");

/// What is granted at a time: some milliseconds of work.
const PART: Budget = Budget { fuel: 20_000_000, time: Duration::from_secs(1), memory: 0 };

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    runtime.register::<misbehave::Interface>()?;
    let app = runtime.add_app("stranger", STRANGER).await?;
    let stranger = runtime.instantiate(&app).await?;
    let caller = stranger.caller::<misbehave::Interface>()?;

    // Three parts are paid for at first. The run owns what it needs, so another task can go on with it.
    let mut run = caller.spin_for(30_000_000).fuel(PART.fuel).timeout(PART.time).pausable();
    let used = in_parts(&mut run, 3).await?;
    println!("paused after {used} units; the instance is {:?}", stranger.state());
    let ended = tokio::spawn(async move { in_parts(&mut run, 100).await.map(|_| run.used()) });
    println!("done after {} units, and {:?}", ended.await??, stranger.state());

    // From outside: all calls of an instance stop, whoever made them, and their time does not run meanwhile.
    stranger.pause();
    let waiting = tokio::spawn(async move { caller.add(1, 2).timeout(Duration::from_millis(50)).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    println!("held by the host: {:?}", stranger.state());
    stranger.resume();
    println!("and let go on: 1 + 2 = {}", waiting.await??);

    // A run that is dropped is a call that was cancelled: the app is stopped where it is.
    let caller = stranger.caller::<misbehave::Interface>()?;
    let mut endless = caller.spin().fuel(PART.fuel).pausable();
    println!("an endless loop was stopped after {} units", in_parts(&mut endless, 2).await?);
    drop(endless);
    println!("{:?}", stranger.state());
    Ok(())
}

/// Lets a run go on until it has ended or has used up so many parts more. Gives the units that it had used when it was last paused.
async fn in_parts<T>(run: &mut Run<T>, parts: u32) -> isorun::Result<u64> {
    let mut paused = 0;
    for _ in 0..parts {
        match run.next().await? {
            Step::Done(_) => break,
            Step::Paused { used, which, .. } => {
                println!("  out of {which} after {used} units");
                paused = used;
                run.grant(PART);
            }
        }
    }
    Ok(paused)
}
