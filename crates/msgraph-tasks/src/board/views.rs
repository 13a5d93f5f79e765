//! The boards and lists.

use std::{cmp::Reverse, collections::BTreeMap, time::SystemTime};

use msgraph_core::{OpenMap, Versioned};
use msgraph_model::{PlannerBucket, PlannerTask};

use super::{
    Board, Column, ColumnKey, Due, Objects,
    objects::{rank, sort},
};
use crate::order::{AssigneeColumn, Buckets, FlatList, MyTasks, Sequence as _};
use crate::todo::Zone;

/// How far a task is.
///
/// <https://learn.microsoft.com/graph/api/resources/plannertask>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// Nothing is done: 0 percent, or not known.
    NotStarted,
    /// Something is done: 1 to 99 percent.
    InProgress,
    /// All is done: 100 percent.
    Completed,
}

impl Progress {
    /// From left to right, as on the board.
    pub const ALL: [Self; 3] = [Self::NotStarted, Self::InProgress, Self::Completed];

    /// How far a task is.
    pub fn of(task: &PlannerTask) -> Self {
        match task.percent_complete.unwrap_or_default() {
            ..=0 => Self::NotStarted,
            1..100 => Self::InProgress,
            100.. => Self::Completed,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::NotStarted => "Not started",
            Self::InProgress => "In progress",
            Self::Completed => "Completed",
        }
    }
}

type Tasks<'o> = Vec<&'o Versioned<PlannerTask>>;

