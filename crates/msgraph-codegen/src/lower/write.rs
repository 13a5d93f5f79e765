//! The types that are sent.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Context,
    model::{key_type, member_value, other_name, type_retired, value_type},
    names,
};
use crate::{
    csdl::{Navigation, Property, QualifiedName, TypeRef, ValueType, Versions},
    overlay::{Entry, OpenTypeEntry, RemovalEntry, TypeEntry},
    plan::{Gate, Method, Removal, RustType, Setter, SetterValue, Write},
    slice::{self, Chosen, Step},
    toml_input::Place,
};

/// The type of an update.
pub(super) fn update_name(context: &Context<'_>, name: &QualifiedName) -> String {
    context.derived_name(name, "Update")
}

/// The type of a value that is sent whole.
pub(super) fn input_name(context: &Context<'_>, name: &QualifiedName) -> String {
    context.derived_name(name, "Input")
}

/// The type of a creation.
pub(super) fn create_name(context: &Context<'_>, name: &QualifiedName) -> String {
    context.derived_name(name, "Create")
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

/// The types that are sent, each with what it is sent for.
#[derive(Default)]
struct Sent<'n> {
    types: BTreeMap<(&'n QualifiedName, Purpose), BTreeSet<slice::Scope>>,
    queue: Vec<(&'n QualifiedName, Purpose)>,
}

impl<'n> Sent<'n> {
    fn add(&mut self, name: &'n QualifiedName, purpose: Purpose, scopes: impl IntoIterator<Item = slice::Scope>) {
        let known = self.types.entry((name, purpose)).or_default();
        let before = known.len();
        known.extend(scopes.into_iter().filter(|scope| !scope.versions.is_empty()));
        if known.len() > before {
            self.queue.push((name, purpose));
        }
    }
}

/// The types that are sent: for every creation and update in the slice, and for the values of open types.
pub(super) fn writes(context: &Context<'_>) -> Vec<(Gate, Write)> {
    let slice = context.slice;
    let mut sent = Sent::default();
    for node in &slice.nodes {
        if matches!(node.step, Step::Call(_) | Step::Stream(_)) {
            continue;
        }
        for (method, chosen) in &node.methods {
            let purpose = match method {
                Method::Post => Purpose::Create,
                Method::Patch => Purpose::Update,
                Method::Get | Method::Put | Method::Delete => continue,
            };
            for ty in context.sent_types(&node.target) {
                sent.add(ty, purpose, chosen.scopes());
            }
        }
    }
    let open_types = context
        .overlay
        .open_types
        .iter()
        .filter(|(name, _)| slice.types.contains_key(name));
    for (name, entry) in open_types.filter(|(_, entry)| entry.value.set.is_some()) {
        let scopes = slice.types.get(name).into_iter().flat_map(|need| need.scopes.clone());
        if let Some((value, _)) = slice.types.get_key_value(&value_type(entry)) {
            sent.add(value, Purpose::Member, scopes);
        }
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
        for parameter in parameters {
            let Some((ty, purpose)) = sent_as(context, &parameter.ty) else {
                continue;
            };
            if let Some((name, _)) = slice.types.get_key_value(ty) {
                let scopes = node.methods.values().flat_map(Chosen::scopes);
                sent.add(name, purpose, scopes);
            }
        }
    }
    // An object that is sent may hold others.
    while let Some((name, purpose)) = sent.queue.pop() {
        let scopes = sent.types.get(&(name, purpose)).cloned().unwrap_or_default();
        let within = |versions: Versions| {
            let scopes = scopes.iter().cloned();
            let scopes = scopes.map(|scope| slice::Scope {
                versions: scope.versions.and(versions),
                ..scope
            });
            scopes.collect::<Vec<_>>()
        };
        for (_, property) in context.properties(name) {
            let value = object_of(context, &property.ty).filter(|_| is_written(context, name, property, purpose));
            if let Some((ty, _)) = value.and_then(|ty| slice.types.get_key_value(ty)) {
                sent.add(ty, Purpose::Value, within(property.versions));
            }
        }
        if purpose == Purpose::Create {
            for navigation in inserted(context, name) {
                for ty in context.sent_types(&navigation.target) {
                    sent.add(ty, Purpose::Create, within(navigation.versions));
                }
            }
        }
    }
    let types = sent.types.into_iter();
    let writes = types.map(|((name, purpose), scopes)| (context.gate(&scopes), write(context, name, purpose)));
    writes.collect()
}

/// The navigation properties whose objects can be created together with an object.
fn inserted<'c>(context: &'c Context<'_>, name: &'c QualifiedName) -> impl Iterator<Item = &'c Navigation> {
    let entry = context.type_entry(name).map(|entry| &entry.value);
    let is_listed = move |navigation: &&Navigation| entry.is_some_and(|entry| entry.is_inserted(&navigation.name));
    context.edm.navigations(name).filter(is_listed)
}

/// Whether a client may write a property.
fn is_written(context: &Context<'_>, name: &QualifiedName, property: &Property, purpose: Purpose) -> bool {
    let entry = context.type_entry(name).map(|entry| &entry.value);
    let listed = |list: fn(&TypeEntry, &str) -> bool| entry.is_some_and(|entry| list(entry, &property.name));
    let read_only = property.computed || context.is_key(name, &property.name) || listed(TypeEntry::is_read_only);
    !read_only && (purpose == Purpose::Create || !listed(TypeEntry::is_create_only))
}

/// The complex type of a value that is an object, or several.
pub(super) fn object_of<'t>(context: &Context<'_>, ty: &'t TypeRef) -> Option<&'t QualifiedName> {
    match &ty.value {
        ValueType::Named(name) if context.is_abstract(name) || context.is_entity(name) => None,
        ValueType::Named(name) if context.is_record(&ty.value) => Some(name),
        ValueType::Named(_) | ValueType::Primitive(_) => None,
    }
}

