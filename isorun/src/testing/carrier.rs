//! Carries the frames of one direction.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::connection::{Connection, Way};
use super::dice::{Dice, below, happens};
use super::faults::Faults;
use super::trace::{Fate, Frame};
use crate::clock::{Instant, Timer};
use crate::remote::Link;

/// Takes frames from one link and gives them to the other one. It ends with the connection.
pub(super) struct Carrier {
    connection: Connection,
    way: Way,
    from: Link,
    to: Link,
    dice: Dice,
    /// What is under way, by the moment of its arrival, then in the order of its sending.
    under_way: BTreeMap<(Instant, u64), Bytes>,
    last_number: u64,
    /// When the latest frame arrives of those that keep the order.
    last_arrival: Option<Instant>,
    /// Whether the link that sends has ended.
    is_ended: bool,
    timer: Option<(Instant, Timer)>,
}

impl Carrier {
    pub(super) fn new(connection: Connection, way: Way, (from, to): (Link, Link), dice: Dice) -> Carrier {
        Carrier {
            connection,
            way,
            from,
            to,
            dice,
            under_way: BTreeMap::new(),
            last_number: 0,
            last_arrival: None,
            is_ended: false,
            timer: None,
        }
    }

    fn note(&self, frame: &[u8], fate: Fate) {
        self.connection.note(self.way, Some(Frame::of(frame)), fate);
    }

    /// Takes a frame from the link.
    fn take(&mut self, frame: Bytes) {
        // Each frame draws equally often, so that a fault which is taken away does not change what happens to the frames behind it.
        let [loss, truncation, corruption, place, delay, reordering, doubling, second] = self.dice.throw();
        let faults = self.connection.faults_of(self.way);
        if self.connection.is_silent(self.way) {
            return self.note(&frame, Fate::Silenced);
        }
        if happens(loss, faults.loss) {
            return self.note(&frame, Fate::Lost);
        }
        let damaged = damaged(&frame, (truncation, corruption, place), &faults);
        if damaged.is_some() && !faults.is_unchecked {
            return self.note(&frame, Fate::Damaged);
        }
        let sent = if damaged.is_some() { Fate::SentDamaged } else { Fate::Sent };
        let frame = damaged.unwrap_or(frame);
        let now = Instant::now();
        let (mut at, longest) = (now + drawn(delay, &faults), *faults.delay.end());
        if happens(reordering, faults.reordering) {
            at += longest + Duration::from_millis(1);
        } else {
            at = self.last_arrival.map_or(at, |last| last.max(at));
            self.last_arrival = Some(at);
        }
        self.note(&frame, sent(at - now));
        if happens(doubling, faults.doubling) {
            let again = now + drawn(second, &faults) + drawn(place, &faults);
            self.note(&frame, Fate::Doubled(again - now));
            self.send(again, frame.clone());
        }
        self.send(at, frame);
    }

    fn send(&mut self, at: Instant, frame: Bytes) {
        self.last_number += 1;
        self.under_way.insert((at, self.last_number), frame);
    }

    /// Gives the other link what has arrived.
    fn deliver(&mut self) {
        while let Some(first) = self.under_way.first_entry()
            && first.key().0 <= Instant::now()
        {
            let frame = first.remove();
            if self.connection.is_cut() {
                return;
            }
            match self.connection.is_silent(self.way) {
                true => self.note(&frame, Fate::Silenced),
                false => {
                    self.note(&frame, Fate::Arrived);
                    self.to.receive(frame);
                }
            }
        }
    }

    /// Tells the other link that this one has ended.
    fn hang_up(&self) {
        if !self.connection.is_silent(self.way) {
            self.connection.note(self.way, None, Fate::HungUp);
            self.to.close();
        }
    }
}

impl Future for Carrier {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            this.deliver();
            if this.connection.is_cut() {
                return Poll::Ready(());
            }
            if !this.is_ended {
                match this.from.poll_send(task) {
                    Poll::Ready(Some(frame)) => {
                        this.take(frame);
                        continue;
                    }
                    Poll::Ready(None) => this.is_ended = true,
                    Poll::Pending => {}
                }
            }
            let Some((&(at, _), _)) = this.under_way.first_key_value() else {
                if this.is_ended {
                    this.hang_up();
                    return Poll::Ready(());
                }
                return Poll::Pending;
            };
            if this.timer.as_ref().is_none_or(|(armed, _)| *armed != at) {
                this.timer = Timer::new(at).map(|timer| (at, timer));
            }
            let fired = this.timer.as_mut().is_some_and(|(_, timer)| timer.has_fired(at, task));
            if !fired && Instant::now() < at {
                return Poll::Pending;
            }
        }
    }
}

/// The frame with what happens to it; `None` if it stays whole.
fn damaged(frame: &Bytes, (truncation, corruption, place): (u64, u64, u64), faults: &Faults) -> Option<Bytes> {
    if frame.is_empty() {
        return None;
    }
    if happens(truncation, faults.truncation) {
        return Some(frame.slice(..below(place, frame.len() as u64) as usize));
    }
    if happens(corruption, faults.corruption) {
        let mut bytes = frame.to_vec();
        let bit = below(place, 8 * bytes.len() as u64);
        let byte = bytes.get_mut(bit as usize / 8)?;
        *byte ^= 1 << (bit % 8);
        return Some(bytes.into());
    }
    None
}

/// A delay of the range.
fn drawn(number: u64, faults: &Faults) -> Duration {
    let (least, most) = faults.delay.clone().into_inner();
    let micros = u64::try_from(most.saturating_sub(least).as_micros()).unwrap_or(u64::MAX);
    least + Duration::from_micros(below(number, micros.saturating_add(1)))
}
