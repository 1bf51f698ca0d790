use crate::types::Type;
use crate::{Interface, Value};

fn read(ty: Type, text: &str) -> Result<String, String> {
    Value::from_wave(&ty, text).map(|value| value.to_wave()).map_err(|error| error.to_string())
}

#[test]
fn what_wave_lets_one_leave_away_is_filled_in() {
    let ty = || Type::record([("size", Type::option(Type::U8)), ("name", Type::result(Some(Type::String), None))]);
    assert_eq!(read(ty(), r#"{name: "a"}"#), Ok(r#"{name: ok("a")}"#.into()));
    assert_eq!(read(ty(), "{name: err, size: 1,}"), Ok("{size: some(1), name: err}".into()));
    assert_eq!(read(Type::record([("a", Type::option(Type::U8))]), "{:}"), Ok("{:}".into()));
}

#[test]
fn cases_named_like_words_of_wave_are_marked() {
    let ty = || Type::list(Type::variant([("some", Some(Type::U8)), ("true", None), ("plain", None)]));
    assert_eq!(read(ty(), "[%some(1), %true, plain]"), Ok("[%some(1), %true, plain]".into()));
    let ty = Type::flags(["b", "a", "true"]);
    assert_eq!(read(ty, "{true, %a, b}"), Ok("{b, a, true}".into()));
}

#[test]
fn text_of_another_type_is_refused_with_its_place() {
    let ty = Type::list(Type::record([("a", Type::U8)]));
    let error = |text| Value::from_wave(&ty, text).unwrap_err();
    assert_eq!(
        error("[{a: 1},\n {a: 256}]").to_string(),
        "cannot read the value: this is not a value of the expected type\n  --> 2:6\n  help: write a `u8`"
    );
    assert_eq!(error("[{a: 1, b: 2}]").message, "no field `b`");
    assert_eq!(error("[{b: 2}]").message, "no field `b`");
    assert_eq!((error("[{a: 1}").line, error("[{a: 1").column), (1, 7));
    assert_eq!(error("[] []").message, "trailing characters after value");
    assert!(read(Type::fixed_list(Type::U8, 2), "[1]").is_err());
    assert!(read(Type::map(Type::U8, Type::U8), "[(1, 2, 3)]").is_err());
    assert!(read(Type::variant([("a", None)]), "a(1)").is_err());
}

#[test]
fn parameters_stand_in_parentheses() {
    let text =
        "package a:b; interface i { put: func(key: string, value: list<u8>, ttl: option<u32>); now: func() -> u64; }";
    let [interface] = Interface::from_wit(text).unwrap().try_into().unwrap();
    let [put, now] = interface.functions().iter().collect::<Vec<_>>().try_into().unwrap();
    let params = Value::params_from_wave(put, r#"("k", [1, 2])"#).unwrap();
    assert_eq!(params, ["k".into(), vec![1u8, 2].into(), None::<u32>.into()]);
    assert_eq!(interface.call_from_wave(r#"put("k", [1, 2], none)"#).unwrap(), (0, params.clone()));
    let image = Value::encode_params(put, &params).unwrap();
    assert_eq!(Value::decode_params(put, image.as_bytes()).unwrap(), params);

    assert_eq!(Value::params_from_wave(now, " ( ) ").unwrap(), []);
    assert_eq!(interface.call_from_wave("now()").unwrap(), (1, vec![]));
    assert_eq!(Value::decode_result(now, &7u64.to_le_bytes()).unwrap(), Some(7u64.into()));
    assert_eq!(Value::decode_result(put, &[]).unwrap(), None);
    assert!(Value::encode_result(put, Some(&1u8.into())).is_err() && Value::encode_params(now, &params).is_err());

    for wrong in ["()", r#"("k")"#, r#""k""#, r#"("k", [1], 2, 3)"#, r#"(1, [1])"#, ""] {
        assert!(Value::params_from_wave(put, wrong).unwrap_err().to_string().contains("help: "), "{wrong}");
    }
    let nothing = |function| Value::params_from_wave(function, " ").unwrap_err();
    assert_eq!(nothing(now).help, "write `()`: a call without arguments");
    assert!(nothing(put).help.starts_with("write them in parentheses: `put` is `func("), "{}", nothing(put));
    assert!(interface.call_from_wave("get()").unwrap_err().message.contains("no function `get`"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in r#"[\[\](){}:,a-c"'%01.\-\n \\u{some}truenf]{0,40}"#) {
        for ty in [Type::list(Type::Char), Type::option(Type::F32), Type::flags(["a", "b"]), Type::String] {
            let _ = Value::from_wave(&ty, &text);
            let _ = Value::from_wave(&Type::record([("a", ty)]), &text);
        }
    }
}
