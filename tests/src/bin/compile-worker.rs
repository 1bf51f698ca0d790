//! A program that compiles for the tests, and on request one that is not as it should be.

use std::error::Error;

use isorun::{Runtime, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    if mode != "forgetful" {
        isorun::compile_worker();
    }
    // Whoever is no worker comes here.
    let builder = Runtime::builder().compile_in(Worker::this_program()?).app_limits(|limits| {
        // What the gate would refuse is just what a compilation is stopped for.
        for limit in [
            &mut limits.functions,
            &mut limits.function_values,
            &mut limits.function_bytes,
            &mut limits.control_flow,
            &mut limits.loop_depth,
        ] {
            *limit = u64::MAX;
        }
    });
    let runtime = builder.build()?;
    let file = std::env::args().nth(2).ok_or("no component")?;
    runtime.add_app("app", &std::fs::read(file)?).await?;
    Ok(())
}
