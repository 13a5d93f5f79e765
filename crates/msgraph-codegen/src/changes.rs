//! What a new plan changes for those who use the crates of an old one.
//!
//! | what changes | it means |
//! | --- | --- |
//! | a version, a type, a property, a member, a step or a request comes | minor: read types are non-exhaustive, enumerations are open |
//! | one of them goes, or moves behind a feature | major |
//! | the Rust type of a property, a key or an answer is another | major |
//! | what a new object needs, or what a request asks for, is another | major |
//! | something can be set, cleared or asked for, and could not before | minor; the other way round, major |
//! | a property is in other versions than before | minor if they are more, else major |
//! | something is retired | minor: it still compiles, with a warning |
//! | documentation, permissions, clouds, or what else is told at run time | patch |

use std::{collections::BTreeMap, fmt};

use crate::plan::{
    Answer, Argument, Body, Builder, Child, Field, Gate, Key, MemberValue, ModelItem, OpenMap, Operation, Plan, Record,
    RustType, SetterValue, Union, Variant, Version, Versions, Write,
};

/// What a change means for the version of a crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing that compiled stops to, and nothing is new.
    Patch,
    /// Something is new.
    Minor,
    /// Something that compiled may stop to.
    Major,
}

/// A generated crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Crate {
    /// The types.
    Model,
    /// The builders of requests.
    Request,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The crate that changes.
    pub of: Crate,
    /// The item of the metadata: a type, a property, or a method and a path.
    pub item: String,
    /// The Rust item.
    pub rust: String,
    /// What is different.
    pub what: String,
    /// What it means.
    pub level: Level,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

impl fmt::Display for Crate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Model => "model",
            Self::Request => "request",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            of,
            item,
            rust,
            what,
            level,
        } = self;
        write!(formatter, "{level}  {of}  {item}  {rust}: {what}")
    }
}

/// Every change from one plan to another, by crate and item.
pub fn changes(old: &Plan, new: &Plan) -> Vec<Change> {
    let mut changes = Changes {
        versions: &new.versions,
        found: Vec::new(),
    };
    let model = |plan: &Plan| -> BTreeMap<String, (Gate, ModelItem)> {
        let items = plan.model.iter();
        items
            .map(|item| (item.item.name().to_owned(), (item.gate.clone(), item.item.clone())))
            .collect()
    };
    let (before, after) = (model(old), model(new));
    changes.pair(
        Crate::Model,
        &before,
        &after,
        |item| metadata_name(&item.1),
        |changes, name, old, new| {
            changes.gate(About::model(&metadata_name(&new.1), name), &old.0, &new.0);
            changes.model_item(name, &old.1, &new.1);
        },
    );
    let builders = |plan: &Plan| -> BTreeMap<String, (Gate, Builder)> {
        let builders = plan.builders.iter();
        builders
            .map(|item| (item.item.name.clone(), (item.gate.clone(), item.item.clone())))
            .collect()
    };
    let (before, after) = (builders(old), builders(new));
    changes.pair(
        Crate::Request,
        &before,
        &after,
        |builder| builder.1.path.clone(),
        |changes, name, old, new| {
            let about = About::request(&new.1.path, name);
            changes.gate(about, &old.0, &new.0);
            changes.builder(about, &old.1, &new.1);
        },
    );
    let entries = |plan: &Plan| -> BTreeMap<String, (String, String)> {
        let entries = plan.entries.iter();
        entries
            .map(|entry| (entry.method.clone(), (entry.builder.clone(), step_type(entry))))
            .collect()
    };
    let (before, after) = (entries(old), entries(new));
    changes.pair(
        Crate::Request,
        &before,
        &after,
        |(builder, _)| builder.clone(),
        |changes, name, old, new| {
            changes.type_changed(About::request("/", name), &old.1, &new.1);
        },
    );
    let versions = |plan: &Plan| -> BTreeMap<String, Version> {
        let versions = plan.versions.iter();
        versions
            .map(|version| (version.module().to_owned(), *version))
            .collect()
    };
    changes.pair(
        Crate::Request,
        &versions(old),
        &versions(new),
        |version| format!("/{}", version.name()),
        |_, _, _, _| {},
    );
    changes.found.sort();
    changes.found
}

/// The type of the metadata that an item is made for.
fn metadata_name(item: &ModelItem) -> String {
    match item {
        ModelItem::Write(write) => format!("(sent) {}", write.odata_type),
        item => item.odata_type().to_owned(),
    }
}

struct Changes<'p> {
    /// The versions of the API, by their number.
    versions: &'p [Version],
    found: Vec<Change>,
}

/// What a change is about.
#[derive(Clone, Copy)]
struct About<'a> {
    of: Crate,
    item: &'a str,
    rust: &'a str,
}

