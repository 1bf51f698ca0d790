//! How many calls a second pass over one Unix socket, with so many under way at a time?

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::net::UnixStream;

use crate::measure::{Row, Unit, median};
use crate::over_isorun::Isorun;
use crate::over_tarpc::Tarpc;
use crate::over_wrpc::Wrpc;
use crate::work::{Caller, Work};
use crate::{Bench, Line, MOST_IN_FLIGHT};

const SIZES: [usize; 3] = [1, 32, MOST_IN_FLIGHT];
const ROUNDS: usize = 15;
/// How long each peer calls in a round.
const SPAN: Duration = Duration::from_millis(150);

pub(crate) fn measure(bench: &Bench, lines: &mut Vec<Line>) -> Result<()> {
    for size in SIZES {
        let id = format!("in-flight/{size}");
        if bench.wants(&id) {
            // A runtime of its own: latencies are measured on one thread.
            let rows = std::thread::scope(|scope| scope.spawn(|| compare(&id, size)).join());
            let rows = rows.map_err(|_| anyhow::anyhow!("a measurement panicked"))??;
            lines.extend(rows.map(|row| Line { row, bytes: None }));
        }
    }
    Ok(())
}

fn compare(id: &str, size: usize) -> Result<[Row; 2]> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tokio.block_on(async {
        let folder = tempfile::tempdir()?;
        let isorun = Isorun::over(UnixStream::pair()?)?;
        let tarpc = Tarpc::over(UnixStream::pair()?);
        let wrpc = Wrpc::over_socket(&folder.path().join("socket")).await?;
        let mut rounds = [const { Vec::new() }; 3];
        // The first round warms up.
        for round in 0..=ROUNDS {
            let mut rates = [0.0; 3];
            // Who goes first changes.
            for turn in 0..3 {
                let whose = (round + turn) % 3;
                rates[whose] = match whose {
                    0 => rate(&isorun, size).await.context("isorun")?,
                    1 => rate(&tarpc, size).await.context("tarpc")?,
                    _ => rate(&wrpc, size).await.context("wRPC, which needs two files for each call under way")?,
                };
            }
            if round > 0 {
                rounds.iter_mut().zip(rates).for_each(|(rounds, rate)| rounds.push(rate));
            }
        }
        let [ours, tarpc, wrpc] = rounds.map(median);
        let row = |peer: &str, peers| Row { id: id.into(), unit: Unit::CallsPerSecond, ours, peer: peer.into(), peers };
        Ok([row("tarpc", tarpc), row("wRPC", wrpc)])
    })
}

/// Calls a second of so many callers, each of which makes one after another.
async fn rate(caller: &impl Caller, size: usize) -> Result<f64> {
    let start = Instant::now();
    let callers: Vec<_> = (0..size)
        .map(|_| {
            let caller = caller.clone();
            tokio::spawn(async move {
                let mut calls = 0_u32;
                while start.elapsed() < SPAN {
                    Work::Add.once(&caller).await?;
                    calls += 1;
                }
                anyhow::Ok(calls)
            })
        })
        .collect();
    let mut calls = 0.0;
    for caller in callers {
        calls += f64::from(caller.await.context("a caller panicked")??);
    }
    Ok(calls / start.elapsed().as_secs_f64())
}
