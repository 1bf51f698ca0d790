//! A guest's memory as a medium of the codec: the edge between isorun and wasmtime's canonical ABI.
//!
//! wasmtime lets a crate implement [`ComponentType`], [`Lift`] and [`Lower`] for its own types, which its derives do for static types.
//! isorun implements them here, once, for two kinds of value that wasmtime never sees the inside of:
//!
//! * [`Params`], [`TakenParams`] and [`Returned`]: Rust values with isorun's own codec (host code on one side, a guest on the other);
//! * [`ImageParams`] and [`ImageResult`]: images, walked along the component's own type tables (two guests, or a guest and a remote).

use core::mem::MaybeUninit;
use std::borrow::Cow;

use wasmtime::component::__internal::wasmtime_environ::component::StringEncoding;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext};
use wasmtime::component::{ComponentNamedList, ComponentType, Func, Lift, Lower, TypedFunc, WasmList};
use wasmtime::{Result, StoreContext, ValRaw, bail};

use super::transcode::{At, Transcoder, Types};
use crate::image::Image;
use crate::image::bytes::{Bytes, Lender};
use crate::image::codec;
use crate::image::decode::Decoder;
use crate::image::encode::Encoder;
use crate::image::malformed::{Malformed, Rule};
use crate::image::medium::{Sink, Source, block_size};
use crate::image::params::{LiftParams, LowerParams};
use crate::image::scales::{weigh, weigh_params};
use crate::image::weight::{of_root, price_of_block};
use crate::types::layout::{Layout, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};

/// A value on its way between a guest and the host, spread over `N` core values or lying in the guest's memory.
pub(crate) struct Guest<T, const N: usize>(pub(crate) T);

/// The parameters of a call as Rust values, for a guest: a cons list, `(first, (second, ()))`.
pub(crate) struct Params<P>(pub(crate) P);

/// The parameters of a call as Rust values, taken out of a guest.
pub(crate) struct TakenParams<P> {
    pub(crate) values: P,
    /// The work of taking them, in units of [`weight`](crate::image::weight).
    pub(crate) units: u64,
    /// The bytes that stayed in the guest.
    pub(crate) lent: Lent,
}

/// Lists of bytes in a guest's memory that a method looks at where they are. Most methods take none, so it is small without them.
#[derive(Default)]
pub(crate) struct Lent(Option<Box<Lists>>);

struct Lists(Vec<WasmList<u8>>);

impl Lent {
    /// Adds a list; gives its number.
    fn push(&mut self, list: WasmList<u8>) -> usize {
        let Lists(lists) = &mut **self.0.get_or_insert_with(|| Box::new(Lists(Vec::with_capacity(1))));
        lists.push(list);
        lists.len() - 1
    }

    /// The lists, with the store in whose guest they lie.
    #[inline]
    pub(crate) fn of<'a, T: 'static>(&'a self, store: StoreContext<'a, T>) -> impl Lender + use<'a, T> {
        LentIn { lists: self, store }
    }
}

struct LentIn<'a, T: 'static> {
    lists: &'a Lent,
    store: StoreContext<'a, T>,
}

impl<T: 'static> Lender for LentIn<'_, T> {
    fn lent(&self, list: usize) -> Option<&[u8]> {
        let Lists(lists) = self.lists.0.as_deref()?;
        Some(lists.get(list)?.as_le_slice(&self.store))
    }
}

/// The result of a guest's function as a Rust value; `()` if the function has none.
pub(crate) struct Returned<R> {
    pub(crate) value: R,
    units: u64,
}

impl<R> Returned<R> {
    /// A value that was not read out of a guest, and costs nothing more.
    pub(crate) fn of(value: R) -> Returned<R> {
        Returned { value, units: 0 }
    }
}

/// The result of a system's method, for the guest that has called it.
pub(crate) enum Answer<R> {
    /// What the method has returned; `()` if the function has no result.
    Value(R),
    /// What the guest is told in place of it.
    Told(ImageResult),
}

