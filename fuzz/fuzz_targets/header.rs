//! Headers, and what relays do with them: see `fuzz/README.md`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| isorun_checks::relayed::header(bytes));
