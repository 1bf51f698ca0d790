//! Numbers that look random and are the same for the same seed.

/// SplitMix64.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one of many that share a seed.
    pub(super) fn new(seed: u64, which: u64) -> Dice {
        let mut dice = Dice(seed);
        Dice(dice.next() ^ which.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    /// As many as are asked for at once.
    pub(super) fn throw<const N: usize>(&mut self) -> [u64; N] {
        std::array::from_fn(|_| self.next())
    }
}

/// Whether something of this chance happens.
pub(super) fn happens(number: u64, chance: f64) -> bool {
    // The upper 53 bits are as many as a fraction has.
    const ALL: f64 = (1_u64 << 53) as f64;
    ((number >> 11) as f64) < chance * ALL
}

/// A number below `limit`; zero for a limit of zero.
pub(super) fn below(number: u64, limit: u64) -> u64 {
    ((u128::from(number) * u128::from(limit)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_about_what_they_say() {
        let mut dice = Dice::new(1, 2);
        let hits = (0..10_000).filter(|_| happens(dice.next(), 0.25)).count();
        assert!((2300..2700).contains(&hits), "{hits}");
        assert!(!happens(0, 0.0) && happens(u64::MAX, 1.0));
        assert_eq!((below(u64::MAX, 10), below(0, 10), below(5, 0)), (9, 0, 0));
    }

    #[test]
    fn those_of_one_seed_differ_and_repeat() {
        let throw = |seed, which| Dice::new(seed, which).throw::<4>();
        assert_eq!(throw(1, 2), throw(1, 2));
        assert!(throw(1, 2) != throw(1, 3) && throw(1, 2) != throw(2, 2));
    }
}