/// The parameters of a call as an image, and the work of making it.
pub(crate) struct ImageParams {
    pub(crate) image: Image,
    units: u64,
}

/// The result of a call as an image, and the work of making it.
pub(crate) struct ImageResult {
    pub(crate) image: Image,
    units: u64,
}

impl ImageParams {
    /// An image that the host or a peer has made, of which only the bytes are known: those of its strings and lists count.
    pub(crate) fn of(image: Image, root: Layout) -> ImageParams {
        ImageParams { units: units_of(&image, root), image }
    }
}

impl ImageResult {
    /// As [`ImageParams::of`].
    pub(crate) fn of(image: Image, root: Layout) -> ImageResult {
        ImageResult { units: units_of(&image, root), image }
    }
}

fn units_of(image: &Image, root: Layout) -> u64 {
    let in_place = root.size as usize - of_root(root);
    image.as_bytes().len().saturating_sub(in_place) as u64
}

/// A few core values as they are, between two guests whose functions have the same type: see `scalars`.
pub(crate) struct FlatParams(pub(crate) [u64; MAX_SCALARS]);

/// The one core value of such a function's result; 0 if it has none.
pub(crate) struct FlatResult(pub(crate) u64);

/// The most core values that travel without an image.
pub(crate) const MAX_SCALARS: usize = 4;

/// A value whose way into a guest, or out of it, is paid for.
pub(crate) trait Weighed {
    /// The work of passing it, in units of [`weight`](crate::image::weight).
    fn units(&self) -> u64;
}

/// A value that can be read out of a guest.
pub(crate) trait FromGuest: Weighed + Sized + Send + Sync {
    /// The value spread over `slots`, or behind the pointer in the first of them.
    fn from_slots(cx: &mut LiftContext<'_>, ty: InterfaceType, slots: &[u64]) -> Result<Self>;
    /// The value at `at` in the guest's memory.
    fn from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, at: usize) -> Result<Self>;
}

/// A value that can be written into a guest.
pub(crate) trait ToGuest: Weighed + Send + Sync {
    /// Spreads the value over `slots`, or puts it into memory and the pointer into the first of them.
    fn to_slots<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, slots: &mut [u64]) -> Result<()>;
    /// Puts the value at `at` in the guest's memory.
    fn to_memory<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, at: usize) -> Result<()>;
}

/// A function that takes and gives values as isorun passes them, with room for `N` core values of parameters.
pub(crate) type TypedFunction<P, R, const N: usize> = TypedFunc<Guest<P, N>, Guest<R, { MAX_FLAT_RESULTS as usize }>>;

/// Names an export's function by the values that isorun passes.
///
/// The function's parameters have `slots` core values, and there is room for `N`.
///
/// There is room for at least as many as a result has, which is a promise to wasmtime: parameters and result share their slots, and those of the
/// result are read also after a function that has none and so wrote none. They are initialised then because the parameters were.
///
/// # Errors
///
/// If there is not room enough.
#[inline]
pub(crate) fn typed<P: ToGuest, R: FromGuest + 'static, const N: usize>(
    func: Func,
    slots: u32,
) -> core::result::Result<TypedFunction<P, R, N>, &'static str> {
    const { assert!(N >= MAX_FLAT_RESULTS as usize, "the slots of the result are not all initialised") };
    if slots as usize > N {
        return Err("a function was called with fewer core values than it takes; this is a bug of isorun");
    }
    // SAFETY: there are as many slots as the function's parameters use, and `Lower` initialises all `N` of them, among them, by the assertion,
    // those of a result. What the guest makes of them is checked access by access; a wrong type gives a wrong value or an error, never an
    // access outside the guest.
    Ok(unsafe { TypedFunc::new_unchecked(func) })
}

