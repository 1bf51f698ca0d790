//! Compiling in a process of its own, which can be stopped and limited as nothing inside a process can.
//!
//! The runtime starts one process for each component (`host.rs`), and tells it over its standard input what to compile and within which limits
//! (`message.rs`). That process limits itself before it reads the component, compiles, answers over its standard output and ends
//! (`child.rs`).
//!
//! # Invariants
//!
//! * No process is left behind: whoever has started one kills it and waits for its end, in whichever way the compilation ends. A worker whose
//!   input is closed ends by itself, so that none outlives the process that started it.
//! * A worker's code is loaded only under a secret that was made for this one answer. It is never told the code cache's.
//! * Of an answer no more is kept than its header announces, and that is held to a limit.

mod child;
mod host;
mod message;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use child::compile_worker;
pub(crate) use host::{Stopped, Watch, Workers, watch};

/// The variable of the environment that makes a process a compile worker.
pub(crate) const VARIABLE: &str = "ISORUN_COMPILE_WORKER";

/// A program that compiles components in processes of its own, with what each of them may use. See
/// [`RuntimeBuilder::compile_in`](crate::RuntimeBuilder::compile_in).
///
/// A clone starts the same program.
#[derive(Clone)]
pub struct Worker {
    // A process is started with the command in hand, so one after the other.
    command: Arc<Mutex<Command>>,
    program: PathBuf,
    limits: WorkerLimits,
}

/// What one worker may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkerLimits {
    pub(crate) time: Duration,
    pub(crate) cpu: Duration,
    pub(crate) memory: u64,
    pub(crate) code: u64,
}

impl Default for WorkerLimits {
    fn default() -> WorkerLimits {
        let (time, cpu) = (Duration::from_secs(30), Duration::from_secs(60));
        WorkerLimits { time, cpu, memory: 2 << 30, code: 512 << 20 }
    }
}

impl Worker {
    /// A worker that a command starts. Its `main` must begin with [`compile_worker`], and it must be built from the same isorun and wasmtime,
    /// with the same features, as the program that uses it.
    ///
    /// The command may set arguments, a user, a folder and an environment; a variable `ISORUN_COMPILE_WORKER` is added to that and
    /// must reach the worker. Standard input, output and error belong to isorun.
    ///
    /// Of what the command starts, isorun kills the one process that it knows. Where that is another program, which starts the worker in turn,
    /// the worker ends by itself because its input is closed.
    pub fn command(command: Command) -> Worker {
        let program = PathBuf::from(command.get_program());
        Worker { command: Arc::new(Mutex::new(command)), program, limits: WorkerLimits::default() }
    }

    /// This very program as the worker, without arguments. Its `main` must begin with [`compile_worker`].
    ///
    /// On Linux the program is found also if its file was replaced or removed since it was started.
    ///
    /// # Errors
    ///
    /// Those of [`std::env::current_exe`].
    pub fn this_program() -> io::Result<Worker> {
        let program = std::env::current_exe()?;
        #[cfg(target_os = "linux")]
        let command = {
            let mut command = Command::new("/proc/self/exe");
            std::os::unix::process::CommandExt::arg0(&mut command, &program);
            command
        };
        #[cfg(not(target_os = "linux"))]
        let command = Command::new(&program);
        Ok(Worker { program, ..Worker::command(command) })
    }

    /// How long one compilation may take, from the start of the process; then it is killed. Default: 30 seconds. Time spent in the queue
    /// in front of the compiler does not count.
    pub fn time(mut self, span: Duration) -> Worker {
        self.limits.time = span;
        self
    }

    /// The most CPU time of one compilation, on all of its threads together, rounded up to whole seconds. Default: 60 seconds. On systems other
    /// than Unix there is no such limit.
    pub fn cpu(mut self, span: Duration) -> Worker {
        self.limits.cpu = span;
        self
    }

    /// The most bytes of memory of one compilation, its program's own and the stacks of its threads among them (2 MiB for each core). Default:
    /// 2 GiB; at least 64 MiB, below which the compiler could not begin.
    ///
    /// On Linux this is a limit of what the process may write to (`RLIMIT_DATA`), on other Unix systems of its address space. On systems of
    /// Apple, and on those that are not Unix, there is no such limit.
    pub fn memory(mut self, bytes: u64) -> Worker {
        self.limits.memory = bytes.max(64 << 20);
        self
    }

    /// The most bytes of compiled code that one component may have; this is what the answer of a worker takes in the runtime's own
    /// process. Default: 512 MiB.
    pub fn max_code(mut self, bytes: u64) -> Worker {
        self.limits.code = bytes;
        self
    }
}

/// Shows the program without its arguments and its environment, where secrets may be.
impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Worker { command: _, program, limits } = self;
        f.debug_struct("Worker").field("program", program).field("limits", limits).finish()
    }
}
