//! What a plan must be so that Planner takes it: told before anything is sent.
//!
//! How many there may be of something is for the service to judge, which changes that without notice.

use std::collections::HashSet;

use msgraph_core::{Category, enums::OpenEnum, open::OpenKey};
use msgraph_model::PlannerPreviewType;

use super::{DocumentTask, PlanDocument, Reference};
use crate::document::{
    error::DocumentError,
    place::{check_key, check_text, check_time},
};

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
        check_references(&at("references"), &task.references)
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

fn check_references(place: &str, references: &[Reference]) -> Result<(), DocumentError> {
    let mut urls = HashSet::new();
    for (number, Reference { url, .. }) in references.iter().enumerate() {
        let place = format!("{place}[{number}].url");
        check_key(&place, url, &mut urls)?;
        let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            let reason = "it is to begin with `http://` or `https://`";
            return Err(DocumentError::invalid(place, reason));
        }
    }
    Ok(())
}
