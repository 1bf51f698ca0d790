//! Calls of a component with what must come of each: how the cases of other engines' suites are run.

use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::remote::{RemoteError, Status};
use isorun::{App, CallError, Instance, Restart, Runtime};

use crate::again;

/// One call.
#[derive(Clone, Debug)]
pub struct Step {
    /// The function, as [`Instance::call`] takes it.
    pub function: String,
    /// Its arguments, in parentheses.
    pub arguments: String,
    /// What must come of it.
    pub end: End,
}

/// What comes of a call. All but a value poisons the instance.
#[derive(Clone, Debug)]
pub enum End {
    /// A value as text; the empty text if the function has no result.
    Value(String),
    /// A trap whose message holds one of these.
    Trap(Vec<String>),
    /// A provider failed, and this is in what is said about it.
    ProviderDown(String),
}

impl Step {
    /// Reads `f(1) => 2`, `f(1) => trap: words`, `f(1) => provider: words`. Words may be several, with `|` between.
    pub fn parse(line: &str) -> Step {
        let (call, end) = line.split_once("=>").unwrap_or_else(|| panic!("no `=>` in `{line}`"));
        let (function, arguments) = call.trim().split_at(call.find('(').unwrap_or(call.len()));
        let end = end.trim();
        let end = if let Some(words) = end.strip_prefix("trap: ") {
            End::Trap(words.split('|').map(Into::into).collect())
        } else if let Some(words) = end.strip_prefix("provider: ") {
            End::ProviderDown(words.into())
        } else {
            End::Value(end.into())
        };
        Step { function: function.into(), arguments: arguments.into(), end }
    }

    /// Makes the call through `at`, which is `guest` or leads to it, and looks at what is left of the guest.
    ///
    /// # Errors
    ///
    /// What came of it instead.
    pub async fn take(&self, at: &Instance, guest: &Instance) -> Result<(), String> {
        let Step { function, arguments, end } = self;
        let span = Duration::from_secs(60);
        let result = at.call(function, arguments).timeout(span).await;
        if !end.is(&result) {
            return Err(format!("{function}{arguments} must end in {end:?}, it ended in {result:?}"));
        }
        let Err(ended) = result else { return Ok(()) };
        match guest.state() {
            // A remote tells the cause in its own words.
            InstanceState::Poisoned(cause) if at != guest || cause.to_string() == ended.to_string() => {}
            state => return Err(format!("after {function}{arguments} the state is {state:?}")),
        }
        match guest.call(function, arguments).await {
            Err(CallError::Poisoned { cause, .. }) if at != guest || cause.to_string() == ended.to_string() => Ok(()),
            result => Err(format!("after {function}{arguments} another call ended in {result:?}")),
        }
    }
}

impl End {
    fn is(&self, result: &isorun::Result<String>) -> bool {
        match (self, result) {
            (End::Value(expected), Ok(value)) => value == expected,
            (
                End::Trap(words),
                Err(
                    error @ (CallError::Trap { .. }
                    | CallError::Remote(RemoteError::Failed { status: Status::Trap, .. })),
                ),
            ) => {
                let message = error.to_string().to_lowercase();
                words.iter().any(|words| message.contains(&words.to_lowercase()))
            }
            (End::ProviderDown(words), Err(CallError::ProviderDown { cause, .. })) => {
                format!("{cause:#}").contains(words.as_str())
            }
            _ => false,
        }
    }
}

/// Takes the steps, in order, on one instance after the other: a first, one that was there when the first ended, and one in the place of
/// the first. All must come to the same ends, and so must one that starts anew behind its token.
///
/// # Errors
///
/// What came of it instead.
pub async fn thrice(runtime: &Runtime, app: &App, steps: &[Step]) -> Result<(), String> {
    let (first, second) = (again(runtime, app, &[]).await, again(runtime, app, &[]).await);
    follow(&first, steps).await?;
    if !matches!(second.state(), InstanceState::Idle) {
        return Err(format!("its neighbour is {:?}", second.state()));
    }
    follow(&second, steps).await.map_err(|wrong| format!("in its neighbour: {wrong}"))?;
    runtime.remove(&first).map_err(|error| error.to_string())?;
    let third = again(runtime, app, &[]).await;
    if third.name() != first.name() {
        return Err(format!("`{}` is in the place of `{}`", third.name(), first.name()));
    }
    follow(&third, steps).await.map_err(|wrong| format!("in its successor: {wrong}"))?;
    twice_behind_one_token(runtime, app, steps).await?;
    [&second, &third].into_iter().try_for_each(|instance| runtime.remove(instance).map_err(|error| error.to_string()))
}

