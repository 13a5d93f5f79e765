//! Plain words as one call each: an edit that reads, changes and writes.

use msgraph_core::{Id, open::OpenKey as _};
use msgraph_model::{PlannerPlan, PlannerPlanDetails, PlannerTask, PlannerTaskDetails, User};

use super::{ChecklistWords, PlanWords, ReferenceWords, TaskWords, checklist::ItemId};
use crate::{
    Error, Planner,
    board::BoardFormat,
    edit::Edited,
    names::pick,
    order::{Arranged, BucketColumn, Place, Sequence as _},
};

type Task = Result<Edited<PlannerTask>, Error>;
type Details = Result<Edited<PlannerTaskDetails>, Error>;
type Plan = Result<Edited<PlannerPlanDetails>, Error>;

/// Plain words. The errors are those of [`edit`](Self::edit).
impl Planner {
    /// Assigns a task to a user.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn assign(&self, task: &Id<PlannerTask>, user: &Id<User>) -> Task {
        self.edit(task, |task: &mut PlannerTask| task.assign(user)).await
    }

    /// Takes a task from a user.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn unassign(&self, task: &Id<PlannerTask>, user: &Id<User>) -> Task {
        self.edit(task, |task: &mut PlannerTask| task.unassign(user)).await
    }

    /// Assigns a task to these users and to nobody else.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn replace_assignees(&self, task: &Id<PlannerTask>, users: &[Id<User>]) -> Task {
        self.edit(task, |task: &mut PlannerTask| task.replace_assignees(users))
            .await
    }

    /// Marks a task as complete.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn complete(&self, task: &Id<PlannerTask>) -> Task {
        self.edit(task, PlannerTask::complete).await
    }

    /// Moves a task within the column of its bucket. What became of each update that this took is told.
    ///
    /// That reads the plan's tasks and their places: one call, and one more for each twenty tasks. Where there is a list to
    /// sort, read it once and [`arrange`](Self::arrange) it.
    ///
    /// <https://learn.microsoft.com/graph/api/plannerbuckettaskboardtaskformat-update>
    ///
    /// # Errors
    ///
    /// [`Error::Client`] where something cannot be read; [`Error::NotOne`] where the neighbour is not in the column.
    pub async fn move_in_bucket(
        &self,
        task: &Id<PlannerTask>,
        to: Place<'_, Id<PlannerTask>>,
    ) -> Result<Arranged<Id<PlannerTask>>, Error> {
        let read = self
            .client()
            .send(msgraph_request::v1::planner().task(task).get())
            .await?;
        let plan = read.plan_id.clone().unwrap_or_else(|| Id::new(""));
        let mut objects = self.plan_objects_with(&plan, &[BoardFormat::Bucket]).await?;
        let in_column = objects.tasks.iter().filter(|other| other.bucket_id == read.bucket_id);
        let column: Vec<_> = in_column
            .filter_map(|task| Some((task.title.as_deref().unwrap_or_default(), task.id()?)))
            .collect();
        let formats = objects.bucket_formats.iter();
        let formats = formats.filter(|format| format.id().is_some_and(|id| column.iter().any(|(_, task)| *task == id)));
        let mut order = BucketColumn.arrangement(formats);
        if !order.move_to(task, to) {
            let missing = match to {
                Place::Before(other) | Place::After(other) => other,
                Place::First | Place::Last => task,
            };
            pick("task of the bucket", missing.as_str(), column, |(title, id)| {
                (*title, id.as_str())
            })?;
        }
        Ok(self
            .arrange(&BucketColumn, &mut objects.bucket_formats, &mut order)
            .await)
    }

    /// Puts the label of this name on a task.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where the task's plan has no such label, or several; those of [`edit`](Self::edit).
    pub async fn apply_label(&self, task: &Id<PlannerTask>, name: &str) -> Task {
        let read = self
            .client()
            .send(msgraph_request::v1::planner().task(task).get())
            .await?;
        let plan = read.plan_id.clone().unwrap_or_else(|| Id::new(""));
        let labels = self
            .client()
            .send(msgraph_request::v1::planner().plan(&plan).details().get())
            .await?;
        let labels = labels.category_descriptions.iter().flatten();
        let named = labels.map(|(label, name)| (name.as_str(), label)).collect();
        let (_, label) = pick("label", name, named, |(name, label)| (*name, label.as_wire()))?;
        self.edit(task, |task: &mut PlannerTask| task.apply_label(label)).await
    }

    /// Adds an item to the checklist of a task, after the others.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn add_item(&self, task: &Id<PlannerTask>, title: &str) -> Details {
        let id = self.client().new_guid();
        self.edit(task, |details: &mut PlannerTaskDetails| {
            details.add_item(&id, title);
        })
        .await
    }

    /// Ticks an item of a checklist, or takes the tick off.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is no such item; those of [`edit`](Self::edit).
    pub async fn tick_item(&self, task: &Id<PlannerTask>, item: &ItemId, is_checked: bool) -> Details {
        self.change_item(task, item, |details| details.tick_item(item, is_checked))
            .await
    }

    /// Gives an item of a checklist another title.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is no such item; those of [`edit`](Self::edit).
    pub async fn rename_item(&self, task: &Id<PlannerTask>, item: &ItemId, title: &str) -> Details {
        self.change_item(task, item, |details| details.rename_item(item, title))
            .await
    }

    /// Moves an item of a checklist among the others.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is no such item; those of [`edit`](Self::edit).
    pub async fn move_item(&self, task: &Id<PlannerTask>, item: &ItemId, to: Place<'_, ItemId>) -> Details {
        self.change_item(task, item, |details| details.move_item(item, to))
            .await
    }

    /// Removes an item of a checklist.
    ///
    /// # Errors
    ///
    /// [`Error::NotOne`] where there is no such item; those of [`edit`](Self::edit).
    pub async fn remove_item(&self, task: &Id<PlannerTask>, item: &ItemId) -> Details {
        self.change_item(task, item, |details| details.remove_item(item)).await
    }

    /// Lets a task refer to a URL, under a name that is shown.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn add_reference(&self, task: &Id<PlannerTask>, url: &str, alias: &str) -> Details {
        self.edit(task, |details: &mut PlannerTaskDetails| {
            details.add_reference(url, alias);
        })
        .await
    }

    /// Lets a task refer to a URL no longer.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn remove_reference(&self, task: &Id<PlannerTask>, url: &str) -> Details {
        self.edit(task, |details: &mut PlannerTaskDetails| {
            details.remove_reference(url);
        })
        .await
    }

    /// Shares a plan with a user, who is then told of its changes.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn share(&self, plan: &Id<PlannerPlan>, user: &Id<User>) -> Plan {
        self.edit(plan, |details: &mut PlannerPlanDetails| details.share(user))
            .await
    }

    /// Shares a plan with a user no longer.
    ///
    /// # Errors
    ///
    /// Those of [`edit`](Self::edit).
    pub async fn unshare(&self, plan: &Id<PlannerPlan>, user: &Id<User>) -> Plan {
        self.edit(plan, |details: &mut PlannerPlanDetails| details.unshare(user))
            .await
    }

    async fn change_item(
        &self,
        task: &Id<PlannerTask>,
        item: &ItemId,
        change: impl FnOnce(&mut PlannerTaskDetails) -> bool + Send,
    ) -> Details {
        let mut missing = None;
        let edited = self
            .edit(task, |details: &mut PlannerTaskDetails| {
                if !change(details) {
                    let items = details.checklist_items().into_iter();
                    let items = items.map(|(id, item)| (item.title.clone().unwrap_or_default(), id.clone()));
                    let picked = pick(
                        "item of the checklist",
                        item.as_str(),
                        items.collect(),
                        |(title, id)| (title.as_str(), id.as_str()),
                    );
                    missing = picked.err();
                }
            })
            .await;
        match missing {
            Some(error) => Err(error.into()),
            None => edited,
        }
    }
}
