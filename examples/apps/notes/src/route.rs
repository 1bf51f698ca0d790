//! What a path leads to.

/// What the keys of all notes begin with.
pub const KEYS: &str = "notes/";

/// The longest name in bytes. With what its key begins with, it is well below the longest key of `isorun:kv`.
const NAME_LIMIT: usize = 100;

/// Where a path leads.
#[derive(Debug, PartialEq)]
pub enum Route {
    /// All notes.
    All,
    /// One note, with the key that it has in the store.
    Note(String),
    /// The endless loop.
    Spin,
    /// Nowhere.
    Nothing,
}

impl Route {
    /// Finds out where a path leads; a query is left aside.
    ///
    /// # Errors
    ///
    /// What is wrong with the name of the note, if it is no name that a note can have.
    pub fn of(path: &str) -> Result<Route, &'static str> {
        let path = path.split('?').next().unwrap_or_default();
        match path {
            "/notes" | "/notes/" => Ok(Route::All),
            "/spin" => Ok(Route::Spin),
            _ => match path.strip_prefix("/notes/") {
                Some(name) => Ok(Route::Note(format!("{KEYS}{}", name_of(name)?))),
                None => Ok(Route::Nothing),
            },
        }
    }
}

/// Decodes and checks the name of a note.
fn name_of(encoded: &str) -> Result<String, &'static str> {
    let name = decode(encoded).ok_or("the name of the note is not percent-encoded UTF-8")?;
    if name.len() > NAME_LIMIT {
        return Err("the name of the note is longer than 100 bytes");
    }
    // The list of all notes has one name a line, so a name must not have lines.
    if name.chars().any(char::is_control) {
        return Err("the name of the note contains a control character");
    }
    Ok(name)
}

/// Undoes percent-encoding; `None` if a `%` is not followed by two hex digits, or if no text comes out.
fn decode(encoded: &str) -> Option<String> {
    let mut bytes = encoded.bytes();
    let mut decoded = Vec::with_capacity(encoded.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex_value(bytes.next()?)? << 4 | hex_value(bytes.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::Route;

    fn note(name: &str) -> Result<Route, &'static str> {
        Ok(Route::Note(format!("notes/{name}")))
    }

    #[test]
    fn paths_lead_where_they_say() {
        assert_eq!(Route::of("/notes"), Ok(Route::All));
        assert_eq!(Route::of("/notes?limit=3"), Ok(Route::All));
        assert_eq!(Route::of("/notes/a"), note("a"));
        assert_eq!(Route::of("/notes/a/b"), note("a/b"));
        assert_eq!(Route::of("/notes/gr%C3%bc%c3%9fe%3F?x"), note("grüße?"));
        assert_eq!(Route::of("/spin"), Ok(Route::Spin));
        assert_eq!(Route::of("/notesy"), Ok(Route::Nothing));
        assert_eq!(Route::of(""), Ok(Route::Nothing));
    }

    #[test]
    fn a_name_that_cannot_be_one_is_refused() {
        for path in ["/notes/%", "/notes/%g0", "/notes/%ff", "/notes/%0a"] {
            assert!(Route::of(path).is_err(), "{path}");
        }
        assert!(Route::of(&format!("/notes/{}", "x".repeat(100))).is_ok());
        assert!(Route::of(&format!("/notes/{}", "x".repeat(101))).is_err());
    }
}
