use std::collections::{BTreeMap, BTreeSet};

use super::{
    document::{Annotation, Callable, Document, Revision, StructuredDeclaration, TypeName, TypeReference},
    edm::{
        BoundCall, CallParameter, Edm, EnumMember, EnumType, Navigation, Primitive, Property, QualifiedName, RootSet,
        Structured, Type, TypeRef, ValueType,
    },
    versions::Versions,
};
use crate::{Diagnostic, Diagnostics, Source};

/// Resolves every name in a document: the only version, number 0.
///
/// # Errors
///
/// When a name is declared twice, names nothing, or a type derives from itself; all of them are reported at once.
pub fn link(source: &Source, document: &Document) -> Result<Edm, Diagnostics> {
    let mut linker = Linker {
        source,
        aliases: BTreeMap::new(),
        declared: BTreeSet::new(),
        elsewhere: BTreeMap::new(),
        complaints: Vec::new(),
    };
    linker.declare(document);
    let edm = linker.edm(document);
    linker.check_kinds(document, &edm);
    // What goes up a circle of base types does not come back.
    if linker.check_lineage(document, &edm) {
        linker.check_members(document, &edm);
    }
    Diagnostics::check(linker.complaints, edm)
}

const COMPUTED: &str = "Org.OData.Core.V1.Computed";
const REVISIONS: &str = "Org.OData.Core.V1.Revisions";

/// The path of a type, or of a member of it.
fn item_path(ty: &QualifiedName, member: &str) -> String {
    if member.is_empty() {
        ty.as_str().to_owned()
    } else {
        format!("{ty}/{member}")
    }
}

struct Linker<'a> {
    source: &'a Source,
    aliases: BTreeMap<&'a str, &'a str>,
    declared: BTreeSet<QualifiedName>,
    /// What is said of something apart from it, by its path.
    elsewhere: BTreeMap<String, Vec<&'a Annotation>>,
    complaints: Vec<Diagnostic>,
}

impl<'a> Linker<'a> {
    fn declare(&mut self, document: &'a Document) {
        let includes = document.includes.iter();
        self.aliases
            .extend(includes.map(|(alias, namespace)| (&**alias, &**namespace)));
        for schema in &document.schemas {
            if let Some(alias) = &schema.alias {
                self.aliases.insert(alias, &schema.namespace);
            }
            let structured = schema.structured.iter().map(|ty| (ty.offset, &ty.name));
            let enums = schema.enums.iter().map(|ty| (ty.offset, &ty.name));
            let definitions = schema.definitions.iter().map(|ty| (ty.offset, &ty.name));
            for (offset, name) in structured.chain(enums).chain(definitions) {
                let name = QualifiedName::new(&schema.namespace, name);
                if self.declared.contains(&name) {
                    self.complain(offset, format!("`{name}` is declared twice"), "remove one of the two");
                }
                self.declared.insert(name);
            }
        }
        for annotations in document.schemas.iter().flat_map(|schema| &schema.annotations) {
            let (ty, member) = annotations.target.split_once('/').unwrap_or((&annotations.target, ""));
            let path = item_path(&self.qualify(ty), member);
            self.elsewhere.entry(path).or_default().extend(&annotations.annotations);
        }
    }

    fn edm(&mut self, document: &Document) -> Edm {
        let mut edm = Edm::default();
        for schema in &document.schemas {
            let qualify = |name: &str| QualifiedName::new(&schema.namespace, name);
            for declaration in &schema.structured {
                let name = qualify(&declaration.name);
                let ty = Type::Structured(self.structured(&name, declaration));
                edm.types.insert(name, ty);
            }
            for declaration in &schema.enums {
                let members = declaration.members.iter().map(|member| EnumMember {
                    name: member.name.clone(),
                    value: member.value,
                    versions: Versions::only(0),
                });
                let name = qualify(&declaration.name);
                let ty = EnumType {
                    offset: declaration.offset,
                    versions: Versions::only(0),
                    retired: self.retired(&name, "", &declaration.annotations),
                    flags: declaration.flags,
                    members: members.collect(),
                };
                edm.types.insert(name, Type::Enum(ty));
            }
            for declaration in &schema.definitions {
                let underlying = Primitive::from_name(&declaration.underlying.text).unwrap_or_else(|| {
                    let message = format!("`{}` is no primitive type", declaration.underlying.text);
                    self.complain(
                        declaration.underlying.offset,
                        message,
                        "a type definition stands for an `Edm` type",
                    );
                    Primitive::Other
                });
                edm.types
                    .insert(qualify(&declaration.name), Type::Definition(underlying));
            }
            for callable in &schema.callables {
                match self.call(&schema.namespace, callable) {
                    Some(call) => edm.calls.push(call),
                    None => {
                        let parameters = callable.parameters.iter().map(|parameter| parameter.name.as_str());
                        let parameters: Vec<_> = parameters.collect();
                        edm.unbound
                            .push(format!("{}({})", qualify(&callable.name), parameters.join(",")));
                    }
                }
            }
            edm.imports
                .extend(schema.imports.iter().map(|import| import.name.clone()));
            for root in &schema.roots {
                let target = self.named(&root.ty);
                let root_set = RootSet {
                    versions: Versions::only(0),
                    target,
                    collection: root.set,
                };
                if edm.roots.insert(root.name.clone(), root_set).is_some() {
                    let message = format!("the container has two of the name `{}`", root.name);
                    self.complain(root.offset, message, "rename one of the two");
                }
            }
        }
        edm
    }

