//! What the entries of a page make of the rows.

use std::collections::{BTreeMap, BTreeSet};

use msgraph_core::{Raw, merge::Side, request::Beta};
use msgraph_request::beta;
use serde::Deserialize;

use super::{Fetch as _, Round, inline};
use crate::{
    Collection, Error, Key, Kind, Problem, Row,
    kind::{Undecodable, is_newer},
    store::{Commit, JobChange},
};

/// What an entry says of itself.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Entry {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(rename = "@odata.type", default)]
    pub(crate) ty: Option<String>,
    #[serde(rename = "@odata.etag", default)]
    pub(crate) etag: Option<String>,
    #[serde(rename = "@removed", default)]
    pub(crate) removed: Option<serde_json::Value>,
    #[serde(rename = "createdBy", default)]
    pub(crate) created_by: Option<serde_json::Value>,
    #[serde(rename = "planId", default)]
    pub(crate) plan: Option<String>,
}

impl Entry {
    pub(crate) fn of(item: &Raw) -> Option<Self> {
        let entry: Self = item.decode().ok()?;
        (!entry.id.is_empty()).then_some(entry)
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.removed.is_some()
    }
}

/// The rows as a page leaves them.
pub(super) struct Page<'p, 'r> {
    round: &'p mut Round<'r>,
    /// `None` where a row is gone.
    rows: BTreeMap<Key, Option<Row>>,
    jobs: Vec<JobChange>,
    drop: Vec<Collection>,
    /// What belongs to tasks that were told without it.
    parts: BTreeSet<Key>,
}

impl<'p, 'r> Page<'p, 'r> {
    pub(super) fn new(round: &'p mut Round<'r>) -> Self {
        Self {
            round,
            rows: BTreeMap::new(),
            jobs: Vec::new(),
            drop: Vec::new(),
            parts: BTreeSet::new(),
        }
    }

    pub(super) fn into_commit(self) -> Commit {
        let mut commit = Commit {
            jobs: self.jobs,
            drop: self.drop,
            ..Commit::default()
        };
        for (key, row) in self.rows {
            match row {
                Some(row) => commit.put.push(row),
                None => commit.remove.push(key),
            }
        }
        commit
    }

    /// Lets an entry change the rows.
    pub(super) async fn apply(&mut self, item: &Raw) -> Result<(), Error> {
        let collection = self.round.collection.clone();
        let Some(entry) = Entry::of(item) else {
            let item = item.as_str().to_owned();
            self.round
                .report
                .problems
                .push(Problem::Unreadable { collection, item });
            return Ok(());
        };
        if entry.ty.as_deref().is_some_and(|ty| ty.eq_ignore_ascii_case(HISTORY)) {
            // What happened is no object that is there: it is read where it is asked for.
            return Ok(());
        }
        let Some(kind) = kind(&collection, &entry) else {
            return self.keep_unknown(&entry, item).await;
        };
        let key = Key::new(kind, &*entry.id);
        if entry.removed.is_some() {
            return self.remove(key).await;
        }
        if kind != Kind::Task || collection == Collection::Planner {
            return self.lay(key, &entry, item).await;
        }
        self.parts
            .extend(Kind::TASK_PARTS.iter().map(|part| Key::new(*part, &*entry.id)));
        let Some((task, details)) = inline::split(item) else {
            return self.lay(key, &entry, item).await;
        };
        self.lay(key, &entry, &task).await?;
        let key = Key::new(Kind::TaskDetails, &*entry.id);
        // Details are told as whole as their task is.
        if is_whole(&collection, &entry) || self.row(&key).await?.is_some_and(|row| row.server.is_some()) {
            self.parts.remove(&key);
            let of_task = entry.created_by;
            let entry = details.decode::<Entry>().unwrap_or_default();
            let entry = Entry {
                created_by: of_task,
                ..entry
            };
            return self.lay(key, &entry, &details).await;
        }
        Ok(())
    }

