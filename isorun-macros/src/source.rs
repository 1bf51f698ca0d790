//! From the arguments of an attribute to a resolved interface and the WIT files that it came from.

mod path;
mod place;
mod resolve;
mod select;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use wit_bindgen_core::wit_parser::{InterfaceId, Resolve, Span};

use crate::args::Args;
use crate::diagnostics::{Diagnostic, Diagnostics, Place};
use crate::site::Site;
use crate::wit_file::WitFile;
use path::NamedPath;
use resolve::{Resolved, resolve};

/// A resolved package, the interface that is meant, and the files that were read.
pub(crate) struct Source {
    pub(crate) resolve: Resolve,
    pub(crate) interface: InterfaceId,
    /// `isorun:kv/kv@0.1.0`.
    pub(crate) wire_name: String,
    pub(crate) files: Vec<WitFile>,
}

impl Source {
    /// The place where a span begins.
    pub(crate) fn place(&self, span: Span) -> Place {
        place::of_span(&self.resolve.source_map, span)
    }
}

/// Reads the WIT that `#[isorun::interface("PATH", ..)] mod module {}` names.
pub(crate) fn load(args: &Args, module: &Ident, site: &Site) -> Result<Source, Diagnostics> {
    let blame = args.path.to_token_stream();
    let path = match &args.path {
        Some(path) => NamedPath::from_argument(&path.value(), site, &blame)?,
        None => NamedPath::from_module(module, site, &blame)?,
    };
    let features: Vec<String> = args.features.iter().map(syn::LitStr::value).collect();
    let files = path.read(site, &blame)?;
    let resolved = match resolve(files, &features, args.interface.as_ref(), &blame) {
        Ok(resolved) => resolved,
        // One file of a package may need the others, which are then read too.
        Err(alone) => match path.read_with_siblings(site, &blame)? {
            Some(files) => resolve(files, &features, args.interface.as_ref(), &blame)?,
            None => return Err(alone),
        },
    };
    for feature in &args.features {
        if !resolved.files.iter().any(|file| file.text.contains(&feature.value())) {
            let what = format!("nothing in `{}` is behind the feature `{}`", path.shown, feature.value());
            return Err(Diagnostic::new(feature, what)
                .help("remove it from `features(..)`, or correct its name")
                .into());
        }
    }
    let (interface, wire_name) = select::interface(&resolved, args, module, &path.shown, &blame)?;
    Ok(Source { resolve: resolved.resolve, interface, wire_name, files: resolved.files })
}

/// Resolves texts once more that the expansion of the module has read, so nothing in them can be wrong.
pub(crate) fn load_again(files: Vec<WitFile>, features: &[String], wire_name: &str) -> Result<Source, Diagnostics> {
    let blame = TokenStream::new();
    let name = syn::LitStr::new(wire_name, proc_macro2::Span::call_site());
    let resolved = resolve(files, features, Some(&name), &blame)?;
    match select::by_wire_name(&resolved, wire_name) {
        Some(interface) => {
            let Resolved { resolve, files, .. } = resolved;
            Ok(Source { resolve, interface, wire_name: wire_name.to_owned(), files })
        }
        None => Err(Diagnostic::new(&blame, format!("the module of this trait was not generated from `{wire_name}`"))
            .help("rebuild the crate that has the module")
            .into()),
    }
}

/// The wire names of the interfaces that a path offers, each with whether it has functions.
#[cfg(test)]
pub(crate) fn interfaces(path: &str, site: &Site) -> Result<Vec<(String, bool)>, Diagnostics> {
    let blame = TokenStream::new();
    let files = NamedPath::from_argument(path, site, &blame)?.read(site, &blame)?;
    Ok(select::offered(&resolve(files, &[], None, &blame)?))
}
