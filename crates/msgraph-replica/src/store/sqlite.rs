//! A store in a file, the embedded default.
//!
//! Several processes may open the same file: readers see what was committed last, and writers wait for each other. Within a
//! process, a store is one connection behind a lock, used where blocking is allowed, so that no call holds up the runtime;
//! a call that is dropped while it is under way may still be carried out, as a whole.

mod commit;
mod failure;
mod jobs;
mod leases;
mod opening;
mod reading;
mod rebuilding;
mod schema;
mod swap;

use std::{
    fmt,
    fs::File,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::runtime::Handle;

use self::failure::Failure;
use super::{Commit, Committed, Feed, Job, Lease, Store, StoreError, StoredEvent};
use crate::{Account, Collection, Key, Row};

/// A store in a file of `SQLite`'s. Clones share the connection.
///
/// Numbers beyond 2⁶³ are kept as that.
#[derive(Clone)]
pub struct SqliteStore {
    database: Arc<Database>,
}

/// What opening a file gave.
#[derive(Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The store.
    pub store: SqliteStore,
    /// What was done, where the file could not be used as it was.
    pub rebuilt: Option<Rebuilt>,
}

/// A damaged file was replaced by a new one, which holds no more than the edits that were made here and not sent yet: the
/// feeds begin anew, and so do the cursors of events.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rebuilt {
    /// Where the damaged file is now, with its companions `-wal` and `-shm`.
    pub set_aside: PathBuf,
    /// How many edits that are to be sent could still be read, and are in the new file.
    pub jobs_saved: usize,
}

struct Database {
    connection: Mutex<Connection>,
    /// Says that the file is in use, so that nobody replaces it. Let go after the connection.
    _in_use: Option<File>,
}

impl SqliteStore {
    /// Opens a file, or makes it; beside it stand files of the same name that end in `-wal`, `-shm` and `.lock`.
    ///
    /// The whole file is checked. One that is damaged, or no database, is set aside under a name that ends in `.corrupt-1` or
    /// the next free number, and a new one takes its place, with the edits that were not sent yet. Edits whose account cannot
    /// be told any more stay in the file that was set aside.
    ///
    /// Whoever had the right to feed has it no more, unless some process still has the file open: what was ended or killed, and
    /// is started again, goes on at once.
    ///
    /// # Errors
    ///
    /// [`StoreError::Newer`] where a newer version wrote the file; nothing was changed then. [`StoreError::Database`] where it
    /// cannot be opened, is a database of something else, or is damaged while another process has it open.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Opened, StoreError> {
        let path = path.into();
        let (connection, in_use, rebuilt) = blocking(move || opening::open(&path)).await?;
        let store = Self::of(connection, Some(in_use));
        Ok(Opened { store, rebuilt })
    }

    /// An empty store in memory, for tests.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = opening::in_memory()?;
        Ok(Self::of(connection, None))
    }

    fn of(connection: Connection, in_use: Option<File>) -> Self {
        let database = Database {
            connection: Mutex::new(connection),
            _in_use: in_use,
        };
        Self {
            database: Arc::new(database),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        blocking(move || {
            // A panic between two statements rolled back what it interrupted.
            let mut connection = database.connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        })
        .await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

/// Does what blocks where that is allowed; in place where there is no runtime to hold up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, StoreError> {
    let done = match Handle::try_current() {
        Ok(runtime) => match runtime.spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => Err(Failure::other(error)),
        },
        Err(_) => work(),
    };
    Ok(done?)
}

#[async_trait]
impl Store for SqliteStore {
    async fn bind(&self, account: &Account) -> Result<(), StoreError> {
        let account = account.clone();
        self.run(move |connection| leases::bind(connection, &account)).await
    }

    async fn lease(&self, collection: &Collection, holder: &str, now: u64, until: u64) -> Result<Lease, StoreError> {
        let (collection, holder) = (collection.clone(), holder.to_owned());
        self.run(move |connection| leases::lease(connection, collection, &holder, now, until))
            .await
    }

    async fn feed(&self, collection: &Collection) -> Result<Option<Feed>, StoreError> {
        let collection = collection.clone();
        self.run(move |connection| reading::feed(connection, &collection)).await
    }

    async fn feeds(&self) -> Result<Vec<(Collection, Feed)>, StoreError> {
        self.run(|connection| reading::feeds(connection)).await
    }

    async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError> {
        let key = key.clone();
        self.run(move |connection| reading::get(connection, &key)).await
    }

    async fn list(
        &self,
        collection: Option<&Collection>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let (collection, after) = (collection.cloned(), after.cloned());
        self.run(move |connection| reading::list(connection, collection.as_ref(), after.as_ref(), limit))
            .await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.run(move |connection| commit::commit(connection, commit)).await
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.run(move |connection| reading::events(connection, after, limit))
            .await
    }

    async fn acknowledge(&self, up_to: u64) -> Result<(), StoreError> {
        self.run(move |connection| commit::acknowledge(connection, up_to)).await
    }

    async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.run(|connection| jobs::all(connection)).await
    }
}
