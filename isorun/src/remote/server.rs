//! The answering side of a remote: a message comes in, an export is called, a reply goes out.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::wire::bad::BadMessage;
use super::wire::call::CallMessage;
use super::wire::echo::Echo;
use super::wire::reply::ReplyMessage;
use super::wire::token::Token;
use crate::call::by_image;
use crate::call::target::Target;
use crate::clock::Instant;
use crate::error::call::{CallError, Result};
use crate::error::remote::{Failure, RemoteError, Status};
use crate::image::Image;
use crate::image::check::check_params;
use crate::image::malformed::Rule;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::limits::budget::Budget;
use crate::limits::limit::{Amount, Limit};
use crate::limits::receipt::Receipt;
use crate::provider::Provider;
use crate::random::Random;
use crate::text::{MOST_NAMED, signature};

/// What a runtime lets others call.
#[derive(Default)]
pub(crate) struct ExportTable {
    exports: RwLock<HashMap<Token, Export>>,
}

#[derive(Clone)]
struct Export {
    interface: Interface,
    /// The position of the function of each id. Two functions have one id only where there are very many; the first is meant then.
    positions: Arc<HashMap<u32, u32>>,
    target: Target,
}

/// Why a call was not made.
struct Refusal(Status, Box<Failure>);

impl ExportTable {
    pub(crate) fn add(&self, interface: &Interface, target: Target, random: &Random) -> Token {
        let token = Token::from_bytes(random.bytes());
        let mut positions = HashMap::new();
        for (position, function) in interface.functions().iter().enumerate() {
            positions.entry(function.id()).or_insert(position as u32);
        }
        let export = Export { interface: interface.clone(), positions: Arc::new(positions), target };
        self.exports.write().unwrap_or_else(PoisonError::into_inner).insert(token, export);
        token
    }

    pub(crate) fn remove(&self, token: &Token) -> bool {
        // The export holds a handle, which is dropped after the lock.
        let export = self.exports.write().unwrap_or_else(PoisonError::into_inner).remove(token);
        export.is_some()
    }

    /// The exports of an instance: each as text for messages, its interface, and the instance's functions.
    pub(crate) fn of(&self, provider: &Arc<Provider>) -> Vec<(String, Interface, Arc<[FuncIndex]>)> {
        let exports = self.exports.read().unwrap_or_else(PoisonError::into_inner);
        let exports = exports.values().filter(|export| Arc::ptr_eq(export.target.provider(), provider));
        let mut exports: Vec<_> = exports
            .map(|export| {
                let by = format!("an export of {}", export.interface.name());
                (by, export.interface.clone(), export.target.functions().clone())
            })
            .collect();
        // One interface may be exported under several tokens, and more of it under one than under another.
        exports.sort_by(|one, other| one.0.cmp(&other.0));
        exports.dedup();
        exports
    }

    pub(crate) async fn serve(&self, bytes: &[u8], defaults: Budget, limit: usize) -> Vec<u8> {
        let call = match CallMessage::decode(bytes) {
            Ok(call) => call,
            Err(bad) => return nonsense(bytes, bad),
        };
        let started = Instant::now();
        let mut reply = ReplyMessage { incarnation: 1, ..call.echo().reply(Status::Refused) };
        let image;
        match self.accept(&call, limit).await {
            Err(Refusal(status, failure)) => {
                reply.status = status;
                image = failure.encode();
            }
            Ok((target, index, function)) => {
                reply.signature = function.signature_id();
                let (result, receipt) = run(&target, index, &call, defaults).await;
                reply.fuel = receipt.fuel;
                match result {
                    Ok(value) if value.as_bytes().len() > call.reply_limit as usize => {
                        (reply.status, reply.ran) = (Status::OutOfBudget, true);
                        let (limit, used) = (u64::from(call.reply_limit), value.as_bytes().len() as u64);
                        image = Failure::of_limit("out of budget", Limit::Message, limit, used).encode();
                    }
                    Ok(value) => {
                        (reply.status, reply.ran) = (Status::Ok, true);
                        image = value;
                    }
                    Err(error) => {
                        (reply.status, reply.ran) = status_of(&error);
                        image = told(&error).encode();
                    }
                }
            }
        }
        reply.body = image.as_bytes();
        reply.time = started.elapsed();
        reply.encode()
    }

    /// Finds the export and function that a message calls, and checks its parameters. Gives the reason if the message is to be refused.
    async fn accept(
        &self,
        call: &CallMessage<'_>,
        limit: usize,
    ) -> std::result::Result<(Target, FuncIndex, Function), Refusal> {
        let (target, index, function) = self.find(call, limit)?;
        check_params(&function, call.body, limit).await.map_err(|error| {
            let status = if error.rule == Rule::Parts { Status::TooLarge } else { Status::Malformed };
            Refusal(status, Box::new(Failure::of_rule(status.to_string(), error)))
        })?;
        Ok((target, index, function))
    }

