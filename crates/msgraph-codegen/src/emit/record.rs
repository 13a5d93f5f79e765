use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{Scope, cfg::retired, docs, ident};
use crate::plan::{EntityKey, Field, Record};

/// A read type: the struct, the names of its properties, and how it is read and written.
pub(super) fn emit(record: &Record) -> Vec<TokenStream> {
    let scope = Scope::of(&record.name);
    let mut items = vec![structure(record, scope), properties(record), implementation(record)];
    items.extend(record.entity.iter().map(|key| entity(record, key, scope)));
    items.extend([equality(record)]);
    items.extend(serde(record));
    items
}

fn structure(record: &Record, scope: Scope<'_>) -> TokenStream {
    let name = ident(&record.name);
    let lines = docs(&record.docs);
    let fields = record.fields.iter().map(|field| {
        let lines = docs(&field.docs);
        let (name, ty) = (ident(&field.name), scope.ty(&field.ty));
        let retired = retired(field.retired.as_ref());
        quote!(#lines #retired pub #name: Option<#ty>,)
    });
    let retired = retired(record.retired.as_ref());
    quote! {
        #lines
        #retired
        #[derive(Debug, Clone, Default)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
            /// What arrived beside these properties.
            pub extra: Extra,
        }
    }
}

fn properties(record: &Record) -> TokenStream {
    let name = ident(&record.name);
    let constants = record.fields.iter().enumerate().map(|(index, field)| {
        let line = format!(" `{}`", field.wire);
        let (constant, wire) = (constant(field), &field.wire);
        let index = Literal::usize_unsuffixed(index);
        let new = match (field.versions.has(0), field.versions.has(1)) {
            (true, false) => quote!(v1),
            (false, true) => quote!(beta),
            _ => quote!(new),
        };
        quote! {
            #[doc = #line]
            pub const #constant: Property<Self> = Property::#new(#index, #wire);
        }
    });
    quote!(impl #name { #(#constants)* })
}

fn implementation(record: &Record) -> TokenStream {
    let name = ident(&record.name);
    let odata_type = &record.odata_type;
    let reads = record.fields.iter().map(|field| {
        let (wire, name, constant) = (&field.wire, ident(&field.name), constant(field));
        quote!(#wire => self.#name = values.take(Self::#constant)?,)
    });
    let visits = record.fields.iter().map(|field| {
        let (name, constant) = (ident(&field.name), constant(field));
        let visit = if field.open {
            quote!(open_property)
        } else {
            quote!(property)
        };
        quote!(visitor.#visit(Self::#constant, &self.#name)?;)
    });
    let (read, visit) = if record.fields.is_empty() {
        (
            quote!(let _ = (name, values); Ok(false)),
            quote!(let _ = visitor; Ok(())),
        )
    } else {
        let read = quote! {
            match name {
                #(#reads)*
                _ => return Ok(false),
            }
            Ok(true)
        };
        (read, quote!(#(#visits)* Ok(())))
    };
    let names = &record.legacy_names;
    let legacy = (!names.is_empty()).then(|| quote!(const LEGACY_TYPES: &'static [&'static str] = &[#(#names),*];));
    quote! {
        impl Record for #name {
            const ODATA_TYPE: &'static str = #odata_type;
            #legacy

            fn extra(&self) -> &Extra {
                &self.extra
            }

            fn extra_mut(&mut self) -> &mut Extra {
                &mut self.extra
            }

            fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, values: &mut Values<A>) -> Result<bool, A::Error> {
                #read
            }

            fn visit<V: VisitProperties>(&self, visitor: &mut V) -> Result<(), V::Error> {
                #visit
            }
        }
    }
}

fn entity(record: &Record, key: &EntityKey, scope: Scope<'_>) -> TokenStream {
    let name = ident(&record.name);
    let of = scope.name(&key.of);
    let id = match &key.field {
        Some(field) => {
            let field = ident(field);
            quote!(self.#field.as_ref())
        }
        None => quote!(None),
    };
    quote! {
        impl Entity for #name {
            type Key = #of;

            fn id(&self) -> Option<&Id<#of>> {
                #id
            }
        }
    }
}

fn equality(record: &Record) -> TokenStream {
    let name = ident(&record.name);
    let fields = record.fields.iter().map(|field| ident(&field.name));
    quote! {
        impl PartialEq for #name {
            fn eq(&self, other: &Self) -> bool {
                #(self.#fields == other.#fields &&)* record::same_extra(self, other)
            }
        }
    }
}

fn serde(record: &Record) -> [TokenStream; 2] {
    let name = ident(&record.name);
    [
        quote! {
            impl Serialize for #name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    record::serialize(self, serializer)
                }
            }
        },
        quote! {
            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    record::deserialize(deserializer)
                }
            }
        },
    ]
}

fn constant(field: &Field) -> Ident {
    ident(&field.constant)
}
