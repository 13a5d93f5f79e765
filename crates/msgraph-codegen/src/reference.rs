//! Crates that were generated before, whose types another generation uses instead of making them again.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Diagnostic, Diagnostics, Source,
    format::MARK,
    plan::{Gate, Gated, ModelItem, Plan, Referenced},
};

/// The types that a generated crate declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name of the crate's package.
    pub package: String,
    /// The folder of the crate; `None` where it lies beside the runtime, or in the registry at its version.
    pub folder: Option<String>,
    /// Its types, by their Rust name.
    types: BTreeMap<String, Declared>,
}

/// A type that a crate declares.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Declared {
    kind: String,
    odata_type: String,
    /// The features that it is behind.
    features: BTreeSet<String>,
    /// Its properties, setters or variants.
    members: BTreeSet<String>,
}

impl Reference {
    /// A crate whose types this one knows: `msgraph-model`. `None` for any other.
    pub fn known(package: &str) -> Option<Result<Self, Diagnostics>> {
        let text = include_str!("reference/msgraph-model.txt");
        (package == "msgraph-model").then(|| Self::read(&Source::new("msgraph-model", text)))
    }

    /// Reads what [`index`](Self::index) wrote.
    ///
    /// # Errors
    ///
    /// When the text is something else.
    pub fn read(source: &Source) -> Result<Self, Diagnostics> {
        let complain = |line: usize, message: &str| {
            let help = "generate it again: it is written beside the crate that it lists";
            Diagnostics::from(Diagnostic {
                place: Some((line + 1, 1)),
                ..Diagnostic::of(&source.name, message.to_owned(), help)
            })
        };
        let mut lines = source.text.lines().enumerate().skip(1);
        let package = lines.next().and_then(|(_, line)| line.strip_prefix("crate "));
        let package = package.ok_or_else(|| complain(1, "no list of the types of a crate"))?;
        let mut types = BTreeMap::new();
        for (number, line) in lines {
            let words: Vec<_> = line.split(' ').collect();
            let [kind, name, odata_type, features, members] = words.as_slice() else {
                return Err(complain(number, "no line about a type"));
            };
            let list = |words: &str| {
                let words = words.split(',').filter(|word| !word.is_empty());
                words.map(str::to_owned).collect()
            };
            let declared = Declared {
                kind: (*kind).to_owned(),
                odata_type: (*odata_type).to_owned(),
                features: list(features.trim_start_matches("features=")),
                members: list(members.trim_start_matches("members=")),
            };
            types.insert((*name).to_owned(), declared);
        }
        Ok(Self {
            package: package.to_owned(),
            folder: None,
            types,
        })
    }

    /// The same of a crate that lies in this folder.
    #[must_use]
    pub fn at(self, folder: String) -> Self {
        let folder = Some(folder);
        Self { folder, ..self }
    }

    /// The list of the types of a crate: a line each.
    pub fn index(package: &str, plan: &Plan) -> String {
        let mut text =
            format!("# {MARK}: the types of a crate, for those that are generated beside it.\ncrate {package}\n");
        for item in &plan.model {
            let declared = Declared::of(&item.item, features(plan, &item.gate));
            let line = format!(
                "{} {} {} features={} members={}\n",
                declared.kind,
                item.item.name(),
                declared.odata_type,
                join(&declared.features),
                join(&declared.members)
            );
            text.push_str(&line);
        }
        text
    }

    /// The Rust name that the crate gives a type of the metadata.
    pub(crate) fn name_of(&self, odata_type: &str) -> Option<&str> {
        let mut types = self.types.iter().filter(|(_, declared)| {
            let is_read = matches!(&*declared.kind, "record" | "enum" | "union" | "map");
            is_read && declared.odata_type == odata_type
        });
        // The record of what is not known of a union has a longer name.
        types
            .by_ref()
            .map(|(name, _)| name.as_str())
            .min_by_key(|name| name.len())
    }

