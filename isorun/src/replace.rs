//! Putting another app behind a token.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use crate::app::App;
use crate::error::{InstantiateError, ReplaceError};
use crate::instance::policy::Reuse;
use crate::instance::{Instance, Provider};
use crate::instantiate::Plan;
use crate::runtime::Runtime;
use crate::wiring::Given;

/// A replacement that is about to be made: an instance, and the app that takes the place of the one behind it. Awaiting it makes it.
///
/// The new app is wired and started beside the old one. Then new calls wait, those that run end, and the new app takes over: behind the
/// same token, with the same name and policies, for everything that is wired to it. No call fails of it, unless more of them come
/// meanwhile than [may wait](crate::Instantiate::queue). What the old app kept in its memory is gone; a poisoned instance is well again.
///
/// Imports of the new app are given what the old one was wired with, unless they are given something else. A value that was made for this
/// instance by a [system per consumer](Runtime::system_per_consumer) stays.
///
/// For a moment both apps are there, so one more place for a store is needed; where the calls of a [`Fresh`](crate::Reuse::Fresh) instance
/// have taken them all, the new app is started when those have ended.
///
/// # Errors
///
/// [`ReplaceError::Breaks`] with every function that something uses and that the new app does not have as it was;
/// [`ReplaceError::Instantiate`] if the new app does not fit its imports or does not start; [`ReplaceError::InProgress`] if another
/// replacement is in progress, or has come to its end since this one began. The instance goes on as it was then.
///
/// # Cancel safety
///
/// Dropping it leaves the instance as it was.
///
/// ```no_run
/// # async fn example(runtime: isorun::Runtime, kv: isorun::Instance, bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// let newer = runtime.add_app("kv 2", bytes).await?;
/// runtime.replace(&kv, &newer).await?;
/// # Ok(()) }
/// ```
#[must_use = "an instance is replaced when this is awaited"]
#[derive(Debug)]
pub struct Replace<'a> {
    runtime: &'a Runtime,
    instance: &'a Instance,
    app: &'a App,
    given: Given,
}

impl<'a> Replace<'a> {
    pub(crate) fn new(runtime: &'a Runtime, instance: &'a Instance, app: &'a App) -> Replace<'a> {
        Replace { runtime, instance, app, given: Given::default() }
    }

    /// Gives an instance to every import of the new app that it provides and that is not given one by name.
    pub fn with(mut self, instance: &Instance) -> Replace<'a> {
        self.given.with.push(instance.clone());
        self
    }

    /// Gives an instance to one import of the new app, named as the component spells it, with or without its version.
    pub fn with_named(mut self, import: &str, instance: &Instance) -> Replace<'a> {
        self.given.named.push((import.into(), instance.clone()));
        self
    }

    async fn make(self) -> Result<(), ReplaceError> {
        let Replace { runtime, instance, app, mut given } = self;
        let name = || instance.name().to_string();
        if !runtime.owns(instance) {
            return Err(ReplaceError::Foreign { instance: name() });
        }
        let Provider::Guest(guest) = instance.provider() else {
            return Err(ReplaceError::NotAnApp { instance: name() });
        };
        let Some(old) = guest.places.prototype() else {
            return Err(ReplaceError::Removed { instance: name() });
        };
        runtime.check_app(app)?;
        runtime.check_replacement(instance, app)?;
        given.before = old.slots.clone();
        let plan = Plan { runtime, app, name: instance.shared_name(), reuse: guest.places.reuse() };
        let wired = plan.wire(&given)?;
        runtime.check_cycle(instance, app, &wired.slots)?;
        let (provides, places) = instance.offers_in_all().replaced_by(app.offers());
        let export = |place: Option<usize>| place.and_then(|place| app.exports().get(place).copied().flatten());
        let prototype = plan.prototype(wired, provides, places.into_iter().map(export).collect());
        let first = match plan.start(&prototype).await {
            // The calls of a fresh instance may have taken every place; when they have ended there is one.
            Err(InstantiateError::NoCapacity { .. }) if plan.reuse == Reuse::Fresh => None,
            started => Some(started?),
        };
        let Some(hold) = guest.places.hold() else {
            return Err(ReplaceError::InProgress { instance: name() });
        };
        // What this one was made for is not there any more: its handles would be those of another app's functions.
        if guest.places.prototype().is_none_or(|now| !Arc::ptr_eq(&now, &old)) {
            return Err(ReplaceError::InProgress { instance: name() });
        }
        hold.quiet().await;
        let first = match first {
            Some(first) => first,
            None => plan.start(&prototype).await?,
        };
        runtime.swap(instance, &hold, prototype, first)
    }
}

impl<'a> IntoFuture for Replace<'a> {
    type Output = Result<(), ReplaceError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}
