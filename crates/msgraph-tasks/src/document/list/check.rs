//! What a list must be so that To Do takes it: told before anything is sent.

use std::collections::HashSet;

use msgraph_core::enums::OpenEnum;
use msgraph_model::{BodyType, Importance, TaskStatus};

use super::{ListDocument, ListTask, ZonedDateTime};
use crate::document::{
    error::DocumentError,
    place::{check_key, check_text},
};

impl ListDocument {
    /// Refuses what cannot be imported.
    pub(crate) fn check(&self) -> Result<(), DocumentError> {
        check_text("name", &self.name)?;
        let mut keys = HashSet::new();
        for (number, task) in self.tasks.iter().enumerate() {
            check_key(&format!("tasks[{number}].key"), &task.key, &mut keys)?;
            check_task(&format!("tasks[{number}]"), task)?;
        }
        Ok(())
    }
}

fn check_task(place: &str, task: &ListTask) -> Result<(), DocumentError> {
    let at = |member: &str| format!("{place}.{member}");
    check_text(&at("title"), &task.title)?;
    let is_status = |name: &str| !matches!(TaskStatus::from_name(name), TaskStatus::Unknown(_));
    check_name(&at("status"), task.status.as_deref(), is_status)?;
    let is_importance = |name: &str| !matches!(Importance::from_name(name), Importance::Unknown(_));
    check_name(&at("importance"), task.importance.as_deref(), is_importance)?;
    let content_type = task.body.as_ref().and_then(|body| body.content_type.as_deref());
    let is_content_type = |name: &str| !matches!(BodyType::from_name(name), BodyType::Unknown(_));
    check_name(&at("body.contentType"), content_type, is_content_type)?;
    check_date(&at("start"), task.start.as_ref())?;
    check_date(&at("due"), task.due.as_ref())?;
    check_date(&at("completed"), task.completed.as_ref())?;
    check_date(&at("reminder"), task.reminder.as_ref())?;
    if let Some(recurrence) = &task.recurrence {
        recurrence.check(&at("recurrence"))?;
    }
    Ok(())
}

fn check_name(place: &str, name: Option<&str>, is_known: impl Fn(&str) -> bool) -> Result<(), DocumentError> {
    match name {
        Some(name) if !is_known(name) => Err(DocumentError::invalid(place, format!("`{name}` is not known"))),
        _ => Ok(()),
    }
}

fn check_date(place: &str, date: Option<&ZonedDateTime>) -> Result<(), DocumentError> {
    let Some(date) = date else { return Ok(()) };
    check_text(&format!("{place}.timeZone"), &date.time_zone)?;
    check_text(&format!("{place}.dateTime"), &date.date_time)
}
