//! A user of somebody else's interface crate: calls whatever provides `server`, be it an app, a Rust value or something remote, with plain
//! Rust and without naming WIT or wasmtime.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use isorun::{Budget, Cx, Remote, Runtime};
use isoserver_interface::{Interface, Method, Request, Response, Server, server};

#[isorun::interface("../wit/kv/kv.wit")]
pub mod kv {}

/// A store in memory, for apps that want a `kv`.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

#[isorun::system]
impl kv::Kv for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
        Ok(self.lock().get(key).cloned())
    }

    fn set(&self, key: String, value: Vec<u8>) -> Result<(), kv::Error> {
        self.lock().insert(key, value);
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<bool, kv::Error> {
        Ok(self.lock().remove(key).is_some())
    }

    fn keys(&self, prefix: &str) -> Result<Vec<String>, kv::Error> {
        Ok(self.lock().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

impl Memory {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server in Rust. The trait comes from the other crate; the attribute finds the WIT through its module.
struct Hello;

#[isorun::system]
impl server::Server for Hello {
    async fn handle(&self, cx: &Cx, request: Request) -> Response {
        Response::text(200, format!("{} asks {}", cx.caller().unwrap_or("the host"), request.path))
    }
}

/// Runs on a Rust value, a caller of an app, and a remote alike.
async fn status(server: &impl Server, request: &Request) -> isorun::Result<u16> {
    let cx = Cx::root(Budget::default());
    Ok(server.handle(&cx, request).await?.status)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    runtime.register::<kv::Interface>()?;
    runtime.register::<Interface>()?;
    let memory = runtime.provide(Memory::default());
    let app = runtime.add_app("notes", include_bytes!("apps/components/notes.wasm")).await?;
    let notes = runtime.instantiate(&app).with(&memory).await?;

    // An app, called with a budget of its own.
    let web = notes.caller::<Interface>()?;
    let put = Request::new(Method::Put, "/notes/today", "buy milk");
    println!("PUT from the app: {}", web.handle(&put).timeout(Duration::from_millis(500)).await?.status);

    // The same request, to three kinds of server.
    let token = runtime.export::<Interface>(&notes)?;
    let remote = Remote::<Interface>::new(token, runtime.clone());
    let get = Request::get("/notes/today");
    println!("GET from the app: {}", status(&web, &get).await?);
    println!("GET from a remote: {}", status(&remote, &get).await?);
    println!("GET from Rust: {}", status(&Hello, &get).await?);
    Ok(())
}