impl<'a> About<'a> {
    fn model(item: &'a str, rust: &'a str) -> Self {
        let of = Crate::Model;
        Self { of, item, rust }
    }

    fn request(item: &'a str, rust: &'a str) -> Self {
        let of = Crate::Request;
        Self { of, item, rust }
    }
}

impl Changes<'_> {
    fn push(&mut self, about: About<'_>, what: impl Into<String>, level: Level) {
        self.found.push(Change {
            of: about.of,
            item: about.item.to_owned(),
            rust: about.rust.to_owned(),
            what: what.into(),
            level,
        });
    }

    /// What comes, what goes, and what is in both.
    fn pair<T>(
        &mut self,
        of: Crate,
        old: &BTreeMap<String, T>,
        new: &BTreeMap<String, T>,
        item: impl Fn(&T) -> String,
        both: impl Fn(&mut Self, &str, &T, &T),
    ) {
        for (name, gone) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            self.push(
                About {
                    of,
                    item: &item(gone),
                    rust: name,
                },
                "is gone",
                Level::Major,
            );
        }
        for (name, after) in new {
            match old.get(name) {
                None => self.push(
                    About {
                        of,
                        item: &item(after),
                        rust: name,
                    },
                    "is new",
                    Level::Minor,
                ),
                Some(before) => both(self, name, before, after),
            }
        }
    }

    fn gate(&mut self, about: About<'_>, old: &Gate, new: &Gate) {
        if old.features != new.features {
            let is_wider =
                new.features.is_empty() || (!old.features.is_empty() && old.features.is_subset(&new.features));
            let level = if is_wider { Level::Minor } else { Level::Major };
            let what = format!("is {}, before {}", features(new), features(old));
            self.push(about, what, level);
        }
        self.versions(about, old.versions, new.versions);
    }

    fn versions(&mut self, about: About<'_>, old: Versions, new: Versions) {
        if old != new {
            let is_wider = old.and(new) == old;
            let level = if is_wider { Level::Minor } else { Level::Major };
            let names = |versions: Versions| {
                let known = self.versions.iter().enumerate();
                let names: Vec<_> = known
                    .filter(|(number, _)| versions.has(*number))
                    .map(|(_, version)| version.name())
                    .collect();
                names.join(" and ")
            };
            let what = format!("is in {}, before in {}", names(new), names(old));
            self.push(about, what, level);
        }
    }

    fn retired(&mut self, about: About<'_>, old: Option<&String>, new: Option<&String>) {
        match (old, new) {
            (None, Some(since)) => self.push(about, format!("is retired, {since}"), Level::Minor),
            (Some(_), None) => self.push(about, "is no longer retired", Level::Patch),
            _ => {}
        }
    }

    fn docs(&mut self, about: About<'_>, old: &[String], new: &[String]) {
        if old != new {
            self.push(about, "is documented in other words", Level::Patch);
        }
    }

    fn type_changed(&mut self, about: About<'_>, old: &str, new: &str) {
        if old != new {
            self.push(about, format!("is {new}, before {old}"), Level::Major);
        }
    }

    fn model_item(&mut self, rust: &str, old: &ModelItem, new: &ModelItem) {
        let item = metadata_name(new);
        let about = About::model(&item, rust);
        match (old, new) {
            (ModelItem::Record(old), ModelItem::Record(new)) => self.record(about, old, new),
            (ModelItem::Write(old), ModelItem::Write(new)) => self.write(about, old, new),
            (ModelItem::Enum(old), ModelItem::Enum(new)) => {
                self.retired(about, old.retired.as_ref(), new.retired.as_ref());
                self.docs(about, &old.docs, &new.docs);
                self.variants(about, &old.variants, &new.variants);
            }
            (ModelItem::Union(old), ModelItem::Union(new)) => {
                self.retired(about, old.retired.as_ref(), new.retired.as_ref());
                self.docs(about, &old.docs, &new.docs);
                self.type_changed(about, &union_type(old), &union_type(new));
                self.variants(about, &old.variants, &new.variants);
            }
            (ModelItem::OpenMap(old), ModelItem::OpenMap(new)) => {
                let of = |map: &OpenMap| format!("a map of {} to {}", type_name(&map.key), type_name(&map.value));
                self.type_changed(about, &of(old), &of(new));
            }
            (ModelItem::Marker(_), ModelItem::Marker(_)) => {}
            // All that a marker is good for, the type is.
            (ModelItem::Marker(_), _) => self.push(about, "is more than a name for ids", Level::Minor),
            _ => self.push(about, "is another kind of item", Level::Major),
        }
    }

    fn variants(&mut self, about: About<'_>, old: &[Variant], new: &[Variant]) {
        let by_name = |variants: &[Variant]| named(about.rust, variants, |variant| variant.name.clone());
        let item = |variant: &Variant| format!("{}/{}", about.item, variant.wire);
        self.pair(
            about.of,
            &by_name(old),
            &by_name(new),
            item,
            |changes, rust, old, new| {
                let item = item(new);
                let about = About::model(&item, rust);
                changes.type_changed(about, &old.wire, &new.wire);
                changes.versions(about, old.versions, new.versions);
            },
        );
    }

    fn record(&mut self, about: About<'_>, old: &Record, new: &Record) {
        self.retired(about, old.retired.as_ref(), new.retired.as_ref());
        self.docs(about, &old.docs, &new.docs);
        if old.entity != new.entity {
            self.push(about, "has another key", Level::Major);
        }
        let fields = |record: &Record| named(about.rust, &record.fields, |field| field.name.clone());
        let item = |field: &Field| format!("{}/{}", about.item, field.wire);
        self.pair(about.of, &fields(old), &fields(new), item, |changes, rust, old, new| {
            let item = item(new);
            let about = About::model(&item, rust);
            changes.type_changed(about, &type_name(&old.ty), &type_name(&new.ty));
            changes.versions(about, old.versions, new.versions);
            changes.retired(about, old.retired.as_ref(), new.retired.as_ref());
            changes.docs(about, &old.docs, &new.docs);
        });
    }

    fn write(&mut self, about: About<'_>, old: &Write, new: &Write) {
        let constructor = |write: &Write| {
            let takes = write.required.iter();
            let takes: Vec<_> = takes
                .map(|setter| format!("{}: {}", setter.field, setter_type(&setter.value)))
                .collect();
            format!("({})", takes.join(", "))
        };
        let rust = format!("{}::new", about.rust);
        self.type_changed(About { rust: &rust, ..about }, &constructor(old), &constructor(new));
        let methods = |write: &Write| -> BTreeMap<String, (String, Versions)> {
            let methods = write.setters.iter().flat_map(|setter| {
                let names = method_names(&setter.field, &setter.value).into_iter();
                names.map(move |(name, takes)| (name, (takes, setter.versions)))
            });
            methods
                .map(|(name, facts)| (format!("{}::{name}", about.rust), facts))
                .collect()
        };
        self.pair(
            about.of,
            &methods(old),
            &methods(new),
            |_| about.item.to_owned(),
            |changes, rust, old, new| {
                let about = About { rust, ..about };
                changes.type_changed(about, &old.0, &new.0);
                changes.versions(about, old.1, new.1);
            },
        );
    }

    fn builder(&mut self, about: About<'_>, old: &Builder, new: &Builder) {
        self.retired(about, old.retired.as_ref(), new.retired.as_ref());
        self.docs(about, &old.docs, &new.docs);
        let steps = |builder: &Builder| named(about.rust, &builder.children, |child| child.method.clone());
        let item = |child: &Child| format!("{}/{}", about.item, child.segment);
        self.pair(about.of, &steps(old), &steps(new), item, |changes, rust, old, new| {
            let item = item(new);
            let about = About::request(&item, rust);
            changes.type_changed(about, &step_type(old), &step_type(new));
            changes.gate(about, &old.gate, &new.gate);
        });
        let requests = |builder: &Builder| named(about.rust, &builder.operations, |operation| operation.name.clone());
        let item = |operation: &Operation| format!("{} {}", operation.method, operation.path);
        self.pair(
            about.of,
            &requests(old),
            &requests(new),
            item,
            |changes, rust, old, new| changes.operation(About::request(&item(new), rust), old, new),
        );
    }

    fn operation(&mut self, about: About<'_>, old: &Operation, new: &Operation) {
        self.docs(about, &old.docs, &new.docs);
        self.type_changed(about, &signature(old), &signature(new));
        self.gate(about, &old.gate, &new.gate);
        let (before, after) = (&old.query_options, &new.query_options);
        for option in after.iter().filter(|option| !before.contains(option)) {
            self.push(about, format!("takes {option}"), Level::Minor);
        }
        for option in before.iter().filter(|option| !after.contains(option)) {
            self.push(about, format!("takes {option} no longer"), Level::Major);
        }
        let told = |operation: &Operation| {
            let Operation {
                path,
                aliases,
                permissions,
                clouds,
                replay,
                reference,
                representation,
                ..
            } = operation;
            format!("{path:?} {aliases:?} {permissions:?} {clouds:?} {replay:?} {reference:?} {representation:?}")
        };
        if told(old) != told(new) {
            self.push(about, "is told of otherwise at run time", Level::Patch);
        }
    }
}

