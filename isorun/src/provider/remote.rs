//! The calling side of a remote: the parameters are sent as an image in a message, and the result comes back as the body of the answer.

mod again;
mod granted;
mod open;
mod reserved;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::Poll;

use crate::clock::Instant;
use crate::error::call::{CallError, Result};
use crate::error::remote::{Failure, RemoteError, Status};
use crate::image::Image;
use crate::image::check::check_result;
use crate::interface::Interface;
use crate::interface::exports::{Exports, FuncIndex};
use crate::interface::function::Function;
use crate::let_go::let_go;
use crate::limits::chain::Payer;
use crate::limits::cx::Cx;
use crate::limits::deadline::Deadline;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};
use crate::remote::policy::ImportPolicy;
use crate::remote::wire::call::CallMessage;
use crate::remote::wire::reply::ReplyMessage;
use crate::remote::wire::token::Token;
use crate::remote::wire::transport::{AnyTransport, Transport, TransportError};

use again::{Again, wait, wait_before};
use granted::Granted;
use open::OpenCalls;
use reserved::Reserved;

/// Something behind a transport, as a provider.
pub(crate) struct RemoteProvider {
    interface: u64,
    /// What each function is called in messages.
    labels: Vec<Arc<str>>,
    token: Token,
    /// `None` once the remote is removed.
    transport: RwLock<Option<Arc<dyn AnyTransport>>>,
    /// The most bytes of a message.
    limit: usize,
    policy: ImportPolicy,
    /// A number that no other caller has; 0 if there was no randomness to make one, and the other side then does not recognise what it gets twice.
    session: u64,
    calls: OpenCalls,
    /// The process that has answered last; 0 before the first answer.
    incarnation: AtomicU64,
}

/// One call of a remote.
struct Call<'a> {
    remote: &'a RemoteProvider,
    transport: &'a dyn AnyTransport,
    function: &'a Function,
    label: &'a Arc<str>,
    params: &'a Image,
    cx: &'a Cx,
    end: Option<Deadline>,
    trail: Vec<u64>,
    hops: u16,
    idempotent: bool,
}

impl RemoteProvider {
    pub(crate) fn new(
        interface: &Interface,
        (token, transport): (Token, impl Transport),
        (limit, policy, session): (usize, ImportPolicy, u64),
    ) -> RemoteProvider {
        let transport: Arc<dyn AnyTransport> = Arc::new(transport);
        let exports = Exports::one(interface.clone());
        let labels = exports.all().map(|(index, ..)| exports.label(index)).collect();
        RemoteProvider {
            interface: interface.id(),
            labels,
            token,
            transport: RwLock::new(Some(transport)),
            limit,
            policy,
            session,
            calls: OpenCalls::new(),
            incarnation: AtomicU64::new(0),
        }
    }

    /// The right to call what is behind it.
    pub(crate) fn token(&self) -> Token {
        self.token
    }

    /// Calls a function of the other side.
    pub(crate) async fn call(
        &self,
        payer: &Arc<Payer>,
        cx: &Cx,
        index: FuncIndex,
        exports: &Exports,
        params: Image,
    ) -> Result<Image> {
        let transport = self.transport.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(transport) = transport else {
            return Err(CallError::Removed { instance: payer.name.clone() });
        };
        let label = self.labels.get(index.place()).cloned().unwrap_or_else(|| exports.label(index));
        let Some(function) = exports.function(index) else {
            return Err(CallError::bug("a function was wired that the remote's interface does not have"));
        };
        let refused = |status, failure| RemoteError::of_reply(label.clone(), status, false, failure);
        let (Some(hops), Some(trail)) = (cx.hops().checked_sub(1), cx.trail()) else {
            return Err(refused(Status::HopLimit, Failure::of("hop limit")).into());
        };
        if params.as_bytes().len() > self.limit {
            let (most, used) = (self.limit as u64, params.as_bytes().len() as u64);
            return Err(refused(Status::TooLarge, Failure::of_limit("too large", Limit::Message, most, used)).into());
        }
        // What nobody else here may need is granted in full, and where the import says how much, that. Otherwise those that wait keep as much, so that they
        // can go on when the peer is lost.
        let part = |left: u64, own: Option<u64>| match own {
            Some(most) => left.min(most),
            None if cx.is_for_one() => left,
            None => left - left / 2,
        };
        let fuel = part(cx.granted_fuel(), self.policy.fuel);
        let memory = part(cx.memory(), self.policy.memory);
        let reserved = Reserved::of(payer, cx, fuel, || label.clone()).await;
        let reserved = reserved.map_err(|met| CallError::met(met, payer.name.clone(), label.clone()))?;
        let granted = Granted::new(cx, (reserved.fuel, memory), self.policy.charge.unwrap_or(u64::MAX));
        let own = self.policy.timeout.and_then(Deadline::after);
        let end = cx.end().into_iter().chain(own).min_by_key(|end| end.at);
        let idempotent = cx.is_idempotent() || self.policy.idempotent.iter().any(|name| name == function.name());
        let call = Call {
            remote: self,
            transport: &*transport,
            function,
            label: &label,
            params: &params,
            cx,
            end,
            trail,
            hops,
            idempotent,
        };
        let result = match own {
            None => call.make(granted).await,
            // Boxed, so that calls without a time of their own are not twice as large.
            Some(own) => match in_time(own, Box::pin(call.make(granted))).await {
                Some(result) => result,
                None => {
                    let amount = Amount::Time(own.span);
                    let met = Exhausted { limit: Limit::Time, amount, used: amount, scope: Scope::Import };
                    Err(CallError::met(met, payer.name.clone(), label.clone()))
                }
            },
        };
        drop(reserved);
        result
    }

