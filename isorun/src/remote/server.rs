//! The answering side of a remote: a message comes in, an export is called, a reply goes out.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::export::Export;
use super::exports::ExportTable;
use super::session::{Arrival, Arriving, Limits, Refused, Running, Sessions};
use super::told::Told;
use super::wire::bad::BadMessage;
use super::wire::call::CallMessage;
use super::wire::cancel::CancelMessage;
use super::wire::echo::Echo;
use super::wire::header::{Header, MessageKind};
use super::wire::reply::ReplyMessage;
use crate::call::by_image;
use crate::clock::Instant;
use crate::error::remote::{BELOW_FLOOR, Failure, Status};
use crate::image::Image;
use crate::image::check::check_params;
use crate::image::malformed::Rule;
use crate::image::weight;
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::limits::border::Border;
use crate::limits::budget::Budget;
use crate::limits::deadline::Deadline;
use crate::limits::limit::Limit;
use crate::limits::receipt::Receipt;
use crate::limits::settings::Settings;
use crate::random::Random;

/// What answers messages: the exports of a runtime, and the calls that came lately.
pub(crate) struct Server {
    pub(crate) exports: ExportTable,
    sessions: Arc<Sessions>,
    /// Tells this process from one that has its exports after a restart.
    incarnation: u64,
    limits: Settings,
}

/// A call that fits, as far as its header says.
struct Found<'a> {
    export: Arc<Export>,
    index: FuncIndex,
    function: Function,
    call: CallMessage<'a>,
    arrived: Instant,
    /// The bytes of its message.
    size: usize,
}

/// How a call ended here.
enum Ended {
    /// With a value.
    Value(Image, Receipt),
    /// Without one, with what it has used and whether it has run.
    Not(Told, Receipt, bool),
}

impl Server {
    pub(crate) fn new(limits: Settings, random: &Random) -> Server {
        let number = || u64::from_le_bytes(random.bytes());
        let sessions = Limits::default();
        let idle = limits.budget.time.saturating_mul(2).max(sessions.idle);
        let sessions = Limits { idle, ..sessions };
        Server {
            exports: ExportTable::default(),
            sessions: Arc::new(Sessions::new(sessions, number())),
            incarnation: number().max(1),
            limits,
        }
    }

