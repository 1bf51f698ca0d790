//! What a runtime lets peers call.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use foldhash::fast::RandomState;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::export::{Export, Exported, check};
use super::policy::{ExportPolicy, Revoke};
use super::wire::token::Token;
use crate::call::target::Target;
use crate::error::instance::ExportError;
#[cfg(feature = "engine")]
use crate::instance::Instance;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::limits::settings::Settings;
use crate::provider::Provider;
use crate::random::Random;

/// What a runtime lets peers call.
#[derive(Default)]
pub(crate) struct ExportTable {
    /// No peer chooses the keys, so the hash is a fast one.
    exports: RwLock<HashMap<Token, Arc<Export>, RandomState>>,
    /// How many there are when those that are over are next looked for.
    sweep: AtomicUsize,
}

/// From what a runtime makes tokens.
pub(crate) struct Tokens<'a> {
    pub(crate) random: &'a Random,
    /// What the tokens of names are made with, if the runtime was given a secret.
    pub(crate) secret: Option<&'a [u8; 32]>,
}

impl ExportTable {
    /// Makes an export of what `target` has of an interface. Nothing is locked, since a system's factory may run.
    pub(crate) fn make(
        &self,
        interface: &Interface,
        target: Target,
        policy: &ExportPolicy,
        (tokens, limits): (Tokens<'_>, &Settings),
    ) -> Result<Arc<Export>, ExportError> {
        check(interface, policy)?;
        drop(self.take_over());
        let token = tokens.token(interface, policy)?;
        Ok(Arc::new(Export::new(token, interface, target, policy, limits)))
    }

    /// Lets peers call an export from now on. Gives one that is over and had the same token, to be dropped where nothing is locked.
    pub(crate) fn add(&self, export: &Arc<Export>) -> Result<Option<Arc<Export>>, ExportError> {
        let mut exports = self.exports.write().unwrap_or_else(PoisonError::into_inner);
        match exports.entry(export.token) {
            Entry::Vacant(entry) => {
                entry.insert(export.clone());
                Ok(None)
            }
            Entry::Occupied(mut entry) if entry.get().is_over() => Ok(Some(entry.insert(export.clone()))),
            Entry::Occupied(_) => {
                let name = export.name.as_deref().unwrap_or_default().into();
                Err(ExportError::NameTaken { name, interface: export.interface.name().to_string() })
            }
        }
    }

    /// The export of a token. It is a copy, so that the table is not locked while a peer's message is looked at.
    pub(crate) fn get(&self, token: &Token) -> Option<Arc<Export>> {
        let export = self.exports.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned();
        export.filter(|export| !export.is_over())
    }

    /// Ends an export. New calls find nothing from the first poll on.
    pub(crate) async fn revoke(&self, token: &Token, how: Revoke) -> bool {
        let Some(export) = self.take(token) else { return false };
        match how {
            Revoke::New => {}
            Revoke::Drain => export.idle().await,
            Revoke::Stop => {
                export.stop();
                export.idle().await;
            }
        }
        true
    }

    /// Ends an export, and lets what has come go on.
    pub(crate) fn withdraw(&self, token: &Token) {
        drop(self.take(token));
    }

    /// What is exported under a token of which this is true.
    #[cfg(feature = "engine")]
    pub(crate) fn find_exported(&self, is_meant: impl Fn(&Token) -> bool) -> Option<Instance> {
        let exports = self.exports.read().unwrap_or_else(PoisonError::into_inner);
        let (_, export) = exports.iter().find(|(token, export)| is_meant(token) && !export.is_over())?;
        Some(Instance::reaching(export.target.provider().clone(), Some(export.served_functions().into())))
    }

    /// Takes out those that are over, each time that there are twice as many as the last time: so adding one takes no longer where there are many.
    fn take_over(&self) -> Vec<Arc<Export>> {
        let mut exports = self.exports.write().unwrap_or_else(PoisonError::into_inner);
        if exports.len() < self.sweep.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let over = exports.extract_if(|_, export| export.is_over()).map(|(_, export)| export).collect();
        self.sweep.store(2 * exports.len() + 64, Ordering::Relaxed);
        over
    }

    /// Takes an export out. It holds a handle, which is dropped after the lock.
    fn take(&self, token: &Token) -> Option<Arc<Export>> {
        let export = self.exports.write().unwrap_or_else(PoisonError::into_inner).remove(token);
        export.inspect(|export| export.end())
    }

    /// All exports, in the order of their interfaces and names.
    pub(crate) fn all(&self) -> Vec<Exported> {
        let exports: Vec<_> = self.exports.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        let mut exports: Vec<_> =
            exports.iter().filter(|export| !export.is_over()).map(|export| export.describe()).collect();
        exports.sort_by(|one, other| {
            let key = |export: &Exported| (export.interface.to_string(), export.name.clone(), export.token);
            key(one).cmp(&key(other))
        });
        exports
    }

    /// The exports of an instance: each as text for messages, its interface, and the instance's functions.
    pub(crate) fn of(&self, provider: &Arc<Provider>) -> Vec<(String, Interface, Arc<[FuncIndex]>)> {
        let exports = self.exports.read().unwrap_or_else(PoisonError::into_inner);
        let exports = exports.values().filter(|export| Arc::ptr_eq(export.provider(), provider) && !export.is_over());
        let mut exports: Vec<_> = exports
            .map(|export| {
                let by = format!("an export of {}", export.interface.name());
                (by, export.interface.clone(), export.target.functions().clone())
            })
            .collect();
        // One interface may be exported under several tokens, and more of it under one than under another.
        exports.sort_by(|one, other| one.0.cmp(&other.0));
        exports.dedup();
        exports
    }
}

impl Tokens<'_> {
    /// The token of a name, or a random one.
    fn token(&self, interface: &Interface, policy: &ExportPolicy) -> Result<Token, ExportError> {
        let Some(name) = &policy.name else { return Ok(Token::from_bytes(self.random.bytes())) };
        let Some(secret) = self.secret else { return Err(ExportError::NoSecret { name: name.to_string() }) };
        let mut only: Vec<&str> = policy.only.iter().flatten().map(String::as_str).collect();
        only.sort_unstable();
        only.dedup();
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret).map_err(|_| ExportError::NoSecret { name: name.to_string() })?;
        // Each part has its length before it, so that no two lists of parts are the same bytes.
        let interface = interface.name().on_track();
        let served = [if policy.only.is_some() { "only" } else { "all" }];
        for part in ["isorun export 1", name, &interface].into_iter().chain(served).chain(only) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Ok(Token::from_bytes(bytes))
    }
}
