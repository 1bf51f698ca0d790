//! Systems to put behind handles, and the shortest way from one runtime to another.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use isorun::{Cx, Runtime, Transport, TransportError};

use crate::kv;

/// A store that knows whose it is.
#[derive(Default)]
pub(crate) struct Store {
    owner: String,
    values: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Store {
    pub(crate) fn of(owner: &str) -> Store {
        Store { owner: owner.into(), ..Store::default() }
    }

    fn values(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[isorun::system]
impl kv::Kv for Store {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
        match key {
            "" => Err(kv::Error::InvalidKey("the key is empty".into())),
            "owner" => Ok(Some(self.owner.clone().into())),
            key => Ok(self.values().get(key).cloned()),
        }
    }

    async fn set(&self, key: String, value: &[u8]) -> Result<(), kv::Error> {
        self.values().insert(key, value.into());
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<bool, kv::Error> {
        Ok(self.values().remove(key).is_some())
    }

    /// The names of the keys, and of who asks: a system sees its caller.
    fn keys(&self, cx: &Cx, prefix: &str) -> Result<Vec<String>, kv::Error> {
        let found = self.values().keys().filter(|key| key.starts_with(prefix)).cloned().collect::<Vec<_>>();
        Ok(found.into_iter().chain(cx.caller().map(|caller| format!("for {caller}"))).collect())
    }
}

/// A store that never answers a `get`, panics in `set`, refuses to `delete`, and gives as keys what its caller has left of fuel and memory.
pub(crate) struct Broken;

#[isorun::system]
impl kv::Kv for Broken {
    async fn get(&self, _key: &str) -> Result<Option<Vec<u8>>, kv::Error> {
        std::future::pending().await
    }

    fn set(&self, _key: &str, _value: &[u8]) -> Result<(), kv::Error> {
        panic!("the disk is on fire")
    }

    fn delete(&self, _key: &str) -> isorun::Result<Result<bool, kv::Error>> {
        Err(isorun::CallError::System(std::sync::Arc::new(std::fmt::Error)))
    }

    fn keys(&self, cx: &Cx, _prefix: &str) -> Result<Vec<String>, kv::Error> {
        Ok(vec![cx.fuel().to_string(), cx.memory().to_string()])
    }
}

/// The answers of another runtime, without a network between.
pub(crate) fn link_to(runtime: &Runtime) -> impl Transport + Clone + use<> {
    let runtime = runtime.clone();
    move |message: Vec<u8>| {
        let runtime = runtime.clone();
        async move { runtime.serve(&message).await.ok_or_else(|| TransportError::Lost("it has no answer".into())) }
    }
}