    fn structured(&mut self, name: &QualifiedName, declaration: &StructuredDeclaration) -> Structured {
        let properties = declaration.properties.iter().map(|property| Property {
            offset: property.offset,
            versions: Versions::only(0),
            retired: self.retired(name, &property.name, &property.annotations),
            name: property.name.clone(),
            ty: self.type_ref(&property.ty),
            nullable: property.nullable,
            computed: self
                .annotations(name, &property.name, &property.annotations)
                .any(|annotation| self.is(annotation, COMPUTED) && annotation.value.as_deref() != Some("false")),
        });
        let properties = properties.collect();
        let navigations = declaration.navigations.iter().map(|navigation| Navigation {
            offset: navigation.offset,
            versions: Versions::only(0),
            retired: self.retired(name, &navigation.name, &navigation.annotations),
            name: navigation.name.clone(),
            target: self.named(&navigation.ty.name),
            collection: navigation.ty.collection,
            nullable: navigation.nullable,
            contained: if navigation.contained {
                Versions::only(0)
            } else {
                Versions::NONE
            },
        });
        let navigations = navigations.collect();
        Structured {
            offset: declaration.offset,
            versions: Versions::only(0),
            retired: self.retired(name, "", &declaration.annotations),
            entity: declaration.entity,
            base: declaration.base.as_ref().map(|base| self.named(base)),
            is_abstract: declaration.is_abstract,
            open: declaration.open,
            stream: declaration.stream,
            key: declaration.key.clone(),
            properties,
            navigations,
        }
    }

