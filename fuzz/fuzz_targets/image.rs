//! Bodies of any type: see `fuzz/README.md`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| isorun_checks::fuzzed::image(bytes));
