//! WIT that is made to cost more than it is long: it is read or refused on a small stack, and in a time that grows with its length.
//!
//! `tokio` gives its threads 2 MiB; half of that must do, so that a caller has the other half.

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use isorun_wit::{Mistake, Read, Reading, WitFile, Worlds, read};

/// The longest text that is read.
const LONGEST: usize = 4 << 20;

/// Far more than any of these takes, on a slow machine that does other things too.
const LONG: Duration = Duration::from_secs(60);

/// Reads a text on a small stack, as the runtime does and as the attributes do.
fn both(text: &str) -> [Result<Read, Vec<Mistake>>; 2] {
    [Worlds::LeftOut, Worlds::Kept].map(|worlds| {
        let text = text.to_owned();
        let started = Instant::now();
        let reading = move || {
            let features = ["x".to_owned()];
            read(vec![WitFile::of_text(text)], &Reading { features: &features, worlds, wanted: None })
        };
        let thread = thread::Builder::new().stack_size(1 << 20).spawn(reading).unwrap();
        let found = thread.join().expect("no panic");
        assert!(started.elapsed() < LONG, "{:?} with worlds {worlds:?}", started.elapsed());
        found
    })
}

/// The one message that both give.
fn refused(text: &str) -> String {
    let [left_out, kept] = both(text).map(|found| found.expect_err("it is refused"));
    assert_eq!(left_out, kept);
    assert!(left_out.iter().all(|mistake| !mistake.places.is_empty() || text.len() > LONGEST), "{left_out:?}");
    left_out[0].to_string()
}

fn assert_read(text: &str) {
    assert!(text.len() <= LONGEST, "{}", text.len());
    for found in both(text) {
        found.unwrap_or_else(|mistakes| panic!("{}", mistakes[0]));
    }
}

/// `count` pieces, each made of its number.
fn pieces(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = write!(text, "{}", piece(number));
        text
    })
}

fn interface(body: &str) -> String {
    format!("package a:b; interface i {{ {body} f: func(); }}")
}

#[test]
fn chains_of_uses_end_at_a_limit() {
    let chain = |count: usize| {
        let first = "package a:b; interface i0 { type t0 = u8; g: func(x: t0) -> t0; }".to_owned();
        let others = pieces(count - 1, |i| {
            let next = i + 1;
            format!("interface i{next} {{ use i{i}.{{t{i} as t{next}}}; g: func(x: t{next}) -> t{next}; }}\n")
        });
        format!("{first}{others} world w {{ export i{}; }}", count - 1)
    };
    assert_read(&chain(199));
    assert!(refused(&chain(201)).contains("more than 200 levels deep"), "{}", refused(&chain(201)));
    refused(&chain(20_000));
}

#[test]
fn chains_of_interfaces_end_at_a_limit_even_where_no_type_goes_through() {
    let chain = |count: usize| {
        let others =
            pieces(count - 1, |i| format!("interface i{} {{ use i{i}.{{t{i}}}; type t{} = u8; }}\n", i + 1, i + 1));
        format!("package a:b; interface i0 {{ type t0 = u8; }} {others} world w {{ import i{}; }}", count - 1)
    };
    assert_read(&chain(199));
    assert!(refused(&chain(5000)).contains("200 interfaces deep"));
}

#[test]
fn chains_of_types_end_at_a_limit() {
    let chain = |count: usize, one: &dyn Fn(usize) -> String| {
        interface(&format!("type t0 = u8; {} g: func(x: t{}) -> t{};", pieces(count - 1, one), count - 1, count - 1))
    };
    let alias = |i| format!("type t{} = t{i};", i + 1);
    let list = |i| format!("type t{} = list<t{i}>;", i + 1);
    let record = |i| format!("record t{} {{ a: t{i}, b: t{i} }}", i + 1);
    let variant = |i| format!("variant t{} {{ a(t{i}), b }}", i + 1);
    let explicit = |i| format!("type t{} = %t{i};", i + 1);
    let definitions: [(&dyn Fn(usize) -> String, usize); 5] =
        [(&alias, 200), (&list, 100), (&record, 100), (&variant, 100), (&explicit, 200)];
    for (one, levels) in definitions {
        assert_read(&chain(levels, one));
        for too_many in [levels + 1, 20_000] {
            assert!(refused(&chain(too_many, one)).contains("200 levels deep"));
        }
    }
    // It does not matter in what order they are written.
    let backwards = pieces(20_000, |i| format!("type t{i} = t{};", i + 1));
    assert!(refused(&interface(&format!("{backwards} type t20000 = u8;"))).contains("200 levels deep"));
}

