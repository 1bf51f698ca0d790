//! Making an instance of a recipe.

use std::error::Error;
use std::future::Future;

use sha2::{Digest, Sha256};

use super::Runtime;
use super::recipe::{Recipe, Wire, origin};
use crate::app::App;
use crate::error::recipe::{RebuildError, RebuildProblem};
use crate::instance::Instance;
use crate::interface::name::InterfaceName;
use crate::interface::{Interface, interface};
use crate::remote::wire::transport::Transport;

/// What somebody else's code says of why it has not done something.
pub type Problem = Box<dyn Error + Send + Sync>;

/// Brings what a recipe only names: the bytes of an app, and the way to what its instance is wired to.
///
/// ```
/// use isorun::runtime::{Problem, Resolver, Wire};
/// use isorun::{Runtime, Transport, TransportError};
///
/// /// Takes apps from a folder, and reaches everything by way of one other runtime.
/// struct Folder(std::path::PathBuf, Runtime);
///
/// impl Resolver for Folder {
///     type Transport = Box<dyn Fn(Vec<u8>) -> Answer + Send + Sync>;
///
///     async fn app(&mut self, sha256: [u8; 32], _: &str) -> Result<Vec<u8>, Problem> {
///         let name: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
///         Ok(std::fs::read(self.0.join(name))?)
///     }
///
///     fn connect(&mut self, _: &Wire) -> Result<Self::Transport, Problem> {
///         let other = self.1.clone();
///         Ok(Box::new(move |message| {
///             let other = other.clone();
///             Box::pin(async move { other.call(message).await })
///         }))
///     }
/// }
///
/// type Answer = std::pin::Pin<Box<dyn Future<Output = Result<Vec<u8>, TransportError>> + Send>>;
/// ```
pub trait Resolver: Send {
    /// How what is not of this runtime is reached.
    type Transport: Transport;

    /// Brings the bytes of an app. It is not asked for one that was added already. Other bytes than those of the hash are refused.
    fn app(&mut self, sha256: [u8; 32], name: &str) -> impl Future<Output = Result<Vec<u8>, Problem>> + Send;

    /// Makes a transport to where the wire's token was exported. It is not asked for what this runtime has exported itself.
    fn connect(&mut self, wire: &Wire) -> Result<Self::Transport, Problem>;
}

/// What was made of a recipe. If it is dropped before it is kept, all of that goes.
pub(super) struct Rebuilt {
    runtime: Runtime,
    instance: Option<Instance>,
    remotes: Vec<Instance>,
    /// The app, if it was added for this.
    app: Option<App>,
}

impl Rebuilt {
    pub(super) fn keep(mut self) -> Option<Instance> {
        (self.remotes, self.app) = (Vec::new(), None);
        self.instance.take()
    }

    pub(super) fn instance(&self) -> Option<&Instance> {
        self.instance.as_ref()
    }
}

impl Drop for Rebuilt {
    fn drop(&mut self) {
        // What is in use by then stays: somebody else has found it by its name.
        for instance in self.instance.iter().chain(&self.remotes) {
            let _ = self.runtime.remove(instance);
        }
        if let Some(app) = &self.app {
            let _ = self.runtime.remove_app(app);
        }
    }
}

