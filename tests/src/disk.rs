//! Files for apps, in a folder that goes when it is no longer needed.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// A new, empty folder; dropping it removes it with all that is in it.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one that no other test has.
    pub fn new() -> io::Result<Folder> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("isorun-tests-{}-{number}", process::id()));
        fs::create_dir(&path)?;
        Ok(Folder(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the system's temporary folder, which is a better end of a test than a panic.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `isorun:fs` over a folder.
pub struct Disk(PathBuf);

impl Disk {
    /// The files in `folder`.
    pub fn new(folder: &Folder) -> Disk {
        Disk(folder.path().into())
    }

    fn path(&self, path: &str) -> Result<PathBuf, files::Error> {
        let plain = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0']);
        if path.split('/').all(plain) { Ok(self.0.join(path)) } else { Err(files::Error::InvalidPath(path.into())) }
    }
}

#[isorun::system("../wit/fs/fs.wit")]
impl files::Fs for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, files::Error> {
        fs::read(self.path(path)?).map_err(explain)
    }

    fn write(&self, path: &str, content: &[u8]) -> Result<(), files::Error> {
        let path = self.path(path)?;
        fs::create_dir_all(path.parent().unwrap_or(&self.0)).map_err(explain)?;
        fs::write(path, content).map_err(explain)
    }

    fn size(&self, path: &str) -> Result<u64, files::Error> {
        fs::metadata(self.path(path)?).map(|metadata| metadata.len()).map_err(explain)
    }

    async fn entries(&self, folder: String) -> Result<Vec<files::Entry>, files::Error> {
        let folder = if folder.is_empty() { self.0.clone() } else { self.path(&folder)? };
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(explain)? {
            let entry = entry.map_err(explain)?;
            let metadata = entry.metadata().map_err(explain)?;
            let (kind, size) =
                if metadata.is_dir() { (files::Kind::Folder, 0) } else { (files::Kind::File, metadata.len()) };
            entries.push(files::Entry { name: entry.file_name().to_string_lossy().into_owned(), kind, size });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn remove(&self, path: &str) -> Result<(), files::Error> {
        fs::remove_file(self.path(path)?).map_err(explain)
    }
}

fn explain(error: io::Error) -> files::Error {
    match error.kind() {
        ErrorKind::NotFound => files::Error::NotFound,
        ErrorKind::PermissionDenied => files::Error::AccessDenied,
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => files::Error::WrongKind,
        _ => files::Error::Other(error.to_string()),
    }
}
