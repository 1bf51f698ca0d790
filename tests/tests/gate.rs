//! Components that are small and mean much: each is counted, and refused before it is compiled.

use std::fmt::Write;
use std::time::Duration;

use cpu_time::ThreadTime;
use isorun::inspect::InspectError;
use isorun::limits::{AppLimit, AppLimits, Exceeded};
use isorun::{AppError, Runtime, inspect};
use isorun_tests::compiles;
use isorun_tests::guests::leb;
use isorun_tests::{apps, runtime};

/// What a runtime says of a component that it refuses for what it means, without having compiled anything.
async fn refused(name: &str, wat: &str) -> Vec<Exceeded> {
    refused_bytes(name, &wat::parse_str(wat).unwrap()).await
}

async fn refused_bytes(name: &str, bytes: &[u8]) -> Vec<Exceeded> {
    compiles::watch();
    let error = runtime().add_app(name, bytes).await.unwrap_err();
    assert_eq!(compiles::of(name), []);
    let AppError::TooMuch { exceeded, .. } = error else { panic!("{name}: {error}") };
    assert!(matches!(inspect(bytes), Err(InspectError::TooMuch { exceeded: same }) if same == exceeded), "{name}");
    exceeded
}

fn found(exceeded: &[Exceeded], what: AppLimit) -> u64 {
    let one = exceeded.iter().find(|exceeded| exceeded.what == what);
    one.unwrap_or_else(|| panic!("{what:?} is not among {exceeded:?}")).found
}

fn module(parts: &str) -> String {
    format!("(component (core module $m {parts}) (core instance (instantiate $m)))")
}

/// A component that instantiates the one before twice, so many levels deep.
fn doubling(levels: u32) -> String {
    let mut wat = "(component $root (component $c0 (core module $m) (core instance (instantiate $m)))".to_string();
    for level in 1..levels {
        let below = level - 1;
        let _ = write!(
            wat,
            "(component $c{level} (alias outer $root $c{below} (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))"
        );
    }
    wat + &format!("(instance (instantiate $c{})))", levels - 1)
}

#[tokio::test]
async fn instances_are_counted_and_not_unfolded() {
    let exceeded = refused("doubling", &doubling(30)).await;
    assert_eq!(found(&exceeded, AppLimit::CoreInstances), 1 << 29);
    assert!(found(&exceeded, AppLimit::Items) > 1 << 30);
    // Numbers that nobody can count to stay numbers.
    let mut deep = "(component $root (component $c0 (core module $m) (core instance (instantiate $m)))".to_string();
    for level in 1..30 {
        let eight = "(instance (instantiate $c))".repeat(8);
        let _ = write!(deep, "(component $c{level} (alias outer $root $c{} (component $c)) {eight})", level - 1);
    }
    let exceeded = refused("eightfold", &(deep + "(instance (instantiate $c29)))")).await;
    assert_eq!(found(&exceeded, AppLimit::CoreInstances), u64::MAX);
}

