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
    /// The plans of a group, by its id.
    GroupPlans(String),
    /// The plans of a roster, by its id.
    RosterPlans(String),
    /// The buckets of one plan, by its id; the details of the plan, and the plan itself where nothing else tells of it.
    PlanBuckets(String),
    /// The tasks of one plan, by its id, with what belongs to each.
    PlanTasks(String),
    /// The lists of To Do.
    TodoLists,
    /// The tasks of one list, by its id.
    TodoTasks(String),
    /// The lists of the retired API before To Do.
    BaseLists,
    /// The tasks of one of them, by its id.
    BaseTasks(String),
    /// No objects, but the edits that were made here: who sends them holds a lease, as who feeds a collection does.
    Edits,
}

const TASKS: &str = "todo/tasks/";
const BASE_TASKS: &str = "base/tasks/";
const PLANS: &str = "planner/plans/";
const GROUPS: &str = "planner/groups/";
const ROSTERS: &str = "planner/rosters/";

impl Collection {
    /// Whether it is fed by one of Planner's newer queries, one a collection.
    pub(crate) fn is_newer_planner(&self) -> bool {
        matches!(
            self,
            Self::GroupPlans(_) | Self::RosterPlans(_) | Self::PlanBuckets(_) | Self::PlanTasks(_)
        )
    }

    /// Whether it is fed because another collection, or the options, told of what it is of.
    pub(crate) fn is_branch(&self) -> bool {
        matches!(
            self,
            Self::PlanBuckets(_) | Self::PlanTasks(_) | Self::TodoTasks(_) | Self::BaseTasks(_)
        )
    }

    /// Whether what it tells decides what else is fed.
    pub(crate) fn has_branches(&self) -> bool {
        matches!(
            self,
            Self::GroupPlans(_) | Self::RosterPlans(_) | Self::TodoLists | Self::BaseLists
        )
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planner => formatter.write_str("planner"),
            Self::GroupPlans(group) => write!(formatter, "{GROUPS}{group}/plans"),
            Self::RosterPlans(roster) => write!(formatter, "{ROSTERS}{roster}/plans"),
            Self::PlanBuckets(plan) => write!(formatter, "{PLANS}{plan}/buckets"),
            Self::PlanTasks(plan) => write!(formatter, "{PLANS}{plan}/tasks"),
            Self::TodoLists => formatter.write_str("todo/lists"),
            Self::TodoTasks(list) => write!(formatter, "{TASKS}{list}"),
            Self::BaseLists => formatter.write_str("base/lists"),
            Self::BaseTasks(list) => write!(formatter, "{BASE_TASKS}{list}"),
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
            "base/lists" => Ok(Self::BaseLists),
            "edits" => Ok(Self::Edits),
            _ => of_one(text).ok_or_else(|| format!("`{text}` is no collection")),
        }
    }
}

/// A collection that belongs to one object.
fn of_one(text: &str) -> Option<Collection> {
    let id = |before: &str, after: &str| Some(text.strip_prefix(before)?.strip_suffix(after)?.to_owned());
    id(TASKS, "")
        .map(Collection::TodoTasks)
        .or_else(|| id(BASE_TASKS, "").map(Collection::BaseTasks))
        .or_else(|| id(PLANS, "/buckets").map(Collection::PlanBuckets))
        .or_else(|| id(PLANS, "/tasks").map(Collection::PlanTasks))
        .or_else(|| id(GROUPS, "/plans").map(Collection::GroupPlans))
        .or_else(|| id(ROSTERS, "/plans").map(Collection::RosterPlans))
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
