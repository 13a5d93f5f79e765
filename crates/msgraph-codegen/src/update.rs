//! Brings the facts of a whole metadata file into one that declares a part of the same service.
//!
//! The text is edited where a fact differs, and nowhere else: order, comments and line ends stay.

mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    ops::Range,
};

use roxmltree::{Document, Node};

use self::text::{apply, indentation, indented, tag_range};
use crate::{
    Diagnostic, Diagnostics, Remarks, Source,
    csdl::{self, Edm, Primitive, Revision, Type},
};

/// A text that was brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The new text.
    pub text: String,
    /// What is different in it, item by item.
    pub changes: BTreeSet<String>,
    /// What was not brought over, with what is to be done about it.
    pub left: BTreeSet<String>,
}

/// Brings the facts of a whole metadata file into ours: of the types that ours declares, and of those that these need.
///
/// What the remarks call beyond stays, what they call skipped does not come, and a type that they call partial gets nothing
/// new.
///
/// # Errors
///
/// When one of the texts is no metadata, or the result would be none.
pub fn update(ours: &Source, theirs: &Source, remarks: &Remarks) -> Result<Updated, Diagnostics> {
    let (own, other) = (link(ours)?, link(theirs)?);
    // Both were parsed just now.
    let read = |source| Document::parse(source).ok();
    let (Some(our_xml), Some(their_xml)) = (read(&ours.text), read(&theirs.text)) else {
        return Err(Diagnostic::of(&ours.name, "this is not XML", "write CSDL").into());
    };
    let mut updater = Updater {
        remarks,
        ours: Names::of(&our_xml),
        theirs: Names::of(&their_xml),
        text: &ours.text,
        edits: Vec::new(),
        needed: BTreeSet::new(),
        changes: BTreeSet::new(),
        left: BTreeSet::new(),
    };
    updater.types(&our_xml, &their_xml);
    updater.calls(&our_xml, &their_xml);
    updater.container(&our_xml, &their_xml);
    updater.add_needed(&our_xml, &their_xml);
    updater.retired(&own, &other);
    let (changes, left) = (updater.changes, updater.left);
    let text = apply(&ours.text, updater.edits);
    link(&Source::new(&ours.name, &text))?;
    Ok(Updated { text, changes, left })
}

fn link(source: &Source) -> Result<Edm, Diagnostics> {
    csdl::link(source, &csdl::parse(source)?)
}

const TYPES: [&str; 4] = ["EntityType", "ComplexType", "EnumType", "TypeDefinition"];
const MEMBERS: [&str; 3] = ["Property", "NavigationProperty", "Member"];
const CALLS: [&str; 2] = ["Function", "Action"];

/// The attributes that are facts, in the order in which they are written, with the value that stands for their absence.
const FACTS: [(&str, &str); 14] = [
    ("Name", ""),
    ("Type", ""),
    ("BaseType", ""),
    ("EntityType", ""),
    ("UnderlyingType", ""),
    ("Abstract", "false"),
    ("OpenType", "false"),
    ("HasStream", "false"),
    ("IsFlags", "false"),
    ("Value", ""),
    ("Nullable", "true"),
    ("ContainsTarget", "false"),
    ("IsBound", "false"),
    ("IsComposable", "false"),
];

/// The names by which a document calls namespaces.
struct Names<'d> {
    /// Namespaces, by alias.
    namespaces: BTreeMap<&'d str, &'d str>,
}

impl<'d> Names<'d> {
    fn of(document: &'d Document<'d>) -> Self {
        let named = document.descendants().filter_map(|node| {
            let alias = node.attribute("Alias")?;
            Some((alias, node.attribute("Namespace")?))
        });
        Self {
            namespaces: named.collect(),
        }
    }

    /// A type with its namespace, and whether it is a collection.
    fn qualify(&self, name: &str) -> (String, bool) {
        let inner = name.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
        let simple = inner.unwrap_or(name);
        let (prefix, last) = simple.rsplit_once('.').unwrap_or(("", simple));
        let namespace = self.namespaces.get(prefix).copied().unwrap_or(prefix);
        (format!("{namespace}.{last}"), inner.is_some())
    }