/// When something is compiled.
fn features(gate: &Gate) -> String {
    if gate.features.is_empty() {
        return "always compiled".to_owned();
    }
    let features: Vec<_> = gate.features.iter().map(String::as_str).collect();
    format!("behind the feature {}", features.join(" or "))
}

/// Parts of a Rust item, by their names.
fn named<T: Clone>(of: &str, parts: &[T], name: impl Fn(&T) -> String) -> BTreeMap<String, T> {
    let parts = parts.iter();
    parts
        .map(|part| (format!("{of}::{}", name(part)), part.clone()))
        .collect()
}

/// Whether a union holds versioned objects, and what holds the rest.
fn union_type(union: &Union) -> String {
    let versioned = if union.versioned { "versioned " } else { "" };
    format!("{versioned}{} and what derives from it", union.other)
}

/// What a step takes, and where it leads.
fn step_type(step: &Child) -> String {
    let key = match &step.key {
        None => String::new(),
        Some(Key::Segment(of)) => format!("Id<{of}>"),
        Some(Key::Parentheses(parts)) => {
            let parts: Vec<_> = parts.iter().map(|part| type_name(&part.ty)).collect();
            parts.join(", ")
        }
    };
    format!("({key}) -> {}", step.builder)
}

/// What a request takes and gives.
fn signature(operation: &Operation) -> String {
    let argument = |argument: &Argument| {
        let optional = if argument.optional { "?" } else { "" };
        format!("{}: {}{optional}", argument.name, type_name(&argument.ty))
    };
    let mut takes: Vec<String> = operation.arguments.iter().map(argument).collect();
    takes.extend(operation.if_match.then(|| format!("ETag<{}>", operation.entity)));
    takes.extend(
        operation
            .filter
            .iter()
            .map(|filter| format!("{}: Id<{}>", filter.parameter, filter.id_of)),
    );
    match &operation.body {
        Body::None => {}
        Body::Edit(edit) | Body::TypedEdit(edit) => takes.push(edit.clone()),
        Body::Parameters(parameters) => takes.extend(parameters.iter().map(argument)),
        Body::Content => takes.push("bytes".to_owned()),
        Body::Part => takes.push("part".to_owned()),
    }
    let gives = match &operation.answer {
        Answer::Nothing => "()".to_owned(),
        Answer::One(ty) => type_name(ty),
        Answer::Page(ty) => format!("Page<{}>", type_name(ty)),
        Answer::Changes(of) => format!("DeltaPage<{of}>"),
        Answer::Start(of) => format!("DeltaStart<{of}>"),
        Answer::Content => "Content".to_owned(),
        Answer::Uploaded => "Uploaded".to_owned(),
    };
    format!("({}) -> {gives}", takes.join(", "))
}

