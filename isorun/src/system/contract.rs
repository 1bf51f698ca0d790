//! The contract between a Rust type and a WIT interface, which `#[isorun::system]` fills in.

use crate::call::target::Target;
use crate::error::call::Result;
use crate::error::instance::ExportError;
use crate::image::bytes::Reach;
use crate::image::codec::Lower;
use crate::image::params::LiftParams;
use crate::instance::Instance;
use crate::interface::Interface;
use crate::limits::cx::Cx;
use crate::provider::system::BoxFuture;

/// An interface that this program was compiled with: the `Interface` type in a module made by
/// [`#[isorun::interface]`](crate::interface).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no interface",
    label = "not made by `#[isorun::interface]` or `#[isorun::system]`",
    note = "name the `Interface` of a generated module: `kv::Interface`"
)]
pub trait StaticInterface: Send + Sync + 'static {
    /// The typed caller of an instance that provides the interface.
    type Caller;

    /// The interface's name, functions and types.
    fn interface() -> &'static Interface;

    #[doc(hidden)]
    fn caller(target: Target) -> Self::Caller;
}

/// A Rust type that implements the interface `I`. Made by [`#[isorun::system]`](crate::system), not by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no system for `{I}`",
    label = "does not implement that interface",
    note = "put `#[isorun::system]` on `impl the_module::TheTrait for {Self} {{ .. }}`; a plain `impl` has no glue to guests"
)]
pub trait System<I: StaticInterface>: Send + Sync + Sized + 'static {
    #[doc(hidden)]
    fn functions<V: Functions<Self>>(visitor: &mut V);
}

/// Visits every function of a system: one visitor links guests to it, another calls it by image.
#[doc(hidden)]
pub trait Functions<T> {
    /// A function that answers at once.
    fn sync<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static;

    /// A function that answers at once and takes the context of the call, a [`Cx`].
    fn sync_cx<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, &Cx, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static;

    /// A function that may wait.
    fn asynchronous<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static;
}

/// What a method of a system may return: the function's WIT type, or [`Result`] of it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a method of a system cannot return `{Self}` here",
    label = "the WIT asks for `{R}`, or `isorun::Result` of it"
)]
pub trait IntoOutcome<R> {
    fn into_outcome(self) -> Result<R>;
}

impl<R> IntoOutcome<R> for R {
    fn into_outcome(self) -> Result<R> {
        Ok(self)
    }
}

impl<R> IntoOutcome<R> for Result<R> {
    fn into_outcome(self) -> Result<R> {
        self
    }
}

impl Instance {
    /// A typed caller for an interface that the instance exports.
    ///
    /// # Errors
    ///
    /// [`ExportError::NotExported`] if it does not export it, [`ExportError::Differs`] with both signatures of every function whose type
    /// differs, [`ExportError::Narrowed`] if the handle may not call all its functions, [`ExportError::Removed`] if the instance is removed.
    pub fn caller<I: StaticInterface>(&self) -> Result<I::Caller, ExportError> {
        self.target(I::interface()).map(I::caller)
    }
}
