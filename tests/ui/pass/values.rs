//! Every kind of value, borrowed wherever it can be.
#![deny(warnings, missing_docs, unreachable_pub)]

/// Values.
#[isorun::interface("wit/values.wit", derives(Eq))]
pub mod values {}
use values::{Deep, Entry, Error, Level, Rights};

struct System;

#[isorun::system]
#[allow(clippy::too_many_arguments, reason = "as in the WIT")]
impl values::Values for System {
    fn none(&self) {}
    fn scalars(&self, _: bool, _: u8, _: &u16, _: u32, _: u64, _: i8, _: i16, _: i32, _: i64, j: f32, _: f64, _: char, _: Level, _: &Rights) -> f64 {
        f64::from(j)
    }
    fn borrowed(&self, _: &str, _: &[u8], _: &Entry, _: &(u8, String), _: &Result<u8, ()>, f: &Deep) -> Deep {
        f.clone()
    }
    fn options(&self, _: Option<u8>, _: Option<&str>, _: Option<&[Entry]>, d: Option<&Entry>, _: Option<&Option<u8>>, _: Option<Level>) -> Option<Option<Entry>> {
        Some(d.cloned())
    }
    fn fails(&self, name: &str) -> Result<(), Error> {
        Err(Error::Other(name.to_owned()))
    }
    fn containers(&self, _: &isorun::Map<String, u8>, b: &[u8; 4]) -> isorun::Map<u32, [u8; 4]> {
        [(1, *b)].into_iter().collect()
    }
    fn many(
        &self,
        _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8,
        _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8,
        _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8,
        _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, last: String,
    ) -> String {
        last
    }
}

fn main() {
    let rights = Rights::READ | Rights::WRITE;
    assert_eq!(rights.to_string(), "read | write");
    assert_eq!(format!("{:?}", rights - Rights::READ), "Rights(write)");
    assert_eq!(Error::Other("x".to_owned()).to_string(), "other(\"x\")");
    let error: Box<dyn std::error::Error> = Box::new(Error::Gone);
    assert_eq!(error.to_string(), "gone");
    assert!(Level::Low < Level::High);
}
