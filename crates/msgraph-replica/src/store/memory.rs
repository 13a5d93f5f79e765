//! A store in memory, for tests and for what need not last.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{Commit, Committed, Feed, Guard, Job, JobChange, Lease, Stage, Store, StoreError, StoredEvent, What};
use crate::{Account, Collection, Key, Row};

/// A store in memory. Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
}

#[derive(Debug, Clone, Default)]
struct Tables {
    account: Option<Account>,
    rows: BTreeMap<Key, Row>,
    staged: BTreeMap<Collection, BTreeMap<Key, Row>>,
    feeds: BTreeMap<Collection, Feed>,
    leases: BTreeMap<Collection, Held>,
    events: BTreeMap<u64, StoredEvent>,
    last_event: u64,
    jobs: BTreeMap<u64, Job>,
    last_job: u64,
}

#[derive(Debug, Clone)]
struct Held {
    holder: String,
    fence: u64,
    until: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Nothing in here panics between two changes that belong together: a commit works on a copy.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn bind(&self, account: &Account) -> Result<(), StoreError> {
        let mut tables = self.tables();
        match &tables.account {
            Some(bound) if bound != account => Err(StoreError::OtherAccount { bound: bound.clone() }),
            Some(_) => Ok(()),
            None => {
                tables.account = Some(account.clone());
                Ok(())
            }
        }
    }

    async fn lease(&self, collection: &Collection, holder: &str, now: u64, until: u64) -> Result<Lease, StoreError> {
        let mut tables = self.tables();
        let held = tables.leases.get(collection);
        let fence = match held {
            Some(held) if held.holder == holder => held.fence,
            Some(held) if held.until > now => return Err(StoreError::Leased { until: held.until }),
            Some(held) => held.fence + 1,
            None => 1,
        };
        let holder = holder.to_owned();
        let held = Held { holder, fence, until };
        tables.leases.insert(collection.clone(), held);
        Ok(Lease::new(collection.clone(), fence))
    }

    async fn feed(&self, collection: &Collection) -> Result<Option<Feed>, StoreError> {
        Ok(self.tables().feeds.get(collection).cloned())
    }

    async fn feeds(&self) -> Result<Vec<(Collection, Feed)>, StoreError> {
        let tables = self.tables();
        let feeds = tables.feeds.iter();
        Ok(feeds
            .map(|(collection, feed)| (collection.clone(), feed.clone()))
            .collect())
    }

    async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError> {
        Ok(self.tables().rows.get(key).cloned())
    }

    async fn list(
        &self,
        collection: Option<&Collection>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let tables = self.tables();
        let is_later = |row: &&Row| after.is_none_or(|after| row.key > *after);
        let is_its = |row: &&Row| collection.is_none_or(|collection| row.collection == *collection);
        let rows = tables.rows.values().filter(is_later).filter(is_its);
        Ok(rows.take(limit).cloned().collect())
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let mut tables = self.tables();
        let mut copy = tables.clone();
        let committed = copy.carry_out(commit)?;
        *tables = copy;
        Ok(committed)
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let tables = self.tables();
        let events = tables.events.range(after.saturating_add(1)..);
        Ok(events.take(limit).map(|(_, event)| event.clone()).collect())
    }

    async fn acknowledge(&self, up_to: u64) -> Result<(), StoreError> {
        self.tables().events.retain(|cursor, _| *cursor > up_to);
        Ok(())
    }

    async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        Ok(self.tables().jobs.values().cloned().collect())
    }
}

impl Tables {
    fn carry_out(&mut self, commit: Commit) -> Result<Committed, StoreError> {
        if let Some(lease) = &commit.lease {
            let held = self.leases.get(&lease.collection);
            if held.is_none_or(|held| held.fence != lease.fence) {
                return Err(StoreError::Fenced);
            }
        }
        let mut committed = Committed::default();
        for row in commit.put {
            self.put(row, &mut committed);
        }
        for key in commit.remove {
            self.remove(&key, &mut committed);
        }
        let collection = commit.lease.map(|lease| lease.collection);
        match (collection.clone(), commit.stage) {
            (Some(collection), Some(Stage::Clear)) => {
                self.staged.remove(&collection);
            }
            (Some(collection), Some(Stage::Add(rows))) => {
                let staged = self.staged.entry(collection.clone()).or_default();
                staged.extend(rows.into_iter().map(|row| {
                    let row = Row {
                        collection: collection.clone(),
                        local: None,
                        is_deleted: false,
                        ..row
                    };
                    (row.key.clone(), row)
                }));
            }
            (Some(collection), Some(Stage::Swap(guard))) => self.swap(&collection, guard, &mut committed)?,
            (_, None) | (None, _) => {}
        }
        if let (Some(collection), Some(feed)) = (collection, commit.feed) {
            self.feeds.insert(collection, feed);
        }
        for collection in commit.drop {
            self.feeds.remove(&collection);
            self.staged.remove(&collection);
            let rows = self.rows.values();
            let rows = rows.filter(|row| row.collection == collection && row.server.is_some());
            let keys: Vec<_> = rows.map(|row| row.key.clone()).collect();
            for key in keys {
                self.remove(&key, &mut committed);
            }
        }
        for change in commit.jobs {
            self.change_job(change);
        }
        Ok(committed)
    }

