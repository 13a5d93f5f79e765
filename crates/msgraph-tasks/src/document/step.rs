//! The steps of an import, which a dry run shows.

use std::fmt;

/// One step of an import, shown as one line: `create task Ship it in Doing for 2 people`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub(crate) action: Action,
    text: String,
}

/// What a step does. A number is a place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Plan,
    PlanDetails,
    Bucket(usize),
    Task(usize),
    TaskDetails(usize),
    List,
    ListTask(usize),
    /// The task, and the item in its checklist.
    ListStep(usize, usize),
}

impl Step {
    pub(crate) fn new(action: Action, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { action, text }
    }

    /// Whether the step creates something; the others complete what is there, and can be done twice.
    pub fn creates(&self) -> bool {
        !matches!(self.action, Action::PlanDetails | Action::TaskDetails(_))
    }

    /// What the journal knows the step by.
    pub(crate) fn key(&self) -> String {
        match self.action {
            Action::Plan => "plan".to_owned(),
            Action::PlanDetails => "plan/details".to_owned(),
            Action::Bucket(number) => bucket_key(number),
            Action::Task(number) | Action::ListTask(number) => task_key(number),
            Action::TaskDetails(number) => format!("{}/details", task_key(number)),
            Action::List => "list".to_owned(),
            Action::ListStep(task, number) => format!("{}/checklist[{number}]", task_key(task)),
        }
    }
}

/// What the journal knows a bucket by.
pub(crate) fn bucket_key(number: usize) -> String {
    format!("buckets[{number}]")
}

/// What the journal knows a task by.
pub(crate) fn task_key(number: usize) -> String {
    format!("tasks[{number}]")
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
