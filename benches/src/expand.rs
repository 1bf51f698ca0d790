//! What does an interface cost the crate that has it, in compile time?
//!
//! `cargo check` of a crate of nothing but `#[isorun::interface]`, beside one of nothing but `bindgen!` for a world that imports
//! and exports the same interface, async as ours is: host trait, glue and typed calls on both sides. Cargo's own time is in
//! both. Neither macro is optimised, as neither is in a user's dev profile.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasmtime::error::Context;

use crate::Bench;
use crate::measure::{Plan, Row};

/// Functions of the interface.
const SIZES: [usize; 3] = [1, 50, 500];
/// A round is a `cargo check`; no machine measures hundreds of them.
const PLAN: Plan = Plan { rounds: 7, round_ns: 1 };

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    for functions in SIZES {
        let id = format!("expand/{functions}");
        if !bench.wants(&id) {
            continue;
        }
        let ours = Crate::new("ours", functions)?;
        let theirs = Crate::new("bindgen", functions)?;
        let row = PLAN.compare(&id, "bindgen", async |times| ours.check(times), async |times| theirs.check(times));
        rows.push(row.await?);
    }
    Ok(())
}

/// A crate under `target/bench/expand`.
struct Crate(PathBuf);

impl Crate {
    fn new(kind: &str, functions: usize) -> wasmtime::Result<Crate> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let folder = root.join(format!("target/bench/expand/{kind}-{functions}"));
        for made in ["src", "wit"] {
            fs::create_dir_all(folder.join(made)).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let (dependency, source) = match kind {
            "ours" => (format!("isorun = {{ path = {:?} }}", root.join("isorun")), OURS),
            _ => (WASMTIME.to_owned(), THEIRS),
        };
        let manifest = format!("{MANIFEST}{dependency}\n").replace("KIND", &format!("{kind}-{functions}"));
        fs::write(folder.join("Cargo.toml"), manifest)?;
        // The versions of the workspace: cargo takes what it needs of them, and no network.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(folder.join("wit/many.wit"), wit(functions))?;
        fs::write(folder.join("src/lib.rs"), source)?;
        let made = Crate(folder);
        made.check(1)?;
        Ok(made)
    }

    /// Checks it, as after an edit.
    fn check(&self, times: u64) -> wasmtime::Result<()> {
        let source = self.0.join("src/lib.rs");
        for _ in 0..times {
            fs::File::options().append(true).open(&source)?.set_modified(std::time::SystemTime::now())?;
            let output = Command::new(env!("CARGO"))
                .args(["check", "--quiet", "--offline"])
                .current_dir(&self.0)
                .env("CARGO_TARGET_DIR", self.0.with_file_name("target"))
                .output()
                .context("cannot start cargo")?;
            if !output.status.success() {
                wasmtime::bail!("`cargo check` in {}:\n{}", self.0.display(), String::from_utf8_lossy(&output.stderr));
            }
        }
        Ok(())
    }
}

const MANIFEST: &str = "[package]\nname = \"KIND\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n";

const WASMTIME: &str = "wasmtime = { version = \"~48.0.8\", default-features = false, features = [\"std\", \"runtime\", \"async\", \"component-model\", \"cranelift\", \"parallel-compilation\", \"pooling-allocator\"] }";

const OURS: &str = "#[isorun::interface(\"wit/many.wit\")]\npub mod many {}\n";

const THEIRS: &str = "wasmtime::component::bindgen!({
    path: \"wit\",
    world: \"both\",
    imports: { default: async | trappable },
    exports: { default: async },
});
";

/// Functions of the usual kinds, over a few types.
fn wit(functions: usize) -> String {
    let mut text = "package test:many@1.0.0;\n\nworld both {\n    import many;\n    export many;\n}\n\ninterface many {
    enum kind { file, folder }
    variant error { not-found, denied(string) }
    record entry { name: string, kind: kind, size: u64 }
"
    .to_owned();
    for n in 0..functions {
        let signature = match n % 4 {
            0 => "func(key: string) -> result<list<u8>, error>",
            1 => "func(key: string, value: list<u8>) -> result<_, error>",
            2 => "func(folder: option<string>, limit: u32) -> result<list<entry>, error>",
            _ => "func(entry: entry, kind: kind) -> bool",
        };
        // A `String` takes all that is written to it.
        let _ = writeln!(text, "    call{n}: {signature};");
    }
    text + "}\n"
}
