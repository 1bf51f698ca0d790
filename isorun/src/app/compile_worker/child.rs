//! The worker's end: limits itself, compiles, answers and ends.

use std::convert::Infallible;
use std::io::{self, IsTerminal, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{env, process, thread};

use wasmtime::OutOfMemory;

use super::VARIABLE;
use super::message::{Answer, Request};
use crate::engine::cause;
use crate::engine::precompiled::{self, Code};
use crate::panics::message_of;

/// Makes this program one that can compile for a runtime: the first line of its `main`.
///
/// It returns at once, unless a runtime has started the process as a [`Worker`](crate::Worker). Then it compiles one component within the
/// worker's limits, and ends the process. Nothing may read from standard input or write to standard output before it.
///
/// A worker knows itself by the variable `ISORUN_COMPILE_WORKER` in its environment, which only isorun sets, and by what it is told over its
/// standard input. A process that finds the variable and nobody who speaks to it as a runtime does says so on standard error and ends with
/// code 2.
///
/// ```no_run
/// use isorun::{Runtime, Worker};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     isorun::compile_worker();
///     let runtime = Runtime::builder().compile_in(Worker::this_program()?).build()?;
///     // ...
///     Ok(())
/// }
/// ```
pub fn compile_worker() {
    if env::var_os(VARIABLE).is_none() {
        return;
    }
    let Err(error) = work();
    // There may be nobody who reads this, which is no reason to panic.
    let _ = writeln!(
        io::stderr(),
        "error: this process has `{VARIABLE}` in its environment, which makes it isorun's compile worker: {error}\n  help: if no runtime has started it, unset that variable"
    );
    process::exit(2)
}

fn work() -> io::Result<Infallible> {
    if io::stdin().is_terminal() {
        return Err(io::Error::other("its standard input is a terminal and no runtime"));
    }
    let mut input = io::stdin().lock();
    let request = Request::read(&mut input)?;
    let limited = limit(&request);
    let mut component = Vec::new();
    input.take(request.length).read_to_end(&mut component)?;
    if component.len() as u64 != request.length {
        return Err(io::Error::other("the component ended before it was whole"));
    }
    let watches = thread::Builder::new().name("isorun-worker".into()).spawn(end_with_input);
    let answer = match (limited, watches) {
        (Ok(()), Ok(_)) => compile(&request, &component),
        (Err(error), _) => Answer::Failed(format!("it cannot limit itself: {error}")),
        (_, Err(error)) => Answer::Failed(format!("it cannot start a thread: {error}")),
    };
    let mut output = io::stdout().lock();
    output.write_all(&answer.seal(request.secret, &request.key))?;
    output.flush()?;
    // It is there until the runtime ends it, so that what it has used can be seen.
    loop {
        thread::park();
    }
}

/// Ends the process when the runtime's end of the input is closed, be it that the answer is no longer needed or that the runtime's process is
/// no more.
fn end_with_input() {
    let _ = io::stdin().lock().read(&mut [0]);
    process::exit(1)
}

fn compile(request: &Request, component: &[u8]) -> Answer {
    let compiled = catch_unwind(AssertUnwindSafe(|| {
        let engine = match crate::engine::compiling() {
            Ok(engine) => engine,
            Err(error) => return Answer::Failed(cause::text(&error)),
        };
        if precompiled::build(&engine) != request.build {
            return Answer::OtherBuild;
        }
        match Code::compile(&engine, component) {
            Ok(code) => Answer::Code(code),
            // Of most allocations the failure ends the process; these can tell.
            Err(error) if error.is::<OutOfMemory>() => Answer::OutOfMemory,
            Err(error) => Answer::Invalid(cause::text(&error)),
        }
    }));
    compiled.unwrap_or_else(|panic| Answer::Failed(format!("it panicked: {}", message_of(&*panic))))
}

/// Takes from this process what it does not need.
#[cfg(unix)]
fn limit(request: &Request) -> io::Result<()> {
    use rlimit::Resource;

    // What an allocator merely reserves takes no memory, and there is much of that where there are many threads. Linux can leave it out; with
    // Apple's systems even an empty process has more than any sensible limit.
    let memory = match () {
        () if cfg!(any(target_os = "linux", target_os = "android")) => Some(Resource::DATA),
        () if cfg!(target_vendor = "apple") => None,
        () => [Resource::AS, Resource::DATA].into_iter().find(|resource| resource.is_supported()),
    };
    let memory = memory.map(|resource| (resource, request.memory, request.memory));
    // A process that goes on in spite of the signal at its soft limit is killed a second later.
    let cpu = (Resource::CPU, request.cpu, request.cpu.saturating_add(1));
    // It writes no files, neither on purpose nor as its last deed.
    let files = [(Resource::CORE, 0, 0), (Resource::FSIZE, 0, 0)];
    for (resource, soft, hard) in memory.into_iter().chain([cpu]).chain(files) {
        let (_, most) = rlimit::getrlimit(resource)?;
        rlimit::setrlimit(resource, soft.min(most), hard.min(most))?;
    }
    Ok(())
}

/// Elsewhere only the runtime's clock limits a worker.
#[cfg(not(unix))]
fn limit(_: &Request) -> io::Result<()> {
    Ok(())
}
