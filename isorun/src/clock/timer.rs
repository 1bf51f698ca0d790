//! Timers for deadlines, which are kept and used again.
//!
//! Most timers are armed by calls that wait for their turn, and hardly any of them fires: the deadline is seconds away, the turn some
//! microseconds. Arming a timer takes a lock of the executor, and so does disarming it. Therefore a timer stays armed when a call no longer
//! needs it, and the next call that waits on the same thread takes it over. It may fire too early for that call, and is armed again then.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use tokio::runtime::{Builder, Handle, Id};
use tokio::time::{Instant, Sleep};

/// Wakes a task at a certain moment, and possibly once before that.
#[derive(Debug)]
pub(crate) struct Timer(Option<Armed>);

#[derive(Debug)]
struct Armed {
    sleep: Pin<Box<Sleep>>,
    /// What the sleep wakes, and the same as a waker.
    alarm: Arc<Alarm>,
    waker: Waker,
    fires: Fires,
}

/// Who fires a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fires {
    /// A thread of this crate.
    Clock,
    /// The tokio runtime of this id, because its clock is not the real one.
    Test(Id),
}

/// How many timers a thread keeps.
const MOST_KEPT: usize = 32;

thread_local! {
    static KEPT: RefCell<Vec<Armed>> = const { RefCell::new(Vec::new()) };
}

impl Timer {
    /// A timer that fires at this moment at the latest; `None` where there are no timers.
    pub(crate) fn new(at: Instant) -> Option<Timer> {
        let fires = Fires::now()?;
        Some(Timer(Some(kept(fires, at).map_or_else(|| Armed::new(fires, at), Some)?)))
    }

    /// Whether the moment has come. If it has not, the task is woken when it does.
    pub(crate) fn has_fired(&mut self, at: Instant, task: &mut Context<'_>) -> bool {
        let fires = Fires::now();
        if self.0.as_ref().map(|armed| armed.fires) != fires {
            // The task was moved to where another clock goes, or a test has stopped this one. What was to fire it may be gone.
            self.0 = fires.and_then(|fires| Armed::new(fires, at));
        }
        self.0.as_mut().is_some_and(|armed| armed.has_fired(at, task))
    }
}

impl Fires {
    /// Who fires timers here.
    fn now() -> Option<Fires> {
        match Handle::try_current() {
            Ok(runtime) if is_test_clock() => Some(Fires::Test(runtime.id())),
            _ => clock().map(|_| Fires::Clock),
        }
    }
}

/// Whether tokio's clock is not the real one: a test has stopped it, or set it forward.
fn is_test_clock() -> bool {
    let before = std::time::Instant::now();
    let now = Instant::now().into_std();
    now < before || now > std::time::Instant::now()
}

/// The tokio runtime of the thread that fires timers; `None` where there are no threads.
///
/// Whether a runtime of the caller has timers cannot be asked, and to use those that it has not is a panic. So timers have a runtime of their
/// own, which outlives all others, and calls end at their deadline in every executor.
fn clock() -> Option<&'static Handle> {
    static CLOCK: OnceLock<Option<Handle>> = OnceLock::new();
    let begin = || {
        let runtime = Builder::new_current_thread().enable_time().build().ok()?;
        let handle = runtime.handle().clone();
        let run = move || runtime.block_on(std::future::pending::<()>());
        thread::Builder::new().name("isorun-clock".into()).spawn(run).ok()?;
        Some(handle)
    };
    CLOCK.get_or_init(begin).as_ref()
}

impl Armed {
    /// A timer for this moment; `None` on a thread that is ending, which has no timers any more.
    fn new(fires: Fires, at: Instant) -> Option<Armed> {
        let sleep = match fires {
            Fires::Clock => {
                // On a thread that is ending, a runtime cannot be entered.
                if Handle::try_current().is_err_and(|error| error.is_thread_local_destroyed()) {
                    return None;
                }
                let _entered = clock()?.enter();
                Box::pin(tokio::time::sleep_until(at))
            }
            // Such a runtime may still have no timers, and then tokio panics.
            Fires::Test(_) => caught(|| Box::pin(tokio::time::sleep_until(at)))?,
        };
        let alarm = Arc::<Alarm>::default();
        let waker = Waker::from(alarm.clone());
        Some(Armed { sleep, alarm, waker, fires })
    }

    fn has_fired(&mut self, at: Instant, task: &mut Context<'_>) -> bool {
        self.alarm.set(task.waker());
        match self.fires {
            Fires::Clock => self.poll(at),
            // Such a runtime may be shutting down, and then tokio panics.
            Fires::Test(_) => caught(|| self.poll(at)).unwrap_or(false),
        }
    }

    fn poll(&mut self, at: Instant) -> bool {
        let clock = &mut Context::from_waker(&self.waker);
        match self.sleep.as_mut().poll(clock) {
            // It fired for an earlier call's deadline.
            Poll::Ready(()) if self.sleep.deadline() < at => {
                self.sleep.as_mut().reset(at);
                self.sleep.as_mut().poll(clock).is_ready()
            }
            poll => poll.is_ready(),
        }
    }
}

/// What tokio gives, unless it panics.
fn caught<T>(tokio: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(tokio)).ok()
}

/// The task that a timer wakes. It stands between the two so that a waker which panics does not end the thread of the clock, and so that a
/// timer which is kept does not hold the memory of the task that used it last.
#[derive(Debug, Default)]
struct Alarm(Mutex<Option<Waker>>);