#[test]
fn nested_types_end_at_the_limit_of_the_parser() {
    let nested = |depth: usize| interface(&format!("g: func(x: {}u8{});", "list<".repeat(depth), ">".repeat(depth)));
    assert_read(&nested(99));
    assert!(refused(&nested(100)).contains("type nesting too deep"));
    refused(&nested(200_000));
    refused(&interface(&format!("type t = {}", "list<".repeat(100_000))));
    for open in ["option<", "tuple<", "result<", "result<_,", "map<u8,", "stream<", "future<", "list<list<"] {
        refused(&interface(&format!("type t = {}", open.repeat(50_000))));
    }
}

#[test]
fn chains_of_packages_end_at_a_limit() {
    let chain = |count: usize| {
        let others =
            pieces(count - 1, |i| format!("package a:p{} {{ interface i {{ use a:p{i}/i.{{t}}; }} }}\n", i + 1));
        format!("package a:last; package a:p0 {{ interface i {{ type t = u8; }} }}\n{others}")
    };
    assert_read(&chain(199));
    assert!(refused(&chain(255)).contains("200"), "{}", refused(&chain(255)));
    assert!(refused(&chain(5000)).contains("256 packages"));
    let aliased = pieces(250, |i| format!("package a:p{} {{ use a:p{i}/i as j; interface i {{}} }}\n", i + 1));
    refused(&format!("package a:last; package a:p0 {{ interface i {{}} }} {aliased}"));
    let mentioned = pieces(20_000, |i| format!("use b:p{i}/i;"));
    assert!(refused(&format!("package a:b; {mentioned}")).contains("256 packages"));
}

#[test]
fn circles_are_refused_by_the_parser() {
    let circle = pieces(10_000, |i| format!("type t{i} = t{};", (i + 1) % 10_000));
    assert!(refused(&interface(&circle)).contains("depends on itself"));
    let circle = pieces(10_000, |i| format!("interface i{i} {{ use i{}.{{t}}; }}", (i + 1) % 10_000));
    assert!(refused(&format!("package a:b; {circle}")).contains("depends on itself"));
    let circle = pieces(200, |i| format!("package a:p{i} {{ interface i {{ use a:p{}/i.{{t}}; }} }}", (i + 1) % 200));
    assert!(refused(&format!("package a:b; {circle}")).contains("uses itself"));
}

#[test]
fn worlds_that_include_worlds_end_at_a_limit_where_they_are_read() {
    let chain = |count: usize| {
        let others = pieces(count - 1, |i| format!("world w{} {{ include w{i}; }}\n", i + 1));
        format!("package a:b; interface i {{ f: func(); }} world w0 {{ import i; }} {others}")
    };
    assert_read(&chain(199));
    assert!(refused(&chain(20_000)).contains("200 interfaces deep"));
    let items = pieces(3000, |i| format!("import f{i}-x: func();"));
    let wide = pieces(1000, |i| format!("world w{i} {{ include w; }}"));
    let [.., kept] = both(&format!("package a:b; interface i {{ f: func(); }} world w {{ {items} }} {wide}"));
    assert!(kept.expect_err("it is refused")[0].message.contains("items"));
}

#[test]
fn braces_and_comments_can_be_nested_without_end() {
    for text in [
        "{".repeat(LONGEST),
        "package a:b{".repeat(LONGEST / 12),
        format!("package a:b; interface i {}", "{".repeat(1 << 20)),
        format!("package a:b; interface i {{ f: func{}", "(".repeat(1 << 20)),
        format!("package a:b; interface i {{ record r {}", "{ a: ".repeat(50_000)),
        format!("package a:b; {}", "/*".repeat(LONGEST / 2 - 10)),
        format!("package a:b; {}", "}".repeat(LONGEST - 20)),
        format!("package a:b; {}", "@".repeat(LONGEST - 20)),
        format!("package a:b; {}", "@since(version = 1.0.0) ".repeat(40_000)),
        format!("package a:b; @x(\"{}", "\\".repeat(1 << 20)),
        format!("package a:b; interface i {{ {}", "x.".repeat(100_000)),
        "package a:b; interface i {} world w { interface j {}".to_owned(),
        "package a:b; interface i {} world w { import j: interface {}".to_owned(),
        "package a:b; use a:c/d interface i {}".to_owned(),
        "package a:b; interface i {} @external-id(\"a\" interface j {}".to_owned(),
    ] {
        assert!(both(&text).iter().all(Result::is_err), "{}", &text[..50]);
    }
    let depth = (1 << 20) - 20;
    assert_read(&format!("package a:b; {}{} interface i {{}}", "/*".repeat(depth), "*/".repeat(depth)));
    assert_read(&format!("package a:b; {} interface i {{ f: func(); }}", "/**/".repeat(1 << 19)));
    assert_read(&format!("package a:b; {} interface i {{ f: func(); }}", "/// doc\n".repeat(1 << 18)));
    assert_read(&format!("package a:b; {} interface i {{ f: func(); }}", "//\n".repeat(1 << 20)));
}

