//! The user's impl block, between the host trait and the runtime.
//!
//! A private trait has the methods with the user's own signatures. The host trait and the table of functions forward to it,
//! with the user's types to blame, so that rustc's "mismatched types" points at what the user wrote.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Pat, ReturnType, Signature, Type as Written};

use super::ident::{hidden, ident};
use super::rust_type::{Rust, cons};
use crate::implementation::{Implementation, Method, Taking, taking};
use crate::model::{Function, Model, Param, Passing, Scalar, Type};

pub(super) fn emit(model: &Model, user: &Implementation) -> TokenStream {
    let own = own_trait(user);
    let methods: Vec<Forward<'_>> =
        user.methods.iter().filter_map(|method| Forward::new(model, user, method)).collect();
    let host = methods.iter().map(Forward::host_method);
    let table = methods.iter().map(Forward::entry);
    wrap(model, user, &own, &quote!(#(#host)*), &quote!(#(#table)*))
}

/// The three impls. `host` are the methods of the host trait, `table` fills the table of functions.
pub(super) fn wrap(
    model: &Model,
    user: &Implementation,
    own: &TokenStream,
    host: &TokenStream,
    table: &TokenStream,
) -> TokenStream {
    let krate = &model.options.krate_outside;
    let (impl_generics, _, where_clause) = user.item.generics.split_for_impl();
    let this = &user.item.self_ty;
    let (host_trait, interface) = (user.path_of(&ident(&model.trait_name)), user.path_of(&ident("Interface")));
    let (docs, attributes): (Vec<&Attribute>, Vec<&Attribute>) =
        user.item.attrs.iter().partition(|attribute| attribute.path().is_ident("doc"));
    // The names that follow cannot clash with those of the WIT, which never begin with `__`.
    let functions = if table.is_empty() { quote!(_) } else { hidden("__functions").into_token_stream() };
    let table_of = hidden("__Table");
    quote! {
        #(#attributes)*
        const _: () = {
            #own
            #(#docs)*
            impl #impl_generics #host_trait for #this #where_clause { #host }
            impl #impl_generics #krate::System<#interface> for #this #where_clause {
                fn functions<#table_of: #krate::__private::Functions<Self>>(#functions: &mut #table_of) {
                    #table
                }
            }
        };
    }
}

/// The user's methods as they are, in a trait of their own.
pub(super) fn own_trait(user: &Implementation) -> TokenStream {
    let name = own_name(user);
    let generics = &user.item.generics;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let this = &user.item.self_ty;
    // An impl block has nothing but methods here: `check` has refused the rest.
    let items = user.methods.iter().map(|method| &method.item);
    let signatures = user.methods.iter().map(|method| {
        let conditions = method.conditions();
        let signature = declared(method.signature());
        quote!(#(#conditions)* #signature;)
    });
    quote! {
        #[allow(clippy::too_many_arguments, reason = "the signatures are those of the WIT")]
        trait #name #impl_generics #where_clause { #(#signatures)* }
        impl #impl_generics #name #type_generics for #this #where_clause { #(#items)* }
    }
}

fn own_name(user: &Implementation) -> Ident {
    let last = user.trait_path.segments.last().map_or_else(|| ident("System"), |last| last.ident.clone());
    format_ident!("__{}", last, span = Span::mixed_site())
}

/// The signature as the private trait has it.
///
/// A declaration has no use for patterns, so `mut key: String` becomes `_: String`. An `async fn` becomes a function that returns an
/// `impl Future + Send`, so that rustc blames the user's method if its future is not `Send`.
fn declared(signature: &Signature) -> Signature {
    let mut signature = signature.clone();
    for argument in &mut signature.inputs {
        match argument {
            FnArg::Typed(argument) => {
                argument.attrs.clear();
                let underscore_token = syn::Token![_](argument.pat.span());
                *argument.pat = Pat::Wild(syn::PatWild { attrs: Vec::new(), underscore_token });
            }
            FnArg::Receiver(receiver) if receiver.reference.is_none() => receiver.mutability = None,
            FnArg::Receiver(_) => {}
        }
    }
    if signature.asyncness.take().is_some() {
        let output = match &signature.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, written) => quote!(#written),
        };
        signature.output = syn::parse_quote!(-> impl ::core::future::Future<Output = #output> + ::core::marker::Send);
    }
    signature
}

/// One method of the user's, and the function that it is for.
struct Forward<'a> {
    model: &'a Model,
    method: &'a Method,
    function: &'a Function,
    index: usize,
    rust: Rust<'a>,
    /// `<Self as __Fs>::read`.
    target: TokenStream,
    /// The arguments' names, each with the place of the user's type.
    names: Vec<Ident>,
}

