//! Flags: a set of labels in a `u32`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::ident::ident;
use super::{docs, types};
use crate::model::{Label, Model, TypeDef, TypeKind};

pub(super) fn emit(model: &Model) -> TokenStream {
    let flags = model.types.iter().filter_map(|def| match &def.kind {
        TypeKind::Flags(labels) => Some(type_def(model, def, labels)),
        _ => None,
    });
    quote!(#(#flags)*)
}

fn type_def(model: &Model, def: &TypeDef, labels: &[Label]) -> TokenStream {
    let name = ident(&def.rust_name);
    let item_docs = docs::of(def.docs.as_deref(), &def.place);
    let derives = types::derives(model, &["Clone", "Copy", "Default", "PartialEq", "Eq", "Hash", "PartialOrd", "Ord"]);
    let bit = |index: usize| 1_u32.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or_default();
    let constants = labels.iter().enumerate().map(|(index, Label { wit_name, rust_name, docs, .. })| {
        let (docs, constant) = (docs::of_part(docs.as_deref(), wit_name), ident(rust_name));
        let bit = Literal::u32_unsuffixed(bit(index));
        quote!(#docs pub const #constant: Self = Self(#bit);)
    });
    let all = Literal::u32_unsuffixed((0..labels.len()).fold(0, |all, index| all | bit(index)));
    let wit_names = labels.iter().map(|label| &label.wit_name);
    let opening = format!("{}(", def.rust_name);
    let error = def.is_error.then(|| quote!(impl ::core::error::Error for #name {}));
    quote! {
        #item_docs
        #derives
        pub struct #name(u32);

        impl #name {
            #(#constants)*

            /// No flag.
            #[must_use]
            pub const fn empty() -> Self { Self(0) }

            /// Every flag.
            #[must_use]
            pub const fn all() -> Self { Self(#all) }

            /// One bit for each flag, the first in the WIT lowest.
            #[must_use]
            pub const fn bits(self) -> u32 { self.0 }

            /// The flags of these bits; bits that stand for none are dropped.
            #[must_use]
            pub const fn from_bits_truncate(bits: u32) -> Self { Self(bits & #all) }

            /// Whether there is no flag.
            #[must_use]
            pub const fn is_empty(self) -> bool { self.0 == 0 }

            /// Whether all flags of `other` are here.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool { self.0 & other.0 == other.0 }

            /// The flags of both.
            #[must_use]
            pub const fn union(self, other: Self) -> Self { Self(self.0 | other.0) }

            /// Adds the flags of `other`.
            pub const fn insert(&mut self, other: Self) { self.0 |= other.0; }

            /// Takes the flags of `other` away.
            pub const fn remove(&mut self, other: Self) { self.0 &= !other.0; }
        }

        impl ::core::ops::BitOr for #name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self { Self(self.0 | other.0) }
        }
        impl ::core::ops::BitOrAssign for #name {
            fn bitor_assign(&mut self, other: Self) { self.0 |= other.0; }
        }
        impl ::core::ops::BitAnd for #name {
            type Output = Self;
            fn bitand(self, other: Self) -> Self { Self(self.0 & other.0) }
        }
        impl ::core::ops::BitAndAssign for #name {
            fn bitand_assign(&mut self, other: Self) { self.0 &= other.0; }
        }
        impl ::core::ops::Sub for #name {
            type Output = Self;
            fn sub(self, other: Self) -> Self { Self(self.0 & !other.0) }
        }
        impl ::core::ops::Not for #name {
            type Output = Self;
            fn not(self) -> Self { Self(!self.0 & #all) }
        }

        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut separator = "";
                for (index, name) in ::core::iter::Iterator::enumerate(::core::iter::IntoIterator::into_iter([#(#wit_names),*])) {
                    if self.0 >> index & 1 == 1 {
                        f.write_str(separator)?;
                        f.write_str(name)?;
                        separator = " | ";
                    }
                }
                ::core::result::Result::Ok(())
            }
        }
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#opening)?;
                ::core::fmt::Display::fmt(self, f)?;
                f.write_str(")")
            }
        }
        #error
    }
}
