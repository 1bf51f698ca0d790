//! Items with stable keys, and lists through them from which an item can be taken wherever it stands.

use std::ops::{Index, IndexMut};

/// Items by key. A key is used again once its item was taken out.
pub(super) struct Slab<T> {
    items: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub(super) fn new() -> Slab<T> {
        Slab { items: Vec::new(), free: Vec::new() }
    }

    pub(super) fn insert(&mut self, item: T) -> u32 {
        match self.free.pop() {
            Some(key) => {
                self.items[key as usize] = Some(item);
                key
            }
            None => {
                self.items.push(Some(item));
                self.items.len() as u32 - 1
            }
        }
    }

    pub(super) fn take(&mut self, key: u32) -> Option<T> {
        let item = self.items.get_mut(key as usize)?.take()?;
        self.free.push(key);
        Some(item)
    }

    pub(super) fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }
}

/// What peers say never is a key: all keys are this module's own, and one is forgotten where its item is taken out.
impl<T> Index<u32> for Slab<T> {
    type Output = T;

    #[inline]
    fn index(&self, key: u32) -> &T {
        self.items[key as usize].as_ref().expect("a key of an item that is there")
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, key: u32) -> &mut T {
        self.items[key as usize].as_mut().expect("a key of an item that is there")
    }
}

/// Where an item stands in one of the lists that it may be in.
#[derive(Clone, Copy, Default)]
pub(super) struct Link {
    before: Option<Key>,
    after: Option<Key>,
}

/// A key plus one, so that no key takes no room.
type Key = std::num::NonZeroU32;

fn pack(key: u32) -> Option<Key> {
    Key::new(key.wrapping_add(1))
}

fn unpack(key: Option<Key>) -> Option<u32> {
    key.map(|key| key.get() - 1)
}

/// An item that can be in several lists at once, one of each kind.
pub(super) trait Linked {
    fn link(&mut self, kind: usize) -> &mut Link;
}

/// Items in the order in which they were pushed.
#[derive(Default)]
pub(super) struct List {
    first: Option<Key>,
    last: Option<Key>,
    len: usize,
}

impl List {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<u32> {
        unpack(self.first)
    }

    pub(super) fn push<T: Linked>(&mut self, items: &mut Slab<T>, kind: usize, key: u32) {
        *items[key].link(kind) = Link { before: self.last, after: None };
        match unpack(self.last) {
            Some(last) => items[last].link(kind).after = pack(key),
            None => self.first = pack(key),
        }
        self.last = pack(key);
        self.len += 1;
    }

    /// Takes out an item that is in this list.
    pub(super) fn remove<T: Linked>(&mut self, items: &mut Slab<T>, kind: usize, key: u32) {
        let Link { before, after } = *items[key].link(kind);
        match unpack(before) {
            Some(before) => items[before].link(kind).after = after,
            None => self.first = after,
        }
        match unpack(after) {
            Some(after) => items[after].link(kind).before = before,
            None => self.last = before,
        }
        self.len -= 1;
    }
}
