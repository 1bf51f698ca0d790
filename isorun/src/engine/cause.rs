//! Turns wasmtime's errors into isorun's. This is the only place that depends on the wording of wasmtime's messages.

use std::sync::Arc;

use wasmtime::{PoolConcurrencyLimitError, Trap};

use crate::component::invalid;
use crate::error::app::AppError;
use crate::error::call::CallError;
use crate::image::malformed::Malformed;
use crate::limits::limit::{Amount, Exhausted, Limit};

/// The error of a call, or of a start, that was granted `fuel` units of fuel and could pass `message` bytes.
#[cold]
pub(crate) fn explain(
    error: &wasmtime::Error,
    instance: Arc<str>,
    function: Arc<str>,
    fuel: u64,
    message: usize,
) -> CallError {
    let out_of = |limit, amount, instance, function| CallError::OutOfBudget { limit, amount, instance, function };
    if let Some(Trap::OutOfFuel) = error.downcast_ref() {
        return out_of(Limit::Fuel, Amount::Fuel(fuel), instance, function);
    }
    if let Some(&Exhausted { limit, amount }) = error.downcast_ref() {
        return out_of(limit, amount, instance, function);
    }
    match error.downcast_ref::<CallError>() {
        Some(error) if error.ends_the_tree() => return error.clone(),
        Some(cause) => return CallError::provider_down(instance, function, cause),
        None => {}
    }
    if let Some(Malformed { rule, offset }) = error.downcast_ref() {
        // A value that is passed in core values has no address; one in memory never lies at 0.
        let place = if *offset == 0 { String::new() } else { format!(", at address {offset} of its memory") };
        return CallError::Trap { instance, function, message: format!("{}{place}", rule.message()).into() };
    }
    let text = trap_text(error);
    if text.contains(TOO_MUCH_DATA) {
        return out_of(Limit::Message, Amount::Bytes(message as u64), instance, function);
    }
    CallError::Trap { instance, function, message: text.into() }
}

/// How wasmtime says that a guest passed more bytes than `set_hostcall_fuel` allows; the type of that error is private.
const TOO_MUCH_DATA: &str = "fuel allocated for hostcalls has been exhausted";

/// wasmtime's chain of causes without the wasm backtrace, which names nothing that a user of an interface knows.
fn trap_text(error: &wasmtime::Error) -> String {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return trap.to_string();
    }
    let causes = error.chain().map(|cause| cause.to_string());
    causes.filter(|text| !text.starts_with("error while executing")).collect::<Vec<_>>().join(": ")
}

/// Whether there was no room for a store.
pub(crate) fn is_no_capacity(error: &wasmtime::Error) -> bool {
    error.is::<PoolConcurrencyLimitError>()
}

/// The whole chain of causes on one line.
pub(crate) fn text(error: &wasmtime::Error) -> String {
    error.chain().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ")
}

/// Why a component was not compiled.
pub(crate) fn not_compiled(app: &str, error: &wasmtime::Error) -> AppError {
    let message = text(error);
    match message.contains("pooling allocator") {
        true => AppError::TooLarge { app: app.into(), message },
        false => AppError::of(app, invalid(message)),
    }
}
