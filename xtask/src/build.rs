//! From the sources of the guests to components.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use wit_component::ComponentEncoder;

use crate::guest::{APPS, COMPONENTS, GUESTS, Guest, hash_of_file};
use crate::record::{Line, Record};
use crate::toolchain::{TARGET, Toolchain};

/// Builds every guest, writes its component and records from what it was built.
///
/// # Errors
///
/// If there is no compiler for the target, a guest does not compile, its module is no component of its world, or it
/// reads files that are not counted among its sources. Then no component is written, not even of the guests that are
/// right.
pub fn build(root: &Path) -> Result<()> {
    compile(root, &Toolchain::find()?)?;
    let components = GUESTS
        .iter()
        .map(|guest| {
            refuse_unknown_sources(root, guest)?;
            componentize(&output(root, guest.name, "wasm"))
                .with_context(|| format!("guest `{}` does not become a component", guest.name))
        })
        .collect::<Result<Vec<_>>>()?;

    fs::create_dir_all(root.join(COMPONENTS)).with_context(|| format!("cannot make the folder `{COMPONENTS}`"))?;
    let mut record = Record::default();
    for (guest, component) in GUESTS.iter().zip(components) {
        let name = guest.name;
        let path = guest.component(root);
        fs::write(&path, &component).with_context(|| format!("cannot write `{}`", path.display()))?;
        let line = Line { sources: guest.hash_of_sources(root)?, component: hash_of_file(&path)? };
        record.0.insert(name.to_owned(), line);
        println!("{:>8} bytes  {COMPONENTS}/{name}.wasm", component.len());
    }
    record.save(root)
}

/// Makes a core module of every guest.
fn compile(root: &Path, toolchain: &Toolchain) -> Result<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(root.join(APPS))
        .args(["build", "--release", "--locked", "--target", TARGET])
        .env("CARGO_TARGET_DIR", target_folder(root))
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(root)?);
    toolchain.apply(&mut cargo);
    let status = cargo.status().context("cannot start `cargo`")?;
    ensure!(status.success(), "the guests do not compile: {status}");
    Ok(())
}

/// Panics tell where they happened, so paths of this machine would end up in the components. These flags shorten
/// them.
fn rustflags(root: &Path) -> Result<String> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => env::home_dir().context("cannot find cargo's home folder")?.join(".cargo"),
    };
    let flags = [(home.as_path(), "cargo"), (root, ".")]
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    Ok(flags.join("\x1f"))
}

/// Wraps a core module, in which `wit-bindgen` has left a description of its world, into a component.
fn componentize(module: &Path) -> Result<Vec<u8>> {
    let module = fs::read(module).with_context(|| format!("cannot read `{}`", module.display()))?;
    ComponentEncoder::default().validate(true).module(&module)?.encode()
}

/// Refuses a guest that was built from a file which its hash leaves out: it would not become stale with that file.
fn refuse_unknown_sources(root: &Path, guest: &Guest) -> Result<()> {
    let path = output(root, guest.name, "d");
    let rule = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    // Cargo writes what a module was built from as a makefile rule, with a `\` before a space in a path.
    let (_, inputs) = rule.split_once(": ").context("cargo's list of sources is not a makefile rule")?;
    let inputs = inputs.replace("\\ ", "\0");
    let known = guest.sources(root)?;
    for input in inputs.split_whitespace() {
        let input = PathBuf::from(input.replace('\0', " "));
        let input = input.canonicalize().with_context(|| format!("cannot find `{}`", input.display()))?;
        let known = input.strip_prefix(root).is_ok_and(|path| known.iter().any(|known| Path::new(known) == path));
        if !known {
            bail!(
                "guest `{}` is built from `{}`, which is not counted among its sources\n \
                 help: add its folder to `GUESTS` in `xtask/src/guest.rs`",
                guest.name,
                input.display()
            );
        }
    }
    Ok(())
}

/// What cargo leaves behind for a guest. Its files are named for the crate, which has `_` where the package has `-`.
fn output(root: &Path, name: &str, extension: &str) -> PathBuf {
    target_folder(root).join(TARGET).join("release").join(name.replace('-', "_")).with_extension(extension)
}

/// The guests have a target folder of their own, so that two compilers never overwrite each other's work.
fn target_folder(root: &Path) -> PathBuf {
    root.join(APPS).join("target")
}
