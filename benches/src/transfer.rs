//! What does a byte cost that is passed, and what an element?
//!
//! `budget/transfer`: nanoseconds of a byte or an element at each crossing, and of the largest transfer that there may be by default. They are
//! printed as a table for the docs. The guests here do nothing with what they are given, and have what they give.

use std::time::Instant;

use isorun::{Instance, Runtime};

use crate::Bench;
use crate::measure::{Plan, median};

#[isorun::interface("wit/transfer.wit")]
mod taker {}

#[isorun::interface("wit/transfer.wit")]
mod giver {}

#[isorun::interface("wit/transfer.wit")]
mod user {}

struct Host;

#[isorun::system]
impl taker::Taker for Host {
    fn text(&self, _value: &str) {}

    fn octets(&self, _value: Vec<u8>) {}

    fn texts(&self, _value: Vec<String>) {}

    fn pairs(&self, _value: Vec<(u8, bool)>) {}
}

#[isorun::system]
impl giver::Giver for Host {
    fn text(&self, n: u32) -> String {
        "x".repeat(n as usize)
    }

    fn octets(&self, n: u32) -> Vec<u8> {
        vec![0; n as usize]
    }

    fn texts(&self, n: u32) -> Vec<String> {
        vec![String::new(); n as usize]
    }

    fn pairs(&self, n: u32) -> Vec<(u8, bool)> {
        vec![(0, false); n as usize]
    }
}

/// The functions, the types of what they pass, how many bytes or elements are passed, and how many there may be by default.
const KINDS: [(&str, &str, u32, u32); 4] = [
    ("text", "string", 1 << 20, 8 << 20),
    ("octets", "(list u8)", 1 << 20, 8 << 20),
    ("texts", "(list string)", 20_000, 95_000),
    ("pairs", "(list (tuple u8 bool))", 100_000, 160_000),
];

