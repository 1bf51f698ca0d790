//! Calls of a component with what must come of each: how the cases of other engines' suites are run.

use isorun::{App, CallError, Instance, InstanceState, Runtime};

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

/// What comes of a call.
#[derive(Clone, Debug)]
pub enum End {
    /// A value as text; the empty text if the function has no result.
    Value(String),
    /// A trap whose message holds one of these words.
    Trap(Vec<String>),
}

impl Step {
    /// A call that gives a value.
    pub fn gives(function: &str, arguments: &str, value: &str) -> Step {
        Step { function: function.into(), arguments: arguments.into(), end: End::Value(value.into()) }
    }

    /// A call that traps.
    pub fn traps(function: &str, arguments: &str, words: &str) -> Step {
        Step { function: function.into(), arguments: arguments.into(), end: End::Trap(vec![words.into()]) }
    }
}

/// Runs the steps, in order, on three instances of an app: one, another that was there when the first ended, and one in the place of the
/// first. All must come to the same ends, and a trap must poison the one that it is in. Instances that `providers` are given to.
///
/// # Errors
///
/// What came of it instead.
pub async fn run(runtime: &Runtime, app: &App, providers: &[&Instance], steps: &[Step]) -> Result<(), String> {
    let first = again(runtime, app, providers).await;
    let second = again(runtime, app, providers).await;
    follow(&first, steps).await.map_err(|wrong| format!("first instance: {wrong}"))?;
    if !matches!(second.state(), InstanceState::Idle) {
        return Err(format!("second instance: {:?}", second.state()));
    }
    follow(&second, steps).await.map_err(|wrong| format!("second instance: {wrong}"))?;
    let name = first.name().to_string();
    runtime.remove(&first).map_err(|error| error.to_string())?;
    let rebuilt = again(runtime, app, providers).await;
    if rebuilt.name() != name {
        return Err(format!("`{}` is in the place of `{name}`", rebuilt.name()));
    }
    follow(&rebuilt, steps).await.map_err(|wrong| format!("rebuilt instance: {wrong}"))?;
    for instance in [&second, &rebuilt] {
        runtime.remove(instance).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Makes the calls, in order, on one instance, and looks at what is left of it.
///
/// # Errors
///
/// What came of it instead.
pub async fn follow(instance: &Instance, steps: &[Step]) -> Result<(), String> {
    for step in steps {
        let Step { function, arguments, end } = step;
        let result = instance.call(function, arguments).await;
        match (&result, end) {
            (Ok(value), End::Value(expected)) if value == expected => {}
            (Err(CallError::Trap { message, .. }), End::Trap(words))
                if words.iter().any(|words| message.to_lowercase().contains(&words.to_lowercase())) =>
            {
                poisoned(instance, step).await?;
            }
            _ => return Err(format!("{function}{arguments} must end in {end:?}, it ended in {result:?}")),
        }
    }
    Ok(())
}

/// Whether a trap is remembered as the cause of all that follows.
async fn poisoned(instance: &Instance, step: &Step) -> Result<(), String> {
    match instance.state() {
        InstanceState::Poisoned(cause) if matches!(*cause, CallError::Trap { .. }) => {}
        state => return Err(format!("after the trap the state is {state:?}")),
    }
    match instance.call(&step.function, &step.arguments).await {
        Err(CallError::Poisoned { cause, .. }) if matches!(*cause, CallError::Trap { .. }) => Ok(()),
        result => Err(format!("after the trap a call gives {result:?}")),
    }
}
