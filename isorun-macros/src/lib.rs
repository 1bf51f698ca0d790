//! The attributes of [isorun](https://docs.rs/isorun): from a WIT file to Rust types, host trait, codec, typed caller and remote.
//!
//! Use them as `isorun::interface` and `isorun::system`; this crate is of no use without `isorun`.

mod args;
mod check;
mod diagnostics;
mod emit;
mod expand;
mod implementation;
mod model;
mod names;
mod nearest;
mod signature;
mod source;
#[cfg(test)]
mod tests;
mod written_down;

use proc_macro::TokenStream;

/// Generates the Rust side of one WIT interface into a module: its types, the host trait, `Interface`, `Caller`, and the
/// trait once more for `isorun::Remote<Interface>`.
///
/// ```ignore
/// #[isorun::interface("wit/kv.wit")]
/// pub mod kv {}
///
/// async fn read(store: &kv::Caller) -> isorun::Result<Option<Vec<u8>>> {
///     Ok(store.get("name").await?.unwrap_or_default())
/// }
/// ```
///
/// The path is relative to the root of the crate and names a `.wit` file or a folder that is a package; packages that are
/// used are looked for in `deps/` beside it. A file that is one of several of a package may be named alone: its folder is
/// read if the file does not resolve by itself. Without a path, `mod kv {}` means `wit/kv.wit`, or the folder `wit/kv/`.
///
/// # Options
///
/// | option | meaning |
/// | --- | --- |
/// | `interface = "ns:pkg/name@1.0.0"` | which interface, where there are several; the name alone will do if it is the only one. Without this option it is the one that is called like the module, or the only one. |
/// | `with("ns:pkg/types" = crate::types)` | types that come from that interface are those of that module, so that two modules share them |
/// | `derives(serde::Serialize, Eq)` | more derives for every record, variant, enum and flags type |
/// | `features("name")` | items behind `@unstable(feature = name)` that are wanted |
/// | `crate = path` | where `isorun` is, if not at `::isorun` |
///
/// # Names
///
/// Kebab case becomes Rust's case; a keyword gets a trailing `_` (`type_`), and names that would be equal get a number
/// (`Is64Bit`, `Is64Bit2`). A type that would be called `Interface`, `Caller` or like the trait gets the suffix `Type`; a trait that would be called `Interface` or `Caller`, the suffix `Trait`. A type
/// that the interface uses from another one has the name that the interface gives it; a type that is reached only
/// through another type has its own name, with the name of its interface in front if that is taken (`TypesError`).
///
/// A type is an error, with `Display` and `std::error::Error`, if a function of its package fails with it, or if its name
/// is or ends in `error` or `error-code`.
#[proc_macro_attribute]
pub fn interface(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::interface(args.into(), item.into(), &expand::Site::of_this_call()).into()
}

/// Makes a Rust type the system behind an interface, and checks the impl against the WIT.
///
/// ```ignore
/// #[isorun::system("wit/fs.wit")] // generates `pub mod fs` too; without a path the module exists already
/// impl fs::Fs for DiskFs {
///     fn size(&self, path: &str) -> Result<u64, fs::Error> { .. }
///     async fn read(&self, cx: &isorun::Cx, path: String) -> Result<Vec<u8>, fs::Error> { .. }
/// }
/// ```
///
/// A method takes `&self` and may be sync or async. It takes its arguments owned (`String`, `Vec<T>`, `Record`) or borrowed
/// (`&str`, `&[T]`, `&Record`, `Option<&str>`), each as it likes, and `cx: &isorun::Cx` first if it wants to know who calls.
/// It returns the WIT type, or `isorun::Result` of it if it can stop the caller.
///
/// The options are those of [`macro@interface`]. They belong to the attribute that has the path.
#[proc_macro_attribute]
pub fn system(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::system(args.into(), item.into(), &expand::Site::of_this_call()).into()
}

/// Where `#[isorun::system]` without a path meets the WIT: called by the `__system` macro of a generated module.
#[doc(hidden)]
#[proc_macro]
pub fn system_impl(input: TokenStream) -> TokenStream {
    expand::system_impl(input.into(), &expand::Site::of_this_call()).into()
}
