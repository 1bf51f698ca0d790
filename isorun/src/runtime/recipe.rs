//! What an instance is made from, as plain data with a text form: to make the same again somewhere else.

mod text;

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::Runtime;
use crate::error::recipe::{NotExported, RecipeError};
use crate::guest::forward::Behind;
use crate::guest::policy::{GiveUp, Restart, Reuse};
use crate::instance::Instance;
use crate::provider::Kind;
use crate::provider::finish::Ceiling;
use crate::provider::slot::Slot;
use crate::remote::wire::token::Token;

/// What an instance is made from: its app by its hash, what its imports are given, its policies and what its account has left. With it another
/// runtime can make the same: see [`Runtime::rebuild`].
///
/// # Secrets
///
/// It has a token for each thing that the instance is wired to, so who reads it may call what the instance may call. It is passed on like a
/// password. `Debug` hides them; `Display` writes them, because that is the form in which a recipe is passed on.
///
/// # Text form
///
/// One field a line, in this order, each with a `;` at its end, so that a line which was cut is seen to be. Names stand in quotes. A parser takes
/// exactly what `Display` writes, and its errors name the line. What the text leads with is the version of this form.
///
/// ```
/// use isorun::runtime::Recipe;
///
/// let text = r#"isorun recipe 1;
/// app "kv" 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08;
/// name "kv";
/// epoch 0;
/// reuse serial;
/// restart 5 within 60000000000 ns;
/// queue 256 calls;
/// min-fuel 0 units;
/// min-time 0 ns;
/// give-up cancel;
/// fuel none;
/// memory 16777216 bytes;
/// pays-for-itself no;
/// tenant none;
/// export "isorun:kv/kv@0.1.0";
/// wire "isorun:fs/fs@0.1.0" token 000102030405060708090a0b0c0d0e0f origin none timeout none interface "isorun:fs/fs@0.1.0" functions "read" "write";
/// end;
/// "#;
/// let recipe: Recipe = text.parse()?;
/// assert_eq!((recipe.name.as_str(), recipe.wires[0].functions.len()), ("kv", 2));
/// assert_eq!(recipe.to_string(), text);
/// # Ok::<(), isorun::error::ParseRecipeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipe {
    /// The app's name, by which it is added where it is not yet.
    pub app: String,
    /// The SHA-256 of the app's bytes.
    pub sha256: [u8; 32],
    /// The instance's name. Where that is taken, the new instance gets a number behind it.
    pub name: String,
    /// Its [epoch](Instance::epoch).
    pub epoch: u64,
    /// What is kept from one call to the next.
    pub reuse: Reuse,
    /// What happens after a fault.
    pub restart: Restart,
    /// How many calls may wait.
    pub queue: usize,
    /// Units of fuel that a call must bring along.
    pub min_fuel: u64,
    /// Time that a call must have left.
    pub min_time: Duration,
    /// What becomes of a call whose caller gives it up.
    pub give_up: GiveUp,
    /// Units of fuel that are left in its account; `None` if there is no limit.
    pub fuel: Option<u64>,
    /// Bytes that its stores may hold together; `None` if there is no limit.
    pub memory: Option<u64>,
    /// Whether it pays for what it does without those that call it.
    pub pays_for_itself: bool,
    /// The name of its tenant, which must exist where it is made anew.
    pub tenant: Option<String>,
    /// What it exports: the names of interfaces, as its component spells them.
    pub exports: Vec<String>,
    /// What its imports are given.
    pub wires: Vec<Wire>,
}

/// What one import is given.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wire {
    /// The import, as the component spells it.
    pub import: String,
    /// The right to call what it is given.
    pub token: Token,
    /// Tells the runtime that what is given is its own, if it was imported from there: then it is wired directly. It gives nobody a right to call.
    pub origin: Option<[u8; 16]>,
    /// How long the provider may take for one call.
    pub timeout: Option<Duration>,
    /// The interface of the token: that of the import, or `$root` for a function at the root of a world.
    pub interface: String,
    /// The functions that are used of it, and those that the token lets anyone call.
    pub functions: Vec<String>,
}

