//! Two sides that were built from different editions of an interface.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use isorun::remote::Status;
use isorun::{Instance, Interface, Runtime, Token, TransportError, Value};
use isorun_tests::link_to;
use isorun_tests::remote::told;
use isorun_tests::wire::reply_message;

/// An edition: of this version, with these parts in the places of the first.
fn edition(version: &str, changes: &[(&str, &str)]) -> Interface {
    let first = "package acme:shop@VERSION;
        interface shop {
            record item { name: string, price: u32, count: u32 }
            variant state { open, paid(u32) }
            enum unit { piece, gram }
            flags rights { read, write }
            order: func(what: item, buyer: string, seller: string, by: unit, may: rights) -> result<state, string>;
        }";
    let text = changes.iter().fold(first.replace("VERSION", version), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    Interface::from_wit(text).unwrap().into_iter().next().unwrap()
}

/// A runtime where the first edition is served, by what counts its calls and says `open`.
fn first(version: &str) -> (Runtime, Token, Arc<AtomicU64>) {
    let (far, runs) = (Runtime::new().unwrap(), Arc::new(AtomicU64::new(0)));
    let interface = edition(version, &[]);
    let (count, result) = (runs.clone(), interface.functions()[0].result().unwrap().clone());
    let provider = move |message: Vec<u8>| {
        count.fetch_add(1, Ordering::SeqCst);
        let open = Value::from_wave(&result, "ok(open)").unwrap().encode(&result).unwrap();
        let reply = reply_message(&message, open.as_bytes());
        async move { Ok::<_, TransportError>(reply) }
    };
    let provider = far.import_interface(&interface, Token::from_bytes([1; 16]), provider);
    let token = far.export_interface(&provider, &interface).unwrap();
    (far, token, runs)
}

/// The same export as it looks from a side that has another edition.
fn seen_by(interface: &Interface, far: &Runtime, token: Token) -> Instance {
    Runtime::new().unwrap().import_interface(interface, token, link_to(far))
}

const ORDER: &str = r#"({name: "tea", price: 3, count: 2}, "ann", "bob", gram, {read})"#;

/// What is different stands in both signatures, one under the other.
#[tokio::test]
async fn b10_every_other_edition_of_a_type_is_refused_with_both_signatures() {
    let (far, token, runs) = first("1.2.0");
    for (what, change, arguments, (here, there)) in [
        (
            "a field more",
            ("count: u32 }", "count: u32, tax: u32 }"),
            r#"({name: "tea", price: 3, count: 2, tax: 1}, "ann", "bob", gram, {read})"#,
            ("tax: u32", ""),
        ),
        (
            "a field less",
            (", count: u32 }", " }"),
            r#"({name: "tea", price: 3}, "ann", "bob", gram, {read})"#,
            ("", "count: u32"),
        ),
        (
            "fields of one type in another order",
            ("price: u32, count: u32", "count: u32, price: u32"),
            ORDER,
            ("count: u32, price: u32", "price: u32, count: u32"),
        ),
        (
            "a field of another name",
            ("price: u32", "cents: u32"),
            r#"({name: "tea", cents: 3, count: 2}, "ann", "bob", gram, {read})"#,
            ("cents: u32", "price: u32"),
        ),
        ("a field that is wider", ("price: u32", "price: u64"), ORDER, ("price: u64", "price: u32")),
        (
            "parameters of one type in another order",
            ("buyer: string, seller: string", "seller: string, buyer: string"),
            ORDER,
            ("seller: string, buyer: string", "buyer: string, seller: string"),
        ),
        ("a parameter of another name", ("by: unit", "in-units: unit"), ORDER, ("in-units: ", "by: ")),
        (
            "a parameter less",
            (", may: rights)", ")"),
            r#"({name: "tea", price: 3, count: 2}, "ann", "bob", gram)"#,
            ("", "may: "),
        ),
        ("a case more", ("paid(u32) }", "paid(u32), lost }"), ORDER, ("lost", "")),
        (
            "cases in another order",
            ("open, paid(u32)", "paid(u32), open"),
            ORDER,
            ("paid(u32), open", "open, paid(u32)"),
        ),
        ("a payload of another type", ("paid(u32)", "paid(s32)"), ORDER, ("paid(s32)", "paid(u32)")),
        ("a case of an enum more", ("piece, gram }", "piece, gram, litre }"), ORDER, ("litre", "")),
        ("a flag more", ("read, write }", "read, write, grant }"), ORDER, ("grant", "")),
        ("a result of another type", ("result<state, string>", "result<state>"), ORDER, ("", "string>")),
    ] {
        let other = edition("1.2.0", &[change]);
        let error = seen_by(&other, &far, token).call("order", arguments).await.unwrap_err();
        let (ran, status, failure) = told(&error);
        assert_eq!((ran, status), (false, Status::SignatureMismatch), "{what}: {error}");
        let text = error.to_string();
        let line = |start: &str| text.lines().find_map(|line| line.trim().strip_prefix(start)).unwrap_or_default();
        let (ours, theirs) = (line("here:").trim(), line("there:").trim());
        assert_eq!((ours, theirs), (&*failure.caller_signature, &*failure.callee_signature), "{what}");
        assert_ne!(ours, theirs, "{what}");
        assert!(ours.contains(here) && theirs.contains(there), "{what}:\n{text}");
        assert!((here.is_empty() || !theirs.contains(here)) && (there.is_empty() || !ours.contains(there)), "{what}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0, "none of them has run");
}

#[tokio::test]
async fn b10_another_version_of_the_same_track_is_accepted_and_of_another_is_not() {
    for (served, asked, is_same) in [
        ("1.2.0", "1.2.0", true),
        ("1.2.0", "1.2.1", true),
        ("1.2.1", "1.2.0", true),
        ("1.2.0", "1.9.3", true),
        ("0.2.0", "0.2.1", true),
        ("1.2.0", "2.0.0", false),
        ("0.2.0", "0.3.0", false),
        ("0.0.2", "0.0.3", false),
    ] {
        let (far, token, runs) = first(served);
        let result = seen_by(&edition(asked, &[]), &far, token).call("order", ORDER).await;
        assert_eq!(runs.load(Ordering::SeqCst), u64::from(is_same), "{asked} of {served}: {result:?}");
        match result {
            Ok(state) => assert!(is_same && state == "ok(open)", "{asked} of {served}: {state}"),
            Err(error) => assert_eq!(told(&error).1, Status::UnknownInterface, "{asked} of {served}: {error}"),
        }
    }
}

/// Also one that is put before it.
#[tokio::test]
async fn b10_a_function_more_on_either_side_changes_nothing_for_the_others() {
    let more = edition("1.2.1", &[("order: func(", "cancel: func(n: u32); order: func(")]);
    let (far, token, runs) = first("1.2.0");
    let seen = seen_by(&more, &far, token);
    assert_eq!(seen.call("order", ORDER).await.unwrap(), "ok(open)");
    let error = seen.call("cancel", "(1)").await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::UnknownFunction, _)), "{error:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}
