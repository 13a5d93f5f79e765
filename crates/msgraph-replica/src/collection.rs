//! What is fed by one link.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Objects that one delta query tells of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum Collection {
    /// Everything of Planner that the user is told of.
    Planner,
    /// The lists of To Do.
    TodoLists,
    /// The tasks of one list, by its id.
    TodoTasks(String),
    /// No objects, but the edits that were made here: who sends them holds a lease, as who feeds a collection does.
    Edits,
}

const TASKS: &str = "todo/tasks/";

impl fmt::Display for Collection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planner => formatter.write_str("planner"),
            Self::TodoLists => formatter.write_str("todo/lists"),
            Self::TodoTasks(list) => write!(formatter, "{TASKS}{list}"),
            Self::Edits => formatter.write_str("edits"),
        }
    }
}

impl FromStr for Collection {
    type Err = String;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "planner" => Ok(Self::Planner),
            "todo/lists" => Ok(Self::TodoLists),
            "edits" => Ok(Self::Edits),
            _ => match text.strip_prefix(TASKS) {
                Some(list) => Ok(Self::TodoTasks(list.to_owned())),
                None => Err(format!("`{text}` is no collection")),
            },
        }
    }
}

impl From<Collection> for String {
    fn from(collection: Collection) -> Self {
        collection.to_string()
    }
}

impl TryFrom<String> for Collection {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
