//! Schedules of runtimes that call each other over a network which fails: see `fuzz/README.md`.

#![no_main]

use isorun_checks::simulation::{Form, run};

libfuzzer_sys::fuzz_target!(|schedule: &[u8]| {
    if let Err(broken) = run(Form::Systems, schedule) {
        panic!("{broken}");
    }
});
