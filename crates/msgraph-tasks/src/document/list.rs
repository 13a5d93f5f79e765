//! A list of To Do as a document.

mod check;
mod export;
mod import;
mod recurrence;
mod steps;

use serde::{Deserialize, Serialize};

pub use self::recurrence::{Pattern, Range, Recurrence};
use super::{
    diff::{DocumentDiff, Node},
    envelope::{self, is_default},
    error::DocumentError,
    names,
};

const FORMAT: &str = "msgraph-tasks/list";

/// A list of To Do with all that people wrote into it.
///
/// Tasks stand in the order of their creation, which is the one that the service has. What is not carried is attachments,
/// extensions, whom the list is shared with, and when things were done, but for the day of completion.
///
/// <https://learn.microsoft.com/graph/api/resources/todo-overview>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListDocument {
    format: String,
    version: u32,
    /// The name.
    pub name: String,
    /// The tasks, from the oldest to the newest.
    #[serde(default)]
    pub tasks: Vec<ListTask>,
    /// The id that it was exported from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source: Option<String>,
}

/// A task of a list.
///
/// <https://learn.microsoft.com/graph/api/resources/todotask>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTask {
    /// What tells it from the others in the document.
    pub key: String,
    /// The title.
    pub title: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: Option<TaskBody>,
    /// `notStarted`, which is none, `inProgress`, `completed`, `waitingOnOthers` or `deferred`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: Option<String>,
    /// `low`, `normal`, which is none, or `high`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub importance: Option<String>,
    /// When it starts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start: Option<ZonedDateTime>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "is_default")]
    pub due: Option<ZonedDateTime>,
    /// When it was completed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completed: Option<ZonedDateTime>,
    /// When somebody is reminded of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reminder: Option<ZonedDateTime>,
    /// Whether they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_reminder_on: bool,
    /// How it repeats.
    #[serde(default, skip_serializing_if = "is_default")]
    pub recurrence: Option<Recurrence>,
    /// The names of its categories.
    #[serde(default, skip_serializing_if = "is_default")]
    pub categories: Vec<String>,
    /// Its steps, in their order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub checklist: Vec<ListStep>,
    /// What it is linked with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub links: Vec<TaskLink>,
    /// The id that it was exported from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source: Option<String>,
}

/// A text, plain or rich.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskBody {
    /// The text.
    pub content: String,
    /// `text`, which is none, or `html`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub content_type: Option<String>,
}

/// A date and time as a clock on the wall shows it, with the zone of the clock.
///
/// <https://learn.microsoft.com/graph/api/resources/datetimetimezone>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ZonedDateTime {
    /// Without an offset, such as `2026-01-05T09:00:00`.
    pub date_time: String,
    /// A name of Windows or of the IANA, such as `UTC`.
    pub time_zone: String,
}

/// A step of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListStep {
    /// The title.
    pub title: String,
    /// Whether it is ticked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub done: bool,
}

/// Something that a task is linked with.
///
/// <https://learn.microsoft.com/graph/api/resources/linkedresource>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskLink {
    /// Where it leads to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub web_url: Option<String>,
    /// The application that it is of.
    #[serde(default, skip_serializing_if = "is_default")]
    pub application_name: Option<String>,
    /// What is shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: Option<String>,
    /// What that application knows it by.
    #[serde(default, skip_serializing_if = "is_default")]
    pub external_id: Option<String>,
}

impl ListDocument {
    /// The version of the format that this build writes, and the newest that it reads.
    pub const VERSION: u32 = 1;

    /// An empty list.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: Self::VERSION,
            name: name.into(),
            tasks: Vec::new(),
            source: None,
        }
    }

    /// Adds a task after the others, of which more can be said.
    pub fn add_task(&mut self, title: impl Into<String>) -> &mut ListTask {
        let key = names::free_key('t', self.tasks.iter().map(|task| &*task.key));
        self.tasks.push_mut(ListTask {
            key,
            title: title.into(),
            ..ListTask::default()
        })
    }

    /// Reads a document, and checks that it can be imported.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Malformed`] where the text is no list, with line and column; [`DocumentError::Newer`] where a newer
    /// build wrote it; [`DocumentError::Invalid`] where something in it cannot be.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let document: Self = envelope::parse(text, FORMAT, Self::VERSION)?;
        document.check()?;
        Ok(document)
    }

    /// The document as a file: indented JSON, whose members always come in the same order.
    pub fn to_json(&self) -> String {
        envelope::print(self)
    }

    /// What is different in another document. Keys and sources are no difference: a task that has the same source in both is
    /// the same task, and otherwise one of the same title.
    pub fn diff(&self, other: &Self) -> DocumentDiff {
        let mut diff = DocumentDiff::default();
        // There is one list, so it is the same whatever it is called.
        let name = |list: &Self| {
            let head = Self {
                tasks: Vec::new(),
                ..list.clone()
            };
            vec![Node::new(&list.name, Some("list"), &head)]
        };
        diff.compare("list", &name(self), &name(other));
        diff.compare("task", &self.nodes(), &other.nodes());
        diff
    }

    fn nodes(&self) -> Vec<Node> {
        let node = |task: &ListTask| Node::new(&task.title, task.source.as_deref(), &task.normal());
        self.tasks.iter().map(node).collect()
    }
}

impl ListTask {
    /// The same, written the one way that export writes it: without what the service takes for granted.
    fn normal(&self) -> Self {
        let mut normal = self.clone();
        normal.body = normal.body.filter(|body| !body.content.is_empty());
        if let Some(body) = &mut normal.body {
            body.content_type = body.content_type.take().filter(|ty| ty != "text");
        }
        normal.status = normal.status.filter(|status| status != "notStarted");
        normal.importance = normal.importance.filter(|importance| importance != "normal");
        let zone = normal.due.as_ref().map_or("UTC", |due| &*due.time_zone).to_owned();
        normal.recurrence = normal.recurrence.map(|recurrence| recurrence.normal(&zone));
        let dates = [
            &mut normal.start,
            &mut normal.due,
            &mut normal.completed,
            &mut normal.reminder,
        ];
        for date in dates.into_iter().flatten() {
            if let Some((seconds, fraction)) = date.date_time.split_once('.')
                && fraction.bytes().all(|digit| digit == b'0')
            {
                date.date_time = seconds.to_owned();
            }
        }
        normal
    }
}
