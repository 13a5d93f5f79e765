//! A plan as a document.

mod check;
mod export;
mod import;
mod steps;

use std::{collections::BTreeMap, time::SystemTime};

use msgraph_core::DateTimeOffset;
use serde::{Deserialize, Serialize};

use super::{
    diff::{DocumentDiff, Node},
    envelope::{self, is_default},
    error::DocumentError,
    names,
};

const FORMAT: &str = "msgraph-tasks/plan";

/// A plan with all that people wrote into it: labels, buckets and tasks in their order, and the details of tasks.
///
/// The order of tasks is that of the board of buckets. What Planner keeps of other orders (the plan's flat list, the board of
/// progress, each assignee's own list) follows it after an import. What cannot be carried is who did what and when, comments,
/// and the conversation of a task.
///
/// <https://learn.microsoft.com/graph/api/resources/planner-overview>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanDocument {
    format: String,
    version: u32,
    /// What there is of the plan itself.
    pub plan: PlanHead,
    /// The buckets, from left to right.
    #[serde(default)]
    pub buckets: Vec<DocumentBucket>,
    /// The tasks, from top to bottom, those of the first bucket first.
    #[serde(default)]
    pub tasks: Vec<DocumentTask>,
    /// The users that the document names, by the keys that it names them by. Export takes their ids.
    #[serde(default)]
    pub users: BTreeMap<String, DocumentUser>,
}

/// What a document has of the plan itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanHead {
    /// The title.
    pub title: String,
    /// The labels that have a name or a task, `category1` to `category25`, with the name if there is one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, Option<String>>,
    /// The keys of the users that the plan is shared with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shared_with: Vec<String>,
    /// The id that it was exported from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source: Option<String>,
}

/// A bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentBucket {
    /// What tasks name it by.
    pub key: String,
    /// The name.
    pub name: String,
    /// The id that it was exported from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source: Option<String>,
}

/// A task of a plan, with its details.
///
/// <https://learn.microsoft.com/graph/api/resources/plannertask>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentTask {
    /// What tells it from the others in the document.
    pub key: String,
    /// The title.
    pub title: String,
    /// The key of its bucket.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bucket: Option<String>,
    /// How much is done, from 0 to 100; none is 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub percent_complete: Option<i32>,
    /// How urgent it is, from 0, the most urgent, to 10; the service takes 5 for none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: Option<i32>,
    /// When it starts, as a time with an offset, such as `2026-01-05T00:00:00Z`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start: Option<String>,
    /// When it is due, as a time with an offset.
    #[serde(default, skip_serializing_if = "is_default")]
    pub due: Option<String>,
    /// The keys of the users that it is assigned to, in their order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assignees: Vec<String>,
    /// Its labels, of those of the plan.
    #[serde(default, skip_serializing_if = "is_default")]
    pub labels: Vec<String>,
    /// What it is about, as plain text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// What a board shows of it: `automatic`, which is none, `noPreview`, `checklist`, `description` or `reference`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub preview: Option<String>,
    /// The checklist, from top to bottom.
    #[serde(default, skip_serializing_if = "is_default")]
    pub checklist: Vec<TaskStep>,
    /// Links, in their order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub references: Vec<Reference>,
    /// The id that it was exported from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source: Option<String>,
}

/// An item of a checklist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskStep {
    /// The title.
    pub title: String,
    /// Whether it is ticked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub done: bool,
}

/// A link of a task.
///
/// <https://learn.microsoft.com/graph/api/resources/plannerexternalreference>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reference {
    /// The URL, as a browser takes it.
    pub url: String,
    /// What is shown in its place.
    #[serde(default, skip_serializing_if = "is_default")]
    pub alias: Option<String>,
    /// What it leads to, such as `Word` or `Other`, which is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub r#type: Option<String>,
}

/// What is known of a user, for people who read the document or write a user map.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentUser {
    /// The name that is shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: Option<String>,
    /// The name that they sign in with. Export does not learn it; whoever writes a document may.
    #[serde(default, skip_serializing_if = "is_default")]
    pub principal_name: Option<String>,
}

impl PlanDocument {
    /// The version of the format that this build writes, and the newest that it reads.
    pub const VERSION: u32 = 1;

