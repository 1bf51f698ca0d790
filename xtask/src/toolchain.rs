//! Which compiler builds the guests.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// The target of the guests: wasm, and no system below it.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The variable that names the folder of a guest toolchain.
const VARIABLE: &str = "ISORUN_GUEST_TOOLCHAIN";

/// A compiler that knows the target.
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The one that cargo would take anyway.
    Own,
    /// One that is only used for guests, beside one that lacks the target.
    Guest {
        /// Its `rustc`.
        compiler: String,
        /// Its linker for wasm.
        linker: String,
    },
}

impl Toolchain {
    /// Takes the compiler at hand if it knows the target, else the guest toolchain.
    ///
    /// A guest toolchain is a folder with a shell file `env` that exports `RUSTC` and
    /// `CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER`. It is looked for where `ISORUN_GUEST_TOOLCHAIN` says, or else in
    /// `.cache/isorun-guest-toolchain` in the user's home folder.
    ///
    /// # Errors
    ///
    /// If there is neither; the message says how to get one.
    pub(crate) fn find() -> Result<Toolchain> {
        if own_compiler_has_target()? {
            return Ok(Toolchain::Own);
        }
        if let Some(folder) = env::var_os(VARIABLE) {
            return Toolchain::load(&PathBuf::from(folder).join("env"))
                .with_context(|| format!("cannot use the toolchain that `{VARIABLE}` names"));
        }
        let default = env::home_dir().map(|home| home.join(".cache/isorun-guest-toolchain/env"));
        match default {
            Some(file) if file.exists() => Toolchain::load(&file),
            _ => bail!(
                "there is no compiler for the target `{TARGET}`\n help: run `rustup target add {TARGET}`, or set \
                 `{VARIABLE}` to the folder of a toolchain that has it, with a shell file `env` in it that exports \
                 `RUSTC` and `CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER`"
            ),
        }
    }

    /// Makes cargo use this toolchain.
    pub(crate) fn apply(&self, cargo: &mut Command) {
        if let Toolchain::Guest { compiler, linker } = self {
            cargo.env("RUSTC", compiler).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }

    fn load(file: &Path) -> Result<Toolchain> {
        ensure!(file.exists(), "there is no file `{}`", file.display());
        // It is a shell file, so a shell reads it. Each variable is printed on a line of its own.
        let script = r#"set -eu; . "$0"; printf '%s\n%s\n' "$RUSTC" "$CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER""#;
        let output = Command::new("sh").arg("-c").arg(script).arg(file).output().context("cannot start `sh`")?;
        let text = String::from_utf8_lossy(&output.stdout);
        match text.lines().collect::<Vec<_>>()[..] {
            [compiler, linker] if output.status.success() => {
                Ok(Toolchain::Guest { compiler: compiler.to_owned(), linker: linker.to_owned() })
            }
            _ => bail!(
                "`{}` does not export what it should: {}",
                file.display(),
                String::from_utf8_lossy(&output.stderr).trim()
            ),
        }
    }
}

/// A compiler says where a target's libraries are whether they are there or not, with rustup and without.
fn own_compiler_has_target() -> Result<bool> {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("cannot start `rustc`")?;
    Ok(output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists())
}
