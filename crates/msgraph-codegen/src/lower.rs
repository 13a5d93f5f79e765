//! Lowering: a slice, the overlay and the prose become a plan. Every decision is made here.

mod model;
mod names;
mod requests;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    Diagnostic, Diagnostics, Source,
    csdl::{Edm, Primitive, Property, QualifiedName, Structured, Type, TypeRef, ValueType},
    docs::{Docs, Item},
    overlay::{Entry, Overlay},
    plan::{ModelItem, Plan, RustType, Version},
    slice::{Leanings, Slice},
    toml_input::qualify,
};

/// What lowering works from.
pub(crate) struct Context<'a> {
    pub(crate) source: &'a Source,
    pub(crate) edm: &'a Edm,
    pub(crate) slice: &'a Slice,
    pub(crate) overlay: &'a Overlay<'a>,
    pub(crate) docs: &'a Docs<'a>,
    /// Entities outside the slice whose ids are named.
    markers: RefCell<BTreeMap<String, QualifiedName>>,
    complaints: RefCell<Vec<Diagnostic>>,
    without_prose: RefCell<BTreeSet<String>>,
}

/// A plan, and what is to be said of it.
pub(crate) struct Lowered {
    pub(crate) plan: Plan,
    /// The items that have no prose.
    pub(crate) without_prose: BTreeSet<String>,
}

pub(crate) fn lower(
    source: &Source,
    edm: &Edm,
    slice: &Slice,
    overlay: &Overlay<'_>,
    docs: &Docs<'_>,
    version: Version,
) -> Result<Lowered, Diagnostics> {
    let context = Context {
        source,
        edm,
        slice,
        overlay,
        docs,
        markers: RefCell::default(),
        complaints: RefCell::default(),
        without_prose: RefCell::default(),
    };
    let (builders, entries) = requests::lower(&context);
    let mut model = model::lower(&context);
    model.extend(context.markers.take().into_iter().map(|(name, entity)| {
        ModelItem::Marker(crate::plan::Marker {
            name,
            entity: entity.as_str().to_owned(),
        })
    }));
    model.sort_by(|one, other| one.name().cmp(other.name()));
    names::check_unique(&context, model.iter().map(ModelItem::name));
    names::check_unique(&context, builders.iter().map(|builder| &*builder.name));
    let plan = Plan {
        model,
        builders,
        entries,
        version,
    };
    let lowered = Lowered {
        plan,
        without_prose: context.without_prose.take(),
    };
    Diagnostics::check(context.complaints.take(), lowered)
}

/// The types that open types lean on, which only the overlay knows.
pub(crate) fn leanings(edm: &Edm, overlay: &Overlay<'_>) -> Leanings {
    let pairs = overlay.open_types.iter().filter_map(|(name, entry)| {
        let value = qualify(&entry.namespace, entry.value.value.get_ref());
        edm.types.contains_key(&value).then(|| (name.clone(), value))
    });
    pairs.collect()
}

impl<'a> Context<'a> {
    fn complain(&self, complaint: Diagnostic) {
        self.complaints.borrow_mut().push(complaint);
    }

    /// The prose for an item; where there is none, what can be said without.
    fn docs(&self, item: &Item, otherwise: impl FnOnce() -> String) -> Vec<String> {
        match self.docs.get(item) {
            Some(text) => text.lines().map(str::to_owned).collect(),
            None => {
                self.without_prose.borrow_mut().insert(item.to_string());
                vec![otherwise()]
            }
        }
    }

    /// The prose for a property: its own, or that of the type which declares it.
    fn property_docs(&self, of: &QualifiedName, declaring: &QualifiedName, name: &str) -> Vec<String> {
        let inherited = Item::Member(declaring.clone(), name.to_owned());
        let own = Item::Member(of.clone(), name.to_owned());
        let item = if self.docs.get(&own).is_some() { own } else { inherited };
        self.docs(&item, || format!("The property `{name}` of `{declaring}`."))
    }

