//! Messages and answers to them: see `fuzz/README.md`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| isorun_checks::fuzzed::message(bytes));
