//! The canonical form of each type: what it is (`Shape`), how it is written (`Lower`) and read (`Lift`).
//!
//! `isorun/src/image/codec.rs` has the other half, and the same shapes by hand as its test.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::ident::ident;
use super::rust_type::{Rust, cons};
use crate::model::{Case, Field, Label, Model, TypeDef, TypeKind};

pub(super) fn emit(model: &Model) -> TokenStream {
    let impls = model.types.iter().filter_map(|def| match &def.kind {
        TypeKind::Record(fields) => Some(record(model, def, fields)),
        TypeKind::Variant(cases) => Some(variant(model, def, cases)),
        TypeKind::Enum(labels) => Some(enumeration(model, def, labels)),
        TypeKind::Flags(labels) => Some(flags(model, def, labels)),
        TypeKind::Alias(_) | TypeKind::Shared { .. } | TypeKind::Resource { .. } => None,
    });
    quote!(#(const _: () = { #impls };)*)
}

/// The bodies of the six functions, each in terms of `sink`, `source`, `at` and `flat`.
struct Bodies {
    layout: TokenStream,
    ty: TokenStream,
    store: TokenStream,
    lower: TokenStream,
    load: TokenStream,
    lift: TokenStream,
}

fn impls(model: &Model, def: &TypeDef, bodies: &Bodies) -> TokenStream {
    let (name, krate) = (ident(&def.rust_name), &model.options.krate);
    let Bodies { layout, ty, store, lower, load, lift } = bodies;
    quote! {
        impl #krate::__private::Shape for #name {
            const LAYOUT: #krate::__private::Layout = #layout;
            fn ty() -> #krate::__private::Type { #ty }
        }
        impl #krate::__private::Lower for #name {
            fn store<S: #krate::__private::Sink>(&self, sink: &mut S, at: usize) -> ::core::result::Result<(), S::Error> {
                #store
            }
            fn lower_flat<S: #krate::__private::Sink>(&self, sink: &mut S, flat: &mut [u64]) -> ::core::result::Result<(), S::Error> {
                #lower
            }
        }
        impl #krate::__private::Lift for #name {
            fn load<S: #krate::__private::Source>(source: &mut S, at: usize) -> ::core::result::Result<Self, S::Error> {
                #load
            }
            fn lift_flat<S: #krate::__private::Source>(source: &mut S, flat: &[u64]) -> ::core::result::Result<Self, S::Error> {
                #lift
            }
        }
    }
}

