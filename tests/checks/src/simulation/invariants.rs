//! What is promised, whatever happens. Each promise is a function; one seed that gives one trace is a test's own matter.

#[cfg(feature = "guests")]
use isorun::instance::InstanceState;
use isorun::testing::Remembered;
use tokio::time::Instant;

use super::Form;
use super::called::{Called, End, Kind, Value};
use super::log::{Ran, answer};
use super::node::{B, C};
use super::world::{TICK, World};

type Kept = Result<(), String>;

/// What holds at any time.
pub(super) fn at_any_time(world: &World) -> Kept {
    let log = world.log.all().clone();
    for call in &world.calls {
        let runs: Vec<_> = log.iter().filter(|ran| ran.id == call.id && !ran.is_hostile).collect();
        let end = call.end();
        let kept = a_call_runs_at_most_once(call, &runs)
            .and_then(|()| a_call_ends_by_its_deadline(call, end.as_deref()))
            .and_then(|()| what_is_granted_only_shrinks(world, call, &runs));
        let kept = kept.and_then(|()| match &end {
            Some(end) => what_is_said_not_to_have_run_has_not(end, &runs)
                .and_then(|()| a_value_is_that_of_its_call(world, call, end, &runs))
                .and_then(|()| nobody_uses_more_than_granted(call, end))
                .and_then(|()| what_was_not_used_is_given_back(world, call, end, &runs))
                .and_then(|()| acknowledged_writes_are_read(world, call, end)),
            None => Ok(()),
        });
        kept.map_err(|what| format!("{what}\n  {call}\n  runs: {runs:?}"))?;
    }
    nobody_else_is_harmed(world)?;
    an_epoch_has_one_writer(world)?;
    windows_are_bounded(world)
}

/// 1. However often a message comes, the call runs once; where it may run more than once, as often as it was sent on purpose.
fn a_call_runs_at_most_once(call: &Called, runs: &[&Ran]) -> Kept {
    if call.kind == Kind::Lied {
        return Ok(());
    }
    for node in [B, C] {
        let here: Vec<_> = runs.iter().filter(|ran| ran.at.node == node).collect();
        let most = if call.terms.is_idempotent { 1 + call.terms.retries as usize } else { 1 };
        if here.len() > most {
            return Err(format!("it ran {} times at node {node}", here.len()));
        }
        // Only another life of the one that is called, or of the one between, has not heard of it. One that may run more than once is made anew where its
        // answer is gone.
        if let (Kind::Run(_), Some((first, rest))) = (call.kind, here.split_first())
            && !call.terms.is_idempotent
            && rest.iter().any(|ran| ran.at == first.at)
        {
            return Err(format!("it ran twice in one life of node {node}"));
        }
    }
    Ok(())
}

/// 2. Who is told that a call was not sent, or was refused, may make it again.
fn what_is_said_not_to_have_run_has_not(end: &End, runs: &[&Ran]) -> Kept {
    match end.says_it_did_not_run() && !runs.is_empty() {
        true => Err("it was said not to have run, and has".into()),
        false => Ok(()),
    }
}

/// 3. A value comes of the call that it is given for, which has run.
fn a_value_is_that_of_its_call(world: &World, call: &Called, end: &End, runs: &[&Ran]) -> Kept {
    let Ok(value) = &end.result else { return Ok(()) };
    let right = match (call.kind, value) {
        // Who believes a liar gets what it says.
        (Kind::Lied, _) => return Ok(()),
        (Kind::Write, Value::Number(number)) => {
            let writes = &world.disk.stored().writes;
            (*number as usize).checked_sub(1).and_then(|place| writes.get(place)) == Some(&call.id)
        }
        (Kind::Write | Kind::Read, _) => true,
        (_, value) => *value == Value::Number(answer(call.id)),
    };
    if !right {
        return Err("it was given the value of another call".into());
    }
    let last =
        if matches!(call.kind, Kind::Relayed | Kind::Pass) { C } else { runs.first().map_or(B, |ran| ran.at.node) };
    match runs.iter().filter(|ran| ran.at.node == last).count() {
        1 => Ok(()),
        0 => Err("it has a value and has not run".into()),
        _ if call.terms.is_idempotent => Ok(()),
        count => Err(format!("it has a value and ran {count} times")),
    }
}

/// 4. What a write has answered is seen by every read that begins later.
fn acknowledged_writes_are_read(world: &World, call: &Called, end: &End) -> Kept {
    let (Kind::Read, Ok(Value::Number(read))) = (call.kind, &end.result) else { return Ok(()) };
    match call.acknowledged <= *read && *read <= world.disk.stored().writes.len() as u64 {
        true => Ok(()),
        false => Err(format!("it has read {read}, and {} was acknowledged before", call.acknowledged)),
    }
}

/// The latest write whose caller knows of it.
pub(super) fn acknowledged(world: &World) -> u64 {
    let writes = world.calls.iter().filter(|call| call.kind == Kind::Write);
    let numbers = writes.filter_map(|call| match call.end()?.result {
        Ok(Value::Number(number)) => Some(number),
        _ => None,
    });
    numbers.max().unwrap_or(0)
}

/// 5. Whatever a peer says, a call is not charged more than it was granted.
fn nobody_uses_more_than_granted(call: &Called, end: &End) -> Kept {
    match end.receipt.fuel <= call.terms.fuel {
        true => Ok(()),
        false => Err(format!("it used {} fuel", end.receipt.fuel)),
    }
}

