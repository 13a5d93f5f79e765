//! Questions about Planner, and what its boards are made of.

use std::{
    ops::{Bound, RangeBounds},
    time::SystemTime,
};

use msgraph_core::{Id, OpenMap, Versioned};
use msgraph_model::{
    PlannerAssignedToTaskBoardTaskFormat, PlannerBucket, PlannerBucketTaskBoardTaskFormat, PlannerPlan,
    PlannerPlanDetails, PlannerProgressTaskBoardTaskFormat, PlannerTask, User,
};
use msgraph_tasks::board::Objects;

use super::{Query, Words, versioned};
use crate::{Error, Key, Replica, Row, kind::Replicated};

impl Query<PlannerTask> {
    /// The tasks of a plan.
    #[must_use]
    pub fn plan(self, plan: &Id<PlannerPlan>) -> Self {
        let plan = plan.clone();
        self.that(move |task| task.plan_id.as_ref() == Some(&plan))
    }

    /// The tasks in a bucket.
    #[must_use]
    pub fn bucket(self, bucket: &Id<PlannerBucket>) -> Self {
        let bucket = bucket.clone();
        self.that(move |task| task.bucket_id.as_ref() == Some(&bucket))
    }

    /// The tasks that a user is assigned to.
    #[must_use]
    pub fn assignee(self, user: &Id<User>) -> Self {
        let user = user.clone();
        self.that(move |task| {
            task.assignments
                .as_ref()
                .is_some_and(|assigned| assigned.contains_key(&user))
        })
    }

    /// The tasks that are due within a span of time. Planner keeps a day as a time of that day in UTC.
    #[must_use]
    pub fn due(self, within: impl RangeBounds<SystemTime>) -> Self {
        let within: (Bound<SystemTime>, Bound<SystemTime>) =
            (within.start_bound().cloned(), within.end_bound().cloned());
        self.that(move |task| {
            let due = task.due_date_time.as_ref();
            due.and_then(|due| SystemTime::try_from(due).ok())
                .is_some_and(|due| within.contains(&due))
        })
    }

    /// The tasks that have a text in their title, in their description, or in the title of an item of their checklist,
    /// whatever the case of its letters. The details are read of the tasks that all else is true of.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        let words = Words::new(text);
        self.detailed = Some(Box::new(move |task, details| {
            let Some(details) = details else {
                return words.are_in(task.title.as_deref());
            };
            let mut items = details.checklist.iter().flat_map(OpenMap::iter);
            words.are_in(details.description.as_deref()) || items.any(|(_, item)| words.are_in(item.title.as_deref()))
        }));
        self
    }
}

/// A plan and what is in it, as it is here: what boards are made of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlanObjects {
    /// The plan.
    pub plan: Versioned<PlannerPlan>,
    /// The names of its labels, and whom it is shared with, if they are here.
    pub details: Option<Versioned<PlannerPlanDetails>>,
    /// Its buckets.
    pub buckets: Vec<Versioned<PlannerBucket>>,
    /// Its tasks.
    pub tasks: Vec<Versioned<PlannerTask>>,
    /// What orders the tasks on the board by bucket.
    pub bucket_formats: Vec<Versioned<PlannerBucketTaskBoardTaskFormat>>,
    /// What orders the tasks on the board by progress.
    pub progress_formats: Vec<Versioned<PlannerProgressTaskBoardTaskFormat>>,
    /// What orders the tasks on the board by assignee.
    pub assignee_formats: Vec<Versioned<PlannerAssignedToTaskBoardTaskFormat>>,
}

impl PlanObjects {
    /// What boards are made of. The names of users are not known here, and can be [added](Objects::users).
    pub fn objects(&self) -> Objects<'_> {
        let objects = Objects::of(&self.tasks)
            .buckets(&self.buckets)
            .bucket_formats(&self.bucket_formats)
            .progress_formats(&self.progress_formats)
            .assignee_formats(&self.assignee_formats);
        match &self.details {
            Some(details) => objects.details(details),
            None => objects,
        }
    }
}

impl Replica {
    /// A plan and what is in it, for its boards; `None` where it is not here. No request is sent.
    ///
    /// One plan is held whole, which Planner keeps below ten thousand tasks.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Undecodable`] where this build cannot read an object.
    pub async fn plan_objects(&self, plan: &Id<PlannerPlan>) -> Result<Option<PlanObjects>, Error> {
        let Some(itself) = self.versioned(plan.as_str()).await? else {
            return Ok(None);
        };
        let id = plan.clone();
        let buckets = Query::new().that(move |bucket: &PlannerBucket| bucket.plan_id.as_ref() == Some(&id));
        let mut objects = PlanObjects {
            plan: itself,
            details: self.versioned(plan.as_str()).await?,
            buckets: self.find(buckets).collect(usize::MAX).await?,
            tasks: self.find(Query::new().plan(plan)).collect(usize::MAX).await?,
            bucket_formats: Vec::new(),
            progress_formats: Vec::new(),
            assignee_formats: Vec::new(),
        };
        for id in objects.tasks.iter().filter_map(Versioned::id) {
            objects.bucket_formats.extend(self.versioned(id.as_str()).await?);
            objects.progress_formats.extend(self.versioned(id.as_str()).await?);
            objects.assignee_formats.extend(self.versioned(id.as_str()).await?);
        }
        Ok(Some(objects))
    }

    async fn versioned<R: Replicated>(&self, id: &str) -> Result<Option<Versioned<R>>, Error> {
        let row = self.store().get(&Key::new(R::KIND, id)).await?;
        let shown = row.as_ref().and_then(Row::shown);
        Ok(shown.map(versioned).transpose()?)
    }
}
