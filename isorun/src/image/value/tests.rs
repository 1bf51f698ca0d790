//! The rules of the image, over all types: random ones, the specification's first vectors, and typed values.

use proptest::prelude::*;

use super::*;
use crate::image::check::Nothing;
use crate::image::codec::{Lift, Lower};
use crate::image::malformed::Rule;
use crate::image::value::wave::trace::{NoText, Written};
use crate::image::walk::Walk;
use crate::image::{Map, decode, encode};

fn types() -> impl Strategy<Value = Type> {
    let labels = |count| (0..count).map(|i| format!("l{i}"));
    let leaves = prop_oneof![
        proptest::sample::select(vec![
            Type::Bool,
            Type::S8,
            Type::U8,
            Type::S16,
            Type::U16,
            Type::S32,
            Type::U32,
            Type::S64,
            Type::U64,
            Type::F32,
            Type::F64,
            Type::Char,
            Type::String,
        ]),
        (1usize..300).prop_map(move |count| Type::enumeration(labels(count))),
        (1usize..=32).prop_map(move |count| Type::flags(labels(count))),
    ];
    leaves.prop_recursive(4, 24, 5, move |inner| {
        let some = proptest::collection::vec(inner.clone(), 1..5);
        let cases = proptest::collection::vec(proptest::option::of(inner.clone()), 1..5);
        let payload = proptest::option::of(inner.clone());
        prop_oneof![
            inner.clone().prop_map(Type::list),
            (inner.clone(), 1u32..4).prop_map(|(ty, length)| Type::fixed_list(ty, length)),
            (inner.clone(), inner.clone()).prop_map(|(key, value)| Type::map(key, value)),
            some.clone().prop_map(Type::tuple),
            some.prop_map(move |types| Type::record(labels(types.len()).zip(types))),
            cases.prop_map(move |types| Type::variant(labels(types.len()).zip(types))),
            inner.prop_map(Type::option),
            (payload.clone(), payload).prop_map(|(ok, err)| Type::result(ok, err)),
        ]
    })
}

fn values(ty: &Type) -> BoxedStrategy<Value> {
    let in_row = |types: Vec<Type>| types.iter().map(values).collect::<Vec<_>>();
    match ty.clone() {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::S8 => any::<i8>().prop_map(Value::S8).boxed(),
        Type::U8 => any::<u8>().prop_map(Value::U8).boxed(),
        Type::S16 => any::<i16>().prop_map(Value::S16).boxed(),
        Type::U16 => any::<u16>().prop_map(Value::U16).boxed(),
        Type::S32 => any::<i32>().prop_map(Value::S32).boxed(),
        Type::U32 => any::<u32>().prop_map(Value::U32).boxed(),
        Type::S64 => any::<i64>().prop_map(Value::S64).boxed(),
        Type::U64 => any::<u64>().prop_map(Value::U64).boxed(),
        // All bits, NaNs with payloads among them.
        Type::F32 => any::<u32>().prop_map(|bits| Value::F32(f32::from_bits(bits))).boxed(),
        Type::F64 => any::<u64>().prop_map(|bits| Value::F64(f64::from_bits(bits))).boxed(),
        Type::Char => any::<char>().prop_map(Value::Char).boxed(),
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::List(element) => proptest::collection::vec(values(&element), 0..4).prop_map(Value::List).boxed(),
        Type::FixedList(list) => {
            proptest::collection::vec(values(&list.element), list.length as usize).prop_map(Value::List).boxed()
        }
        Type::Map(types) => {
            let pair = (values(&types.key), values(&types.value));
            proptest::collection::vec(pair, 0..4).prop_map(Value::Map).boxed()
        }
        Type::Tuple(members) => in_row(members.to_vec()).prop_map(Value::Tuple).boxed(),
        Type::Record(fields) => {
            let named = move |values: Vec<_>| fields.iter().map(|field| field.label.clone()).zip(values).collect();
            let types = if let Type::Record(fields) = ty {
                fields.iter().map(|field| field.ty.clone()).collect()
            } else {
                vec![]
            };
            in_row(types).prop_map(move |values| Value::Record(named(values))).boxed()
        }
        Type::Variant(cases) => proptest::sample::select(cases.to_vec())
            .prop_flat_map(|case| {
                payloads(&case.ty).prop_map(move |payload| Value::Variant(case.label.clone(), payload))
            })
            .boxed(),
        Type::Enum(labels) => proptest::sample::select(labels.to_vec()).prop_map(Value::Enum).boxed(),
        Type::Flags(labels) => {
            proptest::sample::subsequence(labels.to_vec(), 0..=labels.len()).prop_map(Value::Flags).boxed()
        }
        Type::Option(payload) => proptest::option::of(values(&payload)).prop_map(Value::option).boxed(),
        Type::Result(types) => prop_oneof![
            payloads(&types.ok).prop_map(|payload| Value::Result(Ok(payload))),
            payloads(&types.err).prop_map(|payload| Value::Result(Err(payload))),
        ]
        .boxed(),
    }
}

