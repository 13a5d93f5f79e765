//! Lowering: a slice, the overlay and the prose become a plan. Every decision is made here.

mod model;
mod names;
mod operations;
mod requests;
mod write;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use heck::ToSnakeCase;
use toml::Spanned;

use crate::{
    Diagnostic, Diagnostics, Input, Source,
    csdl::{Edm, Primitive, Property, QualifiedName, Revision, Structured, Type, TypeRef, ValueType, Versions},
    docs::{Docs, Item},
    generate,
    overlay::{Entry, OpenTypeEntry, Overlay},
    plan::{Gate, Gated, Method, ModelItem, Plan, RustType, Version},
    reference,
    slice::{Hints, Scope, Slice, Step},
    toml_input::{Place, qualify},
};

/// What lowering works from.
pub(crate) struct Context<'a> {
    pub(crate) versions: &'a [(Version, Source)],
    pub(crate) edm: &'a Edm,
    pub(crate) slice: &'a Slice,
    pub(crate) overlay: &'a Overlay<'a>,
    pub(crate) docs: &'a Docs<'a>,
    /// Whether overlay and prose are about this slice, or about more.
    pub(crate) scope: generate::Scope,
    /// The Rust names of the types in the slice.
    names: names::TypeNames,
    /// The entity types that a path leads to by an id.
    keyed: BTreeSet<&'a QualifiedName>,
    /// The types in the slice that have instances, by each type that they derive from.
    families: BTreeMap<&'a QualifiedName, Vec<&'a QualifiedName>>,
    /// The functions and actions that share their name with another on the same type.
    overloads: BTreeSet<usize>,
    /// The Rust names of the builders, by path.
    builder_names: BTreeMap<String, String>,
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
    input: &Input,
    edm: &Edm,
    slice: &Slice,
    overlay: &Overlay<'_>,
    docs: &Docs<'_>,
) -> Result<Lowered, Diagnostics> {
    let context = Context {
        versions: &input.metadata,
        edm,
        slice,
        overlay,
        docs,
        scope: input.scope,
        names: names::TypeNames::of(slice.types.keys(), &input.references),
        keyed: keyed(slice),
        families: families(edm, slice),
        overloads: overloads(edm),
        builder_names: requests::builder_names(slice, overlay),
        markers: RefCell::default(),
        complaints: RefCell::default(),
        without_prose: RefCell::default(),
    };
    let (mut builders, mut entries) = requests::lower(&context);
    let mut model = model::lower(&context);
    model.extend(context.markers.take().into_iter().map(|(name, entity)| Gated {
        gate: Gate::OPEN,
        item: ModelItem::Marker(crate::plan::Marker {
            name,
            entity: entity.as_str().to_owned(),
        }),
    }));
    model.sort_by(|one, other| one.item.name().cmp(other.item.name()));
    names::check_files(&context, model.iter().map(|item| item.item.name()));
    names::check_files(&context, builders.iter().map(|builder| &*builder.item.name));
    if input.scope == generate::Scope::Exact {
        context.check_skipped();
    }
    let mut renamed = context.names.renamed();
    let methods = builders
        .iter_mut()
        .flat_map(|builder| names::settle_builder(&mut builder.item));
    renamed.extend(methods);
    let builders_renamed = context.builder_names.iter().filter(|(_, name)| name.ends_with('_'));
    renamed.extend(builders_renamed.map(|(path, name)| format!("{} is {name}", path.replace("{}", "{id}"))));
    renamed.extend(names::settle_entries(&mut entries));
    renamed.extend(names::settle(model.iter_mut().map(|item| &mut item.item)));
    let later_features = later_features(slice);
    let (model, references) = reference::divide(model, &input.references);
    let plan = Plan {
        versions: input.metadata.iter().map(|(version, _)| *version).collect(),
        later_features,
        base_url: input.base_url.clone(),
        references,
        model,
        builders,
        entries,
    };
    let lowered = Lowered {
        plan,
        renamed,
        without_prose: context.without_prose.take(),
    };
    Diagnostics::check(context.complaints.take(), lowered)
}

fn keyed(slice: &Slice) -> BTreeSet<&QualifiedName> {
    let items = slice.nodes.iter().filter(|node| node.step == Step::Key);
    items.map(|node| &node.target).collect()
}

fn families<'a>(edm: &'a Edm, slice: &'a Slice) -> BTreeMap<&'a QualifiedName, Vec<&'a QualifiedName>> {
    let mut families: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for name in slice.types.keys() {
        for (base, _) in edm.lineage(name) {
            if base != name {
                families.entry(base).or_default().push(name);
            }
        }
    }
    families
}

fn overloads(edm: &Edm) -> BTreeSet<usize> {
    let mut known: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (number, call) in edm.calls.iter().enumerate() {
        let facts = (&call.name, &call.target, call.collection);
        known.entry(facts).or_default().push(number);
    }
    known
        .into_values()
        .filter(|numbers| numbers.len() > 1)
        .flatten()
        .collect()
}

