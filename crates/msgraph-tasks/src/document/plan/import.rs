//! From a document to a plan.

use msgraph_client::{Batch, Client};
use msgraph_core::{Category, EncodedKey, Id, NewOrderHint, OrderHint, enums::OpenEnum, open::OpenKey};
use msgraph_model::{
    Group, IdentitySet, PlannerBucket, PlannerBucketCreate, PlannerChecklistItemUpdate, PlannerContainerType,
    PlannerExternalReferenceUpdate, PlannerPlan, PlannerPlanContainerInput, PlannerPlanCreate,
    PlannerPlanDetailsUpdate, PlannerPreviewType, PlannerTask, PlannerTaskCreate, PlannerTaskDetailsUpdate,
};
use msgraph_request::v1;

use super::{DocumentTask, PlanDocument, export::MOST};
use crate::{
    Error, Planner,
    document::{
        error::DocumentError,
        names,
        options::ImportOptions,
        run::{Creation, Run},
        step::{Action, Step, bucket_key, task_key},
        users::UserMap,
    },
};

/// How many details are written together: as many as a batch takes.
const TOGETHER: usize = 20;

impl Planner {
    /// Makes the plan of a document in a group, and returns its id. [`PlanDocument::steps`] says what it does, without doing it.
    ///
    /// After an error, the same call with the same journal goes on; see [`document`](crate::document). Called again after the
    /// end, it sends nothing.
    ///
    /// Dropping the future stops the import as a failure does.
    ///
    /// # Errors
    ///
    /// [`Error::Document`] before anything is sent where the document, the user map or the journal does not fit, and where what
    /// a run before created cannot be told; [`Error::Client`] where the service refuses a step or cannot be reached.
    ///
    /// <https://learn.microsoft.com/graph/api/planner-post-plans>
    pub async fn import(
        &self,
        document: &PlanDocument,
        into: &Id<Group>,
        mut options: ImportOptions<'_>,
    ) -> Result<Id<PlannerPlan>, Error> {
        let users = options.users.take().unwrap_or_default();
        let prepared = document.prepare(&users)?;
        let import = format!("{:032x}", names::hash([&*document.to_json(), "group", into.as_str()]));
        let mut importing = Importing {
            client: self.client(),
            document: &prepared.document,
            into,
            run: Run::begin(import, prepared.steps.len(), options)?,
        };
        importing.work(&prepared.steps).await?;
        Ok(importing.plan()?)
    }

    /// Makes a copy of a plan in a group, in the same organization or another, and returns its id: an export and an import.
    ///
    /// Users are who they are, unless the options map them. To give the copy another title, or to be able to go on after a
    /// failure though the plan changed meanwhile, [`export`](Self::export) it, keep the document, and [`import`](Self::import)
    /// that.
    ///
    /// # Errors
    ///
    /// Those of [`export`](Self::export) and [`import`](Self::import).
    ///
    /// <https://learn.microsoft.com/graph/api/planner-post-plans>
    pub async fn clone_plan(
        &self,
        plan: &Id<PlannerPlan>,
        into: &Id<Group>,
        mut options: ImportOptions<'_>,
    ) -> Result<Id<PlannerPlan>, Error> {
        options.users.get_or_insert_with(UserMap::same);
        let document = self.export(plan).await?;
        self.import(&document, into, options).await
    }
}

/// An import under way.
struct Importing<'i, 'o> {
    client: &'i Client,
    document: &'i PlanDocument,
    into: &'i Id<Group>,
    run: Run<'o>,
}

impl Importing<'_, '_> {
    async fn work(&mut self, steps: &[Step]) -> Result<(), Error> {
        let mut details = Vec::new();
        for step in steps {
            if self.run.is_done(step) {
                continue;
            }
            match step.action {
                Action::Plan => self.create_plan(step).await?,
                Action::PlanDetails => self.write_plan_details(step).await?,
                Action::Bucket(number) => self.create_bucket(step, number).await?,
                Action::Task(number) => self.create_task(step, number).await?,
                Action::TaskDetails(number) => {
                    if let Some(task) = self.document.tasks.get(number) {
                        details.push((step, task, Id::new(self.run.id(&task_key(number))?)));
                    }
                }
                // They belong to lists.
                Action::List | Action::ListTask(_) | Action::ListStep(..) => {}
            }
        }
        for details in details.chunks(TOGETHER) {
            self.write_details(details).await?;
        }
        Ok(())
    }

