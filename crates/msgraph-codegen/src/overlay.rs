//! What CSDL cannot say: the entries of the overlay files.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, btree_map::Entry as Slot},
};

use serde::Deserialize;
use toml::Spanned;

use crate::{
    Diagnostic, Diagnostics, Source,
    csdl::QualifiedName,
    toml_input::{Place, Table, pattern, qualify, read},
};

/// The entries of all overlay files.
#[derive(Debug, Default)]
pub(crate) struct Overlay<'a> {
    pub(crate) types: BTreeMap<QualifiedName, Entry<'a, TypeEntry>>,
    pub(crate) open_types: BTreeMap<QualifiedName, Entry<'a, OpenTypeEntry>>,
    /// By method and pattern: `GET /planner/tasks/{}`.
    pub(crate) operations: BTreeMap<String, Entry<'a, OperationEntry>>,
    /// By pattern: `/users/{}`.
    pub(crate) aliases: BTreeMap<String, Entry<'a, AliasEntry>>,
    /// Entities that the metadata does not declare, and whose ids occur all the same.
    pub(crate) outside: BTreeSet<QualifiedName>,
}

/// A path that leads to the same things as another, so that what is below it is generated once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AliasEntry {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "reason")]
    _reason: Option<String>,
    /// The path whose name both have.
    pub(crate) of: String,
}

/// An entry, where it stands, and whether it was asked for.
#[derive(Debug)]
pub(crate) struct Entry<'a, T> {
    pub(crate) place: Place<'a>,
    pub(crate) namespace: String,
    pub(crate) value: T,
    used: Cell<bool>,
}

impl<T> Entry<'_, T> {
    pub(crate) fn used(&self) -> &T {
        self.used.set(true);
        &self.value
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    namespace: String,
    #[serde(default)]
    outside: Vec<String>,
    #[serde(default)]
    r#type: Table<TypeEntry>,
    #[serde(default)]
    open_type: Table<OpenTypeEntry>,
    #[serde(default)]
    operation: Table<OperationEntry>,
    #[serde(default)]
    alias: Table<AliasEntry>,
}

/// What is to be known of a type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeEntry {
    /// The page that the entry rests on; shown in the documentation where it is an address.
    pub(crate) source: String,
    #[serde(rename = "reason")]
    _reason: Option<String>,
    /// What an object cannot be created without.
    #[serde(default)]
    pub(crate) required: Vec<Spanned<String>>,
    /// What only the service writes.
    #[serde(default)]
    pub(crate) read_only: Vec<Spanned<String>>,
    /// What is written once, when the object is created.
    #[serde(default)]
    pub(crate) create_only: Vec<Spanned<String>>,
    /// What a property means beyond its type: `id:TYPE` or `order-hint`.
    #[serde(default)]
    pub(crate) property: Table<Spanned<String>>,
}

impl TypeEntry {
    pub(crate) fn is_required(&self, property: &str) -> bool {
        lists(&self.required, property)
    }

    pub(crate) fn is_read_only(&self, property: &str) -> bool {
        lists(&self.read_only, property)
    }

    pub(crate) fn is_create_only(&self, property: &str) -> bool {
        lists(&self.create_only, property)
    }
}

/// A source, if it is an address.
pub(crate) fn reference(source: &str) -> Option<&str> {
    source.starts_with("https://").then_some(source)
}

fn lists(names: &[Spanned<String>], name: &str) -> bool {
    names.iter().any(|listed| listed.get_ref() == name)
}

/// What the properties of an open type are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenTypeEntry {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "reason")]
    _reason: Option<String>,
    /// `id:TYPE`, `encoded` or `category`.
    pub(crate) key: Spanned<String>,
    /// `boolean`, `order-hint`, or the name of a complex type.
    pub(crate) value: Spanned<String>,
    /// The name of the method that sets one member.
    pub(crate) set: Spanned<String>,
    /// The name of the method that removes one.
    pub(crate) remove: Option<Spanned<String>>,
    pub(crate) removal: Spanned<RemovalEntry>,
}

/// How a member of an open type is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RemovalEntry {
    Null,
    False,
    Never,
}