const fn abi(flat: usize) -> CanonicalAbiInfo {
    // The size is 0 because it is known at run time only: `from_memory` checks its own bounds.
    CanonicalAbiInfo { size32: 0, align32: 1, size64: 0, align64: 1, flat_count: Some(flat as u8) }
}

// SAFETY: `[ValRaw; N]` is a sequence of `ValRaw`, which is `N` slots long, as `ABI` says; see the obligations in `engine.rs` for `typecheck`.
unsafe impl<V: Send + Sync, const N: usize> ComponentType for Guest<V, N> {
    type Lower = [ValRaw; N];
    const ABI: CanonicalAbiInfo = abi(N);
    fn typecheck(_: &InterfaceType, _: &InstanceType<'_>) -> Result<()> {
        Ok(())
    }
}

// SAFETY: parameters and results always arrive as the tuple that this trait stands for.
unsafe impl<V: Send + Sync, const N: usize> ComponentNamedList for Guest<V, N> {}

// SAFETY: reads only slots that wasmtime hands over, which it or `typed` has initialised, and, through checked accessors, the guest's memory.
unsafe impl<V: FromGuest, const N: usize> Lift for Guest<V, N> {
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, slots: &[ValRaw; N]) -> Result<Self> {
        // The core values as zero-extended bits. A slot of 32 bits may carry junk above them, which its reader cuts off.
        V::from_slots(cx, ty, &core::array::from_fn::<u64, N, _>(|slot| slots[slot].get_u64())).map(Guest)
    }

    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        // `bytes` is an empty part of the guest's memory; its address tells where the value starts.
        let at = (bytes.as_ptr() as usize).wrapping_sub(cx.memory().as_ptr() as usize);
        V::from_memory(cx, ty, at).map(Guest)
    }
}

// SAFETY: every slot is initialised, and memory is written through checked accessors.
unsafe impl<V: ToGuest, const N: usize> Lower for Guest<V, N> {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; N]>,
    ) -> Result<()> {
        let mut slots = [0; N];
        self.0.to_slots(cx, ty, &mut slots)?;
        dst.write(core::array::from_fn(|slot| ValRaw::u64(slots[slot])));
        Ok(())
    }

    fn linear_lower_to_memory<T>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, at: usize) -> Result<()> {
        self.0.to_memory(cx, ty, at)
    }
}

impl<P: LiftParams + Send + Sync> FromGuest for TakenParams<P> {
    fn from_slots(cx: &mut LiftContext<'_>, ty: InterfaceType, slots: &[u64]) -> Result<Self> {
        let mut source = GuestSource::of_params(cx, ty);
        source.charge(of_root(P::LAYOUT))?;
        let values = P::lift_flat(&mut source, slots)?;
        Ok(TakenParams { values, units: source.units, lent: source.lent })
    }

    fn from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, at: usize) -> Result<Self> {
        let mut source = GuestSource::of_params(cx, ty);
        source.charge(of_root(P::LAYOUT))?;
        let values = P::load(&mut source, at)?;
        Ok(TakenParams { values, units: source.units, lent: source.lent })
    }
}

impl<P: LowerParams + Send + Sync> ToGuest for Params<P> {
    fn to_slots<T: 'static>(&self, cx: &mut LowerContext<'_, T>, _: InterfaceType, slots: &mut [u64]) -> Result<()> {
        let mut sink = GuestSink { cx };
        if P::LAYOUT.flat <= MAX_FLAT_PARAMS {
            return self.0.lower_flat(&mut sink, &mut slots[..P::LAYOUT.flat as usize]);
        }
        let at = sink.allocate(P::LAYOUT)?;
        slots[0] = at as u64;
        self.0.store(&mut sink, at)
    }

    fn to_memory<T: 'static>(&self, cx: &mut LowerContext<'_, T>, _: InterfaceType, at: usize) -> Result<()> {
        self.0.store(&mut GuestSink { cx }, at)
    }
}

