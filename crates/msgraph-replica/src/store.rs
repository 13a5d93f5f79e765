//! Where the replica is kept.
//!
//! A [`Store`] needs little of a database: rows by key, and one transaction a [`Commit`]. It fits `SQLite` as well as
//! `PostgreSQL`; nothing assumes that there is one process. What feeds a collection holds a [`Lease`] with a fencing number,
//! which the commit checks.

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{error, fmt};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use self::memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use self::sqlite::{Opened, Rebuilt, SqliteStore};
use crate::{Account, Collection, Key, Row};

/// Where the replica is kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Binds the store to an account, or finds that it is bound to it.
    ///
    /// # Errors
    ///
    /// [`StoreError::OtherAccount`] where it is another's.
    async fn bind(&self, account: &Account) -> Result<(), StoreError>;

    /// Takes the right to feed a collection, until a time in milliseconds since 1970, if nobody else has it at `now`. Each
    /// taking has a higher fencing number than those before; taking it again as the same holder keeps the number.
    ///
    /// # Errors
    ///
    /// [`StoreError::Leased`] where another holder has it.
    async fn lease(&self, collection: &Collection, holder: &str, now: u64, until: u64) -> Result<Lease, StoreError>;

    /// What is known of a collection's feed; `None` where it was never begun.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    async fn feed(&self, collection: &Collection) -> Result<Option<Feed>, StoreError>;

    /// All feeds, sorted by collection.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    async fn feeds(&self) -> Result<Vec<(Collection, Feed)>, StoreError>;

    /// An object.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError>;

    /// Objects of a collection, or of all, sorted by key, after this key, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    async fn list(
        &self,
        collection: Option<&Collection>,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError>;

    /// Carries out a commit in one transaction: all of it, or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`] where somebody else took the lease since, [`StoreError::MassDelete`] where the swap would remove
    /// more than its guard allows; nothing was written then.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// What happened after this cursor, in order, at most `limit`. It is there until it is acknowledged.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    async fn events(&self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// Forgets what happened up to this cursor.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    async fn acknowledge(&self, up_to: u64) -> Result<(), StoreError>;

    /// The edits that were made here and were not sent yet, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    async fn jobs(&self) -> Result<Vec<Job>, StoreError>;
}

/// The right to feed a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lease {
    /// What may be fed.
    pub collection: Collection,
    /// The number that commits are checked by.
    pub fence: u64,
}

impl Lease {
    /// A lease with this number.
    pub fn new(collection: Collection, fence: u64) -> Self {
        Self { collection, fence }
    }
}

/// What is known of the feed of a collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Feed {
    /// The link to follow next, as the service wrote it. `None` before the first page of an enumeration came.
    pub link: Option<String>,
    /// What the feed does.
    pub phase: Phase,
    /// How many enumerations were completed.
    pub generation: u64,
    /// When a round was completed last, in milliseconds since 1970.
    pub completed_at: Option<u64>,
}

/// What a feed does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Phase {
    /// It reads everything, beside what is there from before.
    #[default]
    Enumerating,
    /// It follows what changes.
    Following,
}

/// What is written in one transaction.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Commit {
    /// Checked first; nothing is written by whom the lease is lost.
    pub lease: Option<Lease>,
    /// Rows that are there afterwards, in order. What differs is told as an event.
    pub put: Vec<Row>,
    /// Rows that are not.
    pub remove: Vec<Key>,
    /// What an enumeration has read. It replaces the rows of the collection when it is swapped in.
    pub stage: Option<Stage>,
    /// The feed of the lease's collection as it is afterwards.
    pub feed: Option<Feed>,
    /// Feeds that are gone, with what was staged of them, and their rows but those that were made here and not sent yet.
    pub drop: Vec<Collection>,
    /// Edits to be sent, and those that were.
    pub jobs: Vec<JobChange>,
}

/// What becomes of what an enumeration has read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stage {
    /// Forgets what was read before: an enumeration begins.
    Clear,
    /// Keeps these rows beside those that are there: what the service has of them, as rows of the lease's collection.
    Add(Vec<Row>),
    /// Replaces the rows of the collection by what was read, and tells the true difference. Edits that were made here stay,
    /// over the new version.
    Swap(Guard),
}

/// How many objects a swap may remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guard {
    /// So many always.
    pub objects: usize,
    /// So many of a hundred.
    pub percent: usize,
}

impl Guard {
    /// No limit.
    pub const NONE: Self = Self {
        objects: usize::MAX,
        percent: 100,
    };

    /// So many objects always, and so many of a hundred.
    pub const fn new(objects: usize, percent: usize) -> Self {
        Self { objects, percent }
    }

