//! A register that changes its owner, on a disk that all nodes reach.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isorun::Cx;

use super::log::{Log, Place};
use super::registers;

/// What stands on the disk. A write is accepted only of the latest owner that has written or begun.
#[derive(Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Stored>>);

#[derive(Default)]
pub(super) struct Stored {
    /// The id of each write, in order.
    pub(super) writes: Vec<u64>,
    /// The latest epoch that the disk has seen.
    epoch: u64,
    /// Which nodes have written in each epoch.
    pub(super) writers: BTreeMap<u64, Vec<usize>>,
}

impl Disk {
    pub(super) fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an owner finds that begins with this epoch.
    fn begin(&self, epoch: u64) -> u64 {
        let mut stored = self.stored();
        stored.epoch = stored.epoch.max(epoch);
        stored.writes.len() as u64
    }

    fn write(&self, epoch: u64, node: usize, id: u64) -> Option<u64> {
        let mut stored = self.stored();
        if epoch < stored.epoch {
            return None;
        }
        stored.epoch = epoch;
        let writers = stored.writers.entry(epoch).or_default();
        if !writers.contains(&node) {
            writers.push(node);
        }
        stored.writes.push(id);
        Some(stored.writes.len() as u64)
    }
}

/// An owner, which reads what it has found or written itself, so that it reads old values once it is an owner no more.
pub(super) struct Owner {
    at: Place,
    epoch: u64,
    disk: Disk,
    log: Log,
    latest: AtomicU64,
}

impl Owner {
    pub(super) fn new(at: Place, epoch: u64, disk: &Disk, log: &Log) -> Owner {
        Owner { at, epoch, disk: disk.clone(), log: log.clone(), latest: AtomicU64::new(disk.begin(epoch)) }
    }
}

#[isorun::system]
impl registers::Register for Owner {
    async fn write(&self, cx: &Cx, id: u64, effort: u32) -> Option<u64> {
        self.log.note(id, self.at, cx, false);
        tokio::time::sleep(Duration::from_millis(u64::from(effort) / 2)).await;
        let written = self.disk.write(self.epoch, self.at.node, id);
        self.latest.fetch_max(written.unwrap_or(0), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(u64::from(effort) / 2)).await;
        written
    }

    async fn read(&self, cx: &Cx, id: u64, effort: u32) -> u64 {
        self.log.note(id, self.at, cx, false);
        tokio::time::sleep(Duration::from_millis(u64::from(effort))).await;
        self.latest.load(Ordering::Relaxed)
    }
}
