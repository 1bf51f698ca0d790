//! `cargo run -p xtask -- <chore>`: see `USAGE`.

mod simulate;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo run -p xtask -- <chore>

  guests            build the apps under examples/apps/ into examples/apps/components/
  guests --check    say which of the components there are not built from the sources there
  simulate --seeds N [--from S] [--guests]
                    run so many simulations, as `cargo test --test simulation` does with its first 10000; give cargo `--release`, and
                    `--features guests` for simulations with guests";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["guests"] => xtask::build(&xtask::root()?),
        ["guests", "--check"] => check(),
        ["simulate", ..] => simulate::simulate(&args[1..]),
        [] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("there is no chore `{}`\n\n{USAGE}", args.join(" ")),
    }
}

fn check() -> Result<()> {
    let stale = xtask::check(&xtask::root()?)?;
    for component in &stale {
        eprintln!("error: {component}");
    }
    match stale.len() {
        0 => Ok(()),
        1 => bail!("1 component is not up to date"),
        count => bail!("{count} components are not up to date"),
    }
}
