//! Bytes that a system only looks at stay where they are.

/// A `list<u8>` parameter that a sync method of a system takes as `&[u8]`: copied out of an image, or lent by the guest that calls, in
/// whose memory it lies.
#[derive(Debug)]
pub struct Bytes(Origin);

#[derive(Debug)]
enum Origin {
    Copied(Vec<u8>),
    /// The list of this number among those that the guest lends for this call.
    Lent(usize),
}

/// The guest that lends bytes for the time of one call, and does not run meanwhile.
pub(crate) trait Lender {
    /// The bytes of the list of this number; nothing if it has lent no such list.
    fn lent(&self, list: usize) -> &[u8];
}

/// The way from [`Bytes`] to where they lie: into the guest that calls, if a guest calls.
#[derive(Clone, Copy)]
pub struct Reach<'a>(Option<&'a dyn Lender>);

impl<'a> Reach<'a> {
    pub(crate) fn into(lender: &'a dyn Lender) -> Reach<'a> {
        Reach(Some(lender))
    }

    /// For a call that came as an image, whose bytes are copies.
    pub(crate) fn none() -> Reach<'a> {
        Reach(None)
    }
}

impl Bytes {
    pub(crate) fn lent(list: usize) -> Bytes {
        Bytes(Origin::Lent(list))
    }

    /// The bytes, where they are.
    pub fn get<'a>(&'a self, reach: Reach<'a>) -> &'a [u8] {
        match (&self.0, reach.0) {
            (Origin::Copied(bytes), _) => bytes,
            (Origin::Lent(list), Some(lender)) => lender.lent(*list),
            // Only a guest lends bytes, and its calls come with the way to it.
            (Origin::Lent(_), None) => &[],
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes(Origin::Copied(bytes))
    }
}
