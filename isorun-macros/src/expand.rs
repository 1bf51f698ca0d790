//! The attributes, stage by stage. A stage that refuses its input ends the expansion, with errors and a fallback for the code around it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use sha2::{Digest, Sha256};
use syn::ItemMod;

use crate::args::{self, Args};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::implementation::{self, Implementation};
use crate::model::{Model, Options, SharedInterface, build};
use crate::site::Site;
use crate::source::{self, Source};
use crate::{check, dump, emit};

/// `#[isorun::interface(..)] mod kv {}`.
pub(crate) fn interface(args: TokenStream, item: TokenStream, site: &Site) -> TokenStream {
    let module: ItemMod = match syn::parse2(item.clone()) {
        Ok(module) => module,
        Err(_) => {
            let wrong =
                Diagnostic::new(&item, "`interface` belongs on a module").help("write `pub mod kv {}` below it");
            return Diagnostics::from(wrong).into_token_stream();
        }
    };
    if module.content.is_none() {
        let wrong = Diagnostic::new(&module, "the module of an interface has braces")
            .help(format!("write `mod {} {{}}`", module.ident));
        return Diagnostics::from(wrong).into_token_stream();
    }
    let args = match args::parse(args) {
        Ok(args) => args,
        Err(wrong) => return with_module_fallback(&wrong, &module, &Args::default(), site),
    };
    let expanded = match read(&args, &module.ident, site) {
        Ok(read) => read.module(&module),
        Err(wrong) => with_module_fallback(&wrong, &module, &args, site),
    };
    dump::write(&module.ident.to_string(), &expanded);
    expanded
}

