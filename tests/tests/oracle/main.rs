//! What two guests exchange by image is what they exchange by wasmtime's own values.
//!
//! For random types and values, three ways lead from the host through one guest into another and back:
//!
//! * isorun's, where the two are wired to each other, and where a remote is between them;
//! * wasmtime's, linked by hand with `Val`, which shares no code with the image;
//! * isorun's codec for types known at run time, which has to make the very bytes that the two guests' type tables lead to.

mod by_hand;
mod guests;

use std::sync::{Arc, Mutex};

use isorun::image::Image;
use isorun::wit::Function;
use isorun::{Instance, Interface, Runtime, StaticInterface, Transport, TransportError, Type, Value};
use isorun_tests::choices::{Choices, noise};
use isorun_tests::spelled::echo_wit;
use isorun_tests::typed;
use isorun_tests::types;
use isorun_tests::wire::body_of;
use isorun_tests::{apps, runtime, start};
use wit_component::StringEncoding;

use by_hand::ByHand;

/// How many pairs of guests are made, with how many functions each, and how many calls of each function.
const PAIRS: u64 = 40;
const FUNCTIONS: usize = 8;
const CALLS: usize = 6;

const ENCODINGS: [StringEncoding; 3] = [StringEncoding::UTF8, StringEncoding::UTF16, StringEncoding::CompactUTF16];

#[tokio::test]
async fn two_guests_of_any_types_exchange_what_wasmtime_says() {
    let (engine, runtime) = (by_hand::engine(), Runtime::builder().max_stores(PAIRS as u32 * 3).build().unwrap());
    for pair in 0..PAIRS {
        let bytes = noise(pair, 1 << 20);
        let mut choices = Choices::new(&bytes);
        let mut functions: Vec<_> = (0..FUNCTIONS).map(|_| params(&mut choices)).collect();
        if pair == 0 {
            functions.extend(rare());
        }
        let package = format!("test:c{pair}");
        let [near, far] = [0, 1].map(|_| ENCODINGS[choices.below(3)]);
        let relay = guests::relay(&package, &functions, near);
        let echo = guests::echo(&package, &functions, far);

        let interface = runtime.register_wit(echo_wit(&package, &functions)).unwrap()[0].clone();
        let ways = Ways::new(&runtime, &interface, &package, &relay, &echo).await;
        let mut by_hand = ByHand::new(&engine, &interface, &relay, &echo).await;
        for (index, function) in interface.functions().iter().enumerate() {
            for _ in 0..if index < FUNCTIONS { CALLS } else { 4 * CALLS } {
                let given = values(&mut choices, function);
                let context = format!("pair {pair} ({near} to {far}), {function}, {}", Value::tuple(given.clone()));
                let back = by_hand.call(index, &given).await.unwrap_or_else(|error| panic!("{context}: {error:?}"));
                let sent = ways.agree(function, &given, back.as_ref(), &context).await;
                // They return what they are given, and several values are one tuple.
                let returned = Value::encode_result(function, back.as_ref()).unwrap();
                assert_eq!(returned, sent, "{context}");
            }
        }
    }
}

/// What chance finds too rarely: lists of numbers that cannot be copied whole, and payloads of several widths in one place.
fn rare() -> [Vec<Type>; 6] {
    let record = Type::record([("a", Type::U8), ("b", Type::U32), ("c", Type::U16)]);
    let last = Type::tuple([Type::S64, Type::S8]);
    let widths = [("a", Type::S16), ("b", Type::S64), ("c", Type::F32), ("d", Type::F64), ("e", Type::S8)];
    [
        Type::list(record.clone()),
        Type::list(Type::fixed_list(last, 2)),
        Type::list(Type::tuple([Type::U8, record])),
        Type::list(Type::F32),
        Type::list(Type::tuple([Type::F64, Type::F64])),
        Type::variant(widths.map(|(label, ty)| (label, Some(ty)))),
    ]
    .map(|ty| vec![ty])
}

/// Parameters of a function: often one, sometimes more than fit into core values.
fn params(choices: &mut Choices<'_>) -> Vec<Type> {
    let count = [1, 1, 1, 2, 3, 5, 17, 20][choices.below(8)];
    let depth = if count > 5 { 1 } else { 3 };
    (0..count)
        .map(|_| {
            let ty = choices.ty(depth);
            // The guests have room for so much.
            if ty.layout().size > 8192 { Type::list(Type::String) } else { ty }
        })
        .collect()
}