    /// Whether a call is mostly done where it arrives.
    pub(crate) fn is_quick(&self, header: &Header) -> bool {
        let export = header.target().and_then(|target| self.exports.get(&target));
        export.is_none_or(|export| export.is_of_the_host())
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Answers a message of the peer of this name; `None` if it deserves no answer.
    pub(crate) async fn serve(&self, peer: &Option<Arc<str>>, message: &[u8]) -> Option<Vec<u8>> {
        let arrived = Instant::now();
        let call = match CallMessage::decode(message) {
            Ok(call) => call,
            Err(BadMessage::Kind(MessageKind::Cancel)) => {
                if let Ok(CancelMessage { session, call }) = CancelMessage::decode(message) {
                    self.sessions.cancel(peer, session, call);
                }
                return None;
            }
            Err(bad) => return self.nonsense(message, bad),
        };
        Some(self.once(peer, call, arrived, message.len()).await)
    }

    /// The answer to a call of a peer that has as many under way as it may; `None` if the message is no call.
    pub(crate) fn overload(&self, peer: &Option<Arc<str>>, message: &[u8]) -> Option<Vec<u8>> {
        let echo = Echo::of(message)?;
        let refused = match Header::peek(message) {
            Ok(header) => self.refuse(peer, &header),
            Err(_) if peer.is_none() && !self.sessions.is_known(peer, echo.session) => Refused::Noted,
            Err(_) => self.sessions.refuse(peer, echo.session, echo.call, false),
        };
        Some(match refused {
            Refused::Noted => self.reply(echo, Told::new(Status::Refused, "too many calls").and_again(), false),
            Refused::Runs | Refused::Before => self.reply(echo, Told::new(Status::Duplicate, "duplicate"), true),
        })
    }

    /// Refuses a call for which there is no room, unless it has come before: then it may have run, and it would be wrong to say that it has not.
    pub(crate) fn refuse(&self, peer: &Option<Arc<str>>, header: &Header) -> Refused {
        let is_for_another = header.incarnation().is_some_and(|incarnation| incarnation != self.incarnation);
        if is_for_another && !header.is_idempotent() {
            return Refused::Before;
        }
        let is_a_stranger = || header.target().is_none_or(|target| self.exports.get(&target).is_none());
        if peer.is_none() && !self.sessions.is_known(peer, header.session()) && is_a_stranger() {
            return Refused::Noted;
        }
        self.sessions.refuse(peer, header.session(), header.call(), header.is_retry() && !header.is_idempotent())
    }

    /// The answer to bytes that are no call in order.
    fn nonsense(&self, message: &[u8], bad: BadMessage) -> Option<Vec<u8>> {
        let echo = Echo::of(message)?;
        let failure = Failure { offset: bad.offset() as u64, rule: Some(bad.to_string()), ..Failure::of("malformed") };
        Some(self.reply(echo, Told { status: bad.status(), failure: Box::new(failure) }, false))
    }

    /// A reply without a value.
    fn reply(&self, echo: Echo, told: Told, ran: bool) -> Vec<u8> {
        let body = told.failure.encode();
        let reply = echo.reply(told.status);
        let ran = (ran || reply.ran) && !told.status.did_not_run();
        ReplyMessage { ran, incarnation: self.incarnation, body: body.as_bytes(), ..reply }.encode()
    }

    /// Finds the export and function that a message calls, or the reason to refuse it. It looks at the header only.
    fn find(&self, call: &CallMessage<'_>) -> Result<(Arc<Export>, FuncIndex, Function), Told> {
        if call.body.len() > self.limits.message {
            let (most, used) = (self.limits.message as u64, call.body.len() as u64);
            return Err(Told::of_limit(Status::TooLarge, Limit::Message, most, used));
        }
        if call.hops == 0 {
            return Err(Told::new(Status::HopLimit, "hop limit"));
        }
        if call.time.is_some_and(|time| time.is_zero()) {
            return Err(Told::of_limit(Status::OutOfBudget, Limit::Time, 0, 0));
        }
        let Some(export) = self.exports.get(&call.target) else {
            return Err(Told::new(Status::UnknownTarget, "unknown target"));
        };
        if export.interface.id() != call.interface {
            return Err(Told::new(Status::UnknownInterface, "unknown interface"));
        }
        let Some((index, function)) = export.function(call.function) else {
            return Err(Told::new(Status::UnknownFunction, "unknown function"));
        };
        if function.signature_id() != call.signature {
            let mut told = Told::new(Status::SignatureMismatch, "signature mismatch");
            told.failure.callee_signature = function.to_string();
            return Err(told);
        }
        if call.epoch != 0 && call.epoch != export.epoch() {
            return Err(Told::new(Status::WrongEpoch, "wrong epoch"));
        }
        let function = function.clone();
        Ok((export, index, function))
    }

    /// Answers a call, which runs once however often its message comes. A refusal is an answer too: where the first message was let in, the second one
    /// is not refused, and where the first was refused, the second one does not run.
    async fn once(&self, peer: &Option<Arc<str>>, call: CallMessage<'_>, arrived: Instant, size: usize) -> Vec<u8> {
        let (echo, session) = (call.echo(), call.session);
        if call.incarnation != 0 && call.incarnation != self.incarnation && !call.idempotent {
            // The process that it was sent to before may have run it.
            return self.reply(echo, Told::new(Status::Duplicate, "another incarnation"), true);
        }
        let found = self.find(&call);
        // A stranger without a right to anything is not remembered, unless there is something to remember.
        let is_a_stranger = peer.is_none() && found.is_err() && self.exports.get(&call.target).is_none();
        let is_remembered = session != 0 && (!is_a_stranger || self.sessions.is_known(peer, session));
        let arriving = Arriving {
            session,
            call: call.call,
            digest: if is_remembered { self.digest(&call) } else { 0 },
            settled_below: call.settled_below,
            retry: call.retry && !call.idempotent,
        };
        let found = found.map(|(export, index, function)| Found { export, index, function, call, arrived, size });
        if !is_remembered {
            return self.answer(peer, found, echo, None).await.0;
        }
        match self.sessions.arrive_at(arrived, peer, arriving) {
            Arrival::First(running) => {
                let (reply, ended) = self.answer(peer, found, echo, Some(&running)).await;
                running.answer_at(ended, &reply);
                reply
            }
            Arrival::Again(joined) => match joined.await {
                Some(reply) => reply.to_vec(),
                None => self.reply(echo, Told::new(Status::Duplicate, "duplicate"), true),
            },
            Arrival::Answered(reply) => reply.to_vec(),
            Arrival::Gone => self.reply(echo, Told::new(Status::Duplicate, "duplicate"), true),
            Arrival::Differs => {
                let mut told = Told::new(Status::Malformed, "malformed");
                told.failure.rule = Some("another call has this number".into());
                self.reply(echo, told, false)
            }
            Arrival::Cancelled => self.reply(echo, Told::new(Status::Cancelled, "cancelled"), false),
            Arrival::Full => self.reply(echo, Told::new(Status::Refused, "too many sessions").and_again(), false),
        }
    }

    fn digest(&self, call: &CallMessage<'_>) -> u64 {
        self.sessions.digest(&call.target.to_bytes(), call.function, call.body)
    }

    /// The answer to a call that has not come before, and when it was made.
    async fn answer(
        &self,
        peer: &Option<Arc<str>>,
        found: Result<Found<'_>, Told>,
        echo: Echo,
        running: Option<&Running>,
    ) -> (Vec<u8>, Instant) {
        match found {
            Ok(found) => self.run(peer, &found, running).await,
            Err(told) => (self.reply(echo, told, false), Instant::now()),
        }
    }

    /// Runs a call when the policy of its export lets it, and says how and when it ended.
    async fn run(&self, peer: &Option<Arc<str>>, found: &Found<'_>, running: Option<&Running>) -> (Vec<u8>, Instant) {
        let ended = self.admit(peer, found, running).await.unwrap_or_else(|told| {
            found.export.note_refused();
            Ended::Not(told, Receipt::default(), false)
        });
        let (body, status, ran, receipt) = match ended {
            Ended::Value(image, receipt) => (image, Status::Ok, true, receipt),
            Ended::Not(told, receipt, ran) => {
                let ran = (ran || told.status.may_have_run()) && !told.status.did_not_run();
                (told.failure.encode(), told.status, ran, receipt)
            }
        };
        // The clock is read twice for a call, when it comes and when it ends: each time costs as much as an allocation.
        let now = Instant::now();
        let reply = ReplyMessage {
            ran,
            signature: found.function.signature_id(),
            time: now.saturating_duration_since(found.arrived),
            fuel: receipt.fuel,
            memory: receipt.memory,
            incarnation: self.incarnation,
            epoch: found.export.epoch(),
            body: body.as_bytes(),
            ..found.call.echo().reply(status)
        };
        (reply.encode(), now)
    }

    /// Lets a call in when it is its turn, checks its parameters, and makes it. The reason, if it is refused before that.
    async fn admit(
        &self,
        peer: &Option<Arc<str>>,
        found: &Found<'_>,
        running: Option<&Running>,
    ) -> Result<Ended, Told> {
        let Found { export, function, call, .. } = found;
        let Some(_here) = export.arrives(found.size) else {
            return Err(Told::new(Status::Refused, "too many bytes").and_again());
        };
        if export.is_ended() {
            return Err(Told::new(Status::UnknownTarget, "unknown target"));
        }
        let mut budget = granted(call, &export.cap);
        if let Some(floor) = &export.floor {
            above(floor, call)?;
        }
        let _admitted = match found.export.admission.try_enter() {
            true => Admitted(&found.export),
            // Boxed, so that calls that need not wait stay small.
            false => Box::pin(self.enter(found, running, budget.time)).await?,
        };
        // A guest pays for what it is passed. What the host does for a message to its own code is paid for here.
        let price = if export.is_of_the_host() { price(call.body) } else { 0 };
        if price > budget.fuel {
            return Err(Told::of_limit(Status::OutOfBudget, Limit::Fuel, budget.fuel, price));
        }
        budget.fuel -= price;
        check_params(function, call.body, self.limits.message).await.map_err(|bad| {
            let status = if bad.rule == Rule::Parts { Status::TooLarge } else { Status::Malformed };
            Told { status, failure: Box::new(Failure::of_rule("malformed", bad)) }
        })?;
        if call.body.len() > SMALL && found.arrived.elapsed() >= budget.time {
            budget.time = Duration::ZERO;
        }
        // Whoever was in the line finds room when the others are stopped.
        if export.is_stopping() {
            return Err(Told::new(Status::Cancelled, "cancelled"));
        }
        export.note_served();
        let border = Arc::new(Border::new(
            peer.clone(),
            call.hops,
            call.trail.clone(),
            #[cfg(feature = "engine")]
            export.ceiling(&self.limits.budget),
        ));
        let image = Image::copy_of(call.body);
        let made = by_image(export.provider(), &export.value, found.index, image);
        let mut made = made.granted(budget, found.arrived, border.clone()).receipt_without_time();
        let ended = attended(&mut made, export, running, None).await;
        let ended = ended.map_err(|GivenUp| made.give_up());
        // What is under way counts as run where it is dropped.
        drop(made);
        let entered = border.is_entered();
        let (result, mut receipt) = match ended {
            Ok(ended) => ended,
            Err(receipt) => return Ok(Ended::Not(Told::new(Status::Cancelled, "cancelled"), receipt, entered)),
        };
        receipt.fuel += price;
        let most = self.limits.message.min(call.reply_limit as usize);
        Ok(match result {
            Ok(image) if image.as_bytes().len() > most => {
                let (most, used) = (most as u64, image.as_bytes().len() as u64);
                Ended::Not(Told::of_limit(Status::OutOfBudget, Limit::Message, most, used), receipt, true)
            }
            Ok(image) => Ended::Value(image, receipt),
            Err(error) => Ended::Not(Told::of(&error, entered, export.detail), receipt, entered),
        })
    }

    /// Waits for the call's turn at its export, until it has been here for this time.
    async fn enter<'a>(
        &self,
        found: &'a Found<'_>,
        running: Option<&Running>,
        time: Duration,
    ) -> Result<Admitted<'a>, Told> {
        let export = &*found.export;
        let end = Deadline::of(found.arrived, time);
        let mut entering = pin!(export.admission.enter());
        match attended(&mut entering, export, running, end).await {
            Ok(Ok(())) => Ok(Admitted(export)),
            Ok(Err(_)) => Err(Told::new(Status::Busy, "busy").and_again()),
            Err(GivenUp) if end.is_some_and(|end| end.has_passed()) => {
                let micros = end.map_or(0, |end| end.span.as_micros() as u64);
                Err(Told::of_limit(Status::OutOfBudget, Limit::Time, micros, micros))
            }
            Err(GivenUp) => Err(Told::new(Status::Cancelled, "cancelled")),
        }
    }
}

