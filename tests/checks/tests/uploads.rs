//! What strangers upload: the WIT and the components of this repository, whole and damaged in ways that are the same every time.

use std::fs;
use std::path::{Path, PathBuf};

use isorun_checks::choices::{Choices, noise};
use isorun_checks::uploads::upload;

/// All files of a folder and of those in it that end like this.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => files(&path, ending, found),
            false if path.extension().is_some_and(|extension| extension == ending) => found.push(path),
            false => {}
        }
    }
}

fn uploads() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    files(&root.join("wit"), "wit", &mut found);
    files(&root.join("examples/apps/wit"), "wit", &mut found);
    files(&root.join("examples/apps/components"), "wasm", &mut found);
    found.sort();
    assert!(found.len() > 10, "{found:?}");
    found.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn whole_uploads_are_read() {
    uploads().iter().for_each(|bytes| upload(bytes));
}

#[test]
fn damaged_uploads_are_read_or_refused() {
    for (number, bytes) in uploads().into_iter().enumerate() {
        for seed in 0..40 {
            let mut bytes = bytes.clone();
            Choices::new(&noise(1000 * number as u64 + seed, 60)).edit(&mut bytes);
            upload(&bytes);
        }
        for part in 1..20 {
            upload(&bytes[..bytes.len() * part / 20]);
        }
    }
}

/// Few words that mean much, by every way in which WIT refers to WIT.
#[test]
fn texts_that_mean_too_much_are_refused() {
    let chain = |count: usize, head: &str, one: &dyn Fn(usize) -> String| {
        let rest: String = (1..count).map(one).collect();
        format!("package a:b; {head}\n{rest}")
    };
    let uses =
        |i: usize| format!("interface i{i} {{ use i{}.{{t{}}}; type t{i} = t{}; f: func(); }}\n", i - 1, i - 1, i - 1);
    let includes = |i: usize| format!("world w{i} {{ include w{}; include w{}; }}\n", i - 1, i - 1);
    let packages = |i: usize| format!("package a:p{i} {{ interface i {{ use a:p{}/i.{{t}}; }} }}\n", i - 1);
    let aliases = |i: usize| format!("type t{i} = list<t{}>;\n", i - 1);
    for text in [
        chain(4_000, "interface i0 { type t0 = u8; }", &uses),
        chain(4_000, "world w0 { import f: func(); }", &includes),
        chain(250, "package a:p0 { interface i { type t = u8; } }", &packages),
        chain(20_000, "package a:p0 { interface i { type t = u8; } }", &packages),
        format!(
            "package a:b; interface i {{ type t0 = u8; {} f: func(x: t3999); }}",
            (1..4_000).map(aliases).collect::<String>()
        ),
        format!("package a:b; interface i {{ f: func(x: {}u8{}); }}", "list<".repeat(50_000), ">".repeat(50_000)),
        format!("package a:b; {}", "interface i { ".repeat(50_000)),
        format!("package a:b; {}", "/*".repeat(500_000)),
        format!("package a:b; interface i {{ {} }}", "@since(version = 1.0.0) ".repeat(50_000)),
        "package a:b;\n".repeat(100_000),
        "\u{feff}\u{202e}".repeat(100_000),
    ] {
        // As much stack as a thread of an executor has.
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        thread.spawn(move || upload(text.as_bytes())).unwrap().join().unwrap();
    }
}