/// `#[isorun::system(..)] impl fs::Fs for DiskFs { .. }`.
pub(crate) fn system(args: TokenStream, item: TokenStream, site: &Site) -> TokenStream {
    let (args, user) = match (args::parse(args), implementation::parse(item)) {
        (Ok(args), Ok(user)) => (args, user),
        (args, user) => {
            let mut wrong = args.err().unwrap_or_default();
            wrong.extend(user.err().unwrap_or_default());
            return wrong.into_token_stream();
        }
    };
    if args.path.is_none() {
        if let Some(option) = &args.first_option {
            let wrong = Diagnostic::new(option, format!("`{option}` has no effect without a path"));
            let help = format!(
                "move it to the `#[isorun::interface(..)]` of `{}`, or add the path of the WIT here",
                user.module_text()
            );
            return Diagnostics::from(wrong.help(help)).into_token_stream();
        }
        return emit::to_callback(&user);
    }
    let name = user.module_name();
    let is_beside =
        user.module.segments.len() == 1 || (user.module.segments.len() == 2 && user.module.segments[0].ident == "self");
    if !is_beside
        || user.module.leading_colon.is_some()
        || ["self", "super", "crate"].iter().any(|keyword| name == keyword)
    {
        let wrong =
            Diagnostic::new(&user.module, format!("`{}` is not a module beside this impl block", user.module_text()));
        let help = "with a path, `system` generates the module where it stands: write `fs::Fs`, or leave the path out if the module exists";
        return Diagnostics::from(wrong.help(help)).into_token_stream();
    }
    let module: ItemMod = syn::parse_quote!(pub mod #name {});
    let expanded = match read(&args, &name, site) {
        Ok(read) => {
            let (module, implementation) = (read.module(&module), read.system(&user));
            quote!(#module #implementation)
        }
        Err(wrong) => with_module_fallback(&wrong, &module, &args, site),
    };
    dump::write(&name.to_string(), &expanded);
    expanded
}

/// `fs::__system! { impl .. }`, after this macro of the module has added what the module was generated from.
pub(crate) fn system_impl(input: TokenStream, site: &Site) -> TokenStream {
    let expanded = (|| {
        let callback = args::parse_callback(input)?;
        let user = implementation::parse(callback.item)?;
        let source = source::load_again(callback.files, &callback.features, &callback.wire_name, callback.world)?;
        let shared = callback.shared.into_iter().map(|name| SharedInterface {
            name,
            path: TokenStream::new(),
            unknown: None,
            is_used: false,
        });
        let options = Options {
            krate: callback.krate.clone(),
            krate_outside: callback.krate,
            derives: Vec::new(),
            features: callback.features,
            root_variable: site.root_variable,
        };
        let model = build::model(&source, shared.collect(), options);
        let wrong = check::implementation(&model, &user);
        let name = format!("{}-system", user.module_name());
        let expanded = if wrong.is_empty() {
            emit::system(&model, &user)
        } else {
            let fallback = emit::system_fallback(&model, &user);
            quote!(#wrong #fallback)
        };
        Ok::<_, Diagnostics>((name, expanded))
    })();
    match expanded {
        Ok((name, expanded)) => {
            dump::write(&name, &expanded);
            expanded
        }
        Err(wrong) => wrong.into_token_stream(),
    }
}

/// An interface that was read, and what is wrong with it.
struct Read {
    model: Model,
    wrong: Diagnostics,
    macro_name: String,
}

fn read(args: &Args, module: &Ident, site: &Site) -> Result<Read, Diagnostics> {
    let source = source::load(args, module, site)?;
    let macro_name = macro_name(&source, module, site);
    let krate = krate(args)?;
    let shared = args.with.iter().map(|(name, path)| SharedInterface {
        name: name.value(),
        path: two_modules_in(path),
        unknown: None,
        is_used: false,
    });
    let options = Options {
        krate: krate.clone(),
        krate_outside: krate,
        derives: args.derives.iter().map(ToTokens::to_token_stream).collect(),
        features: args.features.iter().map(syn::LitStr::value).collect(),
        root_variable: site.root_variable,
    };
    let model = build::model(&source, shared.collect(), options);
    let wrong = check::interface(&model, args);
    Ok(Read { model, wrong, macro_name })
}

impl Read {
    fn module(&self, module: &ItemMod) -> TokenStream {
        if self.wrong.is_empty() {
            return emit::interface(&self.model, module, &self.macro_name);
        }
        let (wrong, fallback) = (&self.wrong, emit::interface_fallback(&self.model, module, &self.macro_name));
        quote!(#wrong #fallback)
    }

    fn system(&self, user: &Implementation) -> TokenStream {
        let wrong = check::implementation(&self.model, user);
        if wrong.is_empty() && self.wrong.is_empty() {
            return emit::system(&self.model, user);
        }
        // If the interface itself is refused, mistakes of the impl may only follow from that, and are not reported.
        let wrong = if self.wrong.is_empty() { wrong } else { Diagnostics::default() };
        let fallback = emit::system_fallback(&self.model, user);
        quote!(#wrong #fallback)
    }
}

fn with_module_fallback(wrong: &Diagnostics, module: &ItemMod, args: &Args, site: &Site) -> TokenStream {
    let krate = krate(args).unwrap_or_else(|_| quote!(::isorun));
    let hash = hash(&[&site.location, &module.ident.to_string()]);
    let fallback = emit::module_fallback(module, &krate, &format!("__isorun_{hash}"));
    quote!(#wrong #fallback)
}

/// Where isorun is. The path must mean the same inside and outside of the module, and in other crates.
fn krate(args: &Args) -> Result<TokenStream, Diagnostics> {
    let Some(path) = &args.krate else { return Ok(quote!(::isorun)) };
    match path.segments.first() {
        Some(first) if first.ident == "self" || first.ident == "super" => {
            let wrong = Diagnostic::new(path, "this path does not mean the same inside of the generated module");
            Err(wrong.help("begin it with `crate::` or with the name of a crate").into())
        }
        _ => Ok(path.to_token_stream()),
    }
}

/// A path of the user's, as it is written in a module within the generated module.
fn two_modules_in(path: &syn::Path) -> TokenStream {
    match path.segments.first() {
        Some(first) if path.leading_colon.is_none() && first.ident == "self" => {
            let rest = path.segments.iter().skip(1);
            quote!(super::super #(::#rest)*)
        }
        Some(first) if path.leading_colon.is_none() && first.ident == "super" => quote!(super::super::#path),
        _ => path.to_token_stream(),
    }
}

/// The name of the `__system` macro. An exported macro is known in the whole crate, so the name must differ for each attribute.
fn macro_name(source: &Source, module: &Ident, site: &Site) -> String {
    let files: Vec<&str> = source.files().iter().map(|file| file.text.as_str()).collect();
    let mut parts = vec![site.location.as_str(), source.wire_name.as_str()];
    parts.extend(files);
    let module = module.to_string();
    format!("__isorun_{}_{}", module.trim_start_matches("r#"), hash(&parts))
}

fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
