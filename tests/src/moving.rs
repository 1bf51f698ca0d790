//! What tests of recipes and of moves have in common: guests that can be moved, what is under them, and the way to another runtime.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use isorun::runtime::{Problem, Resolver, Wire};
use isorun::{Cx, Instance, Runtime, RuntimeBuilder, Transport, TransportError};

use crate::{guests, runtime_of, start};

/// The interfaces of the guests here.
const WIT: &str = include_str!("../../examples/apps/wit/moving/moving.wit");

/// The way to another runtime, which can be cut.
#[derive(Clone)]
pub struct To {
    /// The other one.
    pub runtime: Runtime,
    /// Whether it is cut.
    pub cut: Arc<AtomicBool>,
}

impl Transport for To {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        tokio::task::yield_now().await;
        match self.cut.load(Ordering::SeqCst) {
            true => Err(TransportError::Lost("the cable was pulled".into())),
            false => Transport::call(&self.runtime, message).await,
        }
    }
}

/// The way there, which is not cut.
pub fn to(runtime: &Runtime) -> To {
    To { runtime: runtime.clone(), cut: Arc::default() }
}

/// What the other side has: apps, and a way back.
pub struct Here {
    /// One of each kind.
    pub apps: Vec<&'static [u8]>,
    /// The way back.
    pub back: To,
    /// The imports for which it was asked for.
    pub connected: Vec<String>,
}

impl Resolver for Here {
    type Transport = To;

    async fn app(&mut self, sha256: [u8; 32], name: &str) -> Result<Vec<u8>, Problem> {
        tokio::task::yield_now().await;
        // The runtime sees whether it is the one; here there is one of each kind.
        let index = usize::from(name == "hub").min(self.apps.len().saturating_sub(1));
        let bytes = self.apps.get(index).ok_or_else(|| format!("no app {:02x}{:02x}", sha256[0], sha256[1]))?;
        Ok(bytes.to_vec())
    }

    fn connect(&mut self, wire: &Wire) -> Result<To, Problem> {
        self.connected.push(wire.import.clone());
        Ok(self.back.clone())
    }
}

/// A runtime that knows the interfaces of the guests here.
pub fn with_moving(builder: RuntimeBuilder) -> Runtime {
    let runtime = runtime_of(builder);
    runtime.register_wit(WIT).unwrap();
    runtime
}

/// Says what epoch it was called in.
pub struct Two(pub Arc<AtomicU64>);

#[isorun::system("../examples/apps/wit/moving/moving.wit")]
impl two::Two for Two {
    fn f(&self, cx: &Cx, n: u32) -> u32 {
        self.0.store(cx.epoch(), Ordering::SeqCst);
        n + 20
    }
}

/// The third.
pub struct Three;

#[isorun::system("../examples/apps/wit/moving/moving.wit")]
impl three::Three for Three {
    fn f(&self, n: u32) -> u32 {
        n + 300
    }
}

/// An app that is the first.
pub async fn one_in(runtime: &Runtime) -> Instance {
    let plus = "(i32.add (local.get 0) (i32.const 1))";
    let one = guests::provider("test:moving/one@1.0.0", &[("f", r#"(param "n" u32) (result u32)"#, plus)]);
    start(runtime, "one", &one, &[]).await
}
