//! Moving an instance to another runtime while it is called.

mod receive;

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::Arc;

pub use receive::Received;

use super::Runtime;
use super::rebuild::Problem;
use super::recipe::Recipe;
use super::registry::Newcomer;
use super::replace::forward;
use crate::call::by_image;
use crate::call::until::until;
use crate::engine::guest::ImageResult;
use crate::error::call::{CallError, Result as Called};
use crate::error::moving::MoveError;
use crate::error::remote::{RemoteError, Status};
use crate::error::replace::ReplaceError;
use crate::guest::forward::Behind;
use crate::guest::policy::Reuse;
use crate::image::Image;
use crate::image::decode::decode;
use crate::instance::Instance;
use crate::interface::exports::{Exports, FuncIndex, Served};
use crate::interface::function::{Function, function};
use crate::interface::port::Export;
use crate::interface::{Interface, interface};
use crate::let_go::let_go;
use crate::limits::budget::Grant;
use crate::limits::chain::Payer;
use crate::limits::cx::Cx;
use crate::observe::Callee;
use crate::provider::finish::{Ceiling, save_to_its_end};
use crate::provider::{Kind, Provider};
use crate::remote::policy::ImportPolicy;
use crate::remote::wire::token::Token;
use crate::remote::wire::transport::Transport;
use crate::types::Type;

/// Where an instance moves to: another runtime, and the way there and back.
///
/// On the other side, [`Runtime::receive_move`] does what is to be done. How the recipe and the state get there is up to the implementation; both are
/// bytes, `recipe.to_string()` and the state itself. The recipe has secrets in it.
pub trait Destination: Send {
    /// How the instance is called once it is there.
    type Transport: Transport;

    /// Has the instance made at the destination, with this state, or from its beginning for `None`. It must not be called there by anybody else
    /// before this has returned.
    ///
    /// If it fails, or its future is dropped, what was made there by then is to go.
    fn receive(
        &mut self,
        recipe: &Recipe,
        state: Option<&[u8]>,
    ) -> impl Future<Output = Result<Arrival<Self::Transport>, Problem>> + Send;

    /// Tells that the instance of these tokens, which [`receive`](Destination::receive) has given, is not used after all, and is to go:
    /// [`Runtime::abandon_move`] does that. It is called where the move fails after all, and must not wait.
    fn abandon(&mut self, tokens: &[Token]);
}

/// An instance that has arrived at its destination.
#[derive(Clone, Debug)]
pub struct Arrival<T> {
    /// The tokens of its exports, in the order of [`Recipe::exports`], as [`Received::tokens`] has them.
    pub tokens: Vec<Token>,
    /// The way to it.
    pub transport: T,
}

/// An instance that has moved.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Moved {
    /// What has become of what it kept in memory.
    pub state: State,
    /// The epoch of the new one.
    pub epoch: u64,
    /// The handles by which the new one is reached from here, one for each export.
    pub remotes: Vec<Instance>,
    /// By what the new one reaches what the old one was wired to. They are to be [revoked](Runtime::revoke) when the new one is gone.
    pub tokens: Vec<Token>,
}

/// What has become of an instance's memory when it moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Its app has saved it, in so many bytes, and loaded it again.
    Carried(usize),
    /// It is gone, as was asked for.
    Lost,
    /// There was none: nothing is kept from one call to the next, or it was lost before by a fault.
    None,
}

/// A move that is about to be made. Awaiting it makes the move. It needs the feature `engine`.
///
/// 1. New calls are made to wait, and those that run come to their end.
/// 2. The app saves its state if it exports `isorun:state/snapshot`, under the runtime's default [`Budget`](crate::Budget), also for what it calls
///    meanwhile.
/// 3. The [`Destination`] makes the instance anew, with an [epoch](Instance::epoch) that is one more, and loads the state.
/// 4. One message is sent to each of its exports, to see that they can be called.
/// 5. The instance is [replaced](super::Replace) by those: it is a forwarder from now on, and the calls that waited go on at the other side. Remove
///    it, and then [`Moved::remotes`], when nothing uses it any more.
///
/// What is exported and imported for the move is so under the default policies: see [`ExportPolicy`](crate::remote::ExportPolicy) for what calls get at most.
///
/// What a [`Serial`](crate::Reuse::Serial) instance keeps in memory does not move by itself: without `isorun:state/snapshot` the move is refused unless
/// [`losing_state`](Relocate::losing_state) is said. [`Moved::state`] tells what has become of it. A [`Pool`](crate::Reuse::Pool) keeps nothing but
/// caches, and a [`Fresh`](crate::Reuse::Fresh) instance nothing.
///
/// # Errors
///
/// [`MoveError`] says at which step. After it the instance is as it was, calls go on here, and the destination was told to let go of what it has made.
/// If the app traps in `save`, it has lost its memory like after any trap.
///
/// # Cancel safety
///
/// Dropping the future is like an error. If it is dropped while the app saves its state, that goes on to its end as a task of the tokio
/// runtime, where there is one, and calls wait for it; without tokio it is stopped, and the memory is lost.
#[must_use = "an instance moves when this is awaited"]
#[derive(Debug)]
pub struct Relocate<'d, D> {
    runtime: Runtime,
    instance: Instance,
    destination: &'d mut D,
    losing: bool,
}

