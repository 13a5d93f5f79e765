//! What a CSDL document says, with the place of each word; nothing is resolved.

/// One CSDL document.
#[derive(Debug, Default)]
pub struct Document {
    /// Its schemas, in the order in which they stand.
    pub schemas: Vec<Schema>,
    /// The namespaces of other documents that it gives a short name to: the name, and the namespace.
    pub includes: Vec<(String, String)>,
}

/// A `Schema` element.
#[derive(Debug, Default)]
pub struct Schema {
    /// The namespace of all that it declares.
    pub namespace: String,
    /// A short name for the namespace.
    pub alias: Option<String>,
    /// Entity and complex types.
    pub structured: Vec<StructuredDeclaration>,
    /// Enumeration types.
    pub enums: Vec<EnumDeclaration>,
    /// Type definitions.
    pub definitions: Vec<TypeDefinitionDeclaration>,
    /// Functions and actions.
    pub callables: Vec<Callable>,
    /// The entity sets and singletons of its container.
    pub roots: Vec<Root>,
    /// The functions and actions that its container offers without anything to call them on.
    pub imports: Vec<Import>,
    /// Annotations that stand apart from what they are about.
    pub annotations: Vec<OutOfLine>,
}

/// An `EntityType` or a `ComplexType`.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "CSDL has an attribute for each")]
pub struct StructuredDeclaration {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// Its name, without namespace.
    pub name: String,
    /// Whether it is an entity type.
    pub entity: bool,
    /// The type that it derives from.
    pub base: Option<TypeName>,
    /// Whether only derived types have instances.
    pub is_abstract: bool,
    /// Whether instances may have properties that are not declared.
    pub open: bool,
    /// Whether its instances are streams with properties.
    pub stream: bool,
    /// The names of the key properties, if the type declares a key.
    pub key: Vec<String>,
    /// Its structural properties.
    pub properties: Vec<PropertyDeclaration>,
    /// Its navigation properties.
    pub navigations: Vec<NavigationDeclaration>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// A `Property`.
#[derive(Debug)]
pub struct PropertyDeclaration {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeReference,
    /// Whether it may be null.
    pub nullable: bool,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// A `NavigationProperty`.
#[derive(Debug)]
pub struct NavigationDeclaration {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// Its name.
    pub name: String,
    /// The type that it leads to.
    pub ty: TypeReference,
    /// Whether it may lead to nothing.
    pub nullable: bool,
    /// Whether the target lives in the object that leads to it.
    pub contained: bool,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// An `EnumType`.
#[derive(Debug)]
pub struct EnumDeclaration {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// Its name, without namespace.
    pub name: String,
    /// Whether its members can be combined.
    pub flags: bool,
    /// Its members, in the order in which they stand.
    pub members: Vec<Member>,
    /// Its annotations.
    pub annotations: Vec<Annotation>,
}

/// A `Member` of an enumeration.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its number.
    pub value: i64,
}

/// A `TypeDefinition`.
#[derive(Debug)]
pub struct TypeDefinitionDeclaration {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// Its name, without namespace.
    pub name: String,
    /// The primitive type that it stands for.
    pub underlying: TypeName,
}

/// A `Function` or an `Action`.
#[derive(Debug)]
pub struct Callable {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// Its name, without namespace.
    pub name: String,
    /// Which of the two it is.
    pub kind: CallableKind,
    /// Whether its first parameter is what it is called on.
    pub bound: bool,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it returns.
    pub returns: Option<TypeReference>,
}

/// Function or action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallableKind {
    /// Changes nothing.
    Function,
    /// May change something.
    Action,
}

/// A `Parameter`.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeReference,
    /// Whether it may be null.
    pub nullable: bool,
}

/// An `EntitySet` or a `Singleton` of the container.
#[derive(Debug)]
pub struct Root {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// Its name, the first segment of a path.
    pub name: String,
    /// Its entity type.
    pub ty: TypeName,
    /// Whether it is a set.
    pub set: bool,
}

/// A `FunctionImport` or an `ActionImport` of the container.
#[derive(Debug)]
pub struct Import {
    /// Its name, the first segment of a path.
    pub name: String,
}

/// An `Annotations` element: what is said of something that is declared elsewhere.
#[derive(Debug)]
pub struct OutOfLine {
    /// The path of what it is about, such as `graph.plannerPlan/owner`.
    pub target: String,
    /// What is said.
    pub annotations: Vec<Annotation>,
}

/// An `Annotation`.
#[derive(Debug, Clone)]
pub struct Annotation {
    /// The qualified name of the term.
    pub term: String,
    /// The text of its value, if that is an attribute.
    pub value: Option<String>,
    /// Its records that say since when something is retired.
    pub revisions: Vec<Revision>,
}

/// That something is retired, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revision {
    /// The day on which that was said.
    pub date: Option<String>,
    /// The day from which it may be gone.
    pub removal: Option<String>,
    /// What to know about it.
    pub description: Option<String>,
}

/// A type as a property names it: a name, or a collection of what the name names.
#[derive(Debug, Clone)]
pub struct TypeReference {
    /// Whether it is a collection.
    pub collection: bool,
    /// The name.
    pub name: TypeName,
}

/// The name of a type as it stands, with namespace or alias.
#[derive(Debug, Clone)]
pub struct TypeName {
    /// Where it stands, in bytes.
    pub offset: usize,
    /// The name.
    pub text: String,
}
