//! The prose: what each type, property, path and operation is, in our own words.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::{
    Diagnostic, Diagnostics, Source,
    csdl::QualifiedName,
    toml_input::{Place, Table, pattern, qualify, read},
};

/// The prose of all files, by item.
#[derive(Debug, Default)]
pub(crate) struct Docs<'a> {
    prose: BTreeMap<Item, (Place<'a>, String)>,
    used: RefCell<BTreeSet<Item>>,
}

/// What prose is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    Type(QualifiedName),
    /// A property of a type, or a member of an enumeration.
    Member(QualifiedName, String),
    /// By pattern: `/planner/tasks/{}`.
    Path(String),
    /// By method and pattern: `GET /planner/tasks/{}`.
    Operation(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    namespace: String,
    #[serde(default)]
    r#type: Table<TypeProse>,
    #[serde(default)]
    path: Table<String>,
    #[serde(default)]
    operation: Table<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeProse {
    doc: Option<String>,
    #[serde(default)]
    property: Table<String>,
    #[serde(default)]
    member: Table<String>,
}

impl<'a> Docs<'a> {
    pub(crate) fn read(sources: &'a [Source]) -> Result<Self, Diagnostics> {
        let mut docs = Self::default();
        let mut complaints = Vec::new();
        for source in sources {
            match read::<File>(source) {
                Ok(file) => docs.add(source, file, &mut complaints),
                Err(complaint) => complaints.push(complaint),
            }
        }
        Diagnostics::check(complaints, docs)
    }

    fn add(&mut self, source: &'a Source, file: File, complaints: &mut Vec<Diagnostic>) {
        let mut insert = |item: Item, place: Place<'a>, text: String| {
            let text = text.trim().to_owned();
            if self.prose.insert(item.clone(), (place, text)).is_some() {
                complaints.push(place.complain(format!("{item} has prose twice"), "keep one of the two"));
            }
        };
        for (name, prose) in file.r#type {
            let place = Place::new(source, &name);
            let ty = qualify(&file.namespace, name.get_ref());
            for (member, text) in prose.property.into_iter().chain(prose.member) {
                let place = Place::new(source, &member);
                insert(Item::Member(ty.clone(), member.into_inner()), place, text);
            }
            if let Some(doc) = prose.doc {
                insert(Item::Type(ty), place, doc);
            }
        }
        for (path, text) in file.path {
            insert(Item::Path(pattern(path.get_ref())), Place::new(source, &path), text);
        }
        for (operation, text) in file.operation {
            insert(
                Item::Operation(pattern(operation.get_ref())),
                Place::new(source, &operation),
                text,
            );
        }
    }

    /// The prose for an item.
    pub(crate) fn get(&self, item: &Item) -> Option<&str> {
        let (_, text) = self.prose.get(item)?;
        self.used.borrow_mut().insert(item.clone());
        Some(text)
    }

    /// A complaint for each prose that nothing asked for.
    pub(crate) fn unused(&self) -> Vec<Diagnostic> {
        let used = self.used.borrow();
        let unused = self.prose.iter().filter(|(item, _)| !used.contains(item));
        let complaint = |(item, (place, _)): (&Item, &(Place<'_>, String))| {
            place.complain(
                format!("there is prose for {item}, and the slice has no such item"),
                "correct its name, add a root that brings the item in, or remove the prose",
            )
        };
        unused.map(complaint).collect()
    }
}

impl std::fmt::Display for Item {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Type(name) => write!(formatter, "`{name}`"),
            Self::Member(name, member) => write!(formatter, "`{name}/{member}`"),
            Self::Path(text) | Self::Operation(text) => {
                write!(formatter, "`{}`", text.replace("{}", "{id}"))
            }
        }
    }
}
