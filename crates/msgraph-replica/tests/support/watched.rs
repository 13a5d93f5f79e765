//! A store that counts what goes through it, and fails on demand.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use msgraph_replica::{
    Account, Collection, Key, MemoryStore, Row, Store, StoreError,
    store::{Commit, Committed, Feed, Job, Lease, Stage, StoredEvent},
};

type Fail = fn() -> StoreError;

/// A store in memory. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watched {
    pub(crate) inner: MemoryStore,
    /// The most rows that were handed over at once, in either way.
    most: Arc<AtomicUsize>,
    /// Why leases are refused.
    refusal: Arc<Mutex<Option<Fail>>>,
}

impl Watched {
    pub(crate) fn most_rows(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    pub(crate) fn refuse_leases(&self, refusal: Option<Fail>) {
        *self.refusal.lock().expect("no panic") = refusal;
    }

    fn count(&self, rows: usize) {
        self.most.fetch_max(rows, Ordering::Relaxed);
    }
}

#[async_trait]
impl Store for Watched {
    async fn bind(&self, account: &Account) -> Result<(), StoreError> {
        self.inner.bind(account).await
    }

    async fn lease(&self, collection: &Collection, holder: &str, now: u64, until: u64) -> Result<Lease, StoreError> {
        let refusal = *self.refusal.lock().expect("no panic");
        match refusal {
            Some(refusal) => Err(refusal()),
            None => self.inner.lease(collection, holder, now, until).await,
        }
    }

    async fn feed(&self, collection: &Collection) -> Result<Option<Feed>, StoreError> {
        self.inner.feed(collection).await
    }

    async fn feeds(&self) -> Result<Vec<(Collection, Feed)>, StoreError> {
        self.inner.feeds().await
    }

    async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError> {
        self.inner.get(key).await
    }

    async fn list(
        &self,
        collection: Option<&Collection>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.inner.list(collection, after, limit).await?;
        self.count(rows.len());
        Ok(rows)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.count(commit.put.len());
        if let Some(Stage::Add(rows)) = &commit.stage {
            self.count(rows.len());
        }
        self.inner.commit(commit).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let events = self.inner.events(after, limit).await?;
        self.count(events.len());
        Ok(events)
    }

    async fn acknowledge(&self, up_to: u64) -> Result<(), StoreError> {
        self.inner.acknowledge(up_to).await
    }

    async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.inner.jobs().await
    }
}