impl<R: codec::Lift + Send + Sync> FromGuest for Returned<R> {
    fn from_slots(cx: &mut LiftContext<'_>, _: InterfaceType, slots: &[u64]) -> Result<Self> {
        let mut source = GuestSource::new(cx);
        source.charge(of_root(R::LAYOUT))?;
        let value = if R::LAYOUT.flat <= MAX_FLAT_RESULTS {
            R::lift_flat(&mut source, slots)?
        } else {
            let at = source.root(slots, R::LAYOUT)?;
            R::load(&mut source, at)?
        };
        Ok(Returned { value, units: source.units })
    }

    fn from_memory(cx: &mut LiftContext<'_>, _: InterfaceType, at: usize) -> Result<Self> {
        let mut source = GuestSource::new(cx);
        source.charge(of_root(R::LAYOUT))?;
        let value = R::load(&mut source, at)?;
        Ok(Returned { value, units: source.units })
    }
}

impl<R: codec::Lower + Send + Sync> ToGuest for Answer<R> {
    fn to_slots<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, slots: &mut [u64]) -> Result<()> {
        match self {
            Answer::Value(value) => value.lower_flat(&mut GuestSink { cx }, slots),
            Answer::Told(result) => result.to_slots(cx, ty, slots),
        }
    }

    fn to_memory<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, at: usize) -> Result<()> {
        match self {
            Answer::Value(value) => value.store(&mut GuestSink { cx }, at),
            Answer::Told(result) => result.to_memory(cx, ty, at),
        }
    }
}

impl FromGuest for ImageParams {
    fn from_slots(cx: &mut LiftContext<'_>, ty: InterfaceType, slots: &[u64]) -> Result<Self> {
        let (image, units) = image_from_slots(cx, ty, slots, MAX_FLAT_PARAMS)?;
        Ok(ImageParams { image, units })
    }

    fn from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, at: usize) -> Result<Self> {
        let (image, units) = image_from_memory(cx, ty, at)?;
        Ok(ImageParams { image, units })
    }
}

impl ToGuest for ImageParams {
    fn to_slots<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, slots: &mut [u64]) -> Result<()> {
        image_to_slots(&self.image, cx, ty, slots, MAX_FLAT_PARAMS)
    }

    fn to_memory<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, at: usize) -> Result<()> {
        image_to_memory(&self.image, cx, ty, at)
    }
}

impl FromGuest for ImageResult {
    fn from_slots(cx: &mut LiftContext<'_>, ty: InterfaceType, slots: &[u64]) -> Result<Self> {
        let (image, units) = image_from_slots(cx, ty, slots, MAX_FLAT_RESULTS)?;
        Ok(ImageResult { image, units })
    }

    fn from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, at: usize) -> Result<Self> {
        let (image, units) = image_from_memory(cx, ty, at)?;
        Ok(ImageResult { image, units })
    }
}

impl ToGuest for ImageResult {
    fn to_slots<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, slots: &mut [u64]) -> Result<()> {
        image_to_slots(&self.image, cx, ty, slots, MAX_FLAT_RESULTS)
    }

    fn to_memory<T: 'static>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, at: usize) -> Result<()> {
        image_to_memory(&self.image, cx, ty, at)
    }
}

impl FromGuest for FlatParams {
    fn from_slots(_: &mut LiftContext<'_>, _: InterfaceType, slots: &[u64]) -> Result<Self> {
        let mut flat = [0; MAX_SCALARS];
        flat.iter_mut().zip(slots).for_each(|(flat, slot)| *flat = *slot);
        Ok(FlatParams(flat))
    }

    fn from_memory(_: &mut LiftContext<'_>, _: InterfaceType, _: usize) -> Result<Self> {
        bail!(NOT_IN_MEMORY)
    }
}

