//! Records, variants, enums, flags and other names of types.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::ident::ident;
use super::rust_type::Rust;
use crate::model::{Case, Field, Label, Model, TypeDef, TypeKind};

pub(super) fn emit(model: &Model) -> TokenStream {
    let types = model.types.iter().map(|def| type_def(model, def));
    let shared = shared(model);
    quote!(#(#types)* #shared)
}

fn type_def(model: &Model, def: &TypeDef) -> TokenStream {
    let name = ident(&def.rust_name);
    let docs = docs::of(def.docs.as_deref(), &def.place);
    match &def.kind {
        TypeKind::Record(fields) => {
            let derives = derives(model, &["Clone", "Debug", "PartialEq"]);
            let fields = fields.iter().map(|field| self::field(model, field));
            quote! {
                #docs
                #derives
                pub struct #name { #(#fields)* }
            }
        }
        TypeKind::Variant(cases) => {
            let derives = derives(model, &["Clone", "Debug", "PartialEq"]);
            let cases = cases.iter().map(|case| self::case(model, case));
            quote! {
                #docs
                #derives
                pub enum #name { #(#cases)* }
            }
        }
        TypeKind::Enum(labels) => {
            let derives = derives(model, &["Clone", "Copy", "Debug", "PartialEq", "Eq", "Hash", "PartialOrd", "Ord"]);
            let labels = labels.iter().map(|Label { wit_name, rust_name, docs, .. }| {
                let (docs, name) = (docs::of_part(docs.as_deref(), wit_name), ident(rust_name));
                quote!(#docs #name,)
            });
            quote! {
                #docs
                #derives
                pub enum #name { #(#labels)* }
            }
        }
        TypeKind::Alias(ty) => {
            let ty = Rust::inside(model).owned(ty);
            quote! {
                #docs
                pub type #name = #ty;
            }
        }
        TypeKind::Flags(_) => {
            let standard = ["Clone", "Copy", "Default", "PartialEq", "Eq", "Hash", "PartialOrd", "Ord"];
            let derives = derives(model, &standard);
            quote! {
                #docs
                #derives
                pub struct #name(u32);
            }
        }
        // Refused; a name for the fallback.
        TypeKind::Resource { .. } => {
            let derives = derives(model, &["Clone", "Debug", "PartialEq"]);
            quote! {
                #docs
                #derives
                pub struct #name;
            }
        }
        TypeKind::Shared { .. } => TokenStream::new(),
    }
}

fn field(model: &Model, field: &Field) -> TokenStream {
    let docs = docs::of_part(field.docs.as_deref(), &field.wit_name);
    let (name, ty) = (ident(&field.rust_name), Rust::inside(model).owned(&field.ty));
    quote!(#docs pub #name: #ty,)
}

fn case(model: &Model, Case { label, payload }: &Case) -> TokenStream {
    let docs = docs::of_part(label.docs.as_deref(), &label.wit_name);
    let name = ident(&label.rust_name);
    let payload = payload.as_ref().map(|ty| {
        let ty = Rust::inside(model).owned(ty);
        quote!((#ty))
    });
    quote!(#docs #name #payload,)
}

/// `#[derive(..)]` with what every type of a kind has and what the user wants more.
fn derives(model: &Model, standard: &[&str]) -> TokenStream {
    let paths = standard.iter().map(|name| {
        let trait_name = ident(name);
        match *name {
            "Clone" => quote!(::core::clone::#trait_name),
            "Copy" => quote!(::core::marker::#trait_name),
            "Debug" => quote!(::core::fmt::#trait_name),
            "Default" => quote!(::core::default::#trait_name),
            "Hash" => quote!(::core::hash::#trait_name),
            _ => quote!(::core::cmp::#trait_name),
        }
    });
    let last = |path: &TokenStream| path.clone().into_iter().last().map(|token| token.to_string()).unwrap_or_default();
    let more = model.options.derives.iter().filter(|path| !standard.contains(&last(path).as_str()));
    quote!(#[derive(#(#paths,)* #(#more),*)])
}

/// The types that other modules have, under the names that this interface gives them.
fn shared(model: &Model) -> TokenStream {
    let mut uses = Vec::new();
    for def in &model.types {
        if let TypeKind::Shared { interface, name, .. } = &def.kind {
            let path = &model.shared[*interface].path;
            let (theirs, ours) = (ident(name), ident(&def.rust_name));
            let renamed = (theirs != ours).then(|| quote!(as #ours));
            uses.push((quote!(pub use #path::#theirs #renamed;), quote!(pub use __with::#ours;)));
        }
    }
    if uses.is_empty() {
        return TokenStream::new();
    }
    let (inner, outer): (Vec<_>, Vec<_>) = uses.into_iter().unzip();
    quote! {
        mod __with {
            #[allow(unused_imports, reason = "a path of `with` may begin with a module beside this one")]
            use super::super::*;
            #(#inner)*
        }
        #(#outer)*
    }
}
