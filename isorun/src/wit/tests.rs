use super::*;

fn problems(text: &str) -> Vec<(usize, usize, String)> {
    let error = read(text).unwrap_err();
    error.problems().iter().map(|problem| (problem.line, problem.column, problem.message.clone())).collect()
}

#[test]
fn every_interface_with_functions_is_read_in_the_order_of_the_text() {
    let text = "package my:main@1.2.0;
        interface types { record point { x: s32, y: s32 } }
        interface shapes { use types.{point as corner}; area: func(corners: list<corner>) -> f64; }
        world app { import shapes; import inline: interface { f: func(); } export run: func(); }
        package my:other { interface inner { g: func(a: tuple<u8>, b: map<string, list<u8, 4>>); } }";
    let found: Vec<_> = read(text).unwrap().iter().map(|i| format!("{} {}", i.name(), i.functions()[0])).collect();
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
    let error = read("package my:p;\ninterface i {\n    f: func(é: u8) -> ;\n}").unwrap_err();
    assert_eq!((error.problems()[0].line, error.problems()[0].column), (3, 13));
    let error = read("package my:p; interface i { use other:q/t.{x}; f: func(); }").unwrap_err();
    assert_eq!(
        error.to_string(),
        "package `other:q` is not in the text\n  --> 1:33\n  help: nest it: `package other:q { … }`"
    );
    let error = read("interface i { f: func(a: t); }").unwrap_err();
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
    assert!(read(&large).is_ok());
    let functions: String = (0..100).map(|i| format!("g{i}: func(x: t19);")).collect();
    let many = large.replace("f: func(x: t19);", &functions);
    assert_eq!(problems(&many).len(), 1);
    assert!(problems(&many)[0].2.contains("up to its parameter `x`"), "{:?}", problems(&many));
}

#[test]
fn an_interface_from_text_equals_one_from_code() {
    let text = "package isorun:kv@0.1.0; interface kv { flush: func(); get: func(key: string) -> u32; }";
    let [read] = Interface::from_wit(text).unwrap().try_into().unwrap();
    let get = function("get", [("key", Type::String)], Some(Type::U32));
    let written = interface("isorun:kv/kv@0.1.0", [get, function("flush", Vec::<(&str, Type)>::new(), None)]);
    assert_eq!(read, written);
    assert_eq!(read.id(), written.id());
}
