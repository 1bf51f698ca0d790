//! The functions over tarpc: bincode in frames with a length before them, many calls on one stream.

use anyhow::Result;
use bytes::Bytes;
use futures::StreamExt;
use tarpc::context::{self, Context};
use tarpc::server::{self, BaseChannel, Channel};
use tarpc::tokio_serde::formats::Bincode;
use tarpc::{ClientMessage, Response, client, serde_transport, transport};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use crate::MOST_IN_FLIGHT;
use crate::work::{self, Caller};

/// `Bytes` and not `Vec<u8>`, which bincode would write byte by byte.
#[tarpc::service]
trait Functions {
    async fn add(a: u32, b: u32) -> u32;
    async fn echo(bytes: Bytes) -> Bytes;
    async fn keys() -> Vec<String>;
}

#[derive(Clone)]
struct Callee;

impl Functions for Callee {
    async fn add(self, _: Context, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    async fn echo(self, _: Context, bytes: Bytes) -> Bytes {
        bytes
    }

    async fn keys(self, _: Context) -> Vec<String> {
        work::keys()
    }
}

/// A client.
#[derive(Clone)]
pub(crate) struct Tarpc(FunctionsClient);

impl Tarpc {
    /// With both sides in this process, and a stream of bytes between them.
    pub(crate) fn over<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>((near, far): (S, S)) -> Tarpc {
        let near = serde_transport::new(Framed::new(near, LengthDelimitedCodec::new()), Bincode::default());
        let far = serde_transport::new(Framed::new(far, LengthDelimitedCodec::new()), Bincode::default());
        Tarpc::between(near, far)
    }

    /// With both sides in this process, and a channel of values between them: nothing is encoded.
    pub(crate) fn direct() -> Tarpc {
        let (near, far) = transport::channel::unbounded();
        Tarpc::between(near, far)
    }

    fn between<N, F>(near: N, far: F) -> Tarpc
    where
        N: tarpc::Transport<ClientMessage<FunctionsRequest>, Response<FunctionsResponse>> + Send + 'static,
        F: tarpc::Transport<Response<FunctionsResponse>, ClientMessage<FunctionsRequest>> + Send + 'static,
    {
        let config = server::Config { pending_response_buffer: MOST_IN_FLIGHT };
        let calls = BaseChannel::new(config, far).execute(Callee.serve());
        tokio::spawn(calls.for_each(|call| async {
            tokio::spawn(call);
        }));
        let mut config = client::Config::default();
        config.max_in_flight_requests = MOST_IN_FLIGHT;
        config.pending_request_buffer = MOST_IN_FLIGHT;
        Tarpc(FunctionsClient::new(config, near).spawn())
    }
}

impl Caller for Tarpc {
    async fn add(&self, a: u32, b: u32) -> Result<u32> {
        Ok(self.0.add(context::current(), a, b).await?)
    }

    async fn echo(&self, bytes: Bytes) -> Result<usize> {
        Ok(self.0.echo(context::current(), bytes).await?.len())
    }

    async fn keys(&self) -> Result<usize> {
        Ok(self.0.keys(context::current()).await?.len())
    }
}
