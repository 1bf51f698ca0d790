//! What is wrong with WIT, where, and what to do.

use std::fmt;

use crate::place::Place;

/// One thing that is wrong with WIT.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mistake {
    /// What is wrong, in one line.
    pub message: String,
    /// Where: the place of the mistake, then those that have to do with it. Empty for files that are not there.
    pub places: Vec<Place>,
    /// More to know, each in lines of its own.
    pub notes: Vec<String>,
    /// What to do about it, if that is known.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake without a place.
    pub fn new(message: impl Into<String>) -> Mistake {
        Mistake { message: message.into(), places: Vec::new(), notes: Vec::new(), help: None }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Mistake {
        self.places.push(place);
        self
    }

    /// Adds something to know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Mistake {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }
}

/// It displays as the message with its places, notes and help in lines below it.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for place in &self.places {
            write!(f, "\n  --> {place}")?;
        }
        for note in &self.notes {
            write!(f, "\n  {}", note.replace('\n', "\n  "))?;
        }
        self.help.iter().try_for_each(|help| write!(f, "\n  help: {help}"))
    }
}
