use std::time::{Duration, Instant};

use super::*;
use crate::interface::interface;

fn problems(text: &str) -> Vec<(usize, usize, String)> {
    let error = Interface::from_wit(text).unwrap_err();
    error.problems().iter().map(|problem| (problem.line, problem.column, problem.message.clone())).collect()
}

#[test]
fn every_interface_with_functions_is_read_in_the_order_of_the_text() {
    let text = "package my:main@1.2.0;
        interface types { record point { x: s32, y: s32 } }
        interface shapes { use types.{point as corner}; area: func(corners: list<corner>) -> f64; }
        world app { import shapes; import inline: interface { f: func(); } export run: func(); }
        package my:other { interface inner { g: func(a: tuple<u8>, b: map<string, list<u8, 4>>); } }";
    let found: Vec<_> =
        Interface::from_wit(text).unwrap().iter().map(|i| format!("{} {}", i.name(), i.functions()[0])).collect();
    assert_eq!(
        found,
        [
            "my:main/shapes@1.2.0 func(corners: list<record { x: s32, y: s32 }>) -> f64",
            "my:other/inner func(a: tuple<u8>, b: map<string, list<u8, 4>>)",
        ]
    );
}

#[test]
fn all_that_cannot_be_carried_is_named_at_once_with_its_place() {
    let text = "package my:p;
interface i {
    resource file { read: func() -> u8; }
    record entry { files: list<borrow<file>> }
    open: func(name: string, entry: entry) -> file;
    wait: async func();
    follow: func(lines: stream<string>) -> future<u8>;
    fail: func() -> error-context;
}";
    let expected = [
        (3, 21, "`[method]file.read` belongs to the resource `file`"),
        (5, 5, "`open`: result holds `own<file>`"),
        (5, 30, "`open`: parameter `entry` holds `borrow<file>`"),
        (6, 5, "`wait` is an `async func`"),
        (7, 5, "`follow`: result holds `future`"),
        (7, 18, "`follow`: parameter `lines` holds `stream`"),
        (8, 5, "`fail`: result holds `error-context`"),
    ];
    assert_eq!(problems(text), expected.map(|(line, column, message)| (line, column, message.to_owned())));
}

#[test]
fn a_resource_is_refused_even_if_no_function_uses_it() {
    assert_eq!(problems("package a:b; interface i { resource r; f: func(); }"), [(1, 37, "`r` is a resource".into())]);
}

#[test]
fn mistakes_have_a_place_and_a_way_out() {
    let error = Interface::from_wit("package my:p;\ninterface i {\n    f: func(é: u8) -> ;\n}").unwrap_err();
    assert_eq!((error.problems()[0].line, error.problems()[0].column), (3, 13));
    let error = Interface::from_wit("package my:p; interface i { use other:q/t.{x}; f: func(); }").unwrap_err();
    assert_eq!(
        error.to_string(),
        "package `other:q` is not in the text\n  --> 1:33\n  help: nest it: `package other:q { … }`"
    );
    let error = Interface::from_wit("interface i { f: func(a: t); }").unwrap_err();
    assert!(!error.problems()[0].help.is_empty(), "{error}");
}

#[test]
fn types_that_wit_forbids_are_refused_where_they_are_used() {
    let text = "package a:b; interface i { record r {} f: func(x: option<r>); }";
    assert_eq!(problems(text), [(1, 48, "`f`: parameter `x`: `record` has no members".into())]);
    let labels: Vec<_> = (0..33).map(|i| format!("l{i}")).collect();
    let text = format!("package a:b; interface i {{ flags f {{ {} }} g: func(x: f); }}", labels.join(", "));
    assert!(problems(&text)[0].2.contains("33 labels"));
}

