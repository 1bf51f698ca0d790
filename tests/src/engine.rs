//! Calls of a component with what must come of each: how the cases of other engines' suites are run.

use std::time::Duration;

use isorun::{App, CallError, Instance, InstanceState, RemoteError, Resource, Runtime, Status};

use crate::again;

/// One call.
#[derive(Clone, Debug)]
pub struct Step {
    /// The function, as [`Instance::call`] takes it.
    pub function: String,
    /// Its arguments, in parentheses.
    pub arguments: String,
    /// What must come of it.
    pub end: End,
}

/// What comes of a call. All but a value poisons the instance.
#[derive(Clone, Debug)]
pub enum End {
    /// A value as text; the empty text if the function has no result.
    Value(String),
    /// A trap whose message holds one of these.
    Trap(Vec<String>),
    /// A provider failed, and this is in what is said about it.
    ProviderDown(String),
    /// It waited until its deadline.
    Late,
}

impl Step {
    /// Reads `f(1) => 2`, `f(1) => trap: words`, `f(1) => provider: words`, `f(1) => late`. Words may be several, with `|` between.
    pub fn parse(line: &str) -> Step {
        let (call, end) = line.split_once("=>").unwrap_or_else(|| panic!("no `=>` in `{line}`"));
        let (function, arguments) = call.trim().split_at(call.find('(').unwrap_or(call.len()));
        let end = end.trim();
        let end = if let Some(words) = end.strip_prefix("trap: ") {
            End::Trap(words.split('|').map(Into::into).collect())
        } else if let Some(words) = end.strip_prefix("provider: ") {
            End::ProviderDown(words.into())
        } else if end == "late" {
            End::Late
        } else {
            End::Value(end.into())
        };
        Step { function: function.into(), arguments: arguments.into(), end }
    }

    /// Makes the call through `at`, which is `guest` or leads to it, and looks at what is left of the guest.
    ///
    /// # Errors
    ///
    /// What came of it instead.
    pub async fn take(&self, at: &Instance, guest: &Instance) -> Result<(), String> {
        let Step { function, arguments, end } = self;
        let span = if matches!(end, End::Late) { Duration::from_millis(50) } else { Duration::from_secs(60) };
        let result = at.call(function, arguments).deadline(span).await;
        if !end.is(&result) {
            return Err(format!("{function}{arguments} must end in {end:?}, it ended in {result:?}"));
        }
        let Err(ended) = result else { return Ok(()) };
        match guest.state() {
            // A remote tells the cause in its own words.
            InstanceState::Poisoned(cause) if at != guest || cause.to_string() == ended.to_string() => {}
            state => return Err(format!("after {function}{arguments} the state is {state:?}")),
        }
        match guest.call(function, arguments).await {
            Err(CallError::Poisoned { cause, .. }) if at != guest || cause.to_string() == ended.to_string() => Ok(()),
            result => Err(format!("after {function}{arguments} another call ended in {result:?}")),
        }
    }
}

impl End {
    fn is(&self, result: &isorun::Result<String>) -> bool {
        match (self, result) {
            (End::Value(expected), Ok(value)) => value == expected,
            (
                End::Trap(words),
                Err(
                    CallError::Trap { message, .. }
                    | CallError::Remote(RemoteError::Failed { status: Status::Trap, message, .. }),
                ),
            ) => {
                let message = message.to_lowercase();
                words.iter().any(|words| message.contains(&words.to_lowercase()))
            }
            (End::ProviderDown(words), Err(CallError::ProviderDown { cause, .. })) => {
                cause.to_string().contains(words.as_str())
            }
            (End::Late, Err(error)) => error.out_of_budget() == Some(Resource::Deadline),
            _ => false,
        }
    }
}

/// Takes the steps, in order, on one instance after the other: a first, one that was there when the first ended, and one in the place of
/// the first. All must come to the same ends.
///
/// # Errors
///
/// What came of it instead.
pub async fn thrice(runtime: &Runtime, app: &App, steps: &[Step]) -> Result<(), String> {
    let (first, second) = (again(runtime, app, &[]).await, again(runtime, app, &[]).await);
    follow(&first, steps).await?;
    if !matches!(second.state(), InstanceState::Idle) {
        return Err(format!("its neighbour is {:?}", second.state()));
    }
    follow(&second, steps).await.map_err(|wrong| format!("in its neighbour: {wrong}"))?;
    runtime.remove(&first).map_err(|error| error.to_string())?;
    let third = again(runtime, app, &[]).await;
    if third.name() != first.name() {
        return Err(format!("`{}` is in the place of `{}`", third.name(), first.name()));
    }
    follow(&third, steps).await.map_err(|wrong| format!("in its successor: {wrong}"))?;
    [&second, &third].into_iter().try_for_each(|instance| runtime.remove(instance).map_err(|error| error.to_string()))
}

/// Takes the steps, in order, on one instance.
///
/// # Errors
///
/// What came of it instead.
pub async fn follow(instance: &Instance, steps: &[Step]) -> Result<(), String> {
    for step in steps {
        step.take(instance, instance).await?;
    }
    Ok(())
}
