//! Reading what boards are made of.

use std::mem;

use msgraph_client::{Batch, Linked};
use msgraph_core::{Entity, Id, Page, Request, Versioned, request::V1};
use msgraph_model::{
    PlannerAssignedToTaskBoardTaskFormat, PlannerBucket, PlannerBucketTaskBoardTaskFormat, PlannerPlan,
    PlannerPlanDetails, PlannerProgressTaskBoardTaskFormat, PlannerTask,
};
use msgraph_request::{PlannerTasksItem, v1};

use super::Objects;
use crate::{Error, Planner};

/// The most objects of one kind that are read of a plan; Planner allows fewer.
const MOST: usize = 100_000;

/// A plan, and what is in it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlanObjects {
    /// The plan.
    pub plan: Versioned<PlannerPlan>,
    /// The names of its labels, and whom it is shared with.
    pub details: Versioned<PlannerPlanDetails>,
    /// Its buckets, as the service lists them.
    pub buckets: Vec<Versioned<PlannerBucket>>,
    /// Its tasks, as the service lists them.
    pub tasks: Vec<Versioned<PlannerTask>>,
    /// What orders the tasks on the board by bucket, if it was read.
    pub bucket_formats: Vec<Versioned<PlannerBucketTaskBoardTaskFormat>>,
    /// What orders the tasks on the board by progress, if it was read.
    pub progress_formats: Vec<Versioned<PlannerProgressTaskBoardTaskFormat>>,
    /// What orders the tasks on the board by assignee, if it was read.
    pub assignee_formats: Vec<Versioned<PlannerAssignedToTaskBoardTaskFormat>>,
}

/// What orders tasks on a board, and is read task by task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardFormat {
    /// The order on the board by bucket.
    Bucket,
    /// The order on the board by progress.
    Progress,
    /// The order on the board by assignee.
    Assignee,
}

impl BoardFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bucket, Self::Progress, Self::Assignee];
}

impl PlanObjects {
    /// What boards are made of. The names of users are not known here, and can be [added](Objects::users).
    pub fn objects(&self) -> Objects<'_> {
        Objects::of(&self.tasks)
            .buckets(&self.buckets)
            .bucket_formats(&self.bucket_formats)
            .progress_formats(&self.progress_formats)
            .assignee_formats(&self.assignee_formats)
            .details(&self.details)
    }
}

impl Planner {
    /// Reads all that the boards of a plan need.
    ///
    /// That takes one call for the plan, and three for each twenty tasks, since Planner documents no way to list what orders
    /// tasks on a board together with them; [`plan_objects_with`](Self::plan_objects_with) reads less.
    ///
    /// # Errors
    ///
    /// When something cannot be read. A task that is deleted meanwhile is left out.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/planner-overview>
    pub async fn plan_objects(&self, plan: &Id<PlannerPlan>) -> Result<PlanObjects, Error> {
        self.plan_objects_with(plan, &BoardFormat::ALL).await
    }

    /// Reads a plan with its details, buckets and tasks, and of what orders the tasks only what is named: nothing for flat
    /// lists and boards by due date or label, one thing for one board.
    ///
    /// # Errors
    ///
    /// When something cannot be read. A task that is deleted meanwhile is left out.
    ///
    /// <https://learn.microsoft.com/graph/api/resources/planner-overview>
    pub async fn plan_objects_with(
        &self,
        plan: &Id<PlannerPlan>,
        formats: &[BoardFormat],
    ) -> Result<PlanObjects, Error> {
        let path = || v1::planner().plan(plan);
        let mut batch = Batch::new();
        let (itself, details) = (batch.add(path().get()), batch.add(path().details().get()));
        let (buckets, tasks) = (batch.add(path().buckets().list()), batch.add(path().tasks().list()));
        let mut answers = self.client().batch(batch).await;
        let (plan, details) = (answers.take(itself)?, answers.take(details)?);
        let buckets = self.whole(answers.take(buckets)?).await?;
        let mut tasks = self.whole(answers.take(tasks)?).await?;
        let (mut bucket_formats, mut progress_formats, mut assignee_formats) = (Vec::new(), Vec::new(), Vec::new());
        if formats.contains(&BoardFormat::Bucket) {
            let get = |task: OneTask| task.bucket_task_board_format().get();
            bucket_formats = self.formats(&mut tasks, get).await?;
        }
        if formats.contains(&BoardFormat::Progress) {
            let get = |task: OneTask| task.progress_task_board_format().get();
            progress_formats = self.formats(&mut tasks, get).await?;
        }
        if formats.contains(&BoardFormat::Assignee) {
            let get = |task: OneTask| task.assigned_to_task_board_format().get();
            assignee_formats = self.formats(&mut tasks, get).await?;
        }
        Ok(PlanObjects {
            plan,
            details,
            buckets,
            tasks,
            bucket_formats,
            progress_formats,
            assignee_formats,
        })
    }

    /// The items of a first page and of those that follow.
    async fn whole<T>(&self, first: Page<T>) -> Result<Vec<T>, Error>
    where
        Page<T>: Linked<Item = T>,
    {
        let next = first.next();
        let mut items = first.value;
        if let Some(next) = next {
            items.extend(self.client().pages(next).collect(MOST).await?);
        }
        Ok(items)
    }

    /// Reads one thing of each task, twenty in a call. Tasks that are gone are taken out.
    async fn formats<F: Entity + 'static>(
        &self,
        tasks: &mut Vec<Versioned<PlannerTask>>,
        get: impl Fn(OneTask) -> Request<Versioned<F>>,
    ) -> Result<Vec<Versioned<F>>, Error> {
        let mut batch = Batch::new();
        let mut asked = Vec::new();
        for task in mem::take(tasks) {
            let answer = task.id().map(|id| batch.add(get(v1::planner().task(id))));
            asked.push((task, answer));
        }
        let mut answers = self.client().batch(batch).await;
        let mut formats = Vec::new();
        for (task, answer) in asked {
            match answer.map(|answer| answers.take(answer)) {
                Some(Ok(format)) => formats.push(format),
                Some(Err(error)) if error.is_not_found() => continue,
                Some(Err(error)) => return Err(error.into()),
                None => {}
            }
            tasks.push(task);
        }
        Ok(formats)
    }
}

type OneTask = PlannerTasksItem<V1>;