/// What is to be known of an operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationEntry {
    /// The page that the entry rests on; shown in the documentation where it is an address.
    pub(crate) source: String,
    #[serde(rename = "reason")]
    _reason: Option<String>,
    /// The convention gives the operation, and the service does not have it.
    #[serde(default)]
    pub(crate) absent: bool,
    #[serde(default)]
    pub(crate) if_match: bool,
    pub(crate) required_filter: Option<FilterEntry>,
    #[serde(default)]
    pub(crate) query_options: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) permissions: PermissionsEntry,
}

/// A filter that the service insists on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterEntry {
    pub(crate) property: Spanned<String>,
    pub(crate) method: Spanned<String>,
}

/// The least privileged permissions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermissionsEntry {
    pub(crate) work: Option<String>,
    pub(crate) personal: Option<String>,
    pub(crate) application: Option<String>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn read(sources: &'a [Source]) -> Result<Self, Diagnostics> {
        let mut overlay = Self::default();
        let mut complaints = Vec::new();
        for source in sources {
            match read::<File>(source) {
                Ok(file) => overlay.add(source, file, &mut complaints),
                Err(complaint) => complaints.push(complaint),
            }
        }
        Diagnostics::check(complaints, overlay)
    }

    fn add(&mut self, source: &'a Source, file: File, complaints: &mut Vec<Diagnostic>) {
        let namespace = &file.namespace;
        self.outside
            .extend(file.outside.iter().map(|name| qualify(namespace, name)));
        let by_type = |key: &str| qualify(namespace, key);
        collect(&mut self.aliases, source, namespace, file.alias, pattern, complaints);
        collect(&mut self.types, source, namespace, file.r#type, by_type, complaints);
        collect(
            &mut self.open_types,
            source,
            namespace,
            file.open_type,
            by_type,
            complaints,
        );
        collect(
            &mut self.operations,
            source,
            namespace,
            file.operation,
            pattern,
            complaints,
        );
    }

    /// The pattern under which overlay and prose know a path: that of the path which it is an alias of.
    pub(crate) fn canonical(&self, path: &str) -> String {
        let path = pattern(path);
        for (alias, entry) in &self.aliases {
            let rest = path.strip_prefix(alias.as_str());
            if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
                return format!("{}{rest}", pattern(&entry.used().of));
            }
        }
        path
    }

    /// A complaint for each entry that nothing asked for.
    pub(crate) fn unused(&self) -> Vec<Diagnostic> {
        let types = self
            .types
            .iter()
            .map(|(name, entry)| (name.as_str(), entry.place, entry.used.get()));
        let open = self
            .open_types
            .iter()
            .map(|(name, entry)| (name.as_str(), entry.place, entry.used.get()));
        let operations = self
            .operations
            .iter()
            .map(|(key, entry)| (&**key, entry.place, entry.used.get()));
        let aliases = self
            .aliases
            .iter()
            .map(|(path, entry)| (&**path, entry.place, entry.used.get()));
        let entries = types
            .chain(open)
            .chain(operations)
            .chain(aliases)
            .filter(|(_, _, used)| !used);
        let complaint = |(name, place, _): (&str, Place<'_>, bool)| {
            place.complain(
                format!(
                    "the overlay entry for `{}` changes nothing: the slice has no such item",
                    name.replace("{}", "{id}")
                ),
                "correct its name, add a root that brings the item in, or remove the entry",
            )
        };
        entries.map(complaint).collect()
    }
}

fn collect<'a, K: Ord + ToString, T>(
    into: &mut BTreeMap<K, Entry<'a, T>>,
    source: &'a Source,
    namespace: &str,
    table: Table<T>,
    key_of: impl Fn(&str) -> K,
    complaints: &mut Vec<Diagnostic>,
) {
    for (name, value) in table {
        let key = key_of(name.get_ref());
        let entry = Entry {
            place: Place::new(source, &name),
            namespace: namespace.to_owned(),
            value,
            used: Cell::new(false),
        };
        match into.entry(key) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
            }
            Slot::Occupied(slot) => {
                let message = format!("`{}` has two overlay entries", slot.key().to_string());
                complaints.push(entry.place.complain(message, "keep one of them"));
            }
        }
    }
}
