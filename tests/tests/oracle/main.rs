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

use isorun::image::{Image, decode, decode_params, encode};
use isorun::wit::Function;
use isorun::{Budget, Cx, Instance, Interface, Runtime, StaticInterface, Transport, TransportError, Type, Value};
use isorun_tests::choices::{Choices, noise};
use isorun_tests::spelled::echo_wit;
use isorun_tests::types::{self, Colour, Drawing, Few, Figure, Many, Point, Several, Types};
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
            let typed = typed(&caller, function.name(), sent.as_bytes()).await;
            assert_eq!(typed, Value::encode_result(function, back.as_ref()).unwrap(), "{context}");
        }
    }
}

/// Calls a function with the parameters that `body` is the image of, as values of the types made for it. Gives the result's image.
async fn typed(caller: &impl Types, function: &str, body: &[u8]) -> Image {
    let cx = Cx::root(Budget::default());
    macro_rules! by_name {
        ($($name:literal $method:ident($value:ident: $ty:ty) => $($argument:expr),+;)*) => {
            match function {
                $($name => {
                    let $value = decode::<$ty>(body).unwrap();
                    encode(&caller.$method(&cx, $($argument),+).await.unwrap())
                })*
                "nothing" => encode(&caller.nothing(&cx).await.unwrap()),
                "answer" => encode(&caller.answer(&cx).await.unwrap()),
                "twenty" => {
                    let (p1, (p2, (p3, (p4, (p5, (p6, (p7, (p8, (p9, (p10, rest)))))))))) = decode_params(body).unwrap();
                    let (p11, (p12, (p13, (p14, (p15, (p16, (p17, (p18, (p19, (p20, ())))))))))) = rest;
                    let called = caller.twenty(
                        &cx, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19, p20,
                    );
                    encode(&called.await.unwrap())
                }
                other => panic!("`{other}` is not in the list"),
            }
        };
    }
    let image = by_name! {
        "echo-bool" echo_bool(value: bool) => value;
        "echo-u8" echo_u8(value: u8) => value;
        "echo-u16" echo_u16(value: u16) => value;
        "echo-u32" echo_u32(value: u32) => value;
        "echo-u64" echo_u64(value: u64) => value;
        "echo-s8" echo_s8(value: i8) => value;
        "echo-s16" echo_s16(value: i16) => value;
        "echo-s32" echo_s32(value: i32) => value;
        "echo-s64" echo_s64(value: i64) => value;
        "echo-f32" echo_f32(value: f32) => value;
        "echo-f64" echo_f64(value: f64) => value;
        "echo-char" echo_char(value: char) => value;
        "echo-string" echo_string(value: String) => &value;
        "echo-bytes" echo_bytes(value: Vec<u8>) => &value;
        "echo-bools" echo_bools(value: Vec<bool>) => &value;
        "echo-chars" echo_chars(value: Vec<char>) => &value;
        "echo-doubles" echo_doubles(value: Vec<f64>) => &value;
        "echo-strings" echo_strings(value: Vec<String>) => &value;
        "echo-nested" echo_nested(value: Vec<Vec<u16>>) => &value;
        "echo-tuple" echo_tuple(value: (u8, u64, u16, String)) => &value;
        "echo-point" echo_point(value: Point) => &value;
        "echo-points" echo_points(value: Vec<Point>) => &value;
        "echo-record" echo_record(value: Drawing) => &value;
        "echo-records" echo_records(value: Vec<Drawing>) => &value;
        "echo-variant" echo_variant(value: Figure) => &value;
        "echo-variants" echo_variants(value: Vec<Figure>) => &value;
        "echo-enum" echo_enum(value: Colour) => value;
        "echo-enums" echo_enums(value: Vec<Colour>) => &value;
        "echo-few" echo_few(value: Few) => value;
        "echo-several" echo_several(value: Several) => value;
        "echo-many" echo_many(value: Many) => value;
        "echo-flags-list" echo_flags_list(value: Vec<Few>) => &value;
        "echo-option" echo_option(value: Option<String>) => value.as_deref();
        "echo-option-option" echo_option_option(value: Option<Option<u32>>) => value.as_ref();
        "echo-options" echo_options(value: Vec<Option<u64>>) => &value;
        "echo-result" echo_result(value: Result<u32, String>) => &value;
        "echo-result-ok" echo_result_ok(value: Result<u32, ()>) => &value;
        "echo-result-err" echo_result_err(value: Result<(), String>) => &value;
        "echo-result-unit" echo_result_unit(value: Result<(), ()>) => &value;
        "echo-results" echo_results(value: Vec<Result<Point, Figure>>) => &value;
        "echo-alias" echo_alias(value: Point) => &value;
        "echo-pairs" echo_pairs(value: Vec<(String, u32)>) => &value;
        "swallow" swallow(value: String) => &value;
        "mixed" mixed(value: (String, i64, Option<Point>, Colour)) => &value.0, value.1, value.2.as_ref(), value.3;
    };
    image.unwrap()
}
