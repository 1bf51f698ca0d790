//! The functions over wRPC: generated from the same WIT, a stream of its own for each call.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use futures::StreamExt;
use tokio::io::{AsyncBufRead, AsyncWrite, BufReader, ReadHalf, WriteHalf, split};
use tokio::net::UnixSocket;
use wrpc_transport::frame::{Incoming, Outgoing, invoke};
use wrpc_transport::unix::Client;
use wrpc_transport::{Invoke, Server};

use crate::MOST_IN_FLIGHT;
use crate::memory::{Counted, Traffic};
use crate::work::{self, Caller};

mod bindings {
    wit_bindgen_wrpc::generate!({ world: "both", path: "wit", generate_all });
}

use bindings::bench::peers::functions;

#[derive(Clone)]
struct Callee;

impl<C: Send> bindings::exports::bench::peers::functions::Handler<C> for Callee {
    async fn add(&self, _: C, a: u32, b: u32) -> Result<u32> {
        Ok(a.wrapping_add(b))
    }

    async fn echo(&self, _: C, bytes: Bytes) -> Result<Bytes> {
        Ok(bytes)
    }

    async fn keys(&self, _: C) -> Result<Vec<String>> {
        Ok(work::keys())
    }
}

/// A client.
#[derive(Clone)]
pub(crate) struct Wrpc<T>(T);

impl Wrpc<Memory> {
    /// With both sides in this process, and a new stream of bytes between them for each call.
    pub(crate) async fn in_memory(traffic: Arc<Traffic>) -> Result<Wrpc<Memory>> {
        Ok(Wrpc(Memory { callee: serve().await?, traffic }))
    }
}

impl Wrpc<Client<PathBuf>> {
    /// With both sides in this process, and a connection to the socket of this path for each call: so wRPC's own transport does it.
    pub(crate) async fn over_socket(path: &Path) -> Result<Wrpc<Client<PathBuf>>> {
        let socket = UnixSocket::new_stream()?;
        socket.bind(path)?;
        let connections = socket.listen(2 * MOST_IN_FLIGHT as u32)?;
        let callee = serve().await?;
        tokio::spawn(async move {
            while let Ok((connection, peer)) = connections.accept().await {
                let (reader, writer) = connection.into_split();
                // Of a call that is not accepted its caller hears.
                let _ = callee.accept(peer, writer, BufReader::new(reader)).await;
            }
        });
        Ok(Wrpc(path.to_path_buf().into()))
    }
}

/// Answers calls that come over streams of a kind, each in a task of its own.
async fn serve<C, I, O>() -> Result<Arc<Server<C, I, O>>>
where
    C: Send + Sync + 'static,
    I: AsyncBufRead + Send + Sync + Unpin + 'static,
    O: AsyncWrite + Send + Sync + Unpin + 'static,
{
    let server = Arc::new(Server::default());
    for (_, _, calls) in bindings::serve(server.as_ref(), Callee).await? {
        tokio::spawn(calls.for_each(|call| async {
            if let Ok(call) = call {
                tokio::spawn(call);
            }
        }));
    }
    Ok(server)
}

/// Makes a stream of bytes for each call.
#[derive(Clone)]
pub(crate) struct Memory {
    callee: Arc<Server<(), BufReader<ReadHalf<Counted>>, WriteHalf<Counted>>>,
    traffic: Arc<Traffic>,
}

impl Invoke for Memory {
    type Context = ();

    async fn invoke<P>(
        &self,
        (): (),
        instance: &str,
        function: &str,
        params: Bytes,
        paths: impl AsRef<[P]> + Send,
    ) -> Result<(Outgoing, Incoming)>
    where
        P: AsRef<[Option<usize>]> + Send + Sync,
    {
        let (near, far) = self.traffic.stream();
        let callee = self.callee.clone();
        tokio::spawn(async move {
            let (reader, writer) = split(far);
            let _ = callee.accept((), writer, BufReader::new(reader)).await;
        });
        let (reader, writer) = split(near);
        invoke(writer, BufReader::new(reader), instance, function, params, paths).await
    }
}

impl<T: Invoke<Context = ()> + Clone + 'static> Caller for Wrpc<T> {
    async fn add(&self, a: u32, b: u32) -> Result<u32> {
        functions::add(&self.0, (), a, b).await
    }

    async fn echo(&self, bytes: Bytes) -> Result<usize> {
        Ok(functions::echo(&self.0, (), &bytes).await?.len())
    }

    async fn keys(&self) -> Result<usize> {
        Ok(functions::keys(&self.0, ()).await?.len())
    }
}
