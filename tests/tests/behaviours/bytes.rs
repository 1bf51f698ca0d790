//! Bytes that are not what was sent: they are refused, and it is said which rule they break and where.

use isorun::remote::{Header, MessageKind, RemoteError, Status};
use isorun::{CallError, Remote, Runtime, StaticInterface, Token, Value};
use isorun_tests::choices::{Choices, noise};
use isorun_tests::remote::{Tap, answer, number, ran, status, told, with_body};
use isorun_tests::types::{self, Colour, Figure};
use isorun_tests::wire::{BODY_LENGTH, HEADER, Reply, body_of, call_message};
use isorun_tests::{Echo, poll_once, runtime};

const OK: u8 = 0;
const MALFORMED: u8 = 9;
const WIRE_VERSION: u8 = 10;
const DUPLICATE: u8 = 13;

/// A system of all types that others may call.
fn exported() -> (Runtime, Token) {
    let far = runtime();
    let token = far.export::<types::Interface>(&far.provide(Echo)).unwrap();
    (far, token)
}

/// A call of a function with this body, in no session.
fn call_of(token: Token, function: &str, body: &[u8]) -> Vec<u8> {
    let interface = types::Interface::interface();
    call_message(token, interface, interface.function(function).unwrap().1, body)
}

/// A call of each function, with values that chance has made.
fn calls(token: Token) -> Vec<Vec<u8>> {
    let bytes = noise(3, 1 << 14);
    let mut choices = Choices::new(&bytes);
    let interface = types::Interface::interface();
    let call = |function: &isorun::wit::Function| {
        let given: Vec<_> = function.params().iter().map(|param| choices.value(&param.ty)).collect();
        call_message(token, interface, function, Value::encode_params(function, &given).unwrap().as_bytes())
    };
    interface.functions().iter().map(call).collect()
}

async fn reply_to(far: &Runtime, message: &[u8]) -> Reply {
    Reply::read(&answer(far, message).await.unwrap_or_else(|| panic!("no answer to {message:?}")))
}

/// The header says what the body's length is, so that it is the body that is found to be wrong.
#[tokio::test]
async fn b03_every_message_and_every_body_that_is_cut_or_extended_is_refused() {
    let (far, token) = exported();
    for call in calls(token) {
        assert_eq!(reply_to(&far, &call).await.status, OK);
        for length in 0..call.len() {
            match answer(&far, &call[..length]).await {
                // Too little to know whose call it is.
                None => assert!(length < 24, "cut at {length}"),
                Some(reply) => assert_eq!((status(&reply), ran(&reply)), (MALFORMED, false), "cut at {length}"),
            }
        }
        let body = body_of(&call);
        let cut = (0..body.len()).map(|length| body[..length].to_vec());
        let extended = (1..=16).flat_map(|more| {
            [0, 0xff].map(|filler| body.iter().copied().chain(std::iter::repeat_n(filler, more)).collect::<Vec<u8>>())
        });
        for other in cut.chain(extended) {
            let reply = reply_to(&far, &with_body(&call, &other)).await;
            assert_eq!((reply.status, reply.ran), (MALFORMED, false), "{} of {} bytes", other.len(), body.len());
        }
        for more in 1..=16 {
            let mut longer = call.clone();
            longer.resize(call.len() + more, 0);
            let reply = reply_to(&far, &longer).await;
            assert_eq!((reply.status, reply.ran), (MALFORMED, false), "{more} bytes more");
        }
    }
}

