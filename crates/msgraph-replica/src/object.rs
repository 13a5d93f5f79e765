//! Objects as the replica keeps them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Collection, Kind};

/// Names an object: what it is, and its id. The details of a task have the id of the task.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
}

impl Key {
    /// The object of this kind and id.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.id)
    }
}

/// An object, whole: as the service has it, and as it is here where it was edited and that was not sent yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Row {
    /// What it is, and its id.
    pub key: Key,
    /// What feeds it.
    pub collection: Collection,
    /// What it belongs to: the plan of a bucket or a task, the task of details, the list of a task in To Do.
    pub parent: Option<String>,
    /// The last version of the service's, as JSON with its `@odata.etag` and all that this build does not know. `None` where
    /// the object was made here and was not sent yet.
    pub server: Option<String>,
    /// The object with the edits that were made here, as JSON. `None` where there are none, or where it was deleted here.
    pub local: Option<String>,
    /// Whether it was deleted here, and that was not sent yet.
    pub is_deleted: bool,
}

impl Row {
    /// An object as the service has it.
    pub fn of_server(key: Key, collection: Collection, parent: Option<String>, server: String) -> Self {
        Self {
            key,
            collection,
            parent,
            server: Some(server),
            local: None,
            is_deleted: false,
        }
    }

    /// The object as it is to be shown; `None` where it was deleted here.
    pub fn shown(&self) -> Option<&str> {
        if self.is_deleted {
            return None;
        }
        self.local.as_deref().or(self.server.as_deref())
    }
}