    /// A type as this document writes it.
    fn write(&self, (qualified, collection): &(String, bool)) -> String {
        let (namespace, last) = qualified.rsplit_once('.').unwrap_or(("", qualified));
        let aliases = self.namespaces.iter();
        let alias = aliases
            .filter(|(_, known)| **known == namespace)
            .map(|(alias, _)| *alias);
        let name = format!("{}.{last}", alias.min().unwrap_or(namespace));
        if *collection {
            format!("Collection({name})")
        } else {
            name
        }
    }
}

/// An element that is declared under a name of a namespace.
fn declared<'d>(document: &'d Document<'d>, tags: &'static [&str]) -> BTreeMap<String, Node<'d, 'd>> {
    let elements = document
        .descendants()
        .filter(|node| tags.contains(&node.tag_name().name()));
    let named = elements.filter_map(|node| {
        let namespace = node.parent()?.attribute("Namespace")?;
        Some((format!("{namespace}.{}", node.attribute("Name")?), node))
    });
    named.collect()
}

fn children<'d>(node: Node<'d, 'd>, tags: &'static [&str]) -> impl Iterator<Item = Node<'d, 'd>> {
    node.children().filter(|child| tags.contains(&child.tag_name().name()))
}

fn name<'d>(node: Node<'d, 'd>) -> &'d str {
    node.attribute("Name").unwrap_or_default()
}

struct Updater<'u> {
    remarks: &'u Remarks,
    ours: Names<'u>,
    theirs: Names<'u>,
    text: &'u str,
    edits: Vec<(Range<usize>, String)>,
    /// Types that what was added needs, with their namespace.
    needed: BTreeSet<String>,
    changes: BTreeSet<String>,
    left: BTreeSet<String>,
}

impl<'u> Updater<'u> {
    /// The facts of an element as our document writes them.
    fn facts(&self, node: Node<'_, '_>, names: &Names<'_>) -> Vec<(&'static str, String)> {
        let facts = FACTS.iter().filter_map(|(attribute, absent)| {
            let value = node.attribute(*attribute).filter(|value| value != absent)?;
            let is_type = matches!(*attribute, "Type" | "BaseType" | "EntityType");
            let value = if is_type && Primitive::from_name(value).is_none() && !value.contains("(Edm.") {
                self.ours.write(&names.qualify(value))
            } else {
                value.to_owned()
            };
            Some((*attribute, value))
        });
        facts.collect()
    }

    /// The tag of an element of theirs, as our document writes it, without its end.
    fn tag(&self, theirs: Node<'_, '_>) -> String {
        let mut tag = format!("<{}", theirs.tag_name().name());
        for (attribute, value) in self.facts(theirs, &self.theirs) {
            let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            let _ = write!(tag, " {attribute}=\"{value}\"");
        }
        tag
    }

    fn is_kept(&self, item: &str) -> bool {
        self.remarks.beyond.contains_key(item)
    }

    fn change(&mut self, verb: &str, item: &str) {
        self.changes.insert(format!("{verb} {item}"));
    }

    /// Removes an element, with its line where it has one of its own.
    fn remove(&mut self, node: Node<'_, '_>, item: &str) {
        let Range { start, end } = node.range();
        let before = self.text.get(..start).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let is_alone = self.text.get(line..start).unwrap_or_default().trim().is_empty();
        let range = if is_alone {
            line.saturating_sub(1)..end
        } else {
            start..end
        };
        self.edits.push((range, String::new()));
        self.change("removed", item);
    }

    /// Gives an element of ours the facts of theirs.
    fn same_tag(&mut self, ours: Node<'_, '_>, theirs: Node<'_, '_>, item: &str) {
        if self.facts(ours, &self.ours) == self.facts(theirs, &self.theirs) {
            return;
        }
        let Range { start, end } = tag_range(self.text, ours);
        let old = self.text.get(start..end).unwrap_or_default();
        let close = if old.ends_with("/>") { " />" } else { ">" };
        let tag = self.tag(theirs) + close;
        self.edits.push((start..end, tag));
        self.change("changed", item);
    }

    fn types(&mut self, our_xml: &'u Document<'u>, their_xml: &'u Document<'u>) {
        let theirs = declared(their_xml, &TYPES);
        let ours = declared(our_xml, &TYPES);
        for (item, node) in &ours {
            match theirs.get(item) {
                None if self.is_kept(item) => {}
                None => self.remove(*node, item),
                Some(other) => self.structure(*node, *other, item, &ours),
            }
        }
    }