/// 5. On the way down there is never more than there was.
fn what_is_granted_only_shrinks(world: &World, call: &Called, runs: &[&Ran]) -> Kept {
    // A guest that is kept goes on without its caller, with what its own runtime grants, and so does what it calls.
    if world.form != Form::Systems && call.kind != Kind::Run(C) {
        return Ok(());
    }
    let (fuel, time) = (call.terms.fuel, call.terms.time);
    if let Some(ran) = runs.iter().find(|ran| ran.fuel > fuel || ran.left > time) {
        return Err(format!("it was granted more than there was: {ran:?}"));
    }
    let most = |part: fn(&Ran) -> u128| runs.iter().filter(|ran| ran.passes).map(|ran| part(ran)).max();
    let below = || runs.iter().filter(|ran| call.kind == Kind::Pass && !ran.passes);
    for part in [|ran: &Ran| u128::from(ran.fuel), |ran: &Ran| ran.left.as_micros()] {
        if let Some(most) = most(part)
            && below().any(|ran| part(ran) > most)
        {
            return Err("what it called was granted more than it had itself".into());
        }
    }
    Ok(())
}

/// 5. The callee says what was used, and the rest is there again.
fn what_was_not_used_is_given_back(world: &World, call: &Called, end: &End, runs: &[&Ran]) -> Kept {
    if world.form != Form::Systems {
        return Ok(());
    }
    let (Ok(_), 0) = (&end.result, end.receipt.retries) else { return Ok(()) };
    // The work itself uses nothing, but each node that a message reaches is paid for looking at it.
    let used = match (call.kind, runs) {
        (Kind::Pass, [first, ..]) => 2 * (call.terms.fuel - first.fuel),
        (Kind::Run(_) | Kind::Relayed | Kind::Read | Kind::Write, [only]) => call.terms.fuel - only.fuel,
        _ => return Ok(()),
    };
    match end.receipt.fuel == used {
        true => Ok(()),
        false => Err(format!("it was charged {} fuel, and {used} was used", end.receipt.fuel)),
    }
}

/// 6. Whatever is lost, a call ends in its time.
fn a_call_ends_by_its_deadline(call: &Called, end: Option<&End>) -> Kept {
    if call.is_dropped {
        return Ok(());
    }
    let at = end.map_or_else(Instant::now, |end| end.at);
    match at <= call.begun + call.terms.time + TICK {
        true => Ok(()),
        false => Err(format!("it is {:?} old", at - call.begun)),
    }
}

/// 7. What is remembered for peers is bounded at any time.
fn windows_are_bounded(world: &World) -> Kept {
    for runtime in world.nodes.iter().filter_map(|node| node.runtime.as_ref()) {
        let held = Remembered::by(runtime);
        if held.answers > held.entries || held.bytes > 1 << 20 || held.sessions > 64 {
            return Err(format!("too much is remembered: {held:?}"));
        }
    }
    Ok(())
}

/// 7. When all calls have ended, nothing is left of them.
pub(super) fn at_rest(world: &World) -> Kept {
    if let Some(call) = world.calls.iter().find(|call| call.is_under_way()) {
        return Err(format!("a call does not end: {call}"));
    }
    for (line, connection) in world.lines.iter().zip(&world.connections) {
        let ends =
            [line.link()].into_iter().flatten().chain(connection.iter().flat_map(|connection| connection.links()));
        for link in ends {
            let stats = link.stats();
            if (stats.in_flight, stats.waiting, stats.serving, stats.queued_bytes) != (0, 0, 0, 0) {
                return Err(format!("a link is not at rest: {link:?}"));
            }
        }
    }
    for runtime in world.nodes.iter().filter_map(|node| node.runtime.as_ref()) {
        if let Some(export) =
            runtime.exports().iter().find(|export| (export.running, export.waiting, export.bytes) != (0, 0, 0))
        {
            return Err(format!("an export is not at rest: {export:?}"));
        }
        if Remembered::by(runtime).running != 0 {
            return Err(format!("calls still run: {:?}", Remembered::by(runtime)));
        }
    }
    Ok(())
}

/// 8. What ends badly ends by itself: who is not called is as before, and no caller spoils a guest that is kept for others.
fn nobody_else_is_harmed(world: &World) -> Kept {
    #[cfg(feature = "guests")]
    for guests in world.nodes.iter().filter_map(|node| node.guests.as_ref()) {
        if !matches!(guests.bystander.state(), InstanceState::Idle) {
            return Err(format!("nobody has called it: {:?}", guests.bystander.state()));
        }
        if matches!(guests.work.state(), InstanceState::Poisoned(_)) {
            return Err(format!("its callers have poisoned it: {:?}", guests.work.state()));
        }
    }
    #[cfg(not(feature = "guests"))]
    let _ = world;
    Ok(())
}

/// 10. No write is accepted of two owners that have one epoch.
fn an_epoch_has_one_writer(world: &World) -> Kept {
    match world.disk.stored().writers.iter().find(|(_, writers)| writers.len() > 1) {
        Some((epoch, writers)) => Err(format!("nodes {writers:?} have both written in epoch {epoch}")),
        None => Ok(()),
    }
}
