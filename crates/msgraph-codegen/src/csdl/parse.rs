use roxmltree::{Node, ParsingOptions};

use super::document::{
    Annotation, Callable, CallableKind, Document, EnumDeclaration, Import, Member, NavigationDeclaration, OutOfLine,
    Parameter, PropertyDeclaration, Revision, Root, Schema, StructuredDeclaration, TypeDefinitionDeclaration, TypeName,
    TypeReference,
};
use crate::{Diagnostic, Diagnostics, Source};

/// Reads a CSDL document: an `Edmx` wrapper around schemas, or a bare `Schema`.
///
/// # Errors
///
/// When the text is not XML, or not CSDL; all that is wrong with the CSDL is reported at once.
pub fn parse(source: &Source) -> Result<Document, Diagnostics> {
    let options = ParsingOptions {
        allow_dtd: false,
        ..ParsingOptions::default()
    };
    let xml =
        roxmltree::Document::parse_with_options(&source.text, options).map_err(|error| not_xml(source, &error))?;
    let mut parser = Parser {
        source,
        complaints: Vec::new(),
    };
    let document = parser.document(xml.root_element());
    Diagnostics::check(parser.complaints, document)
}

fn not_xml(source: &Source, error: &roxmltree::Error) -> Diagnostic {
    let place = error.pos();
    let text = error.to_string();
    let message = text.rsplit_once(" at ").map_or(&*text, |(message, _)| message);
    Diagnostic {
        file: source.name.clone(),
        place: Some((place.row as usize, place.col as usize)),
        message: format!("this is not XML: {message}"),
        help: "CSDL metadata is XML, as a service returns it from `$metadata`".to_owned(),
    }
}

struct Parser<'a> {
    source: &'a Source,
    complaints: Vec<Diagnostic>,
}

type Element<'a> = Node<'a, 'a>;

