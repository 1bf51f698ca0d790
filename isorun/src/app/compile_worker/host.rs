//! The runtime's end: starts a worker, waits for its answer no longer than it may take, and sees to its end.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wait4::{ResUse, Wait4};
use wasmtime::Engine;

use super::message::{Answer, NoAnswer, Request};
use super::{VARIABLE, Worker};
use crate::engine::precompiled::{self, Build, Code};
use crate::error::compile_stop::{CompileCost, CompileStop};
use crate::error::runtime::RuntimeError;
use crate::random::Random;

/// The workers of a runtime.
pub(crate) struct Workers {
    worker: Worker,
    build: Build,
    random: Random,
}

/// Why a worker gave no code.
pub(crate) enum Stopped {
    /// The component is not valid, in the compiler's words.
    Invalid(String),
    /// Something ended the compilation, which had used this much.
    By(CompileStop, Option<CompileCost>),
    /// Nobody waits for it any more.
    GivenUp,
}

/// What happens while a worker is at work.
enum Event {
    /// The request is written. Its pipe stays open, since a worker ends when it is closed.
    Written(ChildStdin),
    Answer(Result<Answer, NoAnswer>),
    /// Standard error has ended, and this is how it began.
    Said(String),
    GivenUp,
}

/// Where the work learns that nobody waits for it.
pub(crate) struct Watch(Sender<Event>, Receiver<Event>);

/// Is kept by who waits; dropping it ends the work.
pub(crate) struct GivesUp(Sender<Event>);

impl Drop for GivesUp {
    fn drop(&mut self) {
        // The work may have ended.
        let _ = self.0.send(Event::GivenUp);
    }
}

/// The two ends of a wait for a compilation.
pub(crate) fn watch() -> (GivesUp, Watch) {
    let (sender, receiver) = channel();
    (GivesUp(sender.clone()), Watch(sender, receiver))
}

/// How long a worker that has closed its output may take to end, and tell by that what was wrong.
const GRACE: Duration = Duration::from_secs(1);
/// The longest time of a worker, which the clock can hold.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How many bytes are kept of what a worker writes to standard error.
const MOST_SAID: u64 = 4096;
/// How many bytes are read of that beside those; then the pipe is closed.
const MOST_READ: u64 = 1 << 20;

impl Workers {
    pub(crate) fn new(worker: Worker, engine: &Engine) -> Result<Workers, RuntimeError> {
        // A worker whose program makes a runtime instead of compiling would start workers of its own, without end.
        if std::env::var_os(VARIABLE).is_some() {
            return Err(RuntimeError::IsWorker);
        }
        // Not the runtime's, which a test may have given a secret, and which would then be known.
        let random = Random::from_system().map_err(RuntimeError::Random)?;
        Ok(Workers { worker, build: precompiled::build(engine), random })
    }

    /// Compiles a component in a process of its own, and returns when that process is no more.
    pub(crate) fn compile(&self, component: &Arc<[u8]>, watch: Watch) -> Result<(Code, Option<CompileCost>), Stopped> {
        let begun = Instant::now();
        let limits = self.worker.limits;
        let request = Request::new(self.random.bytes(), self.build, &limits, component);
        let Watch(sender, events) = watch;
        // A wait that was given up while this was in a queue needs no process.
        if let Ok(Event::GivenUp) = events.try_recv() {
            return Err(Stopped::GivenUp);
        }
        let not_started = |error: std::io::Error| Stopped::By(CompileStop::NotStarted(error.to_string()), None);
        let mut process = Process::start(&self.worker).map_err(not_started)?;
        process.speak(request, component.clone(), limits.code, &sender).map_err(not_started)?;
        let waited = wait(&events, begun + limits.time.min(LONGEST));
        let (status, cost) = process.end(begun);
        let by = |stop| Err(Stopped::By(stop, cost));
        match waited.end {
            End::Answer(Answer::Code(code)) => Ok((code, cost)),
            End::Answer(Answer::Invalid(message)) => Err(Stopped::Invalid(message)),
            End::Answer(Answer::Failed(message)) => by(CompileStop::Failed(message)),
            End::Answer(Answer::OutOfMemory) => by(CompileStop::Memory(limits.memory)),
            End::Answer(Answer::OtherBuild) => by(CompileStop::OtherBuild),
            End::GivenUp => Err(Stopped::GivenUp),
            End::Late => by(CompileStop::Time(limits.time)),
            End::NoAnswer(NoAnswer::Strange) => by(CompileStop::NoWorker),
            End::NoAnswer(NoAnswer::TooLong) => by(CompileStop::Code(limits.code)),
            End::NoAnswer(NoAnswer::Cut) => {
                let said = waited.said.unwrap_or_default();
                by(match status {
                    Some(status) if ran_out_of_cpu(status) => CompileStop::Cpu(limits.cpu),
                    // How std says it, whichever allocator the program has.
                    _ if said.contains("memory allocation of ") => CompileStop::Memory(limits.memory),
                    _ => CompileStop::Ended { status: status.map(|status| status.to_string()), said },
                })
            }
        }
    }
}