impl Runtime {
    /// Makes an instance of a recipe, which may come from another runtime.
    ///
    /// An app of the recipe's hash that was added already is used again; another is brought by the resolver and added. An import is wired directly to
    /// what this runtime has exported itself, be it that the recipe has its token, or that it had been imported where the recipe comes from.
    /// Everything else is [imported](Runtime::import) over a transport of the resolver's, with the types of the app's own imports. These remotes stay
    /// until they are removed, as the instance does.
    ///
    /// # Errors
    ///
    /// [`RebuildError`] with everything that is wrong. After it nothing is left of what was made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn rebuild<R: Resolver>(&self, recipe: &Recipe, resolver: &mut R) -> Result<Instance, RebuildError> {
        let rebuilt = self.make_of(recipe, resolver).await?;
        rebuilt.keep().ok_or_else(|| error(recipe, Vec::new()))
    }

    pub(super) async fn make_of<R: Resolver>(
        &self,
        recipe: &Recipe,
        resolver: &mut R,
    ) -> Result<Rebuilt, RebuildError> {
        let mut rebuilt = Rebuilt { runtime: self.clone(), instance: None, remotes: Vec::new(), app: None };
        let mut problems = Vec::new();
        let tenant = recipe
            .tenant
            .as_ref()
            .map(|tenant| self.find_tenant(tenant).ok_or_else(|| RebuildProblem::NoTenant { tenant: tenant.clone() }));
        let tenant = tenant.transpose().unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let app = match self.0.registry.app_of(&recipe.sha256) {
            Some(app) => Ok(app),
            None => self.bring(recipe, resolver).await.inspect(|app| rebuilt.app = Some(app.clone())),
        };
        let app = app.map_err(|problem| problems.push(problem)).ok();
        let mut given = Vec::new();
        for wire in &recipe.wires {
            match self.provider_of(wire, app.as_ref(), resolver) {
                Ok((instance, is_new)) => {
                    if is_new {
                        rebuilt.remotes.push(instance.clone());
                    }
                    given.push((wire, instance));
                }
                Err(why) => problems.push(RebuildProblem::Wire { import: wire.import.clone(), why }),
            }
        }
        let (Some(app), true) = (app, problems.is_empty()) else { return Err(error(recipe, problems)) };
        let mut instantiate = self
            .instantiate(&app)
            .named_like(&recipe.name)
            .epoch(recipe.epoch)
            .reuse(recipe.reuse)
            .restart(recipe.restart)
            .queue(recipe.queue)
            .min_fuel(recipe.min_fuel)
            .min_time(recipe.min_time)
            .on_give_up(recipe.give_up);
        for (wire, instance) in &given {
            let is_function = app.all_imports().iter().any(|one| one.name() == wire.import && one.is_function());
            instantiate = match &wire.functions[..] {
                [function] if is_function => instantiate.with_function(&wire.import, instance, function),
                _ => instantiate.with_named(&wire.import, instance),
            };
            if let Some(span) = wire.timeout {
                instantiate = instantiate.in_time(instance, span);
            }
        }
        instantiate = recipe.fuel.into_iter().fold(instantiate, |one, units| one.fuel(units));
        instantiate = recipe.memory.into_iter().fold(instantiate, |one, bytes| one.memory(bytes));
        instantiate = tenant.iter().fold(instantiate, |one, tenant| one.tenant(tenant));
        if recipe.pays_for_itself {
            instantiate = instantiate.pays_for_itself();
        }
        match instantiate.await {
            Ok(instance) => rebuilt.instance = Some(instance),
            Err(refused) => return Err(error(recipe, vec![RebuildProblem::Instantiate(refused)])),
        }
        Ok(rebuilt)
    }

    /// Adds the app of a recipe, under a name that is free.
    async fn bring<R: Resolver>(&self, recipe: &Recipe, resolver: &mut R) -> Result<App, RebuildProblem> {
        let name = recipe.app.as_str();
        let brought = resolver.app(recipe.sha256, name).await;
        let bytes = brought.map_err(|why| RebuildProblem::NoApp { app: name.into(), why: why.to_string() })?;
        if Sha256::digest(&bytes)[..] != recipe.sha256 {
            return Err(RebuildProblem::OtherApp { app: name.into() });
        }
        // A name that is taken meanwhile is reported, which is better than to compile again and again.
        let names = std::iter::once(name.to_string()).chain((2u64..).map(|number| format!("{name}-{number}")));
        let free = names.into_iter().find(|name| !self.has_app(name)).unwrap_or_default();
        self.add_app(&free, &bytes).await.map_err(RebuildProblem::App)
    }

    /// What an import is given, and whether it was made for that.
    fn provider_of<R: Resolver>(
        &self,
        wire: &Wire,
        app: Option<&App>,
        resolver: &mut R,
    ) -> Result<(Instance, bool), String> {
        let wanted = app.map(|app| interface_of(wire, app)).transpose()?;
        let exports = &self.0.server.exports;
        if let Some(own) = exports.find_exported(|token| *token == wire.token) {
            return Ok((own, false));
        }
        // Who was told an origin was given these functions, and no others.
        let is_origin = |token: &_| wire.origin.is_some_and(|wanted| wanted == origin(token, &wire.functions));
        if let Some(own) = exports.find_exported(is_origin) {
            return Ok((
                own.only(wire.functions.iter().map(String::as_str)).map_err(|error| error.to_string())?,
                false,
            ));
        }
        let transport = resolver.connect(wire).map_err(|why| why.to_string())?;
        let wanted = wanted.ok_or("its types are not known without the app")?;
        Ok((self.import_interface(&wanted, wire.token, transport), true))
    }
}

/// The interface of a wire's token, with the types of the app's import.
fn interface_of(wire: &Wire, app: &App) -> Result<Interface, String> {
    let import = app.all_imports().iter().find(|import| import.name() == wire.import);
    let import = import.ok_or("the app has no such import")?;
    let functions = import.interface().functions();
    match (functions, &wire.functions[..]) {
        ([function], [name]) if import.is_function() => {
            let is_name = wire.interface == InterfaceName::ROOT || wire.interface.parse::<InterfaceName>().is_ok();
            let named = || interface(&wire.interface, [function.renamed(name)]);
            is_name.then(named).ok_or_else(|| format!("`{}` is no name of an interface", wire.interface))
        }
        _ if import.is_function() => Err("it is one function, and is given another number of them".into()),
        _ if import.interface().name().to_string() != wire.interface => {
            Err(format!("it is of the interface `{}`, not `{}`", import.interface().name(), wire.interface))
        }
        _ => match functions.iter().find(|function| !wire.functions.iter().any(|name| name == function.name())) {
            Some(missing) => Err(format!("the function `{}` is not among what it is given", missing.name())),
            None => Ok(import.interface().clone()),
        },
    }
}

fn error(recipe: &Recipe, problems: Vec<RebuildProblem>) -> RebuildError {
    RebuildError { instance: recipe.name.clone(), problems }
}