    /// Whether so many of so many may be removed.
    pub fn allows(self, removed: usize, of: usize) -> bool {
        removed <= self.objects || removed.saturating_mul(100) <= of.saturating_mul(self.percent)
    }
}

/// What a commit did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// Objects that are new.
    pub created: usize,
    /// Objects that are different.
    pub changed: usize,
    /// Objects that are gone.
    pub deleted: usize,
    /// Rows that said nothing new.
    pub unchanged: usize,
}

/// Something that happened, as it is kept until it is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredEvent {
    /// Its place in the order of events, from 1.
    pub cursor: u64,
    /// What it is about.
    pub collection: Collection,
    /// What happened.
    pub what: What,
}

impl StoredEvent {
    /// An event at a place.
    pub fn new(cursor: u64, collection: Collection, what: What) -> Self {
        Self {
            cursor,
            collection,
            what,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum What {
    /// The first enumeration begins to be told.
    Init,
    /// An object of the first enumeration.
    InitApply {
        /// The object.
        key: Key,
        /// As JSON.
        after: String,
    },
    /// The first enumeration was told.
    InitDone,
    /// An object is new.
    Created {
        /// The object.
        key: Key,
        /// As JSON.
        after: String,
    },
    /// An object is different.
    Changed {
        /// The object.
        key: Key,
        /// What it was, as JSON.
        before: String,
        /// What it is, as JSON.
        after: String,
    },
    /// An object is gone.
    Deleted {
        /// The object.
        key: Key,
        /// What it was, as JSON.
        before: String,
    },
}

/// An edit that was made here and is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Job {
    /// Its place in the order of edits, from 1; zero before it is stored.
    pub number: u64,
    /// What it is about.
    pub key: Key,
    /// What is to be done.
    pub act: Act,
    /// How far it is.
    pub state: JobState,
    /// A mark by which what it creates is found again.
    pub marker: String,
    /// When it was made, in milliseconds since 1970.
    pub made_at: u64,
}

impl Job {
    /// An edit that was not sent yet.
    pub fn new(key: Key, act: Act, marker: String, made_at: u64) -> Self {
        Self {
            number: 0,
            key,
            act,
            state: JobState::Waiting,
            marker,
            made_at,
        }
    }
}

/// What an edit does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Act {
    /// Creates the object, whose id is a local one until then.
    Create,
    /// Writes what is different.
    Update {
        /// The object before the edit, as JSON: what a merge of both sides rests on.
        base: String,
        /// The object after it.
        mine: String,
    },
    /// Deletes the object.
    Delete,
}

/// How far an edit is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum JobState {
    /// It is to be sent.
    Waiting,
    /// It was begun to be sent at this time, in milliseconds since 1970, and may have been carried out.
    Sending {
        /// When.
        since: u64,
        /// Of a creation in Planner: what was there before that looks like it.
        known: Vec<String>,
    },
    /// Somebody has to decide; with what is in the way.
    Stopped {
        /// Why, for a person.
        reason: String,
        /// The fields that both sides changed, each to something else.
        fields: Vec<String>,
    },
}

/// What becomes of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobChange {
    /// It is added after the others; its number is given.
    Add(Job),
    /// It is as far as this, if it is still to be done.
    Set(Job),
    /// It is done.
    Done(u64),
    /// The object that it made has got its id: later edits are of that one.
    Rename {
        /// The local id.
        from: Key,
        /// The service's.
        to: Key,
    },
}

/// Why the store could not do something.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The store is another account's.
    OtherAccount {
        /// Whose.
        bound: Account,
    },
    /// Another holder feeds the collection.
    Leased {
        /// Until when, in milliseconds since 1970.
        until: u64,
    },
    /// The lease was taken by somebody else since.
    Fenced,
    /// More would be removed than the guard allows.
    MassDelete {
        /// How many would be.
        removed: usize,
        /// Of how many.
        of: usize,
    },
    /// What was stored is of a newer version of this crate.
    Newer {
        /// The version.
        version: u32,
    },
    /// The database failed.
    Database(Box<dyn error::Error + Send + Sync>),
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherAccount { bound } => write!(formatter, "the store is that of another account, {bound}"),
            Self::Leased { until } => write!(formatter, "another process feeds the collection, until {until}"),
            Self::Fenced => formatter.write_str("another process has taken over; nothing was written"),
            Self::MassDelete { removed, of } => write!(
                formatter,
                "{removed} of {of} objects would be removed at once, more than is allowed; nothing was written"
            ),
            Self::Newer { version } => {
                write!(
                    formatter,
                    "the store is of a newer version, {version}, which this build cannot read"
                )
            }
            Self::Database(error) => write!(formatter, "the database failed: {error}"),
        }
    }
}

impl error::Error for StoreError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Database(error) => Some(&**error),
            _ => None,
        }
    }
}
