//! A WIT value type as data.

use super::compound::{Compound, Inside};
use super::extent::{Extent, TypeError};
use super::label::Label;
use super::layout::Layout;

/// A WIT value type, known at run time.
///
/// It is purely structural: the names of types are resolved, while the labels of fields, cases and flags are kept. Two
/// types are equal exactly if values of one may be passed as the other. It displays in WIT syntax with all types written out,
/// and a clone only increments a reference count.
///
/// A type that comes from outside, in WIT text or in a component, can be far larger than its description: if each of forty
/// definitions uses the one before twice, the last one has 2^40 parts. [`check`](Type::check) refuses such types without walking
/// them. All other methods, comparing and displaying included, take time in proportion to the type, so check it first.
///
/// ```
/// use isorun::Type;
///
/// let error = Type::variant([("not-found", None), ("io", Some(Type::String))]);
/// let read = Type::result(Some(Type::list(Type::U8)), Some(error));
/// assert_eq!(read.to_string(), "result<list<u8>, variant { not-found, io(string) }>");
/// assert_eq!(read.layout().size, 16);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// `bool`
    Bool,
    /// `s8`
    S8,
    /// `u8`
    U8,
    /// `s16`
    S16,
    /// `u16`
    U16,
    /// `s32`
    S32,
    /// `u32`
    U32,
    /// `s64`
    S64,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `char`
    Char,
    /// `string`
    String,
    /// `list<T>`
    List(Compound<Type>),
    /// `list<T, N>`
    FixedList(Compound<FixedList>),
    /// `map<K, V>`, passed as `list<tuple<K, V>>`
    Map(Compound<Pair>),
    /// `record { label: T, … }`
    Record(Compound<Vec<Field>>),
    /// `tuple<T, …>`
    Tuple(Compound<Vec<Type>>),
    /// `variant { label, label(T), … }`
    Variant(Compound<Vec<Case>>),
    /// `enum { label, … }`
    Enum(Compound<Vec<Label>>),
    /// `flags { label, … }`
    Flags(Compound<Vec<Label>>),
    /// `option<T>`
    Option(Compound<Type>),
    /// `result<T, E>`
    Result(Compound<Payloads>),
}

/// A list of fixed length.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FixedList {
    /// The type of the elements.
    pub element: Type,
    /// How many elements there are, at least 1.
    pub length: u32,
}

/// The entries of a map.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pair {
    /// The type of the keys.
    pub key: Type,
    /// The type of the values.
    pub value: Type,
}

/// A field of a record.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// Its name.
    pub label: Label,
    /// Its type.
    pub ty: Type,
}

/// A case of a variant.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Case {
    /// Its name.
    pub label: Label,
    /// The type of its payload, if it has one.
    pub ty: Option<Type>,
}

/// The payload types of the two cases of a result.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Payloads {
    /// The payload of `ok`, if it has one.
    pub ok: Option<Type>,
    /// The payload of `err`, if it has one.
    pub err: Option<Type>,
}

impl Pair {
    /// The layout of a key and its value, which lie one after the other as in a tuple.
    pub(crate) fn layout(&self) -> Layout {
        Layout::record(&[self.key.layout(), self.value.layout()])
    }
}

impl Type {
    /// `list<T>`
    pub fn list(element: Type) -> Type {
        let extent = extent_of([&element]);
        Type::List(Compound::new(Layout::POINTER, extent, element))
    }

    /// `list<T, N>`
    pub fn fixed_list(element: Type, length: u32) -> Type {
        let extent = extent_of([&element]).unless(length == 0, TypeError::Empty("list"));
        let layout = element.layout().repeat(length);
        let inside =
            Inside { any_bytes: element.is_any_bytes(), innermost: (length == 1).then(|| element.innermost().clone()) };
        Type::FixedList(Compound::of(inside, layout, extent, FixedList { element, length }))
    }

    /// `map<K, V>`
    pub fn map(key: Type, value: Type) -> Type {
        let extent = extent_of([&key, &value]);
        Type::Map(Compound::new(Layout::POINTER, extent, Pair { key, value }))
    }

