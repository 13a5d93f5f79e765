//! Everything that the service remembers: rows by kind and id. What one request does is done whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    // Who there is.
    User,
    Group,
    // Planner. What belongs to a plan has it as its parent; details and formats have the id of what they belong to.
    Plan,
    PlanDetails,
    Bucket,
    Task,
    TaskDetails,
    AssignedFormat,
    BucketFormat,
    ProgressFormat,
    PlannerUser,
    Roster,
    RosterMember,
    Message,
    HistoryItem,
    // To Do. A list belongs to a user, a task to a list, everything else to a task or a list.
    List,
    TodoTask,
    ChecklistItem,
    LinkedResource,
    Attachment,
    UploadSession,
    Extension,
    // The API before To Do, for replay.
    BaseTask,
    BaseTaskList,
    /// Settings of the tenant.
    Settings,
    /// What changed, in order; its id is its number.
    Change,
    /// A link that was given out; its id is the token in it.
    Token,
    /// What signing in needs to remember.
    Grant,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// What it belongs to; empty where that is nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) parent: String,
    /// Its properties, as they stand in JSON, without annotations.
    pub(crate) properties: Map<String, Value>,
    /// What its ETag is made of. A later version of anything has a greater one.
    #[serde(default)]
    pub(crate) version: u64,
    /// The versions that are still known, the oldest first, each with what it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) history: Vec<Revision>,
}

/// One version of a row, and what it changed in the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revision {
    pub(crate) version: u64,
    /// Paths of properties, such as `title` or `assignments/{user}/orderHint`.
    pub(crate) paths: BTreeSet<String>,
}

impl Row {
    pub(crate) fn new(id: impl Into<String>, parent: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            parent: parent.into(),
            properties: Map::new(),
            version: 0,
            history: Vec::new(),
        }
    }

    /// A property; `Null` where there is none.
    pub(crate) fn get(&self, name: &str) -> &Value {
        self.properties.get(name).unwrap_or(&Value::Null)
    }

    /// A property that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.properties.insert(name.to_owned(), value.into());
    }
}

type Key = (Kind, String);

/// Rows by kind and id, with what is needed to undo what was not committed.
#[derive(Debug, Default)]
pub(crate) struct Store {
    rows: BTreeMap<Key, Row>,
    /// The ids of the rows that belong to something.
    children: BTreeMap<Key, BTreeSet<String>>,
    /// What rows were before they were first touched.
    undo: BTreeMap<Key, Option<Row>>,
}

impl Store {
    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<&Row> {
        self.rows.get(&(kind, id.to_owned()))
    }

    /// Puts a row in place of the one with its id.
    pub(crate) fn put(&mut self, kind: Kind, row: Row) {
        let key = (kind, row.id.clone());
        self.remember(&key);
        self.place(key, Some(row));
    }

    /// Changes a row, if there is one.
    pub(crate) fn edit(&mut self, kind: Kind, id: &str, change: impl FnOnce(&mut Row)) -> bool {
        let Some(mut row) = self.get(kind, id).cloned() else {
            return false;
        };
        change(&mut row);
        self.put(kind, row);
        true
    }

    pub(crate) fn remove(&mut self, kind: Kind, id: &str) -> Option<Row> {
        let key = (kind, id.to_owned());
        let row = self.rows.get(&key).cloned()?;
        self.remember(&key);
        self.place(key, None);
        Some(row)
    }

    /// The rows of a kind, by id.
    pub(crate) fn all(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        let rows = self.rows.range((kind, String::new())..);
        rows.take_while(move |((of, _), _)| *of == kind).map(|(_, row)| row)
    }

    /// The rows of a kind that belong to something, by id.
    pub(crate) fn children(&self, kind: Kind, parent: &str) -> impl Iterator<Item = &Row> {
        let ids = self.children.get(&(kind, parent.to_owned())).into_iter().flatten();
        ids.filter_map(move |id| self.get(kind, id))
    }

    /// How many rows of a kind belong to something.
    pub(crate) fn count(&self, kind: Kind, parent: &str) -> usize {
        let ids = self.children.get(&(kind, parent.to_owned()));
        ids.map_or(0, BTreeSet::len)
    }

    /// The rows of a kind whose ids are greater, in their order.
    pub(crate) fn after(&self, kind: Kind, id: &str) -> impl Iterator<Item = &Row> {
        let after = (
            std::ops::Bound::Excluded((kind, id.to_owned())),
            std::ops::Bound::Unbounded,
        );
        let rows = self.rows.range(after);
        rows.take_while(move |((of, _), _)| *of == kind).map(|(_, row)| row)
    }

    /// Keeps what was done since the last time, and tells which rows are new, different or gone.
    pub(crate) fn commit(&mut self) -> Vec<(Kind, String, Option<&Row>)> {
        let touched = std::mem::take(&mut self.undo);
        let rows = &self.rows;
        let changes = touched.into_iter().filter_map(|(key, before)| {
            let now = rows.get(&key);
            (now != before.as_ref()).then_some((key.0, key.1, now))
        });
        changes.collect()
    }

    /// Takes back what was done since the last commit.
    pub(crate) fn roll_back(&mut self) {
        for (key, before) in std::mem::take(&mut self.undo) {
            self.place(key, before);
        }
    }

    /// Every row, for a snapshot.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Kind, &Row)> {
        self.rows.iter().map(|((kind, _), row)| (*kind, row))
    }

    fn remember(&mut self, key: &Key) {
        if !self.undo.contains_key(key) {
            self.undo.insert(key.clone(), self.rows.get(key).cloned());
        }
    }

    fn place(&mut self, key: Key, row: Option<Row>) {
        let (kind, id) = (key.0, key.1.clone());
        let parent = row.as_ref().map(|row| row.parent.clone());
        let before = match row {
            Some(row) => self.rows.insert(key, row),
            None => self.rows.remove(&key),
        };
        if let Some(before) = before {
            let siblings = (kind, before.parent);
            if let Some(ids) = self.children.get_mut(&siblings) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.children.remove(&siblings);
                }
            }
        }
        if let Some(parent) = parent {
            self.children.entry((kind, parent)).or_default().insert(id);
        }
    }
}