/// The features of which nothing is in the first version.
fn later_features(slice: &Slice) -> BTreeSet<String> {
    let (mut first, mut all) = (BTreeSet::new(), BTreeSet::new());
    let chosen = slice.nodes.iter().flat_map(|node| node.methods.values());
    for Scope { feature, versions } in chosen.flat_map(crate::slice::Chosen::scopes) {
        all.extend(feature.clone());
        first.extend(feature.filter(|_| versions.has(0)));
    }
    all.difference(&first).cloned().collect()
}

/// What slicing cannot know without the overlay.
pub(crate) fn hints<'h>(edm: &Edm, overlay: &Overlay<'_>, allowed: &'h dyn Fn(Method, &str) -> Versions) -> Hints<'h> {
    let pairs = overlay.open_types.iter().filter_map(|(name, entry)| {
        let value = qualify(&entry.namespace, entry.value.value.get_ref());
        edm.types.contains_key(&value).then(|| (name.clone(), value))
    });
    let expands = overlay.types.iter().flat_map(|(name, entry)| {
        let names = entry.value.expands.iter().map(|name| name.get_ref().clone());
        names.map(|navigation| (name.clone(), navigation))
    });
    Hints {
        leanings: pairs.collect(),
        expands: expands.collect(),
        allowed,
    }
}

/// The versions in which the service has an operation, as far as the overlay knows.
pub(crate) fn allowed(overlay: &Overlay<'_>, versions: &[(Version, Source)], method: Method, path: &str) -> Versions {
    let Some(entry) = overlay.operations.get(&format!("{method} {}", overlay.canonical(path))) else {
        return Versions::ALL;
    };
    let entry = entry.used();
    match &entry.api {
        _ if entry.absent => Versions::NONE,
        Some(api) => {
            let number = versions.iter().position(|(version, _)| version.name() == api.get_ref());
            number.map_or(Versions::NONE, Versions::only)
        }
        None => Versions::ALL,
    }
}

