//! The ids of interfaces, functions and signatures on the wire: the first bytes of hashes.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use super::name::InterfaceName;

/// The interface id: made of the name with its semver track, so that it is the same for all versions that are compatible.
pub(super) fn of_interface(name: &InterfaceName) -> u64 {
    u64::from_le_bytes(first(Sha256::digest(name.on_track()).as_ref()))
}

/// The function id: made of the name alone, so that it stays the same when functions are added or moved.
pub(super) fn of_function(name: &str) -> u32 {
    u32::from_le_bytes(first(Sha256::digest(name).as_ref()))
}

/// The signature id: made of the signature as it is displayed, without its spaces.
///
/// No label holds a space, so two signatures never become the same text.
pub(super) fn of_signature(signature: impl fmt::Display) -> u64 {
    let mut hasher = WithoutSpaces(Sha256::new());
    // Writing to a hasher never fails.
    let _ = write!(hasher, "{signature}");
    u64::from_le_bytes(first(hasher.0.finalize().as_ref()))
}

struct WithoutSpaces(Sha256);

impl Write for WithoutSpaces {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split(' ').for_each(|word| self.0.update(word));
        Ok(())
    }
}

fn first<const N: usize>(hash: &[u8]) -> [u8; N] {
    hash.first_chunk().copied().unwrap_or([0; N])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::function::function;
    use crate::types::Type;

    #[test]
    fn ids_are_those_of_the_specification() {
        let name = "isorun:kv/kv@0.2.1".parse().unwrap();
        assert_eq!(of_interface(&name).to_le_bytes(), Sha256::digest("isorun:kv/kv@0.2")[..8]);
        // Names that mean something in one world only have ids too.
        for plain in ["clip", "$root"] {
            assert_eq!(of_interface(&InterfaceName::of(plain)).to_le_bytes(), Sha256::digest(plain)[..8]);
        }
        assert_eq!(of_function("get-many").to_le_bytes(), Sha256::digest("get-many")[..4]);
        let error = Type::variant([("not-found", None), ("io", Some(Type::String))]);
        let get = function("get", [("key", Type::String), ("n", Type::U8)], Some(Type::result(None, Some(error))));
        let text = "func(key:string,n:u8)->result<_,variant{not-found,io(string)}>";
        assert_eq!(get.signature_id().to_le_bytes(), Sha256::digest(text)[..8]);
    }

    #[test]
    fn two_parameters_of_one_type_cannot_be_swapped() {
        let rename = |a, b| function("rename", [(a, Type::String), (b, Type::String)], None).signature_id();
        assert_ne!(rename("from", "to"), rename("to", "from"));
    }
}
