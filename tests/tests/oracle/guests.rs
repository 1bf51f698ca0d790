//! Two guests for any types: one returns what it is given, the other has that done.
//!
//! Neither is compiled from a language. What they do with a value follows from its type, and all of their memory that nobody has written
//! to is dirty: what of it shows up in a value is a mistake of who read it.

use isorun::Type;
use isorun::types::Layout;
use isorun_tests::spelled::echo_wit;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// How many core values pass parameters, and results, before they go through memory.
const MAX_PARAMS: usize = 16;
const MAX_RESULTS: usize = 1;

/// Where results lie, and from where on memory is given out. A value of one function takes less than what is between.
const RESULT: u32 = 64;
const HEAP: u32 = 1 << 18;

/// The type of a core value.
#[derive(Clone, Copy, PartialEq)]
enum Core {
    I32,
    I64,
    F32,
    F64,
}

/// The app that returns its parameters: the functions of [`echo_wit`].
pub(crate) fn echo(package: &str, functions: &[Vec<Type>], encoding: StringEncoding) -> Vec<u8> {
    let code: String = functions
        .iter()
        .enumerate()
        .map(|(index, params)| {
            let (whole, flat) = (whole(params), flat_params(params));
            let body = if passed(&flat, MAX_PARAMS).len() < flat.len() || flat.len() <= MAX_RESULTS {
                // A pointer to parameters is one to a result, and a single value is itself.
                flat.first().map_or("", |_| "(local.get 0)").to_owned()
            } else {
                let slots: Vec<_> =
                    flat.iter().enumerate().map(|(slot, core)| (format!("(local.get {slot})"), *core)).collect();
                format!("{} (i32.const {RESULT})", store(&whole, &slots, RESULT))
            };
            function(package, index, &flat, &body)
        })
        .collect();
    component(package, functions, "", &code, "export values;", encoding)
}

/// The app that has another return its parameters.
pub(crate) fn relay(package: &str, functions: &[Vec<Type>], encoding: StringEncoding) -> Vec<u8> {
    let (mut imports, mut code) = (String::new(), String::new());
    for (index, params) in functions.iter().enumerate() {
        let flat = flat_params(params);
        let by_pointer = flat.len() > MAX_RESULTS;
        let arguments: String =
            (0..passed(&flat, MAX_PARAMS).len()).map(|slot| format!("(local.get {slot})")).collect();
        let (pointer, result, body) = match by_pointer {
            true => (
                " i32".to_owned(),
                String::new(),
                format!("(call $f{index} {arguments} (i32.const {RESULT})) (i32.const {RESULT})"),
            ),
            false => (String::new(), spell("result", &flat), format!("(call $f{index} {arguments})")),
        };
        let params = spell_types(&passed(&flat, MAX_PARAMS));
        imports.push_str(&format!(
            "(import \"{package}/values\" \"f{index}\" (func $f{index} (param {params}{pointer}) {result}))\n"
        ));
        code.push_str(&function(package, index, &flat, &body));
    }
    component(package, functions, &imports, &code, "import values; export values;", encoding)
}

