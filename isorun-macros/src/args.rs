//! The syntax of the attributes: tokens to [`Args`].

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{LitInt, LitStr, Path, Token, parenthesized};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::world_part::{Side, WorldPart};
use isorun_wit::WitFile;
use isorun_wit::nearest;

/// What the user wrote in the parentheses. Every option keeps its tokens, so that later errors can point at them.
#[derive(Default)]
pub(crate) struct Args {
    /// `"wit/kv.wit"`.
    pub(crate) path: Option<LitStr>,
    /// `interface = "ns:pkg/name@1.0.0"`.
    pub(crate) interface: Option<LitStr>,
    /// `world = "app"`.
    pub(crate) world: Option<LitStr>,
    /// `imports`.
    pub(crate) imports: Option<Ident>,
    /// `exports`.
    pub(crate) exports: Option<Ident>,
    /// `with("ns:pkg/types" = crate::types)`.
    pub(crate) with: Vec<(LitStr, Path)>,
    /// `derives(serde::Serialize)`.
    pub(crate) derives: Vec<Path>,
    /// `features("fast-lane")`.
    pub(crate) features: Vec<LitStr>,
    /// `crate = some::isorun`.
    pub(crate) krate: Option<Path>,
    /// The first option that was written, whichever it was.
    pub(crate) first_option: Option<Ident>,
}

const OPTIONS: [&str; 8] = ["interface", "world", "imports", "exports", "with", "derives", "features", "crate"];

/// What a mistake about options lists.
const KNOWN: &str =
    "the options are `interface`, `world`, `imports`, `exports`, `with`, `derives`, `features`, `crate`";

impl Args {
    /// The side of the world that is meant, if the user said so.
    pub(crate) fn side(&self) -> Option<Side> {
        match (&self.imports, &self.exports) {
            (Some(_), None) => Some(Side::Imports),
            (None, Some(_)) => Some(Side::Exports),
            _ => None,
        }
    }

    /// Options that exclude each other, or have no effect.
    fn check(&self, wrong: &mut Diagnostics) {
        if let (Some(_), Some(second)) = (&self.imports, &self.exports) {
            let both = Diagnostic::new(second, "`imports` and `exports` exclude each other");
            wrong.push(both.help("leave the one that is meant, and make another module for the other"));
        }
        for side in self.imports.iter().chain(&self.exports).filter(|_| self.world.is_none()) {
            let alone = Diagnostic::new(side, format!("`{side}` has no effect without `world`"));
            wrong.push(alone.help("add `world = \"name\"`, or remove it"));
        }
    }
}

/// Parses the arguments. All unknown and repeated options are reported at once.
pub(crate) fn parse(tokens: TokenStream) -> Result<Args, Diagnostics> {
    let mut wrong = Diagnostics::default();
    let parsed = (|input: ParseStream<'_>| {
        let mut args = Args::default();
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            if input.peek(LitStr) {
                let path: LitStr = input.parse()?;
                if args.path.is_some() || !seen.is_empty() {
                    wrong.push(Diagnostic::new(&path, "the path comes first, and only once").help(
                        "write `(\"wit/kv.wit\", option, ..)`; an interface is chosen with `interface = \"..\"`",
                    ));
                }
                args.path.get_or_insert(path);
            } else {
                option(input, &mut args, &mut seen, &mut wrong)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        args.check(&mut wrong);
        Ok(args)
    })
    .parse2(tokens);
    match parsed {
        Ok(args) => wrong.unless_empty(args),
        Err(error) => {
            wrong.extend(error.into());
            Err(wrong)
        }
    }
}