impl Runtime {
    /// Begins to move an app's instance to another runtime; see [`Relocate`].
    pub fn relocate<'d, D: Destination>(&self, instance: &Instance, destination: &'d mut D) -> Relocate<'d, D> {
        Relocate { runtime: self.clone(), instance: instance.clone(), destination, losing: false }
    }
}

impl<D: Destination> Relocate<'_, D> {
    /// Moves the instance also if its app cannot save its state, which is lost then.
    pub fn losing_state(mut self) -> Self {
        self.losing = true;
        self
    }

    async fn make(self) -> Result<Moved, MoveError> {
        let Relocate { runtime, instance, destination, losing } = self;
        let (name, provider) = (|| instance.name().to_string(), instance.provider());
        let (guest, behind) = runtime.replaceable(&instance)?;
        if guest.is_forwarder() {
            return Err(ReplaceError::NotAnApp { instance: name() }.into());
        }
        let keeps = guest.stores.policy().reuse == Reuse::Serial;
        let save = function_of(&provider.exports(), &save()).filter(|_| keeps);
        if keeps && save.is_none() && !losing {
            return Err(MoveError::NoSnapshot { instance: name() });
        }
        let in_progress = || ReplaceError::InProgress { instance: name() };
        let mut suspended = guest.stores.suspend().ok_or_else(in_progress)?;
        if guest.stores.model().is_none_or(|now| !now.is(&behind)) {
            return Err(in_progress().into());
        }
        suspended.idle().await;
        if let Some(cause) = guest.stores.poison() {
            return Err(MoveError::Poisoned { instance: name(), cause });
        }
        let has_memory = keeps && guest.stores.has_rest();
        let state = match save.filter(|_| has_memory) {
            Some(save) => Some(runtime.save(&instance, save).await?),
            None => None,
        };
        let mut exported = Exported { runtime: &runtime, tokens: Vec::new() };
        let mut recipe = runtime.recipe(&instance)?;
        exported.tokens.extend(recipe.tokens());
        recipe.epoch = recipe.epoch.saturating_add(1);
        let arrived = destination.receive(&recipe, state.as_deref()).await;
        let Arrival { tokens, transport } =
            arrived.map_err(|why| MoveError::Destination { instance: name(), why: why.to_string() })?;
        let mut left = Left { destination, tokens };
        let exports = exports_of(&provider.exports(), &recipe);
        let (wanted, found) = (recipe.exports.len(), left.tokens.len());
        if wanted != found || wanted != exports.len() {
            return Err(MoveError::Tokens { instance: name(), wanted, found });
        }
        let transport = Arc::new(transport);
        let mut imported = Imported { runtime: &runtime, remotes: Vec::new() };
        for (export, token) in exports.iter().zip(&left.tokens) {
            let answered = runtime.ask(export.interface(), *token, shared(&transport)).await;
            answered.map_err(|cause| MoveError::Unreachable { instance: name(), cause })?;
            imported.remotes.push(runtime.import_export(export, *token, shared(&transport)));
        }
        let behind = Behind::Other(Arc::new(forward(&instance, &imported.remotes)?));
        let by = format!("{} of epoch {}", name(), recipe.epoch);
        runtime.swap(provider, &suspended, (Newcomer::Instance(&by), None), (behind, None))?;
        left.tokens.clear();
        let state = match (state, has_memory) {
            (Some(state), _) => State::Carried(state.len()),
            (None, true) => State::Lost,
            (None, false) => State::None,
        };
        let (remotes, tokens) = (std::mem::take(&mut imported.remotes), std::mem::take(&mut exported.tokens));
        Ok(Moved { state, epoch: recipe.epoch, remotes, tokens })
    }
}

