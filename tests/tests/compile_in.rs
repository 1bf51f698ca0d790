//! Components that are compiled in processes of their own: what that gives, what it bounds, and that nothing is left behind.

use std::collections::BTreeSet;
use std::process::Command;
use std::task::Poll;
use std::time::{Duration, Instant};

use isorun::error::{CompileCost, CompileStop};
use isorun::{AppError, Runtime, RuntimeBuilder, Worker};
use isorun_tests::compiles::{self, Moment};
use isorun_tests::{Folder, add, again, apps, compute, poll_once, runtime, runtime_of};

const PROGRAM: &str = env!("CARGO_BIN_EXE_compile-worker");

fn worker() -> Worker {
    Worker::command(Command::new(PROGRAM))
}

/// A worker whose processes are told apart from others by an argument.
fn marked(mark: &str) -> Worker {
    let mut command = Command::new(PROGRAM);
    command.arg(mark);
    Worker::command(command)
}

fn shell(script: &str) -> Worker {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Worker::command(command)
}

/// A runtime in which a worker compiles, whatever a component asks of it.
fn lenient(worker: Worker) -> RuntimeBuilder {
    Runtime::builder().compile_in(worker).app_limits(|limits| {
        // What the gate would refuse is just what a compilation is stopped for.
        for limit in [
            &mut limits.functions,
            &mut limits.function_values,
            &mut limits.function_bytes,
            &mut limits.control_flow,
            &mut limits.loop_depth,
        ] {
            *limit = u64::MAX;
        }
    })
}

/// Takes the compiler minutes: locals that are changed inside of nested loops.
fn bomb() -> Vec<u8> {
    let (locals, loops) = (600, 600);
    let changes: String = (1..=locals).map(|i| format!("local.get {i} i32.const 1 i32.add local.set {i} ")).collect();
    let module = format!(
        "(func (param i32) (local {}) {} {changes} {})",
        "i32 ".repeat(locals),
        "loop ".repeat(loops),
        "local.get 0 br_if 0 end ".repeat(loops)
    );
    wat::parse_str(format!("(component (core module {module}))")).unwrap()
}

async fn stopped(builder: RuntimeBuilder, component: &[u8]) -> (CompileStop, Option<CompileCost>, String) {
    match builder.build().unwrap().add_app("app", component).await.unwrap_err() {
        error @ AppError::CompileStopped { .. } => {
            let text = error.to_string();
            let AppError::CompileStopped { app, by, used } = error else { unreachable!() };
            assert_eq!(app, "app");
            assert!(text.starts_with("`app` was not compiled: its ") && text.contains("\n  help: "), "{text}");
            assert_eq!(text.contains("\n  used: "), used.is_some(), "{text}");
            (by, used, text)
        }
        error => panic!("{error}"),
    }
}

/// Waits for something that is bound to happen soon.
async fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_a_worker_compiled_runs_as_what_is_compiled_here() {
    let mut used = Vec::new();
    for runtime in [runtime(), runtime_of(Runtime::builder().compile_in(worker()))] {
        let app = add(&runtime, "calc", apps::CALC).await;
        assert!(!app.was_cached());
        let caller = again(&runtime, &app, &[]).await.caller::<compute::Interface>().unwrap();
        let (sum, receipt) = caller.add(1, 2).receipt().await;
        assert_eq!(sum.unwrap(), 3);
        used.push(receipt.fuel);
    }
    assert_eq!(used[0], used[1]);
}

#[tokio::test]
async fn what_is_not_valid_is_told_in_the_same_words() {
    let component = wat::parse_str("(component (core module (func (result i32))))").unwrap();
    let here = runtime().add_app("broken", &component).await.unwrap_err();
    let there = runtime_of(Runtime::builder().compile_in(worker())).add_app("broken", &component).await.unwrap_err();
    assert!(matches!(there, AppError::Invalid { .. }), "{there}");
    assert_eq!(there.to_string(), here.to_string());
}

#[tokio::test]
async fn what_is_too_large_for_the_runtime_is_told_in_the_same_words() {
    let component = wat::parse_str(format!(
        "(component (core module $m {}) (core instance (instantiate $m)))",
        "(memory 1)".repeat(9)
    ))
    .unwrap();
    let here = runtime().add_app("large", &component).await.unwrap_err();
    let there = runtime_of(Runtime::builder().compile_in(worker())).add_app("large", &component).await.unwrap_err();
    assert_eq!(there.to_string(), here.to_string());
}

