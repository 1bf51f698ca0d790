//! What the suites of the component model and of wasmtime pin down, run through isorun.
//!
//! The cases lie beside the workspace, in `../shared/engine-cases`, or where `ISORUN_ENGINE_CASES` says. Without them there is nothing to run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use isorun::{App, AppError, AppProblemKind, Budget, Runtime, Value};
use isorun_tests::engine::{End, Step, run};
use isorun_tests::{runtime, runtime_of};
use serde_json::Value as Json;

/// The cases, one a line, or `None` if they are not on this machine.
fn cases(file: &str) -> Option<Vec<Json>> {
    let path = match std::env::var_os("ISORUN_ENGINE_CASES") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/engine-cases/cases.jsonl"),
    };
    let path = path.with_file_name(file);
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[tokio::test]
async fn every_case_of_the_suites_ends_as_it_must() {
    let Some(cases) = cases("cases.jsonl") else { return };
    // Some of them make their memories grow to gigabytes.
    let budget = Budget { fuel: u64::MAX / 2, time: Duration::from_secs(60), memory: 64 << 30 };
    let runtime = runtime_of(Runtime::builder().budget(budget).max_instance_memory(64 << 30));
    let mut apps: BTreeMap<&str, Result<App, AppError>> = BTreeMap::new();
    let mut wats: BTreeMap<&str, &Json> = BTreeMap::new();
    let (mut passed, mut refused, mut wrong) = (0, 0, Vec::new());
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let component = case["wat_of"].as_str().unwrap_or(id);
        if let Some(wat) = case["wat"].as_str() {
            let bytes = wat::parse_str(wat).unwrap_or_else(|error| panic!("{id}: {error}"));
            apps.insert(id, runtime.add_app(id, &bytes).await);
            wats.insert(id, case);
        }
        let started = std::time::Instant::now();
        match &apps[component] {
            Ok(app) => match run(&runtime, app, &[], &steps(case)).await {
                Ok(()) => passed += 1,
                Err(error) => wrong.push(format!("{id}: {error}")),
            },
            Err(error) => {
                refused += 1;
                println!("{id}: {error}")
            }
        }
        if started.elapsed().as_millis() > 200 {
            println!("{id}: {:?}", started.elapsed());
        }
    }
    println!("{passed} passed, {refused} refused");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn steps(case: &Json) -> Vec<Step> {
    let step = |step: &Json| {
        let end = match step["trap"].as_str() {
            Some(words) => End::Trap(vec![words.into()]),
            None => End::Value(step["returns"].as_array().unwrap().iter().map(|json| value(json).to_wave()).collect()),
        };
        let arguments: Vec<_> = step["args"].as_array().unwrap().iter().map(|json| value(json).to_wave()).collect();
        Step { function: step["call"].as_str().unwrap().into(), arguments: format!("({})", arguments.join(", ")), end }
    };
    case["steps"].as_array().unwrap().iter().map(step).collect()
}

/// A value as the cases write it: numbers as text, floats as the number that their bits are.
fn value(json: &Json) -> Value {
    let (ty, json) = (json["type"].as_str().unwrap(), &json["value"]);
    let text = json.as_str().unwrap_or_default();
    let all = |json: &Json| json.as_array().unwrap().iter().map(value).collect();
    let payload = |json: &Json| (!json.is_null()).then(|| value(json));
    match ty {
        "bool" => json.as_bool().unwrap().into(),
        "u8" => text.parse::<u8>().unwrap().into(),
        "s8" => text.parse::<i8>().unwrap().into(),
        "u16" => text.parse::<u16>().unwrap().into(),
        "s16" => text.parse::<i16>().unwrap().into(),
        "u32" => text.parse::<u32>().unwrap().into(),
        "s32" => text.parse::<i32>().unwrap().into(),
        "u64" => text.parse::<u64>().unwrap().into(),
        "s64" => text.parse::<i64>().unwrap().into(),
        "f32" => f32::from_bits(text.parse().unwrap()).into(),
        "f64" => f64::from_bits(text.parse().unwrap()).into(),
        "char" => text.parse::<char>().unwrap().into(),
        "string" => text.into(),
        "list" => Value::List(all(json)),
        "tuple" => Value::Tuple(all(json)),
        "record" => {
            Value::record(json.as_array().unwrap().iter().map(|field| (field[0].as_str().unwrap(), value(&field[1]))))
        }
        "variant" => Value::variant(json["case"].as_str().unwrap(), payload(&json["payload"])),
        "enum" => Value::enumeration(text),
        "flags" => Value::flags(json.as_array().unwrap().iter().map(|label| label.as_str().unwrap())),
        "option" => Value::option(payload(json)),
        "result" => Value::result(match json.get("Err") {
            Some(err) => Err(payload(err)),
            None => Ok(payload(&json["Ok"])),
        }),
        other => panic!("a value of type `{other}`"),
    }
}
