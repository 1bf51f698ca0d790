//! Settings of a runtime: its limits, the gate that apps pass through, and its observer.

#[cfg(feature = "engine")]
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Inner, Runtime};
#[cfg(feature = "engine")]
use crate::app::compile_worker::Worker;
#[cfg(feature = "engine")]
use crate::app::gate::GateSettings;
#[cfg(feature = "engine")]
use crate::engine;
use crate::error::runtime::RuntimeError;
#[cfg(feature = "engine")]
use crate::guest::capacity::Capacity;
use crate::limits::app::AppLimits;
use crate::limits::budget::Budget;
use crate::limits::cx::MAX_DEPTH;
use crate::limits::settings::Settings;
use crate::observe::{Observer, Observers};
use crate::random::Random;
use crate::remote::server::Server;

/// Settings of a [`Runtime`]. Every limit has a finite default. The settings that concern apps need the feature `engine`.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes no runtime until `build` is called"]
pub struct RuntimeBuilder {
    limits: Settings,
    observers: Observers,
    secret: Option<[u8; 32]>,
    seed: Option<[u8; 32]>,
    #[cfg(feature = "engine")]
    gate: GateSettings,
}

/// The longest slice. A guest that runs longer without a pause would make the deadlines of others mean little.
const LONGEST_SLICE: Duration = Duration::from_millis(100);

impl Runtime {
    /// A runtime with the defaults of its [builder](RuntimeBuilder).
    ///
    /// # Errors
    ///
    /// Those of [`RuntimeBuilder::build`].
    pub fn new() -> Result<Runtime, RuntimeError> {
        RuntimeBuilder::default().build()
    }

    /// A builder, to set limits.
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder::default()
    }
}

impl RuntimeBuilder {
    /// The budget of a call that does not set its own. Default: that of [`Budget::default`], five seconds and 100 thousand million units
    /// of fuel among it.
    pub fn budget(mut self, budget: Budget) -> RuntimeBuilder {
        self.limits.budget = budget;
        self
    }

