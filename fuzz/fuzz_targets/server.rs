//! A runtime that hostile peers talk to: see `fuzz/README.md`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| isorun_checks::server::server(bytes));