    /// `record { label: T, … }`
    pub fn record<L: Into<Label>>(fields: impl IntoIterator<Item = (L, Type)>) -> Type {
        let fields: Vec<_> = fields.into_iter().map(|(label, ty)| Field { label: label.into(), ty }).collect();
        let extent =
            extent_of(fields.iter().map(|field| &field.ty)).labelled("record", fields.iter().map(|field| &field.label));
        let layout = record_layout(fields.iter().map(|field| &field.ty));
        let inside = inside_of(fields.iter().map(|field| &field.ty), layout);
        Type::Record(Compound::of(inside, layout, extent, fields))
    }

    /// `tuple<T, …>`
    pub fn tuple(members: impl IntoIterator<Item = Type>) -> Type {
        let members: Vec<_> = members.into_iter().collect();
        let extent = extent_of(&members).unless(members.is_empty(), TypeError::Empty("tuple"));
        let layout = record_layout(&members);
        Type::Tuple(Compound::of(inside_of(members.iter(), layout), layout, extent, members))
    }

    /// `variant { label, label(T), … }`
    pub fn variant<L: Into<Label>>(cases: impl IntoIterator<Item = (L, Option<Type>)>) -> Type {
        let cases: Vec<_> = cases.into_iter().map(|(label, ty)| Case { label: label.into(), ty }).collect();
        let extent = extent_of(cases.iter().filter_map(|case| case.ty.as_ref()))
            .labelled("variant", cases.iter().map(|case| &case.label));
        let payloads: Vec<_> = cases.iter().map(|case| case.ty.as_ref().map(Type::layout)).collect();
        Type::Variant(Compound::new(Layout::variant(&payloads), extent, cases))
    }

    /// `enum { label, … }`
    pub fn enumeration<L: Into<Label>>(labels: impl IntoIterator<Item = L>) -> Type {
        let labels: Vec<Label> = labels.into_iter().map(Into::into).collect();
        let extent = extent_of([]).labelled("enum", &labels);
        Type::Enum(Compound::new(Layout::enumeration(labels.len()), extent, labels))
    }

    /// `flags { label, … }`, 1 to 32 of them
    pub fn flags<L: Into<Label>>(labels: impl IntoIterator<Item = L>) -> Type {
        let labels: Vec<Label> = labels.into_iter().map(Into::into).collect();
        let extent =
            extent_of([]).labelled("flags", &labels).unless(labels.len() > 32, TypeError::TooManyFlags(labels.len()));
        Type::Flags(Compound::new(Layout::flags(labels.len()), extent, labels))
    }

    /// `option<T>`
    pub fn option(payload: Type) -> Type {
        let extent = extent_of([&payload]);
        Type::Option(Compound::new(Layout::variant(&[None, Some(payload.layout())]), extent, payload))
    }

    /// `result<T, E>`
    pub fn result(ok: Option<Type>, err: Option<Type>) -> Type {
        let extent = extent_of(ok.iter().chain(&err));
        let layout = Layout::variant(&[ok.as_ref().map(Type::layout), err.as_ref().map(Type::layout)]);
        Type::Result(Compound::new(layout, extent, Payloads { ok, err }))
    }

    /// The size, the alignment and the number of core values of a value of this type.
    ///
    /// A type that [`check`](Type::check) refuses has a layout that is too large for any image.
    pub fn layout(&self) -> Layout {
        match self {
            Type::Bool | Type::S8 | Type::U8 => Layout::scalar(1),
            Type::S16 | Type::U16 => Layout::scalar(2),
            Type::S32 | Type::U32 | Type::F32 | Type::Char => Layout::scalar(4),
            Type::S64 | Type::U64 | Type::F64 => Layout::scalar(8),
            Type::String => Layout::POINTER,
            Type::List(whole) | Type::Option(whole) => Compound::layout(whole),
            Type::FixedList(whole) => Compound::layout(whole),
            Type::Map(whole) => Compound::layout(whole),
            Type::Record(whole) => Compound::layout(whole),
            Type::Tuple(whole) => Compound::layout(whole),
            Type::Variant(whole) => Compound::layout(whole),
            Type::Enum(whole) | Type::Flags(whole) => Compound::layout(whole),
            Type::Result(whole) => Compound::layout(whole),
        }
    }
}

