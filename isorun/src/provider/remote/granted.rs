//! What a call grants a peer, until it is known what the peer has used.

use crate::bug::{Bug, is_planted};
use crate::limits::cx::Cx;

/// Fuel and memory that a peer may use. If nobody says what it has used, it counts as used: the peer may go on where its answer is lost.
pub(super) struct Granted<'a> {
    cx: &'a Cx,
    pub(super) fuel: u64,
    pub(super) memory: u64,
    /// The most fuel and memory that may yet be charged, for all messages of the call together.
    most: u64,
    most_memory: u64,
    /// Whether messages of the call have left, and none of them was answered.
    is_out: bool,
    /// Whether one of them was lost.
    is_lost: bool,
    /// Whether the message that left last was answered.
    is_answered: bool,
}

impl<'a> Granted<'a> {
    pub(super) fn new(cx: &'a Cx, (fuel, memory): (u64, u64), most: u64) -> Granted<'a> {
        Granted {
            cx,
            fuel,
            memory,
            most: most.min(fuel),
            most_memory: memory,
            is_out: false,
            is_lost: false,
            is_answered: false,
        }
    }

    /// A message is about to leave.
    pub(super) fn sends(&mut self) {
        (self.is_out, self.is_answered) = (true, false);
    }

    /// No byte of it has left.
    pub(super) fn was_not_sent(&mut self) {
        // That this message has not left says nothing of one that was lost before it.
        self.is_out = self.is_lost;
    }

    /// A message may have run, and is sent again.
    pub(super) fn was_lost(&mut self) {
        self.is_lost = true;
    }

    /// Whether the message that left last was answered.
    pub(super) fn is_answered(&self) -> bool {
        self.is_answered
    }

    /// The peer says what it has used, and whether the function has run. It cannot charge more than it was granted.
    pub(super) fn answered(&mut self, fuel: u64, memory: u64, ran: bool) {
        self.is_answered = true;
        // That this message has not run says nothing of one that was lost before it.
        self.is_out = (self.is_lost && !ran) || is_planted(Bug::LosesRefunds);
        // A call that is made again is granted the same again, and charged no more for it than was granted once.
        let (fuel, memory) = (fuel.min(self.most), memory.min(self.most_memory));
        (self.most, self.most_memory) = (self.most - fuel, self.most_memory - memory);
        self.cx.charge(fuel, memory);
        if ran {
            self.cx.enter();
        }
    }

    /// Somebody says that the function may have run, and nobody what it has used.
    pub(super) fn answered_without_use(&mut self) {
        self.is_answered = true;
    }
}

impl Drop for Granted<'_> {
    fn drop(&mut self) {
        if self.is_out {
            self.cx.charge(self.most, self.most_memory);
            self.cx.enter();
        }
    }
}
