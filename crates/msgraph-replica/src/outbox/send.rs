//! Sending what was edited here, one edit after the other.

use std::collections::BTreeSet;

use msgraph_core::{
    Id, Raw, Request, Versioned, diff,
    merge::Side,
    request::{Method, V1},
};
use msgraph_model as model;
use msgraph_request::{beta, v1};

use super::{
    local,
    sendable::{Sendable, has_etags},
};
use crate::{
    Collection, Error, Key, Kind, Replica, Report, Row,
    kind::read,
    store::{Act, Commit, Job, JobChange, JobState, Lease},
};

/// How often an edit is sent, where the object changes each time, before it waits for the next round.
const ATTEMPTS: usize = 5;

/// What a task of To Do that was made here is marked by.
const APPLICATION: &str = "msgraph-replica";

/// What came of sending an edit.
enum Sent {
    /// It is done; the object as it is now, if it is.
    Done(Option<String>),
    /// Somebody has to decide.
    Stopped(String, Vec<String>),
    /// It is sent again in the next round.
    Later,
}

impl Replica {
    /// Sends the edits in order. One that stops holds back the later ones of the same object, and nothing else.
    pub(crate) async fn send_jobs(&self, report: &mut Report) -> Result<(), Error> {
        if self.store().jobs().await?.is_empty() {
            return Ok(());
        }
        // Two processes that send the same edit may create what it creates twice.
        let now = self.now();
        let until = now.saturating_add(self.options().lease);
        let lease = &self
            .store()
            .lease(&Collection::Edits, self.holder(), now, until)
            .await?;
        let mut held = BTreeSet::new();
        // An object that is created gets another id, so the edits are read anew after each.
        let mut done = 0;
        while let Some(job) = next(&self.store().jobs().await?, done, &held) {
            done = job.number;
            if matches!(job.state, JobState::Stopped { .. }) {
                report.stopped += 1;
                held.insert(job.key.clone());
                continue;
            }
            match self.send_job(lease, &job).await? {
                Sent::Done(now) => {
                    report.sent += 1;
                    if job.act == Act::Create {
                        self.created(lease, &job, now).await?;
                    } else {
                        self.written(lease, &job, now).await?;
                    }
                }
                Sent::Stopped(reason, fields) => {
                    report.stopped += 1;
                    held.insert(job.key.clone());
                    tracing::info!(kind = job.key.kind.name(), reason, "an edit waits for a decision");
                    let state = JobState::Stopped { reason, fields };
                    self.set(lease, Job { state, ..job }).await?;
                }
                Sent::Later => {
                    held.insert(job.key.clone());
                }
            }
        }
        Ok(())
    }

    async fn send_job(&self, lease: &Lease, job: &Job) -> Result<Sent, Error> {
        let Some(row) = self.store().get(&job.key).await? else {
            return Ok(match job.act {
                Act::Update { .. } => Sent::Stopped("it was deleted by somebody else".to_owned(), Vec::new()),
                Act::Create | Act::Delete => Sent::Done(None),
            });
        };
        match job.key.kind {
            Kind::Plan => self.send_as::<model::PlannerPlan>(lease, job, row).await,
            Kind::PlanDetails => self.send_as::<model::PlannerPlanDetails>(lease, job, row).await,
            Kind::Bucket => self.send_as::<model::PlannerBucket>(lease, job, row).await,
            Kind::Task if job.act == Act::Create => self.create_in_planner(lease, job, &row).await,
            Kind::Task => self.send_as::<model::PlannerTask>(lease, job, row).await,
            Kind::TaskDetails => self.send_as::<model::PlannerTaskDetails>(lease, job, row).await,
            Kind::AssignedFormat => {
                self.send_as::<model::PlannerAssignedToTaskBoardTaskFormat>(lease, job, row)
                    .await
            }
            Kind::BucketFormat => {
                self.send_as::<model::PlannerBucketTaskBoardTaskFormat>(lease, job, row)
                    .await
            }
            Kind::ProgressFormat => {
                self.send_as::<model::PlannerProgressTaskBoardTaskFormat>(lease, job, row)
                    .await
            }
            Kind::TodoTask if job.act == Act::Create => self.create_in_todo(lease, job, &row).await,
            Kind::TodoTask => self.send_as::<model::TodoTask>(lease, job, row).await,
            Kind::TodoList => self.send_as::<model::TodoTaskList>(lease, job, row).await,
            Kind::PlannerUser | Kind::BaseList | Kind::BaseTask | Kind::Unknown => Ok(Sent::Done(None)),
        }
    }

