//! An app here on a store in another process, over a Unix socket: which part of that is transport, and what a caller sees when the connection is cut.

use std::collections::BTreeMap;
use std::env::{args_os, current_exe};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::Context;
use isorun::Runtime;
use isorun::remote::{Link, LinkError, Peer};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio_util::codec::LengthDelimitedCodec;

#[isorun::interface("../wit/server/server.wit")]
pub mod server {}

/// Values of one store. What stands under `slow` takes longer to find than anybody waits.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

#[isorun::system("../wit/kv/kv.wit")]
impl kv::Kv for Memory {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
        match key {
            "slow" => std::future::pending().await,
            _ => Ok(self.0.lock().unwrap().get(key).cloned()),
        }
    }
    fn set(&self, key: String, value: Vec<u8>) -> Result<(), kv::Error> {
        self.0.lock().unwrap().insert(key, value);
        Ok(())
    }
    fn delete(&self, key: &str) -> Result<bool, kv::Error> {
        Ok(self.0.lock().unwrap().remove(key).is_some())
    }
    fn keys(&self, prefix: &str) -> Result<Vec<String>, kv::Error> {
        Ok(self.0.lock().unwrap().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

/// All that is transport: each frame is a message, with its length before it. A peer that announces a larger one is cut off.
fn carry(link: &Link, socket: UnixStream) -> JoinHandle<Result<(), LinkError>> {
    let (link, mut codec) = (link.clone(), LengthDelimitedCodec::builder());
    let frames = codec.max_frame_length(16 << 20).new_framed(socket);
    tokio::spawn(async move { link.run(frames).await })
}

/// The other process has the store. Both ends of a connection are alike, so it may as well be the one that connects.
async fn store(path: &Path) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    runtime.register::<kv::Interface>()?;
    println!("{}", runtime.export::<kv::Interface>(&runtime.provide(Memory::default()))?);
    let link = runtime.link(Peer::named("the one with the app").calls(64));
    Ok(carry(&link, UnixStream::connect(path).await?).await??)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(path) = args_os().nth(1) {
        return store(path.as_ref()).await;
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path)?;
    let mut process = Command::new(current_exe()?).arg(&path).stdout(Stdio::piped()).spawn()?;
    let (socket, _) = listener.accept().await?;
    let runtime = Runtime::new()?;
    runtime.register::<kv::Interface>()?;
    runtime.register::<server::Interface>()?;
    let link = runtime.link(Peer::named("the one with the store").calls(64));
    let carrying = carry(&link, socket);
    // Whoever has the token may call. It came through a pipe, before the connection.
    let mut token = String::new();
    BufReader::new(process.stdout.take().context("no pipe")?).read_line(&mut token)?;
    let store = runtime.import::<kv::Interface>(token.trim().parse()?, link.clone());
    // The app does not know that its store is elsewhere.
    let app = runtime.add_app("notes", include_bytes!("apps/components/notes.wasm")).await?;
    let notes = runtime.instantiate(&app).with(&store).await?;
    let (method, path, body) = (server::Method::Put, "/notes/first".into(), b"far away".to_vec());
    let put = server::Request { method, path, headers: Vec::new(), body };
    let (response, receipt) = notes.caller::<server::Interface>()?.handle(&put).receipt().await;
    println!("PUT /notes/first -> {} ({receipt})", response?.status);
    let values = store.caller::<kv::Interface>()?;
    println!("the store has {:?}\n", values.keys("").await??);

    // The other process dies while a call is there: nobody knows how far that came.
    let caller = values.clone();
    let slow = tokio::spawn(async move { caller.get("slow").await });
    while link.stats().in_flight == 0 || link.stats().queued_bytes > 0 {
        tokio::task::yield_now().await;
    }
    process.kill()?;
    println!("{}\n", slow.await?.unwrap_err());
    // A call that comes later has certainly not run, so it can be made again: with a new connection, and a link for it.
    println!("the connection has ended: {:?}\n", carrying.await?);
    println!("{}", values.get("first").await.unwrap_err());
    process.wait()?;
    Ok(())
}
