//! Edits that are made here: shown at once, and sent when the service can be reached.
//!
//! An edit is a [`Job`] in the store. It survives whatever happens to the process, is sent with the ETag of the version that is
//! here, and merged three ways where somebody was faster. What both changed to something else stops the edit until somebody
//! [decides](Replica::decide). Nothing is created twice: a task of To Do carries a mark by which it is found again, and one of
//! Planner is looked for among those that were not there before, by who made it and its title. One that somebody deleted or
//! renamed before it was looked for is not found, and created again.

mod local;
mod send;
mod sendable;

use msgraph_core::{Id, edits, merge::Side};
use msgraph_model::{PlannerPlan, PlannerTask, TodoTask, TodoTaskList};

pub use self::sendable::Sendable;
use crate::{
    Collection, Error, Key, Kind, Replica, Row,
    kind::{read, write},
    store::{Act, Commit, Job, JobChange, JobState},
};

/// What to do with an edit that stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It is sent, over what somebody else made of the same fields.
    Mine,
    /// It is given up; what somebody else made of it stays.
    Theirs,
}

impl Replica {
    /// Changes an object: it is so here at once, and sent at the next [`sync`](Self::sync). Returns whether anything is different.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] where it is not here; [`Error::NotWritable`] where the closure changed what the service does not let be
    /// written: nothing is kept then; [`Error::Store`] and [`Error::Undecodable`].
    pub async fn edit<R: Sendable>(&self, id: &str, change: impl FnOnce(&mut R) + Send) -> Result<bool, Error> {
        let key = Key::new(R::KIND, id);
        let row = self
            .store()
            .get(&key)
            .await?
            .ok_or_else(|| Error::Missing(key.clone()))?;
        let shown = row.shown().ok_or_else(|| Error::Missing(key.clone()))?.to_owned();
        let before: R = read(&shown)?;
        let mut after = before.clone();
        change(&mut after);
        let changes = edits(&before, &after);
        if changes.is_empty() {
            return Ok(false);
        }
        let after = msgraph_core::apply(&before, &changes).map_err(|error| Error::unfit(&error))?;
        let _: R::Update = changes.into_update().map_err(Error::NotWritable)?;
        let mine = write(&after)?;
        let is_unsent = row.server.is_none() && !self.is_sending(&key).await?;
        let mut commit = Commit::default();
        // What was not created yet is created as it is by then.
        if !is_unsent {
            let base = shown;
            let act = Act::Update {
                base,
                mine: mine.clone(),
            };
            commit.jobs.push(JobChange::Add(self.job(key, act)));
        }
        commit.put.push(Row {
            local: Some(mine),
            ..row
        });
        self.edited(commit).await?;
        Ok(true)
    }

    /// Creates a task in a plan: it is here at once, under an id of its own until the service gave it one. Returns that id.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] and [`Error::Undecodable`].
    pub async fn create_task(&self, plan: &Id<PlannerPlan>, mut task: PlannerTask) -> Result<Id<PlannerTask>, Error> {
        let id = Id::new(self.local_id());
        task.id = Some(id.clone());
        task.plan_id = Some(plan.clone());
        let key = Key::new(Kind::Task, id.as_str());
        let collection = self.tasks_of(plan.as_str());
        self.create(key, collection, plan.as_str(), write(&task)?).await?;
        Ok(id)
    }

    /// Creates a task in a list of To Do: it is here at once, under an id of its own until the service gave it one. Returns that id.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] and [`Error::Undecodable`].
    pub async fn create_todo(&self, list: &Id<TodoTaskList>, mut task: TodoTask) -> Result<Id<TodoTask>, Error> {
        let id = Id::new(self.local_id());
        task.id = Some(id.clone());
        let key = Key::new(Kind::TodoTask, id.as_str());
        let collection = Collection::TodoTasks(list.as_str().to_owned());
        self.create(key, collection, list.as_str(), write(&task)?).await?;
        Ok(id)
    }

