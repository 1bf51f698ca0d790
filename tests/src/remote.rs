//! Two runtimes, what crosses between them, and what a hostile peer would make of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use isorun::remote::{Failure, RemoteError, Status};
use isorun::{CallError, Runtime, Token, Transport, TransportError};

use crate::guests;
use crate::wire::{BODY_LENGTH, body_of};

/// `f` from a number to one, or to a problem that has a case for a provider that is down.
#[isorun::interface("src/slow.wit")]
pub mod plain {}

/// What a runtime answers to a message; `None` if it finds that it deserves no answer.
pub async fn answer(runtime: &Runtime, message: &[u8]) -> Option<Vec<u8>> {
    runtime.serve(message).await
}

/// What changes a message on its way.
type Change = Arc<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// A way to another runtime that keeps what crosses it, and changes it if it is told to. Clones are the same way.
#[derive(Clone)]
pub struct Tap {
    far: Runtime,
    call: Change,
    reply: Change,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    calls: Vec<Vec<u8>>,
    replies: Vec<Vec<u8>>,
}

impl Tap {
    /// A way that changes nothing.
    pub fn to(far: &Runtime) -> Tap {
        let nothing: Change = Arc::new(|_| ());
        Tap { far: far.clone(), call: nothing.clone(), reply: nothing, seen: Arc::default() }
    }

    /// Changes the calls before they arrive.
    pub fn on_call(mut self, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Tap {
        self.call = Arc::new(change);
        self
    }

    /// Changes the replies before they arrive.
    pub fn on_reply(mut self, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Tap {
        self.reply = Arc::new(change);
        self
    }

    /// The calls so far, as they were sent.
    pub fn calls(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).calls.clone()
    }

    /// The replies so far, as they were sent, the first to end first.
    pub fn replies(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).replies.clone()
    }
}

impl Transport for Tap {
    async fn call(&self, mut message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).calls.push(message.clone());
        (self.call)(&mut message);
        let Some(mut reply) = answer(&self.far, &message).await else {
            return Err(TransportError::Lost("it was not answered".into()));
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).replies.push(reply.clone());
        (self.reply)(&mut reply);
        Ok(reply)
    }
}

/// Where the fields of a header are that these tests look at.
pub mod at {
    use std::ops::Range;

    /// How a call ended.
    pub const STATUS: usize = 5;
    /// Bit 1 of a reply: the provider was entered.
    pub const FLAGS: usize = 6;
    /// What a remote chooses once.
    pub const SESSION: Range<usize> = 8..16;
    /// Counts the calls of a session.
    pub const CALL: Range<usize> = 16..24;
    /// The token.
    pub const TARGET: Range<usize> = 24..40;
    /// The id of the interface.
    pub const INTERFACE: Range<usize> = 40..48;
    /// The id of the function's signature.
    pub const SIGNATURE: Range<usize> = 48..56;
    /// The id of the function.
    pub const FUNCTION: Range<usize> = 56..60;
    /// The largest reply that is accepted.
    pub const REPLY_LIMIT: Range<usize> = 60..64;
    /// Microseconds: left, or spent.
    pub const TIME: Range<usize> = 64..72;
    /// Units of fuel: granted, or used.
    pub const FUEL: Range<usize> = 72..80;
    /// Bytes: granted, or used.
    pub const MEMORY: Range<usize> = 80..88;
    /// The lowest call that is still open.
    pub const SETTLED: Range<usize> = 88..96;
    /// In replies: which life of the callee's process it is.
    pub const INCARNATION: Range<usize> = 96..104;
    /// Borders that may yet be crossed.
    pub const HOPS: Range<usize> = 112..114;
    /// How many marks of who waits follow the label.
    pub const TRAIL: Range<usize> = 116..118;
}

/// The number in a field of eight bytes.
///
/// # Panics
///
/// If the message ends before it does, or the field has another size.
pub fn number(message: &[u8], field: std::ops::Range<usize>) -> u64 {
    u64::from_le_bytes(message[field].try_into().expect("a field of eight bytes"))
}

/// The status of a reply.
pub fn status(reply: &[u8]) -> u8 {
    reply[at::STATUS]
}

/// Whether a reply says that the provider was entered.
pub fn ran(reply: &[u8]) -> bool {
    reply[at::FLAGS] & 2 != 0
}

/// Gives a call so much time.
pub fn set_time(call: &mut [u8], time: Duration) {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    call[at::TIME].copy_from_slice(&micros.to_le_bytes());
}

/// Has a call go to another export.
pub fn set_target(call: &mut [u8], token: Token) {
    call[at::TARGET].copy_from_slice(&token.to_bytes());
}

