//! Compiled code in a folder, so that no component is compiled twice.
//!
//! # Invariants
//!
//! * Nothing is loaded that does not carry a MAC under the secret: see `engine/precompiled.rs`.
//! * Whoever can write to the folder can make it slow, and no more: of a file that this host did not make, only a header is read, and what is
//!   no file is not waited for.
//! * The secret in the folder is this user's, and nobody else could read or write it or the folder when the cache was opened.
//! * An entry appears whole, under its name, or not at all. What becomes of it afterwards is found out by its MAC.
//! * A problem with an entry never keeps an app from being added.
//! * Whenever something was compiled, the entries are held to their size: see `code_cache/sweep.rs`. Loading lists nothing.

mod sweep;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::precompiled::{self, Build, Code, HEADER, Key, Secret};
use crate::error::runtime::RuntimeError;
use crate::random::Random;

/// Where a cache is, and its secret if that is not kept there.
#[derive(Clone, Debug)]
pub(crate) struct CacheDir {
    folder: PathBuf,
    secret: Option<Secret>,
}

impl CacheDir {
    pub(crate) fn new(folder: &Path, secret: Option<[u8; 32]>) -> CacheDir {
        CacheDir { folder: folder.into(), secret: secret.map(Secret::new) }
    }
}

/// A cache that is open.
pub(crate) struct CodeCache {
    folder: PathBuf,
    /// The most bytes of all entries together.
    max_size: u64,
    secret: Secret,
    /// It is part of each key, so that an engine finds only code that it can load.
    build: Build,
    random: Random,
}

/// The file with the secret.
const SECRET: &str = "secret";
/// How the name of an entry ends, after the digits of its key.
const ENTRY: &str = "code";
/// How the name of a file ends that is being written, after random digits.
const DRAFT: &str = "draft";

impl CodeCache {
    pub(crate) fn open(dir: &CacheDir, max_size: u64, engine: &Engine) -> Result<CodeCache, RuntimeError> {
        // Not the runtime's, which a test may have given a secret: what is in the folder outlives this process and is shared with others.
        let random = Random::from_system().map_err(RuntimeError::Random)?;
        let unusable = |error| unusable(&dir.folder, &error);
        make_folder(&dir.folder).map_err(unusable)?;
        // An absolute path, because the program may change its working directory later.
        let folder = fs::canonicalize(&dir.folder).map_err(unusable)?;
        let secret = match &dir.secret {
            Some(secret) => secret.clone(),
            None => own_secret(&folder, &random)?,
        };
        Ok(CodeCache { folder, max_size, secret, build: precompiled::build(engine), random })
    }

    pub(crate) fn key(&self, component: &[u8]) -> Key {
        precompiled::key(&self.build, component)
    }

    /// The code that was put away under this key, if it can be trusted and used.
    pub(crate) fn load(&self, engine: &Engine, key: &Key) -> Option<Component> {
        let path = self.path(key);
        let mut file = match open_file(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "compiled code cannot be read; compiling again");
                return None;
            }
        };
        let code = match self.read(key, &mut file) {
            Ok(code) => code,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "compiled code is damaged, or not of this host; compiling again");
                return None;
            }
        };
        match code.load(engine) {
            Ok(component) => {
                sweep::used(&path, &file);
                Some(component)
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "compiled code cannot be used; compiling again");
                None
            }
        }
    }

    /// Reads an entry, no more of it than a header unless this host has made it.
    fn read(&self, key: &Key, file: &mut File) -> io::Result<Code> {
        let not = |what: &str| io::Error::new(ErrorKind::InvalidData, what);
        let size = file.metadata()?.len();
        if size > self.max_size {
            return Err(not("it is larger than all entries may be together"));
        }
        let mut header = [0; HEADER];
        file.read_exact(&mut header)?;
        let sealed =
            precompiled::open(&self.secret, key, &header).ok_or_else(|| not("its header is not of this host"))?;
        if size.checked_sub(HEADER as u64) != Some(sealed.length) {
            return Err(not("it is not as long as it was"));
        }
        let mut bytes = Vec::with_capacity(sealed.length as usize);
        file.take(sealed.length).read_to_end(&mut bytes)?;
        sealed.code(bytes).ok_or_else(|| not("its code was changed"))
    }

    /// Stores a component's code under a key, in place of an older entry, and then removes entries until the rest fits the limit.
    pub(crate) fn store(&self, key: &Key, code: Result<&Code, &wasmtime::Error>) {
        let path = self.path(key);
        let kept = match code {
            Ok(code) => self.keep(&path, &precompiled::seal(&self.secret, key, code)),
            Err(error) => {
                tracing::warn!(%error, "compiled code is not kept");
                false
            }
        };
        // This is done also if nothing was kept, since drafts that a crash left may be what fills the disk.
        sweep::sweep(&self.folder, self.max_size, kept.then_some(path.as_path()));
    }

    /// Writes an entry, unless it alone is larger than all may be; whether it is there now.
    fn keep(&self, path: &Path, entry: &[u8]) -> bool {
        let size = entry.len() as u64;
        if size > self.max_size {
            // Not a warning: whoever brings apps could fill the log with them.
            tracing::debug!(path = %path.display(), size, max_size = self.max_size, "compiled code is too large to be kept");
            return false;
        }
        // There is no sync to disk, because an entry that a crash has cut off is noticed by its MAC.
        let kept = Draft::new(&self.folder, &self.random).and_then(|mut draft| {
            draft.file.write_all(entry)?;
            fs::rename(&draft.path, path)
        });
        if let Err(error) = &kept {
            tracing::warn!(path = %path.display(), %error, "compiled code is not kept");
        }
        kept.is_ok()
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.{ENTRY}", hex(key)))
    }
}

