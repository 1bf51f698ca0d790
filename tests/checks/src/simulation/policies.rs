//! The policies that a schedule chooses among.

use std::time::Duration;

use isorun::remote::{ExportPolicy, ImportPolicy, Revoke};
use isorun::testing::Faults;

use super::called::Terms;
use crate::choices::Choices;

/// The kinds of imports that node *a* has of everything.
pub(super) const IMPORTS: usize = 3;

/// An import of this kind: one that calls once, one that calls again where that is safe, and one that may always call again.
pub(super) fn import(kind: usize) -> ImportPolicy {
    match kind {
        0 => ImportPolicy::default(),
        1 => ImportPolicy::default().retries(3),
        _ => ImportPolicy::default().retries(3).idempotent(["run", "pass"]),
    }
}

/// What a call over an import of this kind is granted.
pub(super) fn terms(choices: &mut Choices<'_>, import: usize) -> Terms {
    let pick = |choices: &mut Choices<'_>, among: [u64; 4]| among[choices.below(4)];
    Terms {
        fuel: pick(choices, [1_000_000, 50_000, 3_000, 100]),
        time: Duration::from_millis(pick(choices, [1000, 300, 100, 20])),
        effort: pick(choices, [0, 5, 30, 120]) as u32,
        load: pick(choices, [0, 0, 300, 700]) as usize,
        is_idempotent: import == 2,
        retries: if import == 0 { 0 } else { 3 },
    }
}

/// What an export lets its peers do.
pub(super) fn export(choices: &mut Choices<'_>, name: &str) -> ExportPolicy {
    let policy = ExportPolicy::default().named(name);
    match choices.below(4) {
        0 | 1 => policy,
        2 => policy.calls(1).waiting(1),
        _ => policy.bytes(1200),
    }
}

pub(super) fn revoke(choices: &mut Choices<'_>) -> Revoke {
    [Revoke::New, Revoke::Drain, Revoke::Stop][choices.below(3)]
}

/// What a connection does to frames.
pub(super) fn faults(choices: &mut Choices<'_>) -> Faults {
    let ms = Duration::from_millis;
    let chance = |choices: &mut Choices<'_>| [0.0, 0.1, 0.3, 0.7][choices.below(4)];
    let delays = [ms(0)..=ms(0), ms(1)..=ms(1), ms(0)..=ms(20), ms(10)..=ms(90)];
    let faults = Faults::none().delay(delays[choices.below(4)].clone()).doubling(chance(choices));
    match choices.below(3) {
        0 => faults.reordering(chance(choices)),
        1 => faults.loss(chance(choices)).reordering(chance(choices)),
        _ => faults.corruption(chance(choices)).truncation(chance(choices)),
    }
}
