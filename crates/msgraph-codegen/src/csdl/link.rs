use std::collections::{BTreeMap, BTreeSet};

use super::{
    document::{Callable, Document, StructuredDeclaration, TypeName, TypeReference},
    edm::{
        BoundCall, CallParameter, Edm, EnumType, Navigation, Primitive, Property, QualifiedName, RootSet, Structured,
        Type, TypeRef, ValueType,
    },
};
use crate::{Diagnostic, Diagnostics, Source};

/// Resolves every name in a document.
///
/// # Errors
///
/// When a name is declared twice, names nothing, or a type derives from itself; all of them are reported at once.
pub fn link(source: &Source, document: &Document) -> Result<Edm, Diagnostics> {
    let mut linker = Linker {
        source,
        aliases: BTreeMap::new(),
        declared: BTreeSet::new(),
        complaints: Vec::new(),
    };
    linker.declare(document);
    let edm = linker.edm(document);
    linker.check_lineage(document, &edm);
    Diagnostics::check(linker.complaints, edm)
}

struct Linker<'a> {
    source: &'a Source,
    aliases: BTreeMap<&'a str, &'a str>,
    declared: BTreeSet<QualifiedName>,
    complaints: Vec<Diagnostic>,
}

impl<'a> Linker<'a> {
    fn declare(&mut self, document: &'a Document) {
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
    }

    fn edm(&mut self, document: &Document) -> Edm {
        let mut edm = Edm::default();
        for schema in &document.schemas {
            let qualify = |name: &str| QualifiedName::new(&schema.namespace, name);
            for declaration in &schema.structured {
                edm.types.insert(
                    qualify(&declaration.name),
                    Type::Structured(self.structured(declaration)),
                );
            }
            for declaration in &schema.enums {
                let members = declaration
                    .members
                    .iter()
                    .map(|member| (member.name.clone(), member.value));
                let ty = EnumType {
                    flags: declaration.flags,
                    members: members.collect(),
                };
                edm.types.insert(qualify(&declaration.name), Type::Enum(ty));
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
            let calls = schema.callables.iter().filter_map(|callable| self.call(callable));
            edm.calls.extend(calls);
            for root in &schema.roots {
                let target = self.named(&root.ty);
                let root_set = RootSet {
                    target,
                    collection: root.set,
                };
                edm.roots.insert(root.name.clone(), root_set);
            }
        }
        edm
    }

    fn structured(&mut self, declaration: &StructuredDeclaration) -> Structured {
        let properties = declaration.properties.iter().map(|property| Property {
            offset: property.offset,
            name: property.name.clone(),
            ty: self.type_ref(&property.ty),
            nullable: property.nullable,
            computed: property.annotations.iter().any(|annotation| {
                annotation.term == "Org.OData.Core.V1.Computed" && annotation.value.as_deref() != Some("false")
            }),
        });
        let properties = properties.collect();
        let navigations = declaration.navigations.iter().map(|navigation| Navigation {
            offset: navigation.offset,
            name: navigation.name.clone(),
            target: self.named(&navigation.ty.name),
            collection: navigation.ty.collection,
            contained: navigation.contained,
        });
        let navigations = navigations.collect();
        Structured {
            offset: declaration.offset,
            entity: declaration.entity,
            base: declaration.base.as_ref().map(|base| self.named(base)),
            is_abstract: declaration.is_abstract,
            open: declaration.open,
            key: declaration.key.clone(),
            properties,
            navigations,
        }
    }

    /// A function or action that is called on something; the others are only checked.
    fn call(&mut self, callable: &Callable) -> Option<BoundCall> {
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
            Some(primitive) => ValueType::Primitive(primitive),
            None => ValueType::Named(self.named(name)),
        }
    }

    /// The type of this name; one that is not declared is complained of.
    fn named(&mut self, name: &TypeName) -> QualifiedName {
        let (prefix, simple) = name.text.rsplit_once('.').unwrap_or(("", &name.text));
        let namespace = self.aliases.get(prefix).copied().unwrap_or(prefix);
        let qualified = QualifiedName::new(namespace, simple);
        // An empty name was complained of when it was read; `Edm.EntityType` and its like stand for any type.
        if !name.text.is_empty() && namespace != "Edm" && !self.declared.contains(&qualified) {
            let help = if prefix.is_empty() {
                "write the name with its namespace or alias"
            } else {
                "declare the type, or correct its name"
            };
            self.complain(name.offset, format!("`{}` is not declared", name.text), help);
        }
        qualified
    }

    fn check_lineage(&mut self, document: &Document, edm: &Edm) {
        for schema in &document.schemas {
            for declaration in &schema.structured {
                let name = QualifiedName::new(&schema.namespace, &declaration.name);
                let mut base = edm.structured(&name).and_then(|ty| ty.base.as_ref());
                let mut steps = 0;
                while let Some(current) = base {
                    steps += 1;
                    if *current == name || steps > edm.types.len() {
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
    }

    fn complain(&mut self, offset: usize, message: impl Into<String>, help: impl Into<String>) {
        self.complaints.push(Diagnostic::at(self.source, offset, message, help));
    }
}
