//! Guessing what a misspelt name was meant to be.

/// The candidate that differs from `name` in the fewest letters, if it differs in few enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    // Names come from strangers, who may send long ones: those are not compared letter by letter.
    let candidates = candidates.into_iter().filter(|candidate| candidate.chars().count().abs_diff(length) <= limit);
    let distances = candidates.map(|candidate| (distance(name, candidate), candidate));
    distances.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// The number of letters to insert, remove or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        assert_eq!(
            nearest("isorun:kv/vk@0.1.0", ["isorun:kv/kv@0.1.0", "isorun:fs/fs@0.1.0"]),
            Some("isorun:kv/kv@0.1.0")
        );
        assert_eq!(nearest("get", ["set", "delete"]), Some("set"));
        assert_eq!(nearest("get", ["delete"]), None);
    }
}
