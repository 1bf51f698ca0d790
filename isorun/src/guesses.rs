//! What misspelt names were meant to be, in a report on things that a stranger has named.

use isorun_wit::nearest;

/// Guesses for one report. A stranger decides how many names are wrong and among how many others they are looked for, so only the first few
/// problems of a report get a guess, each from a bounded number of candidates.
#[derive(Debug)]
pub(crate) struct Guesses {
    left: u32,
}

/// How many problems of a report get a guess. Nobody corrects more of them before trying again.
const MOST_GUESSES: u32 = 16;

/// Among how many names a misspelt one is looked for.
const MOST_CANDIDATES: usize = 1000;

impl Default for Guesses {
    fn default() -> Guesses {
        Guesses { left: MOST_GUESSES }
    }
}

impl Guesses {
    /// The candidate that `name` was probably meant to be.
    pub(crate) fn nearest<S: AsRef<str>>(
        &mut self,
        name: &str,
        candidates: impl IntoIterator<Item = S>,
    ) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        let candidates: Vec<S> = candidates.into_iter().take(MOST_CANDIDATES).collect();
        nearest(name, candidates.iter().map(AsRef::as_ref)).map(str::to_owned)
    }
}