/// A call that the policy of its export has let in.
struct Admitted<'a>(&'a Export);

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.0.admission.leave();
    }
}

/// The peer has cancelled the call, its export was revoked, or it is too late.
struct GivenUp;

/// The value of a future, unless the call is given up first. The future is looked at before everything else, because most have a value at once.
async fn attended<F: Future + Unpin>(
    future: &mut F,
    export: &Export,
    running: Option<&Running>,
    end: Option<Deadline>,
) -> Result<F::Output, GivenUp> {
    let (mut cancelled, mut stopped, mut timer) =
        (running.map(Running::cancelled), pin!(export.stopped.notified()), None);
    poll_fn(|task| {
        if let Poll::Ready(value) = Pin::new(&mut *future).poll(task) {
            return Poll::Ready(Ok(value));
        }
        let cancelled = cancelled.as_mut().is_some_and(|cancelled| Pin::new(cancelled).poll(task).is_ready());
        let stopped = stopped.as_mut().poll(task).is_ready() || export.is_stopping();
        let late = end.is_some_and(|end| end.poll_passed(&mut timer, task));
        if cancelled || stopped || late { Poll::Ready(Err(GivenUp)) } else { Poll::Pending }
    })
    .await
}

/// Whether a message grants as much as the floor of its export; what is left to this side is enough.
fn above(floor: &Budget, call: &CallMessage<'_>) -> Result<(), Told> {
    let micros = |span: Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    let granted = [
        (Limit::Fuel, floor.fuel, call.fuel),
        (Limit::Time, micros(floor.time), call.time.map(micros)),
        (Limit::Memory, floor.memory, call.memory),
    ];
    for (limit, least, granted) in granted {
        if let Some(granted) = granted.filter(|granted| *granted < least) {
            let mut told = Told::new(Status::Refused, BELOW_FLOOR);
            (told.failure.limit, told.failure.amount, told.failure.used) = (Some(limit), granted, least);
            return Err(told);
        }
    }
    Ok(())
}

/// What a call is granted: what its message says, and no more than the cap.
fn granted(call: &CallMessage<'_>, cap: &Budget) -> Budget {
    Budget {
        fuel: call.fuel.unwrap_or(cap.fuel).min(cap.fuel),
        time: call.time.unwrap_or(cap.time).min(cap.time),
        memory: call.memory.unwrap_or(cap.memory).min(cap.memory),
    }
}

/// Bytes of a body whose check takes no longer than what is around it.
const SMALL: usize = 256;

/// Fuel for the check of a body, unless it is so small that it is a part of every call.
fn price(body: &[u8]) -> u64 {
    if body.len() > SMALL { body.len() as u64 * weight::FUEL } else { 0 }
}
