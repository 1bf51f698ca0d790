//! The functions over isorun: images in messages, many calls on one link.

use anyhow::Result;
use bytes::Bytes;
use isorun::remote::{Link, Peer};
use isorun::{Runtime, TransportError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use crate::MOST_IN_FLIGHT;
use crate::work::{self, Caller};

struct Callee;

#[isorun::system("wit/peers.wit")]
impl functions::Functions for Callee {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn echo(&self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn keys(&self) -> Vec<String> {
        work::keys()
    }
}

/// A caller in one runtime of what another one provides.
#[derive(Clone)]
pub(crate) struct Isorun {
    caller: functions::Caller,
    /// A link does not keep its runtime.
    _far: Runtime,
}

impl Isorun {
    /// With both sides in this process, and a stream of bytes between them.
    pub(crate) fn over<S: AsyncRead + AsyncWrite + Send + 'static>((near, far): (S, S)) -> Result<Isorun> {
        let (caller, callee) = (Runtime::new()?, Runtime::new()?);
        let link = linked(&caller, near);
        let token = linked(&callee, far).offer::<functions::Interface>(&callee.provide(Callee))?;
        Ok(Isorun {
            caller: caller.import::<functions::Interface>(token, link).caller::<functions::Interface>()?,
            _far: callee,
        })
    }

    /// With both sides in this process, and the one calling the other: values are encoded, and pass no queue.
    pub(crate) fn direct() -> Result<Isorun> {
        let (caller, callee) = (Runtime::new()?, Runtime::new()?);
        let token = callee.export::<functions::Interface>(&callee.provide(Callee))?;
        let far = callee.clone();
        let transport = move |message: Vec<u8>| {
            let callee = callee.clone();
            async move { callee.serve(&message).await.ok_or_else(|| TransportError::Lost("no answer".into())) }
        };
        Ok(Isorun {
            caller: caller.import::<functions::Interface>(token, transport).caller::<functions::Interface>()?,
            _far: far,
        })
    }
}

/// One end of a link over a stream, which runs as long as the stream lasts.
fn linked<S: AsyncRead + AsyncWrite + Send + 'static>(runtime: &Runtime, stream: S) -> Link {
    let link = runtime.link(Peer::default().calls(MOST_IN_FLIGHT as u32));
    let running = link.clone();
    tokio::spawn(async move { running.run(Framed::new(stream, LengthDelimitedCodec::new())).await });
    link
}

impl Caller for Isorun {
    async fn add(&self, a: u32, b: u32) -> Result<u32> {
        Ok(self.caller.add(a, b).await?)
    }

    async fn echo(&self, bytes: Bytes) -> Result<usize> {
        Ok(self.caller.echo(&bytes).await?.len())
    }

    async fn keys(&self) -> Result<usize> {
        Ok(self.caller.keys().await?.len())
    }
}
