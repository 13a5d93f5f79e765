//! What boards are made of.

use std::collections::BTreeMap;

use msgraph_core::{Category, Entity, Id, OrderHint, Versioned, open::OpenKey as _};
use msgraph_model::{
    PlannerAssignedToTaskBoardTaskFormat, PlannerBucket, PlannerBucketTaskBoardTaskFormat, PlannerPlanDetails,
    PlannerProgressTaskBoardTaskFormat, PlannerTask, User,
};

use crate::order::{AssigneeColumn, BucketColumn, ProgressColumn, Sequence};

/// The objects that boards are made of: tasks, and what else is known.
///
/// What orders a task on a board stands in an object of its own. It is taken from what is given here, or else from the task,
/// where the request expanded it. Tasks whose place is not known come last.
#[derive(Debug, Clone, Default)]
pub struct Objects<'o> {
    pub(super) tasks: Vec<&'o Versioned<PlannerTask>>,
    pub(super) buckets: Vec<&'o Versioned<PlannerBucket>>,
    bucket_formats: ByTask<'o, PlannerBucketTaskBoardTaskFormat>,
    progress_formats: ByTask<'o, PlannerProgressTaskBoardTaskFormat>,
    assignee_formats: ByTask<'o, PlannerAssignedToTaskBoardTaskFormat>,
    names: BTreeMap<&'o Id<User>, &'o str>,
    details: Option<&'o PlannerPlanDetails>,
}

type ByTask<'o, F> = BTreeMap<&'o Id<PlannerTask>, &'o F>;

impl<'o> Objects<'o> {
    /// The tasks of a plan, or of a user.
    pub fn of(tasks: impl IntoIterator<Item = &'o Versioned<PlannerTask>>) -> Self {
        Self {
            tasks: tasks.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The buckets of the plan.
    pub fn buckets(mut self, buckets: impl IntoIterator<Item = &'o Versioned<PlannerBucket>>) -> Self {
        self.buckets.extend(buckets);
        self
    }

    /// What orders the tasks on the board by bucket.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerbuckettaskboardtaskformat>
    pub fn bucket_formats(
        mut self,
        formats: impl IntoIterator<Item = &'o Versioned<PlannerBucketTaskBoardTaskFormat>>,
    ) -> Self {
        self.bucket_formats.extend(by_task(formats));
        self
    }

    /// What orders the tasks on the board by progress.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerprogresstaskboardtaskformat>
    pub fn progress_formats(
        mut self,
        formats: impl IntoIterator<Item = &'o Versioned<PlannerProgressTaskBoardTaskFormat>>,
    ) -> Self {
        self.progress_formats.extend(by_task(formats));
        self
    }

    /// What orders the tasks on the board by assignee.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerassignedtotaskboardtaskformat>
    pub fn assignee_formats(
        mut self,
        formats: impl IntoIterator<Item = &'o Versioned<PlannerAssignedToTaskBoardTaskFormat>>,
    ) -> Self {
        self.assignee_formats.extend(by_task(formats));
        self
    }

    /// The names of users, which are the titles of their columns. Planner knows their ids only.
    pub fn users(mut self, names: impl IntoIterator<Item = (&'o Id<User>, &'o str)>) -> Self {
        self.names.extend(names);
        self
    }

    /// The details of the plan, which name its labels.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerplandetails>
    pub fn details(mut self, details: &'o PlannerPlanDetails) -> Self {
        self.details = Some(details);
        self
    }

    /// The name of a user, or the id.
    pub(super) fn name(&self, user: &'o Id<User>) -> &'o str {
        self.names.get(user).copied().unwrap_or(user.as_str())
    }

    /// The name that the plan gives to a label, or that of the service.
    pub(super) fn label(&self, label: &'o Category) -> &'o str {
        let names = self.details.and_then(|details| details.category_descriptions.as_ref());
        let name = names.and_then(|names| names.get(label)).filter(|name| !name.is_empty());
        name.map_or(label.as_wire(), String::as_str)
    }

    /// Brings tasks into the order of the board by bucket.
    pub(super) fn sort_by_bucket(&self, tasks: &mut [&'o Versioned<PlannerTask>]) {
        sort(tasks, &BucketColumn, |task| {
            let expanded = task.bucket_task_board_format.as_deref();
            given(&self.bucket_formats, task).or(expanded.map(|format| &**format))
        });
    }

    /// Brings tasks into the order of the board by progress.
    pub(super) fn sort_by_progress(&self, tasks: &mut [&'o Versioned<PlannerTask>]) {
        sort(tasks, &ProgressColumn, |task| {
            let expanded = task.progress_task_board_format.as_deref();
            given(&self.progress_formats, task).or(expanded.map(|format| &**format))
        });
    }

    /// Brings tasks into the order of one column of the board by assignee.
    pub(super) fn sort_by_assignee(&self, tasks: &mut [&'o Versioned<PlannerTask>], column: &AssigneeColumn) {
        sort(tasks, column, |task| {
            let expanded = task.assigned_to_task_board_format.as_deref();
            given(&self.assignee_formats, task).or(expanded.map(|format| &**format))
        });
    }
}

/// Sorts tasks as a list does.
pub(super) fn sort<'o, S: Sequence>(
    tasks: &mut [&'o Versioned<PlannerTask>],
    sequence: &S,
    record: impl Fn(&'o Versioned<PlannerTask>) -> Option<&'o S::Record>,
) {
    tasks.sort_by_cached_key(|task| rank(record(task).and_then(|record| sequence.hint(record)), task.id()));
}

/// What a list is sorted by: what has no hint, or an empty one, comes last, and ids decide between equals.
pub(super) fn rank<'o, T>(hint: Option<&'o OrderHint>, id: Option<&'o Id<T>>) -> impl Ord + use<'o, T> {
    let hint = hint.filter(|hint| !hint.as_str().is_empty());
    (hint.is_none(), hint, id)
}

fn by_task<'o, F: Entity<Key = PlannerTask> + 'o>(
    formats: impl IntoIterator<Item = &'o Versioned<F>>,
) -> impl Iterator<Item = (&'o Id<PlannerTask>, &'o F)> {
    let formats = formats.into_iter();
    formats.filter_map(|format| Some((format.id()?, &**format)))
}

fn given<'o, F>(formats: &ByTask<'o, F>, task: &Versioned<PlannerTask>) -> Option<&'o F> {
    formats.get(task.id()?).copied()
}