/// It is no message any more, or it has a status of the list, or the function has run with other values or with another grant.
#[tokio::test]
async fn b04_every_flipped_bit_of_a_call_gives_a_status_or_another_value() {
    let (far, token) = exported();
    let mut refused = 0;
    for call in calls(token) {
        let expected = reply_to(&far, &call).await.body;
        for bit in 0..call.len() * 8 {
            let mut flipped = call.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let Some(reply) = answer(&far, &flipped).await else {
                // It has lost its first letters, or is of another kind.
                assert!(matches!(bit / 8, 0..=2 | 4), "bit {bit}");
                continue;
            };
            let reply = Reply::read(&reply);
            match reply.status {
                OK if bit / 8 >= HEADER => {
                    // `swallow` and such return the same for any value.
                    let is_echo = expected == body_of(&call);
                    assert!(!is_echo || reply.body != expected, "bit {bit}");
                }
                OK => assert_eq!(reply.body, expected, "bit {bit}"),
                // It asks for an answer of another process, which may have run it.
                DUPLICATE => assert!((96..104).contains(&(bit / 8)), "bit {bit}"),
                _ => {
                    refused += 1;
                    assert!(!reply.ran, "bit {bit}: {reply:?}");
                }
            }
        }
    }
    assert!(refused > 5000, "{refused}");
}

/// Who called is given another value, an error of the remote, or what was meant where the bit decides nothing.
#[tokio::test]
async fn b04_every_flipped_bit_of_a_reply_gives_an_error_or_another_value() {
    let (far, token) = exported();
    let value = vec![Figure::Count(7), Figure::Label("ab".into()), Figure::Nothing];
    let tap = Tap::to(&far);
    let remote = |tap: Tap| Remote::<types::Interface>::new(token, tap).caller();
    remote(tap.clone()).echo_variants(&value).await.unwrap();
    let length = tap.replies()[0].len();
    let (mut values, mut errors) = (0, 0);
    for bit in 0..length * 8 {
        let flipping = Tap::to(&far).on_reply(move |reply| reply[bit / 8] ^= 1 << (bit % 8));
        match remote(flipping).echo_variants(&value).await {
            Ok(back) if bit / 8 >= HEADER => {
                values += 1;
                assert_ne!(format!("{back:?}"), format!("{value:?}"), "bit {bit}");
            }
            // What was spent and used, by which process, of which epoch; and the hops, which nobody compares.
            Ok(back) => {
                assert!(matches!(bit / 8, 64..=87 | 96..=113), "bit {bit}");
                assert_eq!(format!("{back:?}"), format!("{value:?}"));
            }
            Err(CallError::Remote(_)) => errors += 1,
            Err(error) => panic!("bit {bit}: {error:?}"),
        }
    }
    assert!(values > 50 && errors > 300, "{values} other values, {errors} errors");
}

/// Has a body, one that breaks a rule, arrive as a call and as an answer: who is passed it names the rule and the place.
async fn broken(function: &str, body: &[u8], (rule, offset): (&str, u64)) {
    let (far, token) = exported();
    let reply = answer(&far, &call_of(token, function, body)).await.unwrap();
    let told = Reply::read(&reply);
    assert_eq!((told.status, told.ran), (MALFORMED, false), "{function}: {told:?}");
    assert!(
        told.text.contains(&format!("some(\"{rule}\"), {offset},")),
        "{function}: {rule} at {offset}: {}",
        told.text
    );

    let (near, other) = (runtime(), body.to_vec());
    let bad = Tap::to(&far).on_reply(move |reply| *reply = with_body(reply, &other));
    let remote = near.import::<types::Interface>(token, bad);
    let interface = types::Interface::interface();
    let params = interface.function(function).unwrap().1.params();
    let given: Vec<_> = params.iter().map(|param| Choices::new(&[]).value(&param.ty).to_wave()).collect();
    let error = remote.call(function, &format!("({})", given.join(", "))).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::BadReply { .. })), "{function}: {error:?}");
    assert!(error.to_string().contains(&format!("at byte {offset}")), "{function}: {error}");
}

/// Little-endian words, then bytes.
fn image(words: &[u32], rest: &[u8]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).chain(rest.iter().copied()).collect()
}

