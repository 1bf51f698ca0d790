//! What the user wrote behind `#[isorun::system]`: the impl block, taken apart.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, ImplItem, ImplItemFn, ItemImpl, Path, Signature, Type};

use crate::diagnostics::{Diagnostic, Diagnostics};

/// `impl fs::Fs for DiskFs { .. }`.
pub(crate) struct Implementation {
    pub(crate) item: ItemImpl,
    /// `fs::Fs`.
    pub(crate) trait_path: Path,
    /// `fs`.
    pub(crate) module: Path,
    pub(crate) methods: Vec<Method>,
}

/// One method, as the user wrote it.
pub(crate) struct Method {
    pub(crate) item: ImplItemFn,
    /// The argument of type `&Cx`, which comes first or not at all.
    pub(crate) cx: Option<Type>,
    /// The types of the arguments after `&self` and `cx`.
    pub(crate) arguments: Vec<Type>,
}

/// How a method wants an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taking {
    Owned,
    /// `&T`.
    Borrowed,
    /// `Option<&T>`.
    OptionBorrowed,
}

impl Method {
    pub(crate) fn signature(&self) -> &Signature {
        &self.item.sig
    }

    pub(crate) fn name(&self) -> String {
        self.item.sig.ident.to_string()
    }

    /// Its `#[cfg(..)]`, which all that is generated for it stands behind too.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &syn::Attribute> {
        self.item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }

    pub(crate) fn is_async(&self) -> bool {
        self.item.sig.asyncness.is_some()
    }
}

impl Implementation {
    /// The last segment of the module's path: `fs`.
    pub(crate) fn module_name(&self) -> Ident {
        match self.module.segments.last() {
            Some(last) => last.ident.clone(),
            None => Ident::new("unknown", proc_macro2::Span::call_site()),
        }
    }

    /// The module's path as text: `crate::fs`.
    pub(crate) fn module_text(&self) -> String {
        self.module.to_token_stream().to_string().replace(' ', "")
    }

    /// The path of an item of the module.
    pub(crate) fn path_of(&self, name: &Ident) -> TokenStream {
        let module = &self.module;
        quote::quote!(#module::#name)
    }
}

/// Takes an impl block apart, refusing what is no implementation of a host trait.
pub(crate) fn parse(item: TokenStream) -> Result<Implementation, Diagnostics> {
    let help = "write `impl fs::Fs for YourType { .. }`, where `fs` is the module of the interface and `Fs` its trait";
    let is_impl = item.clone().into_iter().any(|token| matches!(&token, TokenTree::Ident(ident) if ident == "impl"));
    if !is_impl {
        return Err(Diagnostic::new(&item, "`system` belongs on an impl block").help(help).into());
    }
    let item: ItemImpl = syn::parse2(item)?;
    let Some((None, trait_path, _)) = &item.trait_ else {
        return Err(Diagnostic::new(&item.self_ty, "this impl block implements no trait").help(help).into());
    };
    let mut module = trait_path.clone();
    let trait_path = trait_path.clone();
    module.segments.pop();
    module.segments.pop_punct();
    if module.segments.is_empty() {
        let name = &trait_path;
        return Err(Diagnostic::new(
            name,
            format!("`{}` does not say which module it is from", name.to_token_stream()),
        )
        .help(help)
        .into());
    }
    let methods = item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(method(function)),
        _ => None,
    });
    let methods = methods.collect();
    Ok(Implementation { item, trait_path, module, methods })
}

fn method(item: &ImplItemFn) -> Method {
    let mut arguments: Vec<Type> = item
        .sig
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some((*argument.ty).clone()),
            FnArg::Receiver(_) => None,
        })
        .collect();
    let cx = arguments.first().is_some_and(is_cx).then(|| arguments.remove(0));
    Method { item: item.clone(), cx, arguments }
}

/// Whether a type is called `Cx`, by reference or not.
pub(crate) fn is_cx(ty: &Type) -> bool {
    match plain(ty) {
        Type::Reference(reference) => is_cx(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Cx"),
        _ => false,
    }
}

/// How a method wants an argument of this type. Only its tokens are known.
pub(crate) fn taking(ty: &Type) -> Taking {
    match plain(ty) {
        Type::Reference(_) => Taking::Borrowed,
        other => match generics(other, "Option").as_deref() {
            Some([content]) if matches!(plain(content), Type::Reference(_)) => Taking::OptionBorrowed,
            _ => Taking::Owned,
        },
    }
}

/// A type without the parentheses and invisible groups around it.
pub(crate) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => plain(&inner.elem),
        Type::Group(inner) => plain(&inner.elem),
        other => other,
    }
}

/// The type arguments of `name<..>`, alone or at the end of a path.
pub(crate) fn generics<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let Type::Path(path) = plain(ty) else { return None };
    let last = path.path.segments.last().filter(|last| path.qself.is_none() && last.ident == name)?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => Some(
            arguments
                .args
                .iter()
                .filter_map(|argument| match argument {
                    syn::GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                })
                .collect(),
        ),
        syn::PathArguments::None => Some(Vec::new()),
        syn::PathArguments::Parenthesized(_) => None,
    }
}
