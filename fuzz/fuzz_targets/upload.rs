//! WIT texts and components, before anything is compiled: see `fuzz/README.md`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| isorun_checks::uploads::upload(bytes));
