//! The attributes of [isorun](https://docs.rs/isorun): from a WIT file to Rust types, host trait, codec, typed caller and remote.
//!
//! Use them as `isorun::interface` and `isorun::system`; this crate is of no use without `isorun`.

mod args;
mod check;
mod diagnostics;
mod dump;
mod emit;
mod expand;
mod implementation;
mod model;
mod names;
mod nearest;
mod signature;
mod site;
mod source;
#[cfg(test)]
mod tests;
mod wit_file;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/interface.md")]
#[proc_macro_attribute]
pub fn interface(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::interface(args.into(), item.into(), &site::Site::of_this_call()).into()
}

#[doc = include_str!("../docs/system.md")]
#[proc_macro_attribute]
pub fn system(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::system(args.into(), item.into(), &site::Site::of_this_call()).into()
}

/// Where `#[isorun::system]` without a path meets the WIT: called by the `__system` macro of a generated module.
#[doc(hidden)]
#[proc_macro]
pub fn system_impl(input: TokenStream) -> TokenStream {
    expand::system_impl(input.into(), &site::Site::of_this_call()).into()
}
