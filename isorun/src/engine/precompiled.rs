//! Compiled code that is stored, authenticated and loaded again.
//!
//! Compiled code is machine code, so it must be trusted before it is loaded. It is trusted if it carries a MAC under a secret of the host.
//! The types here allow nothing else: only a [`Component`] can be [sealed](seal), and only what was [opened](open) can be loaded.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The secret under which code of this host is authenticated. Whoever knows it can have any machine code run here.
#[derive(Clone)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    pub(crate) fn new(bytes: [u8; 32]) -> Secret {
        Secret(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Which component, compiled by which engine.
pub(crate) type Key = [u8; 32];

/// What an entry begins with; another number for another layout.
const MAGIC: &[u8; 8] = b"isorun\x00\x01";
const MAC: usize = 32;

/// The code of a component as it is put away under `key`.
pub(crate) fn seal(secret: &Secret, key: &Key, component: &Component) -> wasmtime::Result<Vec<u8>> {
    let code = component.serialize()?;
    let mac = mac(secret, key, &code).finalize().into_bytes();
    Ok([&MAGIC[..], &mac[..], &code[..]].concat())
}

/// The code in an entry that [`seal`] made, with this secret and for this key.
pub(crate) fn open<'a>(secret: &Secret, key: &Key, entry: &'a [u8]) -> Option<Code<'a>> {
    let (tag, code) = entry.strip_prefix(MAGIC)?.split_first_chunk::<MAC>()?;
    // In constant time, so that nobody learns by the clock how much of a forged tag is right.
    mac(secret, key, code).verify_slice(tag).ok()?;
    Some(Code(code))
}

fn mac(secret: &Secret, key: &Key, code: &[u8]) -> Hmac<Sha256> {
    // A key of HMAC that is shorter than a block is filled up with zeros.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&secret.0);
    // The key has one length, so that no two pairs of key and code are the same bytes.
    Hmac::<Sha256>::new(&block.into()).chain_update(key).chain_update(code)
}

/// Code that [`seal`] put away.
pub(crate) struct Code<'a>(&'a [u8]);

impl Code<'_> {
    /// Makes it runnable again. Fails if another build of wasmtime, or one with other settings, has compiled it.
    pub(crate) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: these bytes carry a MAC under the host's secret, and only `seal` makes those, of what `Component::serialize` gave. They
        // are in our memory, so they are the bytes that were verified.
        unsafe { Component::deserialize(engine, self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_opened_by_its_own_secret_and_key_alone() {
        let engine = crate::engine::new(1).unwrap();
        // The smallest component: a preamble.
        let component = Component::from_binary(&engine, b"\0asm\x0d\0\x01\0").unwrap();
        let (secret, key) = (Secret::new([1; 32]), [2; 32]);
        let entry = seal(&secret, &key, &component).unwrap();
        assert!(open(&secret, &key, &entry).unwrap().load(&engine).is_ok());
        assert!(open(&Secret::new([3; 32]), &key, &entry).is_none());
        assert!(open(&secret, &[3; 32], &entry).is_none());
        for end in [0, MAGIC.len(), MAGIC.len() + MAC, entry.len() - 1] {
            assert!(open(&secret, &key, &entry[..end]).is_none(), "{end}");
        }
        for place in [0, MAGIC.len(), MAGIC.len() + MAC, entry.len() - 1] {
            let mut entry = entry.clone();
            entry[place] ^= 1;
            assert!(open(&secret, &key, &entry).is_none(), "{place}");
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn the_mac_is_that_of_the_standard() {
        // By another implementation: of 32 bytes 0x02 and the word `code` under 32 bytes 0x01.
        let mac = mac(&Secret::new([1; 32]), &[2; 32], b"code").finalize().into_bytes();
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "7c78528b5e31351142b410f2720a81ad635445f25e8481a3b517f4ce94c33a3f");
    }
}
