//! The calling side of a remote: the parameters are sent as an image in a message, and the result comes back as the body of the answer.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Instant;
use crate::error::call::{CallError, Result};
use crate::error::remote::{Failure, RemoteError, Status};
use crate::image::Image;
use crate::image::check::check_result;
use crate::interface::Interface;
use crate::interface::exports::{Exports, FuncIndex};
use crate::let_go::let_go;
use crate::limits::awaiting::Awaiting;
use crate::limits::chain::{Chain, Extent, Payer};
use crate::limits::cx::Cx;
use crate::limits::limit::{Exhausted, Limit};
use crate::remote::wire::call::CallMessage;
use crate::remote::wire::reply::ReplyMessage;
use crate::remote::wire::token::Token;
use crate::remote::wire::transport::{AnyTransport, Transport, TransportError};
use crate::text::signature;

/// Something behind a transport, as a provider.
pub(crate) struct RemoteProvider {
    interface: u64,
    token: Token,
    /// `None` once the remote is removed.
    transport: RwLock<Option<Arc<dyn AnyTransport>>>,
    /// The most bytes of a message.
    limit: usize,
    calls: AtomicU64,
}

impl RemoteProvider {
    pub(crate) fn new(interface: &Interface, token: Token, transport: impl Transport, limit: usize) -> RemoteProvider {
        let transport: Arc<dyn AnyTransport> = Arc::new(transport);
        let transport = RwLock::new(Some(transport));
        RemoteProvider { interface: interface.id(), token, transport, limit, calls: AtomicU64::new(1) }
    }

    pub(crate) async fn call(
        &self,
        name: &Arc<str>,
        (cx, fuel): (&Cx, u64),
        function: FuncIndex,
        exports: &Exports,
        params: Image,
    ) -> Result<Image> {
        let transport = self.transport.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(transport) = transport else {
            return Err(CallError::Removed { instance: name.clone() });
        };
        let label = exports.label(function);
        let Some(function) = exports.function(function) else {
            return Err(CallError::bug("a function was wired that the remote's interface does not have"));
        };
        let refused = |status, failure| RemoteError::of_reply(label.clone(), status, false, failure);
        let Some(hops) = cx.hops().checked_sub(1) else {
            return Err(refused(Status::HopLimit, Failure::of("hop limit")).into());
        };
        if params.as_bytes().len() > self.limit {
            let (limit, used) = (self.limit as u64, params.as_bytes().len() as u64);
            return Err(refused(Status::TooLarge, Failure::of_limit("too large", Limit::Message, limit, used)).into());
        }
        let message = CallMessage {
            // Session 0 means that duplicates of a message are not recognised, because neither side keeps track of them yet.
            session: 0,
            call: self.calls.fetch_add(1, Ordering::Relaxed),
            target: self.token,
            interface: self.interface,
            signature: function.signature_id(),
            function: function.id(),
            reply_limit: u32::try_from(self.limit).unwrap_or(u32::MAX),
            time: cx.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now())),
            fuel: Some(fuel),
            memory: None,
            settled_below: 0,
            incarnation: 0,
            epoch: 0,
            hops,
            idempotent: false,
            retry: false,
            label: &label,
            trail: Vec::new(),
            body: params.as_bytes(),
        };
        let answer = transport.call(message.encode()).await.map_err(|error| match error {
            TransportError::NotSent(message) => {
                RemoteError::NotSent { function: label.clone(), message: message.into() }
            }
            TransportError::Lost(message) => RemoteError::Lost { function: label.clone(), message: message.into() },
        })?;
        let bad = |message: String| RemoteError::BadReply { function: label.clone(), message: message.into() };
        let reply = ReplyMessage::decode(&answer).map_err(|error| bad(error.to_string()))?;
        if (reply.session, reply.call) != (message.session, message.call) {
            return Err(bad("it answers another call".into()).into());
        }
        // The peer's figure is not trusted: it cannot charge more than what it was granted.
        cx.charge(reply.fuel.min(fuel), 0);
        match reply.status {
            Status::Ok if reply.body.len() > self.limit => {
                Err(bad(format!("its body takes more than {} bytes", self.limit)).into())
            }
            Status::Ok => {
                check_result(function, reply.body, self.limit).await?;
                Ok(Image::from_bytes(reply.body.to_vec()))
            }
            status => {
                let mut failure = Failure::decode(reply.body).map_err(|error| bad(error.to_string()))?;
                if status == Status::SignatureMismatch {
                    // The other side was sent a digest of it only.
                    failure.caller_signature = signature(function);
                }
                Err(RemoteError::of_reply(label.clone(), status, reply.ran, failure).into())
            }
        }
    }

    /// Drops the transport.
    pub(crate) fn free(&self) {
        let transport = self.transport.write().unwrap_or_else(PoisonError::into_inner).take();
        // Outside the lock: dropping a user's value may do anything.
        let_go(transport);
    }
}

/// Fuel that is taken off the accounts of a call for the other side. All that is granted is taken, since nobody can be asked for more while a peer
/// runs, but no more than half of what an account has, so that one peer does not stop everybody else; what it has not used, as it says, comes
/// back.
pub(super) struct Reserved {
    /// Units that the other side may use.
    pub(super) fuel: u64,
    /// Where it was taken; `None` if no account limits anything.
    taken: Option<(Arc<Chain>, Extent)>,
    /// What was left of the grant.
    granted: u64,
}

impl Reserved {
    /// Takes what a call of this function has left.
    pub(super) async fn of(
        payer: &Arc<Payer>,
        cx: &Cx,
        function: impl Fn() -> Arc<str>,
    ) -> std::result::Result<Reserved, Exhausted> {
        let granted = cx.granted_fuel();
        if payer.account.is_free() && cx.chain().as_ref().is_none_or(|chain| chain.is_free()) {
            return Ok(Reserved { fuel: granted, taken: None, granted });
        }
        let (chain, mut awaiting) = (Chain::instance(payer, cx.chain()), Awaiting::default());
        poll_fn(|task| awaiting.poll_with(&chain, |chain| chain.take_long(granted), &function, task)).await?;
        let fuel = u64::try_from(chain.ledger.left()).unwrap_or(0).min(granted);
        let extent = chain.extent();
        chain.lend(extent, fuel, true);
        Ok(Reserved { fuel, taken: Some((chain, extent)), granted })
    }

    /// Books what the call was charged meanwhile.
    pub(super) fn end(self, cx: &Cx) {
        if let Some((chain, _)) = &self.taken {
            chain.ledger.spend(self.granted.saturating_sub(cx.granted_fuel()));
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if let Some((chain, extent)) = &self.taken {
            chain.lend(*extent, self.fuel, false);
            chain.settle_long(*extent);
        }
    }
}
