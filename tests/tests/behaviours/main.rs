//! What a remote promises: 23 behaviours, each seen whole.
//!
//! The names of the tests are the numbers of the behaviours, so that a promise is found by its number, and the files are kinds of promises:
//! what a value is on its way, what bytes are refused, what a call may use, how often it runs, and what a connection does to it.

mod alone;
mod bytes;
mod cancels;
mod connections;
mod errors;
mod frames;
mod grants;
mod many;
mod relays;
mod sessions;
mod signatures;
mod values;
mod vectors;

// The programs of the oracle and the judge of vectors, as they are.
#[path = "../oracle/guests.rs"]
#[expect(dead_code, reason = "the guest that has others do its work is the oracle's")]
mod guests;
#[path = "../../../examples/vectors.rs"]
#[expect(dead_code, reason = "it is a program, too")]
mod judge;
