//! What all types that consist of others have in common.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use super::extent::Extent;
use super::layout::Layout;
use super::ty::Type;

/// The parts of a type that consists of others. It dereferences to the parts.
///
/// Only the constructors of [`Type`](super::ty::Type) make one, so that the layout which is cached with the parts belongs to them.
pub struct Compound<P>(Arc<Node<P>>);

struct Node<P> {
    layout: Layout,
    extent: Extent,
    inside: Inside,
    parts: P,
}

/// What a value consists of, as far as it can be told without looking at one.
#[derive(Default)]
pub(super) struct Inside {
    /// Whether any bytes are a value.
    pub(super) any_bytes: bool,
    /// The type of the only part, if a value consists of one part; of that part's only part, if it has one, and so on.
    pub(super) innermost: Option<Type>,
}

impl<P> Compound<P> {
    pub(super) fn new(layout: Layout, extent: Extent, parts: P) -> Compound<P> {
        Compound::of(Inside::default(), layout, extent, parts)
    }

    pub(super) fn of(inside: Inside, layout: Layout, extent: Extent, parts: P) -> Compound<P> {
        let extent = extent.limited(layout);
        let layout = if extent.flaw.is_some() { IMPOSSIBLE } else { layout };
        Compound(Arc::new(Node { layout, extent, inside, parts }))
    }

    // These are functions and not methods, because a method would hide the one of the part that `element.layout()` means.

    /// The layout of the type as a whole.
    pub(super) fn layout(this: &Self) -> Layout {
        this.0.layout
    }

    pub(super) fn extent(this: &Self) -> &Extent {
        &this.0.extent
    }

    pub(super) fn inside(this: &Self) -> &Inside {
        &this.0.inside
    }
}

/// The layout of a type that is refused. No image has room for it, so no value of such a type is ever read or written.
const IMPOSSIBLE: Layout = Layout { size: u32::MAX, align: 1, flat: u32::MAX };

impl<P> Deref for Compound<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.0.parts
    }
}

impl<P> Clone for Compound<P> {
    fn clone(&self) -> Compound<P> {
        Compound(Arc::clone(&self.0))
    }
}

impl<P: PartialEq> PartialEq for Compound<P> {
    fn eq(&self, other: &Compound<P>) -> bool {
        // Most comparisons end before the parts: the two are one and the same node, or differ in a cached property.
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.layout == other.0.layout && self.0.extent == other.0.extent && self.0.parts == other.0.parts)
    }
}

impl<P: Eq> Eq for Compound<P> {}

impl<P: Hash> Hash for Compound<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.parts.hash(state);
    }
}

impl<P: fmt::Debug> fmt::Debug for Compound<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.parts.fmt(f)
    }
}