    async fn send_as<R: Sendable>(&self, lease: &Lease, job: &Job, row: Row) -> Result<Sent, Error> {
        match &job.act {
            Act::Update { base, mine } => self.update::<R>(lease, job, row, base, mine).await,
            Act::Delete => self.delete_there::<R>(row).await,
            Act::Create => Ok(Sent::Done(None)),
        }
    }

    /// Writes what is different, over what is there now.
    async fn update<R: Sendable>(
        &self,
        lease: &Lease,
        job: &Job,
        row: Row,
        base: &str,
        mine: &str,
    ) -> Result<Sent, Error> {
        let kind = job.key.kind;
        let mut server = match row.server.clone() {
            // It may have been carried out, or nothing tells whether it is still so.
            Some(server) if has_etags(kind) && job.state == JobState::Waiting => server,
            _ => match self.now_there::<R>(&row).await? {
                Some(server) => server,
                None => return Ok(Sent::Stopped("it was deleted by somebody else".to_owned(), Vec::new())),
            },
        };
        self.set(lease, sending(job, self.now(), Vec::new())).await?;
        for _ in 0..ATTEMPTS {
            let mut conflicts = Vec::new();
            let wanted = kind.merge(base, mine, &server, &mut |conflict| {
                if let Some(side) = conflict.apparent() {
                    return side;
                }
                conflicts.push(conflict.field.to_string());
                Side::Theirs
            })?;
            if !conflicts.is_empty() {
                let row = Row {
                    server: Some(server),
                    ..row
                };
                self.keep(lease, job, row).await?;
                return Ok(Sent::Stopped(
                    "somebody else changed the same fields".to_owned(),
                    conflicts,
                ));
            }
            let current: Versioned<R> = serde_json::from_str(&server).map_err(|error| Error::unfit(&error))?;
            let update = diff(&*current, &read::<R>(&wanted)?);
            let update = update.only(|change| !change.field.is_annotation());
            if update.is_empty() {
                return Ok(Sent::Done(Some(server)));
            }
            let update = update.into_update::<R::Update>().map_err(Error::NotWritable)?;
            match self.client().send(R::update_request(&row, &current, update)).await {
                Ok(written) => {
                    let written = serde_json::to_string(&written).map_err(|error| Error::unfit(&error))?;
                    return Ok(Sent::Done(Some(kind.normal(&written)?)));
                }
                Err(error) if error.is_conflict() || error.is_precondition_failed() || error.is_applied() => {
                    match self.now_there::<R>(&row).await? {
                        Some(now) => server = now,
                        None => return Ok(Sent::Stopped("it was deleted by somebody else".to_owned(), Vec::new())),
                    }
                }
                Err(error) if error.is_not_found() => {
                    return Ok(Sent::Stopped("it was deleted by somebody else".to_owned(), Vec::new()));
                }
                Err(error) => return self.refused(error),
            }
        }
        Ok(Sent::Later)
    }

