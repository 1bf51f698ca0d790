//! Looking at a component without a runtime.

use std::fmt;
use std::sync::Arc;

use wasmparser::WasmFeatures;

use super::item::{Item, Kind};
use super::{Outline, Sizes, read};
pub use crate::error::inspect::InspectError;
pub use crate::error::toolchain::Toolchain;
pub use crate::error::wasi::WasiReason;
use crate::interface::function::Function;
use crate::limits::app::AppLimits;
use crate::text::{count, printable, signature};

/// Reads what a component imports, what it exports and how large it is. Nothing is compiled, and nothing is registered.
///
/// This also reads components that no runtime accepts, so that one can see why. Of a name that is longer than 1024 bytes it gives the beginning. A component that can be read is not necessarily valid,
/// since the bodies of its functions are not checked.
///
/// ```
/// # let component: &[u8] = b"\0asm\x0d\0\x01\0";
/// let inspection = isorun::inspect(component)?;
/// for import in inspection.imports() {
///     match import.wasi() {
///         Some(reason) => println!("{}: {reason}", import.name()),
///         None => println!("{}", import.name()),
///     }
/// }
/// assert_eq!(inspection.modules(), 0);
/// # Ok::<(), isorun::inspect::InspectError>(())
/// ```
///
/// # Errors
///
/// [`InspectError::NotAComponent`] with what the bytes are instead; [`InspectError::TooMuch`] if they mean more than the defaults of
/// [`AppLimits`] let an app mean; [`InspectError::Invalid`] if they are damaged or cut off.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InspectError> {
    Ok(Inspection::of(read(bytes, WasmFeatures::all(), &AppLimits::default())?))
}

/// What a component imports and exports, and how large it is: what [`inspect`] found.
///
/// It displays as a text of several lines.
#[derive(Clone, Debug)]
pub struct Inspection {
    imports: Vec<Inspected>,
    exports: Vec<Inspected>,
    sizes: Sizes,
    toolchain: Option<Toolchain>,
}

impl Inspection {
    pub(crate) fn of(outline: Outline) -> Inspection {
        let Outline { imports, exports, sizes, needs: _, toolchain } = outline;
        let inspected = |items: Vec<Item>| items.into_iter().filter_map(Inspected::of).collect();
        Inspection { imports: inspected(imports), exports: inspected(exports), sizes, toolchain }
    }

    /// What it imports, in its own order.
    pub fn imports(&self) -> &[Inspected] {
        &self.imports
    }

    /// What it exports, in its own order.
    pub fn exports(&self) -> &[Inspected] {
        &self.exports
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.sizes.bytes
    }

    /// How many of its bytes are code of functions.
    pub fn code_size(&self) -> u64 {
        self.sizes.code
    }

    /// How many core modules it is made of, those of components inside it included.
    pub fn modules(&self) -> u32 {
        self.sizes.modules
    }

    /// What made it, if it says so in a way that is known.
    pub fn toolchain(&self) -> Option<Toolchain> {
        self.toolchain
    }

    /// The bytes of memory that its core modules begin with. Each module is counted once, however often the component makes use of it.
    pub fn initial_memory(&self) -> u64 {
        self.sizes.memory
    }
}

/// Something that a component imports or exports: an interface, as a rule.
#[derive(Clone, Debug)]
pub struct Inspected {
    name: Arc<str>,
    implements: Option<Arc<str>>,
    kind: &'static str,
    functions: Vec<InspectedFunction>,
    others: Vec<(Arc<str>, &'static str)>,
}

impl Inspected {
    /// `None` for a value type, which is shown where functions use it.
    fn of(Item { name, implements, kind }: Item) -> Option<Inspected> {
        let (functions, others) = (Vec::new(), Vec::new());
        let mut inspected = Inspected { name, implements, kind: "an interface", functions, others };
        match kind {
            Kind::Instance(items) => {
                for Item { name, kind, .. } in items.iter().cloned() {
                    match kind {
                        Kind::Function(signature) => inspected.functions.push(InspectedFunction { name, signature }),
                        Kind::Other(kind) => inspected.others.push((name, kind)),
                        Kind::Type | Kind::Instance(_) => {}
                    }
                }
            }
            Kind::Function(signature) => {
                inspected.kind = "a function";
                inspected.functions.push(InspectedFunction { name: inspected.name.clone(), signature });
            }
            Kind::Other(kind) => inspected.kind = kind,
            Kind::Type => return None,
        }
        Some(inspected)
    }

    /// Its name, as the component spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the interface that it is, if its own name is another one: `isorun:kv/kv` for `import primary: isorun:kv/kv`.
    pub fn implements(&self) -> Option<&str> {
        self.implements.as_deref()
    }

    /// What it is, in the words of the component model: `an interface`, `a function`, `a core module`.
    ///
    /// Only interfaces and functions can be wired.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The functions of an interface; or the function itself. An import has those that the component may call, and no others.
    pub fn functions(&self) -> &[InspectedFunction] {
        &self.functions
    }

    /// Items of the interface that are neither functions nor value types, each with what it is, such as `a resource`.
    pub fn others(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.others.iter().map(|(name, kind)| (&**name, *kind))
    }

    /// Why a component imports it, if it belongs to WASI.
    pub fn wasi(&self) -> Option<WasiReason> {
        WasiReason::of(self.implements().unwrap_or(&self.name))
    }
}

/// A function that a component imports or exports.
#[derive(Clone, Debug)]
pub struct InspectedFunction {
    name: Arc<str>,
    signature: Result<Function, String>,
}

impl InspectedFunction {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its parameters and result.
    ///
    /// # Errors
    ///
    /// The part of the signature that isorun does not support, such as a resource.
    pub fn signature(&self) -> Result<&Function, &str> {
        self.signature.as_ref().map_err(String::as_str)
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "component of {}: {} with {} of code, {} of memory at the start",
            bytes(self.size()),
            count(self.modules().into(), "core module"),
            bytes(self.code_size()),
            bytes(self.initial_memory()),
        )?;
        for (verb, items) in [("imports", &self.imports), ("exports", &self.exports)] {
            match items[..] {
                [] => write!(f, "\n{verb} nothing")?,
                _ => write!(f, "\n{verb}")?,
            }
            items.iter().try_for_each(|item| write!(f, "\n{item}"))?;
        }
        Ok(())
    }
}

impl fmt::Display for Inspected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = printable(&self.name);
        match (self.kind, &self.functions[..]) {
            ("an interface", _) => {
                write!(f, "  {name}")?;
                self.implements().map_or(Ok(()), |interface| write!(f, ": {}", printable(interface)))?;
            }
            // A function at the root is its own interface.
            ("a function", [function]) => return write!(f, "  {function}"),
            (kind, _) => write!(f, "  {name}: {kind}")?,
        }
        if let Some(reason) = self.wasi() {
            write!(f, "\n    why: {reason}")?;
        }
        for function in &self.functions {
            write!(f, "\n    {function}")?;
        }
        self.others.iter().try_for_each(|(name, kind)| write!(f, "\n    {}: not supported: {kind}", printable(name)))
    }
}

impl fmt::Display for InspectedFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signature() {
            Ok(function) => write!(f, "{}: {}", printable(&self.name), signature(function)),
            Err(what) => write!(f, "{}: not supported: {what}", printable(&self.name)),
        }
    }
}

fn bytes(number: u64) -> String {
    count(number, "byte")
}
