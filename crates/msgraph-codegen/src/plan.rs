//! The plan: what will be printed, as plain sorted data. All decisions are made when it is; emission makes none.

use std::{collections::BTreeSet, fmt};

pub use crate::csdl::Versions;

/// Everything that is generated from one slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The versions of the API, by their number.
    pub versions: Vec<Version>,
    /// The features that have nothing of the first version, so that they imply the one of a later version.
    pub later_features: BTreeSet<String>,
    /// The base URL of a service that is not Graph, where it is known.
    pub base_url: Option<String>,
    /// The types that other crates have, by crate.
    pub references: Vec<Referenced>,
    /// The types, sorted by module.
    pub model: Vec<Gated<ModelItem>>,
    /// The builders of requests, sorted by module.
    pub builders: Vec<Gated<Builder>>,
    /// The functions that a path begins with, sorted by name.
    pub entries: Vec<Child>,
}

/// What is used of another generated crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referenced {
    /// The name of its package.
    pub package: String,
    /// The folder of the crate; `None` where it lies beside the runtime, or in the registry.
    pub folder: Option<String>,
    /// The Rust names of its types.
    pub types: BTreeSet<String>,
    /// The features that they need.
    pub features: BTreeSet<String>,
}

/// An item, and when it is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gated<T> {
    /// When it is compiled.
    pub gate: Gate,
    /// The item.
    pub item: T,
}

/// When something is compiled: with one of these features, and one of these versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The features; always where there are none.
    pub features: BTreeSet<String>,
    /// The versions that have it; [`Versions::ALL`] where all have it.
    pub versions: Versions,
}

impl Gate {
    /// No feature is needed.
    pub const OPEN: Self = Self {
        features: BTreeSet::new(),
        versions: Versions::ALL,
    };

    /// The feature that it belongs to, if it belongs to one alone.
    pub fn feature(&self) -> Option<&str> {
        let mut features = self.features.iter();
        features
            .next()
            .filter(|_| features.next().is_none())
            .map(String::as_str)
    }
}

impl Plan {
    /// Whether anything in it is retired.
    pub fn has_retired(&self) -> bool {
        let has_retired_member = |item: &ModelItem| match item {
            ModelItem::Record(record) => record.fields.iter().any(|field| field.retired.is_some()),
            _ => false,
        };
        let mut items = self.model.iter().map(|item| &item.item);
        let mut builders = self.builders.iter().map(|builder| &builder.item);
        items.any(|item| item.is_retired() || has_retired_member(item))
            || builders.any(|builder| builder.retired.is_some())
    }
}

/// A version of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Version 1.0.
    V1,
    /// Beta.
    Beta,
    /// Another OData service than Graph, which has no versions.
    Service,
}

impl Version {
    /// Every version of Graph.
    pub const ALL: [Self; 2] = [Self::V1, Self::Beta];

    /// The version of Graph of this name, as the URL has it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }

    /// The name, as the URL of Graph has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
            Self::Service => "the service",
        }
    }

    /// The module that its requests begin in, and the feature that it needs.
    pub fn module(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::Beta => "beta",
            Self::Service => "service",
        }
    }

    /// The marker type in the runtime.
    pub fn marker(self) -> &'static str {
        match self {
            Self::V1 => "V1",
            Self::Beta => "Beta",
            Self::Service => "Service",
        }
    }
}

/// One file of the model crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelItem {
    /// A read type.
    Record(Record),
    /// An enumeration.
    Enum(Enumeration),
    /// A type that has only derived instances.
    Union(Union),
    /// The open properties of an open type.
    OpenMap(OpenMap),
    /// A type that is sent.
    Write(Write),
    /// A name for an entity that is outside the slice, whose ids are not.
    Marker(Marker),
}

impl ModelItem {
    /// Whether it is retired.
    pub fn is_retired(&self) -> bool {
        match self {
            Self::Record(item) => item.retired.is_some(),
            Self::Enum(item) => item.retired.is_some(),
            Self::Union(item) => item.retired.is_some(),
            Self::Write(item) => item.retired.is_some(),
            Self::OpenMap(_) | Self::Marker(_) => false,
        }
    }

    /// The name of the type of the metadata that it is made for.
    pub fn odata_type(&self) -> &str {
        match self {
            Self::Record(item) => item.odata_type.trim_start_matches('#'),
            Self::Enum(item) => &item.odata_type,
            Self::Union(item) => &item.odata_type,
            Self::OpenMap(item) => &item.odata_type,
            Self::Write(item) => &item.odata_type,
            Self::Marker(item) => &item.entity,
        }
    }

    /// The name of the Rust type.
    pub fn name(&self) -> &str {
        match self {
            Self::Record(item) => &item.name,
            Self::Enum(item) => &item.name,
            Self::Union(item) => &item.name,
            Self::OpenMap(item) => &item.name,
            Self::Write(item) => &item.name,
            Self::Marker(item) => &item.name,
        }
    }
}

