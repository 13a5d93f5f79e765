//! The collections whose queries tell what there is, page by page, and then what changed since.

use std::collections::{BTreeSet, HashSet};

use futures_util::future::join;
use msgraph_core::{
    Id, Raw,
    request::{Beta, V1},
};
use msgraph_request::{beta, v1};

use super::{
    Entry, Fetch as _, RawPage, Round,
    apply::{is_whole, kind, parent},
    inline,
};
use crate::{
    Collection, Error, Key, Kind, Row,
    status::Staged,
    store::{Commit, Stage},
};

/// What a page of an enumeration tells.
struct Page {
    rows: Vec<Row>,
    link: String,
    is_last: bool,
}

impl Round<'_> {
    /// Reads everything, beside what is there from before, and swaps it in. A page is staged with the link that it leads to, so
    /// that an enumeration goes on where it was broken off.
    pub(super) async fn enumerate(&mut self) -> Result<(), Error> {
        let mut seen = HashSet::new();
        if self.feed.link.is_none() {
            self.begin_again().await?;
        }
        let mut page = self.page(self.feed.link.clone(), &mut seen).await?;
        loop {
            let Page { rows, link, is_last } = page;
            self.report.staged += rows.len();
            if !is_last {
                self.feed.link = Some(link.clone());
            }
            let commit = Commit {
                lease: Some(self.lease.clone()),
                feed: Some(self.feed.clone()),
                stage: Some(Stage::Add(rows)),
                ..Commit::default()
            };
            if is_last {
                self.commit(commit).await?;
                self.feed.completed_at = Some(self.replica.now());
                self.report.rounds += 1;
                return self.swap(link).await;
            }
            // The next page is read while this one is written.
            let staged = commit.stage.as_ref().map(Staged::of);
            let commit = self.replica.store().commit(commit);
            let (committed, next) = join(commit, self.page(Some(link), &mut seen)).await;
            self.committed(committed?, staged);
            page = next?;
        }
    }

    /// A page, and what it leads to.
    async fn page(&mut self, from: Option<String>, seen: &mut HashSet<String>) -> Result<Page, Error> {
        let page = match &from {
            Some(link) if !seen.insert(link.clone()) => return Err(self.stuck()),
            Some(link) => self.replica.follow(link).await?,
            None => self.first_page().await?,
        };
        self.report.pages += 1;
        let link = self.link_of(&page, from.as_deref().unwrap_or_default())?;
        let is_last = page.next.is_none();
        let mut rows = self.rows(&page.items).await?;
        if is_last {
            for (key, object) in self.beside().await? {
                rows.extend(self.row_as(&key, &object));
            }
        }
        Ok(Page { rows, link, is_last })
    }

    /// The entries of a page as rows. What is told in part is read whole: what it is to be laid over may be staged.
    async fn rows(&mut self, items: &[Raw]) -> Result<Vec<Row>, Error> {
        let mut rows: Vec<Row> = Vec::new();
        let mut wanted = BTreeSet::new();
        for item in items {
            let Some(entry) = Entry::of(item) else {
                self.unreadable(item);
                continue;
            };
            let Some(kind) = kind(&self.collection, &entry) else {
                continue;
            };
            let key = Key::new(kind, &*entry.id);
            if entry.is_removed() {
                // The first round may tell of what is gone: it is not there, and not to be kept.
                rows.retain(|row| row.key.id != entry.id);
                wanted.retain(|wanted: &Key| wanted.id != entry.id);
                continue;
            }
            if kind == Kind::Task {
                wanted.extend(Kind::TASK_PARTS.iter().map(|part| Key::new(*part, &*entry.id)));
            }
            if !is_whole(&self.collection, &entry) {
                wanted.insert(key);
                continue;
            }
            wanted.remove(&key);
            match (kind == Kind::Task).then(|| inline::split(item)).flatten() {
                Some((task, details)) => {
                    rows.extend(self.row_as(&key, &task));
                    let key = Key::new(Kind::TaskDetails, key.id);
                    wanted.remove(&key);
                    rows.extend(self.row_as(&key, &details));
                }
                None => {
                    let parent = parent(&self.collection, &key);
                    let entry = Entry { plan: None, ..entry };
                    rows.push(self.row_of(entry, kind, parent, item));
                }
            }
        }
        self.report.fetched += wanted.len();
        for (key, object) in self.read(wanted.into_iter().collect()).await? {
            rows.extend(self.row_as(&key, &object));
        }
        Ok(rows)
    }

    /// An object as a row of this collection, whatever it says of its id.
    fn row_as(&mut self, key: &Key, object: &Raw) -> Option<Row> {
        let Ok(entry) = object.decode::<Entry>() else {
            self.unreadable(object);
            return None;
        };
        let entry = Entry {
            id: key.id.clone(),
            plan: None,
            ..entry
        };
        let parent = parent(&self.collection, key);
        Some(self.row_of(entry, key.kind, parent, object))
    }

    /// What no query tells of a plan, read with each round of its buckets.
    pub(super) async fn beside(&mut self) -> Result<Vec<(Key, Raw)>, Error> {
        let Collection::PlanBuckets(plan) = &self.collection else {
            return Ok(Vec::new());
        };
        let mut wanted = vec![Key::new(Kind::PlanDetails, &**plan)];
        let itself = Key::new(Kind::Plan, &**plan);
        let told = self.replica.store().get(&itself).await?;
        let is_told = |row: &Row| matches!(row.collection, Collection::GroupPlans(_) | Collection::RosterPlans(_));
        if !told.as_ref().is_some_and(is_told) {
            wanted.push(itself);
        }
        self.report.fetched += wanted.len();
        self.read(wanted).await
    }

    async fn first_page(&self) -> Result<RawPage, Error> {
        let plan = |plan: &str| beta::planner().plan(&Id::new(plan));
        let plans = match &self.collection {
            Collection::GroupPlans(group) => beta::group(&Id::new(&**group)).planner().plans().delta(),
            Collection::RosterPlans(roster) => beta::planner().roster(&Id::new(&**roster)).plans().delta(),
            Collection::PlanBuckets(id) => return self.replica.page::<Beta>(plan(id).buckets().delta().path()).await,
            Collection::PlanTasks(id) => return self.replica.page::<Beta>(plan(id).tasks().delta().path()).await,
            Collection::TodoTasks(list) => {
                let tasks = v1::me().todo().list(&Id::new(&**list)).tasks();
                return self.replica.page::<V1>(tasks.delta().path()).await;
            }
            Collection::BaseLists | Collection::BaseTasks(_) => return self.first_of_base().await,
            _ => return self.replica.page::<V1>(v1::me().todo().lists().delta().path()).await,
        };
        self.replica.page::<Beta>(plans.path()).await
    }

    /// Without the feature there is no such query, and nothing that could lead on.
    #[cfg(not(feature = "base-task"))]
    #[expect(clippy::unused_async, reason = "it stands for one that asks")]
    async fn first_of_base(&self) -> Result<RawPage, Error> {
        Err(Error::NoLink {
            collection: self.collection.clone(),
        })
    }
}