    /// The most bytes that one instance holds: its memories and tables, and what the engine allocates for its globals, functions and modules, of
    /// which an upper bound is known from the component. Default: 128 MiB.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn max_instance_memory(mut self, bytes: u64) -> RuntimeBuilder {
        self.limits.instance_memory = bytes;
        self
    }

    /// The most stores of apps that exist at a time. Default: 1000. Each [`Serial`](crate::Reuse::Serial) instance has one store, a
    /// [`Pool`](crate::Reuse::Pool) has up to its own number of them, and a [`Fresh`](crate::Reuse::Fresh) instance has one for each running
    /// call. There is a place for 64 core instances, two linear memories and four tables for each store; what one app needs less of is there
    /// for others, and one that needs more uses up the room of several stores. Each store reserves 8 GiB of address space, not of memory, for
    /// its memories.
    ///
    /// Where there is no place left, [`instantiate`](Runtime::instantiate) is refused, and calls that need a new store wait until there is one.
    /// Places go round among the instances that wait, however many calls each has. [`Runtime::places`] tells how many are taken.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn max_stores(mut self, count: u32) -> RuntimeBuilder {
        self.limits.stores = count;
        self
    }

    /// The most calls that wait for their turn in one instance, unless the instance was [given another number](crate::runtime::Instantiate::queue).
    /// Default: 4096.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn max_queue(mut self, calls: usize) -> RuntimeBuilder {
        self.limits.queue = calls;
        self
    }

    /// How many instances one call may go through, each of which calls the next and waits for it: the call of one more fails with
    /// [`CallError::TooDeep`](crate::CallError::TooDeep). Default: 64, which is also the most.
    pub fn max_depth(mut self, instances: u16) -> RuntimeBuilder {
        self.limits.depth = instances.min(MAX_DEPTH);
        self
    }

    /// The most bytes of stack that the functions of one instance use when they call each other. Default: 512 KiB; at least 16 KiB and at most
    /// 64 MiB. An instance that needs more is stopped, out of [stack](crate::limits::Limit::Stack).
    ///
    /// Each store keeps a stack of this size and 1.5 MiB for the host's own functions, as address space until it is used.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn max_stack(mut self, bytes: usize) -> RuntimeBuilder {
        self.limits.stack = bytes.clamp(16 << 10, 64 << 20);
        self
    }

    /// Sets the observer, which is told of every call when it has ended. Default: none.
    pub fn observer(mut self, observer: impl Observer) -> RuntimeBuilder {
        self.observers = Observers::new(observer);
        self
    }

    /// How long a call runs before it lets other tasks of its thread run, and the executor look at timers and sockets. Default: one
    /// millisecond; at most 100 milliseconds.
    ///
    /// Calls that have run for so long take turns on each thread, and everything else goes between two turns: so other tasks wait about as
    /// long as this, however many guests compute. Deadlines are looked at far more often, every 100 000 units of fuel, whatever this is.
    pub fn yield_every(mut self, span: Duration) -> RuntimeBuilder {
        self.limits.slice = span.min(LONGEST_SLICE);
        self
    }

    /// The most bytes that one transfer passes: the parameters or the result of one call, into a guest or out of it, the body of one message of a
    /// remote, and a result as text. Default: 8 MiB, which keeps a thread for some milliseconds.
    ///
    /// Elements that are passed one by one count too: for each 8 units of work beside its bytes, for each core value that it has, and 64 for each
    /// string or list after the first sixteen. So a list of empty strings has room for 95 000 of them.
    pub fn max_message(mut self, bytes: usize) -> RuntimeBuilder {
        self.limits.message = bytes;
        self
    }

    /// Changes how large an app may be and how much it may mean, which is counted before anything is compiled: see [`AppLimits`].
    ///
    /// ```
    /// let builder = isorun::Runtime::builder().app_limits(|limits| limits.bytes = 1 << 20);
    /// ```
    pub fn app_limits(mut self, change: impl FnOnce(&mut AppLimits)) -> RuntimeBuilder {
        change(&mut self.limits.app);
        self
    }

    /// How many components are compiled at a time, at least 1; others wait. The same number of others may be read and checked at the same
    /// time. Default: half of the cores. One compilation uses several threads where the machine has them. Where a [worker](RuntimeBuilder::compile_in)
    /// compiles, this is the number of processes.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn max_compiles(mut self, count: usize) -> RuntimeBuilder {
        self.gate.max_compiles = count;
        self
    }

    /// Compiles each component in a process of its own, which can be stopped. Default: in this process, where neither the time nor the memory of a
    /// compilation has a limit.
    ///
    /// At most [`max_compiles`](RuntimeBuilder::max_compiles) of these processes are there at a time. Each limits itself to what the
    /// [`Worker`] may use before it reads the component, and is killed when its time is over, when the future of
    /// [`add_app`](Runtime::add_app) is dropped, and when this process ends. With a [code cache](RuntimeBuilder::code_cache), what was compiled
    /// before needs no process; what a worker compiled is kept under the cache's secret, which no worker is told. What a compilation used is
    /// in the event "compiled" of `tracing`; of one that was stopped it is in the event "compiling was stopped", and in the error.
    ///
    /// This bounds what compiling may use, and keeps a crash of the compiler out of this process. It is no border of trust: this process runs the
    /// code that the worker made. Give it a program that you trust as much as your own.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use isorun::{Runtime, Worker};
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     // This program is started once more for each component, and gets no further than here then.
    ///     isorun::compile_worker();
    ///     let worker = Worker::this_program()?.time(Duration::from_secs(10)).memory(1 << 30);
    ///     let runtime = Runtime::builder().compile_in(worker).build()?;
    ///     // ...
    ///     Ok(())
    /// }
    /// ```
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn compile_in(mut self, worker: Worker) -> RuntimeBuilder {
        self.gate.worker = Some(worker);
        self
    }

    /// Keeps compiled code in a folder of this program's own, so that bytes which were compiled before, by this runtime or an earlier one,
    /// are not compiled again. Default: no folder.
    ///
    /// If the folder does not exist, it is made, readable by this user alone. A file in it holds a secret, and only code that carries a MAC
    /// under this secret is loaded. If an entry is damaged, forged or from another build, its component is compiled again and the entry
    /// replaced. Several runtimes and processes of one user may share the folder. Its size is [limited](RuntimeBuilder::max_code_cache), and
    /// any file may be removed at any time: a runtime that has loaded an app no longer needs its entry. A problem with an entry is logged,
    /// and never keeps an app from being added.
    ///
    /// [`build`](RuntimeBuilder::build) refuses a folder or a secret that belongs to another user, or that others may read or write, so name a
    /// folder that is not there yet. On systems other than Unix this is not checked.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn code_cache(mut self, folder: impl AsRef<Path>) -> RuntimeBuilder {
        self.gate.cache(folder.as_ref(), None);
        self
    }

    /// As [`code_cache`](RuntimeBuilder::code_cache), with a secret that this program keeps outside the folder.
    ///
    /// Then the folder needs no trust: whoever may write to it can make apps be compiled again, and no more. Of a file that does not carry a MAC
    /// under the key only a header is read, and links, pipes and devices are not opened.
    ///
    /// The key must be random. Whoever knows it, and may write to the folder, can have any machine code run in this process.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn code_cache_with_key(mut self, folder: impl AsRef<Path>, key: [u8; 32]) -> RuntimeBuilder {
        self.gate.cache(folder.as_ref(), Some(key));
        self
    }

    /// The most bytes that the entries of the [code cache](RuntimeBuilder::code_cache) have together. Default: 1 GiB.
    ///
    /// After each compilation, the entries whose last use is longest ago are removed until the rest fits; at other times the folder is not
    /// listed. Code that is larger than the limit by itself is not kept, and its app is added all the same; with 0 nothing is kept. An entry
    /// that is being written does not count yet, and one that a crash left unfinished is removed after an hour. Files that the cache did
    /// not make are neither counted nor removed.
    ///
    /// Runtimes that share a folder should use the same limit, since each applies its own to all entries. The last use is kept as the file's
    /// modification time; where that cannot be set, the oldest entry is removed first.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn max_code_cache(mut self, bytes: u64) -> RuntimeBuilder {
        self.gate.max_cache = bytes;
        self
    }

    /// What the tokens of [named](crate::remote::ExportPolicy::named) exports are made with, so that they are the same after a restart and in every process
    /// that has the same secret. Default: none, and no export can have a name.
    ///
    /// It must be random, and kept from everybody: whoever knows it knows the token of every name. The
    /// [code cache](RuntimeBuilder::code_cache) does not depend on it.
    pub fn secret(mut self, secret: [u8; 32]) -> RuntimeBuilder {
        self.secret = Some(secret);
        self
    }

    /// What random tokens, sessions and other unguessable bytes are made from. Default: the system's randomness.
    ///
    /// With the same seed a runtime makes the same bytes in the same order, which tests and simulations need. For anything else it is not: two
    /// runtimes with one seed, or one before and after a restart, have the same sessions and tokens, and whoever knows the seed knows them too.
    pub fn seed(mut self, seed: [u8; 32]) -> RuntimeBuilder {
        self.seed = Some(seed);
        self
    }

    /// Makes the runtime.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Engine`] if the machine cannot provide what the settings ask for, such as address space;
    /// [`RuntimeError::CodeCacheExposed`] if others have access to the folder for compiled code, and [`RuntimeError::CodeCache`] if it cannot
    /// be used; [`RuntimeError::Random`] if the system provides no random bytes; [`RuntimeError::IsWorker`] if this process was itself started to
    /// compile for a runtime.
    pub fn build(self) -> Result<Runtime, RuntimeError> {
        let random = match self.seed {
            Some(seed) => Random::new(seed),
            None => Random::from_system().map_err(RuntimeError::Random)?,
        };
        let server = Server::new(self.limits, &random);
        let random = Arc::new(random);
        #[cfg(feature = "engine")]
        let places = engine::places(self.limits.stores);
        #[cfg(feature = "engine")]
        let engine = engine::new(places, &self.limits.app, self.limits.stack)
            .map_err(|error| RuntimeError::Engine(format!("{error:#}")))?;
        Ok(Runtime(Arc::new(Inner {
            number: Inner::next_number(),
            #[cfg(feature = "engine")]
            gate: self.gate.open(&engine)?,
            #[cfg(feature = "engine")]
            engine,
            #[cfg(feature = "engine")]
            capacity: Capacity::new(places),
            limits: self.limits,
            observers: self.observers,
            random,
            interfaces: Default::default(),
            registry: Default::default(),
            server,
            secret: self.secret,
        })))
    }
}
