//! The canonical form of each type: a call of the macro that has the impls for its kind.
//!
//! The macros are in `isorun/src/image/generated.rs`, with the form that they take.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs;
use super::ident::ident;
use super::rust_type::{Rust, cons};
use crate::model::{Case, Field, Label, MOST_FLAGS, Model, TypeKind};

pub(super) fn emit(model: &Model) -> TokenStream {
    let krate = &model.options.krate;
    let calls = model.types.iter().filter_map(|def| {
        let (kind, content) = match &def.kind {
            TypeKind::Record(fields) => ("record", record(model, fields)),
            TypeKind::Variant(cases) => ("variant", variant(model, cases)),
            TypeKind::Enum(labels) => ("enumeration", enumeration(labels)),
            TypeKind::Flags(labels) => ("flags", flags(labels)),
            TypeKind::Alias(_) | TypeKind::Shared { .. } | TypeKind::Resource { .. } => return None,
        };
        let (kind, name) = (ident(kind), ident(&def.rust_name));
        let error = def.is_error.then(|| ident("error"));
        Some(quote!(#krate::__private::#kind! { #error #name #content }))
    });
    quote!(#(#calls)*)
}

/// What other items may use of a type when the interface is refused. A codec may need types that do not have one.
pub(super) fn emit_fallback(model: &Model) -> TokenStream {
    let krate = &model.options.krate;
    let calls = model.types.iter().filter_map(|def| {
        let name = ident(&def.rust_name);
        let content = match &def.kind {
            // The constants and methods.
            TypeKind::Flags(labels) => {
                let (error, content) = (def.is_error.then(|| ident("error")), flags(labels));
                return Some(quote!(#krate::__private::flags! { #error #name #content }));
            }
            TypeKind::Record(_) => TokenStream::new(),
            TypeKind::Variant(cases) => variant(model, cases),
            TypeKind::Enum(labels) => enumeration(labels),
            TypeKind::Alias(_) | TypeKind::Shared { .. } | TypeKind::Resource { .. } => return None,
        };
        def.is_error.then(|| quote!(#krate::__private::error! { #name #content }))
    });
    quote!(#(#calls)*)
}

/// A record is the list of its fields, as parameters are: layout, offsets and padding come from there.
fn record(model: &Model, fields: &[Field]) -> TokenStream {
    let types = Rust::inside(model).list(fields.iter().map(|field| &field.ty));
    let names: Vec<_> = fields.iter().map(|field| ident(&field.rust_name)).collect();
    let list = cons(names.iter().map(|name| quote!(#name)));
    let wit_names = fields.iter().map(|field| &field.wit_name);
    quote!({ #(#names = #wit_names),* } #list: #types)
}

fn variant(model: &Model, cases: &[Case]) -> TokenStream {
    let rust = Rust::inside(model);
    let cases = cases.iter().enumerate().map(|(index, Case { label, payload })| {
        let (name, wit_name) = (ident(&label.rust_name), &label.wit_name);
        let payload = payload.as_ref().map(|ty| {
            let ty = rust.owned(ty);
            quote!((payload: #ty))
        });
        let (number, read) = (Literal::usize_unsuffixed(index), read_by(index, cases.len()));
        quote!(#number, #read => #name #payload = #wit_name)
    });
    quote!({ #(#cases),* })
}

fn enumeration(labels: &[Label]) -> TokenStream {
    let labels = labels.iter().enumerate().map(|(index, label)| {
        let (read, name, wit_name) = (read_by(index, labels.len()), ident(&label.rust_name), &label.wit_name);
        quote!(#read => #name = #wit_name)
    });
    quote!({ #(#labels),* })
}

fn flags(labels: &[Label]) -> TokenStream {
    let labels = labels.iter().enumerate().map(|(bit, label)| {
        let docs = docs::of_part(label.docs.as_deref(), &label.wit_name);
        // Flags with more labels than bits are refused, and the fallback needs their names only.
        let bit = bit.min(MOST_FLAGS - 1);
        let (name, bit, wit_name) = (ident(&label.rust_name), Literal::usize_unsuffixed(bit), &label.wit_name);
        quote!(#docs #name = #bit #wit_name)
    });
    quote!({ #(#labels),* })
}

/// The pattern that reads a case. An index that was read is below the number of cases, so the last one may stand for the rest.
fn read_by(index: usize, count: usize) -> TokenStream {
    if index + 1 == count {
        return quote!(_);
    }
    let index = Literal::usize_unsuffixed(index);
    quote!(#index)
}
