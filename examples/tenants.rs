//! One app for three tenants, each with an account of its own: one is paused, one runs out of fuel, and the others
//! go on.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isorun::{CallError, GiveUp, Instance, Restart, Runtime, Tenant};

#[isorun::interface("../wit/server/server.wit")]
pub mod server {}

/// Values of one instance.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

#[isorun::system("../wit/kv/kv.wit")]
impl kv::Kv for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
        Ok(self.values().get(key).cloned())
    }

    fn set(&self, key: String, value: Vec<u8>) -> Result<(), kv::Error> {
        self.values().insert(key, value);
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<bool, kv::Error> {
        Ok(self.values().remove(key).is_some())
    }

    fn keys(&self, prefix: &str) -> Result<Vec<String>, kv::Error> {
        Ok(self.values().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

impl Memory {
    fn values(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks an instance for a page, and gives the status of its answer.
async fn get(instance: Instance, path: &str) -> isorun::Result<u16> {
    let (method, path) = (server::Method::Get, path.to_string());
    let request = server::Request { method, path, headers: Vec::new(), body: Vec::new() };
    let caller = instance.caller::<server::Interface>().map_err(CallError::system)?;
    Ok(caller.handle(&request).await?.status)
}

const NOTES: &[u8] = include_bytes!("apps/components/notes.wasm");

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    runtime.register::<kv::Interface>()?;
    runtime.register::<server::Interface>()?;
    let app = runtime.add_app("notes", NOTES).allow(["isorun:kv"]).await?;

    // They share the code and nothing else. What each may have is set here, and can be changed at any time.
    let store = runtime.provide_per_consumer(|_| Memory::default());
    let restart = Restart::Limited { max: 3, within: Duration::from_secs(60) };
    // A page whose reader has gone is finished, but not at any price: it could use up all that its tenant has.
    let give_up = GiveUp::Finish { fuel: 10_000_000, time: Duration::from_millis(100) };
    let serve = |tenant: &Tenant, name: &str| {
        let instantiate = runtime.instantiate(&app).tenant(tenant).with(&store).name(name);
        instantiate.restart(restart).on_give_up(give_up).into_future()
    };
    let tenant = |name| runtime.tenant(name).fuel(1_000_000_000).memory(16 << 20).stores(1).calls(1).waiting(2);
    let (ada, bob, cleo) = (tenant("ada").build()?, tenant("bob").build()?, tenant("cleo").build()?);
    let (adas, bobs) = (serve(&ada, "ada's notes").await?, serve(&bob, "bob's notes").await?);
    let cleos = serve(&cleo, "cleo's notes").await?;
    println!("{}\n", serve(&ada, "ada's second").await.unwrap_err());

    // Ada's page never ends. While she is paused it uses nothing, and its time does not run; the others are served.
    let spinning = tokio::spawn(get(adas.clone(), "/spin"));
    while ada.fuel() >= Some(999_000_000) {
        tokio::task::yield_now().await;
    }
    ada.pause();
    println!("ada's app is {:?}, bob sees {}", adas.state(), get(bobs.clone(), "/notes/first").await?);

    // Bob has next to nothing left, and is stopped where it ends. He is given more, and served again.
    bob.set_fuel(2_000_000);
    println!("bob: {}", get(bobs.clone(), "/spin").await.unwrap_err());
    bob.add_fuel(1_000_000_000);
    println!(
        "bob sees {} again, cleo sees {}",
        get(bobs.clone(), "/notes/first").await?,
        get(cleos, "/notes/first").await?
    );

    // More come to Ada than may wait: one runs, two wait, and the others are refused at once.
    let flood: Vec<_> = (0..5).map(|_| tokio::spawn(get(adas.clone(), "/notes/first"))).collect();
    while ada.counters().refused < 4 {
        tokio::task::yield_now().await;
    }

    // Her reader goes. The page ends at its ceiling, at her cost, and those that wait are served from a new store.
    spinning.abort();
    ada.resume();
    for request in flood {
        match request.await? {
            Ok(status) => println!("ada sees {status}"),
            Err(error) => println!("ada: {}", error.kind()),
        }
    }

    println!("ada has {:?} units left", ada.fuel());
    println!("\n{}\n\n{}", runtime.graph(), runtime.remove_tenant(&bob).unwrap_err());
    runtime.retire(&bobs).await?;
    runtime.remove_tenant(&bob)?;
    Ok(())
}
