//! Byte lists that a system only reads are lent to it, not copied.

/// A `list<u8>` parameter that a sync method of a system takes as `&[u8]`: either a copy that was made from an image, or bytes in the
/// memory of the calling guest, which lends them.
#[derive(Debug)]
pub struct Bytes(Origin);

#[derive(Debug)]
enum Origin {
    Copied(Vec<u8>),
    /// The number of the list among those that the guest lends for this call.
    Lent(usize),
}

/// A guest that lends bytes of its memory during one call. It does not run meanwhile, so they do not change.
pub(crate) trait Lender {
    /// The bytes of the list with this number; `None` if the guest has lent no such list.
    fn lent(&self, list: usize) -> Option<&[u8]>;
}

/// Access to the guest that makes the call, if a guest makes it: [`Bytes`] that were lent are read through it.
#[derive(Clone, Copy)]
pub struct Reach<'a>(Option<&'a dyn Lender>);

impl<'a> Reach<'a> {
    #[inline]
    pub(crate) fn into(lender: &'a dyn Lender) -> Reach<'a> {
        Reach(Some(lender))
    }

    /// The access of a call that came as an image. No guest lends it bytes; they were copied from the image.
    pub(crate) fn none() -> Reach<'a> {
        Reach(None)
    }
}

impl Bytes {
    pub(crate) fn lent(list: usize) -> Bytes {
        Bytes(Origin::Lent(list))
    }

    /// The bytes, without copying them.
    ///
    /// # Errors
    ///
    /// None but by a bug: only a guest lends bytes, and a guest's call always has access to the guest.
    #[inline]
    pub fn get<'a>(&'a self, reach: Reach<'a>) -> Result<&'a [u8], NotLent> {
        match &self.0 {
            Origin::Copied(bytes) => Ok(bytes),
            Origin::Lent(list) => reach.0.and_then(|lender| lender.lent(*list)).ok_or(NotLent),
        }
    }
}

/// No guest has lent the bytes that were to be looked at.
#[derive(Debug)]
pub struct NotLent;

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes(Origin::Copied(bytes))
    }
}
