//! The types of the model crate.

use std::collections::BTreeSet;

use super::{Context, names};
use crate::{
    csdl::{EnumType, Property, QualifiedName, Type, TypeRef, ValueType},
    docs::Item,
    overlay::{Entry, OpenTypeEntry, RemovalEntry, TypeEntry, reference},
    plan::{
        EntityKey, Enumeration, Field, MemberValue, Method, ModelItem, OpenMap, Record, Removal, RustType, Setter,
        SetterValue, Union, Variant, Write,
    },
    slice::Step,
    toml_input::{Place, qualify},
};

pub(super) fn lower(context: &Context<'_>) -> Vec<ModelItem> {
    let mut items = Vec::new();
    for name in context.slice.types.keys() {
        match context.edm.types.get(name) {
            Some(Type::Enum(ty)) => items.push(ModelItem::Enum(enumeration(context, name, ty))),
            Some(Type::Structured(_)) => match context.overlay.open_types.get(name) {
                Some(entry) => items.extend(open_map(context, name, entry).map(ModelItem::OpenMap)),
                None if context.is_abstract(name) => {
                    items.push(ModelItem::Union(union(context, name)));
                    items.push(ModelItem::Record(record(context, name, other_name(name))));
                }
                None => items.push(ModelItem::Record(record(context, name, names::type_name(name)))),
            },
            Some(Type::Definition(_)) | None => {}
        }
    }
    items.extend(writes(context).into_iter().map(ModelItem::Write));
    items
}

fn record(context: &Context<'_>, name: &QualifiedName, rust_name: String) -> Record {
    check_property_names(context, name);
    let mut fields: Vec<_> = context
        .properties(name)
        .into_iter()
        .map(|(declaring, property)| Field {
            name: names::field_name(&property.name),
            constant: names::constant_name(&property.name),
            wire: property.name.clone(),
            ty: context.read_type(name, property),
            docs: context.property_docs(name, declaring, &property.name),
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
            fields.push(Field {
                name: names::field_name(&navigation.name),
                constant: names::constant_name(&navigation.name),
                wire: navigation.name.clone(),
                ty,
                docs,
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
                of: names::type_name(context.id_owner(name)),
            },
        }
    });
    Record {
        name: rust_name,
        odata_type: format!("#{name}"),
        docs: type_docs(context, name),
        fields,
        entity,
    }
}

fn union(context: &Context<'_>, name: &QualifiedName) -> Union {
    let variants = context.derived(name).into_iter().map(|derived| Variant {
        name: names::variant_name(derived.name()),
        wire: names::type_name(derived),
        docs: context.docs(&Item::Type(derived.clone()), || format!("The type `{derived}`.")),
    });
    Union {
        name: names::type_name(name),
        docs: type_docs(context, name),
        versioned: context.is_entity(name),
        variants: variants.collect(),
        other: other_name(name),
    }
}

/// The read type of objects of which only the abstract type is known.
fn other_name(name: &QualifiedName) -> String {
    names::derived_name(name, "Other")
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
        .chain(&entry.value.create_only);
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
    if let Some(reference) = reference {
        docs.extend([String::new(), format!("<{reference}>")]);
    }
    docs
}

fn enumeration(context: &Context<'_>, name: &QualifiedName, ty: &EnumType) -> Enumeration {
    let variants = ty.members.iter().map(|(member, _)| Variant {
        name: names::variant_name(member),
        wire: member.clone(),
        docs: context.docs(&Item::Member(name.clone(), member.clone()), || format!("`{member}`")),
    });
    Enumeration {
        name: names::type_name(name),
        docs: type_docs(context, name),
        variants: variants.collect(),
    }
}

fn open_map(context: &Context<'_>, name: &QualifiedName, entry: &Entry<'_, OpenTypeEntry>) -> Option<OpenMap> {
    let value = match member_value(context, entry)? {
        MemberValue::Edit(_) => RustType::Model(names::type_name(&value_type(entry))),
        MemberValue::Plain(RustType::Core("NewOrderHint")) => RustType::Core("OrderHint"),
        MemberValue::Plain(ty) => ty,
        MemberValue::True => RustType::Bool,
    };
    Some(OpenMap {
        name: names::type_name(name),
        docs: type_docs(context, name),
        key: key_type(context, entry)?,
        value,
    })
}

fn key_type(context: &Context<'_>, entry: &Entry<'_, OpenTypeEntry>) -> Option<RustType> {
    let key = &entry.used().key;
    let ty = match &**key.get_ref() {
        "encoded" => Some(RustType::Core("EncodedKey")),
        "category" => Some(RustType::Core("Category")),
        text => text
            .strip_prefix("id:")
            .map(|name| context.id_of(Place::new(entry.place.source, key), &entry.namespace, name)),
    };
    if ty.is_none() {
        context.complain(Place::new(entry.place.source, key).complain(
            format!("`{}` is no kind of key", key.get_ref()),
            "write `encoded`, `category`, or `id:` and the name of a type",
        ));
    }
    ty
}

