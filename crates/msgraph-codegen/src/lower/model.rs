//! The types of the model crate.

use std::collections::BTreeSet;

use super::{Context, names, write};
use crate::{
    csdl::{EnumType, Property, QualifiedName, Type, Versions},
    docs::Item,
    generate::Scope,
    overlay::{Entry, OpenTypeEntry, reference},
    plan::{EntityKey, Enumeration, Field, Gated, MemberValue, ModelItem, OpenMap, Record, RustType, Union, Variant},
    slice::Need,
    toml_input::{Place, qualify},
};

pub(super) fn lower(context: &Context<'_>) -> Vec<Gated<ModelItem>> {
    let mut gated = Vec::new();
    for (name, Need { scopes, .. }) in &context.slice.types {
        let mut items = Vec::new();
        match context.edm.types.get(name) {
            Some(Type::Enum(ty)) => items.push(ModelItem::Enum(enumeration(context, name, ty))),
            Some(Type::Structured(_)) => match context.overlay.open_types.get(name) {
                Some(entry) => items.extend(open_map(context, name, entry).map(ModelItem::OpenMap)),
                None if context.is_abstract(name) => {
                    items.push(ModelItem::Union(union(context, name)));
                    items.push(ModelItem::Record(record(context, name, other_name(context, name))));
                }
                None => items.push(ModelItem::Record(record(context, name, context.type_name(name)))),
            },
            Some(Type::Definition(_)) | None => {}
        }
        let gate = context.gate(scopes);
        gated.extend(items.into_iter().map(|item| Gated {
            gate: gate.clone(),
            item,
        }));
    }
    gated.extend(write::writes(context).into_iter().map(|(gate, write)| Gated {
        gate,
        item: ModelItem::Write(write),
    }));
    gated
}

fn record(context: &Context<'_>, name: &QualifiedName, rust_name: String) -> Record {
    if context.scope == Scope::Exact {
        check_property_names(context, name);
    }
    let mut fields: Vec<_> = context
        .properties(name)
        .into_iter()
        .map(|(declaring, property)| (declaring, property, context.read_type(name, property)))
        .map(|(declaring, property, ty)| Field {
            name: names::field_name(&property.name),
            constant: names::constant_name(&property.name),
            wire: property.name.clone(),
            open: matches!(ty, RustType::Model(_)) && context.open_type(property).is_some(),
            ty,
            docs: {
                let mut docs = context.property_docs(name, declaring, &property.name);
                docs.extend(context.version_docs(context.member_versions(declaring, property.versions)));
                docs.extend(Context::retired_docs(property.retired.as_ref()));
                docs
            },
            versions: context.member_versions(declaring, property.versions),
            retired: Context::retired(property.retired.as_ref()),
        })
        .collect();
    for (declaring, structured) in context.edm.lineage(name) {
        for navigation in &structured.navigations {
            if !context.slice.expands(declaring, &navigation.name) {
                continue;
            }
            let target = Box::new(context.entity_type(&navigation.target));
            let ty = if navigation.collection {
                RustType::List(target)
            } else {
                RustType::Boxed(target)
            };
            let mut docs = context.property_docs(name, declaring, &navigation.name);
            docs.extend([String::new(), "Present only where the request expands it.".to_owned()]);
            let versions = context.member_versions(declaring, navigation.versions);
            docs.extend(context.version_docs(versions));
            fields.push(Field {
                name: names::field_name(&navigation.name),
                constant: names::constant_name(&navigation.name),
                wire: navigation.name.clone(),
                ty,
                open: false,
                docs,
                versions,
                retired: Context::retired(navigation.retired.as_ref()),
            });
        }
    }
    fields.sort_by(|one, other| one.wire.cmp(&other.wire));
    let entity = context.is_entity(name).then(|| {
        let key = fields.iter().find(|field| context.is_key(name, &field.wire));
        match key.map(|field| (&field.name, &field.ty)) {
            Some((field, RustType::Id(of))) => EntityKey {
                field: Some(field.clone()),
                of: of.clone(),
            },
            _ => EntityKey {
                field: None,
                of: context.type_name(context.id_owner(name)),
            },
        }
    });
    Record {
        name: rust_name,
        odata_type: format!("#{name}"),
        open: context.structured(name).is_some_and(|structured| structured.open),
        docs: type_docs(context, name),
        fields,
        entity,
        retired: type_retired(context, name),
        legacy_names: context
            .type_entry(name)
            .map(|entry| entry.value.legacy_names.clone())
            .unwrap_or_default(),
    }
}

pub(super) fn type_retired(context: &Context<'_>, name: &QualifiedName) -> Option<String> {
    Context::retired(context.structured(name)?.retired.as_ref())
}

fn union(context: &Context<'_>, name: &QualifiedName) -> Union {
    let variants = context.derived(name).into_iter().map(|derived| Variant {
        name: match names::variant_name(derived.name()) {
            // What is of none of the types.
            name if name == "Other" => name + "_",
            name => name,
        },
        wire: context.type_name(derived),
        docs: context.docs(&Item::Type(derived.clone()), || format!("The type `{derived}`.")),
        versions: context
            .structured(derived)
            .map_or(Versions::ALL, |structured| context.versions(structured.versions)),
    });
    Union {
        name: context.type_name(name),
        odata_type: name.to_string(),
        docs: type_docs(context, name),
        versioned: context.is_entity(name),
        variants: variants.collect(),
        other: other_name(context, name),
        retired: type_retired(context, name),
    }
}

/// The read type of objects of which only the abstract type is known.
pub(super) fn other_name(context: &Context<'_>, name: &QualifiedName) -> String {
    context.derived_name(name, "Other")
}

