//! Who must not notice an attack: a timer, a neighbour, and the machine's memory.

use std::fs;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cpu_time::ThreadTime;
use isorun::Instance;
use tokio::task::JoinHandle;

use super::siege::is_honest;

/// Everybody else, while an attack goes on.
///
/// A task that sleeps for a millisecond at a time, and one that calls the neighbour after each millisecond, must have had a turn for every
/// [`LONGEST`] that this thread was busy, and every call of the neighbour must have had its value. The program's memory must never have grown
/// by more than it may, and must have come back at the end.
///
/// How long this thread was busy does not depend on what else the machine does, so that only an attack can take the turns away.
pub(crate) struct Others {
    busy: ThreadTime,
    timer: Turns,
    neighbour: Turns,
    memory: Option<u64>,
}

/// How long the thread may be kept from a task, on the average: some hundred times as long as is intended, since neither is this build optimised.
const LONGEST: Duration = Duration::from_millis(100);

/// Bytes that an allocator may keep of what it was given back, on each of the threads on which an app was read and compiled.
const KEPT: u64 = 128 << 20;

impl Others {
    /// Begins to look.
    pub(crate) fn begin(neighbour: &Instance) -> Others {
        let memory = memory("VmRSS");
        forget_the_peak();
        let neighbour = neighbour.clone();
        let neighbour = Turns::begin(move || {
            let neighbour = neighbour.clone();
            async move {
                a_moment().await;
                is_honest(&neighbour).await;
            }
        });
        Others { busy: ThreadTime::now(), timer: Turns::begin(a_moment), neighbour, memory }
    }

    /// Ends to look. The program may have grown by so many bytes meanwhile.
    pub(crate) async fn end(self, most: u64) {
        let Others { busy, timer, neighbour, memory: before } = self;
        let busy = busy.elapsed();
        let peak = memory("VmHWM");
        let (timer, neighbour) = (timer.end().await, neighbour.end().await);
        let due = busy.as_millis() / LONGEST.as_millis();
        let what = format!("the thread was busy for {busy:?}");
        assert!(u128::from(timer) >= due, "{what}, and a timer of 1 ms fired {timer} times");
        assert!(u128::from(neighbour) >= due, "{what}, and its neighbour was served {neighbour} times");
        if let (Some(before), Some(peak), Some(after)) = (before, peak, memory("VmRSS")) {
            let (grown, left) = (peak.saturating_sub(before) >> 20, after.saturating_sub(before) >> 20);
            assert!(grown <= most >> 20, "the program grew by {grown} MiB, and may by {}", most >> 20);
            assert!(left <= KEPT >> 20, "{left} MiB were not given back, of {grown}");
        }
    }
}

/// How often a task does its work.
struct Turns {
    ends: Arc<AtomicBool>,
    task: JoinHandle<u64>,
}

impl Turns {
    fn begin<F: Future<Output = ()> + Send>(work: impl Fn() -> F + Send + 'static) -> Turns {
        let ends = Arc::new(AtomicBool::new(false));
        let ended = ends.clone();
        let task = async move {
            let mut turns = 0;
            while !ended.load(Ordering::Relaxed) {
                work().await;
                turns += 1;
            }
            turns
        };
        Turns { ends, task: tokio::spawn(task) }
    }

    /// Lets the work end that it is at, which is not counted among the turns.
    async fn end(self) -> u64 {
        self.ends.store(true, Ordering::Relaxed);
        let turns = self.task.await.unwrap_or_else(|end| resume_unwind(end.into_panic()));
        turns.saturating_sub(1)
    }
}

async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Bytes of this program that are in memory, now or at most. `None` where the system does not tell.
fn memory(which: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(which))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}

/// Has the system count the most memory anew. Where it refuses, the most is that of the whole run, which is stricter.
fn forget_the_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}