impl<'o> Objects<'o> {
    /// The board by bucket: a column for each bucket, in their order. Tasks that are in no bucket, or in one that was not given,
    /// have a last column of their own, where there are any.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerbuckettaskboardtaskformat>
    pub fn by_bucket(&self) -> Board<'o> {
        let mut buckets = self.buckets.clone();
        buckets.sort_by_cached_key(|bucket| rank(Buckets.hint(bucket), bucket.id()));
        let mut of_bucket = BTreeMap::<_, Tasks<'o>>::new();
        for task in &self.tasks {
            of_bucket.entry(task.bucket_id.as_ref()).or_default().push(task);
        }
        let column = |bucket: &&'o Versioned<PlannerBucket>| {
            let id = bucket.id()?;
            let mut tasks = of_bucket.remove(&Some(id)).unwrap_or_default();
            self.sort_by_bucket(&mut tasks);
            let title = bucket.name.as_deref().unwrap_or_default();
            Some(Column::new(ColumnKey::Bucket(id), title, tasks))
        };
        let mut columns: Vec<_> = buckets.iter().filter_map(column).collect();
        let mut rest: Tasks<'o> = of_bucket.into_values().flatten().collect();
        if !rest.is_empty() {
            self.sort_by_bucket(&mut rest);
            columns.push(Column::new(ColumnKey::NoBucket, "No bucket", rest));
        }
        Board { columns }
    }

    /// The board by progress: not started, in progress, completed. What was completed last comes first.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerprogresstaskboardtaskformat>
    pub fn by_progress(&self) -> Board<'o> {
        let column = |progress| {
            let mut tasks = self.that(|task| Progress::of(task) == progress);
            self.sort_by_progress(&mut tasks);
            if progress == Progress::Completed {
                // The hints decide between those of the same moment, for the sort is stable.
                tasks.sort_by_cached_key(|task| Reverse(completed(task)));
            }
            Column::new(ColumnKey::Progress(progress), progress.title(), tasks)
        };
        Board {
            columns: Progress::ALL.map(column).into(),
        }
    }

    /// The board by assignee: first the tasks that nobody is assigned to, then a column for each assignee, by name. A task with
    /// several assignees is in the column of each.
    ///
    /// No source says in which order the apps show the columns; names are what people look for.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerassignedtotaskboardtaskformat>
    pub fn by_assignee(&self) -> Board<'o> {
        let mut of_user = BTreeMap::<_, Tasks<'o>>::new();
        for task in &self.tasks {
            for user in task.assignments.iter().flat_map(OpenMap::keys) {
                let name = self.name(user);
                of_user.entry((name, user)).or_default().push(task);
            }
        }
        let mut unassigned = self.that(|task| task.assignments.as_ref().is_none_or(OpenMap::is_empty));
        self.sort_by_assignee(&mut unassigned, &AssigneeColumn::Unassigned);
        let mut columns = vec![Column::new(ColumnKey::Unassigned, "Unassigned", unassigned)];
        columns.extend(of_user.into_iter().map(|((name, user), mut tasks)| {
            self.sort_by_assignee(&mut tasks, &AssigneeColumn::User(user.clone()));
            Column::new(ColumnKey::Assignee(user), name, tasks)
        }));
        Board { columns }
    }

    /// The board by due date, as seen at a moment: late, today, tomorrow, this week, next week, later, no date. Within a column
    /// what is due first comes first, then the flat list decides.
    pub fn by_due_date(&self, now: SystemTime) -> Board<'o> {
        self.by_due(|task| Due::of(task, now))
    }

    /// The board by due date, as seen by somebody in a zone at a moment.
    pub fn by_due_date_in(&self, now: SystemTime, zone: &Zone) -> Board<'o> {
        self.by_due(|task| Due::in_zone(task, now, zone))
    }

    fn by_due(&self, of: impl Fn(&PlannerTask) -> Due) -> Board<'o> {
        let column = |due| {
            let mut tasks = self.that(|task| of(task) == due);
            sort(&mut tasks, &FlatList, |task| Some(task));
            tasks.sort_by_cached_key(|task| Due::day(task));
            Column::new(ColumnKey::Due(due), due.title(), tasks)
        };
        Board {
            columns: Due::ALL.map(column).into(),
        }
    }

    /// The board by label: first the tasks that carry none, then a column for each label that a task carries, by its number. A
    /// task with several labels is in the column of each. Within a column the flat list decides.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannerappliedcategories>
    pub fn by_label(&self) -> Board<'o> {
        let mut of_label = BTreeMap::<_, Tasks<'o>>::new();
        let mut unlabelled = Tasks::new();
        for task in self.list() {
            let labels = task
                .applied_categories
                .iter()
                .flatten()
                .filter(|(_, applied)| **applied);
            let mut labels = labels.map(|(label, _)| label).peekable();
            if labels.peek().is_none() {
                unlabelled.push(task);
            }
            for label in labels {
                let number = label.number();
                of_label
                    .entry((number.is_none(), number, label))
                    .or_default()
                    .push(task);
            }
        }
        let mut columns = vec![Column::new(ColumnKey::NoLabel, "No label", unlabelled)];
        columns.extend(
            of_label
                .into_iter()
                .map(|((_, _, label), tasks)| Column::new(ColumnKey::Label(label), self.label(label), tasks)),
        );
        Board { columns }
    }

    /// The flat list of all tasks of the plan.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/plannertask>
    pub fn list(&self) -> Vec<&'o Versioned<PlannerTask>> {
        let mut tasks = self.tasks.clone();
        sort(&mut tasks, &FlatList, |task| Some(task));
        tasks
    }

    /// The list of a user's tasks over all plans, where the tasks are those: by `assigneePriority`.
    ///
    /// <https://learn.microsoft.com/graph/api/planneruser-list-tasks>
    pub fn my_tasks(&self) -> Vec<&'o Versioned<PlannerTask>> {
        let mut tasks = self.tasks.clone();
        sort(&mut tasks, &MyTasks, |task| Some(task));
        tasks
    }

    fn that(&self, is_so: impl Fn(&PlannerTask) -> bool) -> Tasks<'o> {
        let tasks = self.tasks.iter().copied();
        tasks.filter(|task| is_so(task)).collect()
    }
}

/// When a task was completed, if that is known.
fn completed(task: &PlannerTask) -> Option<SystemTime> {
    let completed = task.completed_date_time.as_ref()?;
    SystemTime::try_from(completed).ok()
}