    /// What is said of an item, beside it and apart from it.
    fn annotations<'i>(
        &'i self,
        ty: &QualifiedName,
        member: &str,
        beside: &'i [Annotation],
    ) -> impl Iterator<Item = &'i Annotation> {
        let apart = self
            .elsewhere
            .get(&item_path(ty, member))
            .into_iter()
            .flatten()
            .copied();
        beside.iter().chain(apart)
    }

    fn retired(&self, ty: &QualifiedName, member: &str, beside: &[Annotation]) -> Option<Revision> {
        let mut annotations = self.annotations(ty, member, beside);
        let revisions = annotations.find(|annotation| self.is(annotation, REVISIONS))?;
        revisions.revisions.first().cloned()
    }

    /// Whether an annotation is of this term, by its whole name or by an alias.
    fn is(&self, annotation: &Annotation, term: &str) -> bool {
        self.qualify(&annotation.term).as_str() == term
    }

    /// A function or action that is called on something; the others are only checked.
    fn call(&mut self, namespace: &str, callable: &Callable) -> Option<BoundCall> {
        let mut parameters: Vec<_> = callable
            .parameters
            .iter()
            .map(|parameter| CallParameter {
                name: parameter.name.clone(),
                ty: self.type_ref(&parameter.ty),
                nullable: parameter.nullable,
            })
            .collect();
        let returns = callable.returns.as_ref().map(|returns| self.type_ref(returns));
        if !callable.bound || parameters.is_empty() {
            return None;
        }
        let binding = parameters.remove(0).ty;
        let ValueType::Named(target) = binding.value else {
            return None;
        };
        Some(BoundCall {
            versions: Versions::only(0),
            namespace: namespace.to_owned(),
            name: callable.name.clone(),
            kind: callable.kind,
            target,
            collection: binding.collection,
            parameters,
            returns,
        })
    }

    fn type_ref(&mut self, reference: &TypeReference) -> TypeRef {
        TypeRef {
            collection: reference.collection,
            value: self.value_type(&reference.name),
        }
    }

    fn value_type(&mut self, name: &TypeName) -> ValueType {
        match Primitive::from_name(&name.text) {
            Some(primitive) => {
                if primitive == Primitive::Unknown {
                    let message = format!("`{}` is no type of OData", name.text);
                    self.complain(name.offset, message, "correct the name, as in `Edm.String`");
                }
                ValueType::Primitive(primitive)
            }
            None => ValueType::Named(self.named(name)),
        }
    }

    /// The type of this name, declared or not.
    fn resolve(&self, name: &TypeName) -> QualifiedName {
        self.qualify(&name.text)
    }

    /// A name with its namespace, where it has an alias for one.
    fn qualify(&self, name: &str) -> QualifiedName {
        let (prefix, simple) = name.rsplit_once('.').unwrap_or(("", name));
        QualifiedName::new(self.aliases.get(prefix).copied().unwrap_or(prefix), simple)
    }

    /// The type of this name; one that is not declared is complained of.
    fn named(&mut self, name: &TypeName) -> QualifiedName {
        let qualified = self.resolve(name);
        // An empty name was complained of when it was read; `Edm.EntityType` and its like stand for any type.
        if !name.text.is_empty() && qualified.namespace() != "Edm" && !self.declared.contains(&qualified) {
            let help = if qualified.namespace().is_empty() {
                "write the name with its namespace or alias"
            } else {
                "declare the type, or correct its name"
            };
            self.complain(name.offset, format!("`{}` is not declared", name.text), help);
        }
        qualified
    }

    /// Complains of what stands where another kind of type belongs.
    fn check_kinds(&mut self, document: &Document, edm: &Edm) {
        for schema in &document.schemas {
            for declaration in &schema.structured {
                if let Some(base) = &declaration.base {
                    self.expect_kind(edm, base, declaration.entity);
                }
                for navigation in &declaration.navigations {
                    self.expect_kind(edm, &navigation.ty.name, true);
                }
            }
            for root in &schema.roots {
                self.expect_kind(edm, &root.ty, true);
            }
        }
    }

    fn expect_kind(&mut self, edm: &Edm, name: &TypeName, entity: bool) {
        let fits = |ty: &Type| matches!(ty, Type::Structured(structured) if structured.entity == entity);
        if edm.types.get(&self.resolve(name)).is_some_and(|ty| !fits(ty)) {
            let kind = if entity { "an entity type" } else { "a complex type" };
            self.complain(
                name.offset,
                format!("`{}` is not {kind}", name.text),
                format!("name {kind} here"),
            );
        }
    }

    /// Complains of names that a type has twice, its own or inherited.
    fn check_members(&mut self, document: &Document, edm: &Edm) {
        for schema in &document.schemas {
            for declaration in &schema.structured {
                let name = QualifiedName::new(&schema.namespace, &declaration.name);
                let mut seen = BTreeSet::new();
                let base = edm.structured(&name).and_then(|structured| structured.base.as_ref());
                for (_, structured) in base.map(|base| edm.lineage(base)).unwrap_or_default() {
                    seen.extend(structured.properties.iter().map(|property| &*property.name));
                    seen.extend(structured.navigations.iter().map(|navigation| &*navigation.name));
                }
                let properties = declaration
                    .properties
                    .iter()
                    .map(|property| (property.offset, &*property.name));
                let navigations = declaration
                    .navigations
                    .iter()
                    .map(|navigation| (navigation.offset, &*navigation.name));
                for (offset, member) in properties.chain(navigations) {
                    if !seen.insert(member) {
                        self.complain(
                            offset,
                            format!("`{name}` has two of the name `{member}`"),
                            "remove one of the two",
                        );
                    }
                }
            }
            for declaration in &schema.enums {
                let mut seen = BTreeSet::new();
                for member in &declaration.members {
                    if !seen.insert(&member.name) {
                        let message = format!(
                            "`{}.{}` has two of the name `{}`",
                            schema.namespace, declaration.name, member.name
                        );
                        self.complain(declaration.offset, message, "remove one of the two");
                    }
                }
            }
        }
    }

    /// Complains of types that derive from themselves; true where there is none.
    fn check_lineage(&mut self, document: &Document, edm: &Edm) -> bool {
        let before = self.complaints.len();
        for schema in &document.schemas {
            for declaration in &schema.structured {
                let name = QualifiedName::new(&schema.namespace, &declaration.name);
                let mut base = edm.structured(&name).and_then(|ty| ty.base.as_ref());
                let mut steps = 0;
                while let Some(current) = base {
                    steps += 1;
                    if steps > edm.types.len() {
                        break;
                    }
                    if *current == name {
                        self.complain(
                            declaration.offset,
                            format!("`{name}` derives from itself"),
                            "break the circle",
                        );
                        break;
                    }
                    base = edm.structured(current).and_then(|ty| ty.base.as_ref());
                }
            }
        }
        self.complaints.len() == before
    }

    fn complain(&mut self, offset: usize, message: impl Into<String>, help: impl Into<String>) {
        self.complaints.push(Diagnostic::at(self.source, offset, message, help));
    }
}
