//! From a plan to its document.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
};

use msgraph_client::Batch;
use msgraph_core::{Id, OrderHint, Versioned, enums::OpenEnum, open::OpenKey};
use msgraph_model::{IdentitySet, PlannerBucket, PlannerPlan, PlannerPlanDetails, PlannerTask, PlannerTaskDetails};
use msgraph_request::v1;

use super::{DocumentTask, DocumentUser, PlanDocument, Reference, TaskStep};
use crate::{Error, Planner, document::error::DocumentError};

/// What is missing where an object came without its id.
const ID: DocumentError = DocumentError::Incomplete { what: "an id" };

/// More than any plan holds, so that a listing that never ends is noticed.
pub(super) const MOST: usize = 100_000;

impl Planner {
    /// Reads a plan as a document: labels, sharing, buckets and tasks in the order of the board of buckets, with their details.
    ///
    /// For a plan of 200 tasks that is 23 calls of the service. It reads one thing after another, so what somebody changes
    /// meanwhile may be there before or after the change.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] where something cannot be read, such as a task that was deleted meanwhile, [`Error::Document`] where
    /// something is missing, such as a bucket that was made meanwhile: export again.
    ///
    /// <https://learn.microsoft.com/graph/api/plannerplan-get>
    pub async fn export(&self, plan: &Id<PlannerPlan>) -> Result<PlanDocument, Error> {
        let client = self.client();
        let path = || v1::planner().plan(plan);
        let mut batch = Batch::new();
        let (whole, details) = (batch.add(path().get()), batch.add(path().details().get()));
        let mut answers = client.batch(batch).await;
        let (whole, details) = (answers.take(whole)?, answers.take(details)?);
        let buckets = client.pages(path().buckets().list()).collect(MOST).await?;
        let tasks = client.pages(path().tasks().list()).collect(MOST).await?;
        let mut reading = Reading::default();
        reading.head(plan, &whole, &details);
        reading.buckets(buckets)?;
        reading.tasks(self.with_details(tasks).await?)?;
        Ok(reading.finish())
    }

    /// The tasks with their details and their places on the board of buckets.
    async fn with_details(&self, tasks: Vec<Versioned<PlannerTask>>) -> Result<Vec<Whole>, Error> {
        let mut batch = Batch::new();
        let mut keys = Vec::new();
        for task in tasks {
            let id = task.id().cloned().ok_or(ID)?;
            let details = batch.add(v1::planner().task(&id).details().get());
            let board = batch.add(v1::planner().task(&id).bucket_task_board_format().get());
            keys.push((id, task, details, board));
        }
        let mut answers = self.client().batch(batch).await;
        let mut whole = Vec::new();
        for (id, task, details, board) in keys {
            let details = answers.take(details)?;
            let hint = answers.take(board)?.into_value().order_hint;
            whole.push(Whole {
                id,
                task: task.into_value(),
                details: details.into_value(),
                hint,
            });
        }
        Ok(whole)
    }
}

/// A task, and what belongs to it.
struct Whole {
    id: Id<PlannerTask>,
    task: PlannerTask,
    details: PlannerTaskDetails,
    /// Its place on the board of buckets.
    hint: Option<OrderHint>,
}

/// A document that is being written.
struct Reading {
    document: PlanDocument,
    /// The keys of the buckets, by their ids.
    buckets: HashMap<Id<PlannerBucket>, String>,
    /// The names that were met with.
    names: BTreeMap<String, String>,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            document: PlanDocument::new(""),
            buckets: HashMap::new(),
            names: BTreeMap::new(),
        }
    }
}

impl Reading {
    fn head(&mut self, id: &Id<PlannerPlan>, plan: &PlannerPlan, details: &PlannerPlanDetails) {
        let head = &mut self.document.plan;
        head.title = plan.title.clone().unwrap_or_default();
        head.source = Some(id.as_str().to_owned());
        for (label, name) in details.category_descriptions.iter().flatten() {
            head.labels.insert(label.as_wire().to_owned(), Some(name.clone()));
        }
        let shared = details.shared_with.iter().flatten();
        head.shared_with = shared
            .filter(|(_, is_shared)| **is_shared)
            .map(|(user, _)| user.as_str().to_owned())
            .collect();
        head.shared_with.sort();
        self.meet(plan.created_by.as_deref());
    }

    fn buckets(&mut self, mut buckets: Vec<Versioned<PlannerBucket>>) -> Result<(), DocumentError> {
        buckets.sort_by(|one, other| one.order_hint.cmp(&other.order_hint));
        for bucket in buckets {
            let name = bucket.name.clone().unwrap_or_default();
            let key = self.document.add_bucket(name);
            let id = bucket.id().ok_or(ID)?;
            if let Some(added) = self.document.buckets.last_mut() {
                added.source = Some(id.as_str().to_owned());
            }
            self.buckets.insert(id.clone(), key);
        }
        Ok(())
    }

