//! Compiled code that is stored, authenticated and loaded again.
//!
//! Compiled code is machine code, so it must be trusted before it is loaded. It is trusted if it carries a MAC under a secret of the host.
//! The types here allow nothing else: only a [`Component`] can be [sealed](seal), and only what was [opened](open) and [compared](Sealed::code) can be
//! loaded.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
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
const MAGIC: &[u8; 8] = b"isorun\x00\x02";
const LENGTH: usize = 8;
const DIGEST: usize = 32;
const MAC: usize = 32;

/// How many bytes of an entry come before the code. They carry the MAC, so that nothing of a forged entry is read but these.
pub(crate) const HEADER: usize = MAGIC.len() + LENGTH + DIGEST + MAC;

/// The code of a component as it is put away under `key`.
pub(crate) fn seal(secret: &Secret, key: &Key, component: &Component) -> wasmtime::Result<Vec<u8>> {
    let code = component.serialize()?;
    let (length, digest) = (code.len() as u64, Sha256::digest(&code));
    let mac = mac(secret, key, length, &digest).finalize().into_bytes();
    Ok([&MAGIC[..], &length.to_le_bytes(), &digest[..], &mac[..], &code[..]].concat())
}

/// Reads the first [`HEADER`] bytes of an entry that [`seal`] made, with this secret and for this key.
pub(crate) fn open(secret: &Secret, key: &Key, header: &[u8; HEADER]) -> Option<Sealed> {
    let (length, rest) = header.strip_prefix(MAGIC)?.split_first_chunk::<LENGTH>()?;
    let (digest, tag) = rest.split_first_chunk::<DIGEST>()?;
    let length = u64::from_le_bytes(*length);
    // In constant time, so that nobody learns by the clock how much of a forged tag is right.
    mac(secret, key, length, digest).verify_slice(tag).ok()?;
    Some(Sealed { length, digest: *digest })
}

fn mac(secret: &Secret, key: &Key, length: u64, digest: &[u8]) -> Hmac<Sha256> {
    // A key of HMAC that is shorter than a block is filled up with zeros.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&secret.0);
    // Each part has one length, so that no two entries are the same bytes.
    Hmac::<Sha256>::new(&block.into()).chain_update(key).chain_update(length.to_le_bytes()).chain_update(digest)
}

/// What an entry holds by the word of this host.
pub(crate) struct Sealed {
    /// How many bytes of code there are.
    pub(crate) length: u64,
    digest: [u8; DIGEST],
}

impl Sealed {
    /// The code, if these bytes are what was sealed.
    pub(crate) fn code(self, bytes: Vec<u8>) -> Option<Code> {
        (Sha256::digest(&bytes)[..] == self.digest).then_some(Code(bytes))
    }
}

/// Code that [`seal`] put away.
pub(crate) struct Code(Vec<u8>);

impl Code {
    /// Makes it runnable again. Fails if another build of wasmtime, or one with other settings, has compiled it.
    pub(crate) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: these bytes have the digest of a header that carries a MAC under the host's secret, and only `seal` makes those, of what
        // `Component::serialize` gave. They are in our memory, so they are the bytes that were verified.
        unsafe { Component::deserialize(engine, &self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_opened_by_its_own_secret_and_key_alone() {
        let engine = crate::engine::new(crate::engine::places(1)).unwrap();
        // The smallest component: a preamble.
        let component = Component::from_binary(&engine, b"\0asm\x0d\0\x01\0").unwrap();
        let (secret, key) = (Secret::new([1; 32]), [2; 32]);
        let entry = seal(&secret, &key, &component).unwrap();
        let opened = |secret: &Secret, key: &Key, entry: &[u8]| {
            let (header, code) = entry.split_first_chunk()?;
            open(secret, key, header)?.code(code.to_vec())
        };
        assert!(opened(&secret, &key, &entry).unwrap().load(&engine).is_ok());
        assert!(opened(&Secret::new([3; 32]), &key, &entry).is_none());
        assert!(opened(&secret, &[3; 32], &entry).is_none());
        let places = [0, MAGIC.len(), MAGIC.len() + LENGTH, HEADER - MAC, HEADER - 1, HEADER, entry.len() - 1];
        for place in places {
            assert!(opened(&secret, &key, &entry[..place]).is_none(), "{place}");
            let mut entry = entry.clone();
            entry[place] ^= 1;
            assert!(opened(&secret, &key, &entry).is_none(), "{place}");
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn the_mac_is_that_of_the_standard() {
        // By another implementation: of 32 bytes 0x02, the number 4 and the digest of the word `code`, under 32 bytes 0x01.
        let mac = mac(&Secret::new([1; 32]), &[2; 32], 4, &Sha256::digest(b"code")).finalize().into_bytes();
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "87c2f6e1bbfa71713e00d6cfec954ada2e751042b53608b9de8b59c11dacbe04");
    }
}
