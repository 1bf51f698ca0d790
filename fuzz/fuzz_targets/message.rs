//! Messages and answers to them: `cargo fuzz run --dev --sanitizer none message`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| isorun_checks::fuzzed::message(bytes));
