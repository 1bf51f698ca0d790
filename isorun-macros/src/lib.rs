//! The attributes of [isorun](https://docs.rs/isorun): from a WIT file to Rust types, host trait, codec, typed caller and remote.
//!
//! Use them as [`isorun::interface`](https://docs.rs/isorun/latest/isorun/attr.interface.html) and
//! [`isorun::system`](https://docs.rs/isorun/latest/isorun/attr.system.html), where they are documented; this crate is of no use without
//! `isorun`.

mod args;
mod check;
mod diagnostics;
mod dump;
mod emit;
mod expand;
mod implementation;
mod model;
mod names;
mod signature;
mod site;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod world_part;

use proc_macro::TokenStream;

use site::Site;

#[allow(
    missing_docs,
    reason = "`isorun` documents it where it re-exports it, and rustdoc would put these docs behind those"
)]
#[proc_macro_attribute]
pub fn interface(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::interface(args.into(), item.into(), &Site::of_this_call()).into()
}

#[allow(missing_docs, reason = "as above")]
#[proc_macro_attribute]
pub fn system(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::system(args.into(), item.into(), &Site::of_this_call()).into()
}

/// Where an impl block meets the WIT of its module, for `#[isorun::system]` without a path. The `__system` macro of the module calls it.
#[doc(hidden)]
#[proc_macro]
pub fn system_impl(input: TokenStream) -> TokenStream {
    expand::system_impl(input.into(), &Site::of_this_call()).into()
}
