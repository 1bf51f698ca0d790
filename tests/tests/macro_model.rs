//! Random interfaces of plain values: isorun, `wit-parser` and wasmtime agree about their types.
//!
//! `#[isorun::interface]` and `Interface::from_wit` read the same texts; the macro's own half of this test is
//! `isorun-macros/src/tests/model.rs`, over the same generator.

use isorun::{AppError, Interface, Runtime};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, FlatTypes, WasmType};
use wit_parser::{Function, Interface as Wit, Resolve, SizeAlign, Type};

use random_wit::{RandomWit, random_wit};

#[path = "../../isorun-macros/src/tests/random_wit.rs"]
#[allow(dead_code, reason = "the macros' test knows the names of the types too")]
mod random_wit;

/// More core values than any of the types has that the generator makes.
const MOST_FLAT: usize = 1 << 20;

/// A component that exports the interface, or imports it; and what `wit-parser` knows of the text.
fn component(wit: &RandomWit, direction: &str) -> (Resolve, Vec<u8>) {
    let name = wit.wire_name.split(['/', '@']).nth(1).unwrap();
    let text = format!("{}\nworld test-world {{ {direction} %{name}; }}", wit.text);
    let mut resolve = Resolve::default();
    let package = resolve.push_str("random.wit", &text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    let world = resolve.packages[package].worlds["test-world"];
    let mut module = core_module(&resolve, wit, direction);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let component = ComponentEncoder::default().module(&module).unwrap().encode().unwrap();
    (resolve, component)
}

/// A core module whose functions have the right signatures and do nothing.
fn core_module(resolve: &Resolve, wit: &RandomWit, direction: &str) -> Vec<u8> {
    let core = |ty: &WasmType| match ty {
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
    };
    let variant = if direction == "export" { AbiVariant::GuestExport } else { AbiVariant::GuestImport };
    let functions = interface(resolve, wit).functions.iter().map(|(name, function)| {
        let signature = resolve.wasm_signature(variant, function);
        let [params, results] =
            [&signature.params, &signature.results].map(|types| types.iter().map(core).collect::<Vec<_>>().join(" "));
        let ty = format!("(param {params}) (result {results})");
        match variant {
            AbiVariant::GuestExport => format!(r#"(func (export "{}#{name}") {ty} unreachable)"#, wit.wire_name),
            _ => format!(r#"(import "{}" "{name}" (func {ty}))"#, wit.wire_name),
        }
    });
    let functions: String = functions.collect();
    let memory = r#"(memory (export "memory") 1) (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)"#;
    wat::parse_str(format!("(module {functions} {memory})")).unwrap()
}

/// What `wit-parser` knows of the interface.
fn interface<'r>(resolve: &'r Resolve, wit: &RandomWit) -> &'r Wit {
    let mut interfaces = resolve.interfaces.iter();
    interfaces.find(|(id, _)| resolve.id_of(*id).as_ref() == Some(&wit.wire_name)).unwrap().1
}

/// How many core values the types have.
fn flat<'t>(resolve: &Resolve, types: impl IntoIterator<Item = &'t Type>) -> usize {
    let mut room = vec![WasmType::I32; MOST_FLAT];
    let mut flat = FlatTypes::new(&mut room);
    for ty in types {
        assert!(resolve.push_flat(ty, &mut flat));
    }
    flat.to_vec().len()
}

/// The layouts that isorun calls with are those of the canonical ABI.
fn assert_layouts(resolve: &Resolve, sizes: &SizeAlign, function: &Function, ours: &isorun::wit::Function) {
    let types: Vec<&Type> = function.params.iter().map(|param| &param.ty).collect();
    let (params, expected) = (ours.params_layout(), sizes.params(types.iter().copied()));
    assert_eq!(params.size as usize, expected.size.size_wasm32(), "{ours}");
    assert_eq!(params.align as usize, expected.align.align_wasm32(), "{ours}");
    assert_eq!(params.flat as usize, flat(resolve, types), "{ours}");

    let result = ours.result_layout();
    let expected = function.result.as_ref().map(|ty| (sizes.size(ty).size_wasm32(), sizes.align(ty).align_wasm32()));
    assert_eq!((result.size as usize, result.align as usize), expected.unwrap_or((0, 1)), "{ours}");
    assert_eq!(result.flat as usize, flat(resolve, &function.result), "{ours}");

    // What a guest's core function has in the end.
    let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
    assert_eq!(signature.indirect_params, params.flat > 16, "{ours}");
    assert_eq!(signature.params.len(), if params.flat > 16 { 1 } else { params.flat as usize }, "{ours}");
    assert_eq!(signature.retptr, result.flat > 1, "{ours}");
}

/// What is known of the text at run time is what `wit-parser` knows of it.
fn assert_described(wit: &RandomWit, resolve: &Resolve, ours: &Interface) {
    let theirs = interface(resolve, wit);
    assert_eq!(ours.name().to_string(), wit.wire_name);
    let names: Vec<&str> = ours.functions().iter().map(isorun::wit::Function::name).collect();
    assert_eq!(names, theirs.functions.keys().collect::<Vec<_>>());
    assert_eq!(names, wit.functions.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    for (ours, theirs) in ours.functions().iter().zip(theirs.functions.values()) {
        let params: Vec<&str> = ours.params().iter().map(|param| &*param.label).collect();
        assert_eq!(params, theirs.params.iter().map(|param| param.name.as_str()).collect::<Vec<_>>());
        assert_layouts(resolve, &sizes, theirs, ours);
    }
}

/// A component that was made for the text is added; one that differs in a parameter is refused, with the function's name.
async fn check(runtime: &Runtime, package: &str, choices: &[u16]) {
    let wit = random_wit(package, choices, false);
    let [ours] = runtime.register_wit(&wit.text).unwrap().try_into().unwrap();
    let other = random_wit(package, choices, true);
    for direction in ["export", "import"] {
        let (resolve, bytes) = component(&wit, direction);
        assert_described(&wit, &resolve, &ours);
        let app = runtime.add_app(package, &bytes).await.unwrap_or_else(|error| panic!("{error}\n{}", wit.text));
        let has_it = match direction {
            "export" => app.exports().iter().any(|export| export.name() == wit.wire_name),
            _ => app.imports().iter().any(|import| import.name() == wit.wire_name),
        };
        assert!(has_it, "{app:?}");
        runtime.remove_app(&app).unwrap();

        let (_, bytes) = component(&other, direction);
        let Err(AppError::Mismatch(report)) = runtime.add_app(package, &bytes).await else {
            panic!("an app of another type was added\n{}", other.text)
        };
        assert!(report.to_string().contains(&format!("`{}`", wit.functions[0].0)), "{report}");
    }
}

#[test]
fn random_interfaces_are_the_same_to_isorun_and_wasmtime() {
    let runtime = Runtime::new().unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: 128, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let made = std::cell::Cell::new(0);
    let outcome = runner.run(&vec(any::<u16>(), 0..400), |choices| {
        made.set(made.get() + 1);
        let package = format!("test:random{}", made.get());
        let checked = std::panic::AssertUnwindSafe(|| tokio.block_on(check(&runtime, &package, &choices)));
        std::panic::catch_unwind(checked).map_err(|_| TestCaseError::fail("see above"))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