impl Runtime {
    /// The recipe of an app's instance. Each thing that it is wired to is exported for that: just the functions that the instance uses of it.
    ///
    /// Every call of this makes exports of its own, which keep what they export from being removed. [`Recipe::tokens`] gives what
    /// [`revoke`](Runtime::revoke) takes when the recipe, and what was made with it, is of no more use.
    ///
    /// # Errors
    ///
    /// [`RecipeError::NotAnApp`] if it is a system or remote, or was replaced by another instance; [`RecipeError::Wires`] with everything that cannot
    /// be exported; [`RecipeError::Foreign`] and [`RecipeError::Removed`]. After an error nothing is exported.
    ///
    /// ```no_run
    /// # async fn example(runtime: isorun::Runtime, kv: isorun::Instance) -> Result<(), Box<dyn std::error::Error>> {
    /// let recipe = runtime.recipe(&kv)?;
    /// std::fs::write("kv.recipe", recipe.to_string())?;
    /// # Ok(()) }
    /// ```
    pub fn recipe(&self, instance: &Instance) -> Result<Recipe, RecipeError> {
        let name = || instance.name().to_string();
        if !self.owns(instance) {
            return Err(RecipeError::Foreign { instance: name() });
        }
        let provider = instance.provider();
        let Kind::Guest(guest) = provider.kind() else {
            return Err(RecipeError::NotAnApp { instance: name() });
        };
        let prototype = match guest.stores.model() {
            Some(Behind::App(prototype)) => prototype,
            Some(Behind::Other(_)) => return Err(RecipeError::NotAnApp { instance: name() }),
            None => return Err(RecipeError::Removed { instance: name() }),
        };
        let app = self.app(&prototype.app).ok_or_else(|| RecipeError::Removed { instance: name() })?;
        let (payer, policy) = (provider.payer(), guest.stores.policy());
        let mut recipe = Recipe {
            app: app.name().into(),
            sha256: app.sha256(),
            name: name(),
            epoch: payer.epoch.load(Ordering::Relaxed),
            reuse: policy.reuse,
            restart: policy.restart,
            queue: policy.queue,
            min_fuel: policy.floor.fuel,
            min_time: policy.floor.time,
            give_up: match policy.ceiling {
                Some(Ceiling { fuel, time }) => GiveUp::Finish { fuel, time },
                None => GiveUp::Cancel,
            },
            fuel: payer.account.fuel(),
            memory: payer.account.memory(),
            pays_for_itself: payer.alone,
            tenant: payer.tenant.as_ref().map(|tenant| tenant.name.to_string()),
            exports: app.exports().iter().map(|export| export.name().to_string()).collect(),
            wires: Vec::new(),
        };
        let mut problems = Vec::new();
        for slot in &*prototype.slots {
            match self.wire_of(slot) {
                Ok(wire) => recipe.wires.push(wire),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            recipe.tokens().for_each(|token| {
                self.withdraw(&token);
            });
            return Err(RecipeError::Wires { instance: name(), problems });
        }
        Ok(recipe)
    }

    /// Exports what an import is given.
    fn wire_of(&self, slot: &Slot) -> Result<Wire, NotExported> {
        let import = slot.part.import.name().to_string();
        let handle = Instance::reaching(slot.provider.clone(), slot.reach.clone());
        let token = self.export_interface(&handle, &slot.part.uses);
        let token = token.map_err(|error| NotExported { import: import.clone(), error })?;
        let functions = slot.part.uses.functions().iter().map(|function| function.name().to_string());
        let functions: Vec<_> = functions.collect();
        let origin = match slot.provider.kind() {
            Kind::Remote(remote) => Some(origin(&remote.token(), &functions)),
            Kind::System(_) | Kind::Guest(_) => None,
        };
        Ok(Wire {
            import,
            token,
            origin,
            timeout: slot.timeout,
            interface: slot.part.uses.name().to_string(),
            functions,
        })
    }
}

impl Recipe {
    /// The tokens of what the instance is wired to.
    pub fn tokens(&self) -> impl Iterator<Item = Token> {
        self.wires.iter().map(|wire| wire.token)
    }
}

/// By what the runtime that has exported a token knows that it was its own, and for which functions somebody who has it has written a recipe. The token
/// cannot be told from it.
pub(super) fn origin(token: &Token, functions: &[String]) -> [u8; 16] {
    let mut functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    functions.sort_unstable();
    let hash = Sha256::new().chain_update("isorun origin").chain_update(token.to_bytes());
    // No name has a line break in it.
    let hash = functions.iter().fold(hash, |hash, name| hash.chain_update(name).chain_update("\n")).finalize();
    let mut origin = [0; 16];
    origin.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    origin
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipe")
            .field("app", &self.app)
            .field("name", &self.name)
            .field("epoch", &self.epoch)
            .field("wires", &self.wires)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("import", &self.import)
            .field("token", &self.token)
            .field("interface", &self.interface)
            .field("functions", &self.functions)
            .finish_non_exhaustive()
    }
}