/// An exported function, whose result is what `body` leaves, with one that is called when the result was read.
fn function(package: &str, index: usize, flat: &[Core], body: &str) -> String {
    let params = spell("param", &passed(flat, MAX_PARAMS));
    let result = passed(flat, MAX_RESULTS);
    let name = format!("{package}/values#f{index}");
    format!(
        "(func (export \"{name}\") {params} {} {body})
         (func (export \"cabi_post_{name}\") {} (global.set $next (i32.const {HEAP})))\n",
        spell("result", &result),
        spell("param", &result),
    )
}

fn component(
    package: &str,
    functions: &[Vec<Type>],
    imports: &str,
    code: &str,
    world: &str,
    encoding: StringEncoding,
) -> Vec<u8> {
    let wat = format!(
        r#"(module {imports}
            (memory (export "memory") 32)
            (global $next (mut i32) (i32.const {HEAP}))
            (func $dirty (memory.fill (i32.const 0) (i32.const 0xa5) (i32.const 0x200000)))
            (start $dirty)
            (func (export "cabi_realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32)
                (result i32) (local $at i32)
                (local.set $at (i32.and
                    (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
                    (i32.sub (i32.const 0) (local.get $align))))
                (global.set $next (i32.add (local.get $at) (local.get $size)))
                (if (i32.gt_u (global.get $next) (i32.const 0x200000)) (then unreachable))
                (memory.copy (local.get $at) (local.get $old) (select
                    (local.get $had) (local.get $size) (i32.lt_u (local.get $had) (local.get $size))))
                (local.get $at))
            {code})"#
    );
    let mut resolve = Resolve::default();
    let wit = format!("{}world app {{ {world} }}\n", echo_wit(package, functions));
    let package = resolve.push_str("values.wit", &wit).unwrap_or_else(|error| panic!("{error:#}\n{wit}"));
    let world = resolve.select_world(&[package], Some("app")).unwrap();
    let mut module = wat::parse_str(&wat).unwrap_or_else(|error| panic!("{error}\n{wat}"));
    embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    let encoder =
        ComponentEncoder::default().validate(true).module(&module).unwrap_or_else(|error| panic!("{error:#}"));
    { encoder }.encode().unwrap_or_else(|error| panic!("{error:#}\n{wit}\n{wat}"))
}

/// Parameters as the one value that they are in memory.
fn whole(params: &[Type]) -> Type {
    Type::tuple(params.iter().cloned())
}

fn flat_params(params: &[Type]) -> Vec<Core> {
    params.iter().flat_map(flat).collect()
}

/// The core values of a type.
fn flat(ty: &Type) -> Vec<Core> {
    if let Some(cases) = cases(ty) {
        // The payloads of all cases share their slots, each of which is wide enough for every one of them.
        let mut slots = Vec::new();
        for payload in cases.iter().flatten() {
            for (index, core) in flat(payload).into_iter().enumerate() {
                match slots.get_mut(index) {
                    None => slots.push(core),
                    Some(slot) if *slot == core => {}
                    Some(slot) if matches!((*slot, core), (Core::I32, Core::F32) | (Core::F32, Core::I32)) => {
                        *slot = Core::I32;
                    }
                    Some(slot) => *slot = Core::I64,
                }
            }
        }
        slots.insert(0, Core::I32);
        return slots;
    }
    match ty {
        Type::S64 | Type::U64 => vec![Core::I64],
        Type::F32 => vec![Core::F32],
        Type::F64 => vec![Core::F64],
        Type::String | Type::List(_) | Type::Map(_) => vec![Core::I32, Core::I32],
        Type::FixedList(_) | Type::Record(_) | Type::Tuple(_) => members(ty).iter().flat_map(flat).collect(),
        _ => vec![Core::I32],
    }
}

/// The payloads of a type that is one of several cases.
fn cases(ty: &Type) -> Option<Vec<Option<Type>>> {
    Some(match ty {
        Type::Variant(cases) => cases.iter().map(|case| case.ty.clone()).collect(),
        Type::Enum(labels) => vec![None; labels.len()],
        Type::Option(payload) => vec![None, Some((**payload).clone())],
        Type::Result(payloads) => vec![payloads.ok.clone(), payloads.err.clone()],
        _ => return None,
    })
}

/// What lies side by side in a value of a type.
fn members(ty: &Type) -> Vec<Type> {
    match ty {
        Type::FixedList(list) => vec![list.element.clone(); list.length as usize],
        Type::Record(fields) => fields.iter().map(|field| field.ty.clone()).collect(),
        Type::Tuple(members) => members.to_vec(),
        _ => Vec::new(),
    }
}

/// Code that stores core values at `at` as the value of the type that they are.
fn store(ty: &Type, slots: &[(String, Core)], at: u32) -> String {
    if let Some(cases) = cases(ty) {
        let (case, _) = &slots[0];
        let width = Layout::discriminant_size(cases.len());
        let place = at + width.next_multiple_of(ty.layout().align);
        let mut code = store_bits(width, case, at);
        for (index, payload) in cases.iter().enumerate() {
            let Some(payload) = payload else { continue };
            let own = flat(payload).into_iter().zip(&slots[1..]);
            let own: Vec<_> = own.map(|(core, (slot, from))| (convert(slot, *from, core), core)).collect();
            let stored = store(payload, &own, place);
            code.push_str(&format!("(if (i32.eq {case} (i32.const {index})) (then {stored}))"));
        }
        return code;
    }
    let ((first, core), size) = (&slots[0], ty.layout().size);
    match ty {
        Type::String | Type::List(_) | Type::Map(_) => store_bits(4, first, at) + &store_bits(4, &slots[1].0, at + 4),
        Type::FixedList(_) | Type::Record(_) | Type::Tuple(_) => {
            let (mut code, mut slots, mut end) = (String::new(), slots, at);
            for member in members(ty) {
                let (own, rest) = slots.split_at(flat(&member).len());
                end = end.next_multiple_of(member.layout().align);
                code.push_str(&store(&member, own, end));
                (slots, end) = (rest, end + member.layout().size);
            }
            code
        }
        _ => match core {
            Core::I32 => store_bits(size, first, at),
            Core::I64 => format!("(i64.store (i32.const {at}) {first})"),
            Core::F32 => format!("(f32.store (i32.const {at}) {first})"),
            Core::F64 => format!("(f64.store (i32.const {at}) {first})"),
        },
    }
}

fn store_bits(size: u32, value: &str, at: u32) -> String {
    let store = match size {
        1 => "i32.store8",
        2 => "i32.store16",
        _ => "i32.store",
    };
    format!("({store} (i32.const {at}) {value})")
}

/// What a slot that is shared holds, as the type that one of its owners gave it.
fn convert(slot: &str, from: Core, to: Core) -> String {
    match (from, to) {
        (from, to) if from == to => slot.to_owned(),
        (Core::I32, Core::F32) => format!("(f32.reinterpret_i32 {slot})"),
        (Core::I64, Core::I32) => format!("(i32.wrap_i64 {slot})"),
        (Core::I64, Core::F32) => format!("(f32.reinterpret_i32 (i32.wrap_i64 {slot}))"),
        (Core::I64, Core::F64) => format!("(f64.reinterpret_i64 {slot})"),
        _ => unreachable!("a slot is as wide as its widest owner"),
    }
}

/// The core values that are passed: a pointer instead, if there are too many.
fn passed(flat: &[Core], max: usize) -> Vec<Core> {
    if flat.len() > max { vec![Core::I32] } else { flat.to_vec() }
}

fn spell(what: &str, types: &[Core]) -> String {
    if types.is_empty() { String::new() } else { format!("({what} {})", spell_types(types)) }
}

fn spell_types(types: &[Core]) -> String {
    let names = types.iter().map(|core| match core {
        Core::I32 => "i32",
        Core::I64 => "i64",
        Core::F32 => "f32",
        Core::F64 => "f64",
    });
    names.collect::<Vec<_>>().join(" ")
}
