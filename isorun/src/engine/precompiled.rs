//! Compiled code that is stored, authenticated and loaded again.
//!
//! Compiled code is machine code, so it must be trusted before it is loaded. It is trusted if wasmtime made it in this process, or if it
//! carries a MAC under a secret of the host. The types here allow nothing else: only [`Code`] can be [sealed](seal) and loaded, and it comes from
//! wasmtime or from what was [opened](open) and [compared](Sealed::code).

use std::fmt;
use std::hash::{Hash, Hasher};

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

/// A build of the engine with its settings. Engines load each other's code if they are alike in this, and only then.
pub(crate) type Build = [u8; 32];

/// The build of an engine. It does not depend on the engine's allocator, as its code does not.
pub(crate) fn build(engine: &Engine) -> Build {
    let mut hasher = Digesting(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

/// The key of a component's code.
pub(crate) fn key(build: &Build, component: &[u8]) -> Key {
    Sha256::new().chain_update(Sha256::digest(component)).chain_update(build).finalize().into()
}

/// What an entry begins with; another number for another layout.
const MAGIC: &[u8; 8] = b"isorun\x00\x02";
const LENGTH: usize = 8;
const DIGEST: usize = 32;
const MAC: usize = 32;

/// How many bytes of an entry come before the code. They carry the MAC, so that nothing of a forged entry is read but these.
pub(crate) const HEADER: usize = MAGIC.len() + LENGTH + DIGEST + MAC;

/// The code of a component as it is put away under `key`.
pub(crate) fn seal(secret: &Secret, key: &Key, code: &Code) -> Vec<u8> {
    sealed(secret, key, &code.0, CODE)
}

/// What is said instead of the code, as an entry in its place.
pub(crate) fn seal_words(secret: &Secret, key: &Key, words: &str) -> Vec<u8> {
    sealed(secret, key, words.as_bytes(), WORDS)
}

fn sealed(secret: &Secret, key: &Key, content: &[u8], kind: &[u8]) -> Vec<u8> {
    let (length, digest) = (content.len() as u64, Sha256::digest(content));
    let mac = mac(secret, key, length, &digest, kind).finalize().into_bytes();
    [&MAGIC[..], &length.to_le_bytes(), &digest[..], &mac[..], content].concat()
}

/// Reads the first [`HEADER`] bytes of an entry that [`seal`] made, with this secret and for this key.
pub(crate) fn open(secret: &Secret, key: &Key, header: &[u8; HEADER]) -> Option<Sealed> {
    opened(secret, key, header, CODE)
}

/// As [`open`], of what [`seal_words`] made.
pub(crate) fn open_words(secret: &Secret, key: &Key, header: &[u8; HEADER]) -> Option<SealedWords> {
    opened(secret, key, header, WORDS).map(SealedWords)
}

fn opened(secret: &Secret, key: &Key, header: &[u8; HEADER], kind: &[u8]) -> Option<Sealed> {
    let (length, rest) = header.strip_prefix(MAGIC)?.split_first_chunk::<LENGTH>()?;
    let (digest, tag) = rest.split_first_chunk::<DIGEST>()?;
    let length = u64::from_le_bytes(*length);
    // In constant time, so that nobody learns by the clock how much of a forged tag is right.
    mac(secret, key, length, digest, kind).verify_slice(tag).ok()?;
    Some(Sealed { length, digest: *digest })
}

/// What the MAC of code ends with.
const CODE: &[u8] = b"";
/// What the MAC of words ends with, so that they are never taken for code.
const WORDS: &[u8] = b"words";

fn mac(secret: &Secret, key: &Key, length: u64, digest: &[u8], kind: &[u8]) -> Hmac<Sha256> {
    // A key of HMAC that is shorter than a block is filled up with zeros.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&secret.0);
    // Each part but the last has one length, so that no two entries are the same bytes.
    let mac = Hmac::<Sha256>::new(&block.into()).chain_update(key).chain_update(length.to_le_bytes());
    mac.chain_update(digest).chain_update(kind)
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
        self.is_of(&bytes).then_some(Code(bytes))
    }

    fn is_of(&self, bytes: &[u8]) -> bool {
        Sha256::digest(bytes)[..] == self.digest
    }
}

/// What is said in the place of code.
pub(crate) struct SealedWords(Sealed);

impl SealedWords {
    /// How many bytes the words have.
    pub(crate) fn length(&self) -> u64 {
        self.0.length
    }

    /// The words, if these bytes are what was sealed.
    pub(crate) fn words(self, bytes: Vec<u8>) -> Option<String> {
        self.0.is_of(&bytes).then_some(bytes).and_then(|bytes| String::from_utf8(bytes).ok())
    }
}

/// Code that wasmtime made: in this process, or where what was made is [sealed](seal).
pub(crate) struct Code(Vec<u8>);

impl Code {
    /// Compiles a component to code that is not loaded.
    pub(crate) fn compile(engine: &Engine, component: &[u8]) -> wasmtime::Result<Code> {
        engine.precompile_component(component).map(Code)
    }

    /// The code of a component that is loaded.
    pub(crate) fn of(component: &Component) -> wasmtime::Result<Code> {
        component.serialize().map(Code)
    }

    /// Makes it runnable. Fails if another build of wasmtime, or one with other settings, has compiled it.
    pub(crate) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: these bytes are what `precompile_component` or `serialize` gave in this process, or they have the digest of a header that carries
        // a MAC under a secret of the host, and only `seal` makes those, of such bytes: the secret is the code cache's, or one that was made
        // for a worker of this host and told to nobody else. They are in our memory, so they are the bytes that were verified.
        unsafe { Component::deserialize(engine, &self.0) }
    }
}

