//! Bytes that a system only looks at stay where they are.

use wasmtime::StoreContext;
use wasmtime::component::WasmList;

use super::codec::{Lift, Shape};
use super::containers::load_pointer;
use super::layout::Layout;
use super::medium::Source;
use crate::instance::store::State;
use crate::types::Type;

/// A `list<u8>` parameter that a sync method of a system takes as `&[u8]`: in the memory of the guest that calls, or copied out of an
/// image.
pub struct Bytes(Place);

enum Place {
    Here(Vec<u8>),
    Guest(WasmList<u8>),
}

/// How the memory of the guest that calls is reached, if a guest calls.
#[derive(Clone, Copy)]
pub struct Reach<'a>(Option<&'a StoreContext<'a, State>>);

impl<'a> Reach<'a> {
    /// Into a guest, which does not run while this lives.
    pub(crate) fn guest(store: &'a StoreContext<'a, State>) -> Reach<'a> {
        Reach(Some(store))
    }

    /// Nowhere: the caller sent an image.
    pub(crate) fn none() -> Reach<'a> {
        Reach(None)
    }
}

impl Bytes {
    pub(crate) fn in_guest(list: WasmList<u8>) -> Bytes {
        Bytes(Place::Guest(list))
    }

    /// The bytes, where they are.
    pub fn get<'a>(&'a self, reach: Reach<'a>) -> &'a [u8] {
        match (&self.0, reach.0) {
            (Place::Here(bytes), _) => bytes,
            (Place::Guest(list), Some(store)) => list.as_le_slice(store),
            // Bytes in a guest come with a reach into that guest; there are none to see without.
            (Place::Guest(_), None) => &[],
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes(Place::Here(bytes))
    }
}

impl Shape for Bytes {
    const LAYOUT: Layout = Layout::POINTER;

    fn ty() -> Type {
        Type::list(Type::U8)
    }
}

impl Lift for Bytes {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let (pointer, length) = load_pointer(source, at)?;
        source.bytes_in_place(pointer, length)
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        source.bytes_in_place(flat[0] as u32, flat[1] as u32)
    }
}
