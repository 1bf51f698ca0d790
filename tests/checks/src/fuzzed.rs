//! What the fuzzers in `fuzz/` run, and `tests/fuzzed.rs` of this crate on inputs of its own. Each function takes bytes of anyone's making
//! and panics if a promise is broken.

use std::sync::{Arc, LazyLock, Mutex};

use isorun::image::Image;
use isorun::remote::Revoke;
use isorun::wit::Function;
use isorun::{CallError, Instance, Interface, Runtime, StaticInterface, Token, TransportError, Type, Value};
use tokio::runtime::{Builder, Runtime as Tokio};

use crate::choices::Choices;
use crate::spelled::echo_wit;
use crate::wire::{Reply, body_of, call_message, reply_message};
use crate::{Echo, types};

const OK: u8 = 0;
const MALFORMED: u8 = 9;

/// The first bytes choose a type; the rest is a body, or changes the image of a value.
///
/// Who decodes a body accepts it exactly if who only checks it does, on either side of a remote, and nothing that is accepted has another
/// image than itself.
pub fn image(bytes: &[u8]) {
    let Some((&head, bytes)) = bytes.split_first() else { return };
    let (chosen, rest) = bytes.split_at(bytes.len().min(usize::from(head & 0x3f)));
    let mut choices = Choices::new(chosen);
    let ty = choices.ty(3);
    let valid = choices.value(&ty).encode(&ty).expect("a value of the type that it was made for");
    let body = match head & 0x40 {
        0 => rest.to_vec(),
        _ => edited(valid.as_bytes(), rest),
    };

    let decoded = Value::decode(&ty, &body);
    if let Ok(value) = &decoded {
        assert_eq!(value.encode(&ty).map(Image::into_bytes).as_ref(), Ok(&body), "{ty}: {value}");
        let text = value.to_wave();
        let read = Value::from_wave(&ty, &text).unwrap_or_else(|error| panic!("{ty}: {text}: {error}"));
        assert_eq!(read.encode(&ty).map(Image::into_bytes).as_ref(), Ok(&body), "{ty}: {text}");
    }
    let accepted = decoded.is_ok();

    // One parameter lies where it would lie by itself.
    let interface = interface_of(&ty);
    let function = &interface.functions()[0];
    assert_eq!(Value::decode_params(function, &body).is_ok(), accepted, "{ty} as a parameter");
    let (sent, reply) = relayed(&interface, &body, &body);
    match accepted {
        true => {
            assert_eq!(sent.as_deref(), Some(&*body), "{ty}: what is accepted goes on as it came");
            assert_eq!((reply.status, &reply.body), (OK, &body), "{ty}: {}", reply.text);
        }
        false => {
            assert_eq!(sent, None, "{ty}: what is refused does not go on");
            assert_eq!((reply.status, reply.ran), (MALFORMED, false), "{ty}: {}", reply.text);
        }
    }
    let (_, reply) = relayed(&interface, valid.as_bytes(), &body);
    assert_eq!(reply.status == OK, accepted, "{ty} as a result: {}", reply.text);
}

