//! The fuzzers' bodies on inputs that are the same every time, so that they are run wherever tests are. `fuzz/` searches for others.

use isorun_checks::choices::noise;
use isorun_checks::{fuzzed, relayed, server};

#[test]
fn what_decodes_is_what_is_accepted_on_either_side_of_a_remote() {
    for input in inputs() {
        fuzzed::image(&input);
    }
}

#[test]
fn every_message_has_a_reply_and_no_answer_harms_who_called() {
    for input in inputs() {
        fuzzed::message(&input);
    }
}

#[test]
fn a_relay_stands_any_header() {
    for input in inputs() {
        relayed::header(&input);
    }
}

#[test]
fn a_server_stands_hostile_peers() {
    for seed in 0..2_000 {
        server::server(&noise(seed, (seed % 600) as usize));
    }
}

/// Noise of many lengths. Inputs that are made for one of two targets are as good as any for the other.
fn inputs() -> impl Iterator<Item = Vec<u8>> {
    (0..10_000).map(|seed| noise(seed, (seed % 160) as usize))
}