impl ToGuest for FlatParams {
    fn to_slots<T: 'static>(&self, _: &mut LowerContext<'_, T>, _: InterfaceType, slots: &mut [u64]) -> Result<()> {
        slots.iter_mut().zip(self.0).for_each(|(slot, flat)| *slot = flat);
        Ok(())
    }

    fn to_memory<T: 'static>(&self, _: &mut LowerContext<'_, T>, _: InterfaceType, _: usize) -> Result<()> {
        bail!(NOT_IN_MEMORY)
    }
}

impl Weighed for FlatParams {
    fn units(&self) -> u64 {
        0
    }
}

impl Weighed for FlatResult {
    fn units(&self) -> u64 {
        0
    }
}

impl<P> Weighed for TakenParams<P> {
    fn units(&self) -> u64 {
        self.units
    }
}

impl<P: LowerParams> Weighed for Params<P> {
    #[inline]
    fn units(&self) -> u64 {
        weigh_params(&self.0)
    }
}

impl<R> Weighed for Returned<R> {
    fn units(&self) -> u64 {
        self.units
    }
}

impl<R: codec::Lower> Weighed for Answer<R> {
    #[inline]
    fn units(&self) -> u64 {
        match self {
            Answer::Value(value) => weigh(value),
            Answer::Told(result) => result.units(),
        }
    }
}

impl Weighed for ImageParams {
    fn units(&self) -> u64 {
        self.units
    }
}

impl Weighed for ImageResult {
    fn units(&self) -> u64 {
        self.units
    }
}

impl FromGuest for FlatResult {
    fn from_slots(_: &mut LiftContext<'_>, _: InterfaceType, slots: &[u64]) -> Result<Self> {
        Ok(FlatResult(slots.first().copied().unwrap_or(0)))
    }

    fn from_memory(_: &mut LiftContext<'_>, _: InterfaceType, _: usize) -> Result<Self> {
        bail!(NOT_IN_MEMORY)
    }
}

impl ToGuest for FlatResult {
    fn to_slots<T: 'static>(&self, _: &mut LowerContext<'_, T>, _: InterfaceType, slots: &mut [u64]) -> Result<()> {
        slots.iter_mut().for_each(|slot| *slot = self.0);
        Ok(())
    }

    fn to_memory<T: 'static>(&self, _: &mut LowerContext<'_, T>, _: InterfaceType, _: usize) -> Result<()> {
        bail!(NOT_IN_MEMORY)
    }
}

const NOT_IN_MEMORY: &str = "core values were looked for in memory; this is a bug of isorun";

/// An image of what a guest passes, and the units of making it.
fn image_from_slots(cx: &mut LiftContext<'_>, ty: InterfaceType, slots: &[u64], max: u32) -> Result<(Image, u64)> {
    let types = Types(cx.types);
    let ty = types.innermost(ty);
    let layout = types.layout(ty);
    let mut source = GuestSource::new(cx);
    if layout.flat > max {
        let at = source.root(slots, layout)?;
        return image_from_memory(source.cx, ty, at);
    }
    // The image has room for the largest case of a type, whichever it is.
    source.charge(of_root(layout))?;
    let mut image = Encoder::new(layout)?;
    Transcoder::new(types, &mut source, &mut image).value(ty, slots, At(0))?;
    Ok((image.finish(), source.units))
}

fn image_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, at: usize) -> Result<(Image, u64)> {
    let types = Types(cx.types);
    let ty = types.innermost(ty);
    let layout = types.layout(ty);
    let mut source = GuestSource::new(cx);
    source.charge(of_root(layout))?;
    let mut image = Encoder::new(layout)?;
    Transcoder::new(types, &mut source, &mut image).value(ty, At(at), At(0))?;
    Ok((image.finish(), source.units))
}

fn image_to_slots<T: 'static>(
    image: &Image,
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    slots: &mut [u64],
    max: u32,
) -> Result<()> {
    let types = Types(cx.types);
    let ty = types.innermost(ty);
    let layout = types.layout(ty);
    if layout.flat > max {
        let at = GuestSink { cx }.allocate(layout)?;
        slots[0] = at as u64;
        return image_to_memory(image, cx, ty, at);
    }
    let mut source = Decoder::new(image.as_bytes(), layout)?;
    let slots = &mut slots[..layout.flat as usize];
    Transcoder::new(types, &mut source, &mut GuestSink { cx }).value(ty, At(0), slots)?;
    Ok(source.finish()?)
}

