//! Which interfaces a runtime knows, and whether an app fits them.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::Runtime;
use crate::component;
use crate::component::inspect::Inspection;
use crate::error::app::AppError;
use crate::error::runtime::{Conflict, RegisterError};
use crate::interface::Interface;
use crate::interface::registered::Registered;
use crate::limits::app::too_many_bytes;
use crate::system::contract::StaticInterface;
use crate::wit::{Interfaces, LeftOut};

impl Runtime {
    /// Registers an interface that this program has Rust types for. Registering it again has no effect.
    ///
    /// Apps that import an interface can be added only when it is known, and what they export of it is compared with it then. Systems,
    /// callers and remotes bring their interface along and do not need this.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Conflict`] if an interface of that name and version is registered with other functions.
    pub fn register<I: StaticInterface>(&self) -> Result<Interface, RegisterError> {
        self.register_interface(I::interface())?;
        Ok(I::interface().clone())
    }

    /// Registers every interface of WIT that has functions and that isorun carries. This is for interfaces without Rust types in this program.
    ///
    /// WIT is a text, or a [`Source`](crate::wit::Source) with features. Strangers may send it: what is read, and within which limits, is said
    /// at [`Interface::from_wit`]. An interface that isorun does not carry is [left out](Interfaces::left_out) if others are registered, and
    /// an app that imports it is refused with the reason.
    ///
    /// ```
    /// use isorun::wit::Source;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = isorun::Runtime::new()?;
    /// let text = "package my:kv; interface kv { get: func(key: string); @unstable(feature = expiry) expire: func(key: string); }";
    /// let registered = runtime.register_wit(Source::text(text).features(["expiry"]))?;
    /// assert_eq!(registered[0].functions().len(), 2);
    /// assert!(registered.left_out().is_empty());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RegisterError::Wit`] with line and column if the text has mistakes or nothing of it can be registered;
    /// [`RegisterError::Conflict`] with every interface that is registered with other functions. After an error nothing of the text is registered.
    pub fn register_wit(&self, wit: impl Into<crate::wit::Source>) -> Result<Interfaces, RegisterError> {
        let read = Interface::from_wit(wit)?;
        self.register_all(&read, read.left_out())?;
        Ok(read)
    }

    /// As [`register_wit`](Runtime::register_wit), for a `.wit` file or a folder of them that is a package, with the packages in `deps/` that
    /// it uses. A relative path begins at the working directory.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = isorun::Runtime::new()?;
    /// let greeter = runtime.register_wit_path("tests/wit/greeter.wit")?;
    /// # assert_eq!(greeter.len(), 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`register_wit`](Runtime::register_wit); and [`RegisterError::Wit`] if there is no such file or it cannot be read.
    pub fn register_wit_path(&self, path: impl AsRef<Path>) -> Result<Interfaces, RegisterError> {
        self.register_wit(path.as_ref())
    }

    /// Registers an interface that is known as data: one that a component exports, or that was [read from text](Interface::from_wit).
    ///
    /// An interface with a plain name, which a world defines in place, and functions at the root of a world (named `$root`) need not be
    /// registered. If they are, all apps of this runtime are compared with them.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Conflict`] as for [`register`](Runtime::register).
    pub fn register_interface(&self, interface: &Interface) -> Result<(), RegisterError> {
        self.register_all(std::slice::from_ref(interface), &[])
    }

    fn register_all(&self, new: &[Interface], left_out: &[LeftOut]) -> Result<(), RegisterError> {
        let mut registered = self.0.interfaces.write().unwrap_or_else(PoisonError::into_inner);
        let compared = new.iter().map(|interface| (interface, registered.conflicts(interface)));
        let differing = compared.filter(|(_, differences)| !differences.is_empty());
        let conflicts: Vec<_> = differing.map(|(new, differences)| Conflict::new(new, differences)).collect();
        if !conflicts.is_empty() {
            return Err(RegisterError::Conflict(conflicts));
        }
        let registered = Arc::make_mut(&mut registered);
        new.iter().for_each(|interface| registered.add(interface));
        for refused in left_out {
            if let Some(problem) = refused.problems().first() {
                registered.leave_out(refused.interface(), &problem.message);
            }
        }
        Ok(())
    }

    /// The interfaces that are registered, in the order of their registration.
    pub fn interfaces(&self) -> Vec<Interface> {
        self.registered().list().to_vec()
    }

    pub(crate) fn registered(&self) -> Arc<Registered> {
        self.0.interfaces.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Compares a component with what is registered, as adding it would, and tells what it imports and exports. It is neither compiled nor
    /// added, and this needs no engine: for a tool that builds apps, or one that decides where an app may run. `name` is what errors call it.
    ///
    /// This takes as long as reading the types takes, and does not let other tasks run meanwhile.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let component: &[u8] = b"\0asm\x0d\0\x01\0";
    /// let runtime = isorun::Runtime::new()?;
    /// runtime.register_wit("package acme:shop; interface shop { buy: func(); }")?;
    /// let inspection = runtime.check_app("upload", component)?;
    /// assert!(inspection.imports().is_empty());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AppError::TooMuch`] with every limit that is exceeded; [`AppError::NotAComponent`] and [`AppError::Invalid`] if the bytes are no component;
    /// [`AppError::Mismatch`] with every import and export that does not fit. The bodies of functions are counted, not checked.
    pub fn check_app(&self, name: &str, bytes: &[u8]) -> Result<Inspection, AppError> {
        let limits = &self.0.limits.app;
        if let Some(exceeded) = too_many_bytes(bytes.len(), limits) {
            return Err(AppError::TooMuch { app: name.into(), exceeded: vec![exceeded] });
        }
        let outline = component::read(bytes, component::FEATURES, limits).map_err(|error| AppError::of(name, error))?;
        component::check::check(name, &outline, &self.registered(), None)?;
        Ok(Inspection::of(outline))
    }
}
