//! The smallest system.

/// Counts on by one.
pub struct Ticker;

#[isorun::system("../examples/apps/wit/bench/bench.wit")]
impl host::Host for Ticker {
    fn tick(&self, n: u64) -> u64 {
        n + 1
    }
}
