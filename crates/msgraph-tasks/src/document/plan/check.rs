//! What a plan must be so that Planner takes it: told before anything is sent.

use std::collections::HashSet;

use msgraph_core::{Category, enums::OpenEnum, open::OpenKey};
use msgraph_model::PlannerPreviewType;

use super::{DocumentTask, PlanDocument};
use crate::document::{
    error::DocumentError,
    place::{check_count, check_key, check_text, check_time},
};

/// The limits of Planner that are published.
///
/// <https://learn.microsoft.com/office365/planner/planner-limits>
mod most {
    pub(super) const BUCKETS: usize = 200;
    pub(super) const TASKS: usize = 9_000;
    pub(super) const ASSIGNEES: usize = 20;
    pub(super) const STEPS: usize = 20;
    pub(super) const REFERENCES: usize = 10;
}

impl PlanDocument {
    /// Refuses what cannot be imported.
    pub(crate) fn check(&self) -> Result<(), DocumentError> {
        check_text("plan.title", &self.plan.title)?;
        for label in self.plan.labels.keys() {
            if Category::from_wire(label).number().is_none() {
                let reason = format!("`{label}` is no label: they are `category1` to `category25`");
                return Err(DocumentError::invalid("plan.labels", reason));
            }
        }
        self.check_users("plan.sharedWith", &self.plan.shared_with)?;
        check_count("buckets", self.buckets.len(), most::BUCKETS)?;
        check_count("tasks", self.tasks.len(), most::TASKS)?;
        let mut buckets = HashSet::new();
        for (number, bucket) in self.buckets.iter().enumerate() {
            check_key(&format!("buckets[{number}].key"), &bucket.key, &mut buckets)?;
            check_text(&format!("buckets[{number}].name"), &bucket.name)?;
        }
        let mut tasks = HashSet::new();
        for (number, task) in self.tasks.iter().enumerate() {
            check_key(&format!("tasks[{number}].key"), &task.key, &mut tasks)?;
            self.check_task(&format!("tasks[{number}]"), task, &buckets)?;
        }
        Ok(())
    }

    fn check_task(&self, place: &str, task: &DocumentTask, buckets: &HashSet<&str>) -> Result<(), DocumentError> {
        let at = |member: &str| format!("{place}.{member}");
        let refuse = |member: &str, reason: String| Err(DocumentError::invalid(at(member), reason));
        check_text(&at("title"), &task.title)?;
        if let Some(bucket) = task.bucket.as_deref().filter(|bucket| !buckets.contains(bucket)) {
            return refuse("bucket", format!("there is no bucket `{bucket}` in the document"));
        }
        for (number, label) in task.labels.iter().enumerate() {
            if !self.plan.labels.contains_key(label) {
                let reason = format!("there is no label `{label}` among `plan.labels`");
                return refuse(&format!("labels[{number}]"), reason);
            }
        }
        self.check_users(&at("assignees"), &task.assignees)?;
        check_count(&at("assignees"), task.assignees.len(), most::ASSIGNEES)?;
        if task
            .percent_complete
            .is_some_and(|percent| !(0..=100).contains(&percent))
        {
            return refuse("percentComplete", "it is to be from 0 to 100".to_owned());
        }
        if task.priority.is_some_and(|priority| !(0..=10).contains(&priority)) {
            return refuse("priority", "it is to be from 0 to 10".to_owned());
        }
        let start = check_time(&at("start"), task.start.as_deref())?;
        let due = check_time(&at("due"), task.due.as_deref())?;
        if start.zip(due).is_some_and(|(start, due)| start > due) {
            return refuse("start", "it must not be later than `due`".to_owned());
        }
        if let Some(preview) = &task.preview
            && matches!(PlannerPreviewType::from_name(preview), PlannerPreviewType::Unknown(_))
        {
            return refuse("preview", format!("`{preview}` is no preview"));
        }
        check_parts(place, task)
    }

    fn check_users(&self, place: &str, keys: &[String]) -> Result<(), DocumentError> {
        let mut seen = HashSet::new();
        for (number, key) in keys.iter().enumerate() {
            let place = format!("{place}[{number}]");
            check_key(&place, key, &mut seen)?;
            if !self.users.contains_key(key) {
                let reason = format!("there is no user `{key}` among `users`");
                return Err(DocumentError::invalid(place, reason));
            }
        }
        Ok(())
    }
}

fn check_parts(place: &str, task: &DocumentTask) -> Result<(), DocumentError> {
    check_count(&format!("{place}.checklist"), task.checklist.len(), most::STEPS)?;
    for (number, step) in task.checklist.iter().enumerate() {
        check_text(&format!("{place}.checklist[{number}].title"), &step.title)?;
    }
    check_count(&format!("{place}.references"), task.references.len(), most::REFERENCES)?;
    let mut urls = HashSet::new();
    for (number, reference) in task.references.iter().enumerate() {
        let place = format!("{place}.references[{number}].url");
        check_key(&place, &reference.url, &mut urls)?;
        if !["http://", "https://"]
            .iter()
            .any(|scheme| reference.url.starts_with(scheme))
        {
            let reason = "it is to begin with `http://` or `https://`";
            return Err(DocumentError::invalid(place, reason));
        }
    }
    Ok(())
}
