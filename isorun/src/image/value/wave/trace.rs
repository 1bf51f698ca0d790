//! Writing an image as WAVE, without a value in between.

use std::fmt::{self, Write};

use super::write::{mark, quoted};
use crate::image::decode::Decoder;
use crate::image::malformed::Malformed;
use crate::image::value::Value;
use crate::image::walk::{Trace, Walk};
use crate::interface::function::Function;
use crate::types::Type;

/// Why there is no text of an image.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum NoText {
    /// It is not the image of such a value.
    Malformed(Malformed),
    /// The text has more bytes than it may have.
    TooLong,
}

impl From<Malformed> for NoText {
    fn from(error: Malformed) -> NoText {
        NoText::Malformed(error)
    }
}

/// The text of `body`, the image of a result of `function`; empty if it has none. It has at most `limit` bytes. Lets other tasks run in
/// between, and can be dropped at any time.
pub(crate) async fn result_text(function: &Function, body: &[u8], limit: usize) -> Result<String, NoText> {
    Ok(Walk::value(function.result(), body, Written::new(limit))?.finish().await?.text)
}

/// The trace of a walk that writes WAVE: the text so far. It takes no more memory than a text of `limit` bytes may.
pub(in crate::image) struct Written {
    pub(in crate::image) text: String,
    limit: usize,
    /// How many characters had to be looked at one by one.
    odd_ones: u64,
}

/// How many bytes are written for one unit of work.
const BYTES_PER_UNIT: usize = 8;

/// The units for a character that is not plain: some 70 ns.
const UNITS_PER_ODD_ONE: u64 = 6;

impl Written {
    pub(in crate::image) fn new(limit: usize) -> Written {
        Written { text: String::new(), limit, odd_ones: 0 }
    }
}

impl Write for Written {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if part.len() > self.limit - self.text.len() {
            return Err(fmt::Error);
        }
        self.text.push_str(part);
        Ok(())
    }
}

/// Only the limit makes writing fail.
impl From<fmt::Error> for NoText {
    fn from(_: fmt::Error) -> NoText {
        NoText::TooLong
    }
}

impl Trace for Written {
    type Error = NoText;
    const WRITES: bool = true;

    fn put(&mut self, part: &str) -> Result<(), NoText> {
        Ok(self.write_str(part)?)
    }

    fn quoted(&mut self, piece: &str) -> Result<(), NoText> {
        self.odd_ones += quoted(piece, self)?;
        Ok(())
    }

    fn case(&mut self, label: &str) -> Result<(), NoText> {
        self.put(mark(label))?;
        self.put(label)
    }

    fn scalar(&mut self, ty: &Type, source: &mut Decoder<'_>, at: usize) -> Result<(), NoText> {
        let value = Value::load(ty, source, at)?;
        Ok(write!(self, "{value}")?)
    }

    fn units(&self) -> u64 {
        (self.text.len() / BYTES_PER_UNIT) as u64 + self.odd_ones * UNITS_PER_ODD_ONE
    }
}
