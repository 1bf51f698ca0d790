//! What ended the compilation of a component in a worker.

use std::fmt;
use std::time::Duration;

use crate::text::printable_line;

/// What ended the compilation of a component in a worker (`RuntimeBuilder::compile_in`) without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileStop {
    /// It took longer than this, the worker's limit of time.
    Time(Duration),
    /// It used more than this, the worker's limit of CPU time.
    Cpu(Duration),
    /// It asked for more than so many bytes, the worker's limit of memory.
    Memory(u64),
    /// The compiled code has more than so many bytes, the worker's limit.
    Code(u64),
    /// The compiler or the worker failed, with this message.
    Failed(String),
    /// The worker was not started; the operating system's message.
    NotStarted(String),
    /// The worker's program was built from another isorun or wasmtime, or with other features, than this one.
    OtherBuild,
    /// The worker's program answered what no worker answers.
    NoWorker,
    /// The worker ended, or closed its output, before it had answered.
    Ended {
        /// How it ended, in the operating system's words, if that is known.
        status: Option<String>,
        /// The beginning of what it wrote to standard error.
        said: String,
    },
}

impl fmt::Display for CompileStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileStop::Time(limit) => write!(f, "its worker was stopped after {limit:?}, the time it has"),
            CompileStop::Cpu(limit) => {
                write!(f, "its worker was stopped after {limit:?} of CPU time, as much as it has")
            }
            CompileStop::Memory(limit) => write!(f, "its worker needed more than the {limit} bytes of memory it has"),
            CompileStop::Code(limit) => write!(f, "its code has more than the {limit} bytes that code may have"),
            CompileStop::Failed(message) => write!(f, "its worker failed: {}", printable_line(message)),
            CompileStop::NotStarted(message) => {
                write!(f, "its worker could not be started: {}", printable_line(message))
            }
            CompileStop::OtherBuild => write!(f, "its worker is of another build than this program"),
            CompileStop::NoWorker => write!(f, "its worker answered what no worker answers"),
            CompileStop::Ended { status, said } => {
                let status = status.as_deref().unwrap_or("no known status");
                write!(f, "its worker ended before it answered, with {}", printable_line(status))?;
                if said.is_empty() { Ok(()) } else { write!(f, ": {}", printable_line(said)) }
            }
        }
    }
}

impl CompileStop {
    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            CompileStop::Time(_) => "make the component smaller or simpler, or raise the worker's `time`",
            CompileStop::Cpu(_) => "make the component smaller or simpler, or raise the worker's `cpu`",
            CompileStop::Memory(_) => "make the component smaller or simpler, or raise the worker's `memory`",
            CompileStop::Code(_) => "make the component smaller, or raise the worker's `max_code`",
            CompileStop::Failed(_) => "try again; if it fails again, the component has found a bug in the compiler",
            CompileStop::NotStarted(_) => {
                "give `compile_in` a program that this user may run, on a machine that has room for its process"
            }
            CompileStop::OtherBuild => {
                "build both programs from one workspace with the same features, or use `Worker::this_program`"
            }
            CompileStop::NoWorker => {
                "call `isorun::compile_worker()` first in the `main` of the worker's program, before anything is read or printed"
            }
            CompileStop::Ended { .. } => {
                "call `isorun::compile_worker()` first in the `main` of the worker's program; if it does, the component has found a bug in the compiler, or the machine has no memory left"
            }
        }
    }
}

/// What a compilation in a worker has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompileCost {
    /// How long its process was there.
    pub time: Duration,
    /// CPU time, of all threads together.
    pub cpu: Duration,
    /// The most bytes of memory that it held at a time, its program among them. Of a process that ended by itself Linux tells only the larger
    /// one of this and of what the process held that started it.
    pub memory: u64,
}

impl fmt::Display for CompileCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CompileCost { time, cpu, memory } = self;
        write!(f, "{cpu:?} of CPU time and {memory} bytes of memory in {time:?}")
    }
}
