//! The types, and what of them a client may send.

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::plan::{
    Enumeration, MemberValue, ModelItem, Plan, Record, Removal, RustType, Setter, SetterValue, Union, Versions, Write,
};

pub(super) fn emit(plan: &Plan) -> Vec<TokenStream> {
    let mut items = vec![quote! {
        use crate::table::{Enum, Kind, Member, Property, Removal, Settable, Sent, Shape, Type, Versions};
    }];
    for item in &plan.model {
        match &item.item {
            ModelItem::Record(record) => items.push(emit_record(plan, record)),
            ModelItem::Union(union) => items.push(emit_union(plan, union)),
            ModelItem::Enum(enumeration) => items.push(emit_enum(enumeration)),
            ModelItem::Write(write) => items.push(emit_shape(plan, write)),
            // The members of an open type are described where it is a property.
            ModelItem::OpenMap(_) | ModelItem::Marker(_) => {}
        }
    }
    items
}

/// The static that stands for a type, or for a shape of what is sent.
pub(super) fn static_name(name: &str) -> Ident {
    format_ident!("{}", name.to_shouty_snake_case())
}

/// The versions that have something, as two flags.
pub(super) fn emit_versions(versions: Versions) -> TokenStream {
    match (versions.has(0), versions.has(1)) {
        (true, false) => quote!(Versions::V1),
        (false, true) => quote!(Versions::Beta),
        _ => quote!(Versions::Both),
    }
}

