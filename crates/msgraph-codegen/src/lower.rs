//! Lowering: a slice, the overlay and the prose become a plan. Every decision is made here.

mod model;
mod names;
mod requests;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use heck::ToSnakeCase;
use toml::Spanned;

use crate::{
    Diagnostic, Diagnostics, Source,
    csdl::{Edm, Primitive, Property, QualifiedName, Structured, Type, TypeRef, ValueType},
    docs::{Docs, Item},
    overlay::{Entry, Overlay},
    plan::{ModelItem, Plan, RustType, Version},
    slice::{Leanings, Slice},
    toml_input::{Place, qualify},
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
    /// The names that were taken, with what stands for them.
    pub(crate) renamed: Vec<String>,
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
    names::check_types(&context);
    names::check_files(&context, model.iter().map(ModelItem::name));
    names::check_files(&context, builders.iter().map(|builder| &*builder.name));
    let renamed = names::settle(&mut model);
    let plan = Plan {
        model,
        builders,
        entries,
        version,
    };
    let lowered = Lowered {
        plan,
        renamed,
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

    /// The prose for a property: that of the type, or of the nearest one that it derives from.
    fn property_docs(&self, of: &QualifiedName, declaring: &QualifiedName, name: &str) -> Vec<String> {
        let lineage = self.edm.lineage(of);
        let items = lineage
            .iter()
            .rev()
            .map(|(ty, _)| Item::Member((*ty).clone(), name.to_owned()));
        let item = items.into_iter().find(|item| self.docs.get(item).is_some());
        let item = item.unwrap_or_else(|| Item::Member(declaring.clone(), name.to_owned()));
        self.docs(&item, || format!("The property `{name}` of `{declaring}`."))
    }

    fn type_entry(&self, name: &QualifiedName) -> Option<&Entry<'a, crate::overlay::TypeEntry>> {
        let entry = self.overlay.types.get(name)?;
        entry.used();
        Some(entry)
    }

    /// Complains of the overlay entry of a type.
    fn complain_of_entry(&self, name: &QualifiedName, message: String, help: &str) {
        let entry = self.overlay.types.get(name);
        let complaint = entry.map(|entry| entry.place.complain(message, help));
        self.complaints.borrow_mut().extend(complaint);
    }

    /// A name of the overlay that a method is to have.
    fn method_name<T>(&self, entry: &Entry<'_, T>, name: &Spanned<String>) -> Option<String> {
        let is_name =
            syn::parse_str::<syn::Ident>(name.get_ref()).is_ok() && name.get_ref() == &*name.get_ref().to_snake_case();
        if !is_name {
            self.complain(Place::new(entry.place.source, name).complain(
                format!("`{}` cannot be the name of a method", name.get_ref()),
                "write words in lower case with underscores between them",
            ));
        }
        is_name.then(|| name.get_ref().clone())
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
        if let Some(meaning) = self.meaning(of, property) {
            return meaning;
        }
        let text = [Primitive::String, Primitive::Guid].map(ValueType::Primitive);
        if self.is_key(of, &property.name) && text.contains(&property.ty.value) {
            return RustType::Id(self.id_target(self.id_owner(of)));
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
    fn meaning(&self, of: &QualifiedName, property: &Property) -> Option<RustType> {
        let entry = self.overlay.types.get(of)?;
        let meaning = entry.used().property.get(&*property.name)?;
        let place = Place::new(entry.place.source, meaning);
        let string = TypeRef {
            collection: false,
            value: ValueType::Primitive(Primitive::String),
        };
        if property.ty != string {
            self.complain(place.complain(
                format!(
                    "`{of}/{}` is not a single string, and can have no such meaning",
                    property.name
                ),
                "remove it from the overlay",
            ));
            return None;
        }
        let ty = match &**meaning.get_ref() {
            "order-hint" => Some(RustType::Core("OrderHint")),
            text => text
                .strip_prefix("id:")
                .map(|name| self.id_of(place, &entry.namespace, name)),
        };
        if ty.is_none() {
            self.complain(place.complain(
                format!("`{}` is no meaning of a property", meaning.get_ref()),
                "write `order-hint`, or `id:` and the name of a type",
            ));
        }
        ty
    }

    /// The id of a type that is named in the overlay.
    fn id_of(&self, place: Place<'_>, namespace: &str, name: &str) -> RustType {
        let name = qualify(namespace, name);
        let declared = self.edm.types.contains_key(&name);
        if !declared && !self.overlay.outside.contains(&name) {
            self.complain(place.complain(
                format!("`{name}` is not declared in the metadata"),
                "correct the name, or list it in `outside` at the head of the file",
            ));
        }
        RustType::Id(self.id_target(&name))
    }

    /// The Rust type that an id is of, even where the entity itself is outside the slice.
    fn id_target(&self, name: &QualifiedName) -> String {
        let rust = names::type_name(name);
        if !self.slice.types.contains_key(name) {
            self.markers.borrow_mut().insert(rust.clone(), name.clone());
        }
        rust
    }

    /// Whether a type has only derived instances.
    fn is_abstract(&self, name: &QualifiedName) -> bool {
        self.structured(name).is_some_and(|structured| structured.is_abstract)
            && !self.overlay.open_types.contains_key(name)
    }

    /// The types in the slice that derive from one and have instances.
    fn derived(&self, name: &QualifiedName) -> Vec<&'a QualifiedName> {
        let types = self.slice.types.keys();
        let derives = |ty: &&QualifiedName| self.edm.lineage(ty).iter().any(|(base, _)| *base == name) && *ty != name;
        types.filter(derives).filter(|ty| !self.is_abstract(ty)).collect()
    }

    /// The type that an entity is read as.
    fn entity_type(&self, name: &QualifiedName) -> RustType {
        if self.is_abstract(name) {
            RustType::Model(names::type_name(name))
        } else {
            RustType::Versioned(names::type_name(name))
        }
    }

    /// The type whose ids the objects of a type have: the most general one in the slice.
    fn id_owner<'n>(&'n self, name: &'n QualifiedName) -> &'n QualifiedName {
        let lineage = self.edm.lineage(name);
        let owner = lineage
            .iter()
            .map(|(base, _)| *base)
            .find(|base| self.slice.types.contains_key(base));
        owner.unwrap_or(name)
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
        Primitive::Binary => RustType::Core("Binary"),
        Primitive::Date => RustType::Core("Date"),
        Primitive::Duration => RustType::Core("Duration"),
        Primitive::TimeOfDay => RustType::Core("TimeOfDay"),
        Primitive::Other | Primitive::Unknown => RustType::Core("Raw"),
    }
}
