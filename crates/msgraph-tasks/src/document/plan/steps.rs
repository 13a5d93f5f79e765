//! What an import of a plan does, known before anything is sent.

use msgraph_core::Id;
use msgraph_model::User;

use super::{DocumentTask, PlanDocument};
use crate::document::{
    error::DocumentError,
    step::{Action, Step},
    users::UserMap,
};

/// A document whose users are those of the place that it goes to, and the steps that take it there.
pub(crate) struct Prepared {
    pub(crate) document: PlanDocument,
    pub(crate) steps: Vec<Step>,
}

impl PlanDocument {
    /// The steps that an import would take, in order: a dry run. Nothing is sent.
    ///
    /// Buckets and tasks come last to first, since what is new in Planner stands before what is there. Details come at the end,
    /// twenty at once.
    ///
    /// # Errors
    ///
    /// [`DocumentError::Invalid`] where something in the document cannot be, [`DocumentError::UnmappedUser`] where the user map
    /// refuses somebody.
    pub fn steps(&self, users: &UserMap) -> Result<Vec<Step>, DocumentError> {
        self.prepare(users).map(|prepared| prepared.steps)
    }

    pub(crate) fn prepare(&self, users: &UserMap) -> Result<Prepared, DocumentError> {
        self.check()?;
        let document = self.for_users(users)?;
        let mut steps = vec![Step::new(Action::Plan, format!("create plan {}", self.plan.title))];
        let labels = some_of(document.named_labels().count(), "label", "labels");
        let people = some_of(document.plan.shared_with.len(), "person", "people");
        let details = [
            labels.map(|labels| format!("name {labels}")),
            people.map(|people| format!("share the plan with {people}")),
        ];
        let details: Vec<_> = details.into_iter().flatten().collect();
        if !details.is_empty() {
            steps.push(Step::new(Action::PlanDetails, details.join(" and ")));
        }
        for (number, bucket) in document.buckets.iter().enumerate().rev() {
            let text = format!("create bucket {}", bucket.name);
            steps.push(Step::new(Action::Bucket(number), text));
        }
        let tasks = || document.tasks.iter().zip(&self.tasks).enumerate().rev();
        steps.extend(tasks().map(|(number, (task, given))| {
            let text = document.creation_text(task, given.assignees.len());
            Step::new(Action::Task(number), text)
        }));
        let detailed = tasks().filter(|(_, (task, _))| task.has_details());
        steps.extend(detailed.map(|(number, (task, _))| {
            let text = format!("write the details of {}: {}", task.title, task.details_text());
            Step::new(Action::TaskDetails(number), text)
        }));
        Ok(Prepared { document, steps })
    }

    /// The labels that have a name.
    pub(super) fn named_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.plan.labels.iter();
        labels.filter_map(|(label, name)| Some((&**label, name.as_deref()?)))
    }

    /// The same with the ids of the users there.
    fn for_users(&self, users: &UserMap) -> Result<Self, DocumentError> {
        let mut document = self.clone();
        document.plan.shared_with = resolved("plan.sharedWith", &self.plan.shared_with, users)?;
        for (number, task) in document.tasks.iter_mut().enumerate() {
            task.assignees = resolved(&format!("tasks[{number}].assignees"), &task.assignees, users)?;
        }
        Ok(document)
    }

    fn creation_text(&self, task: &DocumentTask, given: usize) -> String {
        let bucket = task.bucket.as_deref().and_then(|key| self.bucket_name(key));
        let people = task.assignees.len();
        let parts = [
            Some(format!("create task {}", task.title)),
            bucket.map(|name| format!("in {name}")),
            some_of(people, "person", "people").map(|people| format!("for {people}")),
            (given > people).then(|| format!("({} left out)", given - people)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl DocumentTask {
    fn has_details(&self) -> bool {
        let task = self.normal();
        task.description.is_some()
            || task.preview.is_some()
            || !task.checklist.is_empty()
            || !task.references.is_empty()
    }

    fn details_text(&self) -> String {
        let task = self.normal();
        let parts = [
            task.description.map(|_| "description".to_owned()),
            task.preview.map(|_| "preview".to_owned()),
            some_of(task.checklist.len(), "item", "items"),
            some_of(task.references.len(), "reference", "references"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// A number with its noun, such as `2 people`, unless it is zero.
fn some_of(count: usize, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
}

/// The ids of users there, each once.
fn resolved(place: &str, keys: &[String], users: &UserMap) -> Result<Vec<String>, DocumentError> {
    let mut ids: Vec<String> = Vec::new();
    for (number, key) in keys.iter().enumerate() {
        let id: Option<Id<User>> = users.resolve(key).map_err(|_| DocumentError::UnmappedUser {
            place: format!("{place}[{number}]"),
            user: key.clone(),
        })?;
        // Two may be one there.
        if let Some(id) = id.filter(|id| !ids.iter().any(|known| known == id.as_str())) {
            ids.push(id.as_str().to_owned());
        }
    }
    Ok(ids)
}