fn image_to_memory<T: 'static>(
    image: &Image,
    cx: &mut LowerContext<'_, T>,
    ty: InterfaceType,
    at: usize,
) -> Result<()> {
    let types = Types(cx.types);
    let ty = types.innermost(ty);
    let mut source = Decoder::new(image.as_bytes(), types.layout(ty))?;
    Transcoder::new(types, &mut source, &mut GuestSink { cx }).value(ty, At(0), At(at))?;
    Ok(source.finish()?)
}

/// So many bytes that are lent are one unit of work.
const LENT: u32 = 8;

/// A guest's memory, to read from.
struct GuestSource<'a, 'c> {
    cx: &'a mut LiftContext<'c>,
    /// The parameters as the component declares them; nothing while a result is read.
    params: Option<InterfaceType>,
    lent: Lent,
    /// The work of reading so far.
    units: u64,
    /// The strings and lists that were read so far.
    blocks: u32,
}

impl<'a, 'c> GuestSource<'a, 'c> {
    fn new(cx: &'a mut LiftContext<'c>) -> Self {
        GuestSource { cx, params: None, lent: Lent::default(), units: 0, blocks: 0 }
    }

    /// For the parameters of a method, which may look at bytes where they are.
    fn of_params(cx: &'a mut LiftContext<'c>, params: InterfaceType) -> Self {
        GuestSource { cx, params: Some(params), lent: Lent::default(), units: 0, blocks: 0 }
    }

    /// Where the value lies whose pointer is in the first slot.
    fn root(&self, slots: &[u64], layout: Layout) -> Result<usize> {
        let at = slots[0] as u32;
        if !at.is_multiple_of(layout.align) {
            return Err(self.malformed(Rule::Alignment, at as usize));
        }
        self.slice(at as usize, layout.size as usize)?;
        Ok(at as usize)
    }
}

impl GuestSource<'_, '_> {
    /// The type of a parameter that is a list. wasmtime wants one for its view of a list, and looks into it only to lift elements.
    fn list_type(&self) -> Option<InterfaceType> {
        let Some(InterfaceType::Tuple(params)) = self.params else { return None };
        self.cx.types[params].types.iter().copied().find(|ty| matches!(ty, InterfaceType::List(_)))
    }
}

impl Source for GuestSource<'_, '_> {
    type Error = wasmtime::Error;
    const STRICT: bool = false;

    #[inline]
    fn slice(&self, at: usize, length: usize) -> Result<&[u8]> {
        match self.cx.memory().get(at..).and_then(|rest| rest.get(..length)) {
            Some(slice) => Ok(slice),
            None => Err(self.malformed(Rule::Truncated, at)),
        }
    }

    fn block(&mut self, pointer: u32, length: u32, element: Layout) -> Result<usize> {
        let at = pointer as usize;
        if !pointer.is_multiple_of(element.align) {
            return Err(self.malformed(Rule::Alignment, at));
        }
        let Some(size) = block_size(length as usize, element) else {
            return Err(self.malformed(Rule::Length, at));
        };
        self.slice(at, size)?;
        let block = price_of_block(&mut self.blocks);
        self.charge(block + size.max(length as usize))?;
        Ok(at)
    }

    fn string(&mut self, pointer: u32, length: u32) -> Result<String> {
        // wasmtime knows the guest's encoding, checks bounds and code units, and subtracts the bytes from what may be passed.
        let block = price_of_block(&mut self.blocks);
        self.charge(block)?;
        let slots = [ValRaw::u32(pointer), ValRaw::u32(length)];
        let text = String::linear_lift_from_flat(self.cx, InterfaceType::String, &slots)?;
        self.units += text.len() as u64;
        Ok(text)
    }

