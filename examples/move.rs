//! An app with a state moves to another process while it is called: no call fails, and it goes on counting where it was.

use std::env::{args_os, current_exe};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context;
use isorun::remote::{Link, LinkError, Peer};
use isorun::runtime::{Arrival, Destination, Problem, Recipe, Resolver, Wire};
use isorun::{Runtime, Token};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::codec::LengthDelimitedCodec;

#[isorun::interface("apps/wit/moving/moving.wit")]
pub mod counter {}

/// All that is transport: each frame is a message, with its length before it.
fn carry(link: &Link, socket: UnixStream) -> JoinHandle<Result<(), LinkError>> {
    let (link, frames) = (link.clone(), LengthDelimitedCodec::builder().max_frame_length(16 << 20).new_framed(socket));
    tokio::spawn(async move { link.run(frames).await })
}

/// Where instances arrive. It has the app, which it could as well fetch by its hash, and this one is wired to nothing that it would have to reach.
struct Arrivals(Runtime, Link);

impl Resolver for Arrivals {
    type Transport = Link;
    async fn app(&mut self, _sha256: [u8; 32], _name: &str) -> Result<Vec<u8>, Problem> {
        Ok(include_bytes!("apps/components/counter.wasm").to_vec())
    }
    fn connect(&mut self, _wire: &Wire) -> Result<Link, Problem> {
        Ok(self.1.clone())
    }
}

#[isorun::system("mover.wit")]
impl mover::Mover for Arrivals {
    async fn receive(&self, recipe: &str, state: Option<Vec<u8>>) -> Result<Vec<String>, String> {
        let recipe = recipe.parse().map_err(|error| format!("{error}"))?;
        let mut resolver = Arrivals(self.0.clone(), self.1.clone());
        let received = self.0.receive_move(&recipe, state.as_deref(), &mut resolver).await;
        Ok(received.map_err(|error| error.to_string())?.tokens.iter().map(Token::to_string).collect())
    }
    fn abandon(&self, tokens: Vec<String>) {
        self.0.abandon_move(&tokens.iter().filter_map(|token| token.parse().ok()).collect::<Vec<_>>());
    }
}

/// The other process, as the one that an instance leaves sees it.
struct Other(mover::Caller, Link);

impl Destination for Other {
    type Transport = Link;
    async fn receive(&mut self, recipe: &Recipe, state: Option<&[u8]>) -> Result<Arrival<Link>, Problem> {
        let tokens = self.0.receive(&recipe.to_string(), state).await??;
        let tokens = tokens.iter().map(|token| token.parse()).collect::<Result<_, _>>()?;
        Ok(Arrival { tokens, transport: self.1.clone() })
    }
    fn abandon(&mut self, tokens: &[Token]) {
        let (mover, tokens) = (self.0.clone(), tokens.iter().map(Token::to_string).collect::<Vec<_>>());
        tokio::spawn(async move { mover.abandon(&tokens).await });
    }
}

async fn destination(path: &Path) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    runtime.register::<counter::Interface>()?;
    let link = runtime.link(Peer::named("the one that it leaves"));
    println!("{}", link.offer::<mover::Interface>(&runtime.provide(Arrivals(runtime.clone(), link.clone())))?);
    Ok(carry(&link, UnixStream::connect(path).await?).await??)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(path) = args_os().nth(1) {
        return destination(path.as_ref()).await;
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path)?;
    let mut process = Command::new(current_exe()?).arg(&path).stdout(Stdio::piped()).spawn()?;
    let runtime = Runtime::new()?;
    runtime.register::<counter::Interface>()?;
    let link = runtime.link(Peer::named("where it goes"));
    carry(&link, listener.accept().await?.0);
    let mut token = String::new();
    BufReader::new(process.stdout.take().context("no pipe")?).read_line(&mut token)?;
    let mover = runtime.import::<mover::Interface>(token.trim().parse()?, link.clone()).caller::<mover::Interface>()?;

    let app = runtime.add_app("counter", include_bytes!("apps/components/counter.wasm")).await?;
    let counter = runtime.instantiate(&app).await?;
    let (counts, mut callers) = (counter.caller::<counter::Interface>()?, JoinSet::new());
    for _ in 0..8 {
        let counts = counts.clone();
        callers.spawn(async move {
            for _ in 0..500 {
                counts.next().await?;
            }
            Ok::<_, isorun::CallError>(())
        });
    }
    let moved = runtime.relocate(&counter, &mut Other(mover, link)).await?;
    println!("moved: {:?}, its epoch is {}", moved.state, moved.epoch);
    while let Some(called) = callers.join_next().await {
        called??;
    }
    println!("none of the calls has failed, and it has counted to {}", counts.count().await?);
    anyhow::ensure!(counts.count().await? == 8 * 500, "a call was lost, or ran twice");
    Ok(process.kill()?)
}
