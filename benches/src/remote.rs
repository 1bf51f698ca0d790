//! What does it cost that a system is behind a remote?
//!
//! `remote/memory`: a call whose transport is the other runtime itself, beside a direct call of the same system. `remote/unix`: a call over a Unix
//! socket with a link at both ends, beside the same bytes as frames that are sent back as they came. `remote/link/N`: calls a second with so
//! many in flight over one socket, beside as many such frames. All of it is on one thread.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Instant;

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream};
use isorun::Runtime;
use isorun::remote::{Link, Peer};
use tokio::net::UnixStream;
use tokio_util::codec::{Framed, LengthDelimitedCodec};
use wasmtime::error::Context;

use crate::Bench;
use crate::measure::{Row, Unit, median};

/// Gives back what it is passed.
struct Echo;

#[isorun::system("wit/echo.wit")]
impl echo::Echo for Echo {
    fn echo(&self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }
}

type Frames = Framed<UnixStream, LengthDelimitedCodec>;

const SIZES: [(&str, usize); 2] = [("remote/unix/64", 64), ("remote/unix/1m", 1 << 20)];
const IN_FLIGHT: [u64; 3] = [1, 32, 1024];
/// Calls in one round of `remote/link`.
const CALLS: u64 = 16 << 10;
const ROUNDS: usize = 9;

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    if bench.wants("remote/memory") {
        rows.push(memory(bench).await?);
    }
    for (id, size) in SIZES {
        if bench.wants(id) {
            rows.push(unix(bench, id, size).await?);
        }
    }
    for callers in IN_FLIGHT {
        let id = format!("remote/link/{callers}");
        if bench.wants(&id) {
            rows.push(link(id, callers).await?);
        }
    }
    Ok(())
}

async fn memory(bench: &Bench) -> wasmtime::Result<Row> {
    let (there, here) = (Runtime::new()?, Runtime::new()?);
    let system = there.provide(Echo);
    let far = here.import::<echo::Interface>(there.export::<echo::Interface>(&system)?, there.clone());
    let (near, far) = (system.caller::<echo::Interface>()?, far.caller::<echo::Interface>()?);
    let bytes = [7; 8];
    let ours = async |times: u64| {
        for _ in 0..times {
            far.echo(&bytes).await?;
        }
        Ok(())
    };
    let theirs = async |times: u64| {
        for _ in 0..times {
            near.echo(&bytes).await?;
        }
        Ok(())
    };
    bench.plan.compare("remote/memory", "direct", ours, theirs).await
}

async fn unix(bench: &Bench, id: &str, size: usize) -> wasmtime::Result<Row> {
    let (linked, mut raw) = (Linked::new().await?, raw()?);
    let bytes = vec![7; size];
    let ours = async |times: u64| {
        for _ in 0..times {
            linked.echo.echo(&bytes).await?;
        }
        Ok(())
    };
    let frame = Bytes::from(bytes.clone());
    let theirs = async |times: u64| {
        for _ in 0..times {
            raw.send(frame.clone()).await?;
            next(&mut raw).await?;
        }
        Ok(())
    };
    bench.plan.compare(id, "frames", ours, theirs).await
}

async fn link(id: String, in_flight: u64) -> wasmtime::Result<Row> {
    let (linked, mut raw) = (Linked::new().await?, raw()?);
    let (mut our_rounds, mut their_rounds) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let callers: Vec<_> =
            (0..in_flight).map(|_| tokio::spawn(calls(linked.echo.clone(), CALLS / in_flight))).collect();
        for caller in callers {
            caller.await.context("a caller panicked")??;
        }
        our_rounds.push(CALLS as f64 / start.elapsed().as_secs_f64());
        let start = Instant::now();
        for _ in 0..CALLS / in_flight {
            for _ in 0..in_flight {
                raw.feed(Bytes::from_static(&[7; 64])).await?;
            }
            SinkExt::<Bytes>::flush(&mut raw).await?;
            for _ in 0..in_flight {
                next(&mut raw).await?;
            }
        }
        their_rounds.push(CALLS as f64 / start.elapsed().as_secs_f64());
    }
    let (ours, peers) = (median(our_rounds), median(their_rounds));
    Ok(Row { id, unit: Unit::CallsPerSecond, ours, peer: "frames".into(), peers })
}

async fn calls(echo: echo::Caller, times: u64) -> wasmtime::Result<()> {
    for _ in 0..times {
        echo.echo(&[7; 64]).await?;
    }
    Ok(())
}

/// A runtime with a link to another one, which has the system.
struct Linked {
    echo: echo::Caller,
    _runtimes: [Runtime; 2],
}

impl Linked {
    async fn new() -> wasmtime::Result<Linked> {
        let (there, here) = (Runtime::new()?, Runtime::new()?);
        let token = there.export::<echo::Interface>(&there.provide(Echo))?;
        let (one, other) = UnixStream::pair()?;
        carry(there.link(Peer::named("here").calls(2048)), one);
        let link = here.link(Peer::named("there").calls(2048));
        carry(link.clone(), other);
        let echo = here.import::<echo::Interface>(token, link).caller::<echo::Interface>()?;
        Ok(Linked { echo, _runtimes: [there, here] })
    }
}

fn frames(socket: UnixStream) -> Frames {
    LengthDelimitedCodec::builder().max_frame_length(16 << 20).new_framed(socket)
}

fn carry(link: Link, socket: UnixStream) {
    tokio::spawn(async move { link.run(frames(socket)).await });
}

/// One end of a socket whose other end sends back each frame as it came, and flushes when it has read what there is, as a link does.
fn raw() -> wasmtime::Result<Frames> {
    let (one, other) = UnixStream::pair()?;
    let mut other = frames(other);
    tokio::spawn(async move {
        while let Ok(frame) = next(&mut other).await {
            other.feed(frame).await?;
        }
        Ok::<_, std::io::Error>(())
    });
    Ok(frames(one))
}

async fn next(frames: &mut Frames) -> wasmtime::Result<Bytes> {
    let frame = poll_fn(|task| {
        let polled = Pin::new(&mut *frames).poll_next(task);
        if polled.is_pending() {
            // An error is met again by whoever writes.
            let _ = Sink::<Bytes>::poll_flush(Pin::new(&mut *frames), task);
        }
        polled
    });
    Ok(frame.await.context("the other end has gone")??.freeze())
}
