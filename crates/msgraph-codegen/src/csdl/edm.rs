//! The entity data model: what the documents of a service declare, with every name resolved.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{
    document::{CallableKind, Revision},
    versions::Versions,
};

/// A linked model.
#[derive(Debug, Default)]
pub struct Edm {
    /// Every type, by its name.
    pub types: BTreeMap<QualifiedName, Type>,
    /// The entity sets and singletons, by name.
    pub roots: BTreeMap<String, RootSet>,
    /// The functions and actions that are called on something.
    pub calls: Vec<BoundCall>,
    /// The names by which the container offers functions and actions that are called on nothing.
    pub imports: BTreeSet<String>,
    /// The functions and actions that are called on nothing, or on something that is no type of the model, with the names of
    /// their parameters.
    pub unbound: Vec<String>,
}

/// A function or action that is called on something: its first parameter.
#[derive(Debug)]
pub struct BoundCall {
    /// The versions that have it.
    pub versions: Versions,
    /// The namespace that declares it.
    pub namespace: String,
    /// Its name, without namespace.
    pub name: String,
    /// Function or action.
    pub kind: CallableKind,
    /// The entity type that it is called on.
    pub target: QualifiedName,
    /// Whether it is called on many.
    pub collection: bool,
    /// Its other parameters.
    pub parameters: Vec<CallParameter>,
    /// What it returns.
    pub returns: Option<TypeRef>,
}

impl BoundCall {
    /// What it is called on, as metadata writes it.
    pub fn binding(&self) -> String {
        if self.collection {
            format!("Collection({})", self.target)
        } else {
            self.target.to_string()
        }
    }

    /// The segment that a function is called by: its name, with the names of its parameters.
    pub fn segment(&self) -> String {
        let parameters = self.parameters.iter();
        let parameters: Vec<_> = parameters
            .map(|parameter| format!("{0}={{{0}}}", parameter.name))
            .collect();
        if parameters.is_empty() {
            self.name.clone()
        } else {
            format!("{}({})", self.name, parameters.join(","))
        }
    }

    /// Whether two calls differ at most in the versions that have them.
    pub fn is_same(&self, other: &Self) -> bool {
        fn facts(call: &BoundCall) -> (&str, CallableKind, &QualifiedName, bool) {
            (&call.name, call.kind, &call.target, call.collection)
        }
        facts(self) == facts(other) && self.parameters == other.parameters && self.returns == other.returns
    }
}

/// A parameter of a function or action.
#[derive(Debug, PartialEq)]
pub struct CallParameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeRef,
    /// Whether it may be null.
    pub nullable: bool,
}

/// The name of a type with its namespace: `microsoft.graph.plannerTask`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedName(String);

