//! Attacks by real guests, one by one. While each goes on timers fire and a neighbour is served; it ends in the way that its test names; then the
//! attacked instance serves an honest caller, and the memory has come back. See `siege.rs`.

mod abi;
mod accounts;
mod bytes;
mod code;
mod depth;
mod end;
mod hosts;
mod lines;
mod memory;
mod others;
mod results;
mod siege;
mod sink;
mod starts;
mod transfers;
mod uploads;