impl<'d, D: Destination> IntoFuture for Relocate<'d, D> {
    type Output = Result<Moved, MoveError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'd>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

impl Runtime {
    /// Has the app of an instance save its state, while nobody else calls it.
    async fn save(&self, instance: &Instance, save: FuncIndex) -> Result<Vec<u8>, MoveError> {
        let (provider, budget, name) = (instance.provider(), self.limits().budget, || instance.name().to_string());
        let cx = Cx::first(&budget, &Grant::default());
        let ceiling = Ceiling { fuel: budget.fuel, time: budget.time };
        let called = {
            let call = pin!(save_to_its_end(provider, ceiling, &cx, save));
            until(cx.end(), provider.slice(), call).await
        };
        let late = |deadline| CallError::late(deadline, provider.name().clone(), provider.label(save), None);
        let saved: Called<Result<Vec<u8>, String>> = match called {
            Ok(Ok(ImageResult { image, .. })) => decode(image.as_bytes()).map_err(CallError::from),
            Ok(Err(error)) => Err(*error),
            Err(deadline) => Err(late(deadline)),
        };
        match saved {
            Ok(Ok(state)) => Ok(state),
            Ok(Err(why)) => Err(MoveError::SaveRefused { instance: name(), why }),
            Err(cause) => Err(MoveError::Save { instance: name(), cause }),
        }
    }

    /// Asks an export for a function that no interface has, to see whether anybody answers there.
    async fn ask(&self, of: &Interface, token: Token, transport: impl Transport) -> Called<()> {
        let name = of.name().to_string();
        let asked = interface(&name, [function("isorun-is-anybody-there", Vec::<(&str, Type)>::new(), None)]);
        let remote = self.remote(&asked, (token, transport), &ImportPolicy::default());
        let payer = Arc::new(Payer::new(format!("remote {name}").into(), self.mark()));
        let provider: Arc<Provider> = self.make(0, payer, Exports::one(asked), Kind::Remote(Box::new(remote)));
        let answer = by_image(&provider, &None, FuncIndex(0), Image::from_bytes(Vec::new())).await;
        match answer {
            Err(CallError::Remote(RemoteError::Refused { status: Status::UnknownFunction, .. })) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(CallError::system("the other side answers for a function that is not there")),
        }
    }

    /// Makes a handle of something behind a transport that exports this.
    fn import_export(&self, export: &Export, token: Token, transport: impl Transport) -> Instance {
        let remote = self.remote(export.interface(), (token, transport), &ImportPolicy::default());
        let name = format!("remote {}", export.interface().name().interface());
        self.admit(&name, Exports::new(vec![export.clone()]), Kind::Remote(Box::new(remote)))
    }
}

/// Exports of this runtime that end where a move fails.
struct Exported<'a> {
    runtime: &'a Runtime,
    tokens: Vec<Token>,
}

impl Drop for Exported<'_> {
    fn drop(&mut self) {
        self.tokens.iter().for_each(|token| {
            self.runtime.withdraw(token);
        });
    }
}

/// What was made at the destination, and goes where a move fails.
struct Left<'d, D: Destination> {
    destination: &'d mut D,
    tokens: Vec<Token>,
}

impl<D: Destination> Drop for Left<'_, D> {
    fn drop(&mut self) {
        if !self.tokens.is_empty() {
            self.destination.abandon(&self.tokens);
        }
    }
}

/// Remotes that go where a move fails.
struct Imported<'a> {
    runtime: &'a Runtime,
    remotes: Vec<Instance>,
}

impl Drop for Imported<'_> {
    fn drop(&mut self) {
        for remote in &self.remotes {
            let _ = self.runtime.remove(remote);
        }
        let_go(std::mem::take(&mut self.remotes));
    }
}

/// One transport for several remotes.
fn shared<T: Transport>(transport: &Arc<T>) -> impl Transport + use<T> {
    let transport = transport.clone();
    move |message: Vec<u8>| {
        let transport = transport.clone();
        async move { transport.call(message).await }
    }
}

/// The interface by which an app saves and loads its state.
const SNAPSHOT: &str = "isorun:state/snapshot@0.1.0";

/// `save: func() -> result<list<u8>, string>`
fn save() -> Function {
    let result = Type::result(Some(Type::list(Type::U8)), Some(Type::String));
    function("save", Vec::<(&str, Type)>::new(), Some(result))
}

/// `load: func(state: list<u8>) -> result<_, string>`
fn load() -> Function {
    function("load", [("state", Type::list(Type::U8))], Some(Type::result(None, Some(Type::String))))
}

/// Where a function of the snapshot interface is among these exports.
fn function_of(exports: &Exports, wanted: &Function) -> Option<FuncIndex> {
    match exports.indices(&interface(SNAPSHOT, [wanted.clone()]), [wanted]) {
        Served::One(Ok(found)) => found.first().copied(),
        _ => None,
    }
}

/// The exports that a recipe names, in its order.
fn exports_of(exports: &Exports, recipe: &Recipe) -> Vec<Export> {
    let named = |name: &String| exports.list().iter().find(|export| export.name() == name);
    recipe.exports.iter().filter_map(named).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_is_that_of_its_file() {
        let read = Interface::from_wit(include_str!("../../../wit/state/state.wit")).unwrap();
        assert_eq!(read[0], interface(SNAPSHOT, [save(), load()]));
    }
}