pub(crate) async fn measure(bench: &Bench) -> wasmtime::Result<()> {
    if !bench.wants("budget/transfer") {
        return Ok(());
    }
    let runtime = Runtime::builder().max_stores(8).build()?;
    runtime.register::<taker::Interface>()?;
    runtime.register::<giver::Interface>()?;
    runtime.register::<user::Interface>()?;
    let (takes, gives) =
        (start(&runtime, "taker", &taking(), &[]).await?, start(&runtime, "giver", &giving(), &[]).await?);
    let (host_takes, host_gives) =
        (runtime.provide::<taker::Interface>(Host), runtime.provide::<giver::Interface>(Host));
    let on_host = start(&runtime, "on the host", &using(), &[&host_takes, &host_gives]).await?;
    let on_guests = start(&runtime, "on guests", &using(), &[&takes, &gives]).await?;
    println!(
        "| from, to | a byte of a string | a byte of a `list<u8>` | an empty string in a list | a pair of two numbers in a list | the largest transfer |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    row(bench.plan, "an app, to a system", &on_host, "take").await?;
    row(bench.plan, "a system, to an app", &on_host, "give").await?;
    row(bench.plan, "an app, to an app it calls", &on_guests, "take").await?;
    row(bench.plan, "an app, to an app that has called it", &on_guests, "give").await?;
    println!();
    Ok(())
}

async fn start(runtime: &Runtime, name: &str, text: &str, providers: &[&Instance]) -> wasmtime::Result<Instance> {
    let app = runtime.add_app(name, &wat::parse_str(text)?).await?;
    let instance = providers.iter().fold(runtime.instantiate(&app), |instance, provider| instance.with(provider));
    Ok(instance.await?)
}

async fn row(plan: Plan, name: &str, user: &Instance, function: &str) -> wasmtime::Result<()> {
    let user = user.caller::<user::Interface>()?;
    let (mut cells, mut longest) = (Vec::new(), 0.0_f64);
    for (number, (_, _, n, most)) in KINDS.into_iter().enumerate() {
        let time = async |n: u32| {
            let mut times = Vec::new();
            for _ in 0..plan.rounds.min(31) {
                let began = Instant::now();
                match function {
                    "take" => user.take(number as u32, n).await?,
                    _ => user.give(number as u32, n).await?,
                }
                times.push(began.elapsed().as_nanos() as f64);
            }
            wasmtime::Result::<f64>::Ok(median(times))
        };
        cells.push(format!("{:.2} ns", (time(n).await? - time(0).await?) / f64::from(n)));
        longest = longest.max(time(most).await?);
    }
    println!("| {name} | {} | {:.1} ms |", cells.join(" | "), longest / 1e6);
    Ok(())
}

/// Memory for the largest transfers, and a `realloc` that always has room at the same place.
const MEMORY: &str = r#"(memory (export "memory") 300)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))"#;
const OPTIONS: &str = r#"(memory (core memory $code "memory")) (realloc (core func $code "realloc"))"#;

fn taking() -> String {
    exporting("taker", |name, ty| {
        (
            format!(r#"(func (export "{name}") (param i32 i32))"#),
            format!(r#"(func ${name} (param "value" {ty}) (canon lift (core func $code "{name}") {OPTIONS}))"#),
        )
    })
}

fn giving() -> String {
    exporting("giver", |name, ty| {
        (
            format!(
                r#"(func (export "{name}") (param i32) (result i32)
                    (i32.store (i32.const 16) (i32.const 65536)) (i32.store (i32.const 20) (local.get 0)) (i32.const 16))"#
            ),
            format!(
                r#"(func ${name} (param "n" u32) (result {ty}) (canon lift (core func $code "{name}") {OPTIONS}))"#
            ),
        )
    })
}

/// An app that exports an interface, of each of whose functions the core and the lifted form are given.
fn exporting(interface: &str, function: impl Fn(&str, &str) -> (String, String)) -> String {
    let (core, lifted): (String, String) = KINDS.iter().map(|(name, ty, ..)| function(name, ty)).unzip();
    let exports: String = KINDS.iter().map(|(name, ..)| format!(r#"(export "{name}" (func ${name}))"#)).collect();
    format!(
        r#"(component
            (core module $code {MEMORY} {core})
            (core instance $code (instantiate $code))
            {lifted}
            (instance $out {exports})
            (export "bench:transfer/{interface}@0.1.0" (instance $out)))"#
    )
}

fn using() -> String {
    let each =
        |text: &dyn Fn(&str, &str) -> String| KINDS.iter().map(|(name, ty, ..)| text(name, ty)).collect::<String>();
    let takes = each(&|name, ty| format!(r#"(export "{name}" (func (param "value" {ty})))"#));
    let gives = each(&|name, ty| format!(r#"(export "{name}" (func (param "n" u32) (result {ty})))"#));
    let lowered = each(&|name, _| {
        format!(
            r#"(core func $take-{name} (canon lower (func $taker "{name}") {OPTIONS}))
            (core func $give-{name} (canon lower (func $giver "{name}") {OPTIONS}))"#
        )
    });
    let imports = each(&|name, _| {
        format!(
            r#"(import "take" "{name}" (func $take-{name} (param i32 i32)))
            (import "give" "{name}" (func $give-{name} (param i32 i32)))"#
        )
    });
    let given = |side: &str| each(&|name, _| format!(r#"(export "{name}" (func ${side}-{name}))"#));
    let calls = |side: &str, call: &dyn Fn(&str) -> String| {
        let cases = KINDS.iter().enumerate().map(|(number, (name, ..))| {
            format!("(if (i32.eq (local.get 0) (i32.const {number})) (then {}))", call(name))
        });
        format!(r#"(func (export "{side}") (param i32 i32) {})"#, cases.collect::<String>())
    };
    let take = calls("take", &|name| format!("(call $take-{name} (i32.const 65536) (local.get 1))"));
    let give = calls("give", &|name| format!("(call $give-{name} (local.get 1) (i32.const 16))"));
    format!(
        r#"(component
            (import "bench:transfer/taker@0.1.0" (instance $taker {takes}))
            (import "bench:transfer/giver@0.1.0" (instance $giver {gives}))
            (core module $memory {MEMORY})
            (core instance $code (instantiate $memory))
            {lowered}
            (core module $use {imports} {take} {give})
            (core instance $use (instantiate $use
                (with "take" (instance {})) (with "give" (instance {}))))
            (func $take (param "function" u32) (param "n" u32) (canon lift (core func $use "take")))
            (func $give (param "function" u32) (param "n" u32) (canon lift (core func $use "give")))
            (instance $out (export "take" (func $take)) (export "give" (func $give)))
            (export "bench:transfer/user@0.1.0" (instance $out)))"#,
        given("take"),
        given("give")
    )
}
