//! What strangers upload, before anything of it is compiled: WIT texts and components.

use isorun::{AppError, Interface, Runtime, inspect};

/// Bytes of anyone's making, read as a component if they begin like one and as WIT otherwise.
///
/// Reading ends with a result or an error, in time and memory that the size of the bytes bounds. No message writes to a terminal.
pub fn upload(bytes: &[u8]) {
    match bytes {
        [0, b'a', b's', b'm', ..] => component(bytes),
        _ => wit(&String::from_utf8_lossy(bytes)),
    }
}

fn runtime() -> Runtime {
    Runtime::new().expect("this machine can make a runtime")
}

/// What is read is registered, and registering it again changes nothing.
fn wit(text: &str) {
    let runtime = runtime();
    let found = match Interface::from_wit(text) {
        Ok(found) => found,
        Err(error) => {
            is_printable(&error.to_string());
            assert!(runtime.register_wit(text).is_err());
            return;
        }
    };
    for left_out in found.left_out() {
        assert!(!left_out.problems().is_empty(), "{}", left_out.interface());
        left_out.problems().iter().for_each(|problem| is_printable(&problem.to_string()));
    }
    for _ in 0..2 {
        assert_eq!(runtime.register_wit(text).as_ref().ok(), Some(&found));
    }
    let registered = runtime.interfaces();
    assert_eq!(registered.len(), found.len());
    for interface in &found {
        assert!(registered.contains(interface), "{interface:?}");
        for function in interface.functions() {
            assert_eq!(interface.function(function.name()).map(|(_, found)| found), Some(function));
            is_printable(&function.to_string());
        }
    }
}

/// What the gate accepts can be inspected, and what can be inspected is accepted or refused for what it is made of.
fn component(bytes: &[u8]) {
    let inspected = inspect(bytes);
    match &inspected {
        Ok(inspection) => is_printable(&inspection.to_string()),
        Err(error) => is_printable(&error.to_string()),
    }
    let runtime = runtime();
    runtime.register_wit(REGISTERED).expect("WIT of ours");
    match runtime.check_app("upload", bytes) {
        Ok(checked) => {
            let inspected = inspected.unwrap_or_else(|error| panic!("the gate accepts it, and {error}"));
            assert_eq!(checked.to_string(), inspected.to_string());
        }
        Err(AppError::Mismatch(report)) => {
            assert!((1..=1000).contains(&report.problems().len()));
            assert!(report.problems().is_sorted_by_key(|problem| &problem.item));
            is_printable(&report.to_string());
        }
        Err(error) => is_printable(&error.to_string()),
    }
}

/// Interfaces that components of the corpus import and export.
const REGISTERED: &str = include_str!("../../../examples/apps/wit/desk/desk.wit");

/// Lines of isorun's making, and nothing in them that moves a cursor or turns the direction of text.
#[track_caller]
fn is_printable(message: &str) {
    let odd = |char: char| {
        (char.is_control() && char != '\n')
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!message.contains(odd), "{message:?}");
}
