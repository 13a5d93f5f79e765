//! Boards: the tasks of a plan in columns, as Planner's apps show them.
//!
//! Everything here is calculated from [`Objects`] that were read before; [`Planner::plan_objects`](crate::Planner::plan_objects)
//! reads those of a plan. One set of objects makes every board:
//!
//! ```
//! # use msgraph_tasks::{Error, Id, Planner, model::PlannerPlan};
//! # async fn example(planner: Planner, plan: Id<PlannerPlan>) -> Result<(), Error> {
//! let plan = planner.plan_objects(&plan).await?;
//! for column in plan.objects().by_bucket().columns {
//!     println!("{}: {} tasks", column.title, column.tasks.len());
//! }
//! let done = plan.objects().by_progress();
//! # Ok(())
//! # }
//! ```
//!
//! What has no hint comes last, and ids decide between equals, so that a board never depends on the order in which objects came.
//!
//! <https://learn.microsoft.com/graph/api/resources/planner-overview>

mod due;
mod load;
mod objects;
mod views;

use std::borrow::Cow;

use msgraph_core::{Category, Id, Versioned};
use msgraph_model::{PlannerBucket, PlannerTask, User};

pub use self::{
    due::Due,
    load::{BoardFormat, PlanObjects},
    objects::Objects,
    views::Progress,
};

/// Tasks in columns. The objects are those that it was made of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Board<'o> {
    /// From left to right.
    pub columns: Vec<Column<'o>>,
}

/// A column of a board.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Column<'o> {
    /// What its tasks have in common.
    pub key: ColumnKey<'o>,
    /// The name of that, in English where it is not a name that somebody gave.
    pub title: Cow<'o, str>,
    /// From top to bottom. Completed tasks stand where their hints say; apps fold them below the others, see
    /// [`completed`](Self::completed).
    pub tasks: Vec<&'o Versioned<PlannerTask>>,
}

/// What the tasks of a column have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKey<'o> {
    /// They are in this bucket.
    Bucket(&'o Id<PlannerBucket>),
    /// They are in no bucket, or in one that was not given.
    NoBucket,
    /// They are as far as this.
    Progress(Progress),
    /// This user is assigned to them.
    Assignee(&'o Id<User>),
    /// Nobody is assigned to them.
    Unassigned,
    /// They are due about then.
    Due(Due),
    /// They carry this label.
    Label(&'o Category),
    /// They carry no label.
    NoLabel,
}

impl<'o> Board<'o> {
    /// The column of this key.
    pub fn column(&self, key: &ColumnKey<'_>) -> Option<&Column<'o>> {
        self.columns.iter().find(|column| column.key == *key)
    }
}

impl<'o> Column<'o> {
    fn new(key: ColumnKey<'o>, title: impl Into<Cow<'o, str>>, tasks: Vec<&'o Versioned<PlannerTask>>) -> Self {
        let title = title.into();
        Self { key, title, tasks }
    }

    /// The tasks that are not completed, in the order of the column.
    pub fn active(&self) -> impl Iterator<Item = &'o Versioned<PlannerTask>> {
        let tasks = self.tasks.iter().copied();
        tasks.filter(|task| Progress::of(task) != Progress::Completed)
    }

    /// The tasks that are completed, in the order of the column.
    pub fn completed(&self) -> impl Iterator<Item = &'o Versioned<PlannerTask>> {
        let tasks = self.tasks.iter().copied();
        tasks.filter(|task| Progress::of(task) == Progress::Completed)
    }
}