impl<'a> Context<'a> {
    /// The document that declares what these versions have.
    fn source(&self, versions: Versions) -> &'a Source {
        let number = versions.first().min(self.versions.len().saturating_sub(1));
        // There is at least one version, or nothing could have been parsed.
        #[expect(clippy::indexing_slicing, reason = "the number is below the length")]
        &self.versions[number].1
    }

    /// Whether the metadata is of another service than Graph.
    fn is_service(&self) -> bool {
        self.versions.iter().any(|(version, _)| *version == Version::Service)
    }

    /// Versions, as one value where they are all that there are.
    fn versions(&self, versions: Versions) -> Versions {
        let every = (0..self.versions.len()).all(|number| versions.has(number));
        if every { Versions::ALL } else { versions }
    }

    /// The versions of a member, as one value where the type that declares it has no others.
    fn member_versions(&self, declaring: &QualifiedName, versions: Versions) -> Versions {
        if self.edm.versions_of(declaring) == versions {
            Versions::ALL
        } else {
            self.versions(versions)
        }
    }

    /// The version that the overlay entry of a type names.
    fn version_named(&self, ty: &QualifiedName, version: &Spanned<String>) -> Versions {
        let number = self
            .versions
            .iter()
            .position(|(known, _)| known.name() == version.get_ref());
        if number.is_none() && self.scope == generate::Scope::Exact {
            let message = format!("there is no metadata of a version `{}`", version.get_ref());
            self.complain_of_entry(ty, message, "name a version that the manifest has");
        }
        number.map_or(Versions::NONE, Versions::only)
    }

    /// When that is compiled which is generated for these.
    fn gate<'s>(&self, scopes: impl IntoIterator<Item = &'s Scope>) -> Gate {
        let (mut features, mut open, mut versions) = (BTreeSet::new(), false, Versions::NONE);
        for scope in scopes {
            versions = versions.or(scope.versions);
            match &scope.feature {
                Some(feature) => {
                    features.insert(feature.clone());
                }
                None => open = true,
            }
        }
        if open {
            features.clear();
        }
        Gate {
            features,
            versions: self.versions(versions),
        }
    }

    /// What is known of something that not all versions have, for its documentation.
    fn version_docs(&self, versions: Versions) -> Vec<String> {
        let versions = self.versions(versions);
        let mut names = self
            .versions
            .iter()
            .enumerate()
            .filter(|(number, _)| versions.has(*number));
        match names.next() {
            Some((_, (version, _))) if versions != Versions::ALL => {
                vec![String::new(), format!("Only in {}.", version.name())]
            }
            _ => Vec::new(),
        }
    }

    /// What users are told of something that is retired: since when.
    fn retired(revision: Option<&Revision>) -> Option<String> {
        let revision = revision?;
        Some(match (&revision.date, &revision.removal) {
            (Some(date), Some(removal)) => format!("since {date}, removal announced for {removal}"),
            (Some(date), None) => format!("since {date}"),
            (None, Some(removal)) => format!("removal announced for {removal}"),
            (None, None) => "retired".to_owned(),
        })
    }

    /// Why something is retired, for its documentation.
    fn retired_docs(revision: Option<&Revision>) -> Vec<String> {
        let description = revision.and_then(|revision| revision.description.as_ref());
        description.map_or_else(Vec::new, |text| vec![String::new(), format!("Retired: {text}")])
    }

    /// Complains of what the overlay calls skipped, and the slice holds.
    fn check_skipped(&self) {
        let is_there = |item: &str| {
            let paths = self.slice.nodes.iter().filter(|node| !node.methods.is_empty());
            let mut paths = paths.map(|node| crate::toml_input::pattern(&format!("/{}", node.path.join("/"))));
            paths.any(|path| path == item) || self.slice.types.keys().any(|ty| ty.as_str() == item)
        };
        for (item, entry) in &self.overlay.skipped {
            if is_there(item) {
                self.complain(entry.place.complain(
                    format!("`{item}` is called skipped, and the slice holds it"),
                    "remove the entry, or write narrower roots",
                ));
            }
        }
    }

    fn complain(&self, complaint: Diagnostic) {
        self.complaints.borrow_mut().push(complaint);
    }

    /// The Rust type for a type.
    fn type_name(&self, name: &QualifiedName) -> String {
        self.names.get(name)
    }

    /// The Rust type that is made for a type and a purpose: `PlannerTaskUpdate`.
    fn derived_name(&self, name: &QualifiedName, purpose: &str) -> String {
        self.names.derived(name, purpose)
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
    /// declares it. Streams are not among them: they have requests of their own.
    fn properties(&self, name: &'a QualifiedName) -> Vec<(&'a QualifiedName, &'a Property)> {
        let lineage = self.edm.lineage(name).into_iter();
        let mut properties: Vec<_> = lineage
            .flat_map(|(declaring, structured)| structured.properties.iter().map(move |property| (declaring, property)))
            .filter(|(_, property)| property.ty.value != ValueType::Primitive(Primitive::Stream))
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

    /// The open type that a property is of.
    fn open_type(&self, property: &Property) -> Option<&Entry<'a, OpenTypeEntry>> {
        match &property.ty.value {
            ValueType::Named(name) if !property.ty.collection => self.overlay.open_types.get(name),
            _ => None,
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
                Some(Type::Enum(ty)) if ty.flags => RustType::Flags(self.type_name(name)),
                _ => RustType::Model(self.type_name(name)),
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
        let rust = self.type_name(name);
        if !self.slice.types.contains_key(name) {
            self.markers.borrow_mut().insert(rust.clone(), name.clone());
        }
        rust
    }

    /// Whether a type has only derived instances.
    fn is_abstract(&self, name: &QualifiedName) -> bool {
        let declared = self.structured(name).is_some_and(|structured| structured.is_abstract);
        let known = || self.type_entry(name).is_some_and(|entry| entry.value.polymorphic);
        (declared || known()) && !self.overlay.open_types.contains_key(name)
    }

    /// The types in the slice that derive from one and have instances.
    fn derived(&self, name: &QualifiedName) -> Vec<&'a QualifiedName> {
        let family = self.families.get(name).into_iter().flatten().copied();
        family.filter(|ty| !self.is_abstract(ty)).collect()
    }

    /// The types that are sent to a path: the type at its end, or those that derive from it.
    fn sent_types(&self, name: &'a QualifiedName) -> Vec<&'a QualifiedName> {
        if !self.is_abstract(name) {
            return vec![name];
        }
        let is_sent = |ty: &&QualifiedName| self.type_entry(ty).is_none_or(|entry| !entry.value.service_only);
        self.derived(name).into_iter().filter(is_sent).collect()
    }

    /// The type that an entity is read as.
    fn entity_type(&self, name: &QualifiedName) -> RustType {
        if self.is_abstract(name) {
            RustType::Model(self.type_name(name))
        } else {
            RustType::Versioned(self.type_name(name))
        }
    }

    /// The type whose ids the objects of a type have: the most general one that a path leads to by its id.
    fn id_owner<'n>(&'n self, name: &'n QualifiedName) -> &'n QualifiedName {
        let lineage = self.edm.lineage(name);
        let owner = lineage
            .iter()
            .map(|(base, _)| *base)
            .find(|base| self.keyed.contains(base));
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
        Primitive::String => RustType::Text,
        Primitive::Guid => RustType::Core("Guid"),
        Primitive::DateTimeOffset => RustType::Core("DateTimeOffset"),
        Primitive::Binary => RustType::Core("Binary"),
        Primitive::Date => RustType::Core("Date"),
        Primitive::Duration => RustType::Core("Duration"),
        Primitive::TimeOfDay => RustType::Core("TimeOfDay"),
        Primitive::Stream | Primitive::Other | Primitive::Unknown => RustType::Core("Raw"),
    }
}
