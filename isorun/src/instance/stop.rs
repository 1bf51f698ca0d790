//! Why a guest stopped, made of what wasmtime says.

use std::sync::Arc;

use wasmtime::Trap;

use crate::budget::Exhausted;
use crate::error::{Amount, CallError, Resource};
use crate::image::malformed::Malformed;

/// The error of a call, or of a start, that granted `fuel` units and `message` bytes to pass.
#[cold]
pub(crate) fn explain(
    error: &wasmtime::Error,
    instance: Arc<str>,
    function: Arc<str>,
    fuel: u64,
    message: usize,
) -> CallError {
    let out_of = |resource, limit, instance, function| CallError::OutOfBudget { resource, limit, instance, function };
    if let Some(Trap::OutOfFuel) = error.downcast_ref() {
        return out_of(Resource::Fuel, Amount::Fuel(fuel), instance, function);
    }
    if let Some(&Exhausted { resource, limit }) = error.downcast_ref() {
        return out_of(resource, limit, instance, function);
    }
    match error.downcast_ref::<CallError>() {
        Some(error) if error.ends_the_tree() => return error.clone(),
        Some(cause) => return CallError::ProviderDown { instance, function, cause: Arc::new(cause.clone()) },
        None => {}
    }
    if let Some(Malformed { rule, offset }) = error.downcast_ref() {
        // A value that is passed in core values has no address; one in memory never lies at 0.
        let place = if *offset == 0 { String::new() } else { format!(", at address {offset} of its memory") };
        return CallError::Trap { instance, function, message: format!("{}{place}", rule.message()).into() };
    }
    let text = text(error);
    if text.contains(TOO_MUCH_DATA) {
        return out_of(Resource::Message, Amount::Bytes(message as u64), instance, function);
    }
    CallError::Trap { instance, function, message: text.into() }
}

/// How wasmtime says that a guest passed more bytes than `set_hostcall_fuel` allows; the type of that error is private.
const TOO_MUCH_DATA: &str = "fuel allocated for hostcalls has been exhausted";

/// wasmtime's chain of causes without the wasm backtrace, which names nothing that a user of an interface knows.
fn text(error: &wasmtime::Error) -> String {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return trap.to_string();
    }
    let causes = error.chain().map(|cause| cause.to_string());
    causes.filter(|text| !text.starts_with("error while executing")).collect::<Vec<_>>().join(": ")
}
