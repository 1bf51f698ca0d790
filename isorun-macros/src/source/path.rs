//! What the path of an attribute names, and the files that belong to it. The only module that touches the file system.

use std::path::{Path, PathBuf};

use proc_macro2::{Ident, TokenStream};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::names;
use crate::nearest::nearest;
use crate::site::Site;
use crate::wit_file::WitFile;

/// A WIT file or a folder of them that is there.
pub(super) struct NamedPath {
    /// As the user wrote it, or as it follows from the module's name; relative to the crate.
    pub(super) shown: String,
    is_folder: bool,
}

impl NamedPath {
    /// The path that the user wrote.
    pub(super) fn from_argument(path: &str, site: &Site, blame: &TokenStream) -> Result<Self, Diagnostics> {
        let shown = path.trim_end_matches('/').to_owned();
        let full = site.root.join(&shown);
        if full.is_dir() {
            return Ok(Self { shown, is_folder: true });
        }
        if full.is_file() && shown.ends_with(".wit") {
            return Ok(Self { shown, is_folder: false });
        }
        if full.is_file() {
            return Err(Diagnostic::new(blame, format!("`{shown}` is not a WIT file"))
                .help("name a `.wit` file or a folder of them; `wasm-tools component wit` prints a binary package as text")
                .into());
        }
        let missing = Diagnostic::new(blame, format!("there is no `{shown}`"));
        let parent = Path::new(&shown).parent().map(Path::to_path_buf).unwrap_or_default();
        let neighbours: Vec<String> = entries(&site.root.join(&parent))
            .into_iter()
            .filter(|entry| entry.is_dir() || entry.extension().is_some_and(|extension| extension == "wit"))
            .filter_map(|entry| Some(slashed(&parent.join(entry.file_name()?))))
            .collect();
        Err(match nearest(&shown, neighbours.iter().map(String::as_str)) {
            Some(near) => missing.help(format!("did you mean `{near}`?")),
            None => missing.help("the path is relative to the folder of the crate's `Cargo.toml`"),
        }
        .into())
    }

    /// `wit/kv.wit` or `wit/kv/`, for `mod kv {}` without a path.
    pub(super) fn from_module(module: &Ident, site: &Site, blame: &TokenStream) -> Result<Self, Diagnostics> {
        let kebab = names::kebab_of(&module.to_string());
        let snake = kebab.replace('-', "_");
        for name in [&snake, &kebab] {
            for (shown, is_folder) in [(format!("wit/{name}.wit"), false), (format!("wit/{name}"), true)] {
                let full = site.root.join(&shown);
                if if is_folder { full.is_dir() } else { full.is_file() } {
                    return Ok(Self { shown, is_folder });
                }
            }
        }
        Err(Diagnostic::new(blame, format!("there is no `wit/{snake}.wit` and no folder `wit/{snake}/`"))
            .help("without a path the module's name says which WIT is meant: write `(\"path/of.wit\")`, relative to the folder of the crate's `Cargo.toml`")
            .into())
    }

    /// The folder that `deps/` and the other files of the package are in.
    fn folder(&self) -> PathBuf {
        let path = Path::new(&self.shown);
        if self.is_folder { path.to_path_buf() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() }
    }

    /// Reads what the path names and everything in `deps/`.
    pub(super) fn read(&self, site: &Site, blame: &TokenStream) -> Result<Vec<WitFile>, Diagnostics> {
        let main = if self.is_folder { wit_files(&site.root, &self.folder()) } else { vec![self.shown.clone()] };
        if main.is_empty() {
            return Err(Diagnostic::new(blame, format!("there is no `.wit` file in the folder `{}`", self.shown))
                .help("name the folder that has the files of the package itself")
                .into());
        }
        read_all(main, &self.folder(), site, blame)
    }

    /// Reads the other files of the package too, for a path that names one file of several; `None` if there are no others.
    pub(super) fn read_with_siblings(
        &self,
        site: &Site,
        blame: &TokenStream,
    ) -> Result<Option<Vec<WitFile>>, Diagnostics> {
        if self.is_folder {
            return Ok(None);
        }
        let package = |path: &String| package_of(&std::fs::read_to_string(site.root.join(path)).unwrap_or_default());
        let own = package(&self.shown);
        let mut main = vec![self.shown.clone()];
        main.extend(wit_files(&site.root, &self.folder()).into_iter().filter(|path| {
            let other = package(path);
            *path != self.shown && (own.is_none() || other.is_none() || own == other)
        }));
        if main.len() == 1 {
            return Ok(None);
        }
        main.sort();
        read_all(main, &self.folder(), site, blame).map(Some)
    }
}

/// Reads the files `main` as group 0, and each package in `deps/` as a group of its own.
fn read_all(main: Vec<String>, folder: &Path, site: &Site, blame: &TokenStream) -> Result<Vec<WitFile>, Diagnostics> {
    let mut groups = vec![main];
    let deps = folder.join("deps");
    for entry in entries(&site.root.join(&deps)) {
        let Some(name) = entry.file_name() else { continue };
        let shown = deps.join(name);
        if entry.is_dir() {
            groups.push(wit_files(&site.root, &shown));
        } else if entry.extension().is_some_and(|extension| extension == "wit") {
            groups.push(vec![slashed(&shown)]);
        }
    }
    let mut files = Vec::new();
    for (group, paths) in groups.into_iter().enumerate() {
        for path in paths {
            let text = std::fs::read_to_string(site.root.join(&path))
                .map_err(|error| Diagnostic::new(blame, format!("cannot read `{path}`: {error}")))?;
            files.push(WitFile { path, text, group });
        }
    }
    Ok(files)
}

/// The entries of a folder, sorted, so that all machines read them in the same order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}

/// The `.wit` files of a folder, relative to the crate.
fn wit_files(root: &Path, folder: &Path) -> Vec<String> {
    entries(&root.join(folder))
        .into_iter()
        .filter(|path| path.is_file() && path.extension().is_some_and(|extension| extension == "wit"))
        .filter_map(|path| Some(slashed(&folder.join(path.file_name()?))))
        .collect()
}

/// A path with `/` on every system, as diagnostics and goldens show it.
pub(super) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The name in the `package` line of a file, which only comments may stand before; `None` if there is no such line.
fn package_of(text: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("//") {
            rest = rest.split_once('\n')?.1;
        } else if rest.starts_with("/*") {
            rest = rest.split_once("*/")?.1;
        } else {
            return Some(rest.strip_prefix("package ")?.split_once([';', '{'])?.0.split_whitespace().collect());
        }
    }
}
