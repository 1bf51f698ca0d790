//! An app that does honest work of many kinds. Benchmarks use it to see what fuel costs, and what a unit of it is.

use core::arch::wasm32;
use core::hint::black_box;
use std::sync::OnceLock;

use exports::test::work::work::Guest;
use serde_json::Value;
use sha2::{Digest, Sha256};
use test::bench::host;

wit_bindgen::generate!({
    path: ["../wit/bench", "../wit/work", "wit"],
    world: "app:work/work",
    generate_all,
});

/// Records in the text of JSON: some 20 KB.
const RECORDS: u32 = 200;
/// Bytes that are hashed at a time.
const BLOCK: usize = 16 << 10;
/// Numbers that are sorted at a time.
const NUMBERS: u32 = 4096;
/// Places of four bytes that a pointer may lead to: a power of two, and more of them than a cache holds.
const PLACES: u32 = 8 << 20;

struct Work;

export!(Work);

impl Guest for Work {
    fn json(times: u32) -> u64 {
        static TEXT: OnceLock<String> = OnceLock::new();
        let text = TEXT.get_or_init(records);
        repeat(times, |_| {
            let records: Value = serde_json::from_str(black_box(text)).unwrap_or_default();
            let sizes = records.as_array().into_iter().flatten().filter_map(|record| record["size"].as_u64());
            sizes.sum()
        })
    }

    fn sha256(times: u32) -> u64 {
        let mut block = vec![7; BLOCK];
        repeat(times, |n| {
            block[0] = n as u8;
            Sha256::digest(black_box(&block))[0].into()
        })
    }

    fn sort(times: u32) -> u64 {
        repeat(times, |n| {
            let mut numbers: Vec<u32> = (0..NUMBERS).map(|number| mix(number ^ n)).collect();
            black_box(&mut numbers).sort_unstable();
            numbers[NUMBERS as usize / 2].into()
        })
    }

    fn spin(times: u32) -> u64 {
        repeat(times, u64::from)
    }

    fn divide(times: u32) -> u64 {
        let divisor = black_box(7_u64);
        repeat(times, |n| (u64::MAX - u64::from(n)) / black_box(divisor))
    }

    fn chase(times: u32) -> u64 {
        static NEXT: OnceLock<Vec<u32>> = OnceLock::new();
        let next = NEXT.get_or_init(|| (0..PLACES).map(mix).collect());
        let mut at = 0;
        repeat(times, |n| {
            at = next[(at ^ n) as usize % PLACES as usize];
            at.into()
        })
    }

    fn grow(times: u32) -> u64 {
        repeat(times, |_| wasm32::memory_grow(0, 0) as u64)
    }

    fn tick(times: u32) -> u64 {
        repeat(times, |n| host::tick(n.into()))
    }
}

/// Does it so many times and adds up what comes of it. The compiler does not see what is added, and so leaves out nothing.
fn repeat(times: u32, mut work: impl FnMut(u32) -> u64) -> u64 {
    (0..times).fold(0, |sum, n| black_box(sum).wrapping_add(work(n)))
}

/// Numbers that are next to each other become numbers that are not.
fn mix(number: u32) -> u32 {
    let number = (number ^ (number >> 15)).wrapping_mul(0x85eb_ca6b);
    let number = (number ^ (number >> 13)).wrapping_mul(0xc2b2_ae35);
    number ^ (number >> 16)
}

/// A text such as services send each other.
fn records() -> String {
    let record = |n: u32| {
        let (size, hidden) = (mix(n) % 10_000, n.is_multiple_of(7));
        format!(
            r#"{{"name": "note-{n}", "size": {size}, "tags": ["a", "b\n"], "at": {n}.25, "hidden": {hidden}, "next": null}}"#
        )
    };
    format!("[{}]", (0..RECORDS).map(record).collect::<Vec<_>>().join(",\n"))
}