/// A read type: a struct that keeps what it does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The name of the Rust type.
    pub name: String,
    /// Its type as `@odata.type` names it.
    pub odata_type: String,
    /// Whether it may have properties that are not declared.
    pub open: bool,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// Its properties, sorted by name.
    pub fields: Vec<Field>,
    /// What makes it an entity, if it is one.
    pub entity: Option<EntityKey>,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
    /// Other names that its objects go by in `@odata.type`.
    pub legacy_names: Vec<String>,
}

/// The id of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityKey {
    /// The field that holds it; `None` where the key is not one string.
    pub field: Option<String>,
    /// The type that it is the id of.
    pub of: String,
}

/// A property of a read type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name of the Rust field.
    pub name: String,
    /// The name of the constant that stands for the property.
    pub constant: String,
    /// The name of the property in JSON.
    pub wire: String,
    /// Its type.
    pub ty: RustType,
    /// Whether it is an open map.
    pub open: bool,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// The versions that have it.
    pub versions: Versions,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
}

/// An enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    /// The name of the Rust type.
    pub name: String,
    /// The type of the metadata that it is made for.
    pub odata_type: String,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// Its members, in the order of the metadata.
    pub variants: Vec<Variant>,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
}

/// A member of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The name of the Rust variant.
    pub name: String,
    /// The name of the member in JSON, or of the type that the variant holds.
    pub wire: String,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// The versions that have it.
    pub versions: Versions,
}

/// A type that has only derived instances: an enum of those that are known, and of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Union {
    /// The name of the Rust type.
    pub name: String,
    /// The type of the metadata that it is made for.
    pub odata_type: String,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// Whether it is an entity, so that its objects have versions.
    pub versioned: bool,
    /// The types that derive from it, sorted by name.
    pub variants: Vec<Variant>,
    /// The read type of the rest: what all of them have.
    pub other: String,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
}

/// The open properties of an open type, as a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMap {
    /// The name of the Rust type.
    pub name: String,
    /// The type of the metadata that it is made for.
    pub odata_type: String,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// The type of the keys.
    pub key: RustType,
    /// The type of the values.
    pub value: RustType,
}

/// A type that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The name of the Rust type.
    pub name: String,
    /// The type of the metadata that it is made for.
    pub odata_type: String,
    /// The read type that it is an edit of.
    pub record: String,
    /// Whether it takes properties that are not declared.
    pub open: bool,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// What it cannot be made without.
    pub required: Vec<Setter>,
    /// What can be set, sorted by property.
    pub setters: Vec<Setter>,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
}

/// One property of a type that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setter {
    /// The name of the property in JSON.
    pub wire: String,
    /// The name of the field of the read type, and of the method.
    pub field: String,
    /// The constant of the read type that stands for the property.
    pub constant: String,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// What is set.
    pub value: SetterValue,
    /// The versions that let it be set.
    pub versions: Versions,
    /// Whether they are fewer than those that have the property.
    pub confined: bool,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
}

/// What a setter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetterValue {
    /// A value.
    Whole {
        /// Its type.
        ty: RustType,
        /// The method that clears the property, if it may be null.
        clear: Option<String>,
    },
    /// An object, which is sent whole.
    Object {
        /// Its write type.
        edit: String,
        /// The method that clears the property, if it may be null.
        clear: Option<String>,
    },
    /// Several objects, which are sent whole.
    Objects {
        /// Their write type.
        edit: String,
        /// Whether each is sent with its type.
        typed: bool,
        /// The method that clears the property, if it may be null.
        clear: Option<String>,
    },
    /// Single members of an open type.
    Members {
        /// The type of the keys.
        key: RustType,
        /// What a member is set to.
        value: MemberValue,
        /// The method that sets a member.
        set: String,
        /// The method that removes a member, and how.
        remove: Option<(String, Removal)>,
    },
}

/// What a member of an open type is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberValue {
    /// Something that is sent with its type: the name of a write type.
    Edit(String),
    /// A plain value.
    Plain(RustType),
    /// `true`, always.
    True,
}

/// How a member of an open type is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// By null.
    Null,
    /// By `false`.
    False,
}

/// A name for an entity outside the slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The name of the Rust type.
    pub name: String,
    /// The name of the entity type.
    pub entity: String,
}