    async fn delete_there<R: Sendable>(&self, row: Row) -> Result<Sent, Error> {
        for _ in 0..ATTEMPTS {
            let Some(server) = self.now_there::<R>(&row).await? else {
                return Ok(Sent::Done(None));
            };
            let current: Versioned<R> = serde_json::from_str(&server).map_err(|error| Error::unfit(&error))?;
            let Some(request) = R::delete_request(&row, current.etag()) else {
                return Ok(Sent::Stopped("it cannot be deleted by itself".to_owned(), Vec::new()));
            };
            match self.client().send(request).await {
                Ok(()) => return Ok(Sent::Done(None)),
                Err(error) if error.is_not_found() => return Ok(Sent::Done(None)),
                Err(error) if error.is_conflict() || error.is_precondition_failed() => {}
                Err(error) => return self.refused(error),
            }
        }
        Ok(Sent::Later)
    }

    /// A refusal that will not pass stops the edit; anything else is tried again.
    #[expect(clippy::unused_self, reason = "it reads as one of the steps")]
    fn refused(&self, error: msgraph_client::Error) -> Result<Sent, Error> {
        match error.service().map(|refused| refused.status) {
            Some(400 | 403 | 413 | 422) => Ok(Sent::Stopped(format!("the service refused it: {error}"), Vec::new())),
            _ => Err(error.into()),
        }
    }