    /// Drops the transport.
    pub(crate) fn free(&self) {
        let transport = self.transport.write().unwrap_or_else(PoisonError::into_inner).take();
        // Outside the lock: dropping a user's value may do anything.
        let_go(transport);
    }
}

impl Call<'_> {
    /// Sends the call, and again as often as may be.
    async fn make(&self, mut granted: Granted<'_>) -> Result<Image> {
        let most = self.remote.policy.retries.unwrap_or(if self.idempotent { 2 } else { 0 });
        let (mut open, mut times, mut is_retry) = (self.remote.calls.open(), 0, false);
        // The first that may have run, if there is one.
        let mut lost = None;
        loop {
            let error = match self.send(open.number, is_retry, &mut granted).await {
                Ok(image) => return Ok(image),
                Err(error) => error,
            };
            let again = Again::after(&error, self.idempotent, granted.is_answered());
            let again = again.filter(|_| times < most);
            let goes_on = match again {
                // Boxed, since few calls come here.
                Some((_, hint)) => {
                    Box::pin(wait(wait_before(times, hint, self.remote.session, open.number), self.end)).await
                }
                None => false,
            };
            let did_not_run =
                matches!(error, CallError::Remote(RemoteError::NotSent { .. } | RemoteError::Refused { .. }));
            let Some((again, _)) = again.filter(|_| goes_on) else {
                // That the last message has not run says nothing of those before it.
                return Err(lost.filter(|_| did_not_run).unwrap_or(error));
            };
            times += 1;
            self.cx.note_retries(1);
            if !did_not_run {
                granted.was_lost();
                lost.get_or_insert(error);
                is_retry = true;
            }
            if again == Again::Anew {
                (open, is_retry) = (self.remote.calls.open(), false);
            }
        }
    }

    /// Sends one message and takes its answer.
    async fn send(&self, number: u64, is_retry: bool, granted: &mut Granted<'_>) -> Result<Image> {
        let remote = self.remote;
        let message = CallMessage {
            session: remote.session,
            call: number,
            target: remote.token,
            interface: remote.interface,
            signature: self.function.signature_id(),
            function: self.function.id(),
            reply_limit: u32::try_from(remote.limit).unwrap_or(u32::MAX),
            time: self.end.map(|end| end.at.saturating_duration_since(Instant::now())),
            fuel: Some(granted.fuel),
            memory: Some(granted.memory),
            settled_below: remote.calls.settled_below(),
            incarnation: if is_retry { remote.incarnation.load(Ordering::Relaxed) } else { 0 },
            epoch: remote.policy.epoch,
            hops: self.hops,
            idempotent: self.idempotent,
            retry: is_retry,
            label: self.label,
            trail: self.trail.clone(),
            body: self.params.as_bytes(),
        };
        let function = || self.label.clone();
        granted.sends();
        let answer = match self.transport.call(message.encode()).await {
            Ok(answer) => answer,
            Err(TransportError::NotSent(why)) => {
                if !is_retry {
                    granted.was_not_sent();
                }
                return Err(RemoteError::NotSent { function: function(), message: why.into() }.into());
            }
            Err(TransportError::Lost(why)) => {
                return Err(RemoteError::Lost { function: function(), message: why.into() }.into());
            }
        };
        let bad = |message: String| RemoteError::BadReply { function: function(), message: message.into() };
        let reply = ReplyMessage::decode(&answer).map_err(|error| bad(error.to_string()))?;
        let named = (reply.interface, reply.function);
        // Of a message that could not be read, an answer repeats only what could.
        let is_unread = matches!(reply.status, Status::Malformed | Status::WireVersion) && named == (0, 0);
        if (reply.session, reply.call) != (message.session, message.call)
            || named != (message.interface, message.function) && !is_unread
        {
            return Err(bad("it answers another call".into()).into());
        }
        if reply.status == Status::Ok {
            if reply.signature != message.signature {
                return Err(bad("it is the value of a function of another type".into()).into());
            }
            if reply.body.len() > remote.limit {
                return Err(bad(format!("its body takes more than {} bytes", remote.limit)).into());
            }
            if let Err(malformed) = check_result(self.function, reply.body, remote.limit).await {
                return Err(bad(format!("{} at byte {}", malformed.rule.message(), malformed.offset)).into());
            }
        }
        let failure = match reply.status {
            Status::Ok => None,
            _ => Some(Failure::decode(reply.body).map_err(|error| bad(error.to_string()))?),
        };
        match reply.status {
            // The one that has run it is not the one that answers.
            Status::Duplicate => granted.answered_without_use(),
            Status::Lost if reply.incarnation == 0 => granted.answered_without_use(),
            _ => granted.answered(reply.fuel, reply.memory, reply.ran),
        }
        if reply.incarnation != 0 {
            remote.incarnation.store(reply.incarnation, Ordering::Relaxed);
        }
        let Some(mut failure) = failure else { return Ok(Image::copy_of(reply.body)) };
        if reply.status == Status::SignatureMismatch {
            failure.caller_signature = self.function.to_string();
        }
        Err(match reply.status {
            Status::Lost => {
                let message = "the other side has passed it on, and lost it".into();
                RemoteError::Lost { function: function(), message }
            }
            status => RemoteError::of_reply(function(), status, reply.ran, failure),
        }
        .into())
    }
}

/// The value of a future, unless its time is over first.
async fn in_time<T>(end: Deadline, mut future: impl Future<Output = T> + Unpin) -> Option<T> {
    let mut timer = None;
    poll_fn(|task| match Pin::new(&mut future).poll(task) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if end.poll_passed(&mut timer, task) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
