#[isorun::interface("wit/several.wit", interface = "store")]
pub mod store {}
#[isorun::interface("wit/several.wit", interface = "logger")]
pub mod logger {}

async fn log(logger: &logger::Caller) {
    let _ = logger.log("x").await;
}

async fn start(instance: &isorun::Instance) {
    let store = instance.caller::<store::Interface>().unwrap();
    log(&store).await;
}

fn main() {}