impl QualifiedName {
    /// Puts a name into a namespace.
    pub fn new(namespace: &str, name: &str) -> Self {
        Self(format!("{namespace}.{name}"))
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its namespace.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('.').map_or(&*self.0, |(_, name)| name)
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        self.0.rsplit_once('.').map_or("", |(namespace, _)| namespace)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for QualifiedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A type of the model.
#[derive(Debug)]
pub enum Type {
    /// An entity or complex type.
    Structured(Structured),
    /// An enumeration.
    Enum(EnumType),
    /// A name for a primitive type.
    Definition(Primitive),
}

/// An entity or complex type.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "CSDL has an attribute for each")]
pub struct Structured {
    /// Where the first version declares it, in bytes.
    pub offset: usize,
    /// The versions that have it.
    pub versions: Versions,
    /// Whether it is an entity type.
    pub entity: bool,
    /// The type that it derives from.
    pub base: Option<QualifiedName>,
    /// Whether only derived types have instances.
    pub is_abstract: bool,
    /// Whether instances may have properties that are not declared.
    pub open: bool,
    /// Whether its instances are streams with properties.
    pub stream: bool,
    /// That it is retired, if it is.
    pub retired: Option<Revision>,
    /// The names of the key properties that it declares itself.
    pub key: Vec<String>,
    /// The structural properties that it declares itself.
    pub properties: Vec<Property>,
    /// The navigation properties that it declares itself.
    pub navigations: Vec<Navigation>,
}

/// A structural property.
#[derive(Debug)]
pub struct Property {
    /// Where the first version declares it, in bytes.
    pub offset: usize,
    /// The versions that have it.
    pub versions: Versions,
    /// That it is retired, if it is.
    pub retired: Option<Revision>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeRef,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether the metadata says that only the service writes it.
    pub computed: bool,
}

/// A navigation property.
#[derive(Debug)]
pub struct Navigation {
    /// Where the first version declares it, in bytes.
    pub offset: usize,
    /// The versions that have it.
    pub versions: Versions,
    /// That it is retired, if it is.
    pub retired: Option<Revision>,
    /// Its name.
    pub name: String,
    /// The entity type that it leads to.
    pub target: QualifiedName,
    /// Whether it leads to many.
    pub collection: bool,
    /// Whether it may lead to nothing.
    pub nullable: bool,
    /// The versions in which the target lives in the object that leads to it.
    pub contained: Versions,
}

/// An enumeration.
#[derive(Debug)]
pub struct EnumType {
    /// Where the first version declares it, in bytes.
    pub offset: usize,
    /// The versions that have it.
    pub versions: Versions,
    /// That it is retired, if it is.
    pub retired: Option<Revision>,
    /// Whether its members can be combined.
    pub flags: bool,
    /// Its members, in the order of the metadata.
    pub members: Vec<EnumMember>,
}

/// A member of an enumeration.
#[derive(Debug)]
pub struct EnumMember {
    /// Its name.
    pub name: String,
    /// Its number.
    pub value: i64,
    /// The versions that have it.
    pub versions: Versions,
}

/// An entity set or a singleton.
#[derive(Debug)]
pub struct RootSet {
    /// The versions that have it.
    pub versions: Versions,
    /// Its entity type.
    pub target: QualifiedName,
    /// Whether it is a set.
    pub collection: bool,
}

/// The type of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeRef {
    /// Whether it is a collection.
    pub collection: bool,
    /// What it is, or what it is a collection of.
    pub value: ValueType,
}

/// A single value's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueType {
    /// One of OData's own.
    Primitive(Primitive),
    /// One of the model's.
    Named(QualifiedName),
}

/// A type of the `Edm` namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Primitive {
    /// `Edm.Boolean`
    Boolean,
    /// `Edm.Byte`
    Byte,
    /// `Edm.SByte`
    SByte,
    /// `Edm.Int16`
    Int16,
    /// `Edm.Int32`
    Int32,
    /// `Edm.Int64`
    Int64,
    /// `Edm.Single`
    Single,
    /// `Edm.Double`
    Double,
    /// `Edm.String`
    String,
    /// `Edm.Guid`
    Guid,
    /// `Edm.DateTimeOffset`
    DateTimeOffset,
    /// `Edm.Binary`
    Binary,
    /// `Edm.Date`
    Date,
    /// `Edm.Duration`
    Duration,
    /// `Edm.TimeOfDay`
    TimeOfDay,
    /// `Edm.Stream`, which is read and written by a request of its own.
    Stream,
    /// Any other that OData has, such as `Edm.Decimal`; its JSON is kept as it is.
    Other,
    /// One that OData does not have.
    Unknown,
}

