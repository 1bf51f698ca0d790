//! Shows types and values that are known only at run time: reads canonical-ABI vectors, builds each type as data, and
//! checks that isorun makes exactly these images, reads them back, and refuses all others.
//!
//! ```sh
//! cargo run --release --example vectors -- FILE.jsonl
//! ```

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};
use isorun::{Interface, Type, Value};
use serde_json::Value as Json;

fn main() -> Result<ExitCode> {
    let path = std::env::args().nth(1).context("give the path of a file of vectors, one JSON object a line")?;
    let lines = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let (mut passed, mut failed) = (0, 0);
    for (index, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match check(line) {
            Ok(()) => passed += 1,
            Err(error) => {
                failed += 1;
                println!("{path}:{}: {error:#}", index + 1);
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Does with one vector what its kind asks for.
pub(crate) fn check(line: &str) -> Result<()> {
    let vector: Json = serde_json::from_str(line)?;
    let outcome = match text(&vector["kind"])? {
        "value" => check_value(&vector),
        "func" => check_function(&vector),
        "load" => check_load(&vector),
        "refuse" => check_refusal(&vector),
        other => Err(anyhow!("kind `{other}` is unknown")),
    };
    outcome.with_context(|| vector["id"].to_string())
}

/// A value and its image: each is made of the other.
fn check_value(vector: &Json) -> Result<()> {
    let ty = type_of(&vector["type"])?;
    let value = value_of(&ty, &vector["value"])?;
    check_layout(&ty, vector)?;
    check_image(&value, &ty, vector)?;

    // The text form carries the same value, but for the payloads of NaNs.
    let read = Value::from_wave(&ty, &value.to_wave())?;
    ensure!(same(&read, &value), "as text {value} becomes {read}");
    Ok(())
}

/// A function, from its WIT: the images of its parameters and its result.
fn check_function(vector: &Json) -> Result<()> {
    let (types, signature) = (text(&vector["wit"]["decls"])?, text(&vector["wit"]["func"])?);
    let interfaces = Interface::from_wit(format!("package a:b; interface i {{ {types}\n f: {signature}; }}"))?;
    let function = interfaces.first().and_then(|interface| interface.functions().first()).context("no function")?;

    let values = function.params().iter().zip(list(&vector["param_values"])?);
    let params = values.map(|(param, value)| value_of(&param.ty, value)).collect::<Result<Vec<_>>>()?;
    let image = Value::encode_params(function, &params)?;
    match vector.get("params_image") {
        Some(expected) => {
            let types = list(&vector["params"])?.iter().map(|param| type_of(&param[1]));
            let tuple = Type::tuple(types.collect::<Result<Vec<_>>>()?);
            check_layout(&tuple, expected)?;
            check_image(&Value::Tuple(params.clone()), &tuple, expected)?;
            ensure!(image.as_bytes() == bytes(&expected["memory"])?, "parameters are encoded as {image:?}");
        }
        None => ensure!(image.as_bytes().is_empty(), "no parameters are encoded as {image:?}"),
    }
    let decoded = Value::decode_params(function, image.as_bytes())?;
    ensure!(same(&Value::Tuple(decoded), &Value::Tuple(params)), "parameters are decoded as other values");

    match (function.result(), vector.get("result_image")) {
        (Some(ty), Some(expected)) => {
            ensure!(*ty == type_of(&vector["result"])?, "the result is read as `{ty}`");
            check_layout(ty, expected)?;
            check_image(&value_of(ty, &vector["result_value"])?, ty, expected)
        }
        (None, None) => {
            ensure!(Value::decode_result(function, &[])?.is_none(), "no result is decoded as a value");
            Ok(())
        }
        (ty, _) => bail!("the result is read as {ty:?}"),
    }
}

/// Bytes from which the canonical ABI loads a value. They are refused as well, unless they are its image: a mutation
/// may have made the image of another value.
fn check_load(vector: &Json) -> Result<()> {
    let ty = type_of(&vector["type"])?;
    let image = value_of(&ty, &vector["value"])?.encode(&ty)?;
    if image.as_bytes() == bytes(&vector["memory"])? { check_value(vector) } else { check_refusal(vector) }
}

/// Bytes that are no image: refused with rule and offset, whether the canonical ABI would load them or not.
fn check_refusal(vector: &Json) -> Result<()> {
    let ty = type_of(&vector["type"])?;
    let memory = bytes(&vector["memory"])?;
    check_layout(&ty, vector)?;
    // The value of an image lies at 0, so memory with a value elsewhere is none, whatever can be read at 0.
    let elsewhere = vector["root"].as_u64().unwrap_or(0) != 0;
    match Value::decode(&ty, &memory) {
        Err(refusal) => {
            ensure!(refusal.offset <= memory.len() as u64, "offset {} is not in the image", refusal.offset);
            Ok(())
        }
        Ok(_) if elsewhere => Ok(()),
        Ok(value) => bail!("decoded as {value}, though: {}", vector["why"]),
    }
}

fn check_layout(ty: &Type, expected: &Json) -> Result<()> {
    let layout = ty.layout();
    ensure!(Some(u64::from(layout.size)) == expected["size"].as_u64(), "size of `{ty}` is {}", layout.size);
    ensure!(Some(u64::from(layout.align)) == expected["align"].as_u64(), "alignment of `{ty}` is {}", layout.align);
    ensure!(layout.flat as usize == list(&expected["flat"])?.len(), "`{ty}` has {} core values", layout.flat);
    Ok(())
}

fn check_image(value: &Value, ty: &Type, expected: &Json) -> Result<()> {
    let memory = bytes(&expected["memory"])?;
    let image = value.encode(ty)?;
    ensure!(image.as_bytes() == memory, "{value} is encoded as {image:?}");
    let decoded = Value::decode(ty, &memory)?;
    ensure!(same(&decoded, value), "{value} is decoded as {decoded}");
    Ok(())
}

/// Whether two values are the same one. Unlike `==` it tells -0 from 0, and a NaN is the same as itself.
fn same(a: &Value, b: &Value) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

/// A type, as the vectors write it.
pub(crate) fn type_of(json: &Json) -> Result<Type> {
    if let Some(name) = json.as_str() {
        return primitive(name);
    }
    let (kind, parts) = json.as_object().and_then(|object| object.iter().next()).context("a type is missing")?;
    if let (Some(element), Some(length)) = (json.get("list"), json["len"].as_u64()) {
        return Ok(Type::fixed_list(type_of(element)?, u32::try_from(length)?));
    }
    Ok(match kind.as_str() {
        "list" => Type::list(type_of(parts)?),
        "map" => Type::map(type_of(&parts[0])?, type_of(&parts[1])?),
        "option" => Type::option(type_of(parts)?),
        "result" => Type::result(optional_type(&parts[0])?, optional_type(&parts[1])?),
        "tuple" => Type::tuple(list(parts)?.iter().map(type_of).collect::<Result<Vec<_>>>()?),
        "record" => {
            let fields = list(&parts["fields"])?.iter().map(|field| Ok((text(&field[0])?, type_of(&field[1])?)));
            Type::record(fields.collect::<Result<Vec<_>>>()?)
        }
        "variant" => {
            let cases = list(&parts["cases"])?.iter().map(|case| Ok((text(&case[0])?, optional_type(&case[1])?)));
            Type::variant(cases.collect::<Result<Vec<_>>>()?)
        }
        "enum" => Type::enumeration(labels(&parts["labels"])?),
        "flags" => Type::flags(labels(&parts["labels"])?),
        other => bail!("type `{other}` is unknown"),
    })
}

fn primitive(name: &str) -> Result<Type> {
    #[rustfmt::skip]
    let all = [
        Type::Bool, Type::S8, Type::U8, Type::S16, Type::U16, Type::S32, Type::U32, Type::S64, Type::U64, Type::F32,
        Type::F64, Type::Char, Type::String,
    ];
    all.into_iter().find(|ty| ty.to_string() == name).with_context(|| format!("type `{name}` is unknown"))
}

fn optional_type(json: &Json) -> Result<Option<Type>> {
    if json.is_null() { Ok(None) } else { type_of(json).map(Some) }
}

/// A value of this type, as the vectors write it.
fn value_of(ty: &Type, json: &Json) -> Result<Value> {
    let values = |ty: &Type| list(json)?.iter().map(|item| value_of(ty, item)).collect::<Result<Vec<_>>>();
    let payload = |ty: Option<&Type>, json: &Json| ty.map(|ty| value_of(ty, json)).transpose();
    Ok(match ty {
        Type::Bool => json.as_bool().context("not a bool")?.into(),
        Type::S8 => number::<i8>(json)?.into(),
        Type::U8 => number::<u8>(json)?.into(),
        Type::S16 => number::<i16>(json)?.into(),
        Type::U16 => number::<u16>(json)?.into(),
        Type::S32 => number::<i32>(json)?.into(),
        Type::U32 => number::<u32>(json)?.into(),
        Type::S64 => number::<i64>(json)?.into(),
        Type::U64 => number::<u64>(json)?.into(),
        Type::F32 => f32::from_bits(u32::try_from(bits(json)?)?).into(),
        Type::F64 => f64::from_bits(bits(json)?).into(),
        Type::Char => text(json)?.parse::<char>()?.into(),
        Type::String => text(json)?.into(),
        Type::List(element) => Value::List(values(element)?),
        Type::FixedList(fixed) => Value::List(values(&fixed.element)?),
        Type::Map(types) => {
            let pair = |pair: &Json| Ok((value_of(&types.key, &pair[0])?, value_of(&types.value, &pair[1])?));
            Value::Map(list(json)?.iter().map(pair).collect::<Result<_>>()?)
        }
        Type::Record(fields) => {
            let fields =
                fields.iter().map(|field| Ok((field.label.clone(), value_of(&field.ty, &json[&*field.label])?)));
            Value::record(fields.collect::<Result<Vec<_>>>()?)
        }
        Type::Tuple(members) => {
            let members = members.iter().zip(list(json)?).map(|(ty, member)| value_of(ty, member));
            Value::tuple(members.collect::<Result<Vec<_>>>()?)
        }
        Type::Variant(cases) => {
            let label = text(&json["case"])?;
            let case = cases.iter().find(|case| *case.label == *label).context("no such case")?;
            Value::variant(label, payload(case.ty.as_ref(), &json["value"])?)
        }
        Type::Enum(_) => Value::enumeration(text(json)?),
        Type::Flags(_) => Value::flags(labels(json)?),
        Type::Option(ty) => Value::option(json.get("some").map(|some| value_of(ty, some)).transpose()?),
        Type::Result(types) => match (json.get("ok"), json.get("err")) {
            (Some(ok), _) => Value::result(Ok(payload(types.ok.as_ref(), ok)?)),
            (_, Some(err)) => Value::result(Err(payload(types.err.as_ref(), err)?)),
            _ => bail!("a result is neither `ok` nor `err`"),
        },
        other => bail!("vectors have no values of `{other}`"),
    })
}

/// A number, or its digits as a string where JSON could not hold it.
fn number<N: std::str::FromStr>(json: &Json) -> Result<N> {
    let digits = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    digits.parse().map_err(|_| anyhow!("{digits} does not fit its type"))
}

/// The bits of a float.
fn bits(json: &Json) -> Result<u64> {
    Ok(u64::from_str_radix(text(json)?.trim_start_matches("0x"), 16)?)
}

pub(crate) fn bytes(json: &Json) -> Result<Vec<u8>> {
    let digits = text(json)?;
    let byte = |start| Ok(u8::from_str_radix(digits.get(start..start + 2).context("half a byte")?, 16)?);
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn labels(json: &Json) -> Result<Vec<&str>> {
    list(json)?.iter().map(text).collect()
}

pub(crate) fn text(json: &Json) -> Result<&str> {
    json.as_str().with_context(|| format!("{json} is not text"))
}

fn list(json: &Json) -> Result<&Vec<Json>> {
    json.as_array().with_context(|| format!("{json} is not a list"))
}
