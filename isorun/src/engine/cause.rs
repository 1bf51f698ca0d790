//! Turns wasmtime's errors into isorun's. This is the only place that depends on the wording of wasmtime's messages.

use std::fmt::{self, Write};
use std::sync::Arc;

use wasmtime::{FrameInfo, PoolConcurrencyLimitError, Trap, WasmBacktrace};

use crate::component::invalid;
use crate::error::app::AppError;
use crate::error::call::{CallError, Failed};
use crate::error::frame::{Frame, LONGEST_NAME};
use crate::image::malformed::Malformed;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};
use crate::limits::settings::Settings;

/// The error of a call, or of a start, that was granted `fuel` units of fuel, in a runtime with these limits.
#[cold]
pub(crate) fn explain(
    error: &wasmtime::Error,
    instance: Arc<str>,
    function: Arc<str>,
    fuel: u64,
    limits: &Settings,
) -> CallError {
    if let Some(Failed { provider, error, ends_the_caller }) = error.downcast_ref() {
        let (provider, cause) = (provider.clone(), error.clone());
        return match ends_the_caller {
            true => cause,
            false => CallError::provider_down(instance, function, provider, &cause),
        };
    }
    // What isorun itself refuses on the way to a provider.
    if let Some(error) = error.downcast_ref::<CallError>() {
        return error.clone();
    }
    let out_of = |Exhausted { limit, amount, used, scope }, instance, function| CallError::OutOfBudget {
        limit,
        amount,
        used,
        scope,
        instance,
        function,
        waits_for: None,
        goes_on: false,
        frames: frames(error),
    };
    let of_call = |limit, amount| Exhausted { limit, amount, used: amount, scope: Scope::Call };
    if let Some(Trap::OutOfFuel) = error.downcast_ref() {
        return out_of(of_call(Limit::Fuel, Amount::Fuel(fuel)), instance, function);
    }
    if let Some(Trap::StackOverflow) = error.downcast_ref() {
        let (limit, amount) = (Limit::Stack, Amount::Bytes(limits.stack as u64));
        return out_of(Exhausted { limit, amount, used: amount, scope: Scope::Runtime }, instance, function);
    }
    if let Some(exhausted) = error.downcast_ref::<Exhausted>() {
        return out_of(exhausted.clone(), instance, function);
    }
    let text = match error.downcast_ref() {
        // A value that is passed in core values has no address; one in memory never lies at 0.
        Some(Malformed { rule, offset: 0 }) => rule.message().into(),
        Some(Malformed { rule, offset }) => format!("{}, at address {offset} of its memory", rule.message()),
        None => trap_text(error),
    };
    if text.contains(TOO_MUCH_DATA) {
        return out_of(of_call(Limit::Message, Amount::Bytes(limits.message as u64)), instance, function);
    }
    CallError::Trap { instance, function, message: text.into(), frames: frames(error) }
}

/// The functions of the guest that were running when it was stopped, the innermost first.
fn frames(error: &wasmtime::Error) -> Arc<[Frame]> {
    let frames = error.downcast_ref().map_or(&[][..], WasmBacktrace::frames);
    frames.iter().take(MOST_FRAMES).map(frame).collect()
}

/// How many frames an error keeps. wasmtime keeps as many.
const MOST_FRAMES: usize = 20;

fn frame(frame: &FrameInfo) -> Frame {
    Frame {
        function: frame.func_name().map(readable),
        index: frame.func_index(),
        module: frame.module().name().map(|name| cut(name).into()),
        offset: frame.module_offset().map(|offset| offset as u64),
    }
}

/// A function's name as its author wrote it, if it is the symbol that Rust's compiler makes of such a name. Both forms are cut, since a
/// stranger can make a short symbol that stands for a name without end.
fn readable(symbol: &str) -> Arc<str> {
    let mut name = Cut(String::new());
    // Writing fails where the name is cut.
    let _ = write!(name, "{:#}", rustc_demangle::demangle(cut(symbol)));
    name.0.into()
}

/// The beginning of a name, no longer than a frame's.
fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(LONGEST_NAME)]
}

/// Takes text until it is as long as a frame's name.
struct Cut(String);

impl fmt::Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = LONGEST_NAME.saturating_sub(self.0.len());
        self.0.push_str(&text[..text.floor_char_boundary(left)]);
        if text.len() > left { Err(fmt::Error) } else { Ok(()) }
    }
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
    not_compiled_for(app, text(error))
}

/// The same of a [text](text) that comes from where it was compiled.
pub(crate) fn not_compiled_for(app: &str, message: String) -> AppError {
    match message.contains("pooling allocator") {
        true => AppError::TooLarge { app: app.into(), message },
        false => AppError::of(app, invalid(message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions_are_readable_and_have_an_end() {
        assert_eq!(&*readable("_ZN3foo3bar17h05af221e174051e9E"), "foo::bar");
        assert_eq!(&*readable("_RNvC6_123foo3bar"), "123foo::bar");
        assert_eq!(&*readable("main"), "main");
        assert_eq!(readable(&"é".repeat(1000)).len(), 256);
        // A short symbol whose name is the square of its length, and so on.
        let long = format!("_RNv{}C1a1b", "NvC4abcd4efgh".repeat(20));
        assert!(readable(&long).len() <= 256);
        assert!(readable(&format!("_R{}", "IB0_".repeat(60))).len() <= 256);
    }
}