/// Two strings lie at 24 and 25, right behind the list's elements.
#[tokio::test]
async fn b06_offsets_that_overlap_go_back_leave_gaps_or_lead_out_are_refused_with_rule_and_place() {
    let strings = |one: u32, other: u32| image(&[8, 2, one, 1, other, 1], b"ab");
    let (far, token) = exported();
    assert_eq!(reply_to(&far, &call_of(token, "echo-strings", &strings(24, 25))).await.status, OK);
    for (what, body, place) in [
        ("both at one place", strings(24, 24), 25),
        ("the second before the first", strings(25, 24), 24),
        ("a gap", strings(24, 26), 25),
        ("into the list itself", strings(8, 25), 24),
        ("to the beginning", strings(24, 0), 25),
        ("out of the message", strings(24, 1 << 20), 25),
        ("to the last address", strings(24, u32::MAX), 25),
    ] {
        println!("{what}");
        broken("echo-strings", &body, ("placement", place)).await;
    }
    // Lists of `u16` within a list: the second one would lie at an odd address.
    broken("echo-nested", &image(&[8, 2, 24, 1, 27, 1], &[1, 0, 0, 2, 0]), ("placement", 26)).await;
    broken("echo-doubles", &image(&[4, 1], &[0; 8]), ("placement", 8)).await;
    broken("echo-bytes", &image(&[8, 5], b"abcd"), ("truncated", 12)).await;
    broken("echo-bytes", &image(&[8, 3], b"abcd"), ("trailing", 11)).await;
    // Also where there is nothing.
    broken("echo-bytes", &image(&[0, 0], b""), ("placement", 8)).await;
}

/// 145 544 bytes that the reference's plain `load` makes 655 MB of: all strings are the same bytes.
#[tokio::test]
async fn b06_a_message_that_would_become_thousands_of_times_as_large_is_refused() {
    const STRINGS: u32 = 9096;
    let block = 145_544 - 8 - 8 * STRINGS;
    let mut body = image(&[8, STRINGS], &[]);
    for _ in 0..STRINGS {
        body.extend(image(&[8 + 8 * STRINGS, block], &[]));
    }
    body.resize(145_544, b'a');
    assert!(u64::from(STRINGS) * u64::from(block) > 650_000_000);
    broken("echo-strings", &body, ("placement", 145_544)).await;
}

#[tokio::test]
async fn b07_values_that_no_type_has_are_refused_with_rule_and_place() {
    for (function, body, rule, place) in [
        ("echo-bool", vec![2], "bool", 0),
        ("echo-bools", image(&[8, 3], &[1, 0, 0xff]), "bool", 10),
        ("echo-enum", vec![3], "discriminant", 0),
        ("echo-option-option", image(&[2, 0, 0], &[]), "discriminant", 0),
        ("echo-option-option", image(&[1, 2, 0], &[]), "discriminant", 4),
        ("echo-few", vec![0b1000], "flags", 0),
        ("echo-char", image(&[0xd800], &[]), "char", 0),
        ("echo-chars", image(&[8, 2, 0x61, 0x11_0000], &[]), "char", 12),
        ("echo-string", image(&[8, 2], b"a\xc3"), "utf8", 9),
        // The two halves of an `é`, each in a string of its own: only all of it together is UTF-8.
        ("echo-strings", image(&[8, 2, 24, 1, 25, 1], b"\xc3\xa9"), "utf8", 24),
        ("echo-f32", image(&[0x7fc0_0001], &[]), "nan", 0),
        ("echo-f64", vec![0, 0, 0, 0, 0, 0, 0xf8, 0xff], "nan", 0),
        ("echo-doubles", image(&[8, 2, 0, 0, 1, 0x7ff0_0000], &[]), "nan", 16),
        // Between the fields, in the payload of the case that is not chosen, and behind a smaller payload.
        ("echo-tuple", image(&[0x0100, 0, 0, 0, 0, 32, 0, 0], &[]), "padding", 1),
        ("echo-option", image(&[0, 1, 0], &[]), "padding", 4),
        ("echo-result", image(&[0, 1, 1], &[]), "padding", 8),
        ("echo-result-unit", vec![2], "discriminant", 0),
    ] {
        broken(function, &body, (rule, place)).await;
    }
}