#[tokio::test]
async fn a_compilation_is_stopped_when_its_time_is_over_and_its_place_is_free() {
    let builder = lenient(worker().time(Duration::from_secs(2))).max_compiles(1);
    let (by, used, text) = stopped(builder.clone(), &bomb()).await;
    assert_eq!(by, CompileStop::Time(Duration::from_secs(2)));
    let used = used.expect("the system tells");
    assert!(used.time >= Duration::from_secs(2) && used.cpu > Duration::ZERO, "{text}");
    assert!(used.memory > 1 << 20, "{text}");
    let runtime = builder.build().unwrap();
    let (bomb, small) = (bomb(), wat::parse_str("(component)").unwrap());
    let (stopped, added) =
        tokio::join!(async { runtime.add_app("bomb", &bomb).await }, async { runtime.add_app("small", &small).await });
    assert!(matches!(stopped, Err(AppError::CompileStopped { .. })));
    added.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_compilation_is_stopped_when_its_cpu_time_is_used_up() {
    let worker = worker().cpu(Duration::from_millis(500)).time(Duration::from_secs(300));
    let (by, used, _) = stopped(lenient(worker), &bomb()).await;
    assert_eq!(by, CompileStop::Cpu(Duration::from_millis(500)));
    assert!(used.unwrap().cpu >= Duration::from_millis(500));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_compilation_is_stopped_when_its_memory_is_used_up() {
    // Each thread of the compiler takes some of it, and how many there are is up to the machine.
    let memory = 512 << 20;
    let worker = worker().memory(memory).time(Duration::from_secs(300)).cpu(Duration::from_secs(600));
    let many = wat::parse_str(format!("(component (core module {}))", "(func)".repeat(400_000))).unwrap();
    let (by, used, text) = stopped(lenient(worker), &many).await;
    assert_eq!(by, CompileStop::Memory(memory), "{text}");
    assert!(used.is_some());
}

/// Wherever the memory ends, it is not said that the component is wrong.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn too_little_memory_is_no_fault_of_the_component() {
    let many = wat::parse_str(format!("(component (core module {}))", "(func)".repeat(30_000))).unwrap();
    let mut memory = 64 << 20;
    let mut stops = 0;
    loop {
        let worker = worker().memory(memory).time(Duration::from_secs(300)).cpu(Duration::from_secs(600));
        let runtime = lenient(worker).build().unwrap();
        match runtime.add_app("many", &many).await {
            Ok(_) => break,
            Err(AppError::CompileStopped { .. }) => {}
            Err(error) => panic!("{memory}: {error}"),
        }
        stops += 1;
        memory += memory / 2;
    }
    assert!(stops > 0 && memory < 2 << 30, "{stops} {memory}");
}

#[tokio::test]
async fn code_that_is_larger_than_it_may_be_is_not_taken() {
    let runtime = runtime_of(Runtime::builder().compile_in(worker().max_code(1000)));
    let error = runtime.add_app("calc", apps::CALC).await.unwrap_err();
    assert!(matches!(error, AppError::CompileStopped { by: CompileStop::Code(1000), .. }), "{error}");
}

#[tokio::test]
async fn a_code_cache_keeps_what_a_worker_compiled() {
    let folder = Folder::new().unwrap();
    let cached = || runtime_of(Runtime::builder().code_cache(folder.path().join("cache")).compile_in(worker()));
    assert!(!add(&cached(), "calc", apps::CALC).await.was_cached());
    // Neither for a worker that cannot be started, nor for a runtime that has none.
    let without = Runtime::builder().compile_in(Worker::command(Command::new("/nowhere/at-all")));
    for builder in [without, Runtime::builder()] {
        let runtime = runtime_of(builder.code_cache(folder.path().join("cache")));
        let app = add(&runtime, "calc", apps::CALC).await;
        assert!(app.was_cached());
        let caller = again(&runtime, &app, &[]).await.caller::<compute::Interface>().unwrap();
        assert_eq!(caller.add(1, 2).await.unwrap(), 3);
    }
}

#[tokio::test]
async fn no_more_compile_at_once_than_may() {
    compiles::watch();
    let runtime = runtime_of(Runtime::builder().max_compiles(2).compile_in(worker()));
    let adding: Vec<_> = (0..6)
        .map(|number| {
            let runtime = runtime.clone();
            tokio::spawn(async move { runtime.add_app(&format!("worked-{number}"), apps::CALC).await })
        })
        .collect();
    for adding in adding {
        adding.await.unwrap().unwrap();
    }
    let moments = compiles::of("worked-");
    assert_eq!(moments.iter().filter(|moment| matches!(moment, Moment::End(_))).count(), 6);
    assert!(compiles::most_at_once(&moments) <= 2, "{moments:?}");
}

/// Without tokio the work is done where the future is polled.
#[test]
fn no_executor_is_needed() {
    let runtime = runtime_of(Runtime::builder().compile_in(worker()));
    let mut adding = Box::pin(async { runtime.add_app("calc", apps::CALC).await });
    assert!(matches!(poll_once(&mut adding), Poll::Ready(Ok(_))));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_reported() {
    let (by, used, text) = stopped(lenient(Worker::command(Command::new("/nowhere/at-all"))), &small()).await;
    assert!(matches!(by, CompileStop::NotStarted(_)), "{by}");
    assert!(used.is_none() && text.contains("\n  help: give `compile_in` a program"), "{text}");
}

fn small() -> Vec<u8> {
    wat::parse_str("(component)").unwrap()
}

/// A component that no pipe takes before somebody reads it.
fn large() -> Vec<u8> {
    wat::parse_str(format!("(component (core module (memory 32) (data (i32.const 0) \"{}\")))", "x".repeat(1 << 20)))
        .unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn programs_that_are_no_workers_are_found_out() {
    for component in [small(), large()] {
        for script in ["exec cat", "exec yes", "exec head -c 1000000 /dev/zero", "exec cat /dev/zero", "yes >&2 & cat"]
        {
            let (by, ..) = stopped(lenient(shell(script)), &component).await;
            assert_eq!(by, CompileStop::NoWorker, "{script}");
        }
        let ends = [
            ("exec true", "exit status: 0", ""),
            ("exit 3", "exit status: 3", ""),
            ("echo what >&2; exit 1", "exit status: 1", "what"),
            ("cat >&2; exit 1", "exit status: 1", ""),
            ("kill -9 $$", "signal: 9 (SIGKILL)", ""),
            ("head -c 40 /dev/zero; kill -SEGV $$", "signal: 11 (SIGSEGV)", ""),
            // It closes its output and stays.
            ("exec >&- sleep 1000", "signal: 9 (SIGKILL)", ""),
            ("exec >&- 2>&- sleep 1000", "signal: 9 (SIGKILL)", ""),
        ];
        for (script, end, words) in ends {
            // A copy of the input never ends, because the input does not.
            let time = if script.starts_with("cat") { Duration::from_secs(1) } else { Duration::from_secs(100) };
            match stopped(lenient(shell(script).time(time)), &component).await.0 {
                CompileStop::Ended { status, said } => {
                    assert!(status.as_deref().is_some_and(|status| status.starts_with(end)), "{script}: {status:?}");
                    assert_eq!(said, words, "{script}");
                }
                CompileStop::Time(_) if script.starts_with("cat") => {}
                by => panic!("{script}: {by}"),
            }
        }
        let waits = shell("exec sleep 1000").time(Duration::from_millis(200));
        assert_eq!(stopped(lenient(waits), &component).await.0, CompileStop::Time(Duration::from_millis(200)));
    }
}

#[tokio::test]
async fn a_program_that_forgets_to_be_a_worker_starts_no_others() {
    let (by, _, text) = stopped(lenient(marked("forgetful")), &small()).await;
    let CompileStop::Ended { said, .. } = by else { panic!("{by}") };
    assert!(said.contains("IsWorker"), "{said}");
    assert!(text.contains("call `isorun::compile_worker()` first in the `main`"), "{text}");
}

#[test]
fn a_worker_that_nobody_speaks_to_says_so_and_ends() {
    let mut command = Command::new(PROGRAM);
    let output = command.env("ISORUN_COMPILE_WORKER", "1").stdin(std::process::Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("isorun's compile worker") && said.contains("help: if no runtime has started it"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_a_worker_is_started_with_does_not_reach_a_log() {
    let mut command = Command::new(PROGRAM);
    command.arg("argument").env("KEY", "hidden");
    let shown = format!("{:?}", Runtime::builder().compile_in(Worker::command(command)));
    assert!(shown.contains("compile-worker") && !shown.contains("argument") && !shown.contains("hidden"), "{shown}");
}

#[cfg(target_os = "linux")]
mod processes {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn all() -> impl Iterator<Item = u32> {
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
    }

    /// The processes with this argument. One that has ended and was not waited for has no arguments, but still has its number.
    fn with(mark: &str) -> BTreeSet<u32> {
        let has = |id: &u32| {
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|argument| argument == mark.as_bytes())
        };
        all().filter(has).collect()
    }

    fn children(parent: u32) -> BTreeSet<u32> {
        let line = |id: &u32| fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        all().filter(|id| line(id).lines().any(|line| line == format!("PPid:\t{parent}"))).collect()
    }

    async fn gone(processes: &BTreeSet<u32>) {
        let is_there = |id: &u32| Path::new(&format!("/proc/{id}")).exists();
        until("a process was left behind", || !processes.iter().any(is_there)).await;
    }

    #[tokio::test]
    async fn a_future_that_is_dropped_leaves_no_process_behind() {
        let runtime = lenient(marked("dropped")).max_compiles(1).build().unwrap();
        let (bomb, mut processes) = (bomb(), BTreeSet::new());
        for name in ["one", "another"] {
            let adding = runtime.add_app(name, &bomb);
            let task = tokio::spawn(adding.into_future());
            until("no worker was started", || with("dropped").difference(&processes).next().is_some()).await;
            processes.extend(with("dropped"));
            task.abort();
        }
        gone(&processes).await;
        assert!(!processes.is_empty());
        // Its place is free again.
        runtime.add_app("small", &small()).await.unwrap();
    }

    #[tokio::test]
    async fn a_worker_that_was_killed_is_waited_for() {
        let runtime = lenient(marked("late").time(Duration::from_secs(1))).build().unwrap();
        let bomb = bomb();
        let task = tokio::spawn(runtime.add_app("app", &bomb).into_future());
        until("no worker was started", || !with("late").is_empty()).await;
        let processes = with("late");
        task.await.unwrap().unwrap_err();
        // It is not waited for here: the error comes after the end.
        assert!(!processes.iter().any(|id| Path::new(&format!("/proc/{id}")).exists()));
    }

    #[test]
    fn an_executor_that_ends_takes_its_workers_with_it() {
        let executor = tokio::runtime::Runtime::new().unwrap();
        let runtime = lenient(marked("executor")).build().unwrap();
        let bomb = bomb();
        executor.spawn(runtime.add_app("app", &bomb).into_future());
        executor.block_on(until("no worker was started", || !with("executor").is_empty()));
        let processes = with("executor");
        // Waits for what blocks.
        drop(executor);
        assert!(!processes.iter().any(|id| Path::new(&format!("/proc/{id}")).exists()));
    }

    /// Its own pipe tells a worker that nobody is there any more, and a worker behind another program as well.
    #[tokio::test]
    async fn a_worker_ends_with_the_process_that_started_it() {
        let folder = Folder::new().unwrap();
        let file = folder.path().join("bomb.wasm");
        fs::write(&file, bomb()).unwrap();
        let mut host = Command::new(PROGRAM).arg("host").arg(&file).spawn().unwrap();
        until("no worker was started", || !children(host.id()).is_empty()).await;
        let workers = children(host.id());
        // Once it compiles.
        tokio::time::sleep(Duration::from_millis(300)).await;
        host.kill().unwrap();
        host.wait().unwrap();
        gone(&workers).await;
    }

    #[tokio::test]
    async fn a_worker_behind_another_program_ends_too() {
        let behind = shell(&format!("{PROGRAM} behind; true")).time(Duration::from_secs(2));
        let (by, ..) = stopped(lenient(behind), &bomb()).await;
        assert_eq!(by, CompileStop::Time(Duration::from_secs(2)));
        until("a process was left behind", || with("behind").is_empty()).await;
    }
}
