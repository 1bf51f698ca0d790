//! Measures isorun side by side with hand-written wasmtime in the same engine mode.
//!
//! `cargo run --release -p isorun-bench -- [--quick] [PART-OF-AN-ID]` prints a table and writes `target/bench/report.json`.

mod accounts;
mod app_app;
mod app_system;
mod callers;
mod expand;
mod fairness;
mod fresh;
mod fuel;
mod fused;
mod host_app;
mod idle;
mod measure;
mod peer;
mod rebuild;
mod remote;
mod setup;
mod transfer;

use std::path::Path;

use wasmtime::error::Context;

use measure::{Plan, Row};
use setup::Setup;

#[tokio::main(flavor = "current_thread")]
async fn main() -> wasmtime::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, argument, whose, size] = &arguments[..]
        && argument == idle::ARGUMENT
    {
        return idle::print(whose, size).await;
    }
    let (mut quick, mut filter) = (false, String::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            part if !part.starts_with('-') => filter = part.into(),
            other => wasmtime::bail!("unknown option `{other}`\n  usage: isorun-bench [--quick] [PART-OF-AN-ID]"),
        }
    }
    let plan =
        if quick { Plan { rounds: 21, round_ns: 10_000_000 } } else { Plan { rounds: 101, round_ns: 20_000_000 } };
    let bench = Bench { plan, filter, setup: Setup::new().await? };
    let mut rows = Vec::new();
    host_app::measure(&bench, &mut rows).await?;
    app_system::measure(&bench, &mut rows).await?;
    fresh::measure(&bench, &mut rows).await?;
    rebuild::measure(&bench, &mut rows).await?;
    app_app::measure(&bench, &mut rows).await?;
    idle::measure(&bench, &mut rows)?;
    callers::measure(&bench, &mut rows)?;
    fuel::measure(&bench, &mut rows).await?;
    accounts::measure(&bench, &mut rows).await?;
    remote::measure(&bench, &mut rows).await?;
    transfer::measure(&bench).await?;
    fairness::measure(&bench, &mut rows)?;
    // Half a minute of cargo, and minutes the first time.
    if !quick || bench.filter.starts_with("expand") {
        expand::measure(&bench, &mut rows).await?;
    }
    print(&rows);
    write(&rows)
}

/// What every question is asked with.
pub(crate) struct Bench {
    plan: Plan,
    filter: String,
    setup: Setup,
}

impl Bench {
    /// Whether this id was asked for.
    pub(crate) fn wants(&self, id: &str) -> bool {
        id.contains(&self.filter)
    }
}

fn print(rows: &[Row]) {
    println!("{:<30} {:>12} {:<10} {:>12} {:>7}", "id", "ours", "peer", "peer's", "ratio");
    for row in rows {
        println!(
            "{:<30} {:>12} {:<10} {:>12} {:>7.2}",
            row.id,
            row.unit.show(row.ours),
            row.peer,
            row.unit.show(row.peers),
            row.ratio()
        );
    }
}

fn write(rows: &[Row]) -> wasmtime::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let rows: Vec<_> = rows.iter().map(Row::to_json).collect();
    std::fs::write(folder.join("report.json"), serde_json::to_vec_pretty(&rows)?).context("cannot write the report")
}