fn value_type(entry: &Entry<'_, OpenTypeEntry>) -> QualifiedName {
    qualify(&entry.namespace, entry.value.value.get_ref())
}

fn member_value(context: &Context<'_>, entry: &Entry<'_, OpenTypeEntry>) -> Option<MemberValue> {
    let value = &entry.used().value;
    match &**value.get_ref() {
        "boolean" => Some(MemberValue::True),
        "order-hint" => Some(MemberValue::Plain(RustType::Core("NewOrderHint"))),
        _ => {
            let name = value_type(entry);
            if context.structured(&name).is_some() {
                return Some(MemberValue::Edit(update_name(&name)));
            }
            context.complain(Place::new(entry.place.source, value).complain(
                format!("`{name}` is not declared in the metadata"),
                "write `boolean`, `order-hint`, or the name of a complex type",
            ));
            None
        }
    }
}

/// The type of an update.
pub(super) fn update_name(name: &QualifiedName) -> String {
    names::derived_name(name, "Update")
}

/// The type of a value that is sent whole.
pub(super) fn input_name(name: &QualifiedName) -> String {
    names::derived_name(name, "Input")
}

/// The type of a creation.
pub(super) fn create_name(name: &QualifiedName) -> String {
    names::derived_name(name, "Create")
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    Create,
    Update,
    /// The value of a member of an open type.
    Member,
    /// The value of a property.
    Value,
}

/// The types that are sent: for every creation and update in the slice, and for the values of open types.
fn writes(context: &Context<'_>) -> Vec<Write> {
    let slice = context.slice;
    let mut sent = BTreeSet::new();
    for node in &slice.nodes {
        if matches!(node.step, Step::Call(_)) {
            continue;
        }
        for method in super::requests::offered(context, node) {
            match method {
                Method::Post => sent.extend(sent_types(context, &node.target).map(|ty| (ty, Purpose::Create))),
                Method::Patch => sent.extend(sent_types(context, &node.target).map(|ty| (ty, Purpose::Update))),
                Method::Get | Method::Delete => {}
            }
        }
    }
    let open_types = context
        .overlay
        .open_types
        .iter()
        .filter(|(name, _)| slice.types.contains_key(name));
    for (_, entry) in open_types {
        let value = slice.types.get_key_value(&value_type(entry));
        sent.extend(value.map(|(name, _)| (name, Purpose::Member)));
    }
    for node in &slice.nodes {
        let Step::Call(number) = node.step else { continue };
        let parameters = context
            .edm
            .calls
            .get(number)
            .map(|call| &call.parameters)
            .into_iter()
            .flatten();
        let objects = parameters.filter(|parameter| !parameter.nullable);
        let objects = objects.filter_map(|parameter| slice.types.get_key_value(object_of(context, &parameter.ty)?));
        sent.extend(objects.map(|(name, _)| (name, Purpose::Value)));
    }
    // An object that is sent may hold others.
    let mut queue: Vec<_> = sent.iter().copied().collect();
    while let Some((name, purpose)) = queue.pop() {
        for (_, property) in context.properties(name) {
            let value = object_type(context, property).filter(|_| is_written(context, name, property, purpose));
            let value = value.and_then(|ty| slice.types.get_key_value(ty));
            let value = value.map(|(ty, _)| (ty, Purpose::Value));
            queue.extend(value.filter(|value| sent.insert(*value)));
        }
    }
    sent.into_iter()
        .map(|(name, purpose)| write(context, name, purpose))
        .collect()
}

/// The types that are sent to a path: the type at its end, or those that derive from it.
fn sent_types<'c>(context: &'c Context<'_>, name: &'c QualifiedName) -> impl Iterator<Item = &'c QualifiedName> {
    let derived = if context.is_abstract(name) {
        context.derived(name)
    } else {
        vec![name]
    };
    derived.into_iter()
}

/// Whether a client may write a property.
fn is_written(context: &Context<'_>, name: &QualifiedName, property: &Property, purpose: Purpose) -> bool {
    let entry = context.type_entry(name).map(|entry| &entry.value);
    let listed = |list: fn(&TypeEntry, &str) -> bool| entry.is_some_and(|entry| list(entry, &property.name));
    let read_only = property.computed || context.is_key(name, &property.name) || listed(TypeEntry::is_read_only);
    !read_only && (purpose == Purpose::Create || !listed(TypeEntry::is_create_only))
}

