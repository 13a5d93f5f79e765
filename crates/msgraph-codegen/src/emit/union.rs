use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{cfg::retired, docs, ident};
use crate::plan::Union;

/// An enum of the types that derive from one: how each is told from the others, and written.
pub(super) fn emit(union: &Union) -> Vec<TokenStream> {
    let name = ident(&union.name);
    let lines = docs(&union.docs);
    let other = ident(&union.other);
    let names: Vec<_> = union.variants.iter().map(|variant| ident(&variant.name)).collect();
    let records: Vec<_> = union.variants.iter().map(|variant| ident(&variant.wire)).collect();
    let docs = union.variants.iter().map(|variant| docs(&variant.docs));
    let read = if union.versioned {
        quote!(polymorphic::read_versioned)
    } else {
        quote!(polymorphic::read)
    };
    let held = |record: &Ident| {
        if union.versioned {
            quote!(Box<Versioned<crate::#record>>)
        } else {
            quote!(Box<crate::#record>)
        }
    };
    let retired = retired(union.retired.as_ref());
    let tracked = union.versioned.then(|| {
        quote! {
            impl #name {
                /// The id of the object, whatever its type.
                pub fn id(&self) -> Option<&str> {
                    match self {
                        #(Self::#names(object) => object.id().map(Id::as_str),)*
                        Self::Other(object) => object.id().map(Id::as_str),
                    }
                }
            }

            impl Tracked for #name {
                type Object = Self;
                type Record = crate::#other;

                fn extra(object: &Self) -> &Extra {
                    match object {
                        #(Self::#names(object) => object.extra(),)*
                        Self::Other(object) => object.extra(),
                    }
                }
            }
        }
    });
    let (held_other, held): (_, Vec<_>) = (held(&other), records.iter().map(held).collect());
    vec![
        quote! {
            #lines
            #retired
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name {
                #(#docs #names(#held),)*
                /// An object of another type, or of one that it does not name.
                Other(#held_other),
            }
        },
        quote! {
            impl Polymorphic for #name {
                fn read<'de, A: MapAccess<'de>>(ty: &str, members: A) -> Result<Self, A::Error> {
                    #(if polymorphic::is::<crate::#records>(ty) {
                        return #read(ty, members).map(Self::#names);
                    })*
                    #read(ty, members).map(Self::Other)
                }
            }
        },
        quote! {
            impl Answer for #name {
                fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
                    answer::decode(reply)
                }
            }
        },
        quote! {
            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        #(Self::#names(object) => object.serialize(serializer),)*
                        Self::Other(object) => object.serialize(serializer),
                    }
                }
            }
        },
        quote! {
            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    polymorphic::deserialize(deserializer)
                }
            }
        },
        quote! {
            impl Queried for #name {
                type Record = crate::#other;
            }
        },
        quote!(#tracked),
    ]
}
