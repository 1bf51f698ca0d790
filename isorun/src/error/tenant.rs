//! Why a tenant is not made.

use crate::text::printable;

/// Why a tenant was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TenantError {
    /// There is a tenant of this name already.
    #[error(
        "there is a tenant named `{name}` already\n  help: get that one with `find_tenant`, remove it with `remove_tenant`, or choose another name",
        name = printable(name)
    )]
    NameTaken {
        /// The name.
        name: String,
    },
}
