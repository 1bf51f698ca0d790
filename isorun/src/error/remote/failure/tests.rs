use super::*;
use crate::image::Value;
use crate::interface::Interface;

fn full() -> Failure {
    Failure {
        kind: "out of budget".into(),
        limit: Some(Limit::Memory),
        amount: 1,
        used: 2,
        retry_after: Some(Duration::from_micros(3)),
        rule: Some("placement".into()),
        offset: 4,
        caller_signature: "func(n: u32)".into(),
        callee_signature: "func(n: u64)".into(),
        detail: "é".into(),
    }
}

/// The type as the WIT file has it.
fn declared() -> Type {
    let text = include_str!("../../../../../wit/wire/wire.wit");
    // The record is only a type in the file, and types are known by the functions that use them.
    let text = text.trim_end().strip_suffix('}').unwrap().to_string() + "echo: func() -> failure; }";
    let interface: Interface = Interface::from_wit(&text).unwrap().into_iter().next().unwrap();
    interface.functions()[0].result().unwrap().clone()
}

/// The value that the codec for types known at run time knows the record as.
fn value(failure: &Failure) -> Value {
    let text = |text: &str| Value::String(text.into());
    let some = |value: Value| Value::Option(Some(Box::new(value)));
    let none = || Value::Option(None);
    Value::record([
        ("kind", text(&failure.kind)),
        ("limit", failure.limit.map_or(none(), |limit| some(Value::Enum(format!("{limit:?}").to_lowercase().into())))),
        ("amount", Value::U64(failure.amount)),
        ("used", Value::U64(failure.used)),
        ("retry-after", failure.retry_after.map_or(none(), |span| some(Value::U64(span.as_micros() as u64)))),
        ("rule", failure.rule.as_deref().map_or(none(), |rule| some(text(rule)))),
        ("offset", Value::U64(failure.offset)),
        ("caller-signature", text(&failure.caller_signature)),
        ("callee-signature", text(&failure.callee_signature)),
        ("detail", text(&failure.detail)),
    ])
}

#[test]
fn the_bytes_are_those_of_the_type_in_the_wit_file() {
    let ty = declared();
    let limits = Case::ALL.map(|(limit, _)| Failure { limit: Some(limit), ..Failure::default() });
    for failure in [full(), Failure::default(), Failure::of("busy")].into_iter().chain(limits) {
        let bytes = failure.encode();
        assert_eq!(value(&failure).encode(&ty).unwrap(), bytes, "{failure:?}");
        assert_eq!(Failure::decode(bytes.as_bytes()), Ok(failure));
    }
}

#[test]
fn what_is_written_and_what_is_read_is_bounded() {
    let long = "é".repeat(100_000);
    let failure = Failure {
        kind: long.clone(),
        rule: Some(long.clone()),
        caller_signature: long.clone(),
        callee_signature: long.clone(),
        detail: format!("a{long}"),
        ..Failure::default()
    };
    let bytes = failure.encode();
    assert!(bytes.as_bytes().len() < 13 << 10);
    let read = Failure::decode(bytes.as_bytes()).unwrap();
    assert_eq!((read.caller_signature.len(), read.detail.len(), read.kind.len()), (4096, 4095, 128));

    let large = value(&failure).encode(&declared()).unwrap();
    assert_eq!(Failure::decode(large.as_bytes()), Err(BadFailure::TooLarge(large.as_bytes().len())));
    assert!(matches!(Failure::decode(&[]), Err(BadFailure::Malformed(_))));
    assert!(matches!(Failure::decode(&[0xff; 500]), Err(BadFailure::Malformed(_))));
}
