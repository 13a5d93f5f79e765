//! Who does a task, how far it is, and the labels that it carries.

use std::time::SystemTime;

use jiff::civil::Date;
use msgraph_core::{Category, Id, OrderHint};
use msgraph_model::{PlannerAssignment, PlannerTask, User};

use crate::todo::Zone;

/// What is done with a [`PlannerTask`].
///
/// <https://learn.microsoft.com/graph/api/plannertask-update>
pub trait TaskWords {
    /// Assigns the task to a user. Whom it is assigned to already keeps it as it is.
    fn assign(&mut self, user: &Id<User>);

    /// Takes the task from a user; whether the user had it or not.
    fn unassign(&mut self, user: &Id<User>);

    /// Assigns the task to these users and to nobody else.
    fn replace_assignees<'u>(&mut self, users: impl IntoIterator<Item = &'u Id<User>>);

    /// The users that the task is assigned to, sorted by id.
    fn assignees(&self) -> Vec<&Id<User>>;

    /// Puts a label of the plan on the task.
    fn apply_label(&mut self, label: &Category);

    /// Takes a label off the task.
    fn remove_label(&mut self, label: &Category);

    /// Marks the task as not started.
    fn reopen(&mut self);

    /// Marks the task as in progress.
    fn start(&mut self);

    /// Marks the task as complete.
    fn complete(&mut self);

    /// It is due on a day. Planner keeps a day as one in UTC.
    fn due_on(&mut self, day: Date);

    /// It is due on no day.
    fn due_on_no_day(&mut self);

    /// The day that it is due; `None` where it is due on none, or on one that cannot be read.
    fn due_day(&self) -> Option<Date>;
}

impl TaskWords for PlannerTask {
    fn assign(&mut self, user: &Id<User>) {
        let assignments = self.assignments.get_or_insert_default();
        if !assignments.contains_key(user) {
            let mut assignment = PlannerAssignment::default();
            assignment.order_hint = Some(OrderHint::first().into());
            assignments.insert(user.clone(), assignment);
        }
    }

    fn unassign(&mut self, user: &Id<User>) {
        if let Some(assignments) = &mut self.assignments {
            assignments.remove(user);
        }
    }

    fn replace_assignees<'u>(&mut self, users: impl IntoIterator<Item = &'u Id<User>>) {
        let users: Vec<_> = users.into_iter().collect();
        let others: Vec<_> = self
            .assignees()
            .into_iter()
            .filter(|user| !users.contains(user))
            .cloned()
            .collect();
        for user in &others {
            self.unassign(user);
        }
        for user in users {
            self.assign(user);
        }
    }

    fn assignees(&self) -> Vec<&Id<User>> {
        let assignments = self.assignments.iter().flat_map(msgraph_core::OpenMap::keys);
        let mut users: Vec<_> = assignments.collect();
        users.sort_by_key(|user| user.as_str());
        users
    }

    fn apply_label(&mut self, label: &Category) {
        self.applied_categories
            .get_or_insert_default()
            .insert(label.clone(), true);
    }

    fn remove_label(&mut self, label: &Category) {
        if let Some(labels) = &mut self.applied_categories {
            labels.remove(label);
        }
    }

    fn reopen(&mut self) {
        self.percent_complete = Some(0);
    }

    fn start(&mut self) {
        self.percent_complete = Some(50);
    }

    fn complete(&mut self) {
        self.percent_complete = Some(100);
    }

    fn due_on(&mut self, day: Date) {
        self.due_date_time = Some(format!("{day}T00:00:00Z").as_str().into());
    }

    fn due_on_no_day(&mut self) {
        self.due_date_time = None;
    }

    fn due_day(&self) -> Option<Date> {
        let due = SystemTime::try_from(self.due_date_time.as_ref()?).ok()?;
        Some(Zone::utc().day(due))
    }
}
