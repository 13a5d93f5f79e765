//! Dates and recurrences of tasks that are made, changed and read.

use msgraph_core::update::Edit as _;
use msgraph_model::{TaskStatus, TodoTask, TodoTaskCreate, TodoTaskUpdate};

use super::{DueDate, InvalidDate, InvalidRecurrence, Recurrence, Reminder, Zone};

/// What a task can be told when it is made and when it is changed.
///
/// It is said to a [`TodoTaskCreate`], to a [`TodoTaskUpdate`], and to the task itself in an [edit](super::Todo::edit):
///
/// ```
/// # use msgraph_tasks::{Error, Id, Todo, model::{TodoTask, TodoTaskList}, todo::{DueDate, TodoWords as _}};
/// # async fn example(todo: Todo, list: Id<TodoTaskList>, task: Id<TodoTask>, due: DueDate) -> Result<(), Error> {
/// todo.edit(&list, &task, |task| {
///     task.due_on(&due).complete();
/// }).await?;
/// # Ok(())
/// # }
/// ```
///
/// <https://learn.microsoft.com/graph/api/resources/todotask>
pub trait TodoWords: Sized {
    /// It is due on a day.
    fn due_on(self, due: &DueDate) -> Self;

    /// Somebody is reminded of it at an instant, and the reminder is on.
    fn remind_at(self, reminder: &Reminder) -> Self;

    /// It recurs. The service makes the next task when this one is completed.
    ///
    /// # Errors
    ///
    /// [`InvalidRecurrence`], the first thing that is wrong.
    fn repeat(self, recurrence: &Recurrence) -> Result<Self, InvalidRecurrence>;

    /// It is done. The service sets the day.
    fn complete(self) -> Self;
}

/// What a task can be told only when it is changed: with a [`TodoTaskUpdate`], or in an [edit](super::Todo::edit).
///
/// <https://learn.microsoft.com/graph/api/todotask-update>
pub trait TodoChangeWords: Sized {
    /// It is not done, after all.
    fn reopen(self) -> Self;

    /// It is due on no day.
    fn due_on_no_day(self) -> Self;

    /// Nobody is reminded of it.
    fn do_not_remind(self) -> Self;

    /// It does not recur.
    fn do_not_repeat(self) -> Self;
}

/// What a task tells.
///
/// <https://learn.microsoft.com/graph/api/resources/todotask>
pub trait TodoDates {
    /// The day that it is due, for somebody who lives in a zone; `None` where it is due on none.
    ///
    /// # Errors
    ///
    /// See [`DueDate::read`].
    fn due(&self, zone: &Zone) -> Result<Option<DueDate>, InvalidDate>;

    /// When somebody is reminded of it, to be shown in a zone; `None` where the reminder is off.
    ///
    /// # Errors
    ///
    /// See [`Reminder::read`].
    fn reminder(&self, zone: &Zone) -> Result<Option<Reminder>, InvalidDate>;

    /// How it recurs; `None` where it does not.
    ///
    /// # Errors
    ///
    /// See [`Recurrence::read`].
    fn recurs(&self) -> Result<Option<Recurrence>, InvalidRecurrence>;

    /// Whether it is done.
    fn is_completed(&self) -> bool;
}

macro_rules! task_words {
    ($($ty:ty),*) => {$(
        impl TodoWords for $ty {
            fn due_on(self, due: &DueDate) -> Self {
                self.due_date_time(due.to_input())
            }

            fn remind_at(self, reminder: &Reminder) -> Self {
                self.reminder_date_time(reminder.to_input()).is_reminder_on(true)
            }

            fn repeat(self, recurrence: &Recurrence) -> Result<Self, InvalidRecurrence> {
                Ok(self.recurrence(recurrence.to_input()?))
            }

            fn complete(self) -> Self {
                self.status(TaskStatus::Completed)
            }
        }
    )*};
}

// Two types with the same setters, and no trait of theirs.
task_words!(TodoTaskCreate, TodoTaskUpdate);

impl TodoChangeWords for TodoTaskUpdate {
    fn reopen(self) -> Self {
        self.status(TaskStatus::NotStarted)
    }

    fn due_on_no_day(self) -> Self {
        self.clear_due_date_time()
    }

    fn do_not_remind(self) -> Self {
        self.clear_reminder_date_time().is_reminder_on(false)
    }

    fn do_not_repeat(self) -> Self {
        self.clear_recurrence()
    }
}

impl TodoWords for &mut TodoTask {
    fn due_on(self, due: &DueDate) -> Self {
        self.due_date_time = Some(Box::new(due.to_record()));
        self
    }

    fn remind_at(self, reminder: &Reminder) -> Self {
        self.reminder_date_time = Some(Box::new(reminder.to_record()));
        self.is_reminder_on = Some(true);
        self
    }

    fn repeat(self, recurrence: &Recurrence) -> Result<Self, InvalidRecurrence> {
        let input = recurrence.to_input()?.into_patch();
        // What is sent and what is read have the same members.
        let record = serde_json::to_string(&input).and_then(|text| serde_json::from_str(&text));
        self.recurrence = Some(record.map_err(|_| InvalidRecurrence::Incomplete("pattern"))?);
        Ok(self)
    }

    fn complete(self) -> Self {
        self.status = Some(TaskStatus::Completed);
        self
    }
}

impl TodoChangeWords for &mut TodoTask {
    fn reopen(self) -> Self {
        self.status = Some(TaskStatus::NotStarted);
        self
    }

    fn due_on_no_day(self) -> Self {
        self.due_date_time = None;
        self
    }

    fn do_not_remind(self) -> Self {
        self.reminder_date_time = None;
        self.is_reminder_on = Some(false);
        self
    }

    fn do_not_repeat(self) -> Self {
        self.recurrence = None;
        self
    }
}

impl TodoDates for TodoTask {
    fn due(&self, zone: &Zone) -> Result<Option<DueDate>, InvalidDate> {
        let due = self.due_date_time.as_deref();
        due.map(|due| DueDate::read(due, zone)).transpose()
    }

    fn reminder(&self, zone: &Zone) -> Result<Option<Reminder>, InvalidDate> {
        let reminder = self.reminder_date_time.as_deref();
        let reminder = reminder.filter(|_| self.is_reminder_on != Some(false));
        reminder.map(|reminder| Reminder::read(reminder, zone)).transpose()
    }

    fn recurs(&self) -> Result<Option<Recurrence>, InvalidRecurrence> {
        self.recurrence.as_deref().map(Recurrence::read).transpose()
    }

    fn is_completed(&self) -> bool {
        self.status == Some(TaskStatus::Completed)
    }
}
