//! The messages of a remote: a header of 128 bytes, little-endian, then what the header announces. `docs/wire.md` gives the reasons.
//!
//! | offset | size | call | reply | cancel |
//! | --- | --- | --- | --- | --- |
//! | 0 | 4 | `iso`, version 1 | same | same |
//! | 4 | 1 | kind: 0 | 1 | 2 |
//! | 5 | 1 | 0 | status | 0 |
//! | 6 | 2 | flags; bit 0: idempotent, bit 2: retry | bit 1: ran | 0 |
//! | 8 | 8 | session; 0: no duplicates are recognised | echo | of the call |
//! | 16 | 8 | call id, from 1 | echo | of the call |
//! | 24 | 16 | target: the export's token | 0 | 0 |
//! | 40 | 8 | interface id | echo | 0 |
//! | 48 | 8 | signature id | the callee's own | 0 |
//! | 56 | 4 | function id | echo | 0 |
//! | 60 | 4 | largest reply body accepted | 0 | 0 |
//! | 64 | 8 | µs left (all ones: up to the callee) | µs spent | 0 |
//! | 72 | 8 | fuel granted (all ones: up to the callee) | fuel used | 0 |
//! | 80 | 8 | bytes of memory granted (all ones: up to the callee) | bytes held at most | 0 |
//! | 88 | 8 | the lowest call id of the session that is still open | 0 | 0 |
//! | 96 | 8 | incarnation expected; 0: any | the callee's; 0: a relay's answer | 0 |
//! | 104 | 8 | epoch expected; 0: any | the export's | 0 |
//! | 112 | 2 | hops left | echo | 0 |
//! | 114 | 2 | length of the label, which is padded to 8 | 0 | 0 |
//! | 116 | 2 | number of marks in the trail, at most 32 | 0 | 0 |
//! | 118 | 2 | 0 | 0 | 0 |
//! | 120 | 4 | length of the body | same | 0 |
//! | 124 | 4 | 0 | 0 | 0 |
//! | 128 | | label, trail, body | body | |

pub(crate) mod bad;
pub(crate) mod call;
pub(crate) mod cancel;
pub(crate) mod echo;
mod fields;
pub(crate) mod header;
pub(crate) mod reply;
pub(crate) mod token;
pub(crate) mod transport;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