/// The interface with one function that takes a value and returns one.
fn interface_of(ty: &Type) -> Interface {
    let text = echo_wit("test:fuzzed", &[vec![ty.clone()]]);
    let read = Interface::from_wit(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    read.into_iter().next().expect("it has a function")
}

/// Sends `body` to an export whose provider is a remote that answers with `answer`. Gives what that remote was sent, if anything, and the
/// reply.
fn relayed(interface: &Interface, body: &[u8], answer: &[u8]) -> (Option<Vec<u8>>, Reply) {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(without_apps);
    let sent: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let (seen, answer) = (sent.clone(), answer.to_vec());
    let far = move |message: Vec<u8>| {
        let reply = reply_message(&message, &answer);
        *seen.lock().expect("no panic") = Some(body_of(&message).to_vec());
        std::future::ready(Ok::<_, TransportError>(reply))
    };
    let remote = RUNTIME.import_interface(interface, Token::from_bytes([7; 16]), far);
    let token = RUNTIME.export_interface(&remote, interface).expect("it provides that");
    let message = call_message(token, interface, &interface.functions()[0], body);
    let reply = Reply::read(&block_on(RUNTIME.serve(&message).into_future()).unwrap());
    block_on(RUNTIME.revoke(&token, Revoke::New));
    RUNTIME.remove(&remote).expect("nobody uses it");
    let sent = sent.lock().expect("no panic").take();
    (sent, reply)
}

/// The first bytes say how the rest is a message: as it is, as the body of a call, or as changes to a call that is in order.
///
/// Every call has a reply, which says what the codec for run-time types says of the body; and whatever comes back in place of a reply
/// ends a call with an error that is none of the host's making.
pub fn message(bytes: &[u8]) {
    static SERVER: LazyLock<(Runtime, Instance, Token)> = LazyLock::new(|| {
        let runtime = without_apps();
        let echo = runtime.provide(Echo);
        let token = runtime.export::<types::Interface>(&echo).expect("it provides that");
        (runtime, echo, token)
    });
    let (runtime, _, token) = &*SERVER;
    let interface = types::Interface::interface();
    let [mode, place, rest @ ..] = bytes else { return };
    let function = &interface.functions()[usize::from(*place) % interface.functions().len()];
    let (chosen, changes) = rest.split_at(rest.len() / 2);
    let params = params(function, &mut Choices::new(chosen));
    let of_body = |body: &[u8]| call_message(*token, interface, function, body);
    let (message, only_the_body) = match mode % 4 {
        0 => (rest.to_vec(), false),
        1 => (of_body(rest), true),
        2 => (of_body(&edited(params.as_bytes(), changes)), true),
        _ => (edited(&of_body(params.as_bytes()), changes), false),
    };
    let Some(reply) = block_on(runtime.serve(&message).into_future()) else {
        assert!(!only_the_body, "a call was not answered");
        return answered(runtime, function, *mode, rest);
    };
    let reply = Reply::read(&reply);
    if only_the_body {
        let accepted = Value::decode_params(function, body_of(&message)).is_ok();
        assert_eq!(reply.status, if accepted { OK } else { MALFORMED }, "{function}: {}", reply.text);
    }
    if reply.status == OK {
        let called = u32::from_le_bytes(message[56..60].try_into().expect("four bytes"));
        let function = interface.functions().iter().find(|function| function.id() == called).expect("it was called");
        Value::decode_result(function, &reply.body).unwrap_or_else(|error| panic!("{function}: {error}"));
        if function.name().starts_with("echo-") {
            assert_eq!(reply.body, body_of(&message), "{function}");
        }
    }
    answered(runtime, function, *mode, rest);
}

/// Makes a call whose answer is made of `bytes`.
fn answered(runtime: &Runtime, function: &Function, mode: u8, bytes: &[u8]) {
    let bytes = bytes.to_vec();
    let far = move |message: Vec<u8>| {
        let answer = match mode % 3 {
            0 => bytes.clone(),
            1 => reply_message(&message, &bytes),
            _ => edited(&reply_message(&message, body_of(&message)), &bytes),
        };
        std::future::ready(Ok::<_, TransportError>(answer))
    };
    let remote = runtime.import::<types::Interface>(Token::from_bytes([7; 16]), far);
    let values: Vec<_> = function.params().iter().map(|param| Choices::new(&[]).value(&param.ty).to_wave()).collect();
    let result = block_on(async { remote.call(function.name(), &format!("({})", values.join(", "))).await });
    assert!(!matches!(result, Err(CallError::HostPanic { .. })), "{function}: {result:?}");
    runtime.remove(&remote).expect("nobody uses it");
}

/// Arguments of a function.
fn params(function: &Function, choices: &mut Choices<'_>) -> Image {
    let values: Vec<_> = function.params().iter().map(|param| choices.value(&param.ty)).collect();
    Value::encode_params(function, &values).expect("values of the types that they were made for")
}

fn edited(bytes: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    Choices::new(changes).edit(&mut bytes);
    bytes
}

/// A runtime in which no app runs.
fn without_apps() -> Runtime {
    Runtime::new().expect("this machine can make a runtime")
}

fn block_on<F: Future>(future: F) -> F::Output {
    thread_local!(static TOKIO: Tokio = Builder::new_current_thread().enable_all().build().expect("a runtime of tokio"));
    TOKIO.with(|tokio| tokio.block_on(future))
}
