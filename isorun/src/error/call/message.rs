//! What the message of a [`CallError`] says.
//!
//! The fields of the error are data as they came; whatever a stranger may have chosen of them is made [safe](crate::text::printable) here.

use std::fmt;
use std::time::Duration;

use super::CallError;
use crate::limits::limit::{Amount, Ceiling, Limit, Scope};
use crate::limits::slow::{OF_TENANT, PAUSE, PLACES};
use crate::text::{count, list, printable, printable_line, printable_lines};
use isorun_wit::nearest;

/// With `{:#}` the message of an error with a cause tells the cause as well.
impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Trap { instance, function, message, frames: _ } => write!(
                f,
                "`{}` trapped in `{}`: {}\n  help: what it kept in memory is lost; a running instance stays poisoned unless its `Restart` policy starts it anew",
                printable(instance),
                printable(function),
                printable_line(message)
            ),
            CallError::OutOfBudget { limit, amount, instance, function, goes_on: true, .. } => write!(
                f,
                "out of {limit}: the caller of `{}` of `{}` was told so at its limit of {amount}, and the call goes on to its end without it\n  help: what it does is done, so do not make it again; grant it more, or choose `GiveUp::Cancel` where the instance is made",
                printable(function),
                printable(instance)
            ),
            CallError::OutOfBudget { limit, amount, used, scope, instance, function, waits_for, .. } => {
                out_of_budget((*limit, amount, used, scope), instance, function, waits_for.as_deref(), f)
            }
            CallError::Poisoned { instance, restarts, cause } => poisoned(instance, *restarts, cause, f),
            CallError::ProviderDown { instance, function, provider, cause } => {
                provider_down([instance, function, provider], cause, f)
            }
            CallError::Cancelled { instance, function } => write!(
                f,
                "the call of `{}` was cancelled while `{}` ran\n  help: dropping a call stops its guest; await the call to the end if the instance is to keep its state",
                printable(function),
                printable(instance)
            ),
            CallError::ReEntered { instance, function } => write!(
                f,
                "`{function}` of `{instance}` was called back while `{instance}` waits for the end of this call\n  help: an instance serves one call at a time; pass what is needed in the first call, or split the app",
                function = printable(function),
                instance = printable(instance)
            ),
            CallError::TooDeep { instance, function, limit } => write!(
                f,
                "the call of `{}` of `{}` is too deep: {limit} calls wait for its end, each for the next\n  help: let instances call each other through fewer others",
                printable(function),
                printable(instance)
            ),
            CallError::BelowFloor { instance, function, granted, floor } => write!(
                f,
                "`{}` of `{}` was not called: the call has {granted} left, and the instance takes none with less than {floor}\n  help: grant the call more, or lower `.min_fuel(..)` and `.min_time(..)` where the instance is made",
                printable(function),
                printable(instance)
            ),
            CallError::Busy { instance, waiting } => write!(
                f,
                "`{}` is busy: {} for it already\n  help: try again later, make fewer calls at a time, let calls run in parallel with `.reuse(..)`, or let more of them wait with `.queue(..)` for this instance or `max_queue` in the runtime's builder",
                printable(instance),
                if *waiting == 1 { "1 call waits".into() } else { format!("{waiting} calls wait") }
            ),
            CallError::TenantFull { instance, tenant, what, limit } => {
                tenant_full([instance, tenant], *what, *limit, f)
            }
            CallError::Retiring { instance } => {
                write!(
                    f,
                    "`{}` is retiring and takes no new calls\n  help: call what has taken its place",
                    printable(instance)
                )
            }
            CallError::NotExported { instance, function } => write!(
                f,
                "`{}` no longer exports `{}` as it was when this caller was made\n  help: its app was replaced; make a new caller from the instance",
                printable(instance),
                printable(function)
            ),
            CallError::NoCapacity { instance, message } => write!(
                f,
                "no room left for a store of `{}`: {}\n  help: remove instances, make fewer calls at a time, or raise `max_stores` in the runtime's builder",
                printable(instance),
                printable_line(message)
            ),
            CallError::Removed { instance } => write!(
                f,
                "`{}` was removed\n  help: a handle does not outlive `remove`; get a new one from `instantiate`, `provide` or `import`, and wire with that",
                printable(instance)
            ),
            CallError::HostPanic { instance, function, provider, message } => {
                host_panic(instance, function, provider.as_deref(), message, f)
            }
            CallError::System(error) => {
                let text = if f.alternate() { format!("{error:#}") } else { error.to_string() };
                f.write_str(&printable_lines(&text))
            }
            CallError::TooLarge(error) => error.fmt(f),
            CallError::Malformed(error) => error.fmt(f),
            CallError::UnknownFunction { instance, function, available } => {
                unknown_function(instance, function, available, f)
            }
            CallError::AmbiguousFunction { instance, function, candidates } => write!(
                f,
                "`{}` has several functions `{}`\n  it has: {}\n  help: write as much of the name as makes it unique",
                printable(instance),
                printable(function),
                list(candidates)
            ),
            CallError::Arguments { function, signature, message, help } => write!(
                f,
                "cannot read the arguments of `{}`: {}\n  it takes: {}\n  help: {}",
                printable(function),
                printable_line(message),
                printable_line(signature),
                printable_line(help)
            ),
            CallError::Remote(error) => error.fmt(f),
        }
    }
}

