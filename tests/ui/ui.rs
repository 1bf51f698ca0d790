//! How the macros refuse, and what must keep compiling. `TRYBUILD=overwrite cargo test -p isorun-ui` rewrites.

use std::env;
use std::process::Command;

/// The cases are compiled in a crate of trybuild's, where there is no WIT.
const ROOT: &str = "ISORUN_WIT_ROOT";

#[test]
fn ui() {
    if env::var_os(ROOT).is_none() {
        // A variable of this process cannot be set safely any more, so a second one has it from the beginning.
        let again = Command::new(env::current_exe().unwrap())
            .args(["--exact", "ui", "--nocapture"])
            .env(ROOT, env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(again.unwrap().success(), "see above");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    for stage in ["args", "source", "check", "system", "use"] {
        cases.compile_fail(format!("fail/{stage}/*.rs"));
    }
}
