//! The replica: a client, a store, and whose it is.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use msgraph_client::{Client, Environment, System};

use crate::{
    Account, Collection, Error, Key, Planner, Report, Row, Store,
    kind::{Replicated, read},
    run::{Bell, Polling},
    status::Recorder,
    store::{Guard, StoredEvent},
};

/// A durable local copy of a user's Planner and To Do.
///
/// Cheap to clone; clones share the store.
#[derive(Clone)]
pub struct Replica {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    store: Box<dyn Store>,
    environment: Box<dyn Environment>,
    options: Options,
    holder: String,
    /// What was done so far.
    recorder: Recorder,
    /// What wakes the loop.
    bell: Bell,
    /// One round, or one sending, at a time: the lease keeps other processes away, and this the other tasks of this one.
    feeding: tokio::sync::Mutex<()>,
}

/// How a replica behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How many objects a completed enumeration may remove, before it stops and says so.
    pub guard: Guard,
    /// How long the right to feed a collection is held, in milliseconds.
    pub lease: u64,
    /// What of Planner is fed.
    pub planner: Planner,
    /// Whether To Do is fed.
    pub todo: bool,
    /// Whether the API before To Do is fed: from what was recorded, since the service has it no more.
    #[cfg(feature = "base-task")]
    pub base_tasks: bool,
    /// How often the service is asked, while [`run`](Replica::run) is under way.
    pub polling: Polling,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            guard: Guard::new(50, 50),
            lease: 5 * 60_000,
            planner: Planner::default(),
            todo: true,
            #[cfg(feature = "base-task")]
            base_tasks: false,
            polling: Polling::default(),
        }
    }
}

impl Replica {
    /// The replica in a store.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] where the store is another account's, or cannot be read.
    pub async fn open(
        client: Client,
        store: impl Store + 'static,
        account: &Account,
        options: Options,
    ) -> Result<Self, Error> {
        Self::open_in(client, store, account, options, System).await
    }

    /// The same, with a clock of your own.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub async fn open_in(
        client: Client,
        store: impl Store + 'static,
        account: &Account,
        options: Options,
        environment: impl Environment + 'static,
    ) -> Result<Self, Error> {
        store.bind(account).await?;
        let holder = client.new_guid().to_string();
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                store: Box::new(store),
                environment: Box::new(environment),
                options,
                holder,
                recorder: Recorder::default(),
                bell: Bell::default(),
                feeding: tokio::sync::Mutex::new(()),
            }),
        })
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.inner.store
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn holder(&self) -> &str {
        &self.inner.holder
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.inner.recorder
    }

    pub(crate) fn bell(&self) -> &Bell {
        &self.inner.bell
    }

    pub(crate) fn feeding(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.feeding
    }

    pub(crate) fn random(&self) -> u64 {
        self.inner.environment.random()
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        let now = self.inner.environment.now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    /// Sends what was edited here, and reads what changed there, until neither has more.
    ///
    /// Dropping the future loses nothing: what was committed stays, and the next call goes on from there.
    ///
    /// # Errors
    ///
    /// The first one. Collections before it were fed, and those after it were not.
    pub async fn sync(&self) -> Result<Report, Error> {
        self.sync_within(self.options().guard).await
    }

    /// Reads what changed there in one collection, until there is no more.
    ///
    /// # Errors
    ///
    /// Those of [`sync`](Self::sync).
    pub async fn sync_collection(&self, collection: &Collection) -> Result<Report, Error> {
        let mut report = Report::default();
        self.feed(collection, self.options().guard, &mut report).await?;
        Ok(report)
    }

    /// The same as [`sync`](Self::sync), once, whatever an enumeration removes: after somebody looked at a
    /// [`Problem::MassDelete`](crate::Problem::MassDelete).
    ///
    /// # Errors
    ///
    /// Those of [`sync`](Self::sync).
    pub async fn sync_whatever_is_removed(&self) -> Result<Report, Error> {
        self.sync_within(Guard::NONE).await
    }

    async fn sync_within(&self, guard: Guard) -> Result<Report, Error> {
        let mut report = Report::default();
        self.send(&mut report).await?;
        for root in self.roots() {
            self.feed(&root, guard, &mut report).await?;
        }
        self.drop_gone(&mut report).await?;
        for branch in self.branches().await? {
            self.feed(&branch, guard, &mut report).await?;
        }
        // What the branches were read for may be done.
        self.drop_gone(&mut report).await?;
        tracing::debug!(
            rounds = report.rounds,
            pages = report.pages,
            problems = report.problems.len(),
            "synced"
        );
        Ok(report)
    }

    /// An object as it is here, with the edits that were made here.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; [`Error::Undecodable`] where it is kept as it came, since this build could not read it.
    pub async fn get<R: Replicated>(&self, id: &str) -> Result<Option<R>, Error> {
        let row = self.store().get(&Key::new(R::KIND, id)).await?;
        let shown = row.as_ref().and_then(Row::shown);
        Ok(shown.map(read::<R>).transpose()?)
    }

    /// What happened after a cursor, in order, at most `limit`. It is told again until it is
    /// [acknowledged](Self::acknowledge), so that whoever stops in the middle misses nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, Error> {
        Ok(self.store().events(after, limit).await?)
    }

    /// Says that what happened up to a cursor was taken care of.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn acknowledge(&self, up_to: u64) -> Result<(), Error> {
        Ok(self.store().acknowledge(up_to).await?)
    }
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Replica")
            .field("options", self.options())
            .finish_non_exhaustive()
    }
}
