//! How long does one call take, when nothing else is under way?
//!
//! Both sides run on one thread, which never waits for anything else. So the CPU time of that thread is what a call takes on a machine that has
//! nothing else to do, and the same on one that has.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use cpu_time::ThreadTime;
use tokio::net::UnixStream;

use crate::measure::{Row, Unit, median};
use crate::memory::Traffic;
use crate::over_isorun::Isorun;
use crate::over_tarpc::Tarpc;
use crate::over_wrpc::Wrpc;
use crate::work::{Caller, Work};
use crate::{Bench, Line};

/// What one peer takes in one round.
const ROUND_NS: f64 = 2_000_000.0;

pub(crate) async fn measure(bench: &Bench, lines: &mut Vec<Line>) -> Result<()> {
    direct(bench, lines).await?;
    memory(bench, lines).await?;
    socket(bench, lines).await
}

/// A function call from side to side. wRPC has nothing of the kind.
async fn direct(bench: &Bench, lines: &mut Vec<Line>) -> Result<()> {
    let (isorun, tarpc) = (Isorun::direct()?, Tarpc::direct());
    for (name, work) in Work::all() {
        compare(bench, lines, &format!("direct/{name}"), &work, &isorun, ("tarpc", &tarpc), None).await?;
    }
    Ok(())
}

/// A stream of bytes in memory.
async fn memory(bench: &Bench, lines: &mut Vec<Line>) -> Result<()> {
    let traffic = [(); 3].map(|()| Arc::new(Traffic::default()));
    let isorun = Isorun::over(traffic[0].stream())?;
    let tarpc = Tarpc::over(traffic[1].stream());
    let wrpc = Wrpc::in_memory(traffic[2].clone()).await?;
    for (name, work) in Work::all() {
        let id = format!("memory/{name}");
        if !bench.wants(&id) {
            continue;
        }
        let ours = bytes_of(&work, &isorun, &traffic[0]).await?;
        let bytes = Some([ours, bytes_of(&work, &tarpc, &traffic[1]).await?]);
        compare(bench, lines, &id, &work, &isorun, ("tarpc", &tarpc), bytes).await?;
        let bytes = Some([ours, bytes_of(&work, &wrpc, &traffic[2]).await?]);
        compare(bench, lines, &id, &work, &isorun, ("wRPC", &wrpc), bytes).await?;
    }
    Ok(())
}

/// A Unix socket. The same bytes pass as in memory.
async fn socket(bench: &Bench, lines: &mut Vec<Line>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let isorun = Isorun::over(UnixStream::pair()?)?;
    let tarpc = Tarpc::over(UnixStream::pair()?);
    let wrpc = Wrpc::over_socket(&folder.path().join("socket")).await?;
    for (name, work) in Work::all() {
        let id = format!("socket/{name}");
        compare(bench, lines, &id, &work, &isorun, ("tarpc", &tarpc), None).await?;
        compare(bench, lines, &id, &work, &isorun, ("wRPC", &wrpc), None).await?;
    }
    Ok(())
}

async fn compare(
    bench: &Bench,
    lines: &mut Vec<Line>,
    id: &str,
    work: &Work,
    ours: &impl Caller,
    (peer, theirs): (&str, &impl Caller),
    bytes: Option<[[u64; 2]; 2]>,
) -> Result<()> {
    if !bench.wants(id) {
        return Ok(());
    }
    let times = [fill(work, ours).await?, fill(work, theirs).await?];
    let mut rounds = [Vec::new(), Vec::new()];
    for round in 0..bench.rounds {
        // Who goes first changes, so that whatever else the machine does meets both.
        for turn in 0..2 {
            let whose = (round + turn) % 2;
            rounds[whose].push(match whose {
                0 => nanoseconds(work, ours, times[0]).await?,
                _ => nanoseconds(work, theirs, times[1]).await?,
            });
        }
    }
    let [ours, peers] = rounds.map(median);
    let row = Row { id: id.into(), unit: Unit::Nanoseconds, ours, peer: peer.into(), peers };
    lines.push(Line { row, bytes });
    Ok(())
}

/// How many calls fill a round. Warms up on the way.
async fn fill(work: &Work, caller: &impl Caller) -> Result<u64> {
    let mut times = 1;
    loop {
        let ns = nanoseconds(work, caller, times).await? * times as f64;
        if ns * 4.0 > ROUND_NS {
            return Ok(((times as f64 * ROUND_NS / ns) as u64).max(1));
        }
        times *= 2;
    }
}

/// Nanoseconds of CPU time for one of so many calls.
async fn nanoseconds(work: &Work, caller: &impl Caller, times: u64) -> Result<f64> {
    let start = ThreadTime::now();
    work.repeat(caller, times).await?;
    Ok(start.elapsed().as_nanos() as f64 / times as f64)
}

/// The bytes of one request and its reply, framing included.
async fn bytes_of(work: &Work, caller: &impl Caller, traffic: &Traffic) -> Result<[u64; 2]> {
    // What a first call may do once is not counted, nor what comes late.
    work.once(caller).await?;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let before = traffic.so_far();
    work.once(caller).await?;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let after = traffic.so_far();
    Ok([after[0] - before[0], after[1] - before[1]])
}
