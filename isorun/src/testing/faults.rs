//! What a connection does to the frames that it carries.

use std::ops::RangeInclusive;
use std::time::Duration;

/// What a [connection](super::Connection) does to the frames that it carries. By default nothing: each arrives at once, whole and in order.
///
/// A chance is a number from 0 (never) to 1 (always), and holds for each frame by itself.
///
/// ```
/// use std::time::Duration;
/// use isorun::testing::Faults;
///
/// let bad_weather = Faults::none()
///     .delay(Duration::from_millis(1)..=Duration::from_millis(80))
///     .loss(0.05)
///     .doubling(0.01)
///     .reordering(0.1);
/// # let _ = bad_weather;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "faults do nothing until a connection is given them"]
pub struct Faults {
    pub(super) delay: RangeInclusive<Duration>,
    pub(super) loss: f64,
    pub(super) doubling: f64,
    pub(super) reordering: f64,
    pub(super) truncation: f64,
    pub(super) corruption: f64,
    pub(super) is_unchecked: bool,
}

impl Faults {
    /// No faults.
    pub fn none() -> Faults {
        Faults {
            delay: Duration::ZERO..=Duration::ZERO,
            loss: 0.0,
            doubling: 0.0,
            reordering: 0.0,
            truncation: 0.0,
            corruption: 0.0,
            is_unchecked: false,
        }
    }

    /// How long a frame is under way: drawn for each from this range. Frames still arrive in the order in which they were sent. Tokio's timers go by
    /// milliseconds, so a part of one counts as a whole.
    pub fn delay(mut self, span: RangeInclusive<Duration>) -> Faults {
        self.delay = span;
        self
    }

    /// The chance that a frame is lost.
    pub fn loss(mut self, chance: f64) -> Faults {
        self.loss = chance;
        self
    }

    /// The chance that a frame arrives twice. The second one has a delay of its own, and comes in any order.
    pub fn doubling(mut self, chance: f64) -> Faults {
        self.doubling = chance;
        self
    }

    /// The chance that a frame is held up, for once more the longest delay and a millisecond, while later ones overtake it.
    pub fn reordering(mut self, chance: f64) -> Faults {
        self.reordering = chance;
        self
    }

    /// The chance that a frame loses its end, which is [noticed](Faults::unchecked).
    pub fn truncation(mut self, chance: f64) -> Faults {
        self.truncation = chance;
        self
    }

    /// The chance that a bit of a frame changes, which is [noticed](Faults::unchecked).
    pub fn corruption(mut self, chance: f64) -> Faults {
        self.corruption = chance;
        self
    }

    /// Delivers damaged frames as they are.
    ///
    /// Without this, a damaged frame is dropped where it arrives, as every transport does that has a checksum, which TCP, TLS, QUIC and WebSockets over them
    /// have. isorun relies on that: its messages carry no checksum of their own, and one changed bit in a number makes another number. With it, no
    /// value can be trusted; what remains to be tested is that nothing panics or hangs.
    pub fn unchecked(mut self) -> Faults {
        self.is_unchecked = true;
        self
    }
}

impl Default for Faults {
    fn default() -> Faults {
        Faults::none()
    }
}
