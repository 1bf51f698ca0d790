#![allow(missing_docs)]
#[isorun::interface("../examples/apps/wit/bench/bench.wit")]
pub mod compute {}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let runtime = isorun::Runtime::new().unwrap();
    runtime.register::<compute::Interface>().unwrap();
    let app = runtime.add_app("calc", include_bytes!("../../examples/apps/components/calc.wasm")).await.unwrap();
    let i = runtime.instantiate(&app).await.unwrap();
    let c = i.caller::<compute::Interface>().unwrap();
    let n: u32 = std::env::args().nth(1).unwrap().parse().unwrap();
    let t = std::time::Instant::now();
    for k in 0..n {
        c.add(k, 1).await.unwrap();
    }
    println!("{:?} {:?}", t.elapsed() / n, std::mem::size_of_val(&c.add(1, 2)));
}