/// Takes the steps up to the first that ends badly, and once more on what the restart policy makes of the instance then.
async fn twice_behind_one_token(runtime: &Runtime, app: &App, steps: &[Step]) -> Result<(), String> {
    let Some(bad) = steps.iter().position(|step| !matches!(step.end, End::Value(_))) else { return Ok(()) };
    let restart = Restart::Limited { max: 2, within: Duration::from_secs(3600) };
    let instance = runtime.instantiate(app).restart(restart).await.map_err(|error| error.to_string())?;
    for life in 1..=2 {
        for Step { function, arguments, end } in &steps[..=bad] {
            let result = instance.call(function, arguments).timeout(Duration::from_secs(60)).await;
            if !end.is(&result) {
                return Err(format!("in life {life} {function}{arguments} ended in {result:?}"));
            }
        }
        if instance.counters().restarts != life || !matches!(instance.state(), InstanceState::Idle) {
            return Err(format!("after life {life}: {:?}, {:?}", instance.counters(), instance.state()));
        }
    }
    runtime.remove(&instance).map_err(|error| error.to_string())
}

/// Takes the steps, in order, on one instance.
///
/// # Errors
///
/// What came of it instead.
pub async fn follow(instance: &Instance, steps: &[Step]) -> Result<(), String> {
    for step in steps {
        step.take(instance, instance).await?;
    }
    Ok(())
}

/// The lives in a text such as the ones below: a title for each, and under it, indented, the calls of one instance.
pub fn lives(text: &str) -> Vec<(&str, Vec<Step>)> {
    let mut lives: Vec<(&str, Vec<Step>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match (line.strip_prefix("    "), lives.last_mut()) {
            (Some(step), Some((_, steps))) => steps.push(Step::parse(step)),
            _ => lives.push((line, Vec::new())),
        }
    }
    lives
}

/// Components of `host-cases.jsonl` that need no host; their steps, which are in words there.
pub const ALONE: &str = r#"
func-thunks
    thunk() =>
    thunk-trap() => trap: unreachable
func-integers
    take-u8(100) =>
    take-s8(100) =>
    take-u16(100) =>
    take-s16(100) =>
    take-u32(100) =>
    take-s32(100) =>
    take-u64(100) =>
    take-s64(100) =>
    ret-u8() => 0
    ret-s8() => 0
    ret-u16() => 0
    ret-s16() => 0
    ret-u32() => 0
    ret-s32() => 0
    ret-u64() => 0
    ret-s64() => 0
    retm1-u8() => 255
    retm1-s8() => -1
    retm1-u16() => 65535
    retm1-s16() => -1
    retm1-u32() => 4294967295
    retm1-s32() => -1
    retm1-u64() => 18446744073709551615
    retm1-s64() => -1
    retbig-u8() => 160
    retbig-s8() => -96
    retbig-u16() => 34464
    retbig-s16() => -31072
    retbig-u32() => 100000
    retbig-s32() => 100000
func-integers
    take-u8(101) => trap: unreachable
func-integers
    take-s8(101) => trap: unreachable
func-integers
    take-u16(101) => trap: unreachable
func-integers
    take-s16(101) => trap: unreachable
func-integers
    take-u32(101) => trap: unreachable
func-integers
    take-s32(101) => trap: unreachable
func-integers
    take-u64(101) => trap: unreachable
func-integers
    take-s64(101) => trap: unreachable
func-floats
    f32-to-u32(1) => 1065353216
    f64-to-u64(2) => 4611686018427387904
    u32-to-f32(1065353216) => 1
    u64-to-f64(4611686018427387904) => 2
    u32-to-f32(2147483648) => -0
    u32-to-f32(4290772993) => nan
    u64-to-f64(9221120237041090561) => nan
    u32-to-f32(4286578688) => -inf
func-bools
    bool-to-u32(false) => 0
    bool-to-u32(true) => 1
    u32-to-bool(0) => false
    u32-to-bool(1) => true
    u32-to-bool(2) => true
func-chars
    u32-to-char(120) => 'x'
    u32-to-char(97) => 'a'
    u32-to-char(0) => '\u{0}'
    u32-to-char(10) => '\n'
    u32-to-char(128157) => '💝'
    char-to-u32('x') => 120
    char-to-u32('\u{0}') => 0
    char-to-u32('\n') => 10
    char-to-u32('\u{1f49d}') => 128157
    u32-to-char(55296) => trap: `char` is not a Unicode scalar value
func-chars
    u32-to-char(57343) => trap: `char` is not a Unicode scalar value
func-chars
    u32-to-char(1114112) => trap: `char` is not a Unicode scalar value
func-chars
    u32-to-char(4294967295) => trap: `char` is not a Unicode scalar value
func-tuple-result
    tuple(-1, 100, 3, 100) => (-1, 100, 3, 100)
    invalid() => trap: end before the value does