impl Alarm {
    fn set(&self, waker: &Waker) {
        if self.task().as_ref().is_some_and(|task| task.will_wake(waker)) {
            return;
        }
        let waker = Some(waker.clone());
        let old = std::mem::replace(&mut *self.task(), waker);
        drop(old);
    }

    fn take(&self) -> Option<Waker> {
        self.task().take()
    }

    fn task(&self) -> MutexGuard<'_, Option<Waker>> {
        // Nothing panics under the lock: wakers are cloned, woken and dropped outside.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(task) = self.take() {
            let _ = catch_unwind(AssertUnwindSafe(|| task.wake()));
        }
    }
}

/// A kept timer that is fired by the same and at the moment or before it. A later one would wake the task too late.
fn kept(fires: Fires, at: Instant) -> Option<Armed> {
    let found = KEPT.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        match kept.last() {
            // The thread works for another clock now, and the timers of the old one are useless here.
            Some(last) if last.fires != fires => (None, std::mem::take(&mut *kept)),
            Some(last) if last.sleep.deadline() <= at => (kept.pop(), Vec::new()),
            _ => (None, Vec::new()),
        }
    });
    // Dropping a timer runs tokio's code, so those of the old clock are dropped here, where `KEPT` is not borrowed.
    let (timer, _of_another) = found.ok()?;
    timer
}

impl Drop for Timer {
    fn drop(&mut self) {
        let Some(armed) = self.0.take() else { return };
        let _task = armed.alarm.take();
        // On a thread that is ending, `KEPT` is gone and the timer is just dropped. A timer that finds no room is dropped after the borrow.
        let _one_too_many = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() < MOST_KEPT {
                kept.push(armed);
                None
            } else {
                Some(armed)
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    fn executor() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
    }

    fn kept_now() -> usize {
        KEPT.with_borrow(Vec::len)
    }

    /// Waits until a timer for the end of the span has fired.
    async fn wait(span: Duration) {
        let at = Instant::now() + span;
        let mut timer = Timer::new(at).unwrap();
        poll_fn(|task| if timer.has_fired(at, task) { Poll::Ready(()) } else { Poll::Pending }).await;
        assert!(Instant::now() >= at);
    }

    /// Arms a timer and drops it before it fires.
    async fn arm(span: Duration) {
        let at = Instant::now() + span;
        let mut timer = Timer::new(at).unwrap();
        assert!(!poll_fn(|task| Poll::Ready(timer.has_fired(at, task))).await);
    }

    #[test]
    fn one_that_is_armed_for_an_earlier_call_serves_a_later_one() {
        executor().block_on(async {
            arm(Duration::from_millis(200)).await;
            assert_eq!(kept_now(), 1);
            wait(Duration::from_millis(250)).await;
            // It has fired, and can be armed again.
            wait(Duration::from_millis(5)).await;
            assert_eq!(kept_now(), 1);
        });
    }

    #[test]
    fn one_that_would_fire_too_late_serves_nobody() {
        executor().block_on(async {
            arm(Duration::from_secs(1000)).await;
            wait(Duration::from_millis(5)).await;
            assert_eq!(kept_now(), 2);
        });
    }

    #[test]
    fn they_fire_without_a_time_driver_and_outlive_a_runtime() {
        let timeless = || tokio::runtime::Builder::new_current_thread().build().unwrap();
        timeless().block_on(arm(Duration::from_millis(200)));
        timeless().block_on(wait(Duration::from_millis(250)));
        executor().block_on(async {
            wait(Duration::from_millis(5)).await;
            assert_eq!(kept_now(), 1);
        });
    }

    #[test]
    fn they_fire_outside_of_tokio_in_a_task_that_is_moved() {
        struct Unpark(thread::Thread);
        impl Wake for Unpark {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }
        let mut waits = Box::pin(wait(Duration::from_millis(200)));
        assert!(executor().block_on(poll_fn(|task| Poll::Ready(waits.as_mut().poll(task)))).is_pending());
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        while waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            thread::park();
        }
    }

    #[test]
    fn a_waker_that_panics_does_not_end_the_clock() {
        struct Panics;
        impl Wake for Panics {
            fn wake(self: Arc<Self>) {
                panic!("as it was told");
            }
        }
        let at = Instant::now() + Duration::from_millis(200);
        let mut timer = Timer::new(at).unwrap();
        assert!(!timer.has_fired(at, &mut Context::from_waker(&Arc::new(Panics).into())));
        thread::sleep(Duration::from_millis(250));
        executor().block_on(wait(Duration::from_millis(5)));
    }

    #[test]
    fn a_kept_timer_holds_no_task() {
        executor().block_on(async {
            let task = Arc::new(Held);
            let (at, waker) = (Instant::now() + Duration::from_secs(1000), Waker::from(task.clone()));
            let mut timer = Timer::new(at).unwrap();
            timer.has_fired(at, &mut Context::from_waker(&waker));
            drop((waker, timer));
            assert_eq!((kept_now(), Arc::strong_count(&task)), (1, 1));
        });
    }

    struct Held;

    impl Wake for Held {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn a_thread_keeps_only_some() {
        executor().block_on(async {
            let timers: Vec<_> = (0..2 * MOST_KEPT).map(|_| Timer::new(Instant::now()).unwrap()).collect();
            drop(timers);
            assert_eq!(kept_now(), MOST_KEPT);
        });
    }
}