/// What the object of a parameter is sent as: a complex type as a value, an entity as one that is created.
fn sent_as<'t>(context: &Context<'_>, ty: &'t TypeRef) -> Option<(&'t QualifiedName, Purpose)> {
    match &ty.value {
        ValueType::Named(name) if context.is_entity(name) && !context.is_abstract(name) => {
            Some((name, Purpose::Create))
        }
        _ => object_of(context, ty).map(|name| (name, Purpose::Value)),
    }
}

/// The type that the object of a parameter is sent as.
pub(super) fn argument_name(context: &Context<'_>, ty: &TypeRef) -> Option<String> {
    sent_as(context, ty).map(|(name, purpose)| match purpose {
        Purpose::Create => create_name(context, name),
        Purpose::Update | Purpose::Member | Purpose::Value => input_name(context, name),
    })
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
            wire: property.name.clone(),
            field: names::field_name(&property.name),
            constant: names::constant_name(&property.name),
            docs: {
                let mut docs = context.property_docs(name, declaring, &property.name);
                docs.extend(context.version_docs(context.member_versions(declaring, property.versions)));
                docs
            },
            value,
            versions: match entry.and_then(|entry| entry.update_only_in.get(&*property.name)) {
                Some(version) if purpose == Purpose::Update => context.version_named(name, version),
                _ => context.member_versions(declaring, property.versions),
            },
            confined: purpose == Purpose::Update
                && entry.is_some_and(|entry| entry.update_only_in.contains_key(&*property.name)),
            retired: Context::retired(property.retired.as_ref()),
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
    if purpose == Purpose::Create {
        let nested = inserted(context, name).flat_map(|navigation| nested(context, name, navigation));
        setters.extend(nested);
        setters.sort_by(|one, other| one.constant.cmp(&other.constant));
    }
    let record = read_name(context, name);
    let (rust_name, sentence) = match purpose {
        Purpose::Create => (
            create_name(context, name),
            format!("What a new [`{record}`](crate::{record}) is created with."),
        ),
        Purpose::Update => (
            update_name(context, name),
            format!("Changes to a [`{record}`](crate::{record}). What is not set and not cleared keeps its value."),
        ),
        Purpose::Value => (
            input_name(context, name),
            format!("A [`{record}`](crate::{record}) that is sent."),
        ),
        Purpose::Member => (
            update_name(context, name),
            format!("A new [`{record}`](crate::{record}), or changes to one: what is not set keeps its value."),
        ),
    };
    Write {
        name: rust_name,
        odata_type: name.to_string(),
        open: context.structured(name).is_some_and(|structured| structured.open),
        record,
        docs: vec![sentence],
        required,
        setters,
        retired: type_retired(context, name),
    }
}

/// The read type of a type: what all have in common, where it has only derived instances.
fn read_name(context: &Context<'_>, name: &QualifiedName) -> String {
    if context.is_abstract(name) {
        other_name(context, name)
    } else {
        context.type_name(name)
    }
}

/// What sets the objects that are created together with an object: one method for each type that they can have.
fn nested<'c>(
    context: &'c Context<'_>,
    name: &'c QualifiedName,
    navigation: &'c Navigation,
) -> impl Iterator<Item = Setter> + 'c {
    let typed = context.is_abstract(&navigation.target);
    let sent = context.sent_types(&navigation.target);
    let many = sent.len() > 1;
    sent.into_iter().map(move |ty| {
        let field = names::field_name(&navigation.name);
        let field = if many {
            names::method_name(&field, &names::field_name(ty.name()))
        } else {
            field
        };
        let mut docs = context.property_docs(name, name, &navigation.name);
        docs.extend([String::new(), "They are created together with the object.".to_owned()]);
        Setter {
            wire: navigation.name.clone(),
            field,
            constant: names::constant_name(&navigation.name),
            docs,
            value: SetterValue::Objects {
                edit: create_name(context, ty),
                typed,
                clear: None,
            },
            versions: context.member_versions(name, navigation.versions),
            confined: false,
            retired: None,
        }
    })
}

fn setter_value(
    context: &Context<'_>,
    name: &QualifiedName,
    property: &Property,
    purpose: Purpose,
) -> Option<SetterValue> {
    if let Some(entry) = context.open_type(property) {
        return members(context, entry, purpose);
    }
    let field = names::field_name(&property.name);
    let entry = context.type_entry(name).map(|entry| &entry.value);
    let is_partial = match purpose {
        Purpose::Create => false,
        Purpose::Update | Purpose::Member => true,
        Purpose::Value => entry.is_some_and(|entry| entry.partial),
    };
    let is_clearable = entry.is_none_or(|entry| entry.is_clearable(&property.name));
    let may_clear = property.nullable && is_partial && is_clearable;
    let clear = may_clear.then(|| names::method_name("clear", &field));
    if let Some(ty) = object_of(context, &property.ty) {
        let edit = input_name(context, ty);
        return Some(if property.ty.collection {
            let typed = false;
            SetterValue::Objects { edit, typed, clear }
        } else {
            SetterValue::Object { edit, clear }
        });
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
    let Some(set) = &entry.value.set else {
        context.complain(entry.place.complain(
            "a property of this open type can be written, and no method sets its members",
            "name the method in `set`, or list the property in `read_only`",
        ));
        return None;
    };
    let set = context.method_name(entry, set);
    Some(SetterValue::Members {
        key: key?,
        value: value?,
        set: set?,
        // What is created has no members yet.
        remove: remove.zip(removal).filter(|_| purpose != Purpose::Create),
    })
}
