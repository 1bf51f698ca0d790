//! Calls in both directions over one WebSocket: the client calls the server, which calls back what the client has offered.

use std::env::{args, current_exe};
use std::future::{IntoFuture, ready};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use axum::extract::ws::{Message as Served, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::{Router, http::StatusCode, response::Response, routing::any};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, TryStreamExt};
use isorun::remote::Peer;
use isorun::{Cx, Runtime};
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::Message as Connected;

/// The server's: greets, and tells the one who listens.
#[derive(Clone, Default)]
struct Lobby(Arc<OnceLock<log::Caller>>);

#[isorun::system("../isorun/tests/wit/greeter.wit")]
impl greeter::Greeter for Lobby {
    async fn greet(&self, cx: &Cx, name: &str) -> isorun::Result<String> {
        if let Some(listener) = self.0.get() {
            listener.write(log::Level::Info, &format!("{name} is here")).within(cx).await?;
        }
        Ok(format!("Hello, {name}!"))
    }
}

/// The client's: what it offers the server.
struct Screen;

#[isorun::system("../wit/log/log.wit")]
impl log::Log for Screen {
    fn write(&self, _level: log::Level, text: &str) {
        println!("the client hears: {text}");
    }
}

/// All that is transport: each binary message is a frame, and others are of no interest.
fn frames<S, M, E>(
    socket: S,
    wrap: fn(Bytes) -> M,
    open: fn(M) -> Option<Bytes>,
) -> impl Stream<Item = Result<Bytes, E>> + Sink<Bytes, Error = E>
where
    S: Stream<Item = Result<M, E>> + Sink<M, Error = E>,
{
    socket.with(move |bytes| ready(Ok(wrap(bytes)))).try_filter_map(move |message| ready(Ok(open(message))))
}

/// The server's end of a connection. The path is the token of what the client offers.
async fn connect(
    State((runtime, lobby)): State<(Runtime, Lobby)>,
    Path(token): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, StatusCode> {
    let token = token.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let link = runtime.link(Peer::named("a client").calls(64).bytes(16 << 20));
    let _ = lobby.0.set(isorun::Remote::<log::Interface>::new(token, link.clone()).caller());
    Ok(upgrade.max_message_size(16 << 20).on_upgrade(async move |socket| {
        let open = |message| if let Served::Binary(bytes) = message { Some(bytes) } else { None };
        println!("the connection has ended: {:?}", link.run(frames(socket, Served::Binary, open)).await);
    }))
}

/// The client's end, in a process of its own.
async fn client(address: &str, token: &str) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    runtime.register::<greeter::Interface>()?;
    let link = runtime.link(Peer::named("the server"));
    // What is offered can be called by this link's peer as long as the link lasts.
    let offered = link.offer::<log::Interface>(&runtime.provide(Screen))?;
    let (socket, _) = connect_async_with_config(format!("ws://{address}/{offered}"), None, true).await?;
    let carried = link.clone();
    tokio::spawn(async move {
        let open = |message| if let Connected::Binary(bytes) = message { Some(bytes) } else { None };
        carried.run(frames(socket, Connected::Binary, open)).await
    });
    let greeter = runtime.import::<greeter::Interface>(token.parse()?, link);
    println!("the client is told: {}", greeter.caller::<greeter::Interface>()?.greet("Ada").await?);
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let [_, address, token] = &args().collect::<Vec<_>>()[..] {
        return client(address, token).await;
    }
    let (runtime, lobby) = (Runtime::new()?, Lobby::default());
    runtime.register::<log::Interface>()?;
    let token = runtime.export::<greeter::Interface>(&runtime.provide(lobby.clone()))?;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let routes = Router::new().route("/{token}", any(connect)).with_state((runtime, lobby));
    let mut client = Command::new(current_exe()?).args([address, token.to_string()]).spawn()?;
    let ended = tokio::task::spawn_blocking(move || client.wait());
    tokio::select! {
        failed = axum::serve(listener, routes).into_future() => failed?,
        ended = ended => anyhow::ensure!(ended??.success(), "the client has failed"),
    }
    Ok(())
}
