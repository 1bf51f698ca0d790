//! Putting another app behind a handle.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::Runtime;
use super::instantiate::Plan;
use crate::app::App;
use crate::error::replace::ReplaceError;
use crate::error::wiring::InstantiateError;
use crate::guest::policy::Reuse;
use crate::instance::Instance;
use crate::provider::Kind;
use crate::wiring::given::Given;

/// A replacement that is about to be made: an instance, and the app that takes the place of the one behind it. Awaiting it replaces the app.
/// It needs the feature `engine`.
///
/// The new app is wired and started beside the old one. Then new calls are made to wait, and when the running calls have ended, the new app
/// takes over: behind the same handle, with the same name and policies, for everything that is wired to it. No call fails because of it,
/// unless more calls arrive meanwhile than [may wait](crate::runtime::Instantiate::queue). What the old app kept in its memory is lost; an
/// instance that was poisoned can be called again.
///
/// Imports of the new app are given what the old one was wired with, unless they are given something else. A value that was made for this
/// instance by a [system per consumer](Runtime::provide_per_consumer) stays.
///
/// For a moment both apps exist, so there must be room for one more store. If the calls of a [`Fresh`](crate::Reuse::Fresh) instance have
/// taken all the room, the new app is started when those calls have ended. While it starts, the new app holds what it is wired to, as the
/// instance holds what the old one is wired to.
///
/// It owns all that it needs, so it can also be spawned: `tokio::spawn(runtime.replace(&instance, &app).into_future())`.
///
/// # Errors
///
/// [`ReplaceError::Breaks`] with every function that something uses and that the new app lacks or has with another type;
/// [`ReplaceError::Instantiate`] if the new app cannot be wired or does not start; [`ReplaceError::InProgress`] if another
/// replacement is in progress, or was completed since this one began. After an error the instance goes on as before.
///
/// # Cancel safety
///
/// Dropping the future leaves the instance as it was.
///
/// ```no_run
/// # async fn example(runtime: isorun::Runtime, kv: isorun::Instance, bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// let newer = runtime.add_app("kv 2", bytes).await?;
/// runtime.replace(&kv, &newer).await?;
/// # Ok(()) }
/// ```
#[must_use = "an instance is replaced when this is awaited"]
#[derive(Debug)]
pub struct Replace {
    runtime: Runtime,
    instance: Instance,
    app: App,
    given: Given,
}

impl Runtime {
    /// Begins to put another app behind an instance; see [`Replace`].
    pub fn replace(&self, instance: &Instance, app: &App) -> Replace {
        Replace { runtime: self.clone(), instance: instance.clone(), app: app.clone(), given: Given::default() }
    }
}

impl Replace {
    /// Gives an instance to every import of the new app that it exports and that is not given one by name.
    pub fn with(mut self, instance: &Instance) -> Replace {
        self.given.with.push(instance.clone());
        self
    }

    /// Gives an instance as [`with`](Replace::with) does, and each call that the app makes of it at most this time.
    ///
    /// Then the call is given up, and the app is told `provider-down` if the function's result has that case in its error type. If it has not, the
    /// app's own call ends with [`CallError::ProviderDown`](crate::CallError::ProviderDown) and its store is lost; which functions are of
    /// that kind, [`Import::ends_its_app`](crate::wit::Import::ends_its_app) and the [graph](crate::Runtime::graph) tell. The span also bounds what the
    /// provider's own calls may take. A method of a system that is not `async` cannot be given up while it runs.
    pub fn with_timeout(mut self, instance: &Instance, span: Duration) -> Replace {
        self.given.times.push((instance.clone(), span));
        self.with(instance)
    }

    /// Gives an instance to one import of the new app, named as the component spells it, with or without its version. An interface that is imported under
    /// several names is given an instance for each of them so.
    pub fn with_named(mut self, import: &str, instance: &Instance) -> Replace {
        self.given.named.push((import.into(), instance.clone()));
        self
    }

    /// Gives a function of an instance to an import that is a function at the root of the app's world. It is named as for
    /// [`Instance::call`], and may have another name than the import; the types must be the same.
    ///
    /// An instance that exports a function of the import's name and type at its own root can be given with [`with`](Replace::with).
    pub fn with_function(mut self, import: &str, instance: &Instance, function: &str) -> Replace {
        self.given.functions.push((import.into(), instance.clone(), function.into()));
        self
    }

    async fn make(self) -> Result<(), ReplaceError> {
        let Replace { runtime, instance, app, mut given } = self;
        let name = || instance.name().to_string();
        if !runtime.owns(&instance) {
            return Err(ReplaceError::Foreign { instance: name() });
        }
        let provider = instance.provider();
        let Kind::Guest(guest) = provider.kind() else {
            return Err(ReplaceError::NotAnApp { instance: name() });
        };
        let Some(old) = guest.stores.model() else {
            return Err(ReplaceError::Removed { instance: name() });
        };
        runtime.check_added(&app)?;
        let (exports, places) = provider.exports().replaced_by(app.all_exports());
        runtime.check_replacement(provider, &app, &exports)?;
        given.before = old.slots.clone();
        let reuse = guest.stores.reuse();
        let plan = Plan { runtime: &runtime, app: &app, payer: provider.payer().clone(), reuse };
        let wired = plan.wire(&given)?;
        let start = runtime.begin_start(provider.payer(), &app, &wired.slots, Some(provider))?;
        let function = |place: Option<usize>| place.and_then(|place| app.functions().get(place).copied().flatten());
        let prototype = plan.prototype(wired, exports, places.into_iter().map(function).collect());
        let first = match plan.start(&prototype).await {
            // The calls of a fresh instance may have taken all stores that there can be; when they have ended there is room.
            Err(InstantiateError::NoCapacity { .. } | InstantiateError::TenantFull { .. }) if reuse == Reuse::Fresh => {
                None
            }
            started => Some(started?),
        };
        let Some(mut suspended) = guest.stores.suspend() else {
            return Err(ReplaceError::InProgress { instance: name() });
        };
        // Another replacement has come first. This one counted its function indices from the exports of an app that is gone.
        if guest.stores.model().is_none_or(|now| !Arc::ptr_eq(&now, &old)) {
            return Err(ReplaceError::InProgress { instance: name() });
        }
        suspended.idle().await;
        let first = match first {
            Some(first) => first,
            None => plan.start(&prototype).await?,
        };
        runtime.swap((provider, start), &suspended, &app, prototype, first)
    }
}

impl IntoFuture for Replace {
    type Output = Result<(), ReplaceError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}
