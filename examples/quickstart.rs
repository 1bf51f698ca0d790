//! Two apps over a real disk: `notes` keeps its notes in `kv`, `kv` keeps its values in files. The host decides who reaches what, what a
//! call may use, and when something goes.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::time::Duration;

use isorun::Runtime;
use isorun::remote::Revoke;

#[isorun::interface("../wit/kv/kv.wit")]
pub mod kv {}

#[isorun::interface("../wit/server/server.wit")]
pub mod server {}

/// A system: Rust code behind a WIT interface. The attribute below reads the WIT file, makes the module `files` from it (types, host trait,
/// typed caller, glue to guests), and checks the `impl` against it. Methods may be sync or async, and borrow what the guest passes.
struct Disk(PathBuf);

#[isorun::system("../wit/fs/fs.wit")]
impl files::Fs for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, files::Error> {
        fs::read(self.path(path)?).map_err(explain)
    }

    fn write(&self, path: &str, content: &[u8]) -> Result<(), files::Error> {
        let path = self.path(path)?;
        let folder = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(folder).map_err(explain)?;
        // A reader sees all of the old content or all of the new: the file appears under its name when it is whole.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(explain)?;
        file.write_all(content).map_err(explain)?;
        file.persist(path).map(drop).map_err(|error| explain(error.error))
    }

    fn size(&self, path: &str) -> Result<u64, files::Error> {
        fs::metadata(self.path(path)?).map(|metadata| metadata.len()).map_err(explain)
    }

    fn entries(&self, folder: &str) -> Result<Vec<files::Entry>, files::Error> {
        let folder = if folder.is_empty() { self.0.clone() } else { self.path(folder)? };
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(explain)? {
            let entry = entry.map_err(explain)?;
            let metadata = entry.metadata().map_err(explain)?;
            let (kind, size) =
                if metadata.is_dir() { (files::Kind::Folder, 0) } else { (files::Kind::File, metadata.len()) };
            entries.push(files::Entry { name: entry.file_name().to_string_lossy().into_owned(), kind, size });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn remove(&self, path: &str) -> Result<(), files::Error> {
        fs::remove_file(self.path(path)?).map_err(explain)
    }
}

impl Disk {
    fn path(&self, path: &str) -> Result<PathBuf, files::Error> {
        let plain = |name: &str| !name.is_empty() && name != "." && name != ".." && !name.contains(['\\', '\0']);
        let inside = path.split('/').all(plain);
        inside.then(|| self.0.join(path)).ok_or_else(|| files::Error::InvalidPath(path.into()))
    }
}

fn explain(error: io::Error) -> files::Error {
    match error.kind() {
        ErrorKind::NotFound => files::Error::NotFound,
        ErrorKind::PermissionDenied => files::Error::AccessDenied,
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => files::Error::WrongKind,
        _ => files::Error::Other(error.to_string()),
    }
}

fn request(method: server::Method, path: &str, body: &str) -> server::Request {
    server::Request { method, path: path.into(), headers: Vec::new(), body: body.into() }
}

const KV: &[u8] = include_bytes!("apps/components/kv.wasm");
const NOTES: &[u8] = include_bytes!("apps/components/notes.wasm");

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // What the host knows: interfaces, a system, and two apps that strangers may have written.
    let runtime = Runtime::new()?;
    runtime.register::<files::Interface>()?;
    runtime.register::<kv::Interface>()?;
    runtime.register::<server::Interface>()?;
    let folder = tempfile::tempdir()?;
    let disk = runtime.provide(Disk(folder.path().into()));
    let kv_app = runtime.add_app("kv", KV).await?;
    let notes_app = runtime.add_app("notes", NOTES).await?;

    // Every import gets a provider, by handle. Nothing is implicit, and nothing has run yet.
    let store = runtime.instantiate(&kv_app).with(&disk).await?;
    let notes = runtime.instantiate(&notes_app).with(&store).await?;
    println!("{}\n", runtime.graph());

    // A call into `notes` goes on to `kv` and from there to the disk, under one budget.
    let web = notes.caller::<server::Interface>()?;
    let put = request(server::Method::Put, "/notes/first", "three stores deep");
    let (response, receipt) = web.handle(&put).receipt().await;
    println!("PUT /notes/first -> {} ({receipt})", response?.status);
    let get = request(server::Method::Get, "/notes/first", "");
    let (response, receipt) = web.handle(&get).receipt().await;
    println!("GET /notes/first -> {:?} ({receipt})", String::from_utf8(response?.body)?);
    let keys = store.call("keys", r#"("")"#).await?;
    println!("kv has the keys {keys}\n");

    // A guest that loops ends when its fuel does, or its time. Its memory may be half changed, so the instance is gone with it.
    let spin = request(server::Method::Get, "/spin", "");
    println!("{}\n", web.handle(&spin).fuel(5_000_000).await.unwrap_err());
    let second = runtime.instantiate(&notes_app).with(&store).await?;
    let call = second.caller::<server::Interface>()?;
    println!("{}\n", call.handle(&spin).timeout(Duration::from_millis(50)).await.unwrap_err());

    // Another runtime, as on another machine, reaches the same `kv` by bytes; here the transport is the runtime itself.
    let token = runtime.export::<kv::Interface>(&store)?;
    let elsewhere = Runtime::new()?;
    elsewhere.register::<kv::Interface>()?;
    elsewhere.register::<server::Interface>()?;
    let remote = elsewhere.import::<kv::Interface>(token, runtime.clone());
    let app = elsewhere.add_app("notes", NOTES).await?;
    let far = elsewhere.instantiate(&app).with(&remote).await?;
    let (response, receipt) = far.caller::<server::Interface>()?.handle(&get).receipt().await;
    println!("from the other runtime: {:?} ({receipt})\n", String::from_utf8(response?.body)?);

    // What is in use stays. From the top down, everything goes.
    println!("{}\n", runtime.remove(&store).unwrap_err());
    runtime.revoke(&token, Revoke::New).await;
    for instance in [&notes, &second, &store, &disk] {
        runtime.remove(instance)?;
    }
    println!("left: {} instances", runtime.graph().nodes.len());
    Ok(())
}