    fn structure(
        &mut self,
        ours: Node<'u, 'u>,
        theirs: Node<'u, 'u>,
        item: &str,
        declared: &BTreeMap<String, Node<'u, 'u>>,
    ) {
        if ours.tag_name().name() != theirs.tag_name().name() {
            let what = theirs.tag_name().name();
            self.left
                .insert(format!("{item} is of another kind there, `{what}`: write it anew"));
            return;
        }
        for member in children(ours, &MEMBERS) {
            let path = format!("{item}/{}", name(member));
            let same = |other: &Node<'_, '_>| {
                other.tag_name().name() == member.tag_name().name() && name(*other) == name(member)
            };
            match children(theirs, &MEMBERS).find(same) {
                Some(other) => {
                    self.same_tag(member, other, &path);
                    self.need(other);
                }
                None if self.is_kept(&path) => {}
                None => self.remove(member, &path),
            }
        }
        if let Some(base) = theirs.attribute("BaseType") {
            let (base, _) = self.theirs.qualify(base);
            if ours.attribute("BaseType").map(|own| self.ours.qualify(own).0).as_ref() != Some(&base)
                && !declared.contains_key(&base)
            {
                self.left.insert(format!(
                    "{item} derives from {base} there, which ours does not declare: declare it first"
                ));
                return;
            }
        }
        let mut added = Vec::new();
        if !self.remarks.partial.contains(item) {
            for member in children(theirs, &MEMBERS) {
                let same =
                    |own: Node<'_, '_>| own.tag_name().name() == member.tag_name().name() && name(own) == name(member);
                let path = format!("{item}/{}", name(member));
                if children(ours, &MEMBERS).any(same) || self.remarks.skipped.contains_key(&path) {
                    continue;
                }
                if let Some(target) = self.is_too_far(member, declared) {
                    self.left.insert(format!(
                        "{path} leads to {target}, which ours does not declare: declare both, or name it in `skipped`"
                    ));
                    continue;
                }
                self.need(member);
                self.change("added", &path);
                added.push(self.tag(member) + " />");
            }
        }
        let keys = |node: Node<'u, 'u>| -> Vec<&'u str> {
            let keys = children(node, &["Key"]).flat_map(|key| children(key, &["PropertyRef"]));
            keys.map(name).collect()
        };
        if keys(ours) != keys(theirs) {
            self.left.insert(format!(
                "{item} has another key there, {:?}: write it into ours",
                keys(theirs)
            ));
        }
        self.extend(ours, theirs, item, &added);
    }

    /// The type that a navigation property leads to, if ours has it not.
    fn is_too_far(&self, member: Node<'_, '_>, declared: &BTreeMap<String, Node<'_, '_>>) -> Option<String> {
        if member.tag_name().name() != "NavigationProperty" {
            return None;
        }
        let (target, _) = self.theirs.qualify(member.attribute("Type").unwrap_or_default());
        (!declared.contains_key(&target)).then_some(target)
    }

    /// Notes the types that an element of theirs names.
    fn need(&mut self, theirs: Node<'_, '_>) {
        for attribute in ["Type", "BaseType"] {
            if let Some(value) = theirs.attribute(attribute) {
                self.needed.insert(self.theirs.qualify(value).0);
            }
        }
    }

    /// Gives an element of ours the tag of theirs, and more children at its end.
    fn extend(&mut self, ours: Node<'_, '_>, theirs: Node<'_, '_>, item: &str, added: &[String]) {
        if added.is_empty() {
            self.same_tag(ours, theirs, item);
            return;
        }
        let whole = ours.range();
        let indent = indentation(self.text, whole.start);
        let lines = indented(added, &format!("{indent}  "));
        let tag = tag_range(self.text, ours);
        if self.text.get(tag.clone()).unwrap_or_default().ends_with("/>") {
            let close = format!("\n{indent}</{}>", ours.tag_name().name());
            self.edits.push((whole, self.tag(theirs) + ">" + &lines + &close));
            return;
        }
        self.same_tag(ours, theirs, item);
        let last = ours.children().rfind(Node::is_element);
        let end = last.map_or(tag.end, |last| last.range().end);
        self.edits.push((end..end, lines));
    }

    fn calls(&mut self, our_xml: &'u Document<'u>, their_xml: &'u Document<'u>) {
        let there_types = declared(their_xml, &TYPES);
        let declared = declared(our_xml, &TYPES);
        let calls = |document: &'u Document<'u>, names: &Names<'_>| {
            let calls = document
                .descendants()
                .filter(|node| CALLS.contains(&node.tag_name().name()));
            let bound = calls.filter_map(|node| {
                let binding = children(node, &["Parameter"]).next()?.attribute("Type")?;
                node.attribute("IsBound").filter(|bound| *bound == "true")?;
                Some((names.qualify(binding).0, node))
            });
            bound.collect::<Vec<_>>()
        };
        let (ours, theirs) = (calls(our_xml, &self.ours), calls(their_xml, &self.theirs));
        let signature = |updater: &Self, node: Node<'_, '_>, names: &Names<'_>| {
            let mut parts: Vec<String> = vec![node.tag_name().name().to_owned(), name(node).to_owned()];
            for (position, parameter) in node.children().filter(Node::is_element).enumerate() {
                let facts = updater.facts(parameter, names).into_iter();
                // The name of what it is called on is nobody's business, and a result is not sent.
                let facts = facts.filter(|(attribute, _)| match parameter.tag_name().name() {
                    "Parameter" => position > 0 || *attribute == "Type",
                    "ReturnType" => *attribute == "Type",
                    _ => false,
                });
                parts.push(format!("{:?}", facts.collect::<Vec<_>>()));
            }
            parts
        };
        let known: Vec<_> = ours
            .iter()
            .map(|(_, node)| signature(self, *node, &self.ours))
            .collect();
        let there: Vec<_> = theirs
            .iter()
            .map(|(_, node)| signature(self, *node, &self.theirs))
            .collect();
        for ((target, node), own) in ours.iter().zip(&known) {
            let item = format!("{target}/{}", name(*node));
            if !there.contains(own) && !self.is_kept(&item) {
                self.remove(*node, &item);
            }
        }
        let mut added = Vec::new();
        for ((target, node), other) in theirs.iter().zip(&there) {
            let item = format!("{target}/{}", name(*node));
            let is_ours = declared.contains_key(target) && !self.remarks.partial.contains(target);
            if !is_ours || known.contains(other) || self.remarks.skipped.contains_key(&item) {
                continue;
            }
            let far = children(*node, &["Parameter", "ReturnType"]).filter_map(|part| {
                let (ty, _) = self.theirs.qualify(part.attribute("Type")?);
                let is_entity = there_types
                    .get(&ty)
                    .is_some_and(|ty| ty.tag_name().name() == "EntityType");
                (is_entity && !declared.contains_key(&ty)).then_some(ty)
            });
            if let Some(far) = far.collect::<Vec<_>>().first() {
                self.left.insert(format!(
                    "{item} needs {far}, which ours does not declare: declare both, or name it in `skipped`"
                ));
                continue;
            }
            let inner = children(*node, &["Parameter", "ReturnType"]);
            let inner: Vec<_> = inner.map(|part| (self.tag(part), part)).collect();
            added.push(self.tag(*node) + ">");
            for (tag, part) in inner {
                self.need(part);
                added.push(format!("  {tag} />"));
            }
            added.push(format!("</{}>", node.tag_name().name()));
            self.change("added", &item);
        }
        let last = ours.last().map(|(_, node)| *node);
        self.insert_after(last, our_xml, &added);
    }

    /// Inserts lines after an element, or at the end of the first schema.
    fn insert_after(&mut self, element: Option<Node<'_, '_>>, our_xml: &Document<'_>, lines: &[String]) {
        let schema = our_xml.descendants().find(|node| node.tag_name().name() == "Schema");
        let last = element.or_else(|| schema?.children().rfind(Node::is_element));
        if let (Some(last), false) = (last, lines.is_empty()) {
            let Range { start, end } = last.range();
            let indent = indentation(self.text, start);
            let lines = indented(lines, indent);
            self.edits.push((end..end, lines));
        }
    }

    fn container(&mut self, our_xml: &'u Document<'u>, their_xml: &'u Document<'u>) {
        let sets = |document: &'u Document<'u>| {
            let sets = document
                .descendants()
                .filter(|node| matches!(node.tag_name().name(), "EntitySet" | "Singleton"));
            sets.map(|node| (name(node).to_owned(), node))
                .collect::<BTreeMap<_, _>>()
        };
        let theirs = sets(their_xml);
        for (name, node) in sets(our_xml) {
            let item = format!("container/{name}");
            match theirs.get(&name) {
                Some(other) if other.tag_name().name() == node.tag_name().name() => {
                    self.same_tag(node, *other, &item);
                }
                _ if self.is_kept(&item) => {}
                _ => self.remove(node, &item),
            }
        }
    }

    /// Adds the types that what was added needs, and those that these need. An entity type is not added: it would bring all
    /// that it leads to.
    fn add_needed(&mut self, our_xml: &'u Document<'u>, their_xml: &'u Document<'u>) {
        let (ours, theirs) = (declared(our_xml, &TYPES), declared(their_xml, &TYPES));
        let mut done = BTreeSet::new();
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        while let Some(item) = self.needed.pop_first() {
            let Some(node) = theirs.get(&item).filter(|_| !ours.contains_key(&item)) else {
                continue;
            };
            if !done.insert(item.clone()) {
                continue;
            }
            if node.tag_name().name() == "EntityType" {
                self.left
                    .insert(format!("{item} is needed: declare it, as far as ours goes"));
                continue;
            }
            self.need(*node);
            let mut members = Vec::new();
            for member in children(*node, &MEMBERS) {
                if let Some(target) = self.is_too_far(member, &ours) {
                    let path = format!("{item}/{}", name(member));
                    self.left
                        .insert(format!("{path} leads to {target}, which ours does not declare"));
                    continue;
                }
                self.need(member);
                members.push(format!("  {} />", self.tag(member)));
            }
            self.change("added", &item);
            let namespace = item.rsplit_once('.').map_or("", |(namespace, _)| namespace);
            let lines = lines.entry(namespace.to_owned()).or_default();
            if members.is_empty() {
                lines.push(self.tag(*node) + " />");
            } else {
                lines.push(self.tag(*node) + ">");
                lines.extend(members);
                lines.push(format!("</{}>", node.tag_name().name()));
            }
        }
        for (namespace, lines) in lines {
            let own = ours
                .iter()
                .filter(|(name, _)| name.rsplit_once('.').map(|(own, _)| own) == Some(&*namespace));
            match own.map(|(_, node)| *node).max_by_key(|node| node.range().start) {
                Some(last) => self.insert_after(Some(last), our_xml, &lines),
                None => {
                    self.left.insert(format!(
                        "types of {namespace} are needed: write a Schema for it into ours"
                    ));
                }
            }
        }
    }

    /// Notes what is retired there and not here: the words for it are to be ours.
    fn retired(&mut self, ours: &Edm, theirs: &Edm) {
        for (name, ty) in &ours.types {
            let Some(other) = theirs.types.get(name) else { continue };
            let (known, there) = (retirements(ty), retirements(other));
            for (member, revision) in there {
                if known.contains_key(member) || !declares(ty, member) {
                    continue;
                }
                let item = if member.is_empty() {
                    name.to_string()
                } else {
                    format!("{name}/{member}")
                };
                let since = revision.date.as_deref().unwrap_or("some day");
                self.left.insert(format!(
                    "{item} is retired there since {since}: say so in words of ours"
                ));
            }
        }
    }
}

/// What of a type is retired; the type itself by the empty name.
fn retirements(ty: &Type) -> BTreeMap<&str, &Revision> {
    match ty {
        Type::Structured(ty) => {
            let own = ty.retired.iter().map(|revision| ("", revision));
            let properties = ty.properties.iter().map(|property| (&property.name, &property.retired));
            let navigations = ty
                .navigations
                .iter()
                .map(|navigation| (&navigation.name, &navigation.retired));
            let members = properties.chain(navigations);
            let members = members.filter_map(|(name, retired)| Some((name.as_str(), retired.as_ref()?)));
            own.chain(members).collect()
        }
        Type::Enum(ty) => ty.retired.iter().map(|revision| ("", revision)).collect(),
        Type::Definition(_) => BTreeMap::new(),
    }
}

fn declares(ty: &Type, member: &str) -> bool {
    match ty {
        Type::Structured(ty) => {
            let properties = ty.properties.iter().map(|property| &property.name);
            let mut members = properties.chain(ty.navigations.iter().map(|navigation| &navigation.name));
            member.is_empty() || members.any(|name| name == member)
        }
        Type::Enum(_) | Type::Definition(_) => member.is_empty(),
    }
}
