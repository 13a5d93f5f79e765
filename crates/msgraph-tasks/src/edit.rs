//! Read, modify, write: an edit that loses nobody's changes.
//!
//! An edit reads an object, lets a closure change it, and sends what is different, with the ETag that it read. Where somebody
//! was faster, it reads again and merges three ways: what only one side changed is kept, and what both changed to something
//! else goes to the [`OnConflict`] of the caller.

mod conflict;
mod editable;
mod todo;
mod write;

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use msgraph_client::Client;
use msgraph_core::{Id, Versioned};

pub use msgraph_core::{
    FieldPath, Raw,
    merge::{Conflict, Side},
};

pub use self::{
    conflict::{OnConflict, Settled},
    editable::Editable,
    todo::{TodoEdit, TodoEdited},
};
pub(crate) use self::{
    editable::Access,
    write::{Changes, write},
};
use crate::{Error, Planner};

/// How often an edit is sent before it gives up, where the object changes each time.
pub(crate) const ATTEMPTS: u32 = 5;

impl Planner {
    /// Changes an object: reads it, lets the closure change it, and sends what is different.
    ///
    /// The closure changes the fields of what was read, and is called once. What it clears (`None`) is cleared, what it leaves
    /// is left. Where nothing is different, nothing is sent. The future may be dropped at any time; the service may carry out
    /// what was sent all the same.
    ///
    /// ```
    /// # use msgraph_tasks::{Client, Id, Planner, Error, model::PlannerTask};
    /// # async fn example(planner: Planner, id: Id<PlannerTask>) -> Result<(), Error> {
    /// let edited = planner.edit(&id, |task: &mut PlannerTask| {
    ///     task.title = Some("Ship it".to_owned());
    ///     task.due_date_time = None;
    /// }).await?;
    /// println!("{:?} is at {:?}", edited.value.title, edited.value.etag());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NotWritable`] where the closure changed what the service does not let be written; nothing was sent then.
    /// [`Error::Conflict`] where somebody changed the same fields and the policy is [`OnConflict::Fail`].
    /// [`Error::Contended`] where the object changed before each attempt. [`Error::Client`] for all else.
    pub fn edit<'c, T: Editable, F>(&'c self, id: &Id<T::Key>, change: F) -> Edit<'c, T, F>
    where
        F: FnOnce(&mut T) + Send + 'c,
    {
        Edit {
            client: self.client(),
            id: id.clone(),
            change,
            access: T::V1,
            on_conflict: OnConflict::Fail,
            attempts: ATTEMPTS,
        }
    }
}

/// An edit that is not carried out yet: `.await` does that.
#[must_use = "an edit is carried out when it is awaited"]
pub struct Edit<'c, T: Editable, F> {
    client: &'c Client,
    id: Id<T::Key>,
    change: F,
    access: Access<T>,
    on_conflict: OnConflict<'c>,
    attempts: u32,
}

/// What came of an edit.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Edited<T> {
    /// The object as it is now.
    pub value: Versioned<T>,
    /// Whether something was sent. An edit that changes nothing sends nothing.
    pub is_changed: bool,
    /// The fields that somebody else changed in the meantime to something else, and what became of them.
    pub settled: Vec<Settled>,
}

impl<'c, T: Editable, F> Edit<'c, T, F> {
    /// What to do with a field that both sides changed, each to something else. The default is [`OnConflict::Fail`].
    pub fn on_conflict(mut self, policy: OnConflict<'c>) -> Self {
        self.on_conflict = policy;
        self
    }

    /// How often the edit is sent, where the object changes each time; at least once. The default is 5.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Reads and writes in beta, which has properties that v1.0 lacks.
    #[cfg(feature = "beta")]
    pub fn in_beta(mut self) -> Self {
        self.access = T::BETA;
        self
    }
}

impl<'c, T: Editable, F> IntoFuture for Edit<'c, T, F>
where
    F: FnOnce(&mut T) + Send + 'c,
{
    type Output = Result<Edited<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.carry_out())
    }
}

impl<'c, T: Editable, F: FnOnce(&mut T) + Send + 'c> Edit<'c, T, F> {
    async fn carry_out(mut self) -> Result<Edited<T>, Error> {
        let read = self.client.send((self.access.read)(&self.id)).await?;
        let mut edited = T::clone(&read);
        (self.change)(&mut edited);
        let Some(changes) = Changes::of::<T::Update>(&*read, &edited)? else {
            return Ok(Edited {
                value: read,
                is_changed: false,
                settled: Vec::new(),
            });
        };
        write(
            self.client,
            &self.access,
            &self.id,
            read,
            &changes,
            &mut self.on_conflict,
            self.attempts,
        )
        .await
    }
}

impl<T: Editable, F> fmt::Debug for Edit<'_, T, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Edit")
            .field("id", &self.id)
            .field("on_conflict", &self.on_conflict)
            .finish_non_exhaustive()
    }
}
