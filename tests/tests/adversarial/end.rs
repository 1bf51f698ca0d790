//! How an attack must end.

use isorun::limits::{Amount, Limit, Scope};
use isorun::{Budget, CallError};

/// What must come of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// It ends at this limit of its own, and at no other amount than it was granted.
    OutOf(Limit),
    /// It ends at this limit of the instance.
    OutOfInstance(Limit),
    /// It ends at some limit. Which is met first is a matter of prices.
    OutOfBudget,
    /// Its result has too much text, which costs the guest nothing, since it has ended by then.
    TooMuchText,
    /// The guest is stopped by wasm's rules, and the message holds this.
    Trap(&'static str),
    /// It has a value that begins so.
    Value(&'static str),
    /// A call far below was one too many.
    TooDeep,
}

impl End {
    /// Whether the store in which the attack was is thrown away.
    pub(crate) fn costs_the_store(self) -> bool {
        !matches!(self, End::Value(_) | End::TooMuchText)
    }

    /// Compares it with what came of a call that was granted `budget`.
    pub(crate) fn check(self, result: &isorun::Result<String>, budget: &Budget) {
        let is_so = match (self, result) {
            (End::OutOf(wanted), Err(CallError::OutOfBudget { limit, amount, scope: Scope::Call, .. })) => {
                let granted = match limit {
                    Limit::Fuel => *amount == Amount::Fuel(budget.fuel),
                    Limit::Time => *amount == Amount::Time(budget.time),
                    Limit::Memory => *amount == Amount::Bytes(budget.memory),
                    _ => true,
                };
                *limit == wanted && granted
            }
            (End::OutOfInstance(wanted), Err(CallError::OutOfBudget { limit, scope: Scope::Runtime, .. })) => {
                *limit == wanted
            }
            (End::OutOfBudget, Err(error)) => error.is_out_of_budget(),
            // On a slow machine its time may be over before.
            (End::TooMuchText, Err(error)) => error.is_out_of_budget(),
            (End::Trap(words), Err(CallError::Trap { message, .. })) => message.contains(words),
            (End::Value(begin), Ok(value)) => value.starts_with(begin),
            (End::TooDeep, Err(error)) => matches!(error.root_cause(), CallError::TooDeep { .. }),
            _ => false,
        };
        let begin = |text: &str| text.chars().take(500).collect::<String>();
        let ended = result.as_ref().map_or_else(|error| format!("{error:#}"), |value| format!("the value {value}"));
        assert!(is_so, "it must end in {self:?}, it ended in: {}", begin(&ended));
    }
}
