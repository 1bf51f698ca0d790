//! Names inside types.

use std::sync::Arc;

/// The name of a field, case or flag.
pub type Label = Arc<str>;
