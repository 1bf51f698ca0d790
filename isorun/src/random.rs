//! The one source of randomness of this crate.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// Gives bytes that nobody can guess without knowing its secret.
///
/// They are the hash of the secret and a counter. The same secret gives the same bytes in the same order, which makes a simulation
/// repeatable.
pub(crate) struct Random {
    secret: [u8; 32],
    given: AtomicU64,
}

impl Random {
    pub(crate) fn new(secret: [u8; 32]) -> Random {
        Random { secret, given: AtomicU64::new(0) }
    }

    /// A source whose secret comes from the operating system.
    ///
    /// # Errors
    ///
    /// The operating system's message if it gives no random bytes.
    pub(crate) fn from_system() -> Result<Random, String> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| error.to_string())?;
        Ok(Random::new(secret))
    }

    /// The next bytes; `N` is at most 32.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        const { assert!(N <= 32, "a hash has 32 bytes") };
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::new().chain_update(self.secret).chain_update(number.to_le_bytes()).finalize();
        let mut bytes = [0; N];
        bytes.copy_from_slice(&hash[..N]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_secret_gives_one_sequence_and_no_bytes_twice() {
        let (one, same, other) = (Random::new([1; 32]), Random::new([1; 32]), Random::new([2; 32]));
        let bytes: Vec<[u8; 16]> = (0..100).map(|_| one.bytes()).collect();
        assert!(bytes.iter().all(|bytes| *bytes == same.bytes() && *bytes != other.bytes()));
        let distinct: std::collections::HashSet<_> = bytes.iter().collect();
        assert_eq!(distinct.len(), bytes.len());
    }
}
