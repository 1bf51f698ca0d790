//! What a world can say beside interfaces of packages: interfaces defined in place, functions at its root, and one interface under several
//! names; given by apps, by Rust code, and from behind a remote.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use isorun::error::{AppProblemKind, InstantiateError, WiringProblem};
use isorun::wit::{Function, Import, Source};
use isorun::{App, AppError, ExportError, Instance, Runtime, inspect};
use isorun_tests::{add, apps, guests, link_to, poll_once, runtime};

/// The interfaces that the worlds of `desk` and `shelf` use.
const WIT: &str = include_str!("../../examples/apps/wit/desk/desk.wit");

fn desk_runtime() -> Runtime {
    let runtime = runtime();
    runtime.register_wit(Source::text(WIT).features(["dimmer"])).unwrap();
    runtime
}

#[tokio::test]
async fn an_app_that_imports_what_is_behind_a_feature_is_told_so() {
    let runtime = runtime();
    runtime.register_wit(WIT).unwrap();
    let AppError::Mismatch(report) = runtime.add_app("desk", apps::DESK).await.unwrap_err() else { panic!() };
    let [problem] = report.problems() else { panic!("{report}") };
    assert_eq!(
        (&*problem.item, &problem.kind),
        ("test:desk/lamp@0.1.0, function `dim`", &AppProblemKind::UnknownFunction)
    );
    assert!(
        problem.help.starts_with("it is behind the feature `dimmer`; register the interface with that"),
        "{report}"
    );
}

/// An interface that isorun does not carry keeps no other one from being registered, and who imports it is told why it is not there.
#[tokio::test]
async fn an_app_that_imports_what_was_left_out_is_told_why() {
    let runtime = runtime();
    let wit = "package acme:fs; interface names { exists: func(path: string) -> bool; }
        interface files { resource file; open: func(path: string) -> file; count: func() -> u32; }";
    assert_eq!(runtime.register_wit(wit).unwrap().left_out().len(), 1);
    let component = guests::parse(
        r#"(component (import "acme:fs/names" (instance (export "exists" (func (param "path" string) (result bool)))))
            (import "acme:fs/files" (instance (export "count" (func (result u32))))))"#,
    );
    let error = runtime.add_app("app", &component).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot add app `app`: 1 problem"), "{error}");
    assert!(
        error.ends_with("help: it was left out of the WIT that was registered: `open`: result holds `own<file>`"),
        "{error}"
    );
}

async fn shelf(runtime: &Runtime) -> Instance {
    let app = add(runtime, "shelf", apps::SHELF).await;
    runtime.instantiate(&app).await.unwrap_or_else(|error| panic!("{error}"))
}

/// An instance of `desk` that is given everything from one instance of `shelf`.
async fn desk(runtime: &Runtime, shelf: &Instance) -> Instance {
    let app = add(runtime, "desk", apps::DESK).await;
    let [primary, backup] = ["primary", "backup"].map(|name| shelf.only([name]).unwrap());
    let desk = runtime.instantiate(&app).with(shelf).with_named("primary", &primary).with_named("backup", &backup);
    desk.await.unwrap_or_else(|error| panic!("{error}"))
}

async fn answer(desk: &Instance, function: &str, arguments: &str) -> String {
    desk.call(function, arguments).await.unwrap_or_else(|error| panic!("{function}: {error:#}"))
}