    /// Lets an object, or a part of one, change its row.
    async fn lay(&mut self, key: Key, entry: &Entry, item: &Raw) -> Result<(), Error> {
        let (collection, kind) = (self.round.collection.clone(), key.kind);
        let before = self.row(&key).await?;
        if self.is_stale(before.as_ref(), entry) {
            self.round.report.stale += 1;
            return Ok(());
        }
        let is_whole = match &collection {
            // The feed tells parts of what it told before; of what is new it tells all, and who made it.
            Collection::Planner => before.is_none() && entry.created_by.is_some(),
            _ => is_whole(&collection, entry),
        };
        let server = match (&before, is_whole) {
            (_, true) => kind.normal(item.as_str()),
            (Some(row), false) => match &row.server {
                Some(server) => kind.overlay(server, item.as_str()),
                None => kind.normal(item.as_str()),
            },
            (None, false) => match self.fetch(&key).await? {
                Some(whole) => kind.normal(whole.as_str()),
                None => return Ok(()),
            },
        };
        match server {
            Ok(server) => {
                self.put(before, &collection, key.clone(), entry.plan.clone(), server);
                if is_whole && kind == Kind::Task && collection == Collection::Planner {
                    self.fetch_parts(&key.id).await?;
                }
                Ok(())
            }
            Err(error) => self.keep_undecodable(&key, item, &error).await,
        }
    }

    async fn row(&self, key: &Key) -> Result<Option<Row>, Error> {
        match self.rows.get(key) {
            Some(row) => Ok(row.clone()),
            None => Ok(self.round.replica.store().get(key).await?),
        }
    }

    /// Whether the entry tells what is known, or what is older.
    fn is_stale(&self, before: Option<&Row>, entry: &Entry) -> bool {
        let known = before.and_then(|row| etag(row.server.as_deref()?));
        let (Some(known), Some(told)) = (known, &entry.etag) else {
            return false;
        };
        known == *told && self.round.collection == Collection::Planner || is_newer(&known, told) == Some(true)
    }

    /// Puts a version of the service's in the place of the row that is there.
    fn put(&mut self, before: Option<Row>, collection: &Collection, key: Key, plan: Option<String>, server: String) {
        let known = before.as_ref().and_then(|row| row.parent.clone());
        let parent = match collection {
            Collection::Planner => plan.or(known).or_else(|| key.kind.is_part().then(|| key.id.clone())),
            _ => parent(collection, &key),
        };
        let mut row = Row::of_server(key.clone(), collection.clone(), parent, server);
        if let Some(before) = before {
            row.is_deleted = before.is_deleted;
            row.local = rebased(&before, &row);
        }
        self.rows.insert(key, Some(row));
    }

    /// Removes an object, and what cannot be without it.
    async fn remove(&mut self, key: Key) -> Result<(), Error> {
        let row = self.row(&key).await?;
        if row.is_some_and(|row| row.collection != self.round.collection) {
            // It was moved, and what has it now told so before.
            self.round.report.stale += 1;
            return Ok(());
        }
        self.round.report.removed += 1;
        let mut gone = vec![key.clone()];
        match key.kind {
            Kind::Task => gone.extend(Kind::TASK_PARTS.iter().map(|part| Key::new(*part, &*key.id))),
            Kind::Plan if self.round.collection == Collection::Planner => gone.extend(self.in_plan(&key.id).await?),
            Kind::Plan => {
                self.drop.push(Collection::PlanBuckets(key.id.clone()));
                self.drop.push(Collection::PlanTasks(key.id.clone()));
            }
            Kind::BaseList => self.drop.push(Collection::BaseTasks(key.id.clone())),
            Kind::TodoList => self.drop.push(Collection::TodoTasks(key.id.clone())),
            _ => {}
        }
        for key in gone {
            self.rows.insert(key, None);
        }
        Ok(())
    }