/// The complex type of a property that holds one object, if it holds one.
fn object_type<'p>(context: &Context<'_>, property: &'p Property) -> Option<&'p QualifiedName> {
    object_of(context, &property.ty)
}

/// The complex type of a value that is one object.
pub(super) fn object_of<'t>(context: &Context<'_>, ty: &'t TypeRef) -> Option<&'t QualifiedName> {
    match &ty.value {
        ValueType::Named(name) if context.is_abstract(name) || context.is_entity(name) => None,
        ValueType::Named(name) if !ty.collection && context.is_record(&ty.value) => Some(name),
        ValueType::Named(_) | ValueType::Primitive(_) => None,
    }
}

fn write(context: &Context<'_>, name: &QualifiedName, purpose: Purpose) -> Write {
    let entry = context.type_entry(name).map(|entry| &entry.value);
    let mut required = Vec::new();
    let mut setters = Vec::new();
    for (declaring, property) in context.properties(name) {
        if !is_written(context, name, property, purpose) {
            continue;
        }
        let is_required = purpose != Purpose::Update && entry.is_some_and(|entry| entry.is_required(&property.name));
        let Some(value) = setter_value(context, name, property, purpose) else {
            continue;
        };
        let setter = Setter {
            field: names::field_name(&property.name),
            constant: names::constant_name(&property.name),
            docs: context.property_docs(name, declaring, &property.name),
            value,
        };
        if is_required && matches!(setter.value, SetterValue::Members { .. }) {
            context.complain_of_entry(
                name,
                format!("`{name}/{}` is an open type, and cannot be required", property.name),
                "remove it from `required`",
            );
        } else if is_required {
            required.push(setter);
        } else {
            setters.push(setter);
        }
    }
    let record = names::type_name(name);
    let (rust_name, sentence) = match purpose {
        Purpose::Create => (
            create_name(name),
            format!("What a new [`{record}`](super::{record}) is created with."),
        ),
        Purpose::Update => (
            update_name(name),
            format!("Changes to a [`{record}`](super::{record}). What is not set and not cleared keeps its value."),
        ),
        Purpose::Value => (
            input_name(name),
            format!("A [`{record}`](super::{record}) that is sent."),
        ),
        Purpose::Member => (
            update_name(name),
            format!("A new [`{record}`](super::{record}), or changes to one: what is not set keeps its value."),
        ),
    };
    Write {
        name: rust_name,
        open: context.structured(name).is_some_and(|structured| structured.open),
        record,
        docs: vec![sentence],
        required,
        setters,
    }
}

fn setter_value(
    context: &Context<'_>,
    name: &QualifiedName,
    property: &Property,
    purpose: Purpose,
) -> Option<SetterValue> {
    if let (ValueType::Named(ty), false) = (&property.ty.value, property.ty.collection)
        && let Some(entry) = context.overlay.open_types.get(ty)
    {
        return members(context, entry, purpose);
    }
    let field = names::field_name(&property.name);
    let may_clear = property.nullable && matches!(purpose, Purpose::Update | Purpose::Member);
    let clear = may_clear.then(|| names::method_name("clear", &field));
    if let Some(ty) = object_type(context, property) {
        let edit = input_name(ty);
        return Some(SetterValue::Object { edit, clear });
    }
    let ty = match context.read_type(name, property) {
        RustType::Core("OrderHint") => RustType::Core("NewOrderHint"),
        RustType::Boxed(inner) => *inner,
        ty => ty,
    };
    Some(SetterValue::Whole { ty, clear })
}

fn members(context: &Context<'_>, entry: &Entry<'_, OpenTypeEntry>, purpose: Purpose) -> Option<SetterValue> {
    let removal = match entry.used().removal.get_ref() {
        RemovalEntry::Null => Some(Removal::Null),
        RemovalEntry::False => Some(Removal::False),
        RemovalEntry::Never => None,
    };
    let remove = entry
        .value
        .remove
        .as_ref()
        .and_then(|remove| context.method_name(entry, remove));
    if removal.is_some() != entry.value.remove.is_some() {
        context.complain(Place::new(entry.place.source, &entry.value.removal).complain(
            "`remove` and `removal` contradict each other",
            "name the method in `remove`, or write removal = \"never\"",
        ));
    }
    // Each complains for itself, so all are asked.
    let (key, value) = (key_type(context, entry), member_value(context, entry));
    let set = context.method_name(entry, &entry.value.set);
    Some(SetterValue::Members {
        key: key?,
        value: value?,
        set: set?,
        // What is created has no members yet.
        remove: remove.zip(removal).filter(|_| purpose != Purpose::Create),
    })
}
