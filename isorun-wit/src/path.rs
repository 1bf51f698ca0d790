//! What a path names, and the files that belong to it. The only module that touches the file system.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::file::WitFile;
use crate::mistake::Mistake;
use crate::nearest::nearest;
use crate::outline::MAX_TEXT;

/// A WIT file or a folder of them that is there.
#[derive(Clone, Debug)]
pub struct NamedPath {
    /// The folder that the path is relative to.
    root: PathBuf,
    shown: String,
    is_folder: bool,
}

impl NamedPath {
    /// The file or folder `path`, which is relative to `root`.
    ///
    /// # Errors
    ///
    /// A mistake if it is not there or is no WIT, with the name that was probably meant.
    pub fn new(root: impl Into<PathBuf>, path: &str) -> Result<NamedPath, Mistake> {
        let root = root.into();
        let shown = if path.len() > 1 { path.trim_end_matches('/') } else { path }.to_owned();
        let full = root.join(&shown);
        if full.is_dir() {
            return Ok(NamedPath { root, shown, is_folder: true });
        }
        if full.is_file() && shown.ends_with(".wit") {
            return Ok(NamedPath { root, shown, is_folder: false });
        }
        if full.is_file() {
            return Err(Mistake::new(format!("`{shown}` is not a WIT file")).help(
                "name a `.wit` file or a folder of them; `wasm-tools component wit` prints a binary package as text",
            ));
        }
        let missing = Mistake::new(format!("there is no `{shown}`"));
        if cfg!(all(target_family = "wasm", target_os = "unknown")) {
            return Err(missing.help("there are no files on this target: give the text itself"));
        }
        let parent = Path::new(&shown).parent().map(Path::to_path_buf).unwrap_or_default();
        let neighbours: Vec<String> = entries(&root.join(&parent))
            .into_iter()
            .filter(|entry| entry.is_dir() || is_wit(entry))
            .filter_map(|entry| Some(slashed(&parent.join(entry.file_name()?))))
            .collect();
        Err(match nearest(&shown, neighbours.iter().map(String::as_str)) {
            Some(near) => missing.help(format!("did you mean `{near}`?")),
            None => missing,
        })
    }

    /// The first of `wit/<name>.wit` and the folder `wit/<name>` that is there, in `root`, for each name in turn.
    pub fn of_name(root: &Path, names: &[&str]) -> Option<NamedPath> {
        let candidates =
            names.iter().flat_map(|name| [(format!("wit/{name}.wit"), false), (format!("wit/{name}"), true)]);
        candidates.into_iter().find_map(|(shown, is_folder)| {
            let full = root.join(&shown);
            let is_there = if is_folder { full.is_dir() } else { full.is_file() };
            is_there.then(|| NamedPath { root: root.to_owned(), shown, is_folder })
        })
    }

    /// The path as it was given, or as it follows from a name.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether a file that was read for this path is one that it names, and not only one beside it.
    pub fn names(&self, file: &str) -> bool {
        self.is_folder || file == self.shown
    }

    /// The folder that `deps/` and the other files of the package are in.
    fn folder(&self) -> PathBuf {
        let path = Path::new(&self.shown);
        if self.is_folder { path.to_path_buf() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() }
    }

    /// Reads what the path names and everything in `deps/`.
    pub(crate) fn files(&self) -> Result<Vec<WitFile>, Mistake> {
        let main = if self.is_folder { self.wit_files(&self.folder()) } else { vec![self.shown.clone()] };
        if main.is_empty() {
            return Err(Mistake::new(format!("there is no `.wit` file in the folder `{}`", self.shown))
                .help("name the folder that has the files of the package itself"));
        }
        self.read_all(main)
    }

    /// Reads the other files of the package too, for a path that names one file of several; `None` if there are no others.
    pub(crate) fn files_with_siblings(&self) -> Result<Option<Vec<WitFile>>, Mistake> {
        if self.is_folder {
            return Ok(None);
        }
        let package = |path: &String| package_of(&self.text(path).unwrap_or_default());
        let own = package(&self.shown);
        let mut main = vec![self.shown.clone()];
        main.extend(self.wit_files(&self.folder()).into_iter().filter(|path| {
            let other = package(path);
            *path != self.shown && (own.is_none() || other.is_none() || own == other)
        }));
        if main.len() == 1 {
            return Ok(None);
        }
        main.sort();
        self.read_all(main).map(Some)
    }

    /// Reads the files `main` as group 0, and each package in `deps/` as a group of its own.
    fn read_all(&self, main: Vec<String>) -> Result<Vec<WitFile>, Mistake> {
        let mut groups = vec![main];
        let deps = self.folder().join("deps");
        for entry in entries(&self.root.join(&deps)) {
            let Some(name) = entry.file_name() else { continue };
            let shown = deps.join(name);
            if entry.is_dir() {
                groups.push(self.wit_files(&shown));
            } else if is_wit(&entry) {
                groups.push(vec![slashed(&shown)]);
            }
        }
        let mut files = Vec::new();
        for (group, paths) in groups.into_iter().enumerate() {
            for path in paths {
                let text = self.text(&path).map_err(|error| {
                    Mistake::new(format!("cannot read `{path}`: {error}"))
                        .help("a WIT file is a text in UTF-8 that may be read")
                })?;
                files.push(WitFile { path, text, group });
            }
        }
        Ok(files)
    }

    /// The text of a file, no more of it than may be read.
    fn text(&self, path: &str) -> std::io::Result<String> {
        let mut text = String::new();
        let file = std::fs::File::open(self.root.join(path))?;
        file.take(MAX_TEXT as u64 + 1).read_to_string(&mut text)?;
        Ok(text)
    }

    /// The `.wit` files of a folder, relative to the root.
    fn wit_files(&self, folder: &Path) -> Vec<String> {
        entries(&self.root.join(folder))
            .into_iter()
            .filter(|path| path.is_file() && is_wit(path))
            .filter_map(|path| Some(slashed(&folder.join(path.file_name()?))))
            .collect()
    }
}

fn is_wit(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wit")
}

/// The entries of a folder, sorted, so that all machines read them in the same order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}

/// A path with `/` on every system, as mistakes and goldens show it.
pub(crate) fn slashed(path: &Path) -> String {
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