/// Opens a file in the folder for reading, and nothing else: whoever may write to the folder can put a link, a pipe or a device in its place at
/// any time, and to open a pipe is to wait for its other end.
fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    #[cfg(not(unix))]
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no file")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new file that nobody else may read, under a name that nobody else has. What is left of it is removed in the end.
struct Draft {
    file: File,
    path: PathBuf,
}

impl Draft {
    fn new(folder: &Path, random: &Random) -> io::Result<Draft> {
        let path = folder.join(format!("{}.{DRAFT}", hex(&random.bytes::<8>())));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Draft { file: options.open(&path)?, path })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename it is not there.
        let _ = fs::remove_file(&self.path);
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The secret in the folder, which is made if it is not there.
fn own_secret(folder: &Path, random: &Random) -> Result<Secret, RuntimeError> {
    let path = folder.join(SECRET);
    let new = random.bytes::<32>();
    // Written elsewhere first and then given its name if that is free, so that of several processes one makes it and all read it whole.
    // What is written here also tells who this user is.
    let mut draft = Draft::new(folder, random).map_err(|error| unusable(folder, &error))?;
    let written = draft.file.write_all(&new).and_then(|()| draft.file.sync_all());
    written.map_err(|error| unusable(folder, &error))?;
    check_private(folder, &File::open(folder), &draft.file)?;
    match fs::hard_link(&draft.path, &path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(unusable(&path, &error)),
        _ => {}
    }
    let file = open_file(&path);
    check_private(&path, &file, &draft.file)?;
    let mut bytes = Vec::new();
    let read = file.and_then(|file| file.take(33).read_to_end(&mut bytes));
    read.map_err(|error| unusable(&path, &error))?;
    let secret = bytes.try_into().map_err(|bytes: Vec<u8>| RuntimeError::CodeCache {
        path,
        message: format!("a secret has 32 bytes, and there are {}", bytes.len()),
        help: "remove the file: a new secret is made, and what was compiled before is compiled again".into(),
    })?;
    Ok(Secret::new(secret))
}

fn unusable(path: &Path, error: &io::Error) -> RuntimeError {
    let help = "give the code cache a folder that this user may write to, or build the runtime without one".into();
    RuntimeError::CodeCache { path: path.into(), message: error.to_string(), help }
}

/// Refuses what is another user's than `own`, or what others may read or write.
#[cfg(unix)]
fn check_private(path: &Path, file: &io::Result<File>, own: &File) -> Result<(), RuntimeError> {
    use std::os::unix::fs::MetadataExt;

    let failed = |error: &io::Error| unusable(path, error);
    let metadata = file.as_ref().map_err(failed)?.metadata().map_err(|error| failed(&error))?;
    let user = own.metadata().map_err(|error| failed(&error))?.uid();
    let exposed = |found: String, help: &str| {
        let help = help.replace("{}", &path.display().to_string());
        Err(RuntimeError::CodeCacheExposed { path: path.into(), found, help })
    };
    if metadata.uid() != user {
        let found = format!("which belongs to user {} and not to {user}", metadata.uid());
        return exposed(found, "give the code cache a folder of this user's own: loading compiled code is trusting it");
    }
    let mode = metadata.mode() & 0o777;
    match mode & 0o077 {
        0 => Ok(()),
        _ if metadata.is_dir() => exposed(
            format!("whose mode is {mode:o}"),
            "loading compiled code is trusting it: name a folder that is not there yet, which the code cache makes as it has to be, or empty this one and `chmod 700 {}`",
        ),
        _ => exposed(
            format!("whose mode is {mode:o}"),
            "remove the file: a new secret is made, and what was compiled before is compiled again",
        ),
    }
}

/// Elsewhere a folder of the user's own is as private as the system makes it.
#[cfg(not(unix))]
fn check_private(_: &Path, _: &io::Result<File>, _: &File) -> Result<(), RuntimeError> {
    Ok(())
}
