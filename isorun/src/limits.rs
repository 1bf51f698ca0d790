//! What a call may use, what an instance may hold, and what was used.
//!
//! A call's budget covers all calls that are made because of it: each nested call starts with what is left of it, and what it uses is
//! charged to the call that made it.

pub(crate) mod account;
pub(crate) mod admission;
pub(crate) mod app;
pub(crate) mod awaiting;
pub(crate) mod border;
pub(crate) mod bound;
pub(crate) mod budget;
pub(crate) mod chain;
pub(crate) mod cx;
pub(crate) mod deadline;
pub(crate) mod footprint;
pub(crate) mod held;
pub(crate) mod ledger;
pub(crate) mod limit;
pub(crate) mod places;
pub(crate) mod receipt;
pub(crate) mod settings;
pub(crate) mod slow;
pub(crate) mod tenancy;
pub(crate) mod trace;
pub(crate) mod tracer;

pub use crate::clock::Instant;
pub use app::{AppLimit, AppLimits, Exceeded};
pub use budget::Budget;
pub use cx::Cx;
pub use limit::{Amount, Ceiling, Limit, Scope};
pub use places::{Places, PlacesInUse, Shortage};
pub use receipt::Receipt;
pub use tenancy::TenantCounters;
pub use trace::{Omitted, Outcome, Trace};