/// The methods of a setter, each with what it takes.
fn method_names(field: &str, value: &SetterValue) -> Vec<(String, String)> {
    let takes = setter_type(value);
    match value {
        SetterValue::Whole { clear, .. } | SetterValue::Object { clear, .. } | SetterValue::Objects { clear, .. } => {
            let clear = clear.iter().map(|clear| (clear.clone(), String::new()));
            std::iter::once((field.to_owned(), takes)).chain(clear).collect()
        }
        SetterValue::Members { set, remove, key, .. } => {
            let key = type_name(key);
            let remove = remove.iter().map(|(remove, _)| (remove.clone(), key.clone()));
            std::iter::once((set.clone(), takes)).chain(remove).collect()
        }
    }
}

fn setter_type(value: &SetterValue) -> String {
    match value {
        SetterValue::Whole { ty, .. } => type_name(ty),
        SetterValue::Object { edit, .. } => edit.clone(),
        SetterValue::Objects { edit, .. } => format!("several {edit}"),
        SetterValue::Members { key, value, .. } => {
            let value = match value {
                MemberValue::Edit(edit) => edit.clone(),
                MemberValue::Plain(ty) => type_name(ty),
                MemberValue::True => String::new(),
            };
            format!("{} {value}", type_name(key)).trim_end().to_owned()
        }
    }
}

/// A type as Rust writes it.
fn type_name(ty: &RustType) -> String {
    match ty {
        RustType::Bool => "bool".to_owned(),
        RustType::Text => "String".to_owned(),
        RustType::Integer(name) | RustType::Float(name) | RustType::Core(name) => (*name).to_owned(),
        RustType::Id(of) => format!("Id<{of}>"),
        RustType::Model(name) => name.clone(),
        RustType::List(item) => format!("Vec<{}>", type_name(item)),
        RustType::Boxed(inner) => format!("Box<{}>", type_name(inner)),
        RustType::Flags(name) => format!("Flags<{name}>"),
        RustType::Versioned(name) => format!("Versioned<{name}>"),
    }
}
