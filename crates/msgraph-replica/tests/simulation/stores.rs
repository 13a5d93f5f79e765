//! Stores in trouble: one that fails at times, and two that break a promise, which the simulation has to find.

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use msgraph_replica::{
    Account, Collection, Key, Row, Store, StoreError,
    store::{Commit, Committed, Feed, Guard, Job, Lease, Stage, StoredEvent},
};

/// Hands all calls but `commit` to the store in a field, each through `$around`.
macro_rules! store {
    ($ty:ty, $around:ident, $commit:ident) => {
        #[async_trait]
        impl Store for $ty {
            async fn bind(&self, account: &Account) -> Result<(), StoreError> {
                self.$around(self.inner.bind(account)).await
            }

            async fn lease(&self, of: &Collection, holder: &str, now: u64, until: u64) -> Result<Lease, StoreError> {
                self.$around(self.inner.lease(of, holder, now, until)).await
            }

            async fn feed(&self, collection: &Collection) -> Result<Option<Feed>, StoreError> {
                self.$around(self.inner.feed(collection)).await
            }

            async fn feeds(&self) -> Result<Vec<(Collection, Feed)>, StoreError> {
                self.$around(self.inner.feeds()).await
            }

            async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError> {
                self.$around(self.inner.get(key)).await
            }

            async fn list(
                &self,
                collection: Option<&Collection>,
                after: Option<&Key>,
                limit: usize,
            ) -> Result<Vec<Row>, StoreError> {
                self.$around(self.inner.list(collection, after, limit)).await
            }

            async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
                self.$commit(commit).await
            }

            async fn events(&self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
                self.$around(self.inner.events(after, limit)).await
            }

            async fn acknowledge(&self, up_to: u64) -> Result<(), StoreError> {
                self.$around(self.inner.acknowledge(up_to)).await
            }

            async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
                self.$around(self.inner.jobs()).await
            }
        }
    };
}

/// A store that can be left before and after each call, and that fails where it is told to.
#[derive(Clone)]
pub(crate) struct Shaky {
    inner: Arc<dyn Store>,
    trouble: Arc<Mutex<Option<Trouble>>>,
    resets: Arc<AtomicUsize>,
}

/// Which call fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble {
    /// So many calls from now.
    pub(crate) after: usize,
    /// Whether it is carried out all the same, and only nobody learns that.
    pub(crate) is_done: bool,
}

impl Shaky {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Self {
        Self {
            inner,
            trouble: Arc::default(),
            resets: Arc::default(),
        }
    }

    pub(crate) fn trouble(&self, trouble: Option<Trouble>) {
        *self.trouble.lock().unwrap() = trouble;
    }

    /// How many collections that were there were begun to be read again.
    pub(crate) fn resets(&self) -> usize {
        self.resets.load(Ordering::Relaxed)
    }

    /// Whether this call fails, and how.
    fn strikes(&self) -> Option<Trouble> {
        let mut trouble = self.trouble.lock().unwrap();
        match trouble.as_mut() {
            Some(due) if due.after == 0 => trouble.take(),
            Some(later) => {
                later.after -= 1;
                None
            }
            None => None,
        }
    }

    async fn around<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        tokio::task::yield_now().await;
        let failure = || StoreError::Database("the disk is full".into());
        let done = match self.strikes() {
            Some(Trouble { is_done: false, .. }) => return Err(failure()),
            Some(_) => call.await.and_then(|_| Err(failure())),
            None => call.await,
        };
        tokio::task::yield_now().await;
        done
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let is_again = commit.feed.as_ref().is_some_and(|feed| feed.generation > 0);
        if is_again && matches!(commit.stage, Some(Stage::Clear)) {
            self.resets.fetch_add(1, Ordering::Relaxed);
        }
        self.around(self.inner.commit(commit)).await
    }
}

store!(Shaky, around, commit);

/// How often who commits the link first can be left between that and the rows.
const WINDOW: usize = 10;

/// Breaks S1: the link is there before the rows that it comes after.
pub(crate) struct LinkFirst {
    pub(crate) inner: Arc<dyn Store>,
}

impl LinkFirst {
    async fn plain<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        call.await
    }

    async fn commit(&self, mut commit: Commit) -> Result<Committed, StoreError> {
        if commit.stage.is_none()
            && let Some(feed) = commit.feed.take()
        {
            let mut link = Commit::default();
            (link.lease, link.feed) = (commit.lease.clone(), Some(feed));
            self.inner.commit(link).await?;
            for _ in 0..WINDOW {
                tokio::task::yield_now().await;
            }
        }
        self.inner.commit(commit).await
    }
}

store!(LinkFirst, plain, commit);

/// Breaks S3: what an enumeration had read when it failed takes the place of what was there.
pub(crate) struct SweepsEarly {
    inner: Arc<dyn Store>,
    is_staged: AtomicBool,
}

impl SweepsEarly {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Self {
        let is_staged = AtomicBool::new(false);
        Self { inner, is_staged }
    }

    async fn plain<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        call.await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        // A first enumeration that is broken off has nothing to sweep.
        let is_again = commit.feed.as_ref().is_some_and(|feed| feed.generation > 0);
        match commit.stage {
            Some(Stage::Clear) if self.is_staged.swap(false, Ordering::Relaxed) && is_again => {
                let mut sweep = Commit::default();
                (sweep.lease, sweep.stage) = (commit.lease.clone(), Some(Stage::Swap(Guard::NONE)));
                self.inner.commit(sweep).await?;
            }
            Some(Stage::Add(_)) => self.is_staged.store(true, Ordering::Relaxed),
            Some(Stage::Swap(_)) => self.is_staged.store(false, Ordering::Relaxed),
            _ => {}
        }
        self.inner.commit(commit).await
    }
}

store!(SweepsEarly, plain, commit);
