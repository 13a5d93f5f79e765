//! Questions about To Do.

use msgraph_core::Id;
use msgraph_model::{TodoTask, TodoTaskList};
use msgraph_tasks::todo::DueDate;

use super::{Query, Words};
use crate::Collection;

impl Query<TodoTask> {
    /// The tasks of a list.
    #[must_use]
    pub fn list(mut self, list: &Id<TodoTaskList>) -> Self {
        self.collection = Some(Collection::TodoTasks(list.as_str().to_owned()));
        self
    }

    /// The tasks that are due from one day to another, both included, as somebody sees it who lives in the zone of the first.
    #[must_use]
    pub fn due(self, first: DueDate, last: &DueDate) -> Self {
        let last = last.date();
        self.that(move |task| {
            let due = task.due_date_time.as_deref();
            due.and_then(|due| DueDate::read(due, first.zone()).ok())
                .is_some_and(|due| (first.date()..=last).contains(&due.date()))
        })
    }

    /// The tasks that have a text in their title, in their notes, or in a step where those were told, whatever the case of its
    /// letters.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        let words = Words::new(text);
        self.that(move |task| {
            let notes = task.body.as_ref().and_then(|body| body.content.as_deref());
            let mut steps = task.checklist_items.iter().flatten();
            words.are_in(task.title.as_deref())
                || words.are_in(notes)
                || steps.any(|step| words.are_in(step.display_name.as_deref()))
        })
    }
}