/// Makes a digest of what is hashed.
struct Digesting(Sha256);

impl Hasher for Digesting {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Required by the trait; only the digest itself is used.
    fn finish(&self) -> u64 {
        let digest: [u8; 32] = self.0.clone().finalize().into();
        u64::from_le_bytes(digest.first_chunk().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_opened_by_its_own_secret_and_key_alone() {
        let engine = crate::engine::new(crate::engine::places(1), &Default::default(), 512 << 10).unwrap();
        // The smallest component: a preamble.
        let component = Component::from_binary(&engine, b"\0asm\x0d\0\x01\0").unwrap();
        let (secret, key) = (Secret::new([1; 32]), [2; 32]);
        let code = Code::of(&component).unwrap();
        let entry = seal(&secret, &key, &code);
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
    fn words_are_not_taken_for_code_nor_code_for_words() {
        let (secret, key) = (Secret::new([1; 32]), [2; 32]);
        let words = seal_words(&secret, &key, "type mismatch");
        let code = seal(&secret, &key, &Code(b"type mismatch".to_vec()));
        let header = |entry: &[u8]| *entry.first_chunk().unwrap();
        assert!(open(&secret, &key, &header(&words)).is_none());
        assert!(open_words(&secret, &key, &header(&code)).is_none());
        let opened = || open_words(&secret, &key, &header(&words)).unwrap();
        assert_eq!(opened().words(words[HEADER..].to_vec()).as_deref(), Some("type mismatch"));
        assert_eq!(opened().words(b"other words".to_vec()), None);
    }

    /// What is compiled where nothing runs is loaded where instances are pooled.
    #[test]
    fn an_engine_that_only_compiles_is_of_the_same_build() {
        let (pooled, compiling) = (
            crate::engine::new(crate::engine::places(1), &Default::default(), 512 << 10).unwrap(),
            crate::engine::compiling().unwrap(),
        );
        assert_eq!(build(&pooled), build(&compiling));
        // The build tells settings apart that code depends on.
        let other = Engine::new(wasmtime::Config::new().consume_fuel(false)).unwrap();
        assert_ne!(build(&pooled), build(&other));
        let code = Code::compile(&compiling, b"\0asm\x0d\0\x01\0").unwrap();
        assert!(code.load(&pooled).is_ok());
    }

    #[test]
    fn the_mac_is_that_of_the_standard() {
        // By another implementation: of 32 bytes 0x02, the number 4 and the digest of the word `code`, under 32 bytes 0x01.
        let mac = mac(&Secret::new([1; 32]), &[2; 32], 4, &Sha256::digest(b"code"), CODE).finalize().into_bytes();
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "87c2f6e1bbfa71713e00d6cfec954ada2e751042b53608b9de8b59c11dacbe04");
    }
}
