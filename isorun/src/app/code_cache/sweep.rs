//! The folder held to its size: what was used longest ago goes, and what a crash left.
//!
//! # Invariants
//!
//! * Only regular files under names that the cache gives are touched; whatever else is in the folder stays.
//! * Another process may do the same at the same time: that a file has gone meanwhile is as good as removing it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How old a draft is that nobody can still be writing.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Removes abandoned drafts, and entries in the order of their last use until they have no more than `max_size` bytes together.
///
/// The entry that was just `stored` is counted, but is not removed: its maker has seen that it fits.
pub(super) fn sweep(folder: &Path, max_size: u64, stored: Option<&Path>) {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!(path = %folder.display(), %error, "the code cache cannot be listed, so nothing is removed from it");
            return;
        }
    };
    let mut entries = Vec::new();
    // What cannot be looked at has gone meanwhile, or does not let itself be removed either.
    for (kind, file) in files.flatten().filter_map(|file| Some((Kind::of(&file.file_name())?, Found::at(&file)?))) {
        match kind {
            Kind::Entry => entries.push(file),
            Kind::Draft => {
                // A time that is still to come is of a clock that was set back: such a draft may be new.
                if file.used.elapsed().is_ok_and(|age| age > ABANDONED) {
                    file.remove();
                }
            }
        }
    }
    let mut size = entries.iter().fold(0u64, |size, entry| size.saturating_add(entry.size));
    entries.retain(|entry| stored != Some(&entry.path));
    entries.sort_unstable_by_key(|entry| entry.used);
    for entry in entries {
        if size <= max_size {
            return;
        }
        if entry.remove() {
            size = size.saturating_sub(entry.size);
        }
    }
    // Once for all of them: where one cannot be removed, often none can.
    if size > max_size {
        tracing::warn!(path = %folder.display(), size, max_size, "the code cache stays larger than it should be");
    }
}

/// What a file is by its name.
enum Kind {
    Entry,
    Draft,
}

impl Kind {
    fn of(name: &OsStr) -> Option<Kind> {
        let (digits, extension) = name.to_str()?.split_once('.')?;
        if !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        match (digits.len(), extension) {
            (64, super::ENTRY) => Some(Kind::Entry),
            (16, super::DRAFT) => Some(Kind::Draft),
            _ => None,
        }
    }
}

/// A file in the folder.
struct Found {
    path: PathBuf,
    size: u64,
    /// When it was last written, or loaded.
    used: SystemTime,
}

impl Found {
    fn at(file: &fs::DirEntry) -> Option<Found> {
        // Of a link this is the link itself, so that nothing outside the folder counts.
        let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Found { path: file.path(), size: metadata.len(), used: metadata.modified().ok()? })
    }

    /// Whether it is there no longer.
    fn remove(&self) -> bool {
        match fs::remove_file(&self.path) {
            Ok(()) => tracing::debug!(path = %self.path.display(), "removed from the code cache"),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                tracing::debug!(path = %self.path.display(), %error, "cannot be removed from the code cache");
                return false;
            }
        }
        true
    }
}

/// Notes that the entry at `path`, which is open for reading as `file`, was used now.
pub(super) fn used(path: &Path, file: &File) {
    let now = SystemTime::now();
    let noted = match cfg!(windows) {
        // There a file that is open for reading takes no time.
        true => File::options().write(true).open(path).and_then(|file| file.set_modified(now)),
        // Not opened again: something else, such as a pipe, may be there by now.
        false => file.set_modified(now),
    };
    if let Err(error) = noted {
        // It only goes earlier than it might, as where the files are another user's.
        tracing::debug!(path = %path.display(), %error, "the use of compiled code is not noted");
    }
}