    /// The features that an item of the crate is behind, if the crate has the item, with all that is known of it.
    fn features_of(&self, item: &ModelItem) -> Option<&BTreeSet<String>> {
        let declared = self.types.get(item.name())?;
        let wanted = Declared::of(item, BTreeSet::new());
        let is_same = (&declared.kind, &declared.odata_type) == (&wanted.kind, &wanted.odata_type)
            && (declared.kind == "enum" || declared.members.is_superset(&wanted.members));
        is_same.then_some(&declared.features)
    }
}

/// Divides items into those that are generated, and those that other crates have.
pub(crate) fn divide(
    model: Vec<Gated<ModelItem>>,
    references: &[Reference],
) -> (Vec<Gated<ModelItem>>, Vec<Referenced>) {
    let mut taken: Vec<_> = references.iter().map(Referenced::nothing_of).collect();
    // What is sent stands on the type that is read: both are of one crate.
    let (writes, reads): (Vec<_>, Vec<_>) = model
        .into_iter()
        .partition(|item| matches!(item.item, ModelItem::Write(_)));
    let mut own = Vec::new();
    for item in reads.into_iter().chain(writes) {
        let mut crates = references.iter().zip(&mut taken);
        let found = crates.find_map(|(reference, taken)| {
            let stands_on_it = match &item.item {
                ModelItem::Write(write) => taken.types.contains(&write.record),
                _ => true,
            };
            Some((taken, reference.features_of(&item.item).filter(|_| stands_on_it)?))
        });
        match found {
            Some((taken, features)) => {
                taken.types.insert(item.item.name().to_owned());
                taken.features.extend(features.iter().cloned());
            }
            None => own.push(item),
        }
    }
    own.sort_by(|one, other| one.item.name().cmp(other.item.name()));
    taken.retain(|taken| !taken.types.is_empty());
    (own, taken)
}

impl Referenced {
    fn nothing_of(reference: &Reference) -> Self {
        Self {
            package: reference.package.clone(),
            folder: reference.folder.clone(),
            types: BTreeSet::new(),
            features: BTreeSet::new(),
        }
    }
}

impl Declared {
    fn of(item: &ModelItem, features: BTreeSet<String>) -> Self {
        let kind = match item {
            ModelItem::Record(_) => "record",
            ModelItem::Enum(_) => "enum",
            ModelItem::Union(_) => "union",
            ModelItem::OpenMap(_) => "map",
            ModelItem::Write(_) => "write",
            ModelItem::Marker(_) => "marker",
        };
        let members: BTreeSet<_> = match item {
            ModelItem::Record(item) => item.fields.iter().map(|field| field.wire.clone()).collect(),
            ModelItem::Enum(item) => item.variants.iter().map(|variant| variant.wire.clone()).collect(),
            ModelItem::Union(item) => item.variants.iter().map(|variant| variant.wire.clone()).collect(),
            ModelItem::Write(item) => {
                let setters = item.setters.iter().chain(&item.required);
                setters.map(|setter| setter.field.clone()).collect()
            }
            ModelItem::OpenMap(_) | ModelItem::Marker(_) => BTreeSet::new(),
        };
        Self {
            kind: kind.to_owned(),
            odata_type: item.odata_type().to_owned(),
            features,
            members,
        }
    }
}

/// The features of the crate that an item needs. What several need is always there.
fn features(plan: &Plan, gate: &Gate) -> BTreeSet<String> {
    let Some(feature) = gate.feature() else {
        return BTreeSet::new();
    };
    let later = plan.versions.iter().enumerate().skip(1);
    let mut later = later.filter(|(number, _)| !gate.versions.has(0) && gate.versions.has(*number));
    let version = later.next().map(|(_, version)| version.module().to_owned());
    [feature.to_owned()].into_iter().chain(version).collect()
}

fn join(words: &BTreeSet<String>) -> String {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    words.join(",")
}