/// A few lines of WIT can mean a type of any size, or of any depth.
#[test]
fn types_that_explode_are_refused_in_no_time() {
    let chain = |count: usize, one: &dyn Fn(usize) -> String| {
        let types: String = (1..count).map(|i| format!("type t{i} = {};", one(i - 1))).collect();
        format!("package a:b; interface i {{ type t0 = u8; {types} f: func(x: t{}); }}", count - 1)
    };
    let broad = chain(60, &|before| format!("tuple<t{before}, t{before}>"));
    assert!(problems(&broad)[0].2.contains("parts"), "{:?}", problems(&broad));
    let deep = chain(1000, &|before| format!("list<t{before}>"));
    assert!(problems(&deep)[0].2.contains("levels deep"), "{:?}", problems(&deep));
    let wide = chain(9, &|before| format!("list<t{before}, 65536>"));
    assert!(problems(&wide)[0].2.contains("bytes"), "{:?}", problems(&wide));

    let large = chain(20, &|before| format!("tuple<t{before}, t{before}>"));
    assert!(Interface::from_wit(&large).is_ok());
    let functions: String = (0..100).map(|i| format!("g{i}: func(x: t19);")).collect();
    let many = large.replace("f: func(x: t19);", &functions);
    assert_eq!(problems(&many).len(), 1);
    assert!(problems(&many)[0].2.contains("up to its parameter `x`"), "{:?}", problems(&many));
}

#[test]
fn an_interface_from_text_equals_one_from_code() {
    let text = "package isorun:kv@0.1.0; interface kv { flush: func(); get: func(key: string) -> u32; }";
    let [read]: [Interface; 1] = Interface::from_wit(text).unwrap().try_into().unwrap();
    let get = function("get", [("key", Type::String)], Some(Type::U32));
    let written = interface("isorun:kv/kv@0.1.0", [get, function("flush", Vec::<(&str, Type)>::new(), None)]);
    assert_eq!(read, written);
    assert_eq!(read.id(), written.id());
}

fn names(read: &Interfaces) -> Vec<String> {
    read.iter().map(|interface| interface.name().to_string()).collect()
}

#[test]
fn plain_interfaces_are_read_beside_those_that_are_not_carried() {
    let text = "package my:fs;
interface names { use files.{kind}; exists: func(path: string) -> option<kind>; }
interface files { enum kind { file, folder } resource file { size: func() -> u64; } open: func(path: string) -> file; }
interface later { wait: async func(); }";
    let read = Interface::from_wit(text).unwrap();
    assert_eq!(names(&read), ["my:fs/names"]);
    assert_eq!(read[0].functions()[0].to_string(), "func(path: string) -> option<enum { file, folder }>");
    let left_out: Vec<_> =
        read.left_out().iter().map(|left_out| (left_out.interface(), left_out.problems()[0].to_string())).collect();
    let help = "help: pass an id, a path or the data itself instead of a resource";
    assert_eq!(
        left_out,
        [
            ("my:fs/files", format!("`[method]file.size` belongs to the resource `file`\n  --> 3:62\n  {help}")),
            (
                "my:fs/later",
                "`wait` is an `async func`\n  --> 4:19\n  help: remove `async`: for a host every call is asynchronous anyway"
                    .to_owned()
            ),
        ]
    );
}

#[test]
fn what_is_behind_a_feature_is_left_out_until_it_is_asked_for() {
    let text = "package my:kv@1.0.0;
interface kv { get: func(); @unstable(feature = expiry) expire: func(); }
@unstable(feature = admin)
interface admin { clear: func(); }";
    let read = Interface::from_wit(text).unwrap();
    assert_eq!(names(&read), ["my:kv/kv@1.0.0"]);
    assert_eq!((read[0].feature_of("expire"), read[0].feature_of("get")), (Some("expiry"), None));
    assert_eq!(
        read.left_out()[0].problems()[0].to_string(),
        "`my:kv/admin@1.0.0` is behind the feature `admin`\n  --> 4:11\n  help: include it with `Source::features([\"admin\"])`"
    );
    let read = Interface::from_wit(Source::text(text).features(["expiry"]).features(["admin", "unknown"])).unwrap();
    assert_eq!(names(&read), ["my:kv/kv@1.0.0", "my:kv/admin@1.0.0"]);
    assert_eq!((read[0].functions().len(), read[0].feature_of("expire"), read.left_out().len()), (2, None, 0));
    let alone = "package a:b; interface i { @unstable(feature = x) f: func(); }";
    assert_eq!(problems(alone), [(1, 24, "all functions of `a:b/i` are behind features, `x` among them".to_owned())]);
}