    /// An object as the service has it; `None` where it is gone.
    async fn now_there<R: Sendable>(&self, row: &Row) -> Result<Option<String>, Error> {
        match self.client().send(R::read_request(row)).await {
            Ok(object) => Ok(Some(row.key.kind.normal(object.as_str())?)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates a task in a plan. One that may have been created is looked for among those that were not there before.
    async fn create_in_planner(&self, lease: &Lease, job: &Job, row: &Row) -> Result<Sent, Error> {
        let (Some(local), Some(plan)) = (&row.local, &row.parent) else {
            return Ok(Sent::Done(None));
        };
        let task: model::PlannerTask = read(local)?;
        let title = task.title.clone().unwrap_or_default();
        let alike = match self.alike(plan, &title).await {
            Err(Error::Client(error)) if error.is_not_found() => {
                return Ok(Sent::Stopped(
                    "the plan was deleted by somebody else".to_owned(),
                    Vec::new(),
                ));
            }
            alike => alike?,
        };
        if let JobState::Sending { known, .. } = &job.state {
            let new: Vec<_> = alike.iter().filter(|(id, _)| !known.contains(id)).collect();
            match new.as_slice() {
                [] => {}
                [(_, found)] => return Ok(Sent::Done(Some(Kind::Task.normal(found)?))),
                several => {
                    let ids: Vec<_> = several.iter().map(|(id, _)| id.as_str()).collect();
                    let reason = format!("it may be any of these, which are new: {}", ids.join(", "));
                    return Ok(Sent::Stopped(reason, Vec::new()));
                }
            }
        }
        let known = alike.into_iter().map(|(id, _)| id).collect();
        self.set(lease, sending(job, self.now(), known)).await?;
        let new = diff(&model::PlannerTask::default(), &task).writable_by::<model::PlannerTaskCreate>();
        let new: model::PlannerTaskCreate = new.into_update().map_err(Error::NotWritable)?;
        match self.client().send(beta::planner().tasks().create(new)).await {
            Ok(created) => {
                let created = serde_json::to_string(&created).map_err(|error| Error::unfit(&error))?;
                Ok(Sent::Done(Some(Kind::Task.normal(&created)?)))
            }
            Err(error) => self.refused(error),
        }
    }

    /// The tasks of a plan that I made and that have this title.
    async fn alike(&self, plan: &str, title: &str) -> Result<Vec<(String, String)>, Error> {
        let me = self.me().await?;
        let request = beta::planner().plan(&Id::new(plan)).tasks().list();
        let mut pages = self.client().pages(request);
        let mut alike = Vec::new();
        while let Some(page) = pages.next().await {
            for task in page?.value {
                let creator = task.created_by.as_ref().and_then(|by| by.user.as_ref()?.id.clone());
                let is_mine = me.is_none() || creator.as_deref() == me.as_deref();
                if task.title.as_deref() == Some(title)
                    && is_mine
                    && let Some(id) = task.id()
                {
                    let id = id.as_str().to_owned();
                    alike.push((id, serde_json::to_string(&task).map_err(|error| Error::unfit(&error))?));
                }
            }
        }
        Ok(alike)
    }

    /// The id of the user, as Planner knows it.
    async fn me(&self) -> Result<Option<String>, Error> {
        let after = Key::new(Kind::PlannerUser, "");
        let rows = self.store().list(Some(&Collection::Planner), Some(&after), 1).await?;
        if let Some(user) = rows.into_iter().find(|row| row.key.kind == Kind::PlannerUser) {
            return Ok(Some(user.key.id));
        }
        // Where plans are fed one by one, nothing tells of the user.
        match self.client().send(beta::me().planner().get()).await {
            Ok(user) => Ok(user.id.as_ref().map(|id| id.as_str().to_owned())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates a task in a list of To Do, with a mark by which one that may have been created is found again.
    async fn create_in_todo(&self, lease: &Lease, job: &Job, row: &Row) -> Result<Sent, Error> {
        let (Some(local), Some(list)) = (&row.local, &row.parent) else {
            return Ok(Sent::Done(None));
        };
        let list = Id::new(&**list);
        if matches!(job.state, JobState::Sending { .. }) {
            match self.marked(&list, &job.marker).await {
                Ok(Some(found)) => return Ok(Sent::Done(Some(found))),
                Ok(None) => {}
                Err(Error::Client(error)) if error.is_not_found() => {
                    return Ok(Sent::Stopped(
                        "the list was deleted by somebody else".to_owned(),
                        Vec::new(),
                    ));
                }
                Err(error) => return Err(error),
            }
        }
        self.set(lease, sending(job, self.now(), Vec::new())).await?;
        let task: model::TodoTask = read(local)?;
        let new = diff(&model::TodoTask::default(), &task).writable_by::<model::TodoTaskCreate>();
        let new: model::TodoTaskCreate = new.into_update().map_err(Error::NotWritable)?;
        let mark = model::LinkedResourceCreate::new()
            .application_name(APPLICATION)
            .display_name(task.title.unwrap_or_default())
            .external_id(&*job.marker);
        let new = new.linked_resources([mark]);
        match self
            .client()
            .send(v1::me().todo().list(&list).tasks().create(new))
            .await
        {
            Ok(created) => {
                let created = serde_json::to_string(&created).map_err(|error| Error::unfit(&error))?;
                Ok(Sent::Done(Some(Kind::TodoTask.normal(&created)?)))
            }
            Err(error) if error.is_not_found() => Ok(Sent::Stopped(
                "the list was deleted by somebody else".to_owned(),
                Vec::new(),
            )),
            Err(error) => self.refused(error),
        }
    }

    /// The task of a list that has a mark.
    async fn marked(&self, list: &Id<model::TodoTaskList>, marker: &str) -> Result<Option<String>, Error> {
        let path = v1::me().todo().list(list).tasks().list();
        let request = Request::raw::<V1>(Method::Get, path.path()).raw_query("$expand", "linkedResources");
        let mut page: serde_json::Value = decoded(&self.client().send(request).await?)?;
        loop {
            let tasks = page
                .get("value")
                .and_then(serde_json::Value::as_array)
                .into_iter()
                .flatten();
            for task in tasks {
                let links = task
                    .get("linkedResources")
                    .and_then(serde_json::Value::as_array)
                    .into_iter()
                    .flatten();
                let has_mark = |link: &serde_json::Value| link.get("externalId").is_some_and(|id| id == marker);
                if links.into_iter().any(has_mark) {
                    return Ok(Some(Kind::TodoTask.normal(&task.to_string())?));
                }
            }
            let next = page.get("@odata.nextLink").and_then(serde_json::Value::as_str);
            let Some(next) = next else { return Ok(None) };
            let next = Request::<Raw>::follow(msgraph_core::Link::new(next));
            page = decoded(&self.client().send(next).await?)?;
        }
    }

    /// An edit was carried out: the object as it is now, with what is still to be sent of it.
    async fn written(&self, lease: &Lease, job: &Job, now: Option<String>) -> Result<(), Error> {
        let mut commit = Commit {
            jobs: vec![JobChange::Done(job.number)],
            lease: Some(lease.clone()),
            ..Commit::default()
        };
        let row = self.store().get(&job.key).await?;
        match (row, now) {
            (Some(row), Some(server)) => {
                let jobs = self.store().jobs().await?;
                let others = jobs
                    .iter()
                    .filter(|other| other.key == job.key && other.number != job.number);
                let local = local::with(job.key.kind, Some(&server), others)?;
                let server = Some(server);
                commit.put.push(Row { server, local, ..row });
            }
            (Some(row), None) if job.act == Act::Delete => {
                let parts = Kind::TASK_PARTS.iter().map(|part| Key::new(*part, &*row.key.id));
                if row.key.kind == Kind::Task {
                    commit.remove.extend(parts);
                }
                commit.remove.push(row.key);
            }
            _ => {}
        }
        self.finish(commit).await
    }

    /// An object was created: it has an id now, and later edits are of that.
    async fn created(&self, lease: &Lease, job: &Job, now: Option<String>) -> Result<(), Error> {
        let mut commit = Commit {
            jobs: vec![JobChange::Done(job.number)],
            lease: Some(lease.clone()),
            ..Commit::default()
        };
        if let (Some(row), Some(server)) = (self.store().get(&job.key).await?, now) {
            let id: serde_json::Value = serde_json::from_str(&server).map_err(|error| Error::unfit(&error))?;
            let id = id.get("id").and_then(serde_json::Value::as_str).unwrap_or_default();
            let to = Key::new(job.key.kind, id);
            let jobs = self.store().jobs().await?;
            let others: Vec<_> = jobs
                .iter()
                .filter(|other| other.key == job.key && other.number != job.number)
                .collect();
            let local = local::with(job.key.kind, Some(&server), others.iter().copied())?;
            commit.remove.push(job.key.clone());
            commit.put.push(Row {
                key: to.clone(),
                server: Some(server),
                local,
                ..row
            });
            commit.jobs.push(JobChange::Rename {
                from: job.key.clone(),
                to,
            });
        }
        self.finish(commit).await
    }

    /// Keeps what the service has, under an edit that stopped.
    async fn keep(&self, lease: &Lease, job: &Job, row: Row) -> Result<(), Error> {
        let jobs = self.store().jobs().await?;
        let own = jobs.iter().filter(|other| other.key == job.key);
        let local = local::with(job.key.kind, row.server.as_deref(), own)?;
        let commit = Commit {
            put: vec![Row { local, ..row }],
            lease: Some(lease.clone()),
            ..Commit::default()
        };
        self.finish(commit).await
    }

    async fn set(&self, lease: &Lease, job: Job) -> Result<(), Error> {
        let commit = Commit {
            jobs: vec![JobChange::Set(job)],
            lease: Some(lease.clone()),
            ..Commit::default()
        };
        self.finish(commit).await
    }
}

/// The next edit that nothing holds back.
fn next(jobs: &[Job], after: u64, held: &BTreeSet<Key>) -> Option<Job> {
    let mut jobs = jobs.iter().filter(|job| job.number > after && !held.contains(&job.key));
    jobs.next().cloned()
}

fn sending(job: &Job, since: u64, known: Vec<String>) -> Job {
    let state = JobState::Sending { since, known };
    Job { state, ..job.clone() }
}

fn decoded(answer: &Raw) -> Result<serde_json::Value, Error> {
    answer.decode().map_err(|error| Error::unfit(&error))
}