func-strings
    list8-to-str([]) => ""
    list8-to-str([102, 111, 111]) => "foo"
    str-to-list8("") => []
    str-to-list8("Löwe") => [76, 195, 182, 119, 101]
    list16-to-str([76, 246, 119, 101, 32, 32769, 34382]) => "Löwe 老虎"
    str-to-list16("老虎\u{1f49d}") => [32769, 34382, 55357, 56477]
    list16-to-str([55357, 56477]) => "💝"
    list8-to-str([255]) => trap: utf-8
func-strings
    list8-to-str([104, 32, 255, 32, 105]) => trap: utf-8
func-strings
    list16-to-str([55296]) => trap: unpaired surrogate
func-strings
    list16-to-str([57343]) => trap: unpaired surrogate
func-strings
    list16-to-str([55296, 65280]) => trap: unpaired surrogate
func-char-bool-memory
    ret-tuple(0, 97) => (false, 'a')
    ret-tuple(1, 127856) => (true, '🍰')
    ret-tuple(2, 97) => (true, 'a')
    ret-tuple(0, 55296) => trap: `char` is not a Unicode scalar value
func-string-list-oob
    ret-list-u8() => trap: end before the value does
func-string-list-oob
    ret-string() => trap: out of bounds
func-tuples
    foo((0, 1), (2)) => (3)
func-option
    option-u8-to-tuple(none) => (0, 0)
    option-u8-to-tuple(some(0)) => (1, 0)
    option-u8-to-tuple(some(100)) => (1, 100)
    option-u32-to-tuple(none) => (0, 0)
    option-u32-to-tuple(some(100)) => (1, 100)
    option-string-to-tuple(none) => (0, "")
    option-string-to-tuple(some("")) => (1, "")
    option-string-to-tuple(some("hello")) => (1, "hello")
    to-option-u8(0, 0) => none
    to-option-u8(1, 0) => some(0)
    to-option-u8(64769, 0) => some(253)
    to-option-u32(0, 0) => none
    to-option-u32(1, 7) => some(7)
    to-option-string(1, "hello") => some("hello")
    to-option-u8(2, 0) => trap: a discriminant names no case
func-option
    to-option-u32(2, 0) => trap: a discriminant names no case
func-option
    to-option-string(2, "") => trap: a discriminant names no case
func-expected
    take-expected-unit(ok) => 0
    take-expected-unit(err) => 1
    take-expected-u8-f32(ok(1)) => (0, 1)
    take-expected-u8-f32(err(2)) => (1, 1073741824)
    take-expected-string(ok("hello")) => (0, "hello")
    take-expected-string(err([103, 111])) => (1, "go")
    to-expected-unit(0) => ok
    to-expected-unit(1) => err
    to-expected-s16-f32(0, 100) => ok(100)
    to-expected-s16-f32(1, 1065353216) => err(1)
    to-expected-unit(2) => trap: a discriminant names no case
func-expected
    to-expected-s16-f32(2, 0) => trap: a discriminant names no case
func-invalid-alignment
    many-params("", "", "", "", "", "", "", "", "", "", "", "") => trap: not aligned
func-invalid-alignment
    string-ret() => trap: not aligned
func-invalid-alignment
    list-u32-ret() => trap: not aligned
func-raw-slice-of-various-types
    list-u8() => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    list-i8() => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    list-u16() => [256, 770, 1284, 1798, 2312, 2826, 3340, 3854]
    list-i16() => [256, 770, 1284, 1798, 2312, 2826, 3340, 3854]
    list-u32() => [50462976, 117835012, 185207048, 252579084]
    list-i32() => [50462976, 117835012, 185207048, 252579084]
    list-u64() => [506097522914230528, 1084818905618843912]
    list-i64() => [506097522914230528, 1084818905618843912]
func-errors-that-poison-instance
    f2() =>
    f1() => trap: unreachable
func-errors-that-poison-instance
    f3("x") => trap: unreachable
func-errors-that-poison-instance
    f4() => trap: not aligned
func-run-export-with-internal-adapter
    run() => 5
import-use-types-across-component-boundaries
    my-func() => {a: 0, b: ""}
import-use-types-across-component-boundaries-2
    my-func({a: 0, b: ""}) =>
strings-pass-string-on-component-boundary
    f() =>
post-return-post-return-all-types
    i32() => 1
    i64() => 2
    f32() => 3
    f64() => 4
post-return-post-return-string
    get() => "hello world"
    get() => "hello world"
post-return-trap-in-post-return-poisons-instance
    f() => trap: unreachable
dynamic-flags-beyond-end
    run(0) => {}
    run(1) => {a}
    run(2) => {b}
    run(3) => {a, b}
    run(4) => {}
    run(5) => {a}