#[test]
fn a_reference_to_what_is_left_out_is_a_mistake_with_a_way_out() {
    let text = "package a:b; interface i { @unstable(feature = f) type t = u8; g: func(x: t); }";
    let error = Interface::from_wit(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this refers to an item behind a feature that is not enabled
  --> 1:64
  help: enable the feature, or put what refers to it behind the same `@unstable(feature = ..)`"
    );
    assert!(Interface::from_wit(Source::text(text).features(["f"])).is_ok());
}

#[test]
fn worlds_are_passed_over_with_what_only_they_need() {
    let text = "package my:app;
use wasi:cli/imports@0.2.0 as cli;
interface greet { greet: func(); }
@since(version = 1.0.0) @since(version = 1.0.0)
world app { include cli; import wasi:io/streams@0.2.0; import log: func(s: string); export greet; import primary: greet; }";
    // The attributes are still those of no item that could be.
    assert_eq!(problems(text), [(4, 26, "`@since` stands twice before one item".to_owned())]);
    let read = Interface::from_wit(text.replacen("@since(version = 1.0.0)", "", 2)).unwrap();
    assert_eq!(names(&read), ["my:app/greet"]);
}

#[test]
fn a_text_without_an_interface_says_what_it_has() {
    let error = Interface::from_wit("package a:b; world app { import f: func(); }").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no interface, only the world `app`
  --> 1:1
  help: put functions that others may provide into an `interface`; what is written in a world is known from the component that has it, \
and is not registered"
    );
    assert_eq!(problems("package a:b;"), [(1, 1, "there is no interface".to_owned())]);
    assert_eq!(
        problems("package a:b; world a {} world b {}")[0].2,
        "there is no interface, only 2 worlds, `a` among them"
    );
    assert_eq!(names(&Interface::from_wit("package a:b; interface types { type t = u8; }").unwrap()), [""; 0]);
}

#[test]
fn names_that_differ_in_case_only_are_refused_with_both_places() {
    let error = Interface::from_wit("package a:b;\ninterface i {\n  foo: func();\n  FOO: func();\n}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`foo` and `FOO` differ in upper and lower case only, in one interface
  --> 4:3
  the other one is at 3:3
  help: rename one of them: components compare names without regard to case, so none can have both"
    );
    let body = |items: &str| format!("package a:b; interface i {{ {items} f: func(); }}");
    for (text, among) in [
        (body("type foo = u8; FOO: func();"), "interface"),
        (body("type foo = u8; type FOO = u8;"), "interface"),
        (body("use j.{t as FOO}; type foo = u8;") + "interface j { type t = u8; }", "interface"),
        (body("g: func(foo: u8, FOO: u8);"), "parameters"),
        (body("record r { foo: u8, FOO: u8 }"), "record"),
        (body("variant r { foo, FOO(u8) }"), "variant"),
        (body("enum r { foo, x, FOO }"), "enum"),
        (body("flags r { foo, FOO }"), "flags"),
        (body("resource r { foo: func(); FOO: static func(); }"), "resource"),
        ("package a:b; interface foo { f: func(); } interface FOO { f: func(); }".to_owned(), "package"),
        ("package a:b { interface foo { f: func(); } interface FOO { f: func(); } }".to_owned(), "package"),
    ] {
        let found = problems(&text);
        assert!(
            found[0].2.contains("`foo`")
                && found[0].2.contains("`FOO`")
                && found[0].2.contains(among)
                && found.len() == 1,
            "{found:?}"
        );
        let twice = problems(&text.replace("FOO", "foo"));
        assert!(twice[0].2.contains("`foo` is defined twice"), "{twice:?}");
    }
}

#[test]
fn a_keyword_as_a_name_is_told_how_to_be_written() {
    let error = Interface::from_wit("package a:b; interface i { f: func(list: u8); }").unwrap_err();
    assert_eq!(error.problems()[0].help, "a name that is a keyword of WIT is written `%list`");
}

#[test]
fn a_character_that_can_hide_text_is_refused_in_a_comment_too() {
    let found = problems("package a:b; // \u{202e}\ninterface i { f: func(); }");
    assert!(found[0].2.contains("U+202E"), "{found:?}");
}

