//! The guests: which there are, what belongs to each, and what it hashes to.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Where the guests' workspace is, relative to the root of the repository.
pub(crate) const APPS: &str = "examples/apps";

/// Where the components go, relative to the root of the repository.
pub(crate) const COMPONENTS: &str = "examples/apps/components";

/// One app under `examples/apps/`.
#[derive(Debug)]
pub struct Guest {
    /// The name of its folder, its package and its component.
    pub name: &'static str,
    /// The WIT it reads from outside of its folder, relative to the root. Building refuses a guest that reads more.
    wit: &'static [&'static str],
}

/// Every guest, sorted by name.
pub const GUESTS: &[Guest] = &[
    Guest { name: "attacks", wit: &[] },
    Guest { name: "calc", wit: &["examples/apps/wit/bench"] },
    Guest { name: "counter", wit: &["wit/state", "examples/apps/wit/moving"] },
    Guest { name: "desk", wit: &["examples/apps/wit/desk"] },
    Guest { name: "hub", wit: &["wit/state", "examples/apps/wit/moving"] },
    Guest { name: "kv", wit: &["wit/fs", "wit/kv"] },
    Guest { name: "misbehave", wit: &[] },
    Guest { name: "notes", wit: &["wit/kv", "wit/server"] },
    Guest { name: "relay", wit: &["examples/apps/wit/bench"] },
    Guest { name: "shelf", wit: &["examples/apps/wit/desk"] },
    Guest { name: "types", wit: &["examples/apps/wit/types"] },
    Guest { name: "types-relay", wit: &["examples/apps/wit/types"] },
    Guest { name: "work", wit: &["examples/apps/wit/bench", "examples/apps/wit/work"] },
];

impl Guest {
    /// The path of its component.
    pub fn component(&self, root: &Path) -> PathBuf {
        root.join(COMPONENTS).join(format!("{}.wasm", self.name))
    }

    /// The hash of everything that its component is built from: its folder, the WIT it uses, and the workspace with
    /// its lock file. The compiler is left out, since a new one makes no component wrong.
    pub(crate) fn hash_of_sources(&self, root: &Path) -> Result<String> {
        let mut hash = Sha256::new();
        for path in self.sources(root)? {
            let content = fs::read(root.join(&path)).with_context(|| format!("cannot read `{path}`"))?;
            let content = with_unix_lines(&content);
            // The length in between makes it one text for one set of files, wherever one file ends and the next
            // begins.
            hash.update(format!("{path}\n{}\n", content.len()));
            hash.update(content);
        }
        Ok(hex(&hash.finalize()))
    }

    /// The files that its component is built from, relative to the root and with `/`, sorted.
    pub(crate) fn sources(&self, root: &Path) -> Result<Vec<String>> {
        let mut sources = vec![format!("{APPS}/Cargo.toml"), format!("{APPS}/Cargo.lock")];
        collect(root, &format!("{APPS}/{}", self.name), &mut sources)?;
        for folder in self.wit {
            collect(root, folder, &mut sources)?;
        }
        sources.sort_unstable();
        Ok(sources)
    }
}

/// The root of the repository.
///
/// # Errors
///
/// If this program is started after its sources were moved away.
pub fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("..").canonicalize().context("cannot find the repository that `xtask` was built in; build it again")
}

/// The hash of a file as it is.
pub(crate) fn hash_of_file(path: &Path) -> Result<String> {
    let content = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(hex(&Sha256::digest(content)))
}

/// Adds all files below a folder, but none that is hidden, such as what editors and file managers leave behind.
fn collect(root: &Path, folder: &str, files: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(root.join(folder)).with_context(|| format!("cannot read the folder `{folder}`"))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().with_context(|| format!("a name in `{folder}` is not UTF-8"))?;
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Git may check text out with other line ends on other machines. That shall not make a component stale.
fn with_unix_lines(content: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(content.len());
    for (at, &byte) in content.iter().enumerate() {
        if byte != b'\r' || content.get(at + 1) != Some(&b'\n') {
            lines.push(byte);
        }
    }
    lines
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::with_unix_lines;

    #[test]
    fn line_ends_do_not_matter_but_a_lone_return_does() {
        assert_eq!(with_unix_lines(b"a\r\nb\n\r\n"), b"a\nb\n\n");
        assert_eq!(with_unix_lines(b"a\rb\r"), b"a\rb\r");
    }
}