#[test]
fn what_is_counted_by_its_square_has_a_limit() {
    let params = |count| pieces(count, |i| format!("p{i}: u8,"));
    assert_read(&interface(&pieces(60, |i| format!("g{i}: func({});", params(1000)))));
    assert!(refused(&interface(&format!("g: func({});", params(1001)))).contains("1000 parameters"));
    refused(&interface(&format!("g: func({});", params(300_000))));
    // A handle is followed along all names of its resource.
    let names = pieces(190, |i| format!("type t{} = t{i};", i + 1));
    let handles = pieces(10_000, |i| format!("g{i}: func(x: borrow<t190>, y: t190);"));
    assert_read(&interface(&format!("resource t0; {names} {handles}")));
}

#[test]
fn names_that_are_copied_to_many_places_are_short() {
    let long = "x".repeat(256);
    assert!(refused(&interface(&format!("{long}: func();"))).contains("256 bytes, 255 is the limit"));
    assert!(refused(&format!("package a:b@1.0.0-{};", "a.".repeat(200) + "a")).contains("a version has"));
    assert!(
        refused(&interface(&format!("@since(version = 1.0.0+{}) g: func();", "a.".repeat(200) + "a")))
            .contains("a version has")
    );
    assert!(
        refused(&interface(&format!("@external-id(\"{}\") g: func();", "a".repeat(10_000)))).contains("text in quotes")
    );
    let types = pieces(15_000, |i| format!("x{i}: tuple<list<u8>, list<s8, {}>>,", i + 1));
    assert_read(&interface(&format!("@unstable(feature = {}) record r {{ {types} }}", "x".repeat(255))));
    let used = pieces(40_000, |i| format!("t as v{i},"));
    let id = "x".repeat(2000);
    assert_read(&format!(
        "package a:b; interface j {{ type t = u8; }} interface i {{ @external-id(\"{id}\") use j.{{ {used} }}; }}"
    ));
}

#[test]
fn as_much_as_is_allowed_is_read_in_time() {
    assert_read(&format!("package a:b; {}", pieces(60_000, |i| format!("interface i{i} {{}}\n"))));
    assert_read(&format!("package a:b; {}", pieces(30_000, |i| format!("interface i{i} {{ f: func(); }}\n"))));
    assert_read(&interface(&pieces(40_000, |i| format!("type t{i} = u8;"))));
    assert_read(&interface(&pieces(20_000, |i| format!("record t{i} {{ a: list<u8, {}> }}", i + 1))));
    assert_read(&interface(&format!("enum e {{ {} }}", pieces(100_000, |i| format!("c{i},")))));
    assert_read(&interface(&pieces(60_000, |i| format!("g{i}: func();"))));
    let uses = pieces(40_000, |i| format!("t as t{i},"));
    assert_read(&format!("package a:b; interface i {{ use j.{{ {uses} }}; }} interface j {{ type t = u8; }}"));
    let uses = pieces(20_000, |i| format!("use j.{{t as t{i}}};"));
    assert_read(&format!("package a:b; interface i {{ {uses} }} interface j {{ type t = u8; }}"));
    let packages = pieces(250, |i| {
        format!("package a:p{i} {{ {} }}", pieces(100, |i| format!("interface i{i} {{ f: func(); }}")))
    });
    assert_read(&format!("package a:b; {packages}"));
    assert!(refused(&format!("package a:b; {}", "x ".repeat(300_000))).contains("words"));
    assert!(refused(&" ".repeat(LONGEST + 1)).contains("is the limit"));
}

#[test]
fn many_mistakes_take_no_longer_than_few() {
    let functions = pieces(30_000, |i| format!("g{i}: func();\nG{i}: func();\n"));
    let [mistakes, _] = both(&interface(&functions)).map(|found| found.expect_err("names are there twice"));
    assert_eq!(mistakes.len(), 1000);
}

/// The parser panics over these where nothing looks at them before.
#[test]
fn what_the_parser_fails_over_does_not_reach_it() {
    assert_read("package a:b; /**/ interface i { /**/ f: func(/**/ a: /**/ u8 /**/); record r { /**/ a: u8 } }");
    for attributes in [
        "@since(version = 1.0.0) @since(version = 1.0.0)",
        "@unstable(feature = a) @unstable(feature = b)",
        "@deprecated(version = 1.0.0)",
        "@since(version = 1.0.0) @unstable(feature = a)",
        "@deprecated(version = 1.0.0) @since(version = 1.0.0) @deprecated(version = 1.0.0)",
    ] {
        for item in [
            "use c:d/e;",
            "interface i { @ use c:d/e.{t}; }",
            "world w { @ import c:d/e; }",
            "world w { @ include c:d/e; }",
        ] {
            let item = if item.contains('@') { item.replace('@', attributes) } else { format!("{attributes} {item}") };
            let text =
                format!("package a:b@1.0.0; {item} package c:d {{ interface e {{ type t = u8; }} world e2 {{}} }}");
            assert!(both(&text).iter().all(Result::is_err), "{text}");
        }
    }
}