/// A record is the list of its fields, as parameters are: layout, offsets and padding come from there.
fn record(model: &Model, def: &TypeDef, fields: &[Field]) -> TokenStream {
    let (krate, rust) = (&model.options.krate, Rust::inside(model));
    let list = rust.list(fields.iter().map(|field| &field.ty));
    let names: Vec<_> = fields.iter().map(|field| ident(&field.rust_name)).collect();
    let values = cons(names.iter().map(|name| quote!(&self.#name)));
    let pattern = cons(names.iter().map(|name| quote!(#name)));
    let types = fields.iter().map(|field| {
        let (name, ty) = (&field.wit_name, rust.owned(&field.ty));
        quote!((#name, <#ty as #krate::__private::Shape>::ty()))
    });
    let impls = impls(
        model,
        def,
        &Bodies {
            layout: quote!(<__Fields as #krate::__private::Params>::LAYOUT),
            ty: quote!(#krate::__private::Type::record([#(#types),*])),
            store: quote!(#krate::__private::LowerParams::store(&#values, sink, at)),
            lower: quote!(#krate::__private::LowerParams::lower_flat(&#values, sink, flat)),
            load: quote! {
                let #pattern = <__Fields as #krate::__private::LiftParams>::load(source, at)?;
                ::core::result::Result::Ok(Self { #(#names),* })
            },
            lift: quote! {
                let #pattern = <__Fields as #krate::__private::LiftParams>::lift_flat(source, flat)?;
                ::core::result::Result::Ok(Self { #(#names),* })
            },
        },
    );
    quote! {
        type __Fields = #list;
        #impls
    }
}

fn variant(model: &Model, def: &TypeDef, cases: &[Case]) -> TokenStream {
    let (krate, rust) = (&model.options.krate, Rust::inside(model));
    let count = Literal::usize_unsuffixed(cases.len());
    let payload = |case: &Case| case.payload.as_ref().map(|ty| rust.owned(ty));
    let option = |value: Option<TokenStream>| match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    };
    let layouts =
        cases.iter().map(|case| option(payload(case).map(|ty| quote!(<#ty as #krate::__private::Shape>::LAYOUT))));
    let types = cases.iter().map(|case| {
        let (name, ty) =
            (&case.label.wit_name, option(payload(case).map(|ty| quote!(<#ty as #krate::__private::Shape>::ty()))));
        quote!((#name, #ty))
    });
    let write = |call: &dyn Fn(TokenStream, TokenStream) -> TokenStream| {
        let arms = cases.iter().enumerate().map(|(index, case)| {
            let (name, index) = (ident(&case.label.rust_name), Literal::usize_unsuffixed(index));
            match case.payload {
                None => {
                    let call = call(quote!(#index), quote!(&()));
                    quote!(Self::#name => #call,)
                }
                Some(_) => {
                    let call = call(quote!(#index), quote!(payload));
                    quote!(Self::#name(payload) => #call,)
                }
            }
        });
        quote!(match self { #(#arms)* })
    };
    let read = |payload: TokenStream| {
        let arms = cases.iter().enumerate().map(|(index, case)| {
            let name = ident(&case.label.rust_name);
            let pattern = last_is_rest(index, cases.len());
            let payload = case.payload.as_ref().map(|_| quote!((#payload?)));
            quote!(#pattern => Self::#name #payload,)
        });
        quote!(::core::result::Result::Ok(match case { #(#arms)* }))
    };
    let (load_arms, lift_arms) = (
        read(quote!(#krate::__private::Lift::load(source, at))),
        read(quote!(#krate::__private::Lift::lift_flat(source, flat))),
    );
    // A variant without payloads does not use where they would be.
    let has_payload = cases.iter().any(|case| case.payload.is_some());
    let (at, flat) = if has_payload { (quote!(at), quote!(flat)) } else { (quote!(_), quote!(_)) };
    let impls = impls(
        model,
        def,
        &Bodies {
            layout: quote!(__CASES.layout),
            ty: quote!(#krate::__private::Type::variant([#(#types),*])),
            store: write(&|index, payload| quote!(#krate::__private::store_case(sink, at, &__CASES, #index, #payload))),
            lower: write(&|index, payload| quote!(#krate::__private::lower_case(sink, flat, #index, #payload))),
            load: quote! {
                let (case, #at) = #krate::__private::load_case(source, at, &__CASES)?;
                #load_arms
            },
            lift: quote! {
                let (case, #flat) = #krate::__private::lift_case(source, flat, &__CASES)?;
                #lift_arms
            },
        },
    );
    quote! {
        const __CASES: #krate::__private::Cases<#count> = #krate::__private::Cases::new([#(#layouts),*]);
        #impls
    }
}

fn enumeration(model: &Model, def: &TypeDef, labels: &[Label]) -> TokenStream {
    let (name, krate) = (ident(&def.rust_name), &model.options.krate);
    let count = Literal::usize_unsuffixed(labels.len());
    let wit_names = labels.iter().map(|label| &label.wit_name);
    let arms = labels.iter().enumerate().map(|(index, label)| {
        let (case, pattern) = (ident(&label.rust_name), last_is_rest(index, labels.len()));
        quote!(#pattern => #name::#case,)
    });
    let impls = impls(
        model,
        def,
        &Bodies {
            layout: quote!(#krate::__private::Layout::enumeration(#count)),
            ty: quote!(#krate::__private::Type::enumeration([#(#wit_names),*])),
            store: quote!(#krate::__private::store_discriminant(sink, at, #count, *self as u32)),
            lower: quote! {
                let _ = sink;
                #krate::__private::lower_discriminant(flat, *self as u32);
                ::core::result::Result::Ok(())
            },
            load: quote!(::core::result::Result::Ok(__case(#krate::__private::load_discriminant(source, at, #count)?))),
            lift: quote!(::core::result::Result::Ok(__case(#krate::__private::lift_discriminant(source, flat, #count)?))),
        },
    );
    quote! {
        fn __case(index: u32) -> #name {
            match index { #(#arms)* }
        }
        #impls
    }
}

fn flags(model: &Model, def: &TypeDef, labels: &[Label]) -> TokenStream {
    let krate = &model.options.krate;
    let count = Literal::usize_unsuffixed(labels.len());
    let wit_names = labels.iter().map(|label| &label.wit_name);
    impls(
        model,
        def,
        &Bodies {
            layout: quote!(#krate::__private::Layout::flags(#count)),
            ty: quote!(#krate::__private::Type::flags([#(#wit_names),*])),
            store: quote!(#krate::__private::store_flags(sink, at, #count, self.0)),
            lower: quote! {
                let _ = sink;
                #krate::__private::lower_flags(flat, #count, self.0);
                ::core::result::Result::Ok(())
            },
            load: quote!(::core::result::Result::Ok(Self(#krate::__private::load_flags(source, at, #count)?))),
            lift: quote! {
                let _ = source;
                ::core::result::Result::Ok(Self(#krate::__private::lift_flags(flat, #count)))
            },
        },
    )
}

/// The pattern of a case. What was read is below the number of cases, so the last one may stand for the rest.
fn last_is_rest(index: usize, count: usize) -> TokenStream {
    if index + 1 == count {
        return quote!(_);
    }
    let index = Literal::usize_unsuffixed(index);
    quote!(#index)
}