    /// All that the service has in a plan. A task that was made here and not sent yet waits for somebody to decide.
    async fn in_plan(&self, plan: &str) -> Result<Vec<Key>, Error> {
        let mut found = vec![Key::new(Kind::PlanDetails, plan)];
        let mut after: Option<Key> = None;
        loop {
            let store = self.round.replica.store();
            let rows = store.list(Some(&Collection::Planner), after.as_ref(), 500).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = Some(last.key.clone());
            let is_in = |row: &&Row| row.parent.as_deref() == Some(plan) && row.server.is_some();
            for row in rows.iter().filter(is_in) {
                found.push(row.key.clone());
                if row.key.kind == Kind::Task {
                    found.extend(Kind::TASK_PARTS.iter().map(|part| Key::new(*part, &*row.key.id)));
                }
            }
        }
    }

    /// Reads an object of which only a part was told. One that may not be seen is recorded, and passed over.
    async fn fetch(&mut self, key: &Key) -> Result<Option<Raw>, Error> {
        let Some(path) = path(key) else { return Ok(None) };
        self.round.report.fetched += 1;
        match self.round.replica.object::<Beta>(&path).await {
            Ok(object) => Ok(Some(object)),
            Err(Error::Client(error)) => match error.service().map(|refused| refused.status) {
                Some(status @ (403 | 404)) => {
                    let key = key.clone();
                    self.round.report.problems.push(Problem::Hidden { key, status });
                    Ok(None)
                }
                _ => Err(Error::Client(error)),
            },
            Err(error) => Err(error),
        }
    }

    /// Reads what belongs to a new task and was not told with it.
    async fn fetch_parts(&mut self, task: &str) -> Result<(), Error> {
        for kind in Kind::TASK_PARTS {
            let key = Key::new(*kind, task);
            if self.row(&key).await?.is_none()
                && let Some(part) = self.fetch(&key).await?
            {
                match kind.normal(part.as_str()) {
                    Ok(server) => self.put(None, &Collection::Planner, key, None, server),
                    Err(error) => self.keep_undecodable(&key, &part, &error).await?,
                }
            }
        }
        Ok(())
    }

    /// Reads what belongs to the tasks that were told, and, with the last page, what no query tells of a plan.
    pub(super) async fn read_parts(&mut self, is_last: bool) -> Result<(), Error> {
        let mut wanted = Vec::new();
        for part in std::mem::take(&mut self.parts) {
            if self.row(&Key::new(Kind::Task, &*part.id)).await?.is_some() {
                wanted.push(part);
            }
        }
        self.round.report.fetched += wanted.len();
        let mut read = self.round.read(wanted).await?;
        if is_last {
            read.extend(self.round.beside().await?);
        }
        let collection = self.round.collection.clone();
        for (key, object) in read {
            let before = self.row(&key).await?;
            let entry = object.decode::<Entry>().unwrap_or_default();
            if self.is_stale(before.as_ref(), &entry) {
                continue;
            }
            match key.kind.normal(object.as_str()) {
                Ok(server) => self.put(before, &collection, key, None, server),
                Err(error) => self.keep_undecodable(&key, &object, &error).await?,
            }
        }
        Ok(())
    }

    async fn keep_unknown(&mut self, entry: &Entry, item: &Raw) -> Result<(), Error> {
        let ty = entry.ty.clone().unwrap_or_default();
        let key = Key::new(Kind::Unknown, format!("{ty}/{}", entry.id));
        self.round.report.problems.push(Problem::UnknownType { ty });
        let collection = self.round.collection.clone();
        if entry.removed.is_some() {
            self.rows.insert(key, None);
            return Ok(());
        }
        let before = self.row(&key).await?;
        self.put(before, &collection, key, None, item.as_str().to_owned());
        Ok(())
    }