fn payloads(ty: &Option<Type>) -> BoxedStrategy<Option<Box<Value>>> {
    match ty {
        Some(ty) => values(ty).prop_map(|value| Some(Box::new(value))).boxed(),
        None => Just(None).boxed(),
    }
}

fn typed_values() -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(|ty| values(&ty).prop_map(move |value| (ty.clone(), value)))
}

/// Decodes bytes in every way. All must agree, and bytes that are accepted must be the image of the value that they give.
fn decode_strictly(ty: &Type, body: &[u8]) -> Result<Value, Malformed> {
    let checked = Walk::value(Some(ty), body, Nothing).and_then(|walk| walk.in_steps(1)).map(drop);
    let decoded = Value::decode(ty, body);
    assert_eq!(checked.err(), decoded.as_ref().err().copied());
    let written = Walk::value(Some(ty), body, Written::new(usize::MAX));
    let written = written.and_then(|walk| walk.in_steps(1)).map(|(written, _)| written.text);
    assert_eq!(written, decoded.as_ref().map(Value::to_wave).map_err(|error| NoText::Malformed(*error)));
    if let Ok(value) = &decoded {
        assert_eq!(value.encode(ty).unwrap().as_bytes(), body);
    }
    decoded
}

proptest! {
    #[test]
    fn a_value_survives_its_image((ty, value) in typed_values()) {
        prop_assert_eq!(ty.check(), Ok(()));
        let image = value.encode(&ty).unwrap();
        let decoded = decode_strictly(&ty, image.as_bytes()).unwrap();
        // Compared as text, since a NaN is not equal to itself.
        prop_assert_eq!(decoded.to_wave(), value.to_wave());
    }

    #[test]
    fn a_value_survives_its_text((ty, value) in typed_values()) {
        let read = Value::from_wave(&ty, &value.to_wave()).unwrap();
        prop_assert_eq!(read.encode(&ty), value.encode(&ty));
    }

    #[test]
    fn every_truncation_and_extension_is_refused((ty, value) in typed_values()) {
        let mut body = value.encode(&ty).unwrap().into_bytes();
        for length in 0..body.len() {
            prop_assert!(decode_strictly(&ty, &body[..length]).is_err());
        }
        for _ in 0..16 {
            body.push(0);
            prop_assert_eq!(decode_strictly(&ty, &body).unwrap_err().rule, Rule::Trailing);
        }
    }

    #[test]
    fn every_flipped_bit_is_refused_or_another_value((ty, value) in typed_values()) {
        let mut body = value.encode(&ty).unwrap().into_bytes();
        for bit in 0..body.len() * 8 {
            body[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = decode_strictly(&ty, &body) {
                prop_assert_ne!(other.to_string(), value.to_string());
            }
            body[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_text_is_written_up_to_its_bound((ty, value) in typed_values()) {
        let (image, text) = (value.encode(&ty).unwrap(), value.to_wave());
        let bound = |limit| {
            let walk = Walk::value(Some(&ty), image.as_bytes(), Written::new(limit)).unwrap();
            walk.in_steps(3).map(|(written, _)| written.text)
        };
        prop_assert_eq!(bound(text.len() - 1), Err(NoText::TooLong));
        prop_assert_eq!(bound(text.len()), Ok(text));
    }

    #[test]
    fn a_check_takes_work_in_proportion_to_the_bytes_however_deep_the_type((ty, value) in typed_values()) {
        let wrapped = |ty: Type, value: Value| {
            let ty = (0..40).fold(ty, |ty, _| Type::fixed_list(Type::record([("a", ty)]), 1));
            (ty, (0..40).fold(value, |value, _| Value::List(vec![Value::record([("a", value)])])))
        };
        let (ty, value) = wrapped(ty, value);
        let (ty, value) = (Type::list(Type::tuple([Type::U8, ty])), Value::List(vec![Value::tuple([1u8.into(), value]); 3]));
        let image = value.encode(&ty).unwrap();
        let (_, steps) = Walk::value(Some(&ty), image.as_bytes(), Nothing).unwrap().in_steps(1).unwrap();
        prop_assert!(steps <= 3 * image.as_bytes().len() as u64, "{} steps for {} bytes", steps, image.as_bytes().len());
    }

    #[test]
    fn any_bytes_are_decoded_without_a_panic(ty in types(), body in proptest::collection::vec(0u8..4, 0..200)) {
        let _ = decode_strictly(&ty, &body);
    }
}

/// The typed codec and the run-time codec write the same image and read the same value from it.
fn agree<T: Lower + Lift + PartialEq + std::fmt::Debug>(value: T, text: &str) {
    let ty = T::ty();
    assert_eq!(ty.layout(), T::LAYOUT, "{ty}");
    let image = encode(&value).unwrap();
    let same = Value::from_wave(&ty, text).unwrap();
    assert_eq!(same.encode(&ty).unwrap(), image, "{ty}");
    assert_eq!(decode::<T>(image.as_bytes()).unwrap(), value);
    assert_eq!(decode_strictly(&ty, image.as_bytes()).unwrap().to_wave(), text);
    for length in 0..image.as_bytes().len() {
        let cut = &image.as_bytes()[..length];
        assert_eq!(decode::<T>(cut).unwrap_err(), decode_strictly(&ty, cut).unwrap_err());
    }
}

#[test]
fn typed_and_untyped_codec_agree() {
    agree((true, -5i8, 6u8, -7i16, 8u16, -9i32), "(true, -5, 6, -7, 8, -9)");
    agree((10u32, -11i64, 12u64, 1.5f32, -0.25f64, 'é'), "(10, -11, 12, 1.5, -0.25, 'é')");
    agree(vec!["a".to_owned(), String::new(), "b c".to_owned()], r#"["a", "", "b c"]"#);
    agree((vec![1u8, 2, 3], vec![4u64], vec![5i16, 6]), "([1, 2, 3], [4], [5, 6])");
    agree(
        (vec![true, false], vec!['x', '\u{10ffff}'], vec![1.0f32, f32::INFINITY], vec![2.0f64]),
        r"([true, false], ['x', '\u{10ffff}'], [1, inf], [2])",
    );
    agree(vec![Some((1u8, 2u64)), None, Some((3, 4))], "[some((1, 2)), none, some((3, 4))]");
    agree(vec![Some(Some(7u16)), Some(None), None], "[some(some(7)), some(none), none]");
    agree::<Vec<Result<u64, String>>>(vec![Ok(1), Err("no".into())], r#"[ok(1), err("no")]"#);
    agree::<(Result<(), ()>, Result<u8, ()>, Result<(), u32>)>((Err(()), Ok(9), Err(1)), "(err, ok(9), err(1))");
    agree([[1u8, 2], [3, 4], [5, 6]], "[[1, 2], [3, 4], [5, 6]]");
    agree(["x".to_owned(), "yz".to_owned()], r#"["x", "yz"]"#);
    agree(Map::from([("k".to_owned(), vec![1u32]), ("l".to_owned(), vec![])]), r#"[("k", [1]), ("l", [])]"#);
    agree((1u8,), "(1)");
}

#[test]
fn what_is_written_is_what_the_specification_says() {
    fn image<T: Lower>(value: T) -> Vec<u8> {
        encode(&value).unwrap().into_bytes()
    }
    assert_eq!(image("test"), *b"\x08\0\0\0\x04\0\0\0test");
    assert_eq!(
        image(("abc", vec![1u32, 2, 3])),
        *b"\x10\0\0\0\x03\0\0\0\x14\0\0\0\x03\0\0\0abc\0\x01\0\0\0\x02\0\0\0\x03\0\0\0"
    );
    assert_eq!(image((Vec::<u64>::new(), "x")), *b"\x10\0\0\0\0\0\0\0\x10\0\0\0\x01\0\0\0x");
    assert_eq!(image(Err::<Vec<u8>, _>("no")), *b"\x01\0\0\0\x0c\0\0\0\x02\0\0\0no");
    assert_eq!(image(()), *b"");
}

#[test]
fn each_rule_is_reported_where_it_is_broken() {
    let broken = |ty: &Type, body: &[u8]| {
        let Malformed { rule, offset } = decode_strictly(ty, body).unwrap_err();
        (rule, offset)
    };
    let strings = Type::list(Type::String);
    assert_eq!(broken(&Type::U32, b"\0\0\0"), (Rule::Truncated, 3));
    assert_eq!(broken(&Type::U8, b"\0\0"), (Rule::Trailing, 1));
    assert_eq!(broken(&Type::String, b"\x09\0\0\0\x01\0\0\0aa"), (Rule::Placement, 8));
    assert_eq!(
        broken(&strings, b"\x08\0\0\0\x02\0\0\0\x18\0\0\0\x01\0\0\0\x18\0\0\0\x01\0\0\0a"),
        (Rule::Placement, 25)
    );
    assert_eq!(broken(&Type::String, b"\x08\0\0\0\0\0\0\x10"), (Rule::Length, 8));
    assert_eq!(broken(&strings, b"\x08\0\0\0\0\0\0\x80"), (Rule::Length, 8));
    assert_eq!(broken(&Type::String, b"\x08\0\0\0\xff\xff\xff\x0f"), (Rule::Truncated, 8));
    assert_eq!(broken(&Type::tuple([Type::U8, Type::U16]), b"\x01\x02\0\0"), (Rule::Padding, 1));
    assert_eq!(broken(&Type::tuple([Type::U16, Type::U8]), b"\0\0\x01\x02"), (Rule::Padding, 3));
    assert_eq!(broken(&Type::option(Type::U16), b"\0\0\0\x07"), (Rule::Padding, 3));
    let (text, numbers) = (Type::String, Type::list(Type::U16));
    let gap = b"\x10\0\0\0\x01\0\0\0\x12\0\0\0\0\0\0\0a\x01";
    assert_eq!(broken(&Type::tuple([text, numbers]), gap), (Rule::Padding, 17));
    assert_eq!(broken(&Type::list(Type::Bool), b"\x08\0\0\0\x02\0\0\0\x01\x02"), (Rule::Bool, 9));
    assert_eq!(broken(&Type::enumeration(["a", "b"]), b"\x02"), (Rule::Discriminant, 0));
    assert_eq!(broken(&Type::option(Type::U8), b"\x02\0"), (Rule::Discriminant, 0));
    assert_eq!(broken(&Type::flags(["a", "b"]), b"\x04"), (Rule::Flags, 0));
    assert_eq!(broken(&Type::Char, b"\0\xd8\0\0"), (Rule::Char, 0));
    assert_eq!(broken(&Type::String, b"\x08\0\0\0\x02\0\0\0a\xc3"), (Rule::Utf8, 9));
    assert_eq!(broken(&Type::list(Type::F32), b"\x08\0\0\0\x01\0\0\0\x01\0\xc0\x7f"), (Rule::Nan, 8));
}

#[test]
fn a_value_of_another_type_is_not_encoded() {
    let ty = Type::record([("a", Type::option(Type::U8)), ("b", Type::fixed_list(Type::Char, 2))]);
    let place = |value: Value| match value.encode(&ty).unwrap_err() {
        EncodeError::Mismatch(mismatch) => mismatch.place().to_owned(),
        EncodeError::TooLarge(_) => panic!("not too large"),
    };
    let good: Value = ['x', 'y'].into();
    assert_eq!(place(Value::record([("a", Some(1u16).into()), ("b", good.clone())])), ".a.some");
    assert_eq!(place(Value::record([("a", Some(1u8).into()), ("b", ['x'].into())])), ".b");
    assert_eq!(place(Value::record([("a", Some(1u8).into()), ("c", good.clone())])), "");
    assert_eq!(place(1u8.into()), "");
    assert!(Value::record([("b", good), ("a", None::<u8>.into())]).encode(&ty).is_ok());
}

#[test]
fn nothing_of_a_refused_type_is_encoded_or_decoded() {
    let endless = Type::fixed_list(Type::tuple([]), u32::MAX);
    assert!(Value::decode(&endless, &[]).is_err());
    assert!(Value::decode(&Type::list(endless.clone()), b"\x08\0\0\0\xff\xff\xff\xff").is_err());
    assert!(matches!(Value::List(vec![]).encode(&endless), Err(EncodeError::TooLarge(_))));
}

#[test]
fn a_run_time_value_has_a_limit_of_parts() {
    let deep = (0..90).fold(Type::U8, |ty, _| Type::tuple([ty]));
    let image = |count: u32| {
        let mut bytes = [8u32.to_le_bytes(), count.to_le_bytes()].concat();
        bytes.resize(8 + count as usize, 0);
        bytes
    };
    let parts = Err(Malformed { rule: Rule::Parts, offset: 8 });
    assert_eq!(Value::decode(&Type::list(Type::U8), &image((1 << 24) + 1)).map(drop), parts);
    // Each element is one part, and has ninety inside.
    let ty = Type::list(deep);
    let decoded = |limit| {
        let (ty, image) = (&ty, image(10));
        let mut decoder = Decoder::new(&image, ty.layout()).unwrap().with_parts(limit);
        Value::load(ty, &mut decoder, 0).map(drop)
    };
    assert_eq!((decoded(910), decoded(909).map_err(|error| error.rule)), (Ok(()), Err(Rule::Parts)));
}

#[test]
fn an_image_has_a_limit_of_lists_and_strings() {
    let image = |count: u32| {
        let mut bytes = [8u32.to_le_bytes(), count.to_le_bytes()].concat();
        let string = [(8 + 8 * count).to_le_bytes(), 0u32.to_le_bytes()].concat();
        bytes.extend(string.repeat(count as usize));
        bytes
    };
    let (most, ty) = ((1 << 20) - 1, Type::list(Type::String));
    assert_eq!(decode::<Vec<String>>(&image(most)).map(|strings| strings.len()), Ok(most as usize));
    let refused = Malformed { rule: Rule::Parts, offset: 8 + 8 * (1 << 20) };
    assert_eq!(decode::<Vec<String>>(&image(most + 1)).unwrap_err(), refused);
    assert_eq!(Walk::value(Some(&ty), &image(most + 1), Nothing).unwrap().in_steps(1000).map(drop), Err(refused));
}

#[test]
fn a_long_text_and_long_padding_are_checked_in_pieces() {
    let steps = |ty: &Type, body: &[u8]| {
        Walk::value(Some(ty), body, Nothing).and_then(|walk| walk.in_steps(1)).map(|(_, steps)| steps)
    };
    // Characters of three bytes, so that the pieces end within some.
    let image = Value::from("\u{20ac}".repeat(30_000)).encode(&Type::String).unwrap();
    assert!(steps(&Type::String, image.as_bytes()).unwrap() > 20);
    let mut cut = image.as_bytes().to_vec();
    cut[50_002] = b'a';
    assert_eq!(steps(&Type::String, &cut), Value::decode(&Type::String, &cut).map(|_| 0));

    let ty = Type::option(Type::fixed_list(Type::Bool, 100_000));
    let mut image = Value::option(None).encode(&ty).unwrap().into_bytes();
    assert!(steps(&ty, &image).unwrap() > 20);
    image[90_000] = 1;
    assert_eq!(steps(&ty, &image), Err(Malformed { rule: Rule::Padding, offset: 90_000 }));
}

/// Whether four times as much takes far less than sixteen times as long. The machine may do other things meanwhile, so one time in some is
/// enough: what takes the square never does.
fn is_linear(work: impl Fn(usize)) -> bool {
    let time = |n| {
        let started = std::time::Instant::now();
        work(n);
        started.elapsed().as_secs_f64()
    };
    (0..20).any(|_| time(20_000) < 9.0 * time(5_000))
}

#[test]
fn four_times_as_many_labels_take_four_times_as_long() {
    let names = |n: usize| (0..n).map(|i| format!("label-{i}")).collect::<Vec<_>>();
    let backwards = |n| {
        let names = names(n);
        let ty = Type::record(names.iter().map(|name| (name.clone(), Type::U8)));
        (ty, Value::record(names.into_iter().rev().map(|name| (name, 1u8.into()))))
    };
    let cases = |n| {
        let names = names(n);
        (
            Type::list(Type::enumeration(names.clone())),
            Value::List(names.into_iter().rev().map(Value::enumeration).collect()),
        )
    };
    let variants = |n| {
        let names = names(n);
        let values = names.iter().rev().map(|name| Value::variant(name.clone(), None)).collect();
        (Type::list(Type::variant(names.into_iter().map(|name| (name, None)))), Value::List(values))
    };
    for make in [&backwards as &dyn Fn(usize) -> (Type, Value), &cases, &variants] {
        let there_and_back = |n| {
            let (ty, value) = make(n);
            let image = value.encode(&ty).unwrap();
            let text = Value::decode(&ty, image.as_bytes()).unwrap().to_wave();
            assert_eq!(Value::from_wave(&ty, &text).unwrap().encode(&ty).unwrap().as_bytes(), image.as_bytes());
            let text = value.to_wave();
            assert_eq!(Value::from_wave(&ty, &text).unwrap().encode(&ty).unwrap().as_bytes(), image.as_bytes());
        };
        assert!(is_linear(there_and_back), "{}", make(2).0);
    }
}

#[test]
fn parameters_that_are_missing_are_named() {
    let wit = "package a:b; interface i { put: func(key: string, value: u8, ttl: u32); now: func(); }";
    let interface = crate::Interface::from_wit(wit).unwrap().remove(0);
    let (put, now) = (&interface.functions()[0], &interface.functions()[1]);
    assert_eq!(
        Value::encode_params(put, &["a".into()]).unwrap_err().to_string(),
        "`put` takes 3 parameters, not 1\n  missing: `value`, `ttl`\n  help: give one value for each parameter of `func(key: string, value: u8, ttl: u32)`"
    );
    assert_eq!(
        Value::encode_params(now, &[1u8.into()]).unwrap_err().to_string(),
        "`now` takes 0 parameters, not 1\n  help: give one value for each parameter of `func()`"
    );
}