fn emit_record(plan: &Plan, record: &Record) -> TokenStream {
    let (ident, name, open) = (
        static_name(&record.name),
        record.odata_type.trim_start_matches('#'),
        record.open,
    );
    let is_entity = record.entity.is_some();
    let legacy = &record.legacy_names;
    let properties = record.fields.iter().map(|field| {
        let (name, kind, versions) = (&field.wire, emit_kind(plan, &field.ty), emit_versions(field.versions));
        quote!(Property { name: #name, kind: #kind, versions: #versions })
    });
    quote! {
        pub(crate) static #ident: Type = Type {
            name: #name,
            is_entity: #is_entity,
            is_open: #open,
            properties: &[#(#properties),*],
            derived: &[],
            legacy_names: &[#(#legacy),*],
        };
    }
}

/// What all of them have, and the types that there are.
fn emit_union(plan: &Plan, union: &Union) -> TokenStream {
    let (ident, name, versioned) = (static_name(&union.name), &union.odata_type, union.versioned);
    let variants = union.variants.iter().filter_map(|variant| {
        let wire = variant.wire.trim_start_matches('#');
        let record = plan.model.iter().find_map(|item| match &item.item {
            ModelItem::Record(record) if record.odata_type.trim_start_matches('#') == wire => Some(record),
            _ => None,
        })?;
        let ident = static_name(&record.name);
        Some(quote!(&#ident))
    });
    let other = static_name(&union.other);
    quote! {
        pub(crate) static #ident: Type = Type {
            name: #name,
            is_entity: #versioned,
            is_open: false,
            properties: #other.properties,
            derived: &[#(#variants),*],
            legacy_names: &[],
        };
    }
}

fn emit_enum(enumeration: &Enumeration) -> TokenStream {
    let ident = static_name(&enumeration.name);
    let members = enumeration.variants.iter().map(|variant| &variant.wire);
    quote! {
        pub(crate) static #ident: Enum = Enum { members: &[#(#members),*] };
    }
}

pub(super) fn emit_kind(plan: &Plan, ty: &RustType) -> TokenStream {
    match ty {
        RustType::Bool => quote!(Kind::Boolean),
        RustType::Integer(_) => quote!(Kind::Integer),
        RustType::Float(_) => quote!(Kind::Number),
        RustType::Text | RustType::Id(_) => quote!(Kind::Text),
        RustType::Core(name) => match *name {
            "DateTimeOffset" => quote!(Kind::DateTime),
            "Date" => quote!(Kind::Date),
            "Binary" => quote!(Kind::Binary),
            "Guid" => quote!(Kind::Guid),
            "OrderHint" | "NewOrderHint" => quote!(Kind::OrderHint),
            "Raw" => quote!(Kind::Any),
            _ => quote!(Kind::Text),
        },
        RustType::Model(name) | RustType::Versioned(name) => emit_model_kind(plan, name),
        RustType::Flags(name) => {
            let ident = static_name(name);
            quote!(Kind::Flags(&#ident))
        }
        RustType::List(of) => {
            let of = emit_kind(plan, of);
            quote!(Kind::List(&#of))
        }
        RustType::Boxed(of) => emit_kind(plan, of),
    }
}

fn emit_model_kind(plan: &Plan, name: &str) -> TokenStream {
    let ident = static_name(name);
    let item = plan.model.iter().find(|item| item.item.name() == name);
    match item.map(|item| &item.item) {
        Some(ModelItem::Enum(_)) => quote!(Kind::Enum(&#ident)),
        Some(ModelItem::OpenMap(map)) => {
            let of = emit_kind(plan, &map.value);
            quote!(Kind::Open(&#of))
        }
        Some(ModelItem::Record(_) | ModelItem::Union(_)) => quote!(Kind::Object(&#ident)),
        _ => quote!(Kind::Any),
    }
}

fn emit_shape(plan: &Plan, write: &Write) -> TokenStream {
    let (ident, open) = (static_name(&write.name), write.open);
    let of = static_name(&write.record);
    let required = write.required.iter().map(|setter| &setter.wire);
    let mut setters: Vec<&Setter> = write.setters.iter().chain(&write.required).collect();
    setters.sort_by_key(|setter| &setter.wire);
    setters.dedup_by_key(|setter| &setter.wire);
    let settable = setters.into_iter().map(|setter| {
        let (name, versions, sent) = (
            &setter.wire,
            emit_versions(setter.versions),
            emit_sent(plan, &setter.value),
        );
        quote!(Settable { name: #name, versions: #versions, sent: #sent })
    });
    quote! {
        pub(crate) static #ident: Shape = Shape {
            of: &#of,
            is_open: #open,
            required: &[#(#required),*],
            settable: &[#(#settable),*],
        };
    }
}

fn emit_sent(plan: &Plan, value: &SetterValue) -> TokenStream {
    match value {
        SetterValue::Whole { ty, clear } => {
            let (kind, nullable) = (emit_kind(plan, ty), clear.is_some());
            quote!(Sent::Value { kind: #kind, nullable: #nullable })
        }
        SetterValue::Object { edit, clear } => {
            let (shape, nullable) = (static_name(edit), clear.is_some());
            quote!(Sent::Object { shape: &#shape, nullable: #nullable })
        }
        SetterValue::Objects { edit, typed, clear } => {
            let (shape, nullable) = (static_name(edit), clear.is_some());
            quote!(Sent::Objects { shape: &#shape, typed: #typed, nullable: #nullable })
        }
        SetterValue::Members { key, value, remove, .. } => {
            let key = match key {
                RustType::Core(name) => *name,
                _ => "Id",
            };
            let member = match value {
                MemberValue::Edit(edit) => {
                    let shape = static_name(edit);
                    quote!(Member::Object(&#shape))
                }
                MemberValue::Plain(ty) => {
                    let kind = emit_kind(plan, ty);
                    quote!(Member::Value(#kind))
                }
                MemberValue::True => quote!(Member::Value(Kind::Boolean)),
            };
            let removal = match remove {
                Some((_, Removal::Null)) => quote!(Removal::Null),
                Some((_, Removal::False)) => quote!(Removal::False),
                None => quote!(Removal::Never),
            };
            quote!(Sent::Members { key: #key, member: #member, removal: #removal })
        }
    }
}