#[tokio::test]
async fn components_that_are_passed_as_arguments_are_counted_where_they_are_instantiated() {
    // Each level passes what it was given to the next, twice, so that the innermost is instantiated by whoever gets it.
    let mut wat = "(component $root (component $leaf (core module $m) (core instance (instantiate $m)))
        (component $c0 (import \"c\" (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))"
        .to_string();
    for level in 1..25 {
        let below = level - 1;
        let _ = write!(
            wat,
            "(component $c{level} (import \"c\" (component $c)) (alias outer $root $c{below} (component $b))
                (instance (instantiate $b (with \"c\" (component $c)))) (instance (instantiate $b (with \"c\" (component $c)))))"
        );
    }
    let exceeded = refused("passed", &(wat + "(instance (instantiate $c24 (with \"c\" (component $leaf)))))")).await;
    assert_eq!(found(&exceeded, AppLimit::CoreInstances), 1 << 25);
}

#[tokio::test]
async fn what_components_take_from_around_them_is_counted_where_they_are_made() {
    let mut wat = "(component $root (component $c0)".to_string();
    for level in 1..60 {
        let take = format!("(alias outer $root $c{} (component))", level - 1);
        let _ = write!(wat, "(component $c{level} {take} {take})");
    }
    let exceeded = refused("taken", &(wat + ")")).await;
    assert!(found(&exceeded, AppLimit::Items) > 1 << 58);
}

#[tokio::test]
async fn instances_in_instances_are_counted_as_often_as_they_are_copied() {
    let mut wat = "(component (instance $i0)".to_string();
    for level in 1..60 {
        let below = level - 1;
        let _ =
            write!(wat, "(instance $i{level} (export \"a\" (instance $i{below})) (export \"b\" (instance $i{below})))");
    }
    let exceeded = refused("copied", &(wat + ")")).await;
    assert!(found(&exceeded, AppLimit::Items) > 1 << 58);
}

#[tokio::test]
async fn types_are_counted_as_they_are_written_out() {
    let mut wat = "(component (type $t0 (tuple u8 u8))".to_string();
    for level in 1..50 {
        let below = level - 1;
        let _ = write!(wat, "(type $t{level} (tuple $t{below} $t{below}))");
    }
    let exceeded = refused("types", &(wat + "(import \"f\" (func (param \"p\" $t49))))")).await;
    assert!(found(&exceeded, AppLimit::Types) > 1 << 50);
    // A type that is not large by itself, and that very many functions have.
    let fields: String = (0..1000).map(|field| format!("(field \"f{field}\" string)")).collect();
    let functions: String = (0..1000).map(|number| format!("(export \"f{number}\" (func (param \"p\" $t)))")).collect();
    let wat = format!(
        "(component (import \"a:b/c\" (instance (type $r (record {fields})) (export \"r\" (type $t (eq $r))) {functions})))"
    );
    assert!(found(&refused("many", &wat).await, AppLimit::Types) > 1_000_000);
}

/// The parser reads a type in a type by recursion: three bytes a level would end the process.
#[tokio::test]
async fn nesting_is_counted_without_recursion() {
    let levels = 500_000;
    let mut types = vec![1];
    for _ in 0..levels {
        types.extend([0x42, 1, 1]);
    }
    types.push(0x7f);
    let mut bytes = b"\0asm\x0d\0\x01\0\x07".to_vec();
    let mut length = types.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(types);
    assert_eq!(found(&refused_bytes("nested-types", &bytes).await, AppLimit::Nesting), levels + 1);
    let components = format!("{}{}", "(component ".repeat(60), ")".repeat(60));
    assert_eq!(found(&refused("nested-components", &components).await, AppLimit::Nesting), 60);
    let mut chain = "(component $root (component $c0)".to_string();
    for level in 1..60 {
        let _ = write!(
            chain,
            "(component $c{level} (alias outer $root $c{} (component $c)) (instance (instantiate $c)))",
            level - 1
        );
    }
    let exceeded = refused("chained", &(chain + "(instance (instantiate $c59)))")).await;
    assert!(found(&exceeded, AppLimit::Nesting) > 32);
}

#[tokio::test]
async fn bodies_that_mean_more_than_their_bytes_are_refused() {
    let changes = |locals: u32| {
        (1..=locals).fold(String::new(), |text, local| {
            text + &format!("local.get {local} i32.const 1 i32.add local.set {local} ")
        })
    };
    let in_loops = |locals: u32, loops: usize| {
        module(&format!(
            "(func (param i32) (local {}) {} {} {})",
            "i32 ".repeat(locals as usize),
            "loop ".repeat(loops),
            changes(locals),
            "local.get 0 br_if 0 end ".repeat(loops)
        ))
    };
    let exceeded = refused("loops", &in_loops(500, 500)).await;
    assert_eq!(found(&exceeded, AppLimit::LoopDepth), 500);
    // Of 500 loops, each touches 501 locals, and has one branch to it besides its beginning.
    assert!((500_000..505_000).contains(&found(&exceeded, AppLimit::FunctionValues)), "{exceeded:?}");
    let blocks = module(&format!(
        "(func (param i32) (local {}) {} {} {} {})",
        "i32 ".repeat(500),
        "block ".repeat(500),
        (0..500).fold(String::new(), |text, depth| text + &format!("local.get 0 br_if {depth} ")),
        changes(500),
        "end ".repeat(500)
    ));
    assert!(found(&refused("blocks", &blocks).await, AppLimit::FunctionValues) > 500_000);
    let branches = module(&format!(
        "(func (param i32) (local {}) loop {} {} end)",
        "i32 ".repeat(1000),
        changes(1000),
        "local.get 0 br_if 0 ".repeat(1000)
    ));
    assert!(found(&refused("branches", &branches).await, AppLimit::FunctionValues) > 1_000_000);
    let carried = module(&format!(
        "(type $t (func (result {0}))) (func (param i32) (result {0}) block (type $t) {1} {2} end)",
        "i32 ".repeat(900),
        "local.get 0 ".repeat(900),
        "local.get 0 br_if 0 ".repeat(900)
    ));
    assert!(found(&refused("carried", &carried).await, AppLimit::FunctionValues) > 810_000);
    let called = module(&format!(
        "(type $t (func (param {0}) (result {0}))) (func $f (type $t) unreachable) (func (param i32) (result {0}) {1} {2})",
        "i32 ".repeat(900),
        "local.get 0 ".repeat(900),
        "call $f ".repeat(900)
    ));
    assert!(found(&refused("called", &called).await, AppLimit::FunctionValues) > 1_600_000);
    // Functions each of which may be as it is, and which are too many of the kind.
    let one = in_loops(800, 60);
    let one = one.split_once("$m ").unwrap().1.split_once(") (core instance").unwrap().0;
    assert!(found(&refused("crowd", &module(&one.repeat(60))).await, AppLimit::ControlFlow) > 100_000);
}

#[tokio::test]
async fn what_there_is_very_much_of_is_refused() {
    for (name, wat, what, number) in [
        (
            "locals",
            module(&format!("(func (local {}))", "i64 ".repeat(50_000)).repeat(1000)),
            AppLimit::Locals,
            50_000_000,
        ),
        (
            "data",
            module(&format!("(memory 1) {}", "(data (i32.const 1) \"a\")".repeat(90_000))),
            AppLimit::Segments,
            90_000,
        ),
        (
            "elements",
            module(&format!("(table 1 funcref) {}", "(elem (i32.const 0))".repeat(40_000))),
            AppLimit::Segments,
            40_000,
        ),
        ("functions", module(&"(func)".repeat(300_000)), AppLimit::Functions, 300_000),
        ("globals", module(&"(global i32 (i32.const 1))".repeat(400_000)), AppLimit::Globals, 400_000),
        ("table", module("(table 5000000 funcref)"), AppLimit::Elements, 5_000_000),
        ("tables", module(&"(table 1 funcref)".repeat(90)), AppLimit::Tables, 90),
        ("memories", module(&"(memory 0)".repeat(9)), AppLimit::Memories, 9),
        ("body", module(&format!("(func {})", "nop ".repeat(2_000_000))), AppLimit::FunctionBytes, 2_000_002),
        (
            "imports",
            format!(
                "(component (core module {}))",
                (0..200_000).fold(String::new(), |text, number| text + &format!("(import \"a\" \"{number}\" (func))"))
            ),
            AppLimit::Links,
            200_000,
        ),
        (
            "instances",
            format!("(component (core module $m (memory 0)) {})", "(core instance (instantiate $m))".repeat(250)),
            AppLimit::CoreInstances,
            250,
        ),
        (
            "names",
            format!(
                "(component {})",
                (0..100).fold(String::new(), |text, number| text
                    + &format!("(import \"a{number}{}\" (func))", "a".repeat(99_000)))
            ),
            AppLimit::NameBytes,
            9_900_290,
        ),
    ] {
        assert_eq!(found(&refused(name, &wat).await, what), number, "{name}");
    }
}

#[tokio::test]
async fn every_limit_that_is_exceeded_is_told_at_once() {
    let wat = module(&format!("{} {}", "(memory 0)".repeat(9), "(table 1 funcref)".repeat(90)));
    let error = runtime().add_app("app", &wat::parse_str(wat).unwrap()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`app` means more than an app may:
  memories: 9, more than the 8 of `memories`
    help: let its modules share memories; or raise `memories` in the runtime's `app_limits`
  tables: 90, more than the 64 of `tables`
    help: let its modules share tables; or raise `tables` in the runtime's `app_limits`"
    );
}

#[tokio::test]
async fn what_components_unfold_to_is_told_though_other_limits_are_exceeded() {
    let wat = module(&format!("{} {}", "(memory 0)".repeat(9), "(table 1 funcref)".repeat(90)));
    let small = Runtime::builder().app_limits(|limits| {
        limits.items = 1;
        limits.nesting = 1;
        limits.core_instances = 0;
        limits.engine_bytes = 1;
    });
    let error = small.build().unwrap().check_app("app", &wat::parse_str(wat).unwrap()).unwrap_err();
    let AppError::TooMuch { exceeded, .. } = error else { panic!("{error}") };
    let what: Vec<_> = exceeded.iter().map(|exceeded| exceeded.what).collect();
    use AppLimit as L;
    assert_eq!(what, [L::Nesting, L::Items, L::CoreInstances, L::Memories, L::Tables, L::EngineBytes]);
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], &leb(content.len())[..], content].concat()
}

fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0", &sections.concat()[..]].concat()
}

/// The core type of a module that declares so many types of functions.
fn module_type(declarations: usize) -> Vec<u8> {
    [&[0x50], &leb(declarations)[..], &[0x01, 0x60, 0, 0].repeat(declarations)].concat()
}

/// A component that instantiates the one in it with so many different arguments.
fn instantiated(inner: &[Vec<u8>], instances: usize) -> Vec<u8> {
    let types = section(7, &[leb(instances), vec![0x7d; instances]].concat());
    let each = (0..instances).flat_map(|i| [&[0x00, 0x00, 0x01, 0x01, b'x', 0x03][..], &leb(i)].concat());
    let instances = section(5, &[leb(instances), each.collect()].concat());
    component(&[section(4, &component(inner)), types, instances])
}

/// How long this thread takes to check a component: the best of three.
fn checked(bytes: &[u8]) -> Duration {
    let runtime = runtime();
    let once = || {
        let before = ThreadTime::now();
        let _ = runtime.check_app("app", bytes);
        before.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn types_of_core_modules_are_not_read_again_for_each_instance() {
    let types = [section(3, &[leb(1), module_type(100_000)].concat())];
    let [one, many] = [1, 400].map(|instances| checked(&instantiated(&types, instances)));
    assert!(many < 9 * one, "400 instances took {many:?}, and one {one:?}");
}

#[tokio::test]
async fn types_of_core_modules_in_types_are_counted_each_time_that_they_are_read() {
    let core = [&[0x42, 1, 0][..], &module_type(50_000)].concat();
    let types = [section(7, &[leb(1), core].concat())];
    let exceeded = refused_bytes("core-types", &instantiated(&types, 400)).await;
    assert!(found(&exceeded, AppLimit::Items) > 262_144);
}

#[tokio::test]
async fn what_types_of_core_modules_declare_is_counted() {
    // Each type has exports of one function, each by a name of its own.
    let (types, declarations) = (3, 100_000);
    let mut all = leb(types);
    for number in 0..types * declarations {
        if number % declarations == 0 {
            all.extend([&[0x50][..], &leb(declarations), &[0x01, 0x60, 0, 0]].concat());
            continue;
        }
        all.extend([3, 4]);
        all.extend([0, 6, 12, 18].map(|shift| b'0' + (number >> shift & 63) as u8));
        all.extend([0, 0]);
    }
    let exceeded = refused_bytes("exports", &component(&[section(3, &all)])).await;
    assert!(found(&exceeded, AppLimit::Items) > 300_000);
}

/// Names are read, compared and looked up each time that the component which has them is instantiated with other arguments.
#[tokio::test]
async fn long_names_are_counted_each_time_that_they_are_read() {
    let exports: Vec<u8> = (0..10_u8)
        .flat_map(|i| [&[0][..], &leb(90_001), &[b'a' + i], &vec![b'a'; 90_000], &[3, 0, 0]].concat())
        .collect();
    let inner = [section(7, &[1, 0x7d]), section(11, &[leb(10), exports].concat())];
    let exceeded = refused_bytes("long-names", &instantiated(&inner, 2000)).await;
    assert!(found(&exceeded, AppLimit::Items) > 262_144);
}

/// A number of components further out is any number, however few there are.
#[test]
fn what_is_taken_from_nowhere_is_not_looked_for() {
    let aliases = |count: usize| {
        let one = [&[0x03, 0x02][..], &leb(count), &[0]].concat();
        component(&[section(6, &[leb(100), one.repeat(100)].concat())])
    };
    let [near, far] = [0, 1_000_000].map(|count| checked(&aliases(count)));
    assert!(far < 100 * near, "{far:?} and {near:?}");
}

/// The compiler makes a function that passes them on for each function which may be called by reference.
#[tokio::test]
async fn parameters_and_results_are_counted_for_each_function() {
    let many = "i32 ".repeat(1000);
    let ty = format!("(type $t (func (param {many}) (result {many})))");
    let all: String = (0..1000).map(|number| format!("{number} ")).collect();
    let defined = "(func (type $t) unreachable)".repeat(1000);
    let defined = format!("(component (core module {ty} {defined} (elem declare func {all})))");
    assert_eq!(found(&refused("wide", &defined).await, AppLimit::Types), 2_000_000 + 2001);
    let imported = "(import \"a\" \"f\" (func (type $t)))".repeat(1000);
    let imported = format!("(component (core module {ty} {imported}))");
    assert_eq!(found(&refused("wide-imports", &imported).await, AppLimit::Types), 2_000_000 + 2001);
}

#[tokio::test]
async fn what_initialises_a_module_is_not_called_a_function() {
    let wat = module(&format!("(table 1 funcref) {}", "(elem (i32.const 0))".repeat(400_000)));
    let exceeded = refused("initialised", &wat).await;
    let one = exceeded.iter().find(|exceeded| exceeded.what == AppLimit::FunctionBytes).unwrap();
    assert_eq!(
        one.to_string().lines().next().unwrap().split(':').next().unwrap().trim(),
        "bytes of one function, or of what initialises a module's globals and tables"
    );
}

type Change = fn(&mut AppLimits, u64);

/// Of everything that is counted, an app may have as much as the limit says, and no more.
#[tokio::test]
async fn an_app_at_a_limit_is_added_and_one_above_is_refused() {
    let relay = apps::TYPES_RELAY;
    let nothing = Runtime::builder().app_limits(|limits| {
        *limits = AppLimits::default();
        for change in CHANGES {
            change.1(limits, 0);
        }
    });
    let nothing = nothing.build().unwrap();
    let AppError::TooMuch { exceeded, .. } = nothing.check_app("app", b"\0asm\x0d\0\x01\0").unwrap_err() else {
        panic!()
    };
    assert_eq!(exceeded.len(), 1, "bytes are looked at first: {exceeded:?}");
    for (what, change) in CHANGES {
        // What the app has is what a limit of nothing finds.
        let none = Runtime::builder().app_limits(|limits| change(limits, 0)).build().unwrap();
        let AppError::TooMuch { exceeded, .. } = none.check_app("app", relay).unwrap_err() else { panic!("{what:?}") };
        let mut number = found(&exceeded, *what);
        // Where counting ends past the limit, the number is found by raising the limit.
        loop {
            let raised = Runtime::builder().app_limits(|limits| change(limits, number)).build().unwrap();
            match raised.check_app("app", relay) {
                Err(AppError::TooMuch { exceeded, .. }) if found(&exceeded, *what) > number => {
                    number = found(&exceeded, *what)
                }
                Err(AppError::TooMuch { exceeded, .. }) => panic!("{exceeded:?}"),
                _ => break,
            }
        }
        let less = Runtime::builder().app_limits(|limits| change(limits, number - 1)).build().unwrap();
        let AppError::TooMuch { exceeded, .. } = less.check_app("app", relay).unwrap_err() else { panic!("{what:?}") };
        assert_eq!(exceeded.iter().map(|one| (one.what, one.limit)).collect::<Vec<_>>(), [(*what, number - 1)]);
    }
}

const CHANGES: &[(AppLimit, Change)] = &[
    (AppLimit::Bytes, |limits, number| limits.bytes = number),
    (AppLimit::Code, |limits, number| limits.code = number),
    (AppLimit::Nesting, |limits, number| limits.nesting = number),
    (AppLimit::Items, |limits, number| limits.items = number),
    (AppLimit::Types, |limits, number| limits.types = number),
    (AppLimit::CoreInstances, |limits, number| limits.core_instances = number),
    (AppLimit::Memories, |limits, number| limits.memories = number),
    (AppLimit::Tables, |limits, number| limits.tables = number),
    (AppLimit::Functions, |limits, number| limits.functions = number),
    (AppLimit::FunctionBytes, |limits, number| limits.function_bytes = number),
    (AppLimit::Locals, |limits, number| limits.locals = number),
    (AppLimit::FunctionValues, |limits, number| limits.function_values = number),
    (AppLimit::ControlFlow, |limits, number| limits.control_flow = number),
    (AppLimit::LoopDepth, |limits, number| limits.loop_depth = number),
    (AppLimit::Globals, |limits, number| limits.globals = number),
    (AppLimit::Segments, |limits, number| limits.segments = number),
    (AppLimit::Elements, |limits, number| limits.elements = number),
    (AppLimit::Links, |limits, number| limits.links = number),
    (AppLimit::NameBytes, |limits, number| limits.name_bytes = number),
    (AppLimit::EngineBytes, |limits, number| limits.engine_bytes = number),
];