impl<'a> Forward<'a> {
    fn new(model: &'a Model, user: &'a Implementation, method: &'a Method) -> Option<Self> {
        let index = model.function(&method.name())?;
        let function = &model.functions[index];
        let module = &user.module;
        let (own, (_, type_generics, _)) = (own_name(user), user.item.generics.split_for_impl());
        let name = &method.signature().ident;
        let names = function.params.iter().zip(&method.arguments);
        Some(Self {
            model,
            method,
            function,
            index,
            rust: Rust::outside(model, &quote!(#module)),
            target: quote!(<Self as #own #type_generics>::#name),
            names: names.map(|(param, written)| Ident::new(&param.rust_name, blamed(written))).collect(),
        })
    }

    /// The method of the host trait: its arguments are borrowed, as callers have them.
    fn host_method(&self) -> TokenStream {
        let (krate, name, result) =
            (self.rust.krate, ident(&self.function.rust_name), self.rust.result(self.function.result.as_ref()));
        let (cx, params) = self.cx();
        let types = self.function.params.iter().map(|param| self.rust.argument(&param.ty, &quote!('a)));
        let arguments = self.function.params.iter().zip(&self.names).zip(&self.method.arguments).map(|((param, name), written)| {
            let owned = match self.model.passing(&param.ty) {
                Passing::Value => quote!(#name),
                Passing::Str | Passing::Slice(_) => quote_spanned!(name.span()=> ::std::borrow::ToOwned::to_owned(#name)),
                Passing::Reference => quote_spanned!(name.span()=> ::core::clone::Clone::clone(#name)),
                Passing::Option(content) => match self.model.passing(content) {
                    Passing::Value => quote!(#name),
                    Passing::Str | Passing::Slice(_) => {
                        quote_spanned!(name.span()=> ::core::option::Option::map(#name, ::std::borrow::ToOwned::to_owned))
                    }
                    // `Option<Option<&T>>` is never passed: an option in an option is a reference.
                    Passing::Option(_) | Passing::Reference => quote_spanned!(name.span()=> ::core::option::Option::map(#name, ::core::clone::Clone::clone)),
                },
            };
            match (self.model.passing(&param.ty), taking(written)) {
                (_, Taking::Owned) => owned,
                (Passing::Value, Taking::Borrowed) => quote_spanned!(name.span()=> &#name),
                (Passing::Option(content), Taking::OptionBorrowed) if !matches!(self.model.passing(content), Passing::Value) => quote!(#name),
                (Passing::Option(_), Taking::OptionBorrowed) => quote_spanned!(name.span()=> ::core::option::Option::as_ref(&#name)),
                (Passing::Option(_), Taking::Borrowed) => quote_spanned!(name.span()=> &#owned),
                (_, Taking::Borrowed | Taking::OptionBorrowed) => quote!(#name),
            }
        });
        let call = self.call(&quote!(self), &params, arguments);
        let body =
            if self.method.is_async() { quote!(async move { #call }) } else { quote!(::core::future::ready(#call)) };
        let names = &self.names;
        let conditions = self.method.conditions();
        quote! {
            #(#conditions)*
            fn #name<'a>(&'a self, #cx: &'a #krate::Cx, #(#names: #types),*) -> impl ::core::future::Future<Output = #krate::Result<#result>> + ::core::marker::Send {
                #body
            }
        }
    }

    /// The entry in the table: its arguments are owned, as they come out of a guest or a message.
    fn entry(&self) -> TokenStream {
        let (krate, index) = (self.rust.krate, Literal::usize_unsuffixed(self.index));
        let lent = |param: &Param, written: &Written| !self.method.is_async() && self.is_lent(&param.ty, written);
        let list = cons(self.function.params.iter().zip(&self.method.arguments).map(|(param, written)| {
            if lent(param, written) { quote!(#krate::__private::Bytes) } else { self.rust.owned(&param.ty) }
        }));
        let result = self.rust.result(self.function.result.as_ref());
        let (this, functions, reach) = (hidden("__this"), hidden("__functions"), hidden("__reach"));
        let names = cons(self.names.iter().map(|name| quote!(#name)));
        let (cx, params) = self.cx();
        let arguments =
            self.names.iter().zip(&self.function.params).zip(&self.method.arguments).map(|((name, param), written)| {
                match taking(written) {
                    Taking::Owned => quote!(#name),
                    Taking::Borrowed if lent(param, written) => quote_spanned!(name.span()=> #name.get(#reach)?),
                    Taking::Borrowed => quote_spanned!(name.span()=> &#name),
                    Taking::OptionBorrowed => match self.model.passing(&param.ty) {
                        Passing::Option(content)
                            if matches!(self.model.passing(content), Passing::Str | Passing::Slice(_)) =>
                        {
                            quote_spanned!(name.span()=> ::core::option::Option::as_deref(&#name))
                        }
                        _ => quote_spanned!(name.span()=> ::core::option::Option::as_ref(&#name)),
                    },
                }
            });
        let call = self.call(&quote!(#this), &params, arguments);
        let types = quote!(#list, #result, { #krate::__private::slots::<#list>() }, { #krate::__private::result_slots::<#result>() });
        let conditions = self.method.conditions();
        let entry = match (self.method.is_async(), &self.method.cx) {
            (true, _) => {
                // If the future is not `Send`, rustc blames this place, and the reason is in the user's method.
                let boxed = quote_spanned!(blamed_span(self.method.signature().ident.span())=> ::std::boxed::Box::pin(async move { #call }));
                quote!(#functions.asynchronous::<#types>(#index, |#this, #cx, #names| #boxed);)
            }
            (false, Some(_)) => {
                quote!(#functions.sync_cx::<#types>(#index, |#this, #reach, #cx, #names| { let _ = #reach; #call });)
            }
            (false, None) => {
                quote!(#functions.sync::<#types>(#index, |#this, #reach, #names| { let _ = #reach; #call });)
            }
        };
        quote!(#(#conditions)* #entry)
    }

    /// Whether the method reads bytes in place, without a copy: a `list<u8>` that it takes as `&[u8]`.
    fn is_lent(&self, ty: &Type, written: &Written) -> bool {
        let slice = matches!(written, Written::Reference(reference) if matches!(*reference.elem, Written::Slice(_)));
        slice
            && matches!(self.model.passing(ty), Passing::Slice(element) if matches!(self.model.dealias(element), Type::Scalar(Scalar::U8)))
    }

    /// The pattern for `cx`, and `cx` as an argument if the method takes it.
    fn cx(&self) -> (TokenStream, TokenStream) {
        match &self.method.cx {
            Some(written) => {
                let cx = Ident::new("__cx", blamed(written));
                (quote!(#cx), quote!(#cx,))
            }
            None => (quote!(_), TokenStream::new()),
        }
    }

    fn call(&self, this: &TokenStream, cx: &TokenStream, arguments: impl Iterator<Item = TokenStream>) -> TokenStream {
        let (krate, target) = (self.rust.krate, &self.target);
        let result = self.rust.result(self.function.result.as_ref());
        let waiting = self.method.is_async().then(|| quote!(.await));
        let span = match &self.method.signature().output {
            ReturnType::Type(_, written) => blamed(written),
            ReturnType::Default => blamed_span(self.method.signature().ident.span()),
        };
        let into_outcome = located(quote!(#krate::__private::IntoOutcome::<#result>::into_outcome), span);
        let call = located(quote!(#target(#this, #cx #(#arguments),*) #waiting), span);
        quote!(#into_outcome(#call))
    }
}

/// A span at a type that the user wrote. Errors point there, but an identifier with this span cannot clash with the user's.
fn blamed(written: &Written) -> Span {
    blamed_span(written.span())
}

fn blamed_span(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The same tokens at the place that errors are to point at. Their names resolve as before.
fn located(tokens: TokenStream, place: Span) -> TokenStream {
    let located = |mut token: TokenTree| {
        token.set_span(token.span().located_at(place));
        token
    };
    tokens.into_iter().map(located).collect()
}
