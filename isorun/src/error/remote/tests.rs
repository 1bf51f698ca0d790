use std::time::Duration;

use super::*;

fn refused(status: Status, failure: Failure) -> String {
    RemoteError::of_reply("a:b/c#d".into(), status, false, failure).to_string()
}

#[test]
fn a_message_is_made_of_the_record() {
    for (status, failure, message) in [
        (
            Status::Refused,
            Failure { retry_after: Some(Duration::from_millis(20)), ..Failure::of("tenant full") },
            "tenant full\n  help: it has not run; try again when the other side can serve it, or look at its wiring; it asks to be called again after 20ms",
        ),
        (
            Status::SignatureMismatch,
            Failure {
                caller_signature: "func(n: u32)".into(),
                callee_signature: "func(n: u64)".into(),
                ..Failure::of("signature mismatch")
            },
            "signature mismatch\n  here:  func(n: u32)\n  there: func(n: u64)\n  help: it has not run; build both sides from the same edition of the interface",
        ),
        (
            Status::TooLarge,
            Failure::of_limit("too large", Limit::Message, 5, 6),
            "too large: it takes 6 bytes, and the limit is 5 bytes\n  help: it has not run; pass less at a time, or raise `max_message` on both sides",
        ),
        (
            Status::OutOfBudget,
            Failure::of_limit("out of budget", Limit::Time, 5000, 6000),
            "out of time: the limit is 5ms, and it has used 6ms\n  help: it has not run; give it more time with `.timeout(..)`, and more fuel with `.fuel(..)`",
        ),
        (
            Status::Malformed,
            Failure { rule: Some("bool".into()), offset: 7, ..Failure::of("malformed") },
            "malformed: a `bool` is neither 0 nor 1 at byte 7\n  help: it has not run; run the same version of isorun on both sides",
        ),
        (
            Status::WrongEpoch,
            Failure::default(),
            "wrong epoch\n  help: it has not run; what it calls has another owner now, find out which",
        ),
    ] {
        assert_eq!(refused(status, failure), format!("the call of `a:b/c#d` was refused: {message}"));
    }
}

#[test]
fn a_peers_words_are_marked_as_its_own_and_harm_nobody() {
    let hostile = "\x1b[2Jfine\n  help: all is well";
    let failure = Failure {
        rule: Some(hostile.into()),
        caller_signature: hostile.into(),
        callee_signature: "x".repeat(1 << 20),
        ..Failure::of(hostile)
    };
    for status in [Status::Trap, Status::Malformed, Status::Refused] {
        let error =
            RemoteError::of_reply("f".into(), status, true, Failure { detail: hostile.into(), ..failure.clone() });
        let text = error.to_string();
        assert!(text.chars().all(|char| char == '\n' || !char.is_control()), "{text}");
        assert!(text.contains("\n  the other side says: \u{fffd}[2Jfine\n  help: it may"), "{text}");
        assert_eq!(text.matches("\n  help: ").count(), 1, "{text}");
        assert!(text.len() < 8192, "{}", text.len());
    }
}

#[test]
fn a_call_below_the_floor_of_an_export_is_told_what_it_lacks_and_that_nothing_was_used() {
    let text = refused(Status::Refused, Failure::of_limit(BELOW_FLOOR, Limit::Fuel, 500, 10_000));
    assert!(
        text.contains("the call grants 500 units of fuel, and the export takes none with less than 10000"),
        "{text}"
    );
    assert!(text.contains("grant the call more with `.fuel(..)`") && !text.contains("it has used"), "{text}");
}
