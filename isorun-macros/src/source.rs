//! From the arguments of an attribute to a resolved interface and the WIT files that it came from.

mod select;
mod world;

use isorun_wit::{Mistake, NamedPath, Place, Read, Reading, WitFile, read};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use wit_bindgen_core::wit_parser::{InterfaceId, Resolve, Span};

use crate::args::Args;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::names;
use crate::site::Site;
use crate::world_part::WorldPart;

/// A resolved package, the interface that is meant, and the files that were read.
pub(crate) struct Source {
    read: Read,
    pub(crate) interface: InterfaceId,
    /// `isorun:kv/kv@0.1.0`.
    pub(crate) wire_name: String,
    /// The part of a world that the interface is, if it was chosen in one.
    pub(crate) world: Option<WorldPart>,
}

impl Source {
    pub(crate) fn resolve(&self) -> &Resolve {
        &self.read.resolve
    }

    pub(crate) fn files(&self) -> &[WitFile] {
        &self.read.files
    }

    /// The functions of the interface that are left out, each with the feature that it is behind.
    pub(crate) fn gated(&self) -> Vec<(String, String)> {
        let own = self.read.gated_functions.iter().filter(|gated| gated.interface == self.wire_name);
        own.map(|gated| (gated.function.clone(), gated.feature.clone())).collect()
    }

    /// The place where a span begins.
    pub(crate) fn place(&self, span: Span) -> Place {
        self.read.place(span)
    }
}

/// An interface that an attribute means.
struct Chosen {
    interface: InterfaceId,
    wire_name: String,
    world: Option<WorldPart>,
}

impl Chosen {
    fn of(self, read: Read) -> Source {
        let Chosen { interface, wire_name, world } = self;
        Source { read, interface, wire_name, world }
    }
}

/// Reads the WIT that `#[isorun::interface("PATH", ..)] mod module {}` names.
pub(crate) fn load(args: &Args, module: &Ident, site: &Site) -> Result<Source, Diagnostics> {
    let blame = args.path.to_token_stream();
    let path = path(args, module, site, &blame)?;
    let features: Vec<String> = args.features.iter().map(syn::LitStr::value).collect();
    let wanted = args.interface.as_ref().map(syn::LitStr::value);
    // An attribute may choose an interface of a dependency that nothing else uses.
    let wanted = wanted.as_deref().and_then(|wanted| Some(wanted.split_once('/')?.0));
    let reading = Reading { features: &features, wanted, ..Reading::default() };
    let mut read = path.read(&reading).map_err(|mistakes| blamed(mistakes, &blame))?;
    for feature in &args.features {
        if !read.files.iter().any(|file| file.text.contains(&feature.value())) {
            let what = format!("nothing in `{}` is behind the feature `{}`", path.shown(), feature.value());
            return Err(Diagnostic::new(feature, what)
                .help("remove it from `features(..)`, or correct its name")
                .into());
        }
    }
    let chosen = match &args.world {
        Some(world) => world::part(&mut read, world, args, module, path.shown())?,
        None => select::interface(&read, args, module, &path, &blame)?,
    };
    Ok(chosen.of(read))
}

/// What the attribute names, or what the module's name stands for: `wit/kv.wit` or `wit/kv/` for `mod kv {}`.
fn path(args: &Args, module: &Ident, site: &Site, blame: &TokenStream) -> Result<NamedPath, Diagnostics> {
    const RELATIVE: &str = "relative to the folder of the crate's `Cargo.toml`";
    if let Some(path) = &args.path {
        return NamedPath::new(&site.root, &path.value()).map_err(|mistake| {
            let help = mistake.help.clone().unwrap_or_else(|| format!("the path is {RELATIVE}"));
            blamed(vec![mistake.help(help)], blame)
        });
    }
    let kebab = names::kebab_of(&module.to_string());
    let snake = kebab.replace('-', "_");
    NamedPath::of_name(&site.root, &[&snake, &kebab]).ok_or_else(|| {
        let what = format!("there is no `wit/{snake}.wit` and no folder `wit/{snake}/`");
        let help =
            format!("without a path the module's name says which WIT is meant: write `(\"path/of.wit\")`, {RELATIVE}");
        Diagnostic::new(blame, what).help(help).into()
    })
}

/// Mistakes in WIT as those of the tokens that name it.
fn blamed(mistakes: Vec<Mistake>, blame: &TokenStream) -> Diagnostics {
    let mut wrong = Diagnostics::default();
    for mistake in mistakes {
        wrong.push(Diagnostic::of_mistake(blame, mistake));
    }
    wrong
}

/// Resolves texts once more that the expansion of the module has read, so nothing in them can be wrong.
pub(crate) fn load_again(
    files: Vec<WitFile>,
    features: &[String],
    wire_name: &str,
    world: Option<WorldPart>,
) -> Result<Source, Diagnostics> {
    let blame = TokenStream::new();
    let wanted = wire_name.split_once('/').map(|(package, _)| package);
    let reading = Reading { features, wanted, ..Reading::default() };
    let mut read = read(files, &reading).map_err(|mistakes| blamed(mistakes, &blame))?;
    let found = match &world {
        Some(part) => world::again(&mut read, part),
        None => select::by_wire_name(&read, wire_name),
    };
    match found {
        Some(interface) => Ok(Chosen { interface, wire_name: wire_name.to_owned(), world }.of(read)),
        None => Err(Diagnostic::new(&blame, format!("the module of this trait was not generated from `{wire_name}`"))
            .help("rebuild the crate that has the module")
            .into()),
    }
}

/// The wire names of the interfaces that a path offers, each with whether it has functions.
#[cfg(test)]
pub(crate) fn interfaces(path: &str, site: &Site) -> Result<Vec<(String, bool)>, Diagnostics> {
    let blame = TokenStream::new();
    let blamed = |mistakes| blamed(mistakes, &blame);
    let path = NamedPath::new(&site.root, path).map_err(|mistake| blamed(vec![mistake]))?;
    Ok(select::offered(&path.read(&Reading::default()).map_err(blamed)?))
}
