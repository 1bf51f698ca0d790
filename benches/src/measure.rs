//! Two ways of doing the same thing, measured side by side.

use std::time::Instant;

use serde_json::{Value, json};

/// How long to measure.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// Rounds, each of which measures both ways once.
    pub(crate) rounds: usize,
    /// Nanoseconds that one way takes in one round.
    pub(crate) round_ns: u64,
}

/// What came of it.
pub(crate) struct Row {
    /// `area/case`.
    pub(crate) id: String,
    pub(crate) unit: Unit,
    /// Our median, for one time.
    pub(crate) ours: f64,
    /// Whom we are measured beside.
    pub(crate) peer: String,
    /// Its median.
    pub(crate) peers: f64,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Nanoseconds,
    Bytes,
    CallsPerSecond,
}

impl Row {
    /// Ours in terms of theirs.
    pub(crate) fn ratio(&self) -> f64 {
        self.ours / self.peers
    }

    /// As it stands in the report: `ours_ns` and `peer_ns`, or another unit in place of `ns`.
    pub(crate) fn to_json(&self) -> Value {
        let unit = match self.unit {
            Unit::Nanoseconds => "ns",
            Unit::Bytes => "bytes",
            Unit::CallsPerSecond => "calls_per_second",
        };
        json!({
            "id": self.id,
            format!("ours_{unit}"): self.ours,
            "peer": self.peer,
            format!("peer_{unit}"): self.peers,
            "ratio": self.ratio(),
        })
    }
}

impl Unit {
    /// A figure for people.
    pub(crate) fn show(self, figure: f64) -> String {
        match self {
            Unit::Nanoseconds if figure < 10_000.0 => format!("{figure:.0} ns"),
            Unit::Nanoseconds if figure < 10_000_000.0 => format!("{:.1} µs", figure / 1_000.0),
            Unit::Nanoseconds => format!("{:.1} ms", figure / 1_000_000.0),
            Unit::Bytes => format!("{:.1} KiB", figure / 1024.0),
            Unit::CallsPerSecond => format!("{:.0} k/s", figure / 1_000.0),
        }
    }
}

impl Plan {
    /// Measures `ours` and `theirs`, each of which does its work as many times as it is told.
    ///
    /// Rounds alternate, and which way goes first alternates too, so that whatever else the machine does meets both.
    pub(crate) async fn compare(
        self,
        id: &str,
        peer: &str,
        mut ours: impl AsyncFnMut(u64) -> wasmtime::Result<()>,
        mut theirs: impl AsyncFnMut(u64) -> wasmtime::Result<()>,
    ) -> wasmtime::Result<Row> {
        let times = [self.times(&mut ours).await?, self.times(&mut theirs).await?];
        let (mut our_rounds, mut their_rounds) = (Vec::new(), Vec::new());
        for round in 0..self.rounds {
            if round % 2 == 0 {
                our_rounds.push(one(&mut ours, times[0]).await?);
                their_rounds.push(one(&mut theirs, times[1]).await?);
            } else {
                their_rounds.push(one(&mut theirs, times[1]).await?);
                our_rounds.push(one(&mut ours, times[0]).await?);
            }
        }
        let (ours, peers) = (median(our_rounds), median(their_rounds));
        Ok(Row { id: id.into(), unit: Unit::Nanoseconds, ours, peer: peer.into(), peers })
    }

    /// How many times fill a round. Warms up on the way.
    async fn times(self, work: &mut impl AsyncFnMut(u64) -> wasmtime::Result<()>) -> wasmtime::Result<u64> {
        let mut times = 1;
        loop {
            let ns = one(work, times).await? * times as f64;
            if ns * 4.0 > self.round_ns as f64 {
                return Ok(((times as f64 * self.round_ns as f64 / ns) as u64).max(1));
            }
            times *= 2;
        }
    }
}

/// Nanoseconds for one time.
async fn one(work: &mut impl AsyncFnMut(u64) -> wasmtime::Result<()>, times: u64) -> wasmtime::Result<f64> {
    let start = Instant::now();
    work(times).await?;
    Ok(start.elapsed().as_nanos() as f64 / times as f64)
}

/// The middle of several figures.
pub(crate) fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
