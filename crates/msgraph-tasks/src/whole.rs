//! One task, whole: the task, its details and its three places on boards, which are five objects for the service.

use msgraph_client::{Batch, BatchKey, Client};
use msgraph_core::{Id, Request, Versioned};
use msgraph_model::{
    PlannerAssignedToTaskBoardTaskFormat, PlannerBucketTaskBoardTaskFormat, PlannerProgressTaskBoardTaskFormat,
    PlannerTask, PlannerTaskDetails,
};

use crate::{
    Error, Planner,
    edit::{ATTEMPTS, Access, Changes, Editable, OnConflict, Settled, write},
};

/// A task with everything that belongs to it, to be read, changed and [saved](Planner::save).
///
/// The public fields are changed in place; what they were when they were read is remembered, so that the least is sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WholeTask {
    /// The task.
    pub task: PlannerTask,
    /// Its description, checklist and references.
    pub details: PlannerTaskDetails,
    /// Its place on the board by assignee.
    pub assigned_to_format: PlannerAssignedToTaskBoardTaskFormat,
    /// Its place on the board by bucket.
    pub bucket_format: PlannerBucketTaskBoardTaskFormat,
    /// Its place on the board by progress.
    pub progress_format: PlannerProgressTaskBoardTaskFormat,
    read: Read,
    id: Id<PlannerTask>,
}

/// The five objects as they were read, or written last.
#[derive(Debug, Clone)]
struct Read {
    task: Versioned<PlannerTask>,
    details: Versioned<PlannerTaskDetails>,
    assigned_to_format: Versioned<PlannerAssignedToTaskBoardTaskFormat>,
    bucket_format: Versioned<PlannerBucketTaskBoardTaskFormat>,
    progress_format: Versioned<PlannerProgressTaskBoardTaskFormat>,
}

/// One of the objects that a task consists of, in the order in which they are saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The task.
    Task,
    /// Its details.
    Details,
    /// Its place on the board by assignee.
    AssignedToFormat,
    /// Its place on the board by bucket.
    BucketFormat,
    /// Its place on the board by progress.
    ProgressFormat,
}

/// What was saved of a task.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Saved {
    /// The parts that were sent. Those in which nothing was changed are not.
    pub parts: Vec<Part>,
    /// The fields that somebody else changed in the meantime to something else, and what became of them.
    pub settled: Vec<(Part, Settled)>,
}

/// A task that was saved in part or not at all.
#[derive(Debug)]
#[non_exhaustive]
pub struct SaveError {
    /// What was saved before; it stays saved, and saving again does not send it again.
    pub saved: Saved,
    /// The part that was not. Those after it were not tried.
    pub part: Part,
    /// Why it was not.
    pub error: Error,
}

impl WholeTask {
    /// The id of the task.
    pub fn id(&self) -> &Id<PlannerTask> {
        &self.id
    }
}

impl Planner {
    /// Reads a task with everything that belongs to it, in one call.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] where one of the five objects cannot be read.
    pub async fn whole_task(&self, id: &Id<PlannerTask>) -> Result<WholeTask, Error> {
        let mut batch = Batch::new();
        let keys = (
            ask(&mut batch, id),
            ask(&mut batch, id),
            ask(&mut batch, id),
            ask(&mut batch, id),
            ask(&mut batch, id),
        );
        let mut answers = self.client().batch(batch).await;
        let read = Read {
            task: answers.take(keys.0)?,
            details: answers.take(keys.1)?,
            assigned_to_format: answers.take(keys.2)?,
            bucket_format: answers.take(keys.3)?,
            progress_format: answers.take(keys.4)?,
        };
        Ok(WholeTask {
            task: PlannerTask::clone(&read.task),
            details: PlannerTaskDetails::clone(&read.details),
            assigned_to_format: PlannerAssignedToTaskBoardTaskFormat::clone(&read.assigned_to_format),
            bucket_format: PlannerBucketTaskBoardTaskFormat::clone(&read.bucket_format),
            progress_format: PlannerProgressTaskBoardTaskFormat::clone(&read.progress_format),
            read,
            id: id.clone(),
        })
    }

    /// Saves what was changed in a task: the smallest update of each part, with the part's own ETag, the task first, since a
    /// place among somebody's tasks needs the assignment.
    ///
    /// Afterwards the parts hold what the service made of them, such as the final order hints. Where somebody else changed
    /// the task in the meantime, both changes are kept, and the policy decides on what both changed to something else.
    ///
    /// # Errors
    ///
    /// [`SaveError`] names the part that was not saved, why, and what was saved before. What cannot be written is found
    /// before anything is sent.
    pub async fn save(&self, whole: &mut WholeTask, mut on_conflict: OnConflict<'_>) -> Result<Saved, SaveError> {
        let mut saved = Saved::default();
        macro_rules! changes {
            ($part:ident, $field:ident) => {
                changes(&whole.read.$field, &whole.$field).map_err(|error| SaveError {
                    saved: Saved::default(),
                    part: Part::$part,
                    error,
                })?
            };
        }
        let task = changes!(Task, task);
        let details = changes!(Details, details);
        let assigned_to_format = changes!(AssignedToFormat, assigned_to_format);
        let bucket_format = changes!(BucketFormat, bucket_format);
        let progress_format = changes!(ProgressFormat, progress_format);
        macro_rules! save {
            ($part:ident, $field:ident) => {
                let place = Place {
                    part: Part::$part,
                    id: &whole.id,
                    read: &mut whole.read.$field,
                    edited: &mut whole.$field,
                };
                place
                    .save(self.client(), $field, &mut on_conflict, &mut saved)
                    .await?;
            };
        }
        save!(Task, task);
        save!(Details, details);
        save!(AssignedToFormat, assigned_to_format);
        save!(BucketFormat, bucket_format);
        save!(ProgressFormat, progress_format);
        Ok(saved)
    }
}

fn changes<T: Editable>(read: &Versioned<T>, edited: &T) -> Result<Option<Changes<T>>, Error> {
    Changes::of::<T::Update>(read, edited)
}

fn ask<T: Editable<Key = PlannerTask>>(batch: &mut Batch, id: &Id<PlannerTask>) -> BatchKey<Versioned<T>>
where
    Request<Versioned<T>>: Send + 'static,
{
    batch.add((T::V1.read)(id))
}

/// Where a part is kept.
struct Place<'w, T> {
    part: Part,
    id: &'w Id<PlannerTask>,
    read: &'w mut Versioned<T>,
    edited: &'w mut T,
}

impl<T: Editable<Key = PlannerTask>> Place<'_, T> {
    async fn save(
        self,
        client: &Client,
        changes: Option<Changes<T>>,
        on_conflict: &mut OnConflict<'_>,
        saved: &mut Saved,
    ) -> Result<(), SaveError> {
        let Some(changes) = changes else { return Ok(()) };
        let access: Access<T> = T::V1;
        let current = self.read.clone();
        match write(client, &access, self.id, current, &changes, on_conflict, ATTEMPTS).await {
            Ok(written) => {
                if written.is_changed {
                    saved.parts.push(self.part);
                }
                let settled = written.settled.into_iter().map(|settled| (self.part, settled));
                saved.settled.extend(settled);
                *self.edited = T::clone(&written.value);
                *self.read = written.value;
                Ok(())
            }
            Err(error) => Err(SaveError {
                saved: std::mem::take(saved),
                part: self.part,
                error,
            }),
        }
    }
}

impl std::fmt::Display for SaveError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "the part {:?} of the task was not saved: {}",
            self.part, self.error
        )
    }
}

impl std::error::Error for SaveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