/// What came of waiting.
struct Waited {
    end: End,
    /// What the worker wrote to standard error, if that has ended.
    said: Option<String>,
    /// Kept so that the worker is not told to end before it is known how it ended.
    _input: Option<ChildStdin>,
}

enum End {
    Answer(Answer),
    NoAnswer(NoAnswer),
    GivenUp,
    Late,
}

/// Waits for an answer. Of a worker that is cut off also for the end of what it says, since that is why.
fn wait(events: &Receiver<Event>, mut until: Instant) -> Waited {
    let (mut said, mut input, mut cut) = (None, None, false);
    let end = loop {
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Written(pipe)) => input = Some(pipe),
            Ok(Event::Answer(Ok(answer))) => break End::Answer(answer),
            Ok(Event::Answer(Err(NoAnswer::Cut))) => {
                cut = true;
                until = until.min(Instant::now() + GRACE);
            }
            Ok(Event::Answer(Err(other))) => break End::NoAnswer(other),
            Ok(Event::Said(words)) => said = Some(words),
            Ok(Event::GivenUp) => break End::GivenUp,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) if cut => {
                break End::NoAnswer(NoAnswer::Cut);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break End::Late,
        }
        if cut && said.is_some() {
            break End::NoAnswer(NoAnswer::Cut);
        }
    };
    Waited { end, said, _input: input }
}

#[cfg(unix)]
fn ran_out_of_cpu(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(libc::SIGXCPU)
}

#[cfg(not(unix))]
fn ran_out_of_cpu(_: ExitStatus) -> bool {
    false
}

/// A process that is killed and waited for when this is dropped.
struct Process(Option<Child>);

impl Process {
    fn start(worker: &Worker) -> std::io::Result<Process> {
        let mut command = worker.command.lock().unwrap_or_else(PoisonError::into_inner);
        command.env(VARIABLE, "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map(|child| Process(Some(child)))
    }

    /// Begins to speak to the process. Each pipe has a thread, because a process that does not keep to the order could otherwise hold up
    /// whoever waits for another one. They end with the process.
    fn speak(
        &mut self,
        request: Request,
        component: Arc<[u8]>,
        most: u64,
        events: &Sender<Event>,
    ) -> std::io::Result<()> {
        let Some(child) = &mut self.0 else { return Ok(()) };
        let (secret, key) = (request.secret, request.key);
        if let Some(mut pipe) = child.stdin.take() {
            spawn(events, move || {
                // If it does not read all, its answer will tell.
                let _ = request.write(&mut pipe).and_then(|()| pipe.write_all(&component));
                Event::Written(pipe)
            })?;
        }
        if let Some(mut pipe) = child.stdout.take() {
            spawn(events, move || Event::Answer(Answer::read(&mut pipe, secret, &key, most)))?;
        }
        if let Some(mut pipe) = child.stderr.take() {
            spawn(events, move || {
                let mut said = Vec::new();
                let _ = pipe.by_ref().take(MOST_SAID).read_to_end(&mut said);
                // Some more is read, so that nobody waits for room in the pipe, but not what never ends.
                let _ = std::io::copy(&mut pipe.by_ref().take(MOST_READ), &mut std::io::sink());
                Event::Said(String::from_utf8_lossy(&said).trim().into())
            })?;
        }
        Ok(())
    }

    /// Ends the process if it has not ended, and waits for that.
    fn end(mut self, begun: Instant) -> (Option<ExitStatus>, Option<CompileCost>) {
        let Some(mut child) = self.0.take() else { return (None, None) };
        let held = most_held(child.id());
        // It fails only if the process has ended, which takes nothing from how it has.
        let _ = child.kill();
        match child.wait4() {
            Ok(ResUse { status, rusage }) => {
                let cost = CompileCost {
                    time: begun.elapsed(),
                    cpu: rusage.utime.saturating_add(rusage.stime),
                    memory: held.unwrap_or(rusage.maxrss),
                };
                (Some(status), Some(cost))
            }
            Err(error) => {
                tracing::warn!(%error, "nothing is known of the end of a compile worker");
                (None, None)
            }
        }
    }
}

/// The most bytes of memory that a process has held, which is still there. Linux counts with what it says of one that has ended what the process
/// held that started it.
fn most_held(id: u32) -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?;
    kilobytes.parse::<u64>().ok()?.checked_mul(1024)
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spawn(events: &Sender<Event>, work: impl FnOnce() -> Event + Send + 'static) -> std::io::Result<()> {
    let events = events.clone();
    let thread = thread::Builder::new().name("isorun-worker".into());
    thread.spawn(move || {
        // Nobody needs it who has stopped waiting.
        let _ = events.send(work());
    })?;
    Ok(())
}
