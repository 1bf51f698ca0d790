//! How [isorun](https://docs.rs/isorun) reads WIT: which files a path means, how large and how deep a text may be, which packages are found
//! where, and what a mistake says.
//!
//! The attributes of isorun read WIT at compile time, its runtime reads texts of strangers, and both take the same ones because both read
//! them here. This crate changes with every version of isorun and is of no use without it.
//!
//! A text is looked at twice. First its tokens are counted and its names are followed, in time and memory that grow with the text and
//! without recursion: what is too large, too deep or named twice ends there, with a place. What is left is small enough for `wit-parser`,
//! whose functions call themselves, and which takes time by the square of some counts.

mod file;
mod mistake;
mod nearest;
mod outline;
mod path;
mod place;
mod read;

pub use file::WitFile;
pub use mistake::Mistake;
pub use nearest::nearest;
pub use path::NamedPath;
pub use place::Place;
pub use read::{GatedFunction, GatedInterface, Read, Reading, Worlds, read};
