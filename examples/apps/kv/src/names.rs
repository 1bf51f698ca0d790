//! Keys as paths: any text up to the longest key becomes a path that every host takes, and can be read back.
//!
//! Lower-case letters, digits, `-` and `_` stand for themselves, every other byte is written `%xx`: `user/7` is the
//! file `user%2f7`. So no name is `.` or `..`, and no two names differ only in case. Most disks take names of up to
//! 255 bytes, and a key may become longer than that; then it is cut, and all pieces but the last are folders, marked
//! with a `+` that no file ends in.

/// The longest piece of a name, without its `+`.
const PIECE: usize = 240;

/// What stands between two pieces.
const CUT: &str = "+/";

/// Returns the path for a key that is not empty.
pub fn to_path(key: &str) -> String {
    let mut path = String::with_capacity(key.len());
    let mut piece = 0;
    for &byte in key.as_bytes() {
        let width = if stands_for_itself(byte) { 1 } else { 3 };
        if piece + width > PIECE {
            path.push_str(CUT);
            piece = 0;
        }
        piece += width;
        if width == 1 {
            path.push(char::from(byte));
        } else {
            path.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
    path
}

/// Returns the key whose path this is; `None` if `to_path` makes this path from no key.
pub fn to_key(path: &str) -> Option<String> {
    let name = path.replace(CUT, "");
    let mut bytes = name.bytes();
    let mut key = Vec::with_capacity(name.len());
    while let Some(byte) = bytes.next() {
        key.push(match byte {
            b'%' => hex_value(bytes.next()?)? << 4 | hex_value(bytes.next()?)?,
            byte => byte,
        });
    }
    let key = String::from_utf8(key).ok()?;
    // A key has one path. Any other that would be read as the same key (`%61` for `a`) is not ours.
    (to_path(&key) == path).then_some(key)
}

/// Whether a folder of this name may be one that `to_path` has made.
pub fn is_folder(name: &str) -> bool {
    name.ends_with('+')
}

fn stands_for_itself(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
}

fn hex_digit(value: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(value)])
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::{to_key, to_path};

    #[test]
    fn a_key_is_read_back_from_its_path() {
        for key in [
            "a",
            "user/7/name",
            ".",
            "..",
            "A b",
            "größe",
            "%61",
            "+/",
            &"x".repeat(128),
            &"/".repeat(128),
        ] {
            assert_eq!(to_key(&to_path(key)).as_deref(), Some(key));
        }
    }

    #[test]
    fn no_part_of_a_path_is_too_long_for_a_disk() {
        let path = to_path(&"ä".repeat(64));
        assert!(path.split('/').all(|part| part.len() <= 255), "{path}");
        assert_eq!(path.split('/').count(), 2);
    }

    #[test]
    fn a_path_that_no_key_has_is_not_read() {
        for path in ["%61", "%2F", "A", "a.txt", "%", "%f", "%ff", "a+/b", "a/b"] {
            assert_eq!(to_key(path), None, "{path}");
        }
    }
}
