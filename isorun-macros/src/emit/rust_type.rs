//! How a WIT type is written in Rust. Not an artefact: what the artefacts share.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::ident::ident;
use crate::model::{Model, Param, Passing, Scalar, Type};

/// Writes types as one place needs them.
#[derive(Clone)]
pub(super) struct Rust<'a> {
    model: &'a Model,
    /// What stands before the name of a type of the module: nothing, or `fs::`.
    module: TokenStream,
    /// Where isorun is.
    pub(super) krate: &'a TokenStream,
}

impl<'a> Rust<'a> {
    /// Inside of the module.
    pub(super) fn inside(model: &'a Model) -> Self {
        Self { model, module: TokenStream::new(), krate: &model.options.krate }
    }

    /// Outside of it, where its path is `module`.
    pub(super) fn outside(model: &'a Model, module: &TokenStream) -> Self {
        Self { model, module: quote!(#module::), krate: &model.options.krate_outside }
    }

    /// The type of a value.
    pub(super) fn owned(&self, ty: &Type) -> TokenStream {
        let side = |ty: &Option<Box<Type>>| ty.as_ref().map_or_else(|| quote!(()), |ty| self.owned(ty));
        match ty {
            Type::Scalar(scalar) => scalar_type(*scalar),
            Type::String => quote!(::std::string::String),
            Type::List(element) => {
                let element = self.owned(element);
                quote!(::std::vec::Vec<#element>)
            }
            Type::FixedList(element, length) => {
                let (element, length) = (self.owned(element), Literal::u32_unsuffixed(*length));
                quote!([#element; #length])
            }
            Type::Map(key, value) => {
                let (krate, key, value) = (self.krate, self.owned(key), self.owned(value));
                quote!(#krate::Map<#key, #value>)
            }
            Type::Option(content) => {
                let content = self.owned(content);
                quote!(::core::option::Option<#content>)
            }
            Type::Result(ok, err) => {
                let (ok, err) = (side(ok), side(err));
                quote!(::core::result::Result<#ok, #err>)
            }
            Type::Tuple(types) => {
                let types = types.iter().map(|ty| self.owned(ty));
                quote!((#(#types,)*))
            }
            Type::Named(index) => {
                let (module, name) = (&self.module, ident(&self.model.types[*index].rust_name));
                quote!(#module #name)
            }
            // Refused; the fallback needs a type all the same.
            Type::Unsupported(_) => quote!(()),
        }
    }

    /// The type of a result; `()` for none.
    pub(super) fn result(&self, ty: Option<&Type>) -> TokenStream {
        ty.map_or_else(|| quote!(()), |ty| self.owned(ty))
    }

    /// The type of an argument, borrowed for `lifetime` where it is borrowed.
    pub(super) fn argument(&self, ty: &Type, lifetime: &TokenStream) -> TokenStream {
        match self.model.passing(ty) {
            Passing::Value => self.owned(ty),
            Passing::Str => quote!(&#lifetime str),
            Passing::Slice(element) => {
                let element = self.owned(element);
                quote!(&#lifetime [#element])
            }
            Passing::Option(content) => {
                let content = match self.model.passing(content) {
                    Passing::Option(_) => {
                        let content = self.owned(content);
                        quote!(&#lifetime #content)
                    }
                    _ => self.argument(content, lifetime),
                };
                quote!(::core::option::Option<#content>)
            }
            Passing::Reference => {
                let ty = self.owned(ty);
                quote!(&#lifetime #ty)
            }
        }
    }

    /// Whether an argument of this type is borrowed.
    pub(super) fn borrows(&self, ty: &Type) -> bool {
        match self.model.passing(ty) {
            Passing::Value => false,
            Passing::Option(content) => {
                matches!(self.model.passing(content), Passing::Option(_)) || self.borrows(content)
            }
            _ => true,
        }
    }

    /// The types of parameters as a list: `(A, (B, ()))`.
    pub(super) fn list<'t>(&self, types: impl DoubleEndedIterator<Item = &'t Type>) -> TokenStream {
        cons(types.map(|ty| self.owned(ty)))
    }

    /// `key: &str, value: &[u8]`.
    pub(super) fn parameters(&self, params: &[Param], lifetime: &TokenStream) -> TokenStream {
        let params = params.iter().map(|param| {
            let (name, ty) = (ident(&param.rust_name), self.argument(&param.ty, lifetime));
            quote!(#name: #ty)
        });
        quote!(#(#params),*)
    }
}

/// The names of parameters as a list: `(key, (value, ()))`.
pub(super) fn names(params: &[Param]) -> TokenStream {
    cons(params.iter().map(|param| {
        let name = ident(&param.rust_name);
        quote!(#name)
    }))
}

/// `(a, (b, ()))`.
pub(super) fn cons(items: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    items.rev().fold(quote!(()), |rest, item| quote!((#item, #rest)))
}

/// No generated type can be called like a primitive: theirs begin with a capital.
fn scalar_type(scalar: Scalar) -> TokenStream {
    let name = ident(scalar.rust());
    quote!(#name)
}