    fn tasks(&mut self, mut tasks: Vec<Whole>) -> Result<(), DocumentError> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (place, bucket) in self.document.buckets.iter().enumerate() {
            places.insert(&bucket.key, place);
        }
        // A task without a bucket comes after those that have one.
        let place = |task: &Whole| {
            let key = task.task.bucket_id.as_ref().and_then(|id| self.buckets.get(id));
            key.and_then(|key| places.get(&**key).copied()).unwrap_or(usize::MAX)
        };
        tasks.sort_by(|one, other| (place(one), &one.hint).cmp(&(place(other), &other.hint)));
        tasks.into_iter().try_for_each(|task| self.task(task))
    }

    fn task(&mut self, Whole { id, task, details, .. }: Whole) -> Result<(), DocumentError> {
        self.meet(task.created_by.as_deref());
        self.meet(task.completed_by.as_deref());
        let mut assignees: Vec<_> = task.assignments.iter().flatten().collect();
        assignees.sort_by(|(_, one), (_, other)| one.order_hint.cmp(&other.order_hint));
        for (_, assignment) in &assignees {
            self.meet(assignment.assigned_by.as_deref());
        }
        let labels = task.applied_categories.iter().flatten();
        let labels = labels.filter(|(_, is_applied)| **is_applied);
        let labels: Vec<_> = labels.map(|(label, _)| label.as_wire().to_owned()).collect();
        for label in &labels {
            // Planner shows a label without a name by its colour.
            self.document.plan.labels.entry(label.clone()).or_default();
        }
        let bucket = match &task.bucket_id {
            Some(id) => {
                // It was made after the buckets were read.
                let what = "the bucket that a task is in";
                let key = self.buckets.get(id).ok_or(DocumentError::Incomplete { what })?;
                Some(key.clone())
            }
            None => None,
        };
        let assignees = assignees.iter().map(|(user, _)| user.as_str().to_owned()).collect();
        let added = self.document.add_task(task.title.unwrap_or_default());
        *added = DocumentTask {
            key: mem::take(&mut added.key),
            title: mem::take(&mut added.title),
            bucket,
            percent_complete: task.percent_complete,
            priority: task.priority,
            start: task.start_date_time.map(|time| time.as_str().to_owned()),
            due: task.due_date_time.map(|time| time.as_str().to_owned()),
            assignees,
            labels,
            description: details.description.clone(),
            preview: details.preview_type.as_ref().map(|preview| preview.as_str().to_owned()),
            checklist: checklist(&details),
            references: references(&details),
            source: Some(id.as_str().to_owned()),
        }
        .normal();
        Ok(())
    }

    /// Learns the name of whoever did something.
    fn meet(&mut self, identity: Option<&IdentitySet>) {
        if let Some(user) = identity.and_then(|identity| identity.user.as_deref())
            && let (Some(id), Some(name)) = (&user.id, &user.display_name)
        {
            self.names.insert(id.clone(), name.clone());
        }
    }

    fn finish(mut self) -> PlanDocument {
        let document = &mut self.document;
        let assignees = document.tasks.iter().flat_map(|task| &task.assignees);
        for id in document.plan.shared_with.iter().chain(assignees) {
            let user = DocumentUser {
                display_name: self.names.get(id).cloned(),
                principal_name: None,
            };
            document.users.insert(id.clone(), user);
        }
        self.document
    }
}

fn checklist(details: &PlannerTaskDetails) -> Vec<TaskStep> {
    let mut items: Vec<_> = details.checklist.iter().flatten().collect();
    items.sort_by(|(_, one), (_, other)| one.order_hint.cmp(&other.order_hint));
    let step = |(_, item): (_, &msgraph_model::PlannerChecklistItem)| TaskStep {
        title: item.title.clone().unwrap_or_default(),
        done: item.is_checked.unwrap_or_default(),
    };
    items.into_iter().map(step).collect()
}

fn references(details: &PlannerTaskDetails) -> Vec<Reference> {
    let mut references: Vec<_> = details.references.iter().flatten().collect();
    references.sort_by(|(_, one), (_, other)| one.preview_priority.cmp(&other.preview_priority));
    let reference =
        |(url, reference): (&msgraph_core::EncodedKey, &msgraph_model::PlannerExternalReference)| Reference {
            url: url.decode().into_owned(),
            alias: reference.alias.clone(),
            r#type: reference.r#type.clone(),
        };
    references.into_iter().map(reference).collect()
}