call-hook-call-func-with-realloc
    list8-to-str([104, 101, 108, 108, 111]) => "hello"
call-hook-call-func-with-post-return
    export() =>
aot-mildly-more-interesting
    a() => 103
bindgen-no-imports-run
    bar() =>
    foo#foo() =>
"#;

/// What the others want of their host, as an app: what they pass it crosses as images.
pub const HOST_WIT: &str = "package test:case;
    interface host {
        thunk: func();
        thunks: func() -> u32;
        two: func() -> u32;
        keep: func(a: string);
        kept: func() -> string;
        hello: func() -> string;
        empty: func() -> string;
        nine: func(a: tuple<string, string, string, string, string, string, string, string, string>);
        pun: func(a: string) -> u32;
        decimal: func(a: u32) -> string;
        bytes: func(x: list<u8>);
        act: func(action: s32);
    }
    world app { export host; }";

/// That app.
pub const HOST_WAT: &str = r#"(module
    (memory (export "memory") 32)
    (data (i32.const 32) "hello42")
    (data (i32.const 16) "\20\00\00\00\05\00\00\00")
    (data (i32.const 24) "\25\00\00\00\02\00\00\00")
    (global $thunks (mut i32) (i32.const 0))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func $thunk (export "test:case/host#thunk") (global.set $thunks (i32.add (global.get $thunks) (i32.const 1))))
    (func (export "test:case/host#thunks") (result i32) (global.get $thunks))
    (func (export "test:case/host#two") (result i32) (i32.const 2))
    (func (export "test:case/host#keep") (param i32 i32)
        (i32.store (i32.const 0) (local.get 0))
        (i32.store (i32.const 4) (local.get 1)))
    (func (export "test:case/host#kept") (result i32) (i32.const 0))
    (func (export "test:case/host#hello") (result i32) (i32.const 16))
    (func (export "test:case/host#empty") (result i32) (i32.const 8))
    (func (export "test:case/host#nine") (param i32) (call $thunk))
    (func (export "test:case/host#pun") (param i32 i32) (result i32) (i32.const -1))
    (func (export "test:case/host#decimal") (param i32) (result i32) (i32.const 24))
    (func (export "test:case/host#bytes") (param i32 i32))
    (func (export "test:case/host#act") (param i32) (if (i32.eqz (local.get 0)) (then unreachable))))"#;

/// The same functions as a component declares its imports.
pub const HOST_IMPORT: &str = r#"(import "test:case/host" (instance $host
    (export "thunk" (func))
    (export "two" (func (result u32)))
    (export "keep" (func (param "a" string)))
    (export "hello" (func (result string)))
    (export "empty" (func (result string)))
    (export "nine" (func
        (param "a" (tuple string string string string string string string string string))))
    (export "pun" (func (param "a" string) (result u32)))
    (export "decimal" (func (param "a" u32) (result string)))
    (export "bytes" (func (param "x" (list u8))))
    (export "act" (func (param "action" s32)))))"#;

/// Lives of components whose imports, at the root of their world or in an interface without a full name, are given functions of the host above. What begins with `host#` is
/// asked of the host itself.
pub const ON_A_HOST: &str = r#"
func-drop-component-still-works f=thunk
    g() =>
    host#thunks() => 2
bindgen-one-import-run foo#foo=thunk
    bar() =>
    host#thunks() => 1
func-lower-then-lift f=two
    f2() => 2
func-lower-then-lift-2 s=keep
    f("hello") =>
    host#kept() => "hello"
func-lower-then-lift-3 s2=pun
    f("hello") => trap: not aligned
import-simple a=keep
    call() =>
    host#kept() => "hello world"
import-attempt-to-leave-during-malloc thunk=thunk ret-string=hello
    run() => trap: cannot leave component instance
    host#thunks() => 0
import-attempt-to-leave-during-malloc thunk=thunk ret-string=hello
    take-string("x") => trap: cannot leave component instance
    host#thunks() => 0
import-bad-import-alignment unaligned-retptr=empty unaligned-argptr=nine
    unaligned-retptr2() => trap: not aligned
import-bad-import-alignment unaligned-retptr=empty unaligned-argptr=nine
    unaligned-argptr2() => trap: not aligned
    host#thunks() => 0
import-no-actual-wasm-code f=thunk
    thunk() =>
    host#thunks() => 1
import-hostcall-fuel-limits-val hi=bytes
    run() =>
post-return-invoke-post-return f=thunk
    thunk() => trap: cannot leave component instance
    host#thunks() => 0
nested-thread-options-through-inner hostfn=decimal
    run(43) => "42"
call-hook-call-wrapped-func f=thunk
    export() =>
    host#thunks() => 1
call-hook-trapping f=act
    export(5) =>
    export(0) => provider: unreachable
"#;