    fn put(&mut self, row: Row, committed: &mut Committed) {
        let before = self.rows.get(&row.key).and_then(Row::shown).map(str::to_owned);
        let after = row.shown().map(str::to_owned);
        let (collection, key) = (row.collection.clone(), row.key.clone());
        self.rows.insert(key.clone(), row);
        self.tell_difference(collection, key, before, after, committed);
    }

    fn remove(&mut self, key: &Key, committed: &mut Committed) {
        if let Some(row) = self.rows.remove(key) {
            let before = row.shown().map(str::to_owned);
            self.tell_difference(row.collection, row.key, before, None, committed);
        }
    }

    /// Replaces the rows of a collection by what was staged.
    fn swap(&mut self, collection: &Collection, guard: Guard, committed: &mut Committed) -> Result<(), StoreError> {
        let mut staged = self.staged.remove(collection).unwrap_or_default();
        let is_first = self.feeds.get(collection).is_none_or(|feed| feed.generation == 0);
        let old: Vec<_> = self
            .rows
            .values()
            .filter(|row| row.collection == *collection)
            .cloned()
            .collect();
        // What was made here and not sent yet is no part of what the service has.
        let gone: Vec<_> = old
            .iter()
            .filter(|row| row.server.is_some() && !staged.contains_key(&row.key))
            .map(|row| row.key.clone())
            .collect();
        if !guard.allows(gone.len(), old.len()) {
            return Err(StoreError::MassDelete {
                removed: gone.len(),
                of: old.len(),
            });
        }
        for (key, new) in &mut staged {
            if let Some(old) = self.rows.get(key) {
                (new.local, new.is_deleted) = (old.local.clone(), old.is_deleted);
            }
        }
        if is_first {
            self.tell(collection.clone(), What::Init);
        }
        for (key, row) in staged {
            if is_first && !self.rows.contains_key(&key) {
                match row.shown() {
                    Some(after) => {
                        let (key, after) = (key.clone(), after.to_owned());
                        self.tell(collection.clone(), What::InitApply { key, after });
                        committed.created += 1;
                    }
                    None => committed.unchanged += 1,
                }
                self.rows.insert(key, row);
            } else {
                self.put(row, committed);
            }
        }
        for key in gone {
            self.remove(&key, committed);
        }
        if is_first {
            self.tell(collection.clone(), What::InitDone);
        }
        Ok(())
    }

    fn tell_difference(
        &mut self,
        collection: Collection,
        key: Key,
        before: Option<String>,
        after: Option<String>,
        committed: &mut Committed,
    ) {
        let what = match (before, after) {
            (None, Some(after)) => {
                committed.created += 1;
                What::Created { key, after }
            }
            (Some(before), Some(after)) if before != after => {
                committed.changed += 1;
                What::Changed { key, before, after }
            }
            (Some(before), None) => {
                committed.deleted += 1;
                What::Deleted { key, before }
            }
            _ => {
                committed.unchanged += 1;
                return;
            }
        };
        self.tell(collection, what);
    }

    fn tell(&mut self, collection: Collection, what: What) {
        self.last_event += 1;
        let event = StoredEvent::new(self.last_event, collection, what);
        self.events.insert(self.last_event, event);
    }

    fn change_job(&mut self, change: JobChange) {
        match change {
            JobChange::Add(mut job) => {
                self.last_job += 1;
                job.number = self.last_job;
                self.jobs.insert(job.number, job);
            }
            JobChange::Set(job) => {
                if let Some(kept) = self.jobs.get_mut(&job.number) {
                    *kept = job;
                }
            }
            JobChange::Done(number) => {
                self.jobs.remove(&number);
            }
            JobChange::Rename { from, to } => {
                for job in self.jobs.values_mut().filter(|job| job.key == from) {
                    job.key = to.clone();
                }
            }
        }
    }
}