/// A good one, so that what the ones above break is one thing each.
#[tokio::test]
async fn b07_values_that_the_types_have_are_accepted() {
    let (far, token) = exported();
    let remote = Remote::<types::Interface>::new(token, far.clone()).caller();
    assert_eq!(remote.echo_enum(Colour::Blue).await.unwrap(), Colour::Blue);
    for (function, body) in [
        ("echo-bools", image(&[8, 3], &[1, 0, 1])),
        ("echo-option-option", image(&[1, 1, 9], &[])),
        ("echo-few", vec![0b111]),
        ("echo-chars", image(&[8, 2, 0x61, 0x10_ffff], &[])),
        ("echo-strings", image(&[8, 2, 24, 2, 26, 0], b"\xc3\xa9")),
        ("echo-f32", image(&[0x7fc0_0000], &[])),
        ("echo-tuple", image(&[7, 0, 0, 0, 0, 32, 0, 0], &[])),
        ("echo-option", image(&[0, 0, 0], &[])),
        ("echo-result", image(&[0, 1, 0], &[])),
    ] {
        let reply = reply_to(&far, &call_of(token, function, &body)).await;
        assert_eq!((reply.status, &reply.body), (OK, &body), "{function}: {}", reply.text);
    }
}

/// And it is known at once that they are none, however many there are.
#[tokio::test]
async fn b11_bytes_that_are_no_message_get_no_answer() {
    let far = runtime();
    let noise = noise(11, 64 << 10);
    let mut almost = noise.clone();
    almost[..3].copy_from_slice(b"isa");
    let request = b"POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 3\r\n\r\nabc";
    for bytes in [&b""[..], b"i", b"iso", b"iso\x01", &noise, &almost, request, &[0; 200], &[0xff; 200]] {
        let mut answer = far.serve(bytes).into_future();
        let std::task::Poll::Ready(answer) = poll_once(&mut answer) else { panic!("it is thought about") };
        assert_eq!(answer, None);
        assert!(Header::peek(bytes).is_err());
    }
}

/// Of another version nothing is read but what is the same in all versions: what follows neither changes nor delays the answer.
#[tokio::test]
async fn b11_a_call_of_another_version_is_told_so_from_its_first_bytes() {
    let (far, token) = exported();
    let mut call = call_of(token, "echo-u8", &[1]);
    call[8..16].copy_from_slice(&77_u64.to_le_bytes());
    call[16..24].copy_from_slice(&5_u64.to_le_bytes());
    for version in [0, 2, 255] {
        call[3] = version;
        let mut first = None;
        let long = [&call[..24], &noise(u64::from(version), 64 << 10)].concat();
        for message in [&call[..], &call[..24], &long] {
            let mut serve = far.serve(message).into_future();
            let std::task::Poll::Ready(Some(reply)) = poll_once(&mut serve) else { panic!("version {version}") };
            assert_eq!((status(&reply), ran(&reply)), (WIRE_VERSION, false));
            assert_eq!((number(&reply, 8..16), number(&reply, 16..24)), (77, 5));
            // The other fields that a reply repeats are where another version may have something else.
            let same = [&reply[..40], &reply[BODY_LENGTH..]].concat();
            assert_eq!(*first.get_or_insert_with(|| same.clone()), same, "version {version}");
        }
    }
    // What is no call deserves no answer in any version.
    for kind in [MessageKind::Reply, MessageKind::Cancel] {
        call[4] = kind as u8;
        assert_eq!(answer(&far, &call).await, None);
    }
    let tap = Tap::to(&far).on_call(|call| call[3] = 2);
    let error = Remote::<types::Interface>::new(token, tap).caller().echo_u8(1).await.unwrap_err();
    assert_eq!(told(&error).1, Status::WireVersion, "{error}");
}
