//! Bodies of any type: `cargo fuzz run --dev --sanitizer none image`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| isorun_checks::fuzzed::image(bytes));