/// Every import of `desk` reaches its provider.
async fn works(desk: &Instance) {
    assert_eq!(answer(desk, "round-trip", r#"("a text")"#).await, r#""a text (2)""#);
    assert_eq!(answer(desk, "file", r#"("a paper")"#).await, "(1, 1001)");
    assert_eq!(answer(desk, "fetch", "(1001)").await, r#"some("a paper")"#);
    assert_eq!(answer(desk, "total", "([1, 2, 39])").await, "42");
    assert_eq!(answer(desk, "dim", "(30)").await, "100");
    assert_eq!(answer(desk, "dim", "(10)").await, "30");
}

#[tokio::test]
async fn an_app_is_given_everything_by_another_app() {
    let runtime = desk_runtime();
    let shelf = shelf(&runtime).await;
    works(&desk(&runtime, &shelf).await).await;
    assert_eq!(answer(&shelf, "lines", "()").await, r#"["copying a text"]"#);
    // Functions of an interface under several names are told apart by those names.
    assert_eq!(answer(&shelf, "primary#get", "(1)").await, r#"some("a paper")"#);
    assert_eq!(answer(&shelf, "backup#get", "(1)").await, "none");
    let ambiguous = shelf.call("cabinet#get", "(1)").await.unwrap_err();
    assert!(ambiguous.to_string().contains("`primary#get`, `backup#get`"), "{ambiguous}");
}

#[tokio::test]
async fn an_app_is_given_everything_from_behind_a_remote() {
    let there = desk_runtime();
    let shelf = shelf(&there).await;
    let here = desk_runtime();
    let app = add(&here, "desk", apps::DESK).await;
    let mut desk = here.instantiate(&app);
    for import in app.imports().iter().filter(|import| import.needs_provider()) {
        let exported = match import.name() {
            name @ ("primary" | "backup") => shelf.only([name]).unwrap(),
            _ => shelf.clone(),
        };
        let token = there.export_interface(&exported, import.interface()).unwrap();
        desk = desk.with_named(import.name(), &here.import_interface(import.interface(), token, link_to(&there)));
    }
    works(&desk.await.unwrap_or_else(|error| panic!("{error}"))).await;
}

#[tokio::test]
async fn functions_at_the_root_are_given_closures_and_functions_of_other_names() {
    let runtime = desk_runtime();
    let shelf = shelf(&runtime).await;
    let app = add(&runtime, "desk", apps::DESK).await;
    let calc = add(&runtime, "calc", apps::CALC).await;
    let calc = runtime.instantiate(&calc).await.unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = {
        let lines = lines.clone();
        let function = Function::from_wit("log: func(line: string)").unwrap();
        runtime.provide_function(&function, move |line: String| lines.lock().unwrap().push(line)).unwrap()
    };
    let [clip, primary, backup, lamp] = ["clip", "primary", "backup", "lamp"].map(|name| shelf.only([name]).unwrap());
    let desk = runtime.instantiate(&app).with(&clip).with(&lamp).with(&log);
    let desk = desk.with_named("primary", &primary).with_named("backup", &backup);
    // Under its own name, the function is called `add` in an interface.
    let desk = desk.with_function("add", &calc, "compute#add").await.unwrap_or_else(|error| panic!("{error}"));
    works(&desk).await;
    assert_eq!(*lines.lock().unwrap(), ["copying a text"]);
    assert_eq!((calc.counters().calls, shelf.counters().calls > 0), (3, true));
}

/// The world's own interface.
#[isorun::system("../examples/apps/wit/desk", world = "desk", interface = "clip")]
impl clip::Clip for Clipboard {
    fn copy(&self, snippet: clip::Snippet) {
        *self.0.lock().unwrap() = Some(snippet);
    }

    fn paste(&self) -> Option<clip::Snippet> {
        let snippet = self.0.lock().unwrap().clone()?;
        Some(clip::Snippet { copies: snippet.copies + 1, ..snippet })
    }
}

#[derive(Default)]
struct Clipboard(Mutex<Option<clip::Snippet>>);

/// The functions that the world imports at its root.
#[isorun::system("../examples/apps/wit/desk", world = "desk", imports)]
impl desk::Desk for Functions {
    fn log(&self, line: &str) {
        self.0.lock().unwrap().push(line.into());
    }

    async fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

#[derive(Clone, Default)]
struct Functions(Arc<Mutex<Vec<String>>>);

/// The functions that it exports there.
#[isorun::interface("../examples/apps/wit/desk", world = "desk", exports)]
mod desk_app {}

#[isorun::system("../examples/apps/wit/desk", interface = "cabinet")]
impl cabinet::Cabinet for Cabinet {
    fn put(&self, paper: &str) -> u32 {
        let mut papers = self.papers.lock().unwrap();
        papers.push(paper.into());
        self.first + papers.len() as u32 - 1
    }

    fn get(&self, number: u32) -> Option<String> {
        self.papers.lock().unwrap().get(number.checked_sub(self.first)? as usize).cloned()
    }
}

struct Cabinet {
    first: u32,
    papers: Mutex<Vec<String>>,
}

impl Cabinet {
    fn from(first: u32) -> Cabinet {
        Cabinet { first, papers: Mutex::default() }
    }
}

#[isorun::system("../examples/apps/wit/desk", interface = "lamp", features("dimmer"))]
impl lamp::Lamp for Lamp {
    fn switch(&self, on: bool) {
        assert!(on);
    }

    fn dim(&self, percent: u8) -> u8 {
        self.0.swap(percent, Ordering::Relaxed)
    }
}

struct Lamp(AtomicU8);

#[tokio::test]
async fn an_app_is_given_everything_by_systems() {
    let runtime = isorun_tests::runtime();
    runtime.register::<lamp::Interface>().unwrap();
    runtime.register::<cabinet::Interface>().unwrap();
    // These need not be registered, and are compared here all the same.
    runtime.register::<clip::Interface>().unwrap();
    runtime.register::<desk::Interface>().unwrap();
    let functions = Functions::default();
    let [clipboard, root, lamp, primary, backup] = [
        runtime.provide(Clipboard::default()),
        runtime.provide(functions.clone()),
        runtime.provide(Lamp(AtomicU8::new(100))),
        runtime.provide(Cabinet::from(1)),
        runtime.provide(Cabinet::from(1001)),
    ];
    let app = add(&runtime, "desk", apps::DESK).await;
    let desk = runtime.instantiate(&app).with(&clipboard).with(&root).with(&lamp);
    let desk = desk.with_named("primary", &primary).with_named("backup", &backup).await;
    let desk = desk.unwrap_or_else(|error| panic!("{error}"));
    works(&desk).await;
    assert_eq!(*functions.0.lock().unwrap(), ["copying a text"]);

    // Its own functions are called as those of any interface, here and from elsewhere.
    let caller = desk.caller::<desk_app::Interface>().unwrap();
    assert_eq!(caller.total(&[1, 2]).await.unwrap(), 3);
    let token = runtime.export::<desk_app::Interface>(&desk).unwrap();
    let remote = isorun::Remote::<desk_app::Interface>::new(token, link_to(&runtime));
    assert_eq!(remote.caller().file("another").await.unwrap(), (2, 1002));
}

/// A function of a system per consumer is that of the consumer's own value, also under another name.
#[tokio::test]
async fn a_function_of_a_system_is_called_on_the_value_of_its_consumer() {
    let runtime = Runtime::new().unwrap();
    let greeter = runtime.provide_per_consumer(|consumer| Named(consumer.instance().unwrap_or("the host").into()));
    let component = guests::parse(
        r#"(component (import "hello" (func $hello (param "to" string) (result string)))
            (core module $libc (memory (export "memory") 1) (global $next (mut i32) (i32.const 1024))
                (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                    (global.get $next) (global.set $next (i32.add (global.get $next) (i32.const 1024)))))
            (core instance $libc (instantiate $libc))
            (alias core export $libc "memory" (core memory $memory))
            (alias core export $libc "realloc" (core func $realloc))
            (core func $lowered (canon lower (func $hello) (memory $memory) (realloc $realloc)))
            (core module $code (import "" "hello" (func $hello (param i32 i32 i32)))
                (func (export "f") (param i32 i32) (result i32)
                    (call $hello (local.get 0) (local.get 1) (i32.const 8)) (i32.const 8)))
            (core instance $code (instantiate $code (with "" (instance (export "hello" (func $lowered))))))
            (func (export "f") (param "to" string) (result string)
                (canon lift (core func $code "f") (memory $memory) (realloc $realloc))))"#,
    );
    let app = add(&runtime, "app", &component).await;
    for name in ["first", "second"] {
        let instance = runtime.instantiate(&app).name(name).with_function("hello", &greeter, "greet").await;
        let instance = instance.unwrap_or_else(|error| panic!("{error}"));
        for _ in 0..2 {
            assert_eq!(answer(&instance, "f", r#"("Ada")"#).await, format!(r#""{name} greets Ada""#));
        }
    }
    assert_eq!(answer(&greeter, "greet", r#"("Ada")"#).await, r#""the host greets Ada""#);
}

#[isorun::system("../isorun/tests/wit/greeter.wit")]
impl greeter::Greeter for Named {
    fn greet(&self, name: &str) -> String {
        format!("{} greets {name}", self.0)
    }
}

struct Named(String);

#[tokio::test]
async fn a_closure_of_other_types_is_refused_with_both_signatures() {
    let runtime = Runtime::new().unwrap();
    let function = Function::from_wit("log: func(line: string, level: u8) -> bool").unwrap();
    let error = runtime.provide_function(&function, |_: String, _: u32| 1_u8).unwrap_err();
    assert_eq!(
        error.to_string().lines().take(3).collect::<Vec<_>>(),
        [
            "the closure does not fit the function `log`",
            "    the function is  func(line: string, level: u8) -> bool",
            "    the closure is   func(line: string, level: u32) -> u8",
        ]
    );
    assert!(runtime.provide_function(&function, |_: String| true).is_err());
    assert!(runtime.provide_function(&function, |_: String, _: u8| ()).is_err());
    let log = runtime.provide_function(&function, |line: String, level: u8| line.len() > level.into()).unwrap();
    assert_eq!(log.call("log", r#"("text", 3)"#).await.unwrap(), "true");
    assert!(Function::from_wit("a: func(); b: func()").is_err());
    assert!(Function::from_wit("}").is_err());
}

#[tokio::test]
async fn what_does_not_fit_a_world_is_reported_at_once() {
    let runtime = desk_runtime();
    let shelf = shelf(&runtime).await;
    let app = add(&runtime, "desk", apps::DESK).await;
    let wrong = runtime
        .instantiate(&app)
        .with_named("clip", &shelf.only(["lamp"]).unwrap())
        .with_function("log", &shelf, "add")
        .with_function("add", &shelf, "sub")
        .with_function("primary", &shelf, "log")
        .with_named("backup", &shelf)
        .with_function("logs", &shelf, "log");
    let Err(InstantiateError::Wiring(report)) = wrong.await else { panic!("it was wired") };
    let problem = |name: &str| {
        let start = format!("  {name}\n");
        let found = report.problems().iter().find(|problem| problem.to_string().starts_with(&start));
        found.unwrap_or_else(|| panic!("{name}: {report}"))
    };
    assert!(matches!(problem("clip"), WiringProblem::NotExported { .. }), "{report}");
    assert!(matches!(problem("log"), WiringProblem::FunctionDiffers { .. }), "{report}");
    assert!(matches!(problem("add"), WiringProblem::NotOneFunction { candidates, .. } if candidates.is_empty()));
    assert!(matches!(problem("primary"), WiringProblem::NotAFunction { .. }), "{report}");
    assert!(
        matches!(problem("backup"), WiringProblem::SeveralExports { exports, .. } if *exports == ["primary", "backup"])
    );
    assert!(matches!(problem("test:desk/lamp@0.1.0"), WiringProblem::Missing { .. }), "{report}");
    assert!(report.to_string().contains("logs (did you mean `log`?)"), "{report}");
    assert_eq!(report.problems().len(), 7, "{report}");

    let Err(InstantiateError::Wiring(report)) = runtime.instantiate(&app).await else { panic!("it was wired") };
    let missing = |problem: &&WiringProblem| matches!(problem, WiringProblem::MissingFunction { .. });
    assert_eq!(report.problems().iter().filter(missing).count(), 2, "{report}");
}

#[tokio::test]
async fn a_caller_asks_which_of_several_exports_is_meant() {
    let runtime = desk_runtime();
    let shelf = shelf(&runtime).await;
    let app = add(&runtime, "desk", apps::DESK).await;
    let imports = app.imports();
    let cabinet = imports.iter().find(|import| import.name() == "primary").map(Import::interface).unwrap();
    let error = runtime.export_interface(&shelf, cabinet).unwrap_err();
    assert!(matches!(&error, ExportError::Ambiguous { exports, .. } if *exports == ["primary", "backup"]), "{error}");
    assert!(error.to_string().contains("instance.only([\"primary\"])"), "{error}");
    runtime.export_interface(&shelf.only(["backup"]).unwrap(), cabinet).unwrap();
}

#[tokio::test]
async fn a_replaced_app_keeps_what_its_world_was_given() {
    let runtime = desk_runtime();
    let shelf = shelf(&runtime).await;
    let desk = desk(&runtime, &shelf).await;
    let newer = add(&runtime, "newer", apps::DESK).await;
    runtime.replace(&desk, &newer).await.unwrap_or_else(|error| panic!("{error}"));
    works(&desk).await;
    let graph = runtime.graph();
    let edges: Vec<&str> = graph.edges.iter().map(|edge| edge.import.as_str()).collect();
    let mut names = ["clip", "log", "add", "primary", "backup", "test:desk/lamp@0.1.0"];
    names.sort_unstable();
    let mut sorted = edges.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, names, "{graph}");
}

/// Who is wired to one of several exports stays wired to that one, and a function of it can be given by itself.
#[tokio::test]
async fn a_provider_of_one_interface_under_two_names_is_replaced() {
    let runtime = desk_runtime();
    let shelf = shelf(&runtime).await;
    let desk = desk(&runtime, &shelf).await;
    let imports = runtime.app("desk").unwrap().imports();
    let cabinet = imports.iter().find(|import| import.name() == "backup").unwrap().interface();
    let token = runtime.export_interface(&shelf.only(["backup"]).unwrap(), cabinet).unwrap();
    let component = guests::parse(
        r#"(component (import "one" (func $one (param "number" u32))) (core func $one (canon lower (func $one)))
            (func (export "f") (param "number" u32) (canon lift (core func $one))))"#,
    );
    let user = add(&runtime, "user", &component).await;
    let error = runtime.instantiate(&user).with_function("one", &shelf, "primary#get").await.unwrap_err().to_string();
    assert!(
        error.contains("`primary#get` of `shelf` has other types\n      wanted    func(number: u32)\n      provided  func(number: u32) -> option<string>"),
        "{error}"
    );
    let newer = add(&runtime, "newer shelf", apps::SHELF).await;
    runtime.replace(&shelf, &newer).await.unwrap_or_else(|error| panic!("{error}"));
    works(&desk).await;
    let backup = runtime.import_interface(cabinet, token, link_to(&runtime));
    assert_eq!(answer(&backup, "get", "(1001)").await, r#"some("a paper")"#);
    // An app that exports nothing of this is no replacement.
    let provider = guests::provider("acme:other/other", &[("f", "(result u32)", "(i32.const 1)")]);
    let less = add(&runtime, "less", &provider).await;
    let error = runtime.replace(&shelf, &less).await.unwrap_err().to_string();
    assert!(error.contains("used by `desk`"), "{error}");
}

/// The whole name of an import is meant for it alone; the name without a version for those that are given nothing by their whole names.
#[tokio::test]
async fn a_whole_name_comes_before_one_without_a_version() {
    let runtime = Runtime::new().unwrap();
    for version in ["1.0.0", "2.0.0"] {
        runtime.register_wit(format!("package a:b@{version}; interface c {{ f: func() -> u32; }}")).unwrap();
    }
    let component = guests::parse(
        r#"(component
            (import "a:b/c@1.0.0" (instance $one (export "f" (func (result u32)))))
            (import "a:b/c@2.0.0" (instance $two (export "f" (func (result u32)))))
            (core func $one (canon lower (func $one "f"))) (core func $two (canon lower (func $two "f")))
            (func (export "one") (result u32) (canon lift (core func $one)))
            (func (export "two") (result u32) (canon lift (core func $two))))"#,
    );
    let app = add(&runtime, "app", &component).await;
    let mut providers = Vec::new();
    for (version, number) in [("1.0.0", 1), ("2.0.0", 2)] {
        let body = format!("(i32.const {number})");
        let provider = guests::provider(&format!("a:b/c@{version}"), &[("f", "(result u32)", &body)]);
        let provider = add(&runtime, &format!("provider {number}"), &provider).await;
        providers.push(runtime.instantiate(&provider).await.unwrap());
    }
    let both = runtime.instantiate(&app).with_named("a:b/c", &providers[0]).with_named("a:b/c@2.0.0", &providers[1]);
    let both = both.await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((answer(&both, "one", "()").await, answer(&both, "two", "()").await), ("1".into(), "2".into()));
}

/// An import under another name is told with the interface that it is.
#[tokio::test]
async fn an_import_under_another_name_is_told_with_its_interface() {
    let component = guests::parse(
        r#"(component (import "primary" (implements "test:desk/cabinet@0.1.0")
            (instance (export "get" (func (param "number" u32) (result (option string)))))))"#,
    );
    let error = runtime().add_app("app", &component).allow(["primary"]).await.unwrap_err().to_string();
    assert!(error.contains("\n  primary: test:desk/cabinet@0.1.0\n    not allowed"), "{error}");
    assert!(error.contains("\n  primary: test:desk/cabinet@0.1.0\n    missing: no interface"), "{error}");
    let runtime = desk_runtime();
    let app = add(&runtime, "app", &component).await;
    let error = runtime.instantiate(&app).await.unwrap_err().to_string();
    assert!(error.contains("with an instance that exports `test:desk/cabinet@0.1.0`"), "{error}");
}

/// Who learns that a feature is missing can register the interface with it, whoever did before, and it stays.
#[tokio::test]
async fn an_interface_is_registered_again_with_more_features() {
    let runtime = runtime();
    runtime.register_wit(WIT).unwrap();
    runtime.add_app("desk", apps::DESK).await.unwrap_err();
    runtime.register_wit(Source::text(WIT).features(["dimmer"])).unwrap();
    runtime.register_wit(WIT).unwrap();
    add(&runtime, "desk", apps::DESK).await;
    let other = "package test:desk@0.1.0; interface lamp { switch: func(on: bool); blink: func(); }";
    runtime.register_wit(other).unwrap_err();
}

#[tokio::test]
async fn an_app_tells_which_imports_need_a_provider_and_what_they_are() {
    let runtime = desk_runtime();
    let app: App = add(&runtime, "desk", apps::DESK).await;
    let imports = app.imports();
    let told: Vec<_> = imports
        .iter()
        .map(|import| (import.name(), import.interface().name().to_string(), import.is_function()))
        .collect();
    for expected in [
        ("clip", "clip".to_string(), false),
        ("log", "$root".to_string(), true),
        ("add", "$root".to_string(), true),
        ("primary", "test:desk/cabinet@0.1.0".to_string(), false),
        ("backup", "test:desk/cabinet@0.1.0".to_string(), false),
        ("test:desk/lamp@0.1.0", "test:desk/lamp@0.1.0".to_string(), false),
    ] {
        assert!(told.contains(&expected), "{expected:?} {told:?}");
    }
    assert!(imports.iter().all(Import::needs_provider));
    let inspection = inspect(apps::DESK).unwrap();
    let primary = inspection.imports().iter().find(|import| import.name() == "primary").unwrap();
    assert_eq!(primary.implements(), Some("test:desk/cabinet@0.1.0"));
    assert!(inspection.to_string().contains("\n  primary: test:desk/cabinet@0.1.0\n"), "{inspection}");
    // An interface of types alone is linked by itself.
    let types = add(&runtime, "types", apps::TYPES).await;
    assert!(types.imports().iter().all(|import| !import.needs_provider()), "{:?}", types.imports());
}

#[tokio::test]
async fn plain_names_are_allowed_by_themselves() {
    let runtime = desk_runtime();
    let error = runtime.add_app("desk", apps::DESK).allow(["test:*", "log"]).await.unwrap_err();
    let AppError::Mismatch(report) = error else { panic!("{error}") };
    let refused: Vec<_> = report.problems().iter().map(|problem| (&*problem.item, &problem.kind)).collect();
    assert_eq!(refused, [("add", &AppProblemKind::NotAllowed), ("clip", &AppProblemKind::NotAllowed)]);
    runtime.add_app("desk", apps::DESK).allow(["test:desk", "log", "add", "clip"]).await.unwrap();
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_no_function_wired() {
    let runtime = desk_runtime();
    let shelf = shelf(&runtime).await;
    let app = add(&runtime, "desk", apps::DESK).await;
    let mut making = runtime.instantiate(&app).with(&shelf).into_future();
    assert!(poll_once(&mut making).is_ready(), "the wiring is ambiguous");
    drop(making);
    runtime.remove(&shelf).unwrap();
}