impl Parser<'_> {
    fn document(&mut self, root: Element<'_>) -> Document {
        let mut document = Document::default();
        match root.tag_name().name() {
            "Schema" => document.schemas.push(self.schema(root)),
            "Edmx" => {
                for services in self.children(root, &["DataServices", "Reference"]) {
                    if services.tag_name().name() == "Reference" {
                        document.includes.extend(includes(services));
                        continue;
                    }
                    for schema in self.children(services, &["Schema"]) {
                        document.schemas.push(self.schema(schema));
                    }
                }
            }
            other => self.complain(
                root,
                format!("the root element is `{other}`"),
                "CSDL begins with `edmx:Edmx` or with `Schema`",
            ),
        }
        document
    }

    fn schema(&mut self, element: Element<'_>) -> Schema {
        let mut schema = Schema {
            namespace: self.required(element, "Namespace"),
            alias: element.attribute("Alias").map(str::to_owned),
            ..Schema::default()
        };
        let expected = [
            "EntityType",
            "ComplexType",
            "EnumType",
            "TypeDefinition",
            "Function",
            "Action",
            "EntityContainer",
            "Term",
            "Annotations",
            "Annotation",
        ];
        for child in self.children(element, &expected) {
            match child.tag_name().name() {
                "EntityType" => schema.structured.push(self.structured(child, true)),
                "ComplexType" => schema.structured.push(self.structured(child, false)),
                "EnumType" => schema.enums.push(self.enumeration(child)),
                "TypeDefinition" => schema.definitions.push(TypeDefinitionDeclaration {
                    offset: offset(child),
                    name: self.name(child),
                    underlying: self.type_name(child, "UnderlyingType"),
                }),
                "Function" => schema.callables.push(self.callable(child, CallableKind::Function)),
                "Action" => schema.callables.push(self.callable(child, CallableKind::Action)),
                "EntityContainer" => self.container(child, &mut schema),
                "Annotations" => schema.annotations.push(OutOfLine {
                    target: self.required(child, "Target"),
                    annotations: annotations(child),
                }),
                _ => {}
            }
        }
        schema
    }

    fn structured(&mut self, element: Element<'_>, entity: bool) -> StructuredDeclaration {
        let mut declaration = StructuredDeclaration {
            offset: offset(element),
            name: self.name(element),
            entity,
            base: element.attribute("BaseType").map(|text| TypeName {
                offset: attribute_offset(element, "BaseType"),
                text: text.to_owned(),
            }),
            is_abstract: self.flag(element, "Abstract", false),
            open: self.flag(element, "OpenType", false),
            stream: self.flag(element, "HasStream", false),
            key: Vec::new(),
            properties: Vec::new(),
            navigations: Vec::new(),
            annotations: annotations(element),
        };
        for child in self.children(element, &["Key", "Property", "NavigationProperty", "Annotation"]) {
            match child.tag_name().name() {
                "Key" => {
                    for reference in self.children(child, &["PropertyRef"]) {
                        declaration.key.push(self.required(reference, "Name"));
                    }
                }
                "Property" => declaration.properties.push(PropertyDeclaration {
                    offset: offset(child),
                    name: self.name(child),
                    ty: self.type_reference(child),
                    nullable: self.flag(child, "Nullable", true),
                    annotations: annotations(child),
                }),
                "NavigationProperty" => declaration.navigations.push(NavigationDeclaration {
                    offset: offset(child),
                    name: self.name(child),
                    ty: self.type_reference(child),
                    nullable: self.flag(child, "Nullable", true),
                    contained: self.flag(child, "ContainsTarget", false),
                    annotations: annotations(child),
                }),
                _ => {}
            }
        }
        declaration
    }

    fn enumeration(&mut self, element: Element<'_>) -> EnumDeclaration {
        let mut declaration = EnumDeclaration {
            offset: offset(element),
            name: self.name(element),
            flags: self.flag(element, "IsFlags", false),
            members: Vec::new(),
            annotations: annotations(element),
        };
        for child in self.children(element, &["Member", "Annotation"]) {
            if child.tag_name().name() != "Member" {
                continue;
            }
            // Without a value, a member has the one after that of the member before it.
            let next = declaration
                .members
                .last()
                .map_or(0, |member| member.value.saturating_add(1));
            let value = match child.attribute("Value").map(str::parse) {
                None => next,
                Some(Ok(value)) => value,
                Some(Err(_)) => {
                    self.complain(child, "`Value` is not a whole number", "write it in decimal digits");
                    next
                }
            };
            declaration.members.push(Member {
                name: self.name(child),
                value,
            });
        }
        declaration
    }

    fn callable(&mut self, element: Element<'_>, kind: CallableKind) -> Callable {
        let mut callable = Callable {
            offset: offset(element),
            name: self.name(element),
            kind,
            bound: self.flag(element, "IsBound", false),
            parameters: Vec::new(),
            returns: None,
        };
        for child in self.children(element, &["Parameter", "ReturnType", "Annotation"]) {
            match child.tag_name().name() {
                "Parameter" => callable.parameters.push(Parameter {
                    name: self.name(child),
                    ty: self.type_reference(child),
                    nullable: self.flag(child, "Nullable", true),
                }),
                "ReturnType" => callable.returns = Some(self.type_reference(child)),
                _ => {}
            }
        }
        callable
    }

    fn container(&mut self, element: Element<'_>, schema: &mut Schema) {
        let expected = ["EntitySet", "Singleton", "FunctionImport", "ActionImport", "Annotation"];
        for child in self.children(element, &expected) {
            let (set, attribute) = match child.tag_name().name() {
                "EntitySet" => (true, "EntityType"),
                "Singleton" => (false, "Type"),
                "FunctionImport" | "ActionImport" => {
                    let name = self.name(child);
                    schema.imports.push(Import { name });
                    continue;
                }
                _ => continue,
            };
            schema.roots.push(Root {
                offset: offset(child),
                name: self.name(child),
                ty: self.type_name(child, attribute),
                set,
            });
        }
    }

    fn type_reference(&mut self, element: Element<'_>) -> TypeReference {
        let mut name = self.type_name(element, "Type");
        let inner = name
            .text
            .strip_prefix("Collection(")
            .and_then(|rest| rest.strip_suffix(')'));
        let collection = inner.is_some();
        if let Some(inner) = inner.map(str::to_owned) {
            name.text = inner;
        }
        TypeReference { collection, name }
    }

    fn type_name(&mut self, element: Element<'_>, attribute: &str) -> TypeName {
        TypeName {
            text: self.required(element, attribute),
            offset: attribute_offset(element, attribute),
        }
    }

    /// The child elements; what is not expected is complained of and left out.
    fn children<'e>(&mut self, element: Element<'e>, expected: &[&str]) -> Vec<Element<'e>> {
        let (known, unknown): (Vec<_>, Vec<_>) = element
            .children()
            .filter(Node::is_element)
            .partition(|child| expected.contains(&child.tag_name().name()));
        for child in unknown {
            let message = format!(
                "`{}` cannot stand in `{}`",
                child.tag_name().name(),
                element.tag_name().name()
            );
            self.complain(child, message, format!("expected {}", expected.join(", ")));
        }
        known
    }

    fn required(&mut self, element: Element<'_>, attribute: &str) -> String {
        match element.attribute(attribute) {
            Some(value) if !value.is_empty() => value.to_owned(),
            _ => {
                let message = format!("`{}` has no `{attribute}`", element.tag_name().name());
                self.complain(element, message, format!("write {attribute}=\"...\""));
                String::new()
            }
        }
    }

    /// A name that something is declared under. OData allows less than Graph uses: `request-id` is a property of its.
    fn name(&mut self, element: Element<'_>) -> String {
        let name = self.required(element, "Name");
        let is_identifier = name
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_-.@".contains(letter))
            && name.chars().any(char::is_alphanumeric);
        if !is_identifier && !name.is_empty() {
            let message = format!("`{name}` is no name");
            self.complain(
                element,
                message,
                "a name is made of letters and digits; `_`, `-`, `.` and `@` may stand among them",
            );
        }
        name
    }

    fn flag(&mut self, element: Element<'_>, attribute: &str, default: bool) -> bool {
        match element.attribute(attribute) {
            None => default,
            Some("true") => true,
            Some("false") => false,
            Some(other) => {
                self.complain(
                    element,
                    format!("`{attribute}` is `{other}`"),
                    "write `true` or `false`",
                );
                default
            }
        }
    }

    fn complain(&mut self, element: Element<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.complaints
            .push(Diagnostic::at(self.source, offset(element), message, help));
    }
}