    fn text(&mut self, pointer: u32, length: u32) -> Result<Cow<'_, str>> {
        let memory = self.cx.memory();
        let bytes = memory.get(pointer as usize..).and_then(|rest| rest.get(..length as usize));
        let utf8 = self.cx.options().string_encoding == StringEncoding::Utf8;
        match bytes.filter(|_| utf8).map(str::from_utf8) {
            Some(Ok(text)) => {
                // Not by `charge`, since the text borrows from the rest of the source.
                let units = price_of_block(&mut self.blocks) + text.len();
                self.cx.consume_fuel(units)?;
                self.units += units as u64;
                Ok(Cow::Borrowed(text))
            }
            // Another encoding, or a mistake, which wasmtime has the words for.
            _ => self.string(pointer, length).map(Cow::Owned),
        }
    }

    fn bytes_in_place(&mut self, pointer: u32, length: u32) -> Result<Bytes> {
        let Some(ty) = self.list_type() else {
            let at = self.block(pointer, length, Layout::scalar(1))?;
            return Ok(self.slice(at, length as usize)?.to_vec().into());
        };
        let block = price_of_block(&mut self.blocks);
        self.charge(block)?;
        // The bytes are looked at where they are, and not copied.
        self.units += u64::from(length / LENT);
        let slots = [ValRaw::u32(pointer), ValRaw::u32(length)];
        let list = WasmList::linear_lift_from_flat(self.cx, ty, &slots)?;
        Ok(Bytes::lent(self.lent.push(list)))
    }

    /// wasmtime counts what one transfer may pass, and says that it is too much: see `cause`.
    #[inline]
    fn charge(&mut self, units: usize) -> Result<()> {
        self.cx.consume_fuel(units)?;
        self.units += units as u64;
        Ok(())
    }

    #[cold]
    fn malformed(&self, rule: Rule, at: usize) -> wasmtime::Error {
        Malformed { rule, offset: at as u64 }.into()
    }
}

/// A guest's memory, to write into. Blocks are allocated by the guest's own `realloc`.
struct GuestSink<'a, 'c, T: 'static> {
    cx: &'a mut LowerContext<'c, T>,
}

impl<T: 'static> GuestSink<'_, '_, T> {
    fn allocate(&mut self, layout: Layout) -> Result<usize> {
        self.cx.realloc(0, 0, layout.align, layout.size as usize)
    }
}

impl<T: 'static> Sink for GuestSink<'_, '_, T> {
    type Error = wasmtime::Error;
    const STRICT: bool = false;

    #[inline]
    fn slice_mut(&mut self, at: usize, length: usize) -> Result<&mut [u8]> {
        match self.cx.as_slice_mut().get_mut(at..).and_then(|rest| rest.get_mut(..length)) {
            Some(place) => Ok(place),
            None => Err(Malformed { rule: Rule::Truncated, offset: at as u64 }.into()),
        }
    }

    fn block(&mut self, length: usize, element: Layout) -> Result<(u32, usize)> {
        // wasmtime checks that what the guest's `realloc` answers is aligned and inside its memory.
        let Some(size) = block_size(length, element) else {
            return Err(Malformed { rule: Rule::Length, offset: 0 }.into());
        };
        let at = self.cx.realloc(0, 0, element.align, size)?;
        Ok((at as u32, at))
    }

    fn string(&mut self, text: &str) -> Result<(u32, u32)> {
        let mut slots = MaybeUninit::uninit();
        text.linear_lower_to_flat(self.cx, InterfaceType::String, &mut slots)?;
        // SAFETY: `linear_lower_to_flat` initialises its destination whenever it returns `Ok`.
        let [pointer, length] = unsafe { slots.assume_init() };
        Ok((pointer.get_u32(), length.get_u32()))
    }
}
