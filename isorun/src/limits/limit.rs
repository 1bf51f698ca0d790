//! What can run out, and how much of it there was.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What a budget consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Executed instructions, about one unit of fuel each.
    Fuel,
    /// Time on the clock, waiting included.
    Time,
    /// Bytes of wasm memory and tables.
    Memory,
    /// Bytes that one call passes into a guest or out of it, and what its elements count beside them. Also the bytes of a result as text.
    Message,
    /// Bytes of stack, which functions that call each other use up.
    Stack,
}

/// Whose a [`Limit`] was.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The call's: what it was granted, be it by its caller or by the defaults of the runtime.
    Call,
    /// The account of the instance of this name, whatever its calls are granted: see [`Instance::set_fuel`](crate::Instance::set_fuel).
    Instance(Arc<str>),
    /// The account of the tenant of this name: see [`Tenant`](crate::Tenant).
    Tenant(Arc<str>),
    /// The runtime's, for every instance and every call, whatever these are granted.
    Runtime,
    /// What a call may use after its caller has given it up: see [`GiveUp::Finish`](crate::GiveUp::Finish).
    GivenUp,
    /// That of the import through which the instance was called: see [`with_timeout`](crate::runtime::Instantiate::with_timeout).
    Import,
}

/// How many there may be of something that the instances of a [`Tenant`](crate::Tenant) have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ceiling {
    /// Stores at a time.
    Stores,
    /// Calls of the host and of peers that wait, since as many run as may.
    Waiting,
}

impl Limit {
    /// What a user can do when this limit was met in a call.
    pub(crate) fn help(self, scope: &Scope) -> &'static str {
        match (self, scope) {
            (_, Scope::GivenUp) => "raise the ceiling of `.on_give_up(..)` where the instance is made",
            (_, Scope::Import) => "give the provider more time where it is given with `.with_timeout(..)`",
            (Limit::Stack, _) => "let the app recurse less, or raise `max_stack` in the runtime's builder",
            (Limit::Fuel, Scope::Instance(_)) => "give the instance more with `.add_fuel(..)` or `.set_fuel(..)`",
            (Limit::Fuel, Scope::Tenant(_)) => "give the tenant more with `.add_fuel(..)` or `.set_fuel(..)`",
            (Limit::Fuel, _) => "grant the call more with `.fuel(..)`, or raise the `budget` in the runtime's builder",
            (Limit::Time, _) => {
                "give the call more time with `.timeout(..)` or a later `.deadline(..)`, or raise the `budget` in the runtime's builder"
            }
            (Limit::Memory, Scope::Instance(_)) => "let the instance hold more with `.set_memory(..)`",
            (Limit::Memory, Scope::Tenant(_)) => {
                "let the tenant hold more with `.set_memory(..)`, or remove some of its instances"
            }
            (Limit::Memory, Scope::Call) => {
                "let the call use more with `.memory(..)`, or raise the `budget` in the runtime's builder"
            }
            (Limit::Memory, Scope::Runtime) => {
                "raise `max_instance_memory` in the runtime's builder; no call can be granted more than that, and part of it is what the engine takes for globals, functions and modules"
            }
            (Limit::Message, _) => "pass less at a time, or raise `max_message` in the runtime's builder",
        }
    }

    /// What a user can do when an app met this limit while it started for `instantiate` or `replace`, where no call grants anything.
    #[cfg(feature = "engine")]
    pub(crate) fn help_at_start(self, scope: &Scope) -> &'static str {
        match (self, scope) {
            (Limit::Memory | Limit::Fuel, Scope::Instance(_) | Scope::Tenant(_)) => self.help(scope),
            (Limit::Memory, Scope::Runtime) => {
                "raise `max_instance_memory` in the runtime's builder; part of it is what the engine takes for globals, functions and modules"
            }
            (Limit::Message, _) => "raise `max_message` in the runtime's builder",
            (Limit::Stack, _) => "raise `max_stack` in the runtime's builder",
            (Limit::Fuel | Limit::Time | Limit::Memory, _) => "raise the `budget` in the runtime's builder",
        }
    }
}

/// Displays as the words that follow "out of" in a message.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Fuel => "fuel",
            Limit::Time => "time",
            Limit::Memory => "memory",
            Limit::Message => "room for a message",
            Limit::Stack => "stack",
        })
    }
}

/// How much of a [`Limit`] there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Amount {
    /// Units of fuel.
    Fuel(u64),
    /// A span of time.
    Time(Duration),
    /// Bytes.
    Bytes(u64),
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Fuel(units) => write!(f, "{units} units of fuel"),
            Amount::Time(span) => write!(f, "{span:?}"),
            Amount::Bytes(bytes) => write!(f, "{bytes} bytes"),
        }
    }
}

/// A limit that was met while a guest ran. It travels through wasmtime as an error, and becomes a [`CallError`](crate::CallError) then.
#[derive(Clone, Debug)]
pub(crate) struct Exhausted {
    pub(crate) limit: Limit,
    pub(crate) amount: Amount,
    pub(crate) used: Amount,
    pub(crate) scope: Scope,
}

impl std::error::Error for Exhausted {}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "out of {}, the limit is {}", self.limit, self.amount)
    }
}
