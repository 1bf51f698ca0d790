//! Adding an app: from a stranger's bytes, through all checks, to compiled code that can be instantiated.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Runtime;
use crate::app::App;
use crate::app::compile_worker::watch;
use crate::app::gate::Unfinished;
use crate::component;
use crate::component::allow::Allowed;
use crate::component::check::check;
use crate::error::app::AppError;
use crate::error::inspect::InspectError;
use crate::limits::app::{Exceeded, too_many_bytes};

/// An app that is about to be added: its name, its bytes, and what it may import. Awaiting it adds the app. It needs the feature `engine`.
///
/// The bytes may come from anyone. First it is counted what they mean, in one pass over them, and compared with the
/// [limits](crate::limits::AppLimits); then the component's types are compared with what is registered and allowed; only a component that fits
/// is compiled. None of its code runs.
///
/// What is imported and exported is bounded as WIT is: names of functions, parameters, fields and cases have at most 255 bytes, those of imports and
/// exports 1024; the instances of a component have at most 2^20 items together, and its functions 2^20 types, written out.
///
/// Reading and compiling take place off the async threads, at most [`max_compiles`](crate::RuntimeBuilder::max_compiles) of each at a time;
/// further apps wait for their turn. With a [code cache](crate::RuntimeBuilder::code_cache), bytes that were compiled before are not
/// compiled again.
///
/// It owns a copy of the bytes and all else that it needs, so it can also be spawned:
/// `tokio::spawn(runtime.add_app("notes", &bytes).into_future())`.
///
/// ```no_run
/// # async fn example(runtime: isorun::Runtime, upload: &[u8]) -> Result<(), isorun::AppError> {
/// let app = runtime.add_app("notes", upload).allow(["isorun:kv", "isorun:log/log@0.1.0"]).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// [`AppError::MalformedPattern`]; [`AppError::NameTaken`]; [`AppError::TooMuch`] with every limit that is exceeded; [`AppError::NotAComponent`] and
/// [`AppError::Invalid`] if the bytes are no component; [`AppError::Mismatch`] with every import and export that does not fit. The compiler
/// can find two more errors: [`AppError::Invalid`], if a function's body is wrong, and [`AppError::TooLarge`]. Where a
/// [worker](crate::RuntimeBuilder::compile_in) compiles, it can also be stopped: [`AppError::CompileStopped`].
///
/// # Cancel safety
///
/// Dropping the future adds nothing. A compilation that has begun in this process cannot be stopped: it goes on in the background, counts as one
/// of the [`max_compiles`](crate::RuntimeBuilder::max_compiles) until its end, and its result is thrown away. A
/// [worker](crate::RuntimeBuilder::compile_in) is killed.
#[must_use = "an app is added when this is awaited"]
pub struct AddApp {
    runtime: Runtime,
    name: Arc<str>,
    /// The bytes, or only their number if there are too many.
    bytes: Result<Arc<[u8]>, Exceeded>,
    allow: Option<Vec<String>>,
}

impl Runtime {
    /// Begins to add an app: a component, whose imports and exports are compared with what is registered before it is compiled. None of
    /// its code runs. See [`AddApp`].
    pub fn add_app(&self, name: &str, bytes: &[u8]) -> AddApp {
        // Bytes that will be refused for their number are not copied first.
        let bytes = too_many_bytes(bytes.len(), &self.limits().app).map_or_else(|| Ok(bytes.into()), Err);
        AddApp { runtime: self.clone(), name: name.into(), bytes, allow: None }
    }
}

impl AddApp {
    /// Lets the app import what meets one of these patterns, and nothing else. Without it, an app may import everything registered.
    ///
    /// A pattern is a namespace `isorun:*`, a package `isorun:kv`, or an interface `isorun:kv/kv`. A package and an interface may have a
    /// version, `isorun:kv@0.1.0`, which stands for all versions that are compatible with it by semver. The plain name of an interface that the
    /// app's world defines in place, or of a function at its root, is a pattern for just that. Calling `allow` again adds patterns;
    /// `allow([""; 0])` allows nothing. An interface that has only types gives an app no way out, so it needs no permission.
    pub fn allow<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> AddApp {
        self.allow.get_or_insert_default().extend(patterns.into_iter().map(Into::into));
        self
    }

    async fn add(self) -> Result<App, AppError> {
        let AddApp { runtime, name, bytes, allow } = self;
        let gate = runtime.gate();
        let name = &*name;
        let malformed = |patterns| AppError::MalformedPattern { app: name.into(), patterns };
        let allowed = allow.map(|patterns| Allowed::parse(&patterns)).transpose().map_err(malformed)?;
        if runtime.has_app(name) {
            return Err(AppError::NameTaken { app: name.into() });
        }
        let bytes = bytes.map_err(|exceeded| AppError::TooMuch { app: name.into(), exceeded: vec![exceeded] })?;
        let (app, interfaces, read) = (name.to_string(), runtime.registered(), bytes.clone());
        let limits = runtime.limits().app;
        let checked = gate.checks.run(move || {
            let outline =
                component::read(&read, component::FEATURES, &limits).map_err(|error| AppError::of(&app, error))?;
            let checked = check(&app, &outline, &interfaces, allowed.as_ref())?;
            Ok::<_, AppError>((checked, Sha256::digest(&read).into()))
        });
        let (checked, sha256) = checked.await.unwrap_or_else(|end| Err(unfinished(name, end)))?;
        let (app, compiler) = (name.to_string(), gate.compiler(runtime.engine()));
        // Dropping this future drops `waits`, which ends a worker that compiles for it.
        let (waits, watch) = watch();
        let compiled = gate.compiles.run(move || compiler.compile(&app, &bytes, watch)).await;
        drop(waits);
        let given_up = || Unfinished::NotBegun("nobody waited for it".into());
        let compiled = compiled.and_then(|compiled| compiled.ok_or_else(given_up));
        let compiled = compiled.unwrap_or_else(|end| Err(unfinished(name, end)))?;
        let app = App::new(name, sha256, compiled, checked);
        let other = || Unfinished::Panicked("its exports are other ones than were read".into());
        let app = app.ok_or_else(|| unfinished(name, other()))?;
        match runtime.admit_app(&app) {
            true => Ok(app),
            false => Err(AppError::NameTaken { app: name.into() }),
        }
    }
}

/// The error of a check or compilation that ended without a result.
fn unfinished(app: &str, end: Unfinished) -> AppError {
    let (message, help) = match end {
        Unfinished::Panicked(message) => {
            (message, "try again; if it panics again, the component has found a bug in the compiler")
        }
        Unfinished::NotBegun(message) => (
            message,
            "add the app where threads can be started: in a tokio runtime that is not shutting down, or in none",
        ),
    };
    AppError::of(app, InspectError::Invalid { message, help: help.into() })
}

/// Shows the number of bytes instead of the bytes, of which there may be millions.
impl fmt::Debug for AddApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AddApp { runtime: _, name, bytes, allow } = self;
        let size = bytes.as_ref().map_or_else(|exceeded| exceeded.found, |bytes| bytes.len() as u64);
        f.debug_struct("AddApp").field("name", name).field("size", &size).field("allow", allow).finish()
    }
}

impl IntoFuture for AddApp {
    type Output = Result<App, AppError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.add())
    }
}
