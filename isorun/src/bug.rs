//! Bugs that isorun can be told to have, so that a test of its tests sees that they are found. Without the feature `testing` there are none.

/// A bug, as one wrong line would make it. Each is read at exactly one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "testing"), expect(unreachable_pub, reason = "only tests name it"))]
pub enum Bug {
    /// The window of a session forgets a call when it ends, and not when it is settled: a message that comes twice runs twice.
    ForgetsTooEarly,
    /// What an answer says was not used is not given back.
    LosesRefunds,
    /// A call that was lost is made again, as a new one, although nobody has said that it may run twice.
    RepeatsWhatWasLost,
}

#[cfg(feature = "testing")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Has what runs on this thread have the bug, or none.
#[cfg(feature = "testing")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this thread has the bug.
#[cfg(feature = "testing")]
pub(crate) fn is_planted(bug: Bug) -> bool {
    PLANTED.try_with(std::cell::Cell::get).unwrap_or_default() == Some(bug)
}

#[cfg(not(feature = "testing"))]
pub(crate) const fn is_planted(_: Bug) -> bool {
    false
}
