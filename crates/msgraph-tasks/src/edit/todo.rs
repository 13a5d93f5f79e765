//! Edits of To Do, whose service has no `If-Match`.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use msgraph_client::Client;
use msgraph_core::{FieldPath, Id, Versioned, diff};
use msgraph_model::{TodoTask, TodoTaskList};
use msgraph_request::v1;

use super::{
    conflict::{OnConflict, Settled},
    write::{Changes, wanted},
};
use crate::{Error, Todo};

impl Todo {
    /// Changes a task: reads it, lets the closure change it, and sends what is different.
    ///
    /// To Do knows no `If-Match`, so that whoever writes last wins. What can be done about that is done: right before the
    /// write the task is read again, and where its ETag is another one, both changes are merged three ways. What remains is
    /// the time from that read to the write, one request long: of a change by somebody else in it, fields that this edit
    /// does not write are kept and told in [`TodoEdited::meanwhile`]; a field that both write is mine, without anybody
    /// knowing.
    ///
    /// ```
    /// # use msgraph_tasks::{Id, Todo, Error, model::{TodoTask, TodoTaskList}};
    /// # async fn example(todo: Todo, list: Id<TodoTaskList>, task: Id<TodoTask>) -> Result<(), Error> {
    /// let edited = todo.edit(&list, &task, |task| task.title = Some("Milk and bread".to_owned())).await?;
    /// println!("{:?}", edited.value.title);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// <https://learn.microsoft.com/graph/api/todotask-update>
    ///
    /// # Errors
    ///
    /// As [`Planner::edit`](crate::Planner::edit), but for [`Error::Contended`].
    pub fn edit<'c, F>(&'c self, list: &Id<TodoTaskList>, task: &Id<TodoTask>, change: F) -> TodoEdit<'c, F>
    where
        F: FnOnce(&mut TodoTask) + Send + 'c,
    {
        TodoEdit {
            client: self.client(),
            list: list.clone(),
            task: task.clone(),
            change,
            on_conflict: OnConflict::Fail,
        }
    }
}

/// An edit of a task in To Do that is not carried out yet: `.await` does that.
#[must_use = "an edit is carried out when it is awaited"]
pub struct TodoEdit<'c, F> {
    client: &'c Client,
    list: Id<TodoTaskList>,
    task: Id<TodoTask>,
    change: F,
    on_conflict: OnConflict<'c>,
}

/// What came of an edit of a task in To Do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TodoEdited {
    /// The task as it is now.
    pub value: Versioned<TodoTask>,
    /// Whether something was sent. An edit that changes nothing sends nothing.
    pub is_changed: bool,
    /// The fields that somebody else changed to something else before the write, and what became of them.
    pub settled: Vec<Settled>,
    /// The fields that somebody else changed while the edit was being written. Theirs are kept; if they changed a field that
    /// the edit writes, too, that is lost.
    pub meanwhile: Vec<FieldPath>,
}

impl<'c, F> TodoEdit<'c, F> {
    /// What to do with a field that both sides changed, each to something else. The default is [`OnConflict::Fail`].
    pub fn on_conflict(mut self, policy: OnConflict<'c>) -> Self {
        self.on_conflict = policy;
        self
    }
}

impl<'c, F: FnOnce(&mut TodoTask) + Send + 'c> IntoFuture for TodoEdit<'c, F> {
    type Output = Result<TodoEdited, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.carry_out())
    }
}

/// What the service changes on its own when a task is written.
const DERIVED: [&str; 5] = [
    "bodyLastModifiedDateTime",
    "completedDateTime",
    "hasAttachments",
    "lastModifiedDateTime",
    "recurrence",
];

impl<'c, F: FnOnce(&mut TodoTask) + Send + 'c> TodoEdit<'c, F> {
    async fn carry_out(mut self) -> Result<TodoEdited, Error> {
        let of = || v1::me().todo().list(&self.list).task(&self.task);
        let read = self.client.send(of().get()).await?;
        let mut edited = TodoTask::clone(&read);
        (self.change)(&mut edited);
        let unchanged = |value, settled| TodoEdited {
            value,
            is_changed: false,
            settled,
            meanwhile: Vec::new(),
        };
        let Some(changes) = Changes::of::<msgraph_model::TodoTaskUpdate>(&*read, &edited)? else {
            return Ok(unchanged(read, Vec::new()));
        };
        let now = self.client.send(of().get()).await?;
        let (wanted, settled) = if now.etag() == read.etag() {
            (edited, Vec::new())
        } else {
            wanted(&*now, &changes, &mut self.on_conflict)?
        };
        let update = msgraph_core::edits(&*now, &wanted);
        if update.is_empty() {
            return Ok(unchanged(now, settled));
        }
        let written: Vec<_> = update.changes().map(|change| change.field.clone()).collect();
        let update: msgraph_model::TodoTaskUpdate = update.into_update().map_err(Error::NotWritable)?;
        let value = self.client.send(of().update(update)).await?;
        let is_theirs = |field: &FieldPath| !written.contains(field) && !DERIVED.contains(&field.property());
        let meanwhile = diff(&*now, &*value);
        let fields = meanwhile.changes().map(|change| change.field.clone());
        Ok(TodoEdited {
            meanwhile: fields
                .filter(|field| !field.is_annotation() && is_theirs(field))
                .collect(),
            value,
            is_changed: true,
            settled,
        })
    }
}

impl<F> fmt::Debug for TodoEdit<'_, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TodoEdit")
            .field("list", &self.list)
            .field("task", &self.task)
            .field("on_conflict", &self.on_conflict)
            .finish_non_exhaustive()
    }
}