impl Type {
    /// Whether its values have no strings, lists or maps, so that they lie in one place.
    #[cfg(feature = "engine")]
    pub(crate) fn lies_in_place(&self) -> bool {
        match self {
            Type::String | Type::List(_) | Type::Map(_) => false,
            Type::FixedList(list) => list.element.lies_in_place(),
            Type::Record(fields) => fields.iter().all(|field| field.ty.lies_in_place()),
            Type::Tuple(members) => members.iter().all(Type::lies_in_place),
            Type::Variant(cases) => cases.iter().filter_map(|case| case.ty.as_ref()).all(Type::lies_in_place),
            Type::Option(payload) => payload.lies_in_place(),
            Type::Result(payloads) => payloads.ok.iter().chain(&payloads.err).all(Type::lies_in_place),
            _ => true,
        }
    }
}

fn record_layout<'t>(fields: impl IntoIterator<Item = &'t Type>) -> Layout {
    fields.into_iter().fold(Layout::EMPTY, |record, field| record.and(field.layout())).padded()
}

/// What a record with these fields consists of.
fn inside_of<'t>(fields: impl ExactSizeIterator<Item = &'t Type> + Clone, layout: Layout) -> Inside {
    let only = if fields.len() == 1 { fields.clone().next() } else { None };
    Inside { any_bytes: is_any_bytes(fields, layout), innermost: only.map(|field| field.innermost().clone()) }
}

/// Whether any bytes are a record with these fields: there is no padding, and any bytes are a value of each.
fn is_any_bytes<'t>(mut fields: impl Iterator<Item = &'t Type> + Clone, layout: Layout) -> bool {
    let size = fields.clone().fold(0u32, |sum, field| sum.saturating_add(field.layout().size));
    size == layout.size && fields.all(Type::is_any_bytes)
}

/// The extent of a type that consists of these parts.
fn extent_of<'t>(parts: impl IntoIterator<Item = &'t Type>) -> Extent {
    Extent::of(parts.into_iter().map(Type::extent))
}

impl Type {
    /// Checks that WIT allows this type and that it is not too large: at most 100 levels deep, at most 2^20 parts, and at most
    /// 2^28 - 1 bytes for one value. It costs nothing, because the answer was computed when the type was made.
    ///
    /// Call it for every type that comes from outside. Values of a type that is refused are never encoded or decoded, checked or not.
    ///
    /// ```
    /// use isorun::Type;
    ///
    /// let mut bomb = Type::U8;
    /// for _ in 0..40 {
    ///     bomb = Type::tuple([bomb.clone(), bomb]);
    /// }
    /// assert!(bomb.check().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The first [`TypeError`] found in it.
    pub fn check(&self) -> Result<(), TypeError> {
        match self.extent().and_then(|extent| extent.flaw.as_ref()) {
            Some(flaw) => Err(flaw.clone()),
            None => Ok(()),
        }
    }

    /// How large the type is as data: it counts every type inside it as often as it is used, and every byte of a label.
    pub(crate) fn weight(&self) -> u64 {
        self.extent().map_or(1, Extent::weight)
    }

    /// The type inside all tuples and records of one member and all lists of one element: its values have the same bytes. It costs nothing.
    pub(crate) fn innermost(&self) -> &Type {
        match self {
            Type::FixedList(whole) => Compound::inside(whole).innermost.as_ref(),
            Type::Record(whole) => Compound::inside(whole).innermost.as_ref(),
            Type::Tuple(whole) => Compound::inside(whole).innermost.as_ref(),
            _ => None,
        }
        .unwrap_or(self)
    }

    /// Whether any bytes are a value of this type: it consists of integers, without padding between them. It costs nothing.
    pub(crate) fn is_any_bytes(&self) -> bool {
        match self {
            Type::S8 | Type::U8 | Type::S16 | Type::U16 | Type::S32 | Type::U32 | Type::S64 | Type::U64 => true,
            Type::FixedList(whole) => Compound::inside(whole).any_bytes,
            Type::Record(whole) => Compound::inside(whole).any_bytes,
            Type::Tuple(whole) => Compound::inside(whole).any_bytes,
            _ => false,
        }
    }

