//! What a link promises, with servers that are made up here.

mod calls;
mod fake;
mod limits;
mod properties;
mod running;
mod serving;
mod stress;