    /// Finds the export and function that a message calls, or the reason to refuse it.
    fn find(
        &self,
        call: &CallMessage<'_>,
        limit: usize,
    ) -> std::result::Result<(Target, FuncIndex, Function), Refusal> {
        let refuse = |status: Status, why: String| {
            Err(Refusal(status, Box::new(Failure::of(status.to_string()).with_detail(why))))
        };
        if call.body.len() > limit {
            let failure = Failure::of_limit("too large", Limit::Message, limit as u64, call.body.len() as u64);
            return Err(Refusal(Status::TooLarge, Box::new(failure)));
        }
        if call.hops == 0 {
            return Err(Refusal(Status::HopLimit, Box::new(Failure::of("hop limit"))));
        }
        if call.time.is_some_and(|time| time.is_zero()) {
            return Err(Refusal(Status::OutOfBudget, Box::new(Failure::of_limit("out of budget", Limit::Time, 0, 0))));
        }
        let Some(Export { interface, positions, target }) = self.export(&call.target) else {
            return refuse(Status::UnknownTarget, "nothing is exported under this token; was it revoked?".into());
        };
        if interface.id() != call.interface {
            return refuse(Status::UnknownInterface, format!("the export is of {}", interface.name()));
        }
        let functions = interface.functions();
        let Some(&position) = positions.get(&call.function) else {
            let names: Vec<&str> = functions.iter().map(Function::name).collect();
            return refuse(Status::UnknownFunction, format!("{} has {}", interface.name(), first(&names)));
        };
        let function = functions[position as usize].clone();
        if function.signature_id() != call.signature {
            let callee_signature = signature(&function);
            let failure = Failure { callee_signature, ..Failure::of("signature mismatch") };
            return Err(Refusal(Status::SignatureMismatch, Box::new(failure)));
        }
        let index = target.function(position);
        Ok((target, index, function))
    }

    /// A copy of the export under a token, so that the table is not locked while a peer's message is checked.
    fn export(&self, token: &Token) -> Option<Export> {
        self.exports.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }
}

/// The first names, and how many more there are: a peer needs no list of a hundred thousand.
fn first(names: &[&str]) -> String {
    let named = names[..names.len().min(MOST_NAMED)].join(", ");
    match names.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Makes the call under what its message grants and no more than this side's defaults.
async fn run(
    target: &Target,
    function: FuncIndex,
    call: &CallMessage<'_>,
    defaults: Budget,
) -> (Result<Image>, Receipt) {
    let budget = Budget {
        fuel: call.fuel.unwrap_or(defaults.fuel).min(defaults.fuel),
        time: call.time.unwrap_or(defaults.time).min(defaults.time),
        memory: defaults.memory,
    };
    let image = Image::from_bytes(call.body.to_vec());
    by_image(target.provider(), function, image).granted(budget, call.hops).receipt().await
}

/// What the other side is told of an error.
fn told(error: &CallError) -> Failure {
    let number = |amount: &Amount| match amount {
        Amount::Fuel(number) | Amount::Bytes(number) => *number,
        Amount::Time(span) => u64::try_from(span.as_micros()).unwrap_or(u64::MAX),
    };
    match error {
        // This side only relayed the call. What it was told itself is all that there is to say, however long the way is.
        CallError::Remote(RemoteError::Refused { failure, .. } | RemoteError::Failed { failure, .. }) => {
            Failure::clone(failure)
        }
        CallError::OutOfBudget { limit, amount, used, .. } => {
            Failure::of_limit(error.kind(), *limit, number(amount), number(used)).with_detail(error.headline())
        }
        // The text includes the causes, because only text reaches the other side, not the chain of errors. The help is left out: it is for
        // this side.
        error => Failure::of(error.kind()).with_detail(error.headline()),
    }
}

/// The status for an error, and whether guest code may have run.
fn status_of(error: &CallError) -> (Status, bool) {
    match error {
        error if error.is_out_of_budget() => (Status::OutOfBudget, true),
        CallError::Cancelled { .. } => (Status::Cancelled, true),
        CallError::Poisoned { .. }
        | CallError::Removed { .. }
        | CallError::Retiring { .. }
        | CallError::NotExported { .. }
        | CallError::TooDeep { .. }
        | CallError::BelowFloor { .. }
        | CallError::NoCapacity { .. } => (Status::Refused, false),
        CallError::ReEntered { .. } | CallError::Busy { .. } | CallError::TenantFull { .. } => (Status::Busy, false),
        // This side only relayed the call, so it passes on the status that it got.
        CallError::Remote(RemoteError::Refused { status, .. }) => (*status, false),
        CallError::Remote(RemoteError::Failed { status, .. }) => (*status, true),
        CallError::Remote(RemoteError::NotSent { .. }) => (Status::Refused, false),
        CallError::Remote(RemoteError::Lost { .. } | RemoteError::BadReply { .. }) => (Status::Lost, true),
        CallError::TooLarge(_) => (Status::OutOfBudget, true),
        _ => (Status::Trap, true),
    }
}

/// The answer to bytes that are no call. Whatever of it cannot be read is zero.
fn nonsense(bytes: &[u8], bad: BadMessage) -> Vec<u8> {
    let nothing = Echo { session: 0, call: 0, interface: 0, function: 0, hops: 0 };
    let failure = Failure { offset: bad.offset() as u64, ..Failure::of(bad.status().to_string()) };
    let failure = failure.with_detail(bad.to_string()).encode();
    let reply = Echo::of(bytes).unwrap_or(nothing).reply(bad.status());
    ReplyMessage { incarnation: 1, body: failure.as_bytes(), ..reply }.encode()
}
