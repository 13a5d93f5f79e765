//! What the types look like in JSON, as data: tests look for what they do not know.

use proc_macro2::TokenStream;
use quote::quote;

use crate::plan::{ModelItem, Plan, RustType};

pub(super) fn emit(plan: &Plan) -> Vec<TokenStream> {
    let shapes = plan.model.iter().filter_map(|item| match &item.item {
        ModelItem::Record(record) => {
            let (name, open) = (&record.name, record.open);
            let fields = record.fields.iter().map(|field| {
                let (wire, of) = (&field.wire, named(&field.ty));
                quote!((#wire, #of))
            });
            let types = std::iter::once(&record.odata_type).chain(&record.legacy_names);
            Some(quote!((#name, Shape::Record { types: &[#(#types),*], open: #open, fields: &[#(#fields),*] })))
        }
        ModelItem::Union(union) => {
            let (name, other) = (&union.name, &union.other);
            let variants = union.variants.iter().map(|variant| &variant.wire);
            Some(quote!((#name, Shape::Union { variants: &[#(#variants),*], other: #other })))
        }
        ModelItem::OpenMap(map) => {
            let (name, of) = (&map.name, named(&map.value));
            Some(quote!((#name, Shape::Map(#of))))
        }
        ModelItem::Enum(_) | ModelItem::Write(_) | ModelItem::Marker(_) => None,
    });
    vec![quote! {
        use crate::unknown::Shape;

        pub(crate) static SHAPES: &[(&str, Shape)] = &[#(#shapes),*];
    }]
}

/// The type of the model that a value is made of; empty where it is a plain value.
pub(super) fn named(ty: &RustType) -> &str {
    match ty {
        RustType::Model(name) | RustType::Versioned(name) => name,
        RustType::List(inner) | RustType::Boxed(inner) => named(inner),
        RustType::Bool
        | RustType::Integer(_)
        | RustType::Float(_)
        | RustType::Text
        | RustType::Core(_)
        | RustType::Id(_)
        | RustType::Flags(_) => "",
    }
}
