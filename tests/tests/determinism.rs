//! The same call on the same state uses the same fuel, whatever else happens meanwhile: nothing that costs fuel depends on time.

use std::time::Duration;

use isorun::{Instance, Runtime};
use isorun_tests::{Bench, apps, bench, host, relay, runtime_of, start};

/// Counts on, sometimes later.
struct Sometimes;

#[isorun::system]
impl host::Host for Sometimes {
    async fn tick(&self, n: u64) -> u64 {
        if n.is_multiple_of(7) {
            tokio::time::sleep(Duration::from_micros(n % 50)).await;
        }
        n + 1
    }
}

/// What one series of calls uses, each in a new instance of the same history.
async fn used(runtime: &Runtime, names: &str) -> Vec<u64> {
    let calc = start(runtime, &format!("calc {names}"), apps::CALC, &[]).await;
    let relay: Instance =
        start(runtime, &format!("relay {names}"), apps::RELAY, &[&calc, &runtime.provide(Sometimes)]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let mut used = Vec::new();
    for n in [1, 100, 1000] {
        used.push(relay.tick_many(n).receipt().await.1.fuel);
        used.push(relay.echo(&vec![7; 1000 * n as usize]).receipt().await.1.fuel);
        used.push(relay.add(1, 2).receipt().await.1.fuel);
    }
    used
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fuel_does_not_depend_on_time() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::from_micros(100)));
    let first = used(&runtime, "first").await;
    assert!(first.iter().all(|fuel| *fuel > 0), "{first:?}");
    // With other slices, in the company of a guest that computes, and after more than one of each kind.
    let slow = runtime_of(Runtime::builder().yield_every(Duration::from_millis(5)));
    let Bench { relay, .. } = bench().await;
    let busy = tokio::spawn(async move { relay.call("tick-many", "(1000000)").timeout(Duration::from_secs(2)).await });
    for (n, runtime) in [&runtime, &slow, &runtime].into_iter().enumerate() {
        assert_eq!(used(runtime, &n.to_string()).await, first);
    }
    busy.abort();
}