    /// What is cached about a type that consists of others; `None` for a primitive type.
    fn extent(&self) -> Option<&Extent> {
        Some(match self {
            Type::List(whole) | Type::Option(whole) => Compound::extent(whole),
            Type::FixedList(whole) => Compound::extent(whole),
            Type::Map(whole) => Compound::extent(whole),
            Type::Record(whole) => Compound::extent(whole),
            Type::Tuple(whole) => Compound::extent(whole),
            Type::Variant(whole) => Compound::extent(whole),
            Type::Enum(whole) | Type::Flags(whole) => Compound::extent(whole),
            Type::Result(whole) => Compound::extent(whole),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::layout::MAX_BLOCK;

    #[test]
    fn what_wit_does_not_allow_is_refused_wherever_it_stands() {
        let labels = |count: usize| (0..count).map(|i| format!("l{i}")).collect::<Vec<_>>();
        assert_eq!(Type::tuple([]).check(), Err(TypeError::Empty("tuple")));
        assert_eq!(Type::flags(labels(0)).check(), Err(TypeError::Empty("flags")));
        assert_eq!(Type::flags(labels(33)).check(), Err(TypeError::TooManyFlags(33)));
        assert_eq!(Type::flags(labels(32)).check(), Ok(()));
        assert_eq!(Type::fixed_list(Type::U8, 0).check(), Err(TypeError::Empty("list")));
        assert_eq!(Type::enumeration(["a", "b", "a"]).check(), Err(TypeError::Duplicate("a".into())));
        let in_case = Err(TypeError::DiffersInCase("ab".into(), "AB".into()));
        assert_eq!(Type::record([("ab", Type::U8), ("AB", Type::U8)]).check(), in_case);
        assert_eq!(Type::variant([("ab", None), ("x", None), ("AB", Some(Type::U8))]).check(), in_case);
        assert_eq!(Type::flags(["ab", "AB"]).check(), in_case);
        assert_eq!(Type::flags(["a-b", "AB"]).check(), Ok(()));
        let inside = Type::option(Type::map(Type::U8, Type::list(Type::record::<&str>([]))));
        assert_eq!(inside.check(), Err(TypeError::Empty("record")));
    }

    #[test]
    fn size_is_limited_in_three_ways_and_the_largest_sensible_type_passes() {
        let deep = |levels| (0..levels).fold(Type::U8, |ty, _| Type::list(ty));
        assert_eq!((deep(100).check(), deep(101).check()), (Ok(()), Err(TypeError::TooDeep)));
        let broad = (0..30).fold(Type::U8, |ty, _| Type::tuple([ty.clone(), ty]));
        assert_eq!(broad.check(), Err(TypeError::TooLarge));
        let wide = (0..4).fold(Type::U8, |ty, _| Type::fixed_list(ty, 1 << 16));
        assert!(matches!(wide.check(), Err(TypeError::TooWide(_))));
        assert_eq!(Type::enumeration((0..65_536).map(|i| format!("case-{i}"))).check(), Ok(()));
    }

    #[test]
    fn what_consists_of_integers_alone_is_any_bytes() {
        let pair = |first, second| Type::record([("a", first), ("b", second)]);
        assert!(pair(Type::U32, Type::fixed_list(Type::tuple([Type::S16, Type::U16]), 3)).is_any_bytes());
        for other in [
            pair(Type::U8, Type::U16),
            pair(Type::U16, Type::U8),
            pair(Type::U8, Type::Bool),
            Type::option(Type::U8),
            Type::list(Type::U8),
            Type::fixed_list(Type::Char, 2),
            Type::F32,
        ] {
            assert!(!other.is_any_bytes(), "{other}");
        }
    }

    #[test]
    fn what_has_one_part_is_that_part() {
        let wrapped = |ty| Type::tuple([Type::fixed_list(Type::record([("a", ty)]), 1)]);
        let two = Type::tuple([Type::U8, Type::U8]);
        assert_eq!(wrapped(wrapped(two.clone())).innermost(), &two);
        assert_eq!(two.innermost(), &two);
        let list = Type::list(wrapped(Type::U8));
        assert_eq!((list.innermost(), Type::fixed_list(Type::U8, 2).innermost().layout().size), (&list, 2));
    }

    #[test]
    fn a_refused_type_has_a_layout_that_no_image_has() {
        let list = Type::fixed_list(Type::record::<&str>([]), u32::MAX);
        assert!(list.check().is_err() && list.layout().size > MAX_BLOCK);
    }
}