fn offset(element: Element<'_>) -> usize {
    element.range().start
}

fn attribute_offset(element: Element<'_>, attribute: &str) -> usize {
    element
        .attribute_node(attribute)
        .map_or_else(|| offset(element), |node| node.range_value().start)
}

fn annotations(element: Element<'_>) -> Vec<Annotation> {
    const VALUES: [&str; 4] = ["Bool", "String", "EnumMember", "Int"];
    element
        .children()
        .filter(|child| child.tag_name().name() == "Annotation")
        .filter_map(|annotation| {
            Some(Annotation {
                term: annotation.attribute("Term")?.to_owned(),
                value: VALUES
                    .iter()
                    .find_map(|name| annotation.attribute(*name))
                    .map(str::to_owned),
                revisions: revisions(annotation),
            })
        })
        .collect()
}

/// The records of an annotation that say that something is retired.
fn revisions(annotation: Element<'_>) -> Vec<Revision> {
    let records = annotation
        .descendants()
        .filter(|element| element.tag_name().name() == "Record");
    let retiring = records.filter_map(|record| {
        let mut revision = Revision::default();
        let mut is_deprecation = false;
        for value in record.children().filter(Node::is_element) {
            let text = |name: &str| value.attribute(name).map(str::to_owned);
            match value.attribute("Property") {
                Some("Date") => revision.date = text("Date"),
                Some("RemovalDate") => revision.removal = text("Date"),
                Some("Description") => revision.description = text("String"),
                Some("Kind") => {
                    let mut nested = value
                        .descendants()
                        .filter(|element| element.tag_name().name() == "EnumMember");
                    let nested = nested.next().and_then(|element| element.text());
                    let kind = value.attribute("EnumMember").or(nested).unwrap_or_default();
                    is_deprecation = kind.trim().ends_with("/Deprecated");
                }
                _ => {}
            }
        }
        is_deprecation.then_some(revision)
    });
    retiring.collect()
}

/// The short names that a reference to other documents gives to their namespaces.
fn includes(reference: Element<'_>) -> Vec<(String, String)> {
    let includes = reference
        .children()
        .filter(|child| child.tag_name().name() == "Include");
    let names = includes.filter_map(|include| {
        let (alias, namespace) = (include.attribute("Alias")?, include.attribute("Namespace")?);
        Some((alias.to_owned(), namespace.to_owned()))
    });
    names.collect()
}