    fn plan(&self) -> Result<Id<PlannerPlan>, DocumentError> {
        self.run.id("plan").map(Id::new)
    }

    async fn create_plan(&mut self, step: &Step) -> Result<(), Error> {
        let creation = NewPlan {
            client: self.client,
            title: &self.document.plan.title,
            into: self.into,
        };
        self.run.create(step, creation).await
    }

    async fn write_plan_details(&mut self, step: &Step) -> Result<(), Error> {
        let plan = self.plan()?;
        let mut update = PlannerPlanDetailsUpdate::new();
        for (label, name) in self.document.named_labels() {
            update = update.describe_category(&Category::from_wire(label), name);
        }
        for user in &self.document.plan.shared_with {
            update = update.share_with(&Id::new(&**user));
        }
        let details = self.client.send(v1::planner().plan(&plan).details().get()).await?;
        self.client.send(v1::planner().update(&details, update)).await?;
        Ok(self.run.note(step, String::new())?)
    }

    async fn create_bucket(&mut self, step: &Step, number: usize) -> Result<(), Error> {
        let Some(bucket) = self.document.buckets.get(number) else {
            return Ok(());
        };
        let creation = NewBucket {
            client: self.client,
            name: &bucket.name,
            plan: self.plan()?,
        };
        self.run.create(step, creation).await
    }

    async fn create_task(&mut self, step: &Step, number: usize) -> Result<(), Error> {
        let Some(task) = self.document.tasks.get(number) else {
            return Ok(());
        };
        let place = |key: &String| self.document.buckets.iter().position(|bucket| bucket.key == *key);
        let bucket = task.bucket.as_ref().and_then(place);
        let bucket = bucket.map(|place| self.run.id(&bucket_key(place))).transpose()?;
        let creation = NewTask {
            client: self.client,
            task,
            bucket: bucket.map(Id::new),
            plan: self.plan()?,
        };
        self.run.create(step, creation).await
    }

    /// Writes the details of some tasks, each with the ETag that they have now. What succeeds is noted whatever the others do.
    async fn write_details(&mut self, details: &[(&Step, &DocumentTask, Id<PlannerTask>)]) -> Result<(), Error> {
        let mut batch = Batch::new();
        let keys: Vec<_> = details
            .iter()
            .map(|(.., id)| batch.add(v1::planner().task(id).details().get()))
            .collect();
        let mut answers = self.client.batch(batch).await;
        let mut batch = Batch::new();
        let mut written = Vec::new();
        for ((step, task, id), key) in details.iter().zip(keys) {
            let current = answers.take(key)?;
            written.push((*step, batch.add(v1::planner().update(&current, details_of(task, id)))));
        }
        let mut answers = self.client.batch(batch).await;
        let mut outcome = Ok(());
        for (step, key) in written {
            match answers.take(key) {
                Ok(_) => self.run.note(step, String::new())?,
                Err(error) => outcome = outcome.and(Err(error.into())),
            }
        }
        outcome
    }
}

struct NewPlan<'i> {
    client: &'i Client,
    title: &'i str,
    into: &'i Id<Group>,
}

impl Creation for NewPlan<'_> {
    const IS_SHARED: bool = true;

    async fn lookalikes(&self) -> Result<Vec<String>, Error> {
        let plans = self.client.pages(v1::group(self.into).planner().plans().list());
        let plans = plans.collect(MOST).await?;
        let same = plans.iter().filter(|plan| plan.title.as_deref() == Some(self.title));
        let mut empty = Vec::new();
        for id in same.filter_map(|plan| plan.id()) {
            // Nothing is put into a plan before its id is noted.
            let tasks = self.client.send(v1::planner().plan(id).tasks().list()).await?;
            if tasks.value.is_empty() {
                empty.push(id.as_str().to_owned());
            }
        }
        Ok(empty)
    }

    async fn post(&self) -> Result<Option<String>, Error> {
        let container = PlannerPlanContainerInput::new()
            .container_id(self.into.as_str())
            .r#type(PlannerContainerType::Group);
        let create = PlannerPlanCreate::new(container, self.title);
        let plan = self.client.send(v1::planner().plans().create(create)).await?;
        Ok(plan.id().map(|id| id.as_str().to_owned()))
    }
}

struct NewBucket<'i> {
    client: &'i Client,
    name: &'i str,
    plan: Id<PlannerPlan>,
}