/// Parses one option. An unknown one is skipped up to the next comma, so that those after it are parsed too.
fn option(input: ParseStream<'_>, args: &mut Args, seen: &mut Vec<String>, wrong: &mut Diagnostics) -> syn::Result<()> {
    let option = input.call(<Ident as syn::ext::IdentExt>::parse_any).map_err(|error| {
        syn::Error::new(error.span(), format!("expected the path of a WIT file or an option\nhelp: {KNOWN}"))
    })?;
    let name = option.to_string();
    if seen.contains(&name) && name != "with" {
        wrong.push(Diagnostic::new(&option, format!("`{name}` is given twice")).help("leave one of them"));
    }
    match name.as_str() {
        "interface" => {
            input.parse::<Token![=]>()?;
            args.interface = Some(input.parse().map_err(|error| {
                syn::Error::new(
                    error.span(),
                    "expected the name of an interface in quotes\nhelp: write `interface = \"ns:pkg/name\"`",
                )
            })?);
        }
        "world" => {
            input.parse::<Token![=]>()?;
            args.world = Some(input.parse().map_err(|error| {
                syn::Error::new(error.span(), "expected the name of a world in quotes\nhelp: write `world = \"name\"`")
            })?);
        }
        "imports" => args.imports = Some(option.clone()),
        "exports" => args.exports = Some(option.clone()),
        "crate" => {
            input.parse::<Token![=]>()?;
            args.krate = Some(input.call(Path::parse_mod_style)?);
        }
        "with" => args.with.extend(list(input, |input| {
            let help = "help: write `with(\"ns:pkg/types\" = path::of::its::module)`";
            let explain = |error: syn::Error| syn::Error::new(error.span(), format!("{error}\n{help}"));
            let interface = input.parse().map_err(explain)?;
            input.parse::<Token![=]>().map_err(explain)?;
            Ok((interface, input.call(Path::parse_mod_style).map_err(explain)?))
        })?),
        "derives" => args.derives.extend(list(input, Path::parse_mod_style)?),
        "features" => args.features.extend(list(input, |input| {
            input.parse::<LitStr>().map_err(|error| {
                syn::Error::new(
                    error.span(),
                    "expected the name of a feature in quotes\nhelp: write `features(\"name\")`",
                )
            })
        })?),
        _ => {
            let unknown = Diagnostic::new(&option, format!("unknown option `{name}`"));
            wrong.push(match nearest(&name, OPTIONS) {
                Some(known) => unknown.help(format!("did you mean `{known}`?")),
                None => unknown.help(KNOWN),
            });
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<proc_macro2::TokenTree>()?;
            }
        }
    }
    seen.push(name);
    args.first_option.get_or_insert(option);
    Ok(())
}

fn list<T>(input: ParseStream<'_>, item: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    let content;
    parenthesized!(content in input);
    let items = content.parse_terminated(item, Token![,])?;
    Ok(items.into_iter().collect())
}

/// An impl block, and what the `__system` macro of its module has put before it: all that the module was generated from.
pub(crate) struct CallbackInput {
    pub(crate) wire_name: String,
    /// The part of a world that the module was generated from, if it was.
    pub(crate) world: Option<WorldPart>,
    pub(crate) features: Vec<String>,
    /// The interfaces of `with(..)`.
    pub(crate) shared: Vec<String>,
    pub(crate) krate: TokenStream,
    pub(crate) files: Vec<WitFile>,
    pub(crate) item: TokenStream,
}

/// Parses the tokens that the macro of `emit/callback.rs` gives.
pub(crate) fn parse_callback(tokens: TokenStream) -> Result<CallbackInput, Diagnostics> {
    let strings = |input: ParseStream<'_>| {
        let content;
        parenthesized!(content in input);
        let mut strings = Vec::new();
        while !content.is_empty() {
            strings.push(content.parse::<LitStr>()?.value());
        }
        Ok::<_, syn::Error>(strings)
    };
    let input = |input: ParseStream<'_>| {
        let mut source = strings(input)?.into_iter();
        let wire_name = source.next().unwrap_or_default();
        let world = <[String; 3]>::try_from(source.collect::<Vec<_>>()).ok().and_then(WorldPart::from_texts);
        let (features, shared) = (strings(input)?, strings(input)?);
        let (krate, content);
        parenthesized!(krate in input);
        let krate = krate.parse()?;
        parenthesized!(content in input);
        let mut files = Vec::new();
        while !content.is_empty() {
            let (group, path, text) =
                (content.parse::<LitInt>()?, content.parse::<LitStr>()?, content.parse::<LitStr>()?);
            files.push(WitFile { path: path.value(), text: text.value(), group: group.base10_parse()? });
        }
        Ok(CallbackInput { wire_name, world, features, shared, krate, files, item: input.parse()? })
    };
    Ok(input.parse2(tokens)?)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::parse;

    #[test]
    fn every_option_is_read() {
        let args = parse(quote!(
            "wit/fs.wit",
            interface = "a:b/c",
            world = "w",
            exports,
            with("a:b/t" = crate::t, "a:b/u" = u),
            derives(Eq, serde::Serialize),
            features("x"),
            crate = ::iso
        ))
        .expect("these are right");
        assert_eq!(args.path.map(|path| path.value()).as_deref(), Some("wit/fs.wit"));
        assert_eq!((args.with.len(), args.derives.len(), args.features.len()), (2, 2, 1));
        assert!(args.krate.is_some() && args.exports.is_some() && args.imports.is_none());
        assert_eq!(args.world.map(|world| world.value()).as_deref(), Some("w"));
    }

    #[test]
    fn all_unknown_options_are_reported_at_once() {
        let wrong = parse(quote!(interfaces = "a:b/c", "wit/fs.wit", remote)).err().expect("three mistakes");
        assert_eq!(
            wrong.messages(),
            [
                "unknown option `interfaces`\nhelp: did you mean `interface`?",
                "the path comes first, and only once\nhelp: write `(\"wit/kv.wit\", option, ..)`; an interface is chosen with `interface = \"..\"`",
                "unknown option `remote`\nhelp: the options are `interface`, `world`, `imports`, `exports`, `with`, `derives`, `features`, `crate`",
            ]
        );
    }
}