    /// Deletes an object: it is gone here at once, and there at the next [`sync`](Self::sync), whatever somebody else made of it
    /// in the meantime.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] where it is not here; [`Error::Store`].
    pub async fn delete<R: Sendable>(&self, id: &str) -> Result<(), Error> {
        let key = Key::new(R::KIND, id);
        let row = self.store().get(&key).await?.filter(|row| !row.is_deleted);
        let row = row.ok_or_else(|| Error::Missing(key.clone()))?;
        let mut commit = Commit::default();
        let jobs = self.store().jobs().await?;
        let own = jobs.iter().filter(|job| job.key == key);
        if row.server.is_none() && !self.is_sending(&key).await? {
            // It was never anywhere else.
            commit.jobs.extend(own.map(|job| JobChange::Done(job.number)));
            commit.remove.push(key);
        } else {
            let updates = own.filter(|job| matches!(job.act, Act::Update { .. }));
            commit.jobs.extend(updates.map(|job| JobChange::Done(job.number)));
            commit.jobs.push(JobChange::Add(self.job(key, Act::Delete)));
            commit.put.push(Row {
                is_deleted: true,
                ..row
            });
        }
        self.edited(commit).await
    }

    /// The edits that were not sent yet, in order, and those that stopped.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn jobs(&self) -> Result<Vec<Job>, Error> {
        Ok(self.store().jobs().await?)
    }

    /// Lets an edit that stopped go on, or gives it up.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] and [`Error::Undecodable`].
    pub async fn decide(&self, job: u64, decision: Decision) -> Result<(), Error> {
        let jobs = self.store().jobs().await?;
        let Some(job) = jobs.iter().find(|known| known.number == job) else {
            return Ok(());
        };
        let Some(row) = self.store().get(&job.key).await? else {
            let jobs = vec![JobChange::Done(job.number)];
            return self
                .finish(Commit {
                    jobs,
                    ..Commit::default()
                })
                .await;
        };
        let mut commit = Commit::default();
        match (decision, &job.act) {
            (Decision::Mine, Act::Update { base: old, mine }) => {
                // What is there now is what the edit is over.
                let base = row.server.clone().unwrap_or_else(|| mine.clone());
                let mine = job.key.kind.merge(old, mine, &base, &mut |_| Side::Mine)?;
                let act = Act::Update { base, mine };
                let state = JobState::Waiting;
                commit.jobs.push(JobChange::Set(Job {
                    act,
                    state,
                    ..job.clone()
                }));
            }
            (Decision::Mine, Act::Create | Act::Delete) => {
                let state = JobState::Waiting;
                commit.jobs.push(JobChange::Set(Job { state, ..job.clone() }));
            }
            (Decision::Theirs, act) => {
                commit.jobs.push(JobChange::Done(job.number));
                let others: Vec<_> = jobs
                    .iter()
                    .filter(|other| other.number != job.number && other.key == job.key)
                    .collect();
                if *act == Act::Create {
                    commit
                        .jobs
                        .extend(others.iter().map(|other| JobChange::Done(other.number)));
                    commit.remove.push(job.key.clone());
                } else {
                    let local = local::with(job.key.kind, row.server.as_deref(), others.iter().copied())?;
                    let is_deleted = row.is_deleted && *act != Act::Delete;
                    commit.put.push(Row {
                        local,
                        is_deleted,
                        ..row
                    });
                }
            }
        }
        self.edited(commit).await
    }

    async fn create(&self, key: Key, collection: Collection, parent: &str, local: String) -> Result<(), Error> {
        let row = Row {
            key: key.clone(),
            collection,
            parent: Some(parent.to_owned()),
            server: None,
            local: Some(local),
            is_deleted: false,
        };
        let commit = Commit {
            put: vec![row],
            jobs: vec![JobChange::Add(self.job(key, Act::Create))],
            ..Commit::default()
        };
        self.edited(commit).await
    }

    /// Keeps an edit, and wakes the loop to send it.
    async fn edited(&self, commit: Commit) -> Result<(), Error> {
        self.finish(commit).await?;
        self.bell().ring_for_edits();
        Ok(())
    }

    async fn finish(&self, commit: Commit) -> Result<(), Error> {
        self.store().commit(commit).await?;
        Ok(())
    }

    fn job(&self, key: Key, act: Act) -> Job {
        Job::new(key, act, self.client().new_guid().to_string(), self.now())
    }

    fn local_id(&self) -> String {
        format!("{LOCAL}{}", self.client().new_guid())
    }

    /// Whether the creation of an object may have been carried out.
    async fn is_sending(&self, key: &Key) -> Result<bool, Error> {
        let jobs = self.store().jobs().await?;
        let creation = jobs.iter().find(|job| job.key == *key && job.act == Act::Create);
        Ok(creation.is_some_and(|job| job.state != JobState::Waiting))
    }
}

/// What the id of an object begins with that the service does not know yet.
const LOCAL: &str = "local-";
