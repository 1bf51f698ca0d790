//! What a peer is told of a call that has no value.

use crate::error::call::CallError;
use crate::error::remote::{Failure, RemoteError, Status};
use crate::limits::limit::{Amount, Limit};

use super::policy::Detail;

/// Why a peer gets no value.
pub(super) struct Told {
    pub(super) status: Status,
    /// Boxed, since few calls have none.
    pub(super) failure: Box<Failure>,
}

impl Told {
    pub(super) fn new(status: Status, kind: &str) -> Told {
        Told { status, failure: Box::new(Failure::of(kind)) }
    }

    /// The peer may come again.
    pub(super) fn and_again(mut self) -> Told {
        *self.failure = self.failure.and_again();
        self
    }

    /// A limit was met.
    pub(super) fn of_limit(status: Status, limit: Limit, amount: u64, used: u64) -> Told {
        let kind = match limit {
            Limit::Fuel => "out of fuel",
            Limit::Time => "out of time",
            Limit::Memory => "out of memory",
            Limit::Message => "message too large",
            Limit::Stack => "out of stack",
        };
        Told { status, failure: Box::new(Failure::of_limit(kind, limit, amount, used)) }
    }

    /// What is told of an error of a call whose provider was `entered` or not.
    pub(super) fn of(error: &CallError, entered: bool, detail: Detail) -> Told {
        let mut told = if entered { of_run(error) } else { of_refused(error) };
        if detail == Detail::Text && told.failure.detail.is_empty() {
            told.failure.detail = error.headline();
        }
        told
    }
}

/// Of a call that has run, or may have. Nothing that happened in it is said as if it had happened instead of it.
fn of_run(error: &CallError) -> Told {
    match error {
        CallError::Cancelled { .. } => Told::new(Status::Cancelled, error.kind()),
        // Where a call was only passed on, what was told here is all that there is to tell.
        CallError::Remote(RemoteError::Failed { status, failure, .. }) => passed_on(*status, failure),
        CallError::Remote(RemoteError::Lost { .. } | RemoteError::BadReply { .. }) => {
            Told::new(Status::Lost, error.kind())
        }
        CallError::TooLarge(_) => Told::new(Status::OutOfBudget, error.kind()),
        error if error.is_out_of_budget() => out_of_budget(error),
        error => Told::new(Status::Trap, error.kind()),
    }
}

/// Of a call with which nobody has begun.
fn of_refused(error: &CallError) -> Told {
    match error {
        CallError::Busy { .. } | CallError::TenantFull { .. } => Told::new(Status::Busy, error.kind()).and_again(),
        CallError::ReEntered { .. } => Told::new(Status::Busy, error.kind()),
        CallError::NoCapacity { .. } => Told::new(Status::Refused, error.kind()).and_again(),
        CallError::Cancelled { .. } => Told::new(Status::Cancelled, error.kind()),
        CallError::Remote(RemoteError::Refused { status, failure, .. }) => passed_on(*status, failure),
        CallError::Remote(RemoteError::NotSent { .. }) => Told::new(Status::Refused, error.kind()).and_again(),
        CallError::Remote(RemoteError::Lost { .. } | RemoteError::BadReply { .. }) => {
            Told::new(Status::Lost, error.kind())
        }
        error if error.is_out_of_budget() => out_of_budget(error),
        error => Told::new(Status::Refused, error.kind()),
    }
}

/// What another peer has told. Its text stays here: who asks is to learn no more of that side than of this one.
fn passed_on(status: Status, failure: &Failure) -> Told {
    Told { status, failure: Box::new(Failure { detail: String::new(), ..failure.clone() }) }
}

fn out_of_budget(error: &CallError) -> Told {
    let root = error.root_cause();
    let failure = match root {
        CallError::OutOfBudget { limit, amount, used, .. } => {
            Box::new(Failure::of_limit(root.kind(), *limit, number(amount), number(used)))
        }
        CallError::Remote(RemoteError::Failed { failure, .. } | RemoteError::Refused { failure, .. }) => {
            passed_on(Status::OutOfBudget, failure).failure
        }
        error => Box::new(Failure::of(error.kind())),
    };
    Told { status: Status::OutOfBudget, failure }
}

/// An amount as a message has it: units of fuel, microseconds, bytes.
fn number(amount: &Amount) -> u64 {
    match amount {
        Amount::Fuel(units) => *units,
        Amount::Time(span) => u64::try_from(span.as_micros()).unwrap_or(u64::MAX),
        Amount::Bytes(bytes) => *bytes,
    }
}
