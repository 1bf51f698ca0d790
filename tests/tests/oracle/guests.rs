//! Two guests for any types: one returns what it is given, the other has that done.
//!
//! Neither is compiled from a language: what they do with a value follows from its type. They are as hard on a host as they may be:
//!
//! * All memory is dirty before anybody has written to it, and so is the padding in lists that are returned.
//! * A NaN is never the canonical one.
//! * Core values that do not stand for exactly what the canonical ABI makes of a value are a trap.

use std::ops::Range;

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
            let slots: Vec<_> = arguments(&flat).into_iter().zip(flat.iter().copied()).collect();
            let body = match &slots[..] {
                [(one, _)] => format!("{} {one}", store(&whole, &slots, RESULT)),
                _ if flat.len() <= MAX_PARAMS => {
                    let dirty: String = params
                        .iter()
                        .scan(0, |first, ty| {
                            let slot = *first;
                            *first += self::flat(ty).len();
                            Some(soil(ty, slot))
                        })
                        .collect();
                    format!("{dirty} {} (i32.const {RESULT})", store(&whole, &slots, RESULT))
                }
                // A pointer to parameters is one to a result.
                _ => "(local.get 0)".to_owned(),
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
        "(func (export \"{name}\") {params} {} (local $at i32) (local $end i32) {body})
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

/// The parameters of a function, where every NaN has a payload.
fn arguments(flat: &[Core]) -> Vec<String> {
    let spoilt = |slot, float: &str| {
        format!(
            "(select (local.get {slot}) ({float}.const nan:0x200001) ({float}.eq (local.get {slot}) (local.get {slot})))"
        )
    };
    let argument = |(slot, core): (usize, &Core)| match core {
        Core::F32 => spoilt(slot, "f32"),
        Core::F64 => spoilt(slot, "f64"),
        Core::I32 | Core::I64 => format!("(local.get {slot})"),
    };
    flat.iter().enumerate().map(argument).collect()
}

/// Code that makes the padding in the elements of a list dirty, and their NaNs, whose pointer and length are in the slots from `slot`.
fn soil(ty: &Type, slot: usize) -> String {
    let Type::List(element) = ty else { return String::new() };
    let mut stores = String::new();
    soil_element(element, 0, &mut stores);
    if stores.is_empty() {
        return String::new();
    }
    let size = element.layout().size;
    format!(
        "(local.set $at (local.get {slot}))
         (local.set $end (i32.add (local.get {slot}) (i32.mul (local.get {}) (i32.const {size}))))
         (block $done (loop $next-element
            (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
            {stores}
            (local.set $at (i32.add (local.get $at) (i32.const {size})))
            (br $next-element)))",
        slot + 1
    )
}

/// Does so for what lies `offset` behind `$at`. Where padding is in one of several cases depends on the case, and is left.
fn soil_element(ty: &Type, offset: u32, stores: &mut String) {
    let dirty = |gap: Range<u32>, stores: &mut String| {
        for byte in gap {
            stores.push_str(&format!("(i32.store8 offset={byte} (local.get $at) (i32.const 0xa5))"));
        }
    };
    let float = match ty {
        Type::F32 => Some("f32"),
        Type::F64 => Some("f64"),
        _ => None,
    };
    if let Some(float) = float {
        let value = format!("({float}.load offset={offset} (local.get $at))");
        let spoil = format!("({float}.store offset={offset} (local.get $at) ({float}.const nan:0x200001))");
        stores.push_str(&format!("(if ({float}.ne {value} {value}) (then {spoil}))"));
    }
    let mut end = offset;
    let members = members(ty);
    let whole = if members.is_empty() { offset } else { offset + ty.layout().size };
    for member in members {
        let start = end.next_multiple_of(member.layout().align);
        dirty(end..start, stores);
        soil_element(&member, start, stores);
        end = start + member.layout().size;
    }
    dirty(end..whole, stores);
}

/// Code that traps if `wrong` is not 0.
fn never(wrong: String) -> String {
    format!("(if {wrong} (then unreachable))")
}

/// Code that stores core values at `at` as the value of the type that they are.
fn store(ty: &Type, slots: &[(String, Core)], at: u32) -> String {
    if let Some(cases) = cases(ty) {
        let (case, _) = &slots[0];
        let width = Layout::discriminant_size(cases.len());
        let place = at + width.next_multiple_of(ty.layout().align);
        let mut code = never(format!("(i32.ge_u {case} (i32.const {}))", cases.len())) + &store_bits(width, case, at);
        for (index, payload) in cases.iter().enumerate() {
            let wanted = payload.as_ref().map(flat).unwrap_or_default();
            let (used, unused) = slots[1..].split_at(wanted.len());
            let unused =
                unused.iter().map(|(slot, core)| never(format!("(i64.ne {} (i64.const 0))", bits(slot, *core))));
            let unused: String = unused.collect();
            let shared = used.iter().zip(&wanted);
            let above = shared.filter(|((_, from), to)| *from == Core::I64 && matches!(to, Core::I32 | Core::F32));
            let above: String = above
                .map(|((slot, _), _)| never(format!("(i64.ne (i64.shr_u {slot} (i64.const 32)) (i64.const 0))")))
                .collect();
            let own = wanted.iter().zip(used);
            let own: Vec<_> = own.map(|(core, (slot, from))| (convert(slot, *from, *core), *core)).collect();
            let stored = payload.as_ref().map_or(String::new(), |payload| store(payload, &own, place));
            if payload.is_some() || !unused.is_empty() {
                code.push_str(&format!("(if (i32.eq {case} (i32.const {index})) (then {unused} {above} {stored}))"));
            }
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
            Core::I32 => never(foreign_bits(ty, first)) + &store_bits(size, first, at),
            Core::I64 => format!("(i64.store (i32.const {at}) {first})"),
            Core::F32 => format!("(f32.store (i32.const {at}) {first})"),
            Core::F64 => format!("(f64.store (i32.const {at}) {first})"),
        },
    }
}

/// What is not 0 if an `i32` is not what a value of the type is passed as.
fn foreign_bits(ty: &Type, slot: &str) -> String {
    let above = |width: usize| match width {
        32 => "(i32.const 0)".to_owned(),
        _ => format!("(i32.shr_u {slot} (i32.const {width}))"),
    };
    match ty {
        Type::S8 => format!("(i32.ne {slot} (i32.extend8_s {slot}))"),
        Type::S16 => format!("(i32.ne {slot} (i32.extend16_s {slot}))"),
        Type::Bool => above(1),
        Type::U8 => above(8),
        Type::U16 => above(16),
        Type::Flags(labels) => above(labels.len()),
        _ => above(32),
    }
}

/// All bits of a slot.
fn bits(slot: &str, core: Core) -> String {
    match core {
        Core::I32 => format!("(i64.extend_i32_u {slot})"),
        Core::I64 => slot.to_owned(),
        Core::F32 => format!("(i64.extend_i32_u (i32.reinterpret_f32 {slot}))"),
        Core::F64 => format!("(i64.reinterpret_f64 {slot})"),
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
