//! A network in one thread, which fails as a seed says.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::carrier::Carrier;
use super::connection::{Connection, Way};
use super::dice::Dice;
use super::faults::Faults;
use super::trace::{Event, Fate, Trace};
use crate::clock::Instant;
use crate::remote::Link;

/// A network in one thread, which carries the frames of [links](Link) and fails as its seed says.
///
/// On a runtime of tokio's that has one thread and starts with its clock paused, one seed gives one course of events: the same frames are lost, and
/// everything happens at the same moments. Give the isorun runtimes a [seed](crate::RuntimeBuilder::seed) as well, since sessions and tokens are
/// random otherwise. A clone is the same fabric.
///
/// Frames over a connection are not a stream: each can be lost by itself, so that a call is left without an answer while its connection goes
/// on, and ends at its deadline. A program that is right on a fabric is right on anything better.
///
/// To crash a runtime, [cut](Connection::cut) its connections and drop it. To start it again, make a new one with the same
/// [secret](crate::RuntimeBuilder::secret), so that its named exports have the same tokens, but another seed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use isorun::Runtime;
/// use isorun::remote::{ExportPolicy, ImportPolicy, Peer};
/// use isorun::testing::{Fabric, Faults};
///
/// #[isorun::system("tests/wit/greeter.wit")]
/// impl greeter::Greeter for Polite {
///     fn greet(&self, name: &str) -> String {
///         format!("good day, {name}")
///     }
/// }
///
/// struct Polite;
///
/// async fn greets_in_bad_weather(seed: u64) -> Result<(), Box<dyn std::error::Error>> {
///     let (here, there) = (Runtime::builder().seed([1; 32]).build()?, Runtime::builder().seed([2; 32]).build()?);
///     let (to_there, to_here) = (here.link(Peer::named("there")), there.link(Peer::named("here")));
///     let fabric = Fabric::new(seed);
///     let connection = fabric.connect(&to_there, &to_here);
///     connection.faults(&Faults::none().delay(Duration::ZERO..=Duration::from_millis(50)).loss(0.2));
///
///     // The code under test: greeting somebody twice does no harm.
///     let token = there.export::<greeter::Interface>(&there.provide(Polite))?;
///     let policy = ImportPolicy::default().timeout(Duration::from_secs(5)).idempotent(["greet"]);
///     let greeter = here.import_with::<greeter::Interface>(token, to_there, &policy).caller::<greeter::Interface>()?;
///     match greeter.greet("Ada").await {
///         Ok(greeting) => assert_eq!(greeting, "good day, Ada"),
///         Err(error) => assert!(error.is_out_of_budget(), "seed {seed}: {error}\n{}", fabric.trace()),
///     }
///     Ok(())
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for seed in 0..20 {
///     let tokio = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
///     tokio.block_on(greets_in_bad_weather(seed))?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Fabric(Arc<Shared>);

/// What clones of a fabric, its connections and its carriers share.
pub(super) struct Shared {
    seed: u64,
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many connections were made.
    connections: u64,
    /// What new ones have.
    faults: Faults,
    trace: Trace,
}

impl Fabric {
    /// A fabric without connections. Its time begins now.
    pub fn new(seed: u64) -> Fabric {
        Fabric(Arc::new(Shared { seed, begun: Instant::now(), state: Mutex::default() }))
    }

    /// Has connections that are made from now on do this to their frames. Default: [nothing](Faults::none).
    pub fn faults(&self, faults: &Faults) {
        self.0.state().faults = faults.clone();
    }

    /// Connects two links, each the end of the other. When one of them ends, and what it has sent before has arrived, the other one is closed, unless
    /// nothing passes then.
    ///
    /// Each way of each connection draws from the seed by itself, so that what happens on one changes nothing on the others.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, which the frames are carried on.
    pub fn connect(&self, one: &Link, other: &Link) -> Connection {
        let mut state = self.0.state();
        state.connections += 1;
        let number = state.connections;
        let faults = state.faults.clone();
        drop(state);
        // What an end is called is what the other one calls its peer.
        let name = |peer: Option<&str>, side| peer.map_or_else(|| format!("{number}{side}"), Into::into).into();
        let names = [name(other.peer().name(), 'a'), name(one.peer().name(), 'b')];
        let connection = Connection::new(self.0.clone(), [one.clone(), other.clone()], names, faults);
        for (way, from, to) in [(Way::There, one, other), (Way::Back, other, one)] {
            let dice = Dice::new(self.0.seed, 2 * number + way as u64);
            tokio::spawn(Carrier::new(connection.clone(), way, (from.clone(), to.clone()), dice));
        }
        connection
    }

    /// Notes something in the trace, so that one sees what the test itself has done between two frames.
    pub fn note(&self, text: impl Into<String>) {
        self.0.push(Default::default(), None, Fate::Note(text.into()));
    }

    /// What has happened so far.
    pub fn trace(&self) -> Trace {
        self.0.state().trace.clone()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an event between these ends.
    pub(super) fn push(&self, [from, to]: [Arc<str>; 2], frame: Option<super::trace::Frame>, fate: Fate) {
        let at = Instant::now().saturating_duration_since(self.begun);
        self.state().trace.push(Event { at, from, to, frame, fate });
    }
}

impl fmt::Debug for Fabric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fabric").field("seed", &self.0.seed).finish_non_exhaustive()
    }
}
