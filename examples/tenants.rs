//! One app for three tenants, each with an account of its own: one is paused, one runs out of fuel, one floods its instance, and the others go on.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isorun::{CallError, Instance, Restart, Runtime, Tenant};

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
async fn get(instance: &Instance, path: &str) -> anyhow::Result<u16> {
    let (method, path) = (server::Method::Get, path.to_string());
    let request = server::Request { method, path, headers: Vec::new(), body: Vec::new() };
    Ok(instance.caller::<server::Interface>()?.handle(&request).await?.status)
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
    let instance = async |tenant: &Tenant| {
        let restart = Restart::Limited { max: 3, within: Duration::from_secs(60) };
        runtime.instantiate(&app).tenant(tenant).with(&store).name(tenant.name()).restart(restart).await
    };
    let tenant = |name| runtime.tenant(name).fuel(1_000_000_000).memory(16 << 20).stores(1);
    let (ada, bob, cleo) =
        (tenant("ada").build()?, tenant("bob").build()?, tenant("cleo").calls(1).waiting(2).build()?);
    let (adas, bobs, cleos) = (instance(&ada).await?, instance(&bob).await?, instance(&cleo).await?);
    println!("one more is refused: {}\n", instance(&ada).await.unwrap_err());

    // Ada's page never ends. Paused, it uses nothing, and its time does not run; the others are served.
    let spinning = tokio::spawn({
        let adas = adas.clone();
        async move { get(&adas, "/spin").await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    ada.pause();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let left = ada.fuel();
    println!("ada is {:?}; bob sees {}", adas.state(), get(&bobs, "/notes/first").await?);
    assert_eq!(ada.fuel(), left, "what is paused uses nothing");

    // Bob has next to nothing left, and is stopped where it ends. He gets more, and goes on.
    bob.set_fuel(2_000_000);
    println!("bob: {}", get(&bobs, "/spin").await.unwrap_err());
    bob.set_fuel(1_000_000_000);
    println!("bob sees {} again\n", get(&bobs, "/notes/first").await?);

    // Cleo floods her instance: one request runs, two wait, and the others are refused at once.
    let flood: Vec<_> = (0..10)
        .map(|_| {
            tokio::spawn({
                let cleos = cleos.clone();
                async move { get(&cleos, "/notes/first").await }
            })
        })
        .collect();
    for request in flood {
        if let Some(CallError::TenantFull { tenant, .. }) = request.await?.err().and_then(|error| error.downcast().ok())
        {
            print!("{tenant} is full; ");
        }
    }
    println!("\n{:?}\n", cleo.counters());

    // Ada goes on, and is given no more than a moment: her page ends with an error, and only hers.
    ada.set_fuel(0);
    ada.resume();
    println!("ada: {}\n", spinning.await?.unwrap_err());
    println!("{}", runtime.graph());
    println!("\n{}", runtime.remove_tenant(&bob).unwrap_err());
    runtime.remove(&bobs)?;
    runtime.remove_tenant(&bob)?;
    Ok(())
}