    /// An empty plan.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: Self::VERSION,
            plan: PlanHead {
                title: title.into(),
                ..PlanHead::default()
            },
            buckets: Vec::new(),
            tasks: Vec::new(),
            users: BTreeMap::new(),
        }
    }

    /// Adds a bucket at the right, and returns its key.
    pub fn add_bucket(&mut self, name: impl Into<String>) -> String {
        let key = names::free_key('b', self.buckets.iter().map(|bucket| &*bucket.key));
        self.buckets.push(DocumentBucket {
            key: key.clone(),
            name: name.into(),
            source: None,
        });
        key
    }

    /// Adds a task after the others, of which more can be said.
    pub fn add_task(&mut self, title: impl Into<String>) -> &mut DocumentTask {
        let key = names::free_key('t', self.tasks.iter().map(|task| &*task.key));
        self.tasks.push_mut(DocumentTask {
            key,
            title: title.into(),
            ..DocumentTask::default()
        })
    }

    /// Reads a document, and checks that it can be imported.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Malformed`] where the text is no plan, with line and column; [`DocumentError::Newer`] where a newer
    /// build wrote it; [`DocumentError::Invalid`] where something in it cannot be, such as a task in a bucket that is not there.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let document: Self = envelope::parse(text, FORMAT, Self::VERSION)?;
        document.check()?;
        Ok(document)
    }

    /// The document as a file: indented JSON, whose members always come in the same order.
    pub fn to_json(&self) -> String {
        envelope::print(self)
    }

    /// What is different in another document. Keys and sources are no difference: a part that has the same source in both is
    /// the same part, and otherwise one of the same name.
    pub fn diff(&self, other: &Self) -> DocumentDiff {
        let mut diff = DocumentDiff::default();
        // There is one plan, so it is the same whatever it is called.
        let head = |plan: &PlanHead| vec![Node::new(&plan.title, Some("plan"), &plan.normal())];
        diff.compare("plan", &head(&self.plan), &head(&other.plan));
        let buckets = diff.compare("bucket", &self.bucket_nodes(), &other.bucket_nodes());
        // A bucket that was renamed is still where its tasks are.
        let names_now = buckets.into_iter().zip(&self.buckets).map(|(now, bucket)| {
            let now = now.and_then(|now| other.buckets.get(now));
            (&*bucket.key, &*now.unwrap_or(bucket).name)
        });
        let names = other.buckets.iter().map(|bucket| (&*bucket.key, &*bucket.name));
        let before = self.task_nodes(&names_now.collect());
        diff.compare("task", &before, &other.task_nodes(&names.collect()));
        diff
    }

    fn bucket_nodes(&self) -> Vec<Node> {
        let node = |bucket: &DocumentBucket| Node::new(&bucket.name, bucket.source.as_deref(), bucket);
        self.buckets.iter().map(node).collect()
    }

    fn task_nodes(&self, buckets: &BTreeMap<&str, &str>) -> Vec<Node> {
        let node = |task: &DocumentTask| {
            let bucket = task.bucket.as_deref().and_then(|key| buckets.get(key));
            Node::new(&task.title, task.source.as_deref(), &task.normal()).inside(bucket.copied())
        };
        self.tasks.iter().map(node).collect()
    }

    /// The name of the bucket of this key.
    fn bucket_name(&self, key: &str) -> Option<&str> {
        let bucket = self.buckets.iter().find(|bucket| bucket.key == key)?;
        Some(&bucket.name)
    }
}

impl PlanHead {
    /// The same, written the one way that export writes it.
    fn normal(&self) -> Self {
        let mut normal = self.clone();
        normal.shared_with.sort();
        normal
    }
}

impl DocumentTask {
    /// The same, written the one way that export writes it: without what the service takes for granted.
    fn normal(&self) -> Self {
        let mut normal = self.clone();
        normal.percent_complete = normal.percent_complete.filter(|percent| *percent != 0);
        normal.priority = normal.priority.filter(|priority| *priority != PRIORITY);
        normal.start = normal.start.map(one_spelling);
        normal.due = normal.due.map(one_spelling);
        normal.labels.sort();
        normal.description = normal.description.filter(|text| !text.is_empty());
        normal.preview = normal.preview.filter(|preview| preview != "automatic");
        for reference in &mut normal.references {
            reference.r#type = reference.r#type.take().filter(|ty| ty != "Other");
        }
        normal
    }
}

/// The priority of a task of which nobody said one.
const PRIORITY: i32 = 5;

/// A time, in UTC and without digits that say nothing.
fn one_spelling(text: String) -> String {
    match SystemTime::try_from(&DateTimeOffset::new(&*text)) {
        Ok(time) => DateTimeOffset::from(time).as_str().to_owned(),
        Err(_) => text,
    }
}
