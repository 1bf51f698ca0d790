//! Places in WIT files, as people can open them.

use std::fmt;
use std::sync::OnceLock;

use crate::file::WitFile;

/// A place in a WIT file: `wit/fs.wit:21:5`. Without a file it displays as line and column alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's path as it was given; empty for a text that is no file.
    pub file: String,
    /// The line, counted from 1; 0 if the place is not known.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.file.is_empty() { "" } else { ":" };
        write!(f, "{}{gap}{}:{}", self.file, self.line, self.column)
    }
}

/// Where the lines of a text begin, so that a place costs a search and not a walk through the text. It is found out when it is first asked
/// for, since most texts have no mistake.
#[derive(Debug, Default)]
pub(crate) struct Lines(OnceLock<Vec<usize>>);

impl Lines {
    /// The place of a byte of the file whose lines these are.
    pub(crate) fn place(&self, file: &WitFile, byte: usize) -> Place {
        let byte = file.text.floor_char_boundary(byte);
        let starts = self.0.get_or_init(|| {
            let newlines = file.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect()
        });
        let line = starts.partition_point(|start| *start <= byte);
        let start = line.checked_sub(1).and_then(|line| starts.get(line)).copied().unwrap_or(0);
        Place { file: file.path.clone(), line, column: file.text[start..byte].chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let file = WitFile { path: "a.wit".into(), text: "é x\n\r\nyz".into(), group: 0 };
        let lines = Lines::default();
        let at = |byte| lines.place(&file, byte).to_string();
        assert_eq!(
            [at(0), at(1), at(3), at(5), at(7), at(99)],
            ["a.wit:1:1", "a.wit:1:1", "a.wit:1:3", "a.wit:2:1", "a.wit:3:1", "a.wit:3:3"]
        );
        assert_eq!(Place { file: String::new(), line: 2, column: 3 }.to_string(), "2:3");
    }
}
