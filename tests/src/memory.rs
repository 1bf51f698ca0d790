//! A store in the host's memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::kv;

/// `isorun:kv` in Rust, to compare the app of that name with.
#[derive(Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

#[isorun::system]
impl kv::Kv for Memory {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
        Ok(self.values().get(check(key)?).cloned())
    }

    fn set(&self, key: String, value: Vec<u8>) -> Result<(), kv::Error> {
        check(&key)?;
        self.values().insert(key, value);
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<bool, kv::Error> {
        Ok(self.values().remove(check(key)?).is_some())
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, kv::Error> {
        Ok(self.values().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

impl Memory {
    fn values(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(key: &str) -> Result<&str, kv::Error> {
    match key.len() {
        0 => Err(kv::Error::InvalidKey("the key is empty".into())),
        1..=128 => Ok(key),
        length => Err(kv::Error::InvalidKey(format!("the key has {length} bytes, more than 128"))),
    }
}