/// Whether bytes have these somewhere in them.
pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// An app that calls `acme:down/plain` and says what it was told: 1000 and the case of the problem, or the value.
pub fn asking() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "acme:down/plain" (instance $down
                (type $problem' (enum "bad" "provider-down"))
                (export "problem" (type $problem (eq $problem')))
                (export "f" (func (param "n" u32) (result (result u32 (error $problem)))))))
            (core module $memory
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $memory (instantiate $memory))
            (core func $f (canon lower (func $down "f")
                (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
            (core module $code
                (import "memory" "memory" (memory 1))
                (import "down" "f" (func $f (param i32 i32)))
                (func (export "ask") (param i32) (result i32)
                    (call $f (local.get 0) (i32.const 16))
                    (if (result i32) (i32.load8_u (i32.const 16))
                        (then (i32.add (i32.const 1000) (i32.load8_u (i32.const 20))))
                        (else (i32.load (i32.const 20))))))
            (core instance $code (instantiate $code
                (with "memory" (instance $memory)) (with "down" (instance (export "f" (func $f))))))
            (func (export "ask") (param "n" u32) (result u32) (canon lift (core func $code "ask"))))"#,
    )
}

/// An app that provides `acme:down/plain` by what it gets from `acme:chain/one`, which has no case for a provider that is down.
pub fn between() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "acme:chain/one" (instance $below (export "f" (func (param "n" u32) (result u32)))))
            (core func $f (canon lower (func $below "f")))
            (core module $code
                (import "below" "f" (func $f (param i32) (result i32)))
                (memory (export "memory") 1)
                (func (export "f") (param $n i32) (result i32)
                    (i32.store8 (i32.const 16) (i32.const 0))
                    (i32.store (i32.const 20) (call $f (local.get $n)))
                    (i32.const 16)))
            (core instance $code (instantiate $code (with "below" (instance (export "f" (func $f))))))
            (type $problem' (enum "bad" "provider-down"))
            (component $shim
                (import "problem" (type $p (eq $problem')))
                (import "f" (func $f (param "n" u32) (result (result u32 (error $p)))))
                (export $out "problem" (type $p))
                (export "f" (func $f) (func (param "n" u32) (result (result u32 (error $out))))))
            (func $f (param "n" u32) (result (result u32 (error $problem')))
                (canon lift (core func $code "f") (memory (core memory $code "memory"))))
            (instance $out (instantiate $shim (with "problem" (type $problem')) (with "f" (func $f))))
            (export "acme:down/plain" (instance $out)))"#,
    )
}

/// `acme:chain/one` by an app that never comes to an end.
pub fn endless() -> Vec<u8> {
    guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(loop (br 0)) (unreachable)")])
}

/// The interface of [`ring`].
pub const RING: &str = "package test:ring; interface a { f: func(); }";

/// An app whose `f` calls the `f` of what it is wired to.
pub fn ring() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "test:ring/a" (instance $b (export "f" (func))))
            (core func $f (canon lower (func $b "f")))
            (core module $code (import "" "f" (func $f)) (func (export "f") (call $f)))
            (core instance $code (instantiate $code (with "" (instance (export "f" (func $f))))))
            (func $g (canon lift (core func $code "f")))
            (instance $out (export "f" (func $g)))
            (export "test:ring/a" (instance $out)))"#,
    )
}

/// The reply of a peer that says of `call` that it failed: by this status and in these words, having run or not.
///
/// The body is the record `failure` of `isorun:wire`, placed by hand.
pub fn failed(call: &[u8], status: u8, ran: bool, (kind, detail): (&str, &str)) -> Vec<u8> {
    const ROOT: usize = 96;
    let mut body = vec![0; ROOT];
    for (place, text) in [(0, kind), (72, ""), (80, ""), (88, detail)] {
        let start = body.len() as u32;
        body[place..place + 4].copy_from_slice(&start.to_le_bytes());
        body[place + 4..place + 8].copy_from_slice(&(text.len() as u32).to_le_bytes());
        body.extend_from_slice(text.as_bytes());
    }
    let mut reply = header_of_reply(call);
    (reply[at::STATUS], reply[at::FLAGS]) = (status, if ran { 2 } else { 0 });
    reply[120..124].copy_from_slice(&(body.len() as u32).to_le_bytes());
    reply.extend_from_slice(&body);
    reply
}

/// Bytes of a header.
const HEADER: usize = 128;

/// What a reply repeats of its call, and an incarnation; no time, no fuel, no memory and no body.
fn header_of_reply(call: &[u8]) -> Vec<u8> {
    let mut reply = vec![0; HEADER];
    reply[..8].copy_from_slice(b"iso\x01\x01\0\0\0");
    for echoed in [at::SESSION, at::CALL, at::INTERFACE, at::SIGNATURE, at::FUNCTION, at::HOPS] {
        reply[echoed.clone()].copy_from_slice(&call[echoed]);
    }
    reply[at::INCARNATION].copy_from_slice(&1_u64.to_le_bytes());
    reply
}

/// What a peer says of a call without a value: whether it ran, the status and the record.
///
/// # Panics
///
/// If the error is no answer of a peer.
pub fn told(error: &CallError) -> (bool, Status, &Failure) {
    match error {
        CallError::Remote(RemoteError::Refused { status, failure, .. }) => (false, *status, failure),
        CallError::Remote(RemoteError::Failed { status, failure, .. }) => (true, *status, failure),
        error => panic!("no answer of a peer: {error:?}"),
    }
}

/// The same call with another body.
pub fn with_body(call: &[u8], body: &[u8]) -> Vec<u8> {
    let mut message = call[..call.len() - body_of(call).len()].to_vec();
    message[BODY_LENGTH..BODY_LENGTH + 4].copy_from_slice(&(body.len() as u32).to_le_bytes());
    message.extend_from_slice(body);
    message
}
