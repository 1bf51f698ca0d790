//! The other end of a move: an instance arrives.

use super::{function_of, load};
use crate::call::by_image;
use crate::error::call::{CallError, Result as Called};
use crate::error::instance::ExportError;
use crate::error::moving::ReceiveError;
use crate::image::decode::decode;
use crate::image::encode::encode_params;
use crate::instance::Instance;
use crate::provider::Kind;
use crate::remote::wire::token::Token;
use crate::runtime::Runtime;
use crate::runtime::rebuild::Resolver;
use crate::runtime::recipe::Recipe;

/// An instance that has arrived here.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// Its handle.
    pub instance: Instance,
    /// The tokens of its exports, in the order of [`Recipe::exports`].
    pub tokens: Vec<Token>,
}

impl Runtime {
    /// Does at the destination what a [move](Runtime::relocate) needs: makes the instance as [`rebuild`](Runtime::rebuild) does, has its app load the
    /// state if there is one, under the default [`Budget`](crate::Budget), and exports all that it exports.
    ///
    /// # Errors
    ///
    /// [`ReceiveError`]. After it nothing is left of what was made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn receive_move<R: Resolver>(
        &self,
        recipe: &Recipe,
        state: Option<&[u8]>,
        resolver: &mut R,
    ) -> Result<Received, ReceiveError> {
        let rebuilt = self.make_of(recipe, resolver).await?;
        let gone = || ExportError::Removed { instance: recipe.name.clone() };
        let instance = rebuilt.instance().ok_or_else(gone)?;
        if let Some(state) = state {
            load_into(instance, state).await?;
        }
        let mut exported = super::Exported { runtime: self, tokens: Vec::new() };
        for name in &recipe.exports {
            exported.tokens.push(self.export_named(instance, name)?);
        }
        let instance = rebuilt.keep().ok_or_else(gone)?;
        Ok(Received { instance, tokens: std::mem::take(&mut exported.tokens) })
    }

    /// Ends the exports of these tokens, which [`receive_move`](Runtime::receive_move) has made, and removes the instance and the remotes that were
    /// imported for it: for a move that has failed after all. What something else uses by now stays. Gives whether the instance is gone.
    pub fn abandon_move(&self, tokens: &[Token]) -> bool {
        let found = tokens.iter().find_map(|token| self.0.server.exports.find_exported(|other| other == token));
        tokens.iter().for_each(|token| {
            self.withdraw(token);
        });
        let Some(instance) = found else { return false };
        let behind = match instance.provider().kind() {
            Kind::Guest(guest) => guest.stores.model(),
            Kind::System(_) | Kind::Remote(_) => None,
        };
        let is_gone = self.remove(&instance).is_ok();
        let slots = behind.iter().filter(|_| is_gone).flat_map(|behind| behind.slots().iter());
        let remotes = slots.filter(|slot| matches!(slot.provider.kind(), Kind::Remote(_)));
        for remote in remotes {
            let _ = self.remove(&Instance::whole(remote.provider.clone()));
        }
        is_gone
    }

    /// Exports what an instance exports under this name.
    fn export_named(&self, instance: &Instance, name: &str) -> Result<Token, ExportError> {
        let exports = instance.provider().exports();
        let found = exports.list().iter().find(|export| export.name() == name);
        let export = found.ok_or_else(|| ExportError::NotExported {
            instance: instance.name().into(),
            interface: name.into(),
            exports: exports.names(),
        })?;
        // Of an interface under several names, only this one.
        let one = exports.all().filter(|(_, of, _)| of.name() == name).map(|(index, ..)| index).collect();
        self.export_interface(&Instance::reaching(instance.provider().clone(), Some(one)), export.interface())
    }
}

/// Has the app of an instance take over a state.
async fn load_into(instance: &Instance, state: &[u8]) -> Result<(), ReceiveError> {
    let (provider, name) = (instance.provider(), || instance.name().to_string());
    let function = function_of(&provider.exports(), &load());
    let function = function.ok_or_else(|| ReceiveError::NoSnapshot { instance: name() })?;
    let called: Called<Result<(), String>> = async {
        let image = by_image(provider, &None, function, encode_params(&(state, ()))?).await?;
        decode(image.as_bytes()).map_err(CallError::from)
    }
    .await;
    match called {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) => Err(ReceiveError::LoadRefused { instance: name(), why }),
        Err(cause) => Err(ReceiveError::Load { instance: name(), cause }),
    }
}