/// A type, as Rust code names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RustType {
    /// `bool`
    Bool,
    /// An integer, by its name.
    Integer(&'static str),
    /// A floating-point number, by its name.
    Float(&'static str),
    /// A `String`.
    Text,
    /// A type of the runtime, by its name.
    Core(&'static str),
    /// The id of a type of the model.
    Id(String),
    /// A type of the model.
    Model(String),
    /// A `Vec`.
    List(Box<RustType>),
    /// A `Box`, to break a circle or to keep a struct small.
    Boxed(Box<RustType>),
    /// A set of members of an enumeration of the model.
    Flags(String),
    /// A versioned entity of the model.
    Versioned(String),
}

/// The builder of the requests to one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Builder {
    /// The name of the Rust type.
    pub name: String,
    /// Its path, with the names of the keys.
    pub path: String,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// The builders one step further.
    pub children: Vec<Child>,
    /// The requests.
    pub operations: Vec<Operation>,
    /// Whether objects below it can be updated by their value alone.
    pub updates: bool,
    /// Whether objects below it can be deleted by their value alone.
    pub deletes: bool,
    /// The short forms that end here.
    pub shortcuts: Vec<Shortcut>,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
}

/// One step from a builder to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The name of the method.
    pub method: String,
    /// The segment that it adds.
    pub segment: String,
    /// The key that it adds after that, if it leads to one of many.
    pub key: Option<Key>,
    /// The builder that it leads to.
    pub builder: String,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// When it is compiled.
    pub gate: Gate,
    /// Since when it is retired, if it is.
    pub retired: Option<String>,
}

/// How one of many is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// By its id, a text, as a segment of its own.
    Segment(String),
    /// By its key in parentheses: one property, or several with their names.
    Parentheses(Vec<KeyPart>),
}

/// A property of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPart {
    /// The name of the parameter.
    pub name: String,
    /// The name of the property.
    pub wire: String,
    /// Its type; [`RustType::Id`] where it alone is the key.
    pub ty: RustType,
    /// Whether it is a text, which stands in quotes.
    pub quoted: bool,
}

/// A write that takes id and ETag from one versioned value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// `PATCH` or `DELETE`.
    pub method: Method,
    /// The type that is written.
    pub entity: String,
    /// The write type of an update.
    pub update: Option<String>,
    /// The builder that it begins at.
    pub root: String,
    /// The methods that lead from there; the first takes the id.
    pub steps: Vec<(String, bool)>,
    /// The versions that have it.
    pub versions: Versions,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its HTTP method.
    pub method: Method,
    /// The name of the Rust method.
    pub name: String,
    /// The name of the static that holds what is known of it.
    pub facts: String,
    /// Its path, with the names of the keys.
    pub path: String,
    /// Other beginnings of the path that lead to the same, each as what it stands for and what it is.
    pub aliases: Vec<(String, String)>,
    /// The segment after the builder's path, for a function, an action or a stream.
    pub segment: Option<String>,
    /// Whether parentheses come after it, though there is no argument.
    pub parentheses: bool,
    /// What a function is called with.
    pub arguments: Vec<Argument>,
    /// Its documentation, a line each.
    pub docs: Vec<String>,
    /// The entity type at the end of the builder's path.
    pub entity: String,
    /// Whether it needs an ETag.
    pub if_match: bool,
    /// A filter that the service insists on.
    pub filter: Option<Filter>,
    /// What it sends.
    pub body: Body,
    /// What it is answered with.
    pub answer: Answer,
    /// Whether it asks for the object in the answer.
    pub representation: bool,
    /// The query options that the service honours.
    pub query_options: Vec<String>,
    /// The type that stands for them.
    pub options: String,
    /// The least privileged permissions: work, personal, application.
    pub permissions: [Option<String>; 3],
    /// The clouds that have it, each a variant of the runtime's enumeration; none where that is not known.
    pub clouds: Vec<String>,
    /// What a repetition would do, where that is not what the method says: a variant of the runtime's enumeration.
    pub replay: Option<String>,
    /// The page of the reference.
    pub reference: Option<String>,
    /// When it is compiled.
    pub gate: Gate,
}

/// What a request sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// A write type, by its name.
    Edit(String),
    /// A write type, by its name, whose type the service must be told.
    TypedEdit(String),
    /// The parameters of an action.
    Parameters(Vec<Argument>),
    /// Bytes.
    Content,
    /// A part of an upload.
    Part,
}

/// A parameter of a function or an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The name of the Rust parameter.
    pub name: String,
    /// The name in JSON.
    pub wire: String,
    /// Its type.
    pub ty: RustType,
    /// Whether that is a write type, or a list of one.
    pub is_object: bool,
    /// Whether it is an object that has no write type, or several.
    pub is_complex: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

/// A filter for equality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The property that is compared.
    pub wire: String,
    /// The name of the parameter.
    pub parameter: String,
    /// The type whose id it is compared with.
    pub id_of: String,
}

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// One value; an entity with its version.
    One(RustType),
    /// A page of values; entities with their versions.
    Page(RustType),
    /// A page of changes to entities of this type.
    Changes(String),
    /// The link to changes of entities of this type, to be followed once they were read otherwise.
    Start(String),
    /// Bytes.
    Content,
    /// How far an upload is.
    Uploaded,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Patch,
    /// Replaces.
    Put,
    /// Deletes.
    Delete,
}

impl Method {
    const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Patch, Self::Put, Self::Delete];

    /// The method of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// The name, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// The function of the runtime that makes the facts of an operation.
    pub fn constructor(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Patch => "patch",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
