//! A store of values that keeps each of them in a file: `isorun:kv`, on top of `isorun:fs`.
//!
//! It has no state of its own. Everything it knows is in the files, so it does not matter which instance of it
//! answers, nor whether the one that answered before is still there.

mod names;

use exports::isorun::kv::kv::{Error, Guest};
use isorun::fs::fs;

wit_bindgen::generate!({
    path: ["../../../wit/fs", "../../../wit/kv", "wit"],
    world: "app:kv/kv",
    generate_all,
});

/// The longest key in bytes, as `isorun:kv` has it.
const KEY_LIMIT: usize = 128;

struct Store;

export!(Store);

impl Guest for Store {
    fn get(key: String) -> Result<Option<Vec<u8>>, Error> {
        match fs::read(&path_of(&key)?) {
            Ok(value) => Ok(Some(value)),
            Err(fs::Error::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn set(key: String, value: Vec<u8>) -> Result<(), Error> {
        Ok(fs::write(&path_of(&key)?, &value)?)
    }

    fn delete(key: String) -> Result<bool, Error> {
        match fs::remove(&path_of(&key)?) {
            Ok(()) => Ok(true),
            Err(fs::Error::NotFound) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn keys(prefix: String) -> Result<Vec<String>, Error> {
        let mut keys = Vec::new();
        collect("", &mut keys)?;
        keys.retain(|key| key.starts_with(&prefix));
        // The order of the files is that of their names, which are not the keys.
        keys.sort_unstable();
        Ok(keys)
    }
}

/// The path of the file that holds the value of a key.
fn path_of(key: &str) -> Result<String, Error> {
    if key.is_empty() {
        return Err(Error::InvalidKey("the key is empty".to_owned()));
    }
    if key.len() > KEY_LIMIT {
        return Err(Error::InvalidKey(format!(
            "the key has {} bytes, more than {KEY_LIMIT}",
            key.len()
        )));
    }
    Ok(names::to_path(key))
}

/// Adds the keys whose files are in `folder` (empty, or ending in `/`) and in the folders below it.
fn collect(folder: &str, keys: &mut Vec<String>) -> Result<(), Error> {
    let entries = match fs::entries(folder.trim_end_matches('/')) {
        Ok(entries) => entries,
        // Its last file was removed since its name was read.
        Err(fs::Error::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let path = format!("{folder}{}", entry.name);
        match entry.kind {
            // A file whose name is not that of a key was put there by someone else, and is none of ours.
            fs::Kind::File => keys.extend(names::to_key(&path)),
            fs::Kind::Folder if names::is_folder(&entry.name) => {
                collect(&format!("{path}/"), keys)?
            }
            fs::Kind::Folder => {}
        }
    }
    Ok(())
}

/// What has become of a file, told in the words of a store. A file that is missing is not an error of a store, so
/// that case is answered where it occurs.
impl From<fs::Error> for Error {
    fn from(error: fs::Error) -> Self {
        match error {
            fs::Error::TooLarge(limit) => Error::TooLarge(limit),
            fs::Error::NoSpace => Error::NoSpace,
            fs::Error::AccessDenied => Error::AccessDenied,
            // The path was made from the key, so a host that refuses the one refuses the other.
            fs::Error::InvalidPath(why) => {
                Error::InvalidKey(format!("the key cannot be stored: {why}"))
            }
            fs::Error::WrongKind => Error::Other("a folder is in the place of a value".to_owned()),
            fs::Error::NotFound => Error::Other("a file is missing".to_owned()),
            fs::Error::Other(why) => Error::Other(why),
        }
    }
}
