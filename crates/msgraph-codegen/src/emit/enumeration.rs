use proc_macro2::TokenStream;
use quote::quote;

use super::{cfg::retired, docs, ident};
use crate::plan::Enumeration;

/// An open enumeration: its members, and one more for those that are not known.
pub(super) fn emit(enumeration: &Enumeration) -> Vec<TokenStream> {
    let name = ident(&enumeration.name);
    let lines = docs(&enumeration.docs);
    let retired = retired(enumeration.retired.as_ref());
    let names: Vec<_> = enumeration
        .variants
        .iter()
        .map(|variant| ident(&variant.name))
        .collect();
    let wires: Vec<_> = enumeration.variants.iter().map(|variant| &variant.wire).collect();
    let variants = enumeration.variants.iter().map(|variant| {
        let (lines, name) = (docs(&variant.docs), ident(&variant.name));
        quote!(#lines #name,)
    });
    vec![
        quote! {
            #lines
            #retired
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#variants)*
                /// A member that this build does not know, by its name.
                Unknown(Box<str>),
            }
        },
        quote! {
            impl OpenEnum for #name {
                fn from_name(name: &str) -> Self {
                    match name {
                        #(#wires => Self::#names,)*
                        _ => Self::Unknown(name.into()),
                    }
                }

                fn as_str(&self) -> &str {
                    match self {
                        #(Self::#names => #wires,)*
                        Self::Unknown(name) => name,
                    }
                }
            }
        },
        quote! {
            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        },
        quote! {
            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    enums::deserialize(deserializer)
                }
            }
        },
    ]
}