    fn type_entry(&self, name: &QualifiedName) -> Option<&Entry<'a, crate::overlay::TypeEntry>> {
        let entry = self.overlay.types.get(name)?;
        entry.used();
        Some(entry)
    }

    /// The structural properties of a type, inherited ones included, sorted by name, each with the type that
    /// declares it.
    fn properties(&self, name: &'a QualifiedName) -> Vec<(&'a QualifiedName, &'a Property)> {
        let lineage = self.edm.lineage(name).into_iter();
        let mut properties: Vec<_> = lineage
            .flat_map(|(declaring, structured)| structured.properties.iter().map(move |property| (declaring, property)))
            .collect();
        properties.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        properties
    }

    /// The Rust type of a property, as it is read.
    fn read_type(&self, of: &QualifiedName, property: &Property) -> RustType {
        if let Some(meaning) = self.meaning(of, &property.name) {
            return meaning;
        }
        if self.is_key(of, &property.name) {
            return RustType::Id(names::type_name(of));
        }
        let ty = self.rust_type(&property.ty);
        // A record in a record is boxed: that breaks circles, and keeps what is mostly null small.
        if !property.ty.collection && self.is_record(&property.ty.value) {
            RustType::Boxed(Box::new(ty))
        } else {
            ty
        }
    }

    fn is_record(&self, ty: &ValueType) -> bool {
        match ty {
            ValueType::Named(name) => self.structured(name).is_some() && !self.overlay.open_types.contains_key(name),
            ValueType::Primitive(_) => false,
        }
    }

    fn is_key(&self, of: &QualifiedName, property: &str) -> bool {
        self.edm.single_key(of) == Some(property)
    }

    fn rust_type(&self, reference: &TypeRef) -> RustType {
        let ty = match &reference.value {
            ValueType::Primitive(primitive) => primitive_type(*primitive),
            ValueType::Named(name) => match self.edm.types.get(name) {
                Some(Type::Definition(primitive)) => primitive_type(*primitive),
                // An abstract or empty open type without an overlay entry says nothing of what it holds.
                _ => RustType::Model(names::type_name(name)),
            },
        };
        if reference.collection {
            RustType::List(Box::new(ty))
        } else {
            ty
        }
    }

    /// What the overlay says that a property means.
    fn meaning(&self, of: &QualifiedName, property: &str) -> Option<RustType> {
        let entry = self.overlay.types.get(of)?;
        let meaning = entry.used().property.get(property)?;
        let ty = self.meaning_type(&entry.namespace, meaning.get_ref());
        if ty.is_none() {
            self.complain(crate::toml_input::Place::new(entry.place.source, meaning).complain(
                format!("`{}` is no meaning of a property", meaning.get_ref()),
                "write `order-hint`, or `id:` and the name of a type",
            ));
        }
        ty
    }

    fn meaning_type(&self, namespace: &str, meaning: &str) -> Option<RustType> {
        match meaning {
            "order-hint" => Some(RustType::Core("OrderHint")),
            _ => {
                let name = qualify(namespace, meaning.strip_prefix("id:")?);
                Some(RustType::Id(self.id_target(&name)))
            }
        }
    }

    /// The Rust type that an id is of, even where the entity itself is outside the slice.
    fn id_target(&self, name: &QualifiedName) -> String {
        let rust = names::type_name(name);
        if !self.slice.types.contains_key(name) {
            self.markers.borrow_mut().insert(rust.clone(), name.clone());
        }
        rust
    }

    fn is_entity(&self, name: &QualifiedName) -> bool {
        self.structured(name).is_some_and(|structured| structured.entity)
    }

    fn structured(&self, name: &QualifiedName) -> Option<&'a Structured> {
        self.edm.structured(name)
    }
}

fn primitive_type(primitive: Primitive) -> RustType {
    match primitive {
        Primitive::Boolean => RustType::Bool,
        Primitive::Byte => RustType::Integer("u8"),
        Primitive::SByte => RustType::Integer("i8"),
        Primitive::Int16 => RustType::Integer("i16"),
        Primitive::Int32 => RustType::Integer("i32"),
        Primitive::Int64 => RustType::Integer("i64"),
        Primitive::Single => RustType::Float("f32"),
        Primitive::Double => RustType::Float("f64"),
        Primitive::String | Primitive::Guid => RustType::Text,
        Primitive::DateTimeOffset => RustType::Core("DateTimeOffset"),
        Primitive::Other => RustType::Core("Raw"),
    }
}
