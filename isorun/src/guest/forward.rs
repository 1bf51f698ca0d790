//! An instance that was replaced by another one: its calls go on there, behind the same handle.
//!
//! What it goes on to are slots, as an app's imports have them. So the graph, the counts, and the checks of what may be removed or replaced see
//! in it a consumer like any other.

use std::sync::Arc;

use super::GuestProvider;
use super::capacity::Need;
use super::pool::Model;
use super::portable::{FromImage, IntoImage};
use super::prototype::Prototype;
use crate::error::call::{CallError, CallResult};
use crate::image::Image;
use crate::instance::Instance;
use crate::interface::exports::{Exports, FuncIndex};
use crate::interface::port::Import;
use crate::limits::cx::Cx;
use crate::provider::Kind;
use crate::provider::slot::{Part, Slot};
use crate::provider::system::{BoxFuture, Consumer};

/// What is behind an app's instance.
#[derive(Clone)]
pub(crate) enum Behind {
    /// Stores that are made from this.
    App(Arc<Prototype>),
    /// Other instances.
    Other(Arc<Forward>),
}

/// Where the calls of an instance go on.
pub(crate) struct Forward {
    /// Each interface that it goes on with.
    pub(crate) slots: Arc<[Slot]>,
    pub(crate) exports: Exports,
    /// For each index of `exports` the slot, and the function there; `None` for a function that an earlier app exported and nobody does now.
    functions: Box<[Option<(usize, FuncIndex)>]>,
}

impl Behind {
    pub(crate) fn slots(&self) -> &Arc<[Slot]> {
        match self {
            Behind::App(prototype) => &prototype.slots,
            Behind::Other(forward) => &forward.slots,
        }
    }

    pub(crate) fn exports(&self) -> &Exports {
        match self {
            Behind::App(prototype) => &prototype.exports,
            Behind::Other(forward) => &forward.exports,
        }
    }

    /// Whether both are the very same.
    pub(crate) fn is(&self, other: &Behind) -> bool {
        match (self, other) {
            (Behind::App(one), Behind::App(other)) => Arc::ptr_eq(one, other),
            (Behind::Other(one), Behind::Other(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Model for Behind {
    fn need(&self) -> Need {
        match self {
            Behind::App(prototype) => prototype.need,
            Behind::Other(_) => Need::default(),
        }
    }

    fn is_elsewhere(&self) -> bool {
        matches!(self, Behind::Other(_))
    }
}

impl Forward {
    /// Lets the calls of the instance named `name`, which has exported `before`, go on at these instances.
    ///
    /// This may call the factory of a system per consumer.
    pub(crate) fn new(name: &str, before: &Exports, to: &[Instance]) -> Forward {
        let reached: Vec<Exports> = to.iter().map(Instance::reached).collect();
        let offered: Vec<_> = reached.iter().flat_map(|exports| exports.list().iter().cloned()).collect();
        let (exports, places) = before.replaced_by(&Exports::new(offered));
        let (mut slots, mut targets) = (Vec::new(), Vec::new());
        let consumer = Consumer { instance: Some(name), app: None, export: None };
        for (instance, reached) in to.iter().zip(&reached) {
            let system = match instance.provider().kind() {
                Kind::System(system) => system.value(&consumer),
                Kind::Guest(_) | Kind::Remote(_) => None,
            };
            let mut all = reached.all().map(|(index, ..)| index);
            for export in reached.list() {
                let functions: Box<[_]> = all.by_ref().take(export.interface().functions().len()).collect();
                targets.extend(functions.iter().map(|index| (slots.len(), *index)));
                let uses = export.interface().clone();
                let part = Part { import: Import::new(export.name(), uses.clone()), uses, functions, function: None };
                let wired = (instance.provider().clone(), instance.reach());
                slots.push(Slot::new(wired, part, system.clone(), None, false));
            }
        }
        let functions = places.into_iter().map(|place| targets.get(place?).copied()).collect();
        Forward { slots: slots.into(), exports, functions }
    }

    /// Where a function is.
    fn target(&self, function: FuncIndex) -> Option<(&Slot, FuncIndex)> {
        let (slot, function) = (*self.functions.get(function.place())?)?;
        Some((self.slots.get(slot)?, function))
    }

    /// The slot where a call ends up that begins here, with the function there, and all slots that it comes by.
    ///
    /// A loop, since somebody may replace instances one by another as often as they like.
    fn way(self: &Arc<Forward>, function: FuncIndex) -> Option<Vec<(Arc<Forward>, FuncIndex)>> {
        let mut way = vec![(self.clone(), function)];
        let (mut forward, mut function) = (self.clone(), function);
        loop {
            let (slot, there) = forward.target(function)?;
            let next = match slot.provider.kind() {
                Kind::Guest(guest) => guest.stores.model(),
                Kind::System(_) | Kind::Remote(_) => None,
            };
            let Some(Behind::Other(next)) = next else { return Some(way) };
            (forward, function) = (next.clone(), there);
            way.push((next, there));
        }
    }
}

impl GuestProvider {
    /// Makes a call that came to this instance at what has taken its place. The instance is not among those that wait for it: it only shows the way.
    #[cold]
    pub(super) async fn go_on<P: IntoImage, R: FromImage>(
        &self,
        forward: &Arc<Forward>,
        cx: &Cx,
        function: FuncIndex,
        params: P,
    ) -> CallResult<R> {
        let Some(_running) = self.gone_on.enter() else {
            return Err(CallError::Retiring { instance: self.payer.name.clone() }.into());
        };
        let way = forward.way(function);
        let (Some(way), Some(declared)) = (way, forward.exports.function(function)) else {
            let (instance, function) = (self.payer.name.clone(), forward.exports.label(function));
            return Err(CallError::NotExported { instance, function }.into());
        };
        let image = params.into_image(declared)?;
        let image = call(&way, cx, image).await?;
        Ok(R::from_image(image, declared)?)
    }
}

/// The type of the future is forgotten, since what is called may be an instance like this one.
fn call<'a>(way: &'a [(Arc<Forward>, FuncIndex)], cx: &'a Cx, params: Image) -> BoxFuture<'a, CallResult<Image>> {
    Box::pin(call_last(way, cx, params))
}

/// Calls what stands at the end of the way, and counts the call all along it.
async fn call_last(way: &[(Arc<Forward>, FuncIndex)], cx: &Cx, params: Image) -> CallResult<Image> {
    let slots: Vec<_> = way.iter().filter_map(|(forward, function)| forward.target(*function)).collect();
    let counting: Vec<_> = slots.iter().map(|(slot, _)| slot.counts.begin()).collect();
    let Some((slot, function)) = slots.last() else {
        return Err(CallError::bug("a call was sent on to nowhere").into());
    };
    let result = slot.provider.call_image(slot.system.as_deref(), cx, *function, params).await;
    counting.into_iter().for_each(|counting| counting.end(result.is_err()));
    result
}
