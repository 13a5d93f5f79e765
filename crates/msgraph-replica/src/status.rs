//! How the replica is: what it holds, how old that is, and what came of feeding since it was opened.

mod recorder;

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub(crate) use self::recorder::{Recorder, Staged};
use crate::{
    Collection, Error, Key, Kind, Problem, Replica,
    store::{JobState, Phase},
};

/// How many rows are read at a time to count them.
const ROWS: usize = 500;

/// How a replica is, at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The collections that were fed, or were tried to.
    pub collections: BTreeMap<Collection, CollectionStatus>,
    /// The edits that were made here and not sent yet.
    pub outbox: OutboxStatus,
    /// What went wrong last, if anything did since the replica was opened.
    pub last_error: Option<Failure>,
    /// The last problems, at most 100, the oldest first.
    pub problems: Vec<Problem>,
    /// Counts since the replica was opened.
    pub totals: Totals,
}

/// How a collection is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CollectionStatus {
    /// What its feed does.
    pub phase: Phase,
    /// How many enumerations were completed.
    pub generation: u64,
    /// When a round was completed last.
    pub completed_at: Option<SystemTime>,
    /// How old its link is: the time since a round was completed. `None` where none was.
    pub age: Option<Duration>,
    /// How far it is known to be behind: nothing where the last attempt came to its end, or else the time since a round did.
    /// `None` where no round was completed yet.
    pub lag: Option<Duration>,
    /// Whether [`run`](Replica::run) leaves it alone until somebody allows what an enumeration would remove.
    pub is_paused: bool,
    /// How many attempts failed since the last that did not.
    pub failures: usize,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<Failure>,
    /// How many objects there are of each kind, those included that were deleted here and are not there yet.
    pub objects: BTreeMap<Kind, usize>,
}

/// The edits that were made here and not sent yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxStatus {
    /// How many there are, those included that wait for a decision.
    pub depth: usize,
    /// Those that wait for a decision.
    pub stopped: Vec<StoppedEdit>,
    /// Why sending failed the last time, if it did.
    pub last_error: Option<Failure>,
}

/// An edit that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoppedEdit {
    /// Its place in the order of edits.
    pub number: u64,
    /// What it is about.
    pub key: Key,
    /// Why, for a person.
    pub reason: String,
    /// The fields that both sides changed.
    pub fields: Vec<String>,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// When.
    pub at: SystemTime,
    /// What, for a person; without a token, a link or a title.
    pub text: String,
}

/// Counts since the replica was opened, over all collections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Rounds that came to their end.
    pub rounds: usize,
    /// Pages that were read.
    pub pages: usize,
    /// Objects that became new or different here.
    pub applied: usize,
    /// Objects that went away here.
    pub removed: usize,
    /// Rows that said nothing new.
    pub ignored: usize,
    /// Entries that told what was known, or what was older: replays.
    pub stale: usize,
    /// Objects that enumerations have read.
    pub staged: usize,
    /// Objects that were read one by one, since only a part was told.
    pub fetched: usize,
    /// Edits that were sent.
    pub sent: usize,
    /// Attempts that failed.
    pub failures: usize,
    /// Links that the service rejected, by the status of the answer and the code of its error, such as `410 resyncRequired`.
    pub resets: BTreeMap<String, usize>,
    /// How long [`run`](Replica::run) waited because the service asked it to. What the client waits before it gives a request
    /// up is not in it.
    pub throttled: Duration,
    /// Problems by [name](Problem::name).
    pub problems: BTreeMap<&'static str, usize>,
}

/// How far enumerations are, of collections that are read for the first time or again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many objects were read and staged so far since the replica was opened, by collection. A collection is taken out
    /// when its enumeration is complete.
    pub staged: BTreeMap<Collection, usize>,
    /// How many enumerations were completed since the replica was opened.
    pub done: usize,
}

impl Replica {
    /// How the replica is. It sends no request, and reads the whole store to count what is there, some hundred rows at a time.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn status(&self) -> Result<Status, Error> {
        let mut status = self.recorder().status();
        for (collection, feed) in self.store().feeds().await? {
            let known = status.collections.entry(collection).or_default();
            known.phase = feed.phase;
            known.generation = feed.generation;
            known.completed_at = feed.completed_at.map(time);
            known.age = feed
                .completed_at
                .map(|at| Duration::from_millis(self.now().saturating_sub(at)));
            known.lag = if known.failures == 0 {
                known.age.map(|_| Duration::ZERO)
            } else {
                known.age
            };
        }
        self.count(&mut status).await?;
        for job in self.store().jobs().await? {
            status.outbox.depth += 1;
            if let JobState::Stopped { reason, fields } = job.state {
                status.outbox.stopped.push(StoppedEdit {
                    number: job.number,
                    key: job.key,
                    reason,
                    fields,
                });
            }
        }
        Ok(status)
    }

    /// Tells how far enumerations are, while they are: a first [`sync`](Self::sync) of many objects takes its time. What is
    /// seen is how far it is at the moment, not each step on the way.
    pub fn progress(&self) -> tokio::sync::watch::Receiver<Progress> {
        self.recorder().progress()
    }

    async fn count(&self, status: &mut Status) -> Result<(), Error> {
        let mut after: Option<Key> = None;
        loop {
            let rows = self.store().list(None, after.as_ref(), ROWS).await?;
            for row in &rows {
                let counted = status.collections.entry(row.collection.clone()).or_default();
                *counted.objects.entry(row.key.kind).or_default() += 1;
            }
            match rows.into_iter().next_back() {
                Some(last) => after = Some(last.key),
                None => return Ok(()),
            }
        }
    }
}

/// A time in milliseconds since 1970.
fn time(milliseconds: u64) -> SystemTime {
    let time = UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
    time.unwrap_or(UNIX_EPOCH)
}