impl Primitive {
    /// The primitive type of this name; `None` outside the `Edm` namespace.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("Edm.")? {
            "Boolean" => Self::Boolean,
            "Byte" => Self::Byte,
            "SByte" => Self::SByte,
            "Int16" => Self::Int16,
            "Int32" => Self::Int32,
            "Int64" => Self::Int64,
            "Single" => Self::Single,
            "Double" => Self::Double,
            "String" => Self::String,
            "Guid" => Self::Guid,
            "DateTimeOffset" => Self::DateTimeOffset,
            "Binary" => Self::Binary,
            "Date" => Self::Date,
            "Duration" => Self::Duration,
            "TimeOfDay" => Self::TimeOfDay,
            "Stream" => Self::Stream,
            "Decimal" | "Untyped" | "PrimitiveType" | "ComplexType" | "EntityType" => Self::Other,
            name if name.starts_with("Geo") => Self::Other,
            _ => Self::Unknown,
        })
    }
}

impl Edm {
    /// The structured type of this name.
    pub fn structured(&self, name: &QualifiedName) -> Option<&Structured> {
        match self.types.get(name)? {
            Type::Structured(structured) => Some(structured),
            Type::Enum(_) | Type::Definition(_) => None,
        }
    }

    /// The versions that have a type; all for one that has no versions of its own.
    pub fn versions_of(&self, name: &QualifiedName) -> Versions {
        match self.types.get(name) {
            Some(Type::Structured(ty)) => ty.versions,
            Some(Type::Enum(ty)) => ty.versions,
            Some(Type::Definition(_)) | None => Versions::ALL,
        }
    }

    /// A type and the types that it derives from, the most general first.
    pub fn lineage<'a>(&'a self, name: &'a QualifiedName) -> Vec<(&'a QualifiedName, &'a Structured)> {
        let first = self.structured(name).map(|structured| (name, structured));
        let mut lineage: Vec<_> = std::iter::successors(first, |(_, structured)| {
            let base = structured.base.as_ref()?;
            Some((base, self.structured(base)?))
        })
        .collect();
        lineage.reverse();
        lineage
    }

    /// The navigation properties of a structured type, inherited ones first; none for a name that is not there.
    pub fn navigations<'a>(&'a self, name: &'a QualifiedName) -> impl Iterator<Item = &'a Navigation> {
        let lineage = self.lineage(name).into_iter();
        lineage.flat_map(|(_, structured)| &structured.navigations)
    }

    /// The properties that are the key of an entity type, its own or inherited, each with its primitive type.
    ///
    /// # Errors
    ///
    /// Why objects of the type cannot be named by their key in a path.
    pub fn key<'a>(&'a self, name: &'a QualifiedName) -> Result<Vec<(&'a Property, Primitive)>, &'static str> {
        let lineage = self.lineage(name);
        let mut declaring = lineage
            .iter()
            .rev()
            .filter(|(_, structured)| !structured.key.is_empty());
        let (_, declaring) = declaring.next().ok_or("it has no key")?;
        let parts = declaring.key.iter().map(|part| {
            let mut properties = lineage.iter().flat_map(|(_, structured)| &structured.properties);
            let property = properties.find(|property| property.name == *part);
            let property = property.ok_or(if part.contains('/') {
                "its key is a property of another property"
            } else {
                "its key is no property of its type"
            })?;
            let primitive = match &property.ty.value {
                ValueType::Primitive(primitive) => *primitive,
                ValueType::Named(name) => match self.types.get(name) {
                    Some(Type::Definition(primitive)) => *primitive,
                    _ => return Err("its key is of an enumeration"),
                },
            };
            match primitive {
                Primitive::Stream | Primitive::Other | Primitive::Unknown | Primitive::Binary => {
                    Err("its key is of a type that a path cannot hold")
                }
                _ => Ok((property, primitive)),
            }
        });
        parts.collect()
    }

    /// The name of the key property of an entity type, its own or inherited, if the key is one property.
    pub fn single_key<'a>(&'a self, name: &'a QualifiedName) -> Option<&'a str> {
        let lineage = self.lineage(name);
        let (_, declaring) = lineage
            .iter()
            .rev()
            .find(|(_, structured)| !structured.key.is_empty())?;
        match declaring.key.as_slice() {
            [key] => Some(key),
            _ => None,
        }
    }
}
