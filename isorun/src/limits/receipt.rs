//! What one call has used.

use std::fmt;
use std::time::Duration;

/// What a call used, nested calls included, also those on other machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// Units of fuel.
    pub fuel: u64,
    /// Time from the start of the call to its end, waiting included.
    pub time: Duration,
    /// Bytes by which memories and tables of the called instances grew.
    pub memory: u64,
    /// How many times messages to other runtimes were sent again.
    pub retries: u32,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fuel, {:?}, {} bytes grown", self.fuel, self.time, self.memory)?;
        if self.retries > 0 {
            write!(f, ", sent again {} times", self.retries)?;
        }
        Ok(())
    }
}
