//! Guesses which name a misspelt one was meant to be.

/// Names come from strangers, who may send long ones. Comparing two takes time that grows with the product of their lengths.
const LONGEST: usize = 128;

/// The candidate that `name` was probably meant to be: the one that takes the fewest typing mistakes, if these are few for its length.
///
/// A mistake is a letter that is added, dropped, replaced or swapped with its neighbour. Upper and lower case are the same. Of two
/// candidates that are equally near it is the first in the alphabet, so that the answer does not depend on the order of a map.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    let distances = candidates.into_iter().filter_map(|candidate| {
        let other = candidate.to_lowercase();
        let other_length = other.chars().count();
        let most = length.max(other_length).div_ceil(3);
        // The distance is never below the difference in length.
        if length.max(other_length) > LONGEST || length.abs_diff(other_length) > most {
            return None;
        }
        let distance = strsim::osa_distance(&lower, &other);
        (distance <= most).then_some((distance, candidate))
    });
    distances.min().map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, nearest};

    #[test]
    fn a_misspelt_name_finds_the_one_that_was_meant() {
        assert_eq!(nearest("raed", ["write", "read", "remove"]), Some("read"));
        assert_eq!(nearest("Entries", ["read", "entries"]), Some("entries"));
        assert_eq!(
            nearest("isorun:kv/vk@0.1.0", ["isorun:kv/kv@0.1.0", "isorun:fs/fs@0.1.0"]),
            Some("isorun:kv/kv@0.1.0")
        );
        assert_eq!(nearest("get", ["set", "delete"]), Some("set"));
        assert_eq!(nearest("get", ["set", "let"]), Some("let"));
    }

    #[test]
    fn a_name_that_is_far_from_all_finds_none() {
        assert_eq!(nearest("read_dir", ["read", "entries"]), None);
        assert_eq!(nearest("get", ["delete"]), None);
        assert_eq!(nearest("x", ["read"]), None);
    }

    #[test]
    fn a_name_that_is_too_long_is_compared_with_none() {
        let (long, too_long) = ("a".repeat(LONGEST), "a".repeat(LONGEST + 1));
        assert_eq!(nearest(&long, [long.as_str()]), Some(long.as_str()));
        assert_eq!(nearest(&too_long, [too_long.as_str()]), None);
    }
}