fn values(choices: &mut Choices<'_>, function: &Function) -> Vec<Value> {
    function.params().iter().map(|param| choices.value(&param.ty)).collect()
}

/// One relay that is wired to a provider, and one that is wired to a remote of it.
struct Ways {
    direct: Instance,
    remote: Instance,
    interface: Interface,
    seen: Seen,
}

/// The body of every call that crossed, and of its reply.
type Seen = Arc<Mutex<Vec<(Vec<u8>, Vec<u8>)>>>;

impl Ways {
    async fn new(runtime: &Runtime, interface: &Interface, name: &str, relay: &[u8], provider: &[u8]) -> Ways {
        let provider = start(runtime, &format!("{name}-provider"), provider, &[]).await;
        let direct = start(runtime, &format!("{name}-direct"), relay, &[&provider]).await;
        let token = runtime.export_interface(&provider, interface).unwrap();
        let seen = Seen::default();
        let link = Recorded { runtime: runtime.clone(), seen: seen.clone() };
        let remote = runtime.import_interface(interface, token, link);
        let remote = start(runtime, &format!("{name}-remote"), relay, &[&remote]).await;
        Ways { direct, remote, interface: interface.clone(), seen }
    }

    /// Has both ways lead to `expected`, and the bytes between be those of the codec for run-time types. Gives the bytes sent.
    async fn agree(&self, function: &Function, given: &[Value], expected: Option<&Value>, context: &str) -> Image {
        let name = format!("{}#{}", self.interface.name(), function.name());
        let sent = Value::encode_params(function, given).unwrap();
        let arguments = given.iter().map(Value::to_wave).collect::<Vec<_>>().join(", ");
        let expected = Value::encode_result(function, expected).unwrap();
        for (way, relay) in [("direct", &self.direct), ("remote", &self.remote)] {
            let text = relay.call(&name, &format!("({arguments})")).await;
            let text = text.unwrap_or_else(|error| panic!("{context}, {way}: {error}"));
            let back = function.result().map(|ty| Value::from_wave(ty, &text).unwrap());
            let back = Value::encode_result(function, back.as_ref()).unwrap();
            assert_eq!(back, expected, "{context}, {way}: {text}");
        }
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        let [(call, reply)] = &seen[..] else { panic!("{context}: {} messages", seen.len()) };
        assert_eq!(&call[..], sent.as_bytes(), "{context}: the call's body");
        assert_eq!(&reply[..], expected.as_bytes(), "{context}: the reply's body");
        let again = Value::encode_params(function, &Value::decode_params(function, call).unwrap()).unwrap();
        assert_eq!(again, sent, "{context}: read and written again");
        sent
    }
}

/// The way to a runtime, and a record of what went over it.
struct Recorded {
    runtime: Runtime,
    seen: Seen,
}

impl Transport for Recorded {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let reply = self.runtime.call(message.clone()).await?;
        self.seen.lock().unwrap().push((body_of(&message).to_vec(), body_of(&reply).to_vec()));
        Ok(reply)
    }
}

/// The same for guests that a compiler has made, with the types that one has made for the host.
#[tokio::test]
async fn two_guests_of_known_types_exchange_what_wasmtime_and_their_callers_say() {
    let (engine, runtime, interface) = (by_hand::engine(), runtime(), types::Interface::interface());
    let ways = Ways::new(&runtime, interface, "types", apps::TYPES_RELAY, apps::TYPES).await;
    let caller = ways.direct.caller::<types::Interface>().unwrap();
    let mut by_hand = ByHand::new(&engine, interface, apps::TYPES_RELAY, apps::TYPES).await;
    let bytes = noise(48, 1 << 20);
    let mut choices = Choices::new(&bytes);
    for (index, function) in interface.functions().iter().enumerate() {
        for _ in 0..24 {
            let given = values(&mut choices, function);
            let context =
                format!("{}: {}", function.name(), given.iter().map(Value::to_wave).collect::<Vec<_>>().join(", "));
            let back = by_hand.call(index, &given).await.unwrap_or_else(|error| panic!("{context}: {error:?}"));
            let sent = ways.agree(function, &given, back.as_ref(), &context).await;
            let typed = typed::call(&caller, function.name(), sent.as_bytes()).await;
            assert_eq!(typed, Value::encode_result(function, back.as_ref()).unwrap(), "{context}");
        }
    }
}
