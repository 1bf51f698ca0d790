//! Settings of a runtime: its limits, its gate, and who looks at it.

#[cfg(feature = "engine")]
use std::path::Path;
use std::sync::Arc;

use super::{Inner, Runtime};
#[cfg(feature = "engine")]
use crate::app::gate::GateSettings;
#[cfg(feature = "engine")]
use crate::engine;
use crate::error::runtime::RuntimeError;
use crate::limits::budget::Budget;
use crate::limits::settings::Settings;
use crate::observe::{Observer, Observers};
use crate::random::Random;
use crate::remote::server::ExportTable;

/// Settings of a [`Runtime`]. Every limit has a finite default. What concerns apps needs the feature `engine`.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes no runtime until `build` is called"]
pub struct RuntimeBuilder {
    limits: Settings,
    observers: Observers,
    secret: Option<[u8; 32]>,
    #[cfg(feature = "engine")]
    gate: GateSettings,
}

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
    /// The budget of a call that does not set its own. Default: that of [`Budget::default`], five seconds and a thousand million units of fuel
    /// among it.
    pub fn budget(mut self, budget: Budget) -> RuntimeBuilder {
        self.limits.budget = budget;
        self
    }

    /// The most bytes that the memories and tables of one instance hold. Default: 128 MiB.
    #[cfg(feature = "engine")]
    pub fn max_instance_memory(mut self, bytes: u64) -> RuntimeBuilder {
        self.limits.instance_memory = bytes;
        self
    }

    /// The most stores of apps that exist at a time. Default: 1000. Each [`Serial`](crate::Reuse::Serial) instance has one; a [`Pool`](crate::Reuse::Pool) has as many as it
    /// says, a [`Fresh`](crate::Reuse::Fresh) instance one for each running call. Each store reserves 8 GiB of address space, not of
    /// memory, for two linear memories; an app that has more of them counts for more.
    #[cfg(feature = "engine")]
    pub fn max_stores(mut self, count: u32) -> RuntimeBuilder {
        self.limits.stores = count;
        self
    }

    /// The most calls that wait for their turn in one instance, unless [it says otherwise](crate::runtime::Instantiate::queue). Default: 4096.
    #[cfg(feature = "engine")]
    pub fn max_queue(mut self, calls: usize) -> RuntimeBuilder {
        self.limits.queue = calls;
        self
    }

    /// What is called with every call when it has ended. Default: nothing.
    pub fn observer(mut self, observer: impl Observer) -> RuntimeBuilder {
        self.observers = Observers::new(observer);
        self
    }

    /// The fuel between two moments at which a guest gives the thread away and its deadline is looked at. Default: 4 million, about
    /// 100 µs of a tight loop; smaller slices are fairer and cost more.
    #[cfg(feature = "engine")]
    pub fn slice(mut self, fuel: u64) -> RuntimeBuilder {
        self.limits.slice = fuel.max(1);
        self
    }

    /// The most bytes that one call takes out of a guest, and that one message of a remote holds. Default: 64 MiB. What goes into a
    /// guest is bounded by the guest's memory.
    pub fn max_message(mut self, bytes: usize) -> RuntimeBuilder {
        self.limits.message = bytes;
        self
    }

    /// The most bytes that a component has; more are refused before they are looked at. Default: 64 MiB.
    #[cfg(feature = "engine")]
    pub fn max_app_size(mut self, bytes: usize) -> RuntimeBuilder {
        self.gate.max_size = bytes;
        self
    }

    /// How many components are compiled at a time, at least 1; others wait. As many are read and checked meanwhile. Default: half of the
    /// cores. One compilation uses several threads where the machine has them.
    #[cfg(feature = "engine")]
    pub fn max_compiles(mut self, count: usize) -> RuntimeBuilder {
        self.gate.max_compiles = count;
        self
    }

    /// Keeps compiled code in a folder of this program's own, so that bytes which were compiled before, by this runtime or an earlier one,
    /// are not compiled again. Default: no folder.
    ///
    /// The folder is made if it is not there, for this user alone, and so is a file in it with a secret: only code that carries a MAC under
    /// the secret is loaded. An entry that is damaged, forged or of another build is compiled anew and replaced. Several runtimes and
    /// processes of one user may share the folder. It is [held to a size](RuntimeBuilder::max_code_cache), and any file may be removed
    /// at any time: a runtime that has loaded an app needs its entry no longer. What goes wrong with an entry is logged, and never keeps
    /// an app from being added.
    ///
    /// [`build`](RuntimeBuilder::build) refuses a folder or a secret that is another user's, or that others may read or write. On systems
    /// other than Unix it does not look.
    #[cfg(feature = "engine")]
    pub fn code_cache(mut self, folder: impl AsRef<Path>) -> RuntimeBuilder {
        self.gate.cache(folder.as_ref(), None);
        self
    }

    /// As [`code_cache`](RuntimeBuilder::code_cache), with a secret that this program keeps elsewhere.
    ///
    /// The key must be random. Whoever knows it, and may write to the folder, can have any machine code run in this process.
    #[cfg(feature = "engine")]
    pub fn code_cache_with_key(mut self, folder: impl AsRef<Path>, key: [u8; 32]) -> RuntimeBuilder {
        self.gate.cache(folder.as_ref(), Some(key));
        self
    }

    /// The most bytes that the entries of the [code cache](RuntimeBuilder::code_cache) have together. Default: 1 GiB.
    ///
    /// Whenever an app was compiled, the entries that were loaded or put away longest ago are removed until the rest fits; the folder is
    /// not looked at before. Code that alone is larger is not kept, and its app is added all the same; with 0 nothing is kept. An entry
    /// that is being written does not count yet, and what a crash left of one goes after an hour. Files that the cache did not make
    /// neither count nor go.
    ///
    /// Runtimes that share a folder should agree on its size: each holds all entries to its own. The last use is the file's modified time;
    /// where that cannot be set, the entry that was put away first goes first.
    #[cfg(feature = "engine")]
    pub fn max_code_cache(mut self, bytes: u64) -> RuntimeBuilder {
        self.gate.max_cache = bytes;
        self
    }

    /// What tokens and other unguessable bytes are made from. Default: the system's randomness.
    ///
    /// With the same secret a runtime makes the same tokens in the same order, which is what a test or a simulation wants. Anywhere else it
    /// must be random, used once, and told to nobody: whoever knows it knows every token. The [code cache](RuntimeBuilder::code_cache) does
    /// not depend on it.
    pub fn secret(mut self, secret: [u8; 32]) -> RuntimeBuilder {
        self.secret = Some(secret);
        self
    }

    /// Makes the runtime.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Engine`] if the machine does not give what the settings ask for, such as address space;
    /// [`RuntimeError::CodeCacheExposed`] and [`RuntimeError::CodeCache`] if the folder for compiled code is not to be trusted or used;
    /// [`RuntimeError::Random`] if the system gives no random bytes.
    pub fn build(self) -> Result<Runtime, RuntimeError> {
        let random = match self.secret {
            Some(secret) => Random::new(secret),
            None => Random::from_system().map_err(RuntimeError::Random)?,
        };
        let random = Arc::new(random);
        #[cfg(feature = "engine")]
        let engine = engine::new(self.limits.stores).map_err(|error| RuntimeError::Engine(format!("{error:#}")))?;
        Ok(Runtime(Arc::new(Inner {
            #[cfg(feature = "engine")]
            gate: self.gate.open(&engine)?,
            #[cfg(feature = "engine")]
            engine,
            limits: self.limits,
            observers: self.observers,
            random,
            interfaces: Default::default(),
            registry: Default::default(),
            exports: ExportTable::default(),
        })))
    }
}