#[test]
fn a_thousand_problems_are_kept_and_the_others_counted() {
    let functions: String = (0..1200).map(|i| format!("g{i}: async func();\n")).collect();
    let error = Interface::from_wit(format!("package a:b; interface i {{ {functions} }}")).unwrap_err();
    assert_eq!((error.problems().len(), error.omitted()), (1000, 200));
    assert!(error.to_string().ends_with("\nand 200 more"));
}

/// Many problems at the end of a long text take no longer than the text.
#[test]
fn places_are_found_without_walking_through_the_text_again() {
    let functions: String = (0..30_000).map(|i| format!("g{i}: async func();\n")).collect();
    let started = Instant::now();
    assert!(Interface::from_wit(format!("package a:b; interface i {{ {functions} }}")).is_err());
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

/// What reading does with a long chain is tried where the rules are, in `isorun-wit`; here it is that nothing after them needs more stack.
#[test]
fn chains_are_read_or_refused_on_a_small_stack() {
    let uses = |count: usize| {
        let others: String = (1..count)
            .map(|i| format!("interface i{i} {{ use i{}.{{t as u}}; type t = u; g: func(x: t) -> t; }}\n", i - 1))
            .collect();
        format!("package a:b; interface i0 {{ type t = u8; }} {others} world w {{ import i{}; }}", count - 1)
    };
    let lists = |count: usize| {
        let others: String = (1..count).map(|i| format!("type t{i} = list<t{}>;\n", i - 1)).collect();
        format!("package a:b; interface i {{ type t0 = u8; {others} g: func(x: t{}); }}", count - 1)
    };
    let packages = |count: usize| {
        let others: String = (1..count)
            .map(|i| format!("package a:p{i} {{ interface i {{ use a:p{}/i.{{t}}; g: func(x: t); }} }}\n", i - 1))
            .collect();
        format!("package a:last; package a:p0 {{ interface i {{ type t = u8; }} }}\n{others}")
    };
    let cases = [
        (uses(90), true),
        (uses(4000), false),
        (lists(100), true),
        (lists(20_000), false),
        (packages(190), true),
        (packages(5000), false),
    ];
    for (text, is_read) in cases {
        let reading = move || match Interface::from_wit(&text) {
            Ok(read) => assert!(is_read && !read.is_empty()),
            Err(error) => assert!(!is_read, "{error}"),
        };
        std::thread::Builder::new().stack_size(1 << 20).spawn(reading).unwrap().join().unwrap();
    }
}

#[cfg(not(target_family = "wasm"))]
mod files {
    use super::*;

    const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ui/wit/");

    fn from(path: &str) -> Result<Interfaces, WitError> {
        Interface::from_wit(Source::path(format!("{CASES}{path}")))
    }

    #[test]
    fn a_file_is_read_with_its_deps_and_a_folder_as_a_package() {
        for path in ["with-deps", "with-deps/", "with-deps/main.wit"] {
            let read = from(path).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(read.iter().all(|interface| interface.name().package() != "shared"), "{:?}", names(&read));
            assert_eq!(read.len(), 1);
        }
    }

    #[test]
    fn one_file_of_a_package_gives_its_own_interfaces_alone() {
        let folder = from("split").unwrap();
        let file = from("split/list.wit").unwrap();
        assert!(!file.is_empty() && file.iter().all(|interface| folder.contains(interface)));
    }

    #[test]
    fn mistakes_in_files_name_the_file() {
        let error = from("broken.wit").unwrap_err();
        assert!(error.to_string().contains("/broken.wit:4:9\n"), "{error}");
        let error = from("smal.wit").unwrap_err();
        assert!(error.to_string().ends_with("/wit/small.wit`?") && error.problems()[0].line == 0, "{error}");
        let error = from("two-packages").unwrap_err();
        assert!(error.problems()[0].help.contains("move the other package into `deps/`"), "{error}");
        let error = from("deps-missing").unwrap_err();
        assert!(error.to_string().contains("has `test:shared@0.1.0`; did you mean that?"), "{error}");
    }
}

#[test]
fn a_path_that_is_given_as_a_text_is_told_where_to_go() {
    let error = Interface::from_wit("wit/clip.wit").unwrap_err().to_string();
    assert!(error.starts_with("this is the path of a WIT file, and no WIT"), "{error}");
    assert!(error.contains("`register_wit_path`"), "{error}");
}