/// Complains of names in the overlay that are not properties of the type.
fn check_property_names(context: &Context<'_>, name: &QualifiedName) {
    let Some(entry) = context.type_entry(name) else {
        return;
    };
    let properties = context.properties(name);
    let known: BTreeSet<_> = properties.iter().map(|(_, property)| &*property.name).collect();
    let lists = entry
        .value
        .required
        .iter()
        .chain(&entry.value.read_only)
        .chain(&entry.value.create_only)
        .chain(&entry.value.not_clearable);
    for listed in entry.value.deep_insert.iter().chain(&entry.value.expands) {
        let mut navigations = context.edm.navigations(name);
        if !navigations.any(|navigation| navigation.name == **listed.get_ref()) {
            context.complain(Place::new(entry.place.source, listed).complain(
                format!("`{name}` has no navigation property `{}`", listed.get_ref()),
                "correct the name, or remove it from the overlay",
            ));
        }
    }
    for listed in lists.chain(entry.value.property.keys()) {
        if !known.contains(&**listed.get_ref()) {
            context.complain(Place::new(entry.place.source, listed).complain(
                format!("`{name}` has no property `{}`", listed.get_ref()),
                "correct the name, or remove it from the overlay",
            ));
        }
    }
    for listed in &entry.value.read_only {
        let written_by_service = |property: &Property| property.computed || context.is_key(name, &property.name);
        let redundant = properties
            .iter()
            .any(|(_, property)| property.name == **listed.get_ref() && written_by_service(property));
        if redundant {
            context.complain(Place::new(entry.place.source, listed).complain(
                format!("`{}` is known to be read-only without the overlay", listed.get_ref()),
                "remove it from `read_only`",
            ));
        }
    }
}

fn type_docs(context: &Context<'_>, name: &QualifiedName) -> Vec<String> {
    let mut docs = context.docs(&Item::Type(name.clone()), || format!("The type `{name}`."));
    let reference = context
        .type_entry(name)
        .and_then(|entry| reference(&entry.value.source));
    let revision = match context.edm.types.get(name) {
        Some(Type::Structured(ty)) => ty.retired.as_ref(),
        Some(Type::Enum(ty)) => ty.retired.as_ref(),
        Some(Type::Definition(_)) | None => None,
    };
    docs.extend(Context::retired_docs(revision));
    if let Some(reference) = reference {
        docs.extend([String::new(), format!("<{reference}>")]);
    }
    docs
}

fn enumeration(context: &Context<'_>, name: &QualifiedName, ty: &EnumType) -> Enumeration {
    let variants = ty.members.iter().map(|member| Variant {
        name: names::variant_name(&member.name),
        wire: member.name.clone(),
        docs: {
            let item = Item::Member(name.clone(), member.name.clone());
            let mut docs = context.docs(&item, || format!("`{}`", member.name));
            docs.extend(context.version_docs(context.member_versions(name, member.versions)));
            docs
        },
        versions: context.member_versions(name, member.versions),
    });
    Enumeration {
        name: context.type_name(name),
        odata_type: name.to_string(),
        docs: type_docs(context, name),
        variants: variants.collect(),
        retired: Context::retired(ty.retired.as_ref()),
    }
}

fn open_map(context: &Context<'_>, name: &QualifiedName, entry: &Entry<'_, OpenTypeEntry>) -> Option<OpenMap> {
    let value = match member_value(context, entry)? {
        MemberValue::Edit(_) => RustType::Model(context.type_name(&value_type(entry))),
        MemberValue::Plain(RustType::Core("NewOrderHint")) => RustType::Core("OrderHint"),
        MemberValue::Plain(ty) => ty,
        MemberValue::True => RustType::Bool,
    };
    Some(OpenMap {
        name: context.type_name(name),
        odata_type: name.to_string(),
        docs: type_docs(context, name),
        key: key_type(context, entry)?,
        value,
    })
}

pub(super) fn key_type(context: &Context<'_>, entry: &Entry<'_, OpenTypeEntry>) -> Option<RustType> {
    let key = &entry.used().key;
    let ty = match &**key.get_ref() {
        "encoded" => Some(RustType::Core("EncodedKey")),
        "category" => Some(RustType::Core("Category")),
        "text" => Some(RustType::Text),
        text => text
            .strip_prefix("id:")
            .map(|name| context.id_of(Place::new(entry.place.source, key), &entry.namespace, name)),
    };
    if ty.is_none() {
        context.complain(Place::new(entry.place.source, key).complain(
            format!("`{}` is no kind of key", key.get_ref()),
            "write `text`, `encoded`, `category`, or `id:` and the name of a type",
        ));
    }
    ty
}

pub(super) fn value_type(entry: &Entry<'_, OpenTypeEntry>) -> QualifiedName {
    qualify(&entry.namespace, entry.value.value.get_ref())
}

pub(super) fn member_value(context: &Context<'_>, entry: &Entry<'_, OpenTypeEntry>) -> Option<MemberValue> {
    let value = &entry.used().value;
    match &**value.get_ref() {
        "boolean" => Some(MemberValue::True),
        "order-hint" => Some(MemberValue::Plain(RustType::Core("NewOrderHint"))),
        "text" => Some(MemberValue::Plain(RustType::Text)),
        "json" => Some(MemberValue::Plain(RustType::Core("Raw"))),
        _ => {
            let name = value_type(entry);
            if context.structured(&name).is_some() {
                return Some(MemberValue::Edit(write::update_name(context, &name)));
            }
            context.complain(Place::new(entry.place.source, value).complain(
                format!("`{name}` is not declared in the metadata"),
                "write `boolean`, `json`, `order-hint`, `text`, or the name of a complex type",
            ));
            None
        }
    }
}
