//! What CSDL cannot say: the entries of the overlay files.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, btree_map::Entry as Slot},
    rc::Rc,
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
    /// Types of which our metadata declares no more than what leads through them.
    pub(crate) partial: BTreeSet<QualifiedName>,
    /// What exists and is not generated, by path, or by type.
    pub(crate) skipped: BTreeMap<String, Entry<'a, RemarkEntry>>,
    /// What we declare and a metadata file lacks, by item.
    pub(crate) beyond: BTreeMap<String, Entry<'a, RemarkEntry>>,
}

/// Something that the metadata files do not say alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemarkEntry {
    #[serde(rename = "source")]
    _source: String,
    pub(crate) reason: String,
    /// The version whose metadata lacks it, where others have it.
    pub(crate) api: Option<String>,
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
    /// The clouds that have all operations of the file.
    pub(crate) clouds: Rc<[Spanned<String>]>,
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
    clouds: Vec<Spanned<String>>,
    #[serde(default)]
    outside: Vec<String>,
    #[serde(default)]
    partial: Vec<String>,
    #[serde(default)]
    r#type: Table<TypeEntry>,
    #[serde(default)]
    open_type: Table<OpenTypeEntry>,
    #[serde(default)]
    operation: Table<OperationEntry>,
    #[serde(default)]
    alias: Table<AliasEntry>,
    #[serde(default)]
    skipped: Table<RemarkEntry>,
    #[serde(default)]
    beyond: Table<RemarkEntry>,
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
    /// No object is of this type only, though the metadata does not call it abstract.
    #[serde(default)]
    pub(crate) polymorphic: bool,
    /// Only the service makes and changes such objects.
    #[serde(default)]
    pub(crate) service_only: bool,
    /// Navigation properties that an object may hold, expanded, though no path leads there.
    #[serde(default)]
    pub(crate) expands: Vec<Spanned<String>>,
    /// Navigation properties whose objects can be created together with the object.
    #[serde(default)]
    pub(crate) deep_insert: Vec<Spanned<String>>,
    /// What only one version lets an update change, with that version.
    #[serde(default)]
    pub(crate) update_only_in: Table<Spanned<String>>,
    /// What cannot be cleared, though it may be null.
    #[serde(default)]
    pub(crate) not_clearable: Vec<Spanned<String>>,
    /// The value of a property can be sent in part: what is not set keeps its value, and null clears.
    #[serde(default)]
    pub(crate) partial: bool,
    /// Other names that its objects go by in `@odata.type`.
    #[serde(default)]
    pub(crate) legacy_names: Vec<String>,
}

impl TypeEntry {
    pub(crate) fn is_required(&self, property: &str) -> bool {
        lists(&self.required, property)
    }

    pub(crate) fn is_read_only(&self, property: &str) -> bool {
        lists(&self.read_only, property)
    }

    pub(crate) fn is_inserted(&self, navigation: &str) -> bool {
        lists(&self.deep_insert, navigation)
    }

    pub(crate) fn is_clearable(&self, property: &str) -> bool {
        !lists(&self.not_clearable, property)
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
    /// `text`, `encoded`, `category` or `id:TYPE`.
    pub(crate) key: Spanned<String>,
    /// `boolean`, `json`, `order-hint`, `text`, or the name of a complex type.
    pub(crate) value: Spanned<String>,
    /// The name of the method that sets one member; none where only the service does.
    pub(crate) set: Option<Spanned<String>>,
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each named where it is true"
)]
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
    /// The only version that has the operation, though the metadata of others leads to it.
    pub(crate) api: Option<Spanned<String>>,
    /// How a delta query begins: `enumerate`, or `link-first`.
    pub(crate) delta: Option<Spanned<String>>,
    /// The body names its own type.
    #[serde(default)]
    pub(crate) typed_body: bool,
    /// An update is answered with the object, without being asked to be.
    #[serde(default)]
    pub(crate) returns_object: bool,
    /// The body is a part of an upload.
    #[serde(default)]
    pub(crate) upload: bool,
    /// Parameters that the service insists on.
    #[serde(default)]
    pub(crate) required: Vec<Spanned<String>>,
    /// What a repetition would do: `harmless`, `checked` or `unsafe`.
    pub(crate) replay: Option<Spanned<String>>,
    /// The clouds that have the operation, where that differs from the file.
    pub(crate) clouds: Option<Vec<Spanned<String>>>,
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
        let head = Head {
            source,
            namespace,
            clouds: file.clouds.into(),
        };
        self.outside
            .extend(file.outside.iter().map(|name| qualify(namespace, name)));
        self.partial
            .extend(file.partial.iter().map(|name| qualify(namespace, name)));
        let by_type = |key: &str| qualify(namespace, key);
        let by_item = |key: &str| match key.split_once('/') {
            Some(("", _)) => pattern(key),
            Some(("container", name)) => format!("container/{name}"),
            Some((ty, member)) => format!("{}/{member}", qualify(namespace, ty)),
            None => qualify(namespace, key).to_string(),
        };
        collect(&mut self.aliases, &head, file.alias, pattern, complaints);
        collect(&mut self.types, &head, file.r#type, by_type, complaints);
        collect(&mut self.open_types, &head, file.open_type, by_type, complaints);
        collect(&mut self.operations, &head, file.operation, pattern, complaints);
        collect(&mut self.skipped, &head, file.skipped, by_item, complaints);
        collect(&mut self.beyond, &head, file.beyond, by_item, complaints);
    }

    /// The pattern under which overlay and prose know a path: that of the path which it is an alias of.
    pub(crate) fn canonical(&self, path: &str) -> String {
        let mut path = pattern(path);
        // Each alias at most once, so that two of each other come to an end.
        let mut aliases: Vec<_> = self.aliases.iter().collect();
        while let Some((position, known)) = aliases.iter().enumerate().find_map(|(position, (alias, entry))| {
            let rest = path.strip_prefix(alias.as_str())?;
            let is_below = rest.is_empty() || rest.starts_with('/');
            is_below.then(|| (position, format!("{}{rest}", pattern(&entry.used().of))))
        }) {
            aliases.remove(position);
            path = known;
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

/// What the entries of one file share.
struct Head<'a, 'f> {
    source: &'a Source,
    namespace: &'f str,
    clouds: Rc<[Spanned<String>]>,
}

fn collect<'a, K: Ord + ToString, T>(
    into: &mut BTreeMap<K, Entry<'a, T>>,
    head: &Head<'a, '_>,
    table: Table<T>,
    key_of: impl Fn(&str) -> K,
    complaints: &mut Vec<Diagnostic>,
) {
    for (name, value) in table {
        let key = key_of(name.get_ref());
        let entry = Entry {
            place: Place::new(head.source, &name),
            namespace: head.namespace.to_owned(),
            clouds: Rc::clone(&head.clouds),
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
