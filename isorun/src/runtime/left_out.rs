//! The interfaces that were left out of WIT that was registered, so that who imports one is told why.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::wit::LeftOut;

/// Most of them that are remembered: texts come from strangers, and a reason is a courtesy.
const MOST: usize = 4096;

/// The first reason for each interface that was left out.
#[derive(Default)]
pub(crate) struct LeftOutInterfaces(RwLock<HashMap<String, String>>);

impl LeftOutInterfaces {
    pub(super) fn add(&self, left_out: &[LeftOut]) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for refused in left_out {
            if let Some(problem) = refused.problems().first()
                && (known.len() < MOST || known.contains_key(refused.interface()))
            {
                known.insert(refused.interface().to_owned(), problem.message.clone());
            }
        }
    }

    pub(super) fn reason(&self, interface: &str) -> Option<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(interface).cloned()
    }
}
