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
    let runtime = Runtime::builder().compile_in(Worker::this_program()?).build()?;
    let file = std::env::args().nth(2).ok_or("no component")?;
    runtime.add_app("app", &std::fs::read(file)?).await?;
    Ok(())
}
