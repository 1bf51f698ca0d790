//! One app for many tenants: an upload that is checked before it is compiled, a store for each tenant behind one handle, an app that starts
//! anew after a fault, and one that is replaced while calls come in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use isorun::observe::CallEnded;
use isorun::{Restart, Runtime};

#[isorun::interface("../wit/server/server.wit")]
pub mod server {}

/// Values of one tenant.
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
    fn values(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn request(method: server::Method, path: &str, body: &str) -> server::Request {
    server::Request { method, path: path.into(), headers: Vec::new(), body: body.into() }
}

const NOTES: &[u8] = include_bytes!("apps/components/notes.wasm");

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Metrics are a closure, called with every call at its end. Compiled code is kept for the next start of this program.
    let (folder, fuel) = (tempfile::tempdir()?, Arc::new(AtomicU64::new(0)));
    let used = fuel.clone();
    let observer = move |call: &CallEnded<'_>| {
        if call.caller.is_none() {
            used.fetch_add(call.fuel, Ordering::Relaxed);
        }
    };
    let runtime = Runtime::builder().observer(observer).code_cache(folder.path().join("code")).build()?;
    runtime.register::<kv::Interface>()?;
    runtime.register::<server::Interface>()?;

    // A stranger's upload is looked at, and held to what strangers may import, before it is compiled.
    println!("{}\n", isorun::inspect(NOTES)?);
    println!("{}\n", runtime.add_app("notes", NOTES).allow(["isorun:log"]).await.unwrap_err());
    let app = runtime.add_app("notes", NOTES).allow(["isorun:kv"]).await?;

    // One token, a value for each tenant: they share the code and nothing else.
    let store = runtime.provide_per_consumer(|_| Memory::default());
    let restart = Restart::Limited { max: 3, within: Duration::from_secs(60) };
    let ada = runtime.instantiate(&app).with(&store).name("ada").restart(restart).await?;
    let bob = runtime.instantiate(&app).with(&store).name("bob").restart(restart).await?;
    let (adas, bobs) = (ada.caller::<server::Interface>()?, bob.caller::<server::Interface>()?);
    let get = request(server::Method::Get, "/notes/first", "");
    adas.handle(&request(server::Method::Put, "/notes/first", "for Ada's eyes")).await?;
    println!("ada sees {}, bob sees {}", adas.handle(&get).await?.status, bobs.handle(&get).await?.status);

    // Bob's app loops: it loses its memory, not its place, and his next request is served.
    let ended = bobs.handle(&request(server::Method::Get, "/spin", "")).fuel(5_000_000).await.unwrap_err();
    println!("bob's app ended: {}", ended.kind());
    println!("bob sees {} again, after {} restart", bobs.handle(&get).await?.status, bob.counters().restarts);

    // A newer app takes the place of Ada's while requests come in: they wait for a moment, and none fails.
    let newer = runtime.add_app("notes, newer", NOTES).await?;
    println!("compiled before: {}", newer.was_cached());
    let requests: Vec<_> = (0..100)
        .map(|_| {
            let (adas, get) = (adas.clone(), get.clone());
            tokio::spawn(async move { adas.handle(&get).await })
        })
        .collect();
    runtime.replace(&ada, &newer).await?;
    for request in requests {
        assert_eq!(request.await??.status, 200, "her store is still hers");
    }

    // A token can be narrowed. This app wants to write, too, so it is refused, with everything that it lacks.
    let reader = store.only(["get", "keys"])?;
    println!("\n{}\n", runtime.instantiate(&app).with(&reader).await.unwrap_err());

    println!("{}", runtime.graph().mermaid());
    println!("{} units of fuel in all", fuel.load(Ordering::Relaxed));
    runtime.retire(&bob).await?;
    println!("removed: {}", runtime.remove_tree(&store)?.join(", "));
    Ok(())
}