    /// Keeps what cannot be read as it came, beside the last version that could be.
    async fn keep_undecodable(&mut self, key: &Key, item: &Raw, error: &Undecodable) -> Result<(), Error> {
        let reason = error.reason.clone();
        self.round.report.problems.push(Problem::Undecodable {
            key: key.clone(),
            reason,
        });
        let kept = Key::new(Kind::Unknown, format!("{key}"));
        let collection = self.round.collection.clone();
        let before = self.row(&kept).await?;
        self.put(before, &collection, kept, None, item.as_str().to_owned());
        Ok(())
    }
}

/// The edits that were made here, over the new version of the service's. What both changed is shown as it was made here, until
/// the edit is sent and its conflict told.
fn rebased(before: &Row, after: &Row) -> Option<String> {
    let (Some(local), Some(base), Some(theirs)) = (&before.local, &before.server, &after.server) else {
        return before.local.clone();
    };
    let merged = before.key.kind.merge(base, local, theirs, &mut |_| Side::Mine);
    Some(merged.unwrap_or_else(|_| local.clone())).filter(|merged| merged != theirs)
}

const HISTORY: &str = "#microsoft.graph.plannerHistoryItem";

/// What an entry is about: To Do does not say.
pub(super) fn kind(collection: &Collection, entry: &Entry) -> Option<Kind> {
    match collection {
        Collection::Planner => Kind::of_type(entry.ty.as_deref()?),
        Collection::GroupPlans(_) | Collection::RosterPlans(_) => Some(Kind::Plan),
        Collection::PlanBuckets(_) => Some(Kind::Bucket),
        Collection::PlanTasks(_) => Some(Kind::Task),
        Collection::TodoLists => Some(Kind::TodoList),
        Collection::TodoTasks(_) => Some(Kind::TodoTask),
        Collection::BaseLists => Some(Kind::BaseList),
        Collection::BaseTasks(_) => Some(Kind::BaseTask),
        Collection::Edits => None,
    }
}

/// Whether an entry tells all of an object: To Do does always, and Planner's newer queries where they tell who made it, which of
/// a bucket they never do.
pub(super) fn is_whole(collection: &Collection, entry: &Entry) -> bool {
    match collection {
        Collection::PlanBuckets(_) => entry.plan.is_some(),
        collection => !collection.is_newer_planner() || entry.created_by.is_some(),
    }
}

/// What an object of a collection belongs to. Of the subscribed ones it is told.
pub(super) fn parent(collection: &Collection, key: &Key) -> Option<String> {
    match collection {
        Collection::TodoTasks(list) | Collection::BaseTasks(list) => Some(list.clone()),
        Collection::PlanBuckets(plan) | Collection::PlanTasks(plan) if key.kind != Kind::Plan => {
            let is_of_task = Kind::TASK_PARTS.contains(&key.kind);
            Some(if is_of_task { key.id.clone() } else { plan.clone() })
        }
        _ => None,
    }
}

/// The ETag in an object.
pub(crate) fn etag(object: &str) -> Option<String> {
    let entry: Entry = serde_json::from_str(object).ok()?;
    entry.etag
}

/// Where an object of Planner is read.
pub(super) fn path(key: &Key) -> Option<String> {
    let task = || beta::planner().task(&msgraph_core::Id::new(&*key.id));
    let plan = || beta::planner().plan(&msgraph_core::Id::new(&*key.id));
    Some(match key.kind {
        Kind::Plan => plan().get().path().to_owned(),
        Kind::PlanDetails => plan().details().get().path().to_owned(),
        Kind::Bucket => beta::planner()
            .bucket(&msgraph_core::Id::new(&*key.id))
            .get()
            .path()
            .to_owned(),
        Kind::Task => task().get().path().to_owned(),
        Kind::TaskDetails => task().details().get().path().to_owned(),
        Kind::AssignedFormat => task().assigned_to_task_board_format().get().path().to_owned(),
        Kind::BucketFormat => task().bucket_task_board_format().get().path().to_owned(),
        Kind::ProgressFormat => task().progress_task_board_format().get().path().to_owned(),
        Kind::PlannerUser => beta::me().planner().get().path().to_owned(),
        _ => return None,
    })
}