fn out_of_budget(
    (limit, amount, used, scope): (Limit, &Amount, &Amount, &Scope),
    instance: &str,
    function: &str,
    waits_for: Option<&str>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let (instance, function) = (printable(instance), printable(function));
    match (amount, scope) {
        // Nothing was granted, so nothing has run.
        (Amount::Time(Duration::ZERO), _) => {
            write!(f, "out of {limit}: the deadline of `{function}` of `{instance}` had passed already")?
        }
        (Amount::Fuel(0), Scope::Instance(name)) => {
            let name = printable(name);
            write!(f, "out of {limit}: `{instance}` was stopped in `{function}`, as the instance `{name}` has none")?
        }
        (Amount::Fuel(0), Scope::Tenant(name)) => {
            let name = printable(name);
            write!(f, "out of {limit}: `{instance}` was stopped in `{function}`, as the tenant `{name}` has none")?
        }
        (Amount::Fuel(0), Scope::Call) => {
            write!(f, "out of {limit}: nothing is left for `{function}` of `{instance}`")?
        }
        (_, Scope::Call) if waits_for == Some(&*instance) => {
            write!(
                f,
                "out of {limit}: `{function}` of `{instance}` got no turn within {amount}, as other calls were before it\n  help: "
            )?;
            return f.write_str(
                "make fewer calls of it at a time, let calls run in parallel with `.reuse(..)`, or give the call more time with `.timeout(..)`",
            );
        }
        (_, Scope::Call) if waits_for == Some(PLACES) => {
            write!(
                f,
                "out of {limit}: there was no place for a store within {amount} in which `{function}` of `{instance}` could run\n  help: "
            )?;
            return f.write_str(
                "make fewer calls at a time, remove instances, raise `max_stores` in the runtime's builder, or give the call more time with `.timeout(..)`",
            );
        }
        (_, Scope::Call) if waits_for == Some(PAUSE) => {
            write!(
                f,
                "out of {limit}: `{function}` of `{instance}` got no turn within {amount}, as the call that has its turn is paused\n  help: "
            )?;
            return f.write_str(
                "let that go on: `.resume()` what was paused, or `grant` its run more, or drop it; or let calls run in parallel with `.reuse(..)`",
            );
        }
        (_, Scope::Call) if waits_for.is_some_and(|what| what.starts_with(OF_TENANT)) => {
            let tenant = waits_for.and_then(|what| what.strip_prefix(OF_TENANT)).map_or("".into(), printable);
            write!(
                f,
                "out of {limit}: the tenant `{tenant}` had no room for `{function}` of `{instance}` within {amount}, as other calls of its instances were before it\n  help: "
            )?;
            return f.write_str(
                "make fewer calls of its instances at a time, let it have more with `.set_calls(..)`, or give the call more time with `.timeout(..)`",
            );
        }
        (_, Scope::Call) => {
            write!(f, "out of {limit}: `{instance}` was stopped in `{function}` at its limit of {amount}")?
        }
        (_, Scope::GivenUp) => write!(
            f,
            "out of {limit}: `{instance}` was stopped in `{function}`, whose caller had given it up, at its ceiling of {amount}"
        )?,
        (_, Scope::Import) => {
            write!(f, "out of {limit}: the call of `{function}` of `{instance}` was given up after {amount}")?;
        }
        (_, Scope::Instance(name)) => {
            let name = printable(name);
            write!(
                f,
                "out of {limit}: `{instance}` was stopped in `{function}`: the instance `{name}` has used {used} of {amount}"
            )?;
        }
        (_, Scope::Tenant(name)) => {
            let name = printable(name);
            write!(
                f,
                "out of {limit}: `{instance}` was stopped in `{function}`: the tenant `{name}` has used {used} of {amount}"
            )?;
        }
        (_, Scope::Runtime) if limit == Limit::Stack => {
            write!(
                f,
                "out of {limit}: `{instance}` was stopped in `{function}`, since its calls of itself were more than {amount} deep"
            )?;
        }
        (_, Scope::Runtime) => {
            write!(f, "out of {limit}: `{instance}` was stopped in `{function}`, since an instance may hold {amount}")?;
        }
    }
    if let Some(provider) = waits_for {
        write!(f, ", while it waited for its provider `{}`", printable(provider))?;
    }
    write!(f, "\n  help: {}", limit.help(scope))
}

