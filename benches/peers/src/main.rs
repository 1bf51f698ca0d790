//! Measures isorun's remote side by side with tarpc and wRPC.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml -- [--quick] [PART-OF-AN-ID]`, see `README.md`.

// What the shared file calls its errors.
extern crate anyhow as wasmtime;

mod in_flight;
mod latency;
#[allow(dead_code, reason = "it is shared with `isorun-bench`")]
#[path = "../../src/measure.rs"]
mod measure;
mod memory;
mod over_isorun;
mod over_tarpc;
mod over_wrpc;
mod work;

use std::path::Path;

use anyhow::{Context, Result, bail};
use tracing::subscriber::NoSubscriber;

use measure::{Row, Unit};

/// The most calls that are under way at a time.
const MOST_IN_FLIGHT: usize = 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // tarpc turns on `tracing/log`, by which wRPC and tarpc write each call as text where there is no subscriber, for a log that nobody keeps.
    tracing::subscriber::set_global_default(NoSubscriber::new())?;
    let (mut quick, mut filter) = (false, String::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            part if !part.starts_with('-') => filter = part.into(),
            other => bail!("unknown option `{other}`\n  usage: isorun-peers [--quick] [PART-OF-AN-ID]"),
        }
    }
    let bench = Bench { rounds: if quick { 101 } else { 501 }, filter };
    let mut lines = Vec::new();
    latency::measure(&bench, &mut lines).await?;
    in_flight::measure(&bench, &mut lines)?;
    print(&lines);
    write(&lines)
}

/// What every question is asked with.
struct Bench {
    /// How often each peer has its turn in a comparison of latencies.
    rounds: usize,
    filter: String,
}

impl Bench {
    /// Whether this id was asked for.
    fn wants(&self, id: &str) -> bool {
        id.contains(&self.filter)
    }
}

/// What one question was answered with.
struct Line {
    row: Row,
    /// Bytes of a request and its reply, ours and the peer's.
    bytes: Option<[[u64; 2]; 2]>,
}

impl Line {
    /// Whether the peer did better.
    fn is_lost(&self) -> bool {
        match self.row.unit {
            Unit::CallsPerSecond => self.row.ratio() < 1.0,
            Unit::Nanoseconds | Unit::Bytes => self.row.ratio() > 1.0,
        }
    }
}

fn print(lines: &[Line]) {
    let bytes = |bytes: Option<[u64; 2]>| bytes.map_or(String::new(), |[there, back]| format!("{there} + {back}"));
    println!(
        "{:<20} {:>11} {:<6} {:>11} {:>6}  {:>19} {:>19}",
        "id", "isorun", "peer", "peer's", "ratio", "isorun's bytes", "peer's bytes"
    );
    for Line { row, bytes: sizes } in lines {
        println!(
            "{:<20} {:>11} {:<6} {:>11} {:>6.2}  {:>19} {:>19}",
            row.id,
            row.unit.show(row.ours),
            row.peer,
            row.unit.show(row.peers),
            row.ratio(),
            bytes(sizes.map(|[ours, _]| ours)),
            bytes(sizes.map(|[_, theirs]| theirs)),
        );
    }
    for line in lines.iter().filter(|line| line.is_lost()) {
        println!("isorun loses: {} beside {}, ratio {:.2}", line.row.id, line.row.peer, line.row.ratio());
    }
}

fn write(lines: &[Line]) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let rows: Vec<_> = lines.iter().map(|line| line.row.to_json()).collect();
    std::fs::write(folder.join("report.json"), serde_json::to_vec_pretty(&rows)?).context("cannot write the report")
}