impl Creation for NewBucket<'_> {
    const IS_SHARED: bool = false;

    async fn lookalikes(&self) -> Result<Vec<String>, Error> {
        let buckets = self.client.pages(v1::planner().plan(&self.plan).buckets().list());
        let buckets = buckets.collect(MOST).await?;
        let same = buckets
            .iter()
            .filter(|bucket| bucket.name.as_deref() == Some(self.name));
        Ok(same
            .filter_map(|bucket| Some(bucket.id()?.as_str().to_owned()))
            .collect())
    }

    async fn post(&self) -> Result<Option<String>, Error> {
        let create = PlannerBucketCreate::new(self.name, &self.plan);
        let bucket = self.client.send(v1::planner().buckets().create(create)).await?;
        Ok(bucket.id().map(|id| id.as_str().to_owned()))
    }
}

struct NewTask<'i> {
    client: &'i Client,
    task: &'i DocumentTask,
    bucket: Option<Id<PlannerBucket>>,
    plan: Id<PlannerPlan>,
}

impl Creation for NewTask<'_> {
    const IS_SHARED: bool = false;

    async fn lookalikes(&self) -> Result<Vec<String>, Error> {
        let plan = self.client.send(v1::planner().plan(&self.plan).get()).await?;
        let tasks = self.client.pages(v1::planner().plan(&self.plan).tasks().list());
        let tasks = tasks.collect(MOST).await?;
        let is_same = |task: &PlannerTask| {
            task.title.as_deref() == Some(&*self.task.title)
                && task.bucket_id == self.bucket
                // Others may work in the plan already.
                && maker(task.created_by.as_deref()) == maker(plan.created_by.as_deref())
        };
        let same = tasks.iter().filter(|task| is_same(task));
        Ok(same.filter_map(|task| Some(task.id()?.as_str().to_owned())).collect())
    }

    async fn post(&self) -> Result<Option<String>, Error> {
        let task = self.task;
        let mut create = PlannerTaskCreate::new(&self.plan, &*task.title);
        if let Some(bucket) = &self.bucket {
            create = create.bucket_id(bucket);
        }
        if let Some(percent) = task.percent_complete {
            create = create.percent_complete(percent);
        }
        if let Some(priority) = task.priority {
            create = create.priority(priority);
        }
        if let Some(start) = &task.start {
            create = create.start_date_time(&**start);
        }
        if let Some(due) = &task.due {
            create = create.due_date_time(&**due);
        }
        for (user, hint) in task.assignees.iter().zip(in_a_row()) {
            create = create.assign(&Id::new(&**user), hint);
        }
        for label in &task.labels {
            create = create.apply_category(&Category::from_wire(label));
        }
        let task = self.client.send(v1::planner().tasks().create(create)).await?;
        Ok(task.id().map(|id| id.as_str().to_owned()))
    }
}

/// Who made something; an application has no user.
fn maker(identity: Option<&IdentitySet>) -> Option<&str> {
    identity?.user.as_deref()?.id.as_deref()
}

/// The details of a task. Sent again they are the same: the items of the checklist have ids that follow from the task.
fn details_of(task: &DocumentTask, id: &Id<PlannerTask>) -> PlannerTaskDetailsUpdate {
    let mut update = PlannerTaskDetailsUpdate::new();
    if let Some(description) = &task.description {
        update = update.description(&**description);
    }
    if let Some(preview) = &task.preview {
        update = update.preview_type(PlannerPreviewType::from_name(preview));
    }
    for ((number, step), hint) in task.checklist.iter().enumerate().zip(in_a_row()) {
        let key = Id::new(names::checklist_item(id.as_str(), number));
        let item = PlannerChecklistItemUpdate::new().title(&*step.title);
        update = update.set_checklist_item(&key, item.is_checked(step.done).order_hint(hint));
    }
    for (reference, hint) in task.references.iter().zip(in_a_row()) {
        let mut value = PlannerExternalReferenceUpdate::new().preview_priority(hint);
        if let Some(alias) = &reference.alias {
            value = value.alias(&**alias);
        }
        if let Some(ty) = &reference.r#type {
            value = value.r#type(&**ty);
        }
        update = update.set_reference(&EncodedKey::new(&reference.url), value);
    }
    update
}

/// Places one after another.
fn in_a_row() -> impl Iterator<Item = NewOrderHint> {
    std::iter::successors(Some(OrderHint::first()), |last| Some(OrderHint::after(last)))
}
