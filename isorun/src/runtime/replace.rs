//! Putting another app, or another instance, behind a handle.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::Runtime;
use super::instantiate::Plan;
use super::registry::Newcomer;
use crate::app::App;
use crate::error::replace::ReplaceError;
use crate::error::wiring::{InstantiateError, WiringProblem};
use crate::guest::GuestProvider;
use crate::guest::forward::{Behind, Forward};
use crate::guest::policy::Reuse;
use crate::instance::Instance;
use crate::panics::Panicked;
use crate::provider::Kind;
use crate::wiring::given::Given;

/// A replacement that is about to be made: an instance, and what takes the place of the app behind it, which is another app or another instance.
/// Awaiting it replaces. It needs the feature `engine`.
///
/// # By an app
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
/// # By an instance
///
/// New calls are made to wait, and when the running calls have ended, all calls go on at the other instance, which may be an app's, a system or
/// something remote: those that waited, and whatever comes by the old handle, in the name of whoever makes it. The stores of the instance are
/// freed, and what its app was wired to is let go. What is left is a *forwarder*: its policies still hold for what comes by it, it keeps its name
/// and its exports by token, it uses the other instance, as the [graph](Runtime::graph) shows, and it can be removed when nothing uses it. A system per
/// consumer makes a value for it. A forwarder can be replaced again, by an app too, which is then wired from the beginning.
///
/// It goes on with all that the other handle reaches, so that one cannot be replaced later by an app that lacks a function of it.
///
/// # Spawning
///
/// It owns all that it needs, so it can also be spawned: `tokio::spawn(runtime.replace(&instance, &app).into_future())`.
///
/// # Errors
///
/// [`ReplaceError::Breaks`] with every function that something uses and that the new one lacks or has with another type; [`ReplaceError::By`] if
/// the other instance is gone, belongs to another runtime or depends on this one, as every instance does on itself; [`ReplaceError::Instantiate`] if the new app cannot be wired or does not start; [`ReplaceError::InProgress`] if another
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
///
/// // From now on all calls of `kv` go to `other`.
/// let other = runtime.instantiate(&newer).await?;
/// runtime.replace(&kv, &other).await?;
/// # Ok(()) }
/// ```
#[must_use = "an instance is replaced when this is awaited"]
#[derive(Debug)]
pub struct Replace<X = App> {
    runtime: Runtime,
    instance: Instance,
    by: X,
    given: Given,
}

/// What can take the place of the app behind an instance: an [`App`], or another [`Instance`].
#[expect(private_bounds, reason = "nothing else can")]
pub trait Replacement: Takes {}

/// Takes the place of an app.
trait Takes: Clone + Send + Sync + Sized + 'static {
    fn take(replace: Replace<Self>) -> impl Future<Output = Result<(), ReplaceError>> + Send;
}

impl Replacement for App {}
impl Replacement for Instance {}

impl Takes for App {
    async fn take(replace: Replace) -> Result<(), ReplaceError> {
        replace.by_app().await
    }
}

impl Takes for Instance {
    async fn take(replace: Replace<Instance>) -> Result<(), ReplaceError> {
        replace.by_instance().await
    }
}

impl Runtime {
    /// Begins to put another app, or another instance, behind an instance; see [`Replace`].
    pub fn replace<X: Replacement>(&self, instance: &Instance, by: &X) -> Replace<X> {
        Replace { runtime: self.clone(), instance: instance.clone(), by: by.clone(), given: Given::default() }
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

    async fn by_app(self) -> Result<(), ReplaceError> {
        let Replace { runtime, instance, by: app, mut given } = self;
        let name = || instance.name().to_string();
        let (guest, old) = runtime.replaceable(&instance)?;
        let provider = instance.provider();
        runtime.check_added(&app)?;
        let (exports, places) = provider.exports().replaced_by(app.all_exports());
        runtime.check_replacement(provider, (app.name(), true), &exports)?;
        if let Behind::App(old) = &old {
            given.before = old.slots.clone();
        }
        let reuse = guest.stores.policy().reuse;
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
        if guest.stores.model().is_none_or(|now| !now.is(&old)) {
            return Err(ReplaceError::InProgress { instance: name() });
        }
        suspended.idle().await;
        let first = match first {
            Some(first) => first,
            None => plan.start(&prototype).await?,
        };
        runtime.swap(provider, &suspended, (Newcomer::App(&app), Some(start)), (Behind::App(prototype), first))
    }
}

impl Replace<Instance> {
    async fn by_instance(self) -> Result<(), ReplaceError> {
        let Replace { runtime, instance, by, .. } = self;
        let (guest, _) = runtime.replaceable(&instance)?;
        runtime.check_newcomers(&instance, std::slice::from_ref(&by))?;
        let Some(mut suspended) = guest.stores.suspend() else {
            return Err(ReplaceError::InProgress { instance: instance.name().into() });
        };
        let behind = Behind::Other(Arc::new(forward(&instance, std::slice::from_ref(&by))?));
        runtime.0.registry.check_newcomer(instance.provider(), by.name(), &behind, &runtime.0.server.exports)?;
        suspended.idle().await;
        runtime.swap(instance.provider(), &suspended, (Newcomer::Instance(by.name()), None), (behind, None))
    }
}

/// What lets the calls of an instance go on at these. It may call the factory of a system per consumer, which is the user's code and may panic.
pub(super) fn forward(instance: &Instance, to: &[Instance]) -> Result<Forward, ReplaceError> {
    let exports = instance.provider().exports();
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Forward::new(instance.name(), &exports, to)));
    made.map_err(|panic| {
        let Panicked { message, .. } = panic.into();
        ReplaceError::Factory { instance: instance.name().into(), by: names(to), message }
    })
}

/// The names of instances, for messages.
fn names(instances: &[Instance]) -> String {
    instances.iter().map(Instance::name).collect::<Vec<_>>().join(", ")
}

impl Runtime {
    /// An instance that can be replaced, and what is behind it now.
    pub(super) fn replaceable<'i>(&self, instance: &'i Instance) -> Result<(&'i GuestProvider, Behind), ReplaceError> {
        let name = || instance.name().to_string();
        if !self.owns(instance) {
            return Err(ReplaceError::Foreign { instance: name() });
        }
        let Kind::Guest(guest) = instance.provider().kind() else {
            return Err(ReplaceError::NotAnApp { instance: name() });
        };
        let behind = guest.stores.model().ok_or_else(|| ReplaceError::Removed { instance: name() })?;
        Ok((guest, behind))
    }

    /// Checks that these instances are of this runtime, before anything is made of them.
    fn check_newcomers(&self, instance: &Instance, by: &[Instance]) -> Result<(), ReplaceError> {
        let problem = |one: &Instance| {
            let name = one.name().to_string();
            match (self.owns(one), one.provider().is_removed()) {
                (false, _) => Some(WiringProblem::Foreign { instance: name }),
                (true, true) => Some(WiringProblem::Removed { instance: name }),
                (true, false) => None,
            }
        };
        let problems: Vec<WiringProblem> = by.iter().filter_map(problem).collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(ReplaceError::By { instance: instance.name().into(), by: names(by), problems }),
        }
    }
}

impl<X: Replacement> IntoFuture for Replace<X> {
    type Output = Result<(), ReplaceError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(X::take(self))
    }
}