fn tenant_full([instance, tenant]: [&str; 2], what: Ceiling, limit: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (instance, tenant) = (printable(instance), printable(tenant));
    match what {
        Ceiling::Stores => write!(
            f,
            "no store was made of `{instance}`: the tenant `{tenant}` has as many as it may, which is {limit}\n  help: make fewer calls at a time, remove some of its instances, or let it have more with `.set_stores(..)`"
        ),
        Ceiling::Waiting => write!(
            f,
            "`{instance}` was not called: as many calls of the tenant `{tenant}` run as may, and {} for them already\n  help: try again later, make fewer calls of its instances at a time, or raise its ceilings with `.set_calls(..)` and `.set_waiting(..)`",
            if limit == 1 { "1 call waits".into() } else { format!("{limit} calls wait") }
        ),
    }
}

/// The help of the cause is left out of the long form too: it is about the call that ended badly.
fn poisoned(instance: &str, restarts: Option<u32>, cause: &CallError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "`{}` is poisoned", printable(instance))?;
    if restarts.is_some() {
        f.write_str(", its restarts are used up")?;
    }
    match f.alternate() {
        true => write!(f, ": {}", cause.headline())?,
        false => write!(f, ": an earlier call ended badly ({})", cause.root_cause().kind())?,
    }
    f.write_str("\n  help: replace its app, or remove it and instantiate its app again")?;
    match restarts {
        None => f.write_str("; with `.restart(Restart::Limited { .. })` it would start anew by itself"),
        Some(max) => write!(f, "; its `Restart` policy forgives {} within its span", count(u64::from(max), "fault")),
    }
}

/// Only the cause knows what to do, so it has no help of its own.
fn provider_down(names: [&str; 3], cause: &CallError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [instance, function, provider] = names.map(printable);
    write!(f, "`{instance}` stopped in `{function}` because its provider `{provider}` failed")?;
    match f.alternate() {
        true => write!(f, ": {cause:#}"),
        false => write!(f, " ({})", cause.root_cause().kind()),
    }
}

fn host_panic(
    instance: &str,
    function: &str,
    provider: Option<&str>,
    message: &str,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let (instance, function, message) = (printable(instance), printable(function), printable_line(message));
    match provider {
        None => write!(f, "the host panicked while it served `{function}` of `{instance}`: {message}")?,
        Some(provider) => write!(
            f,
            "`{instance}` stopped in `{function}` because its provider `{}` failed (host panic): {message}",
            printable(provider)
        )?,
    }
    f.write_str("\n  help: correct the system or transport that panicked; a guest that was running is poisoned")
}

fn unknown_function(instance: &str, function: &str, available: &[String], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(
        f,
        "`{}` has no function `{}`\n  it has: {}\n  help: ",
        printable(instance),
        printable(function),
        list(available)
    )?;
    match nearest_function(function, available) {
        Some(near) => write!(f, "did you mean `{}`?", printable(near)),
        None => f.write_str("write `namespace:package/interface#function`, or the bare name if it is unique"),
    }
}

/// The function whose own name is nearest to that of the one which was asked for.
pub(crate) fn nearest_function<'a>(function: &str, available: &'a [String]) -> Option<&'a str> {
    let bare = |label: &'a str| label.rsplit_once('#').map_or(label, |(_, name)| name);
    let wanted = function.rsplit_once('#').map_or(function, |(_, name)| name);
    let near = nearest(wanted, available.iter().map(|label| bare(label)))?;
    available.iter().map(String::as_str).find(|label| bare(label) == near)
}
