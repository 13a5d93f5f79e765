//! A store in a file whose commits can be held up after the first row is written.
//!
//! Nothing of it is in the product: a trigger in the file counts for ever once a table of its own has a row, and so the
//! transaction that fired it stays open until the process is killed.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use async_trait::async_trait;
use msgraph_replica::{
    Account, Collection, Key, Row, SqliteStore, Store, StoreError,
    store::{Commit, Committed, Feed, Job, Lease, Stage, StoredEvent},
};
use rusqlite::Connection;

const TRIGGERS: &str = "
    CREATE TABLE IF NOT EXISTS held (one INTEGER);
    DELETE FROM held;
    CREATE VIEW IF NOT EXISTS for_ever AS
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT n FROM number;
    CREATE TRIGGER IF NOT EXISTS held_new AFTER INSERT ON rows WHEN EXISTS (SELECT 1 FROM held)
        BEGIN SELECT count(*) FROM for_ever; END;
    CREATE TRIGGER IF NOT EXISTS held_changed AFTER UPDATE ON rows WHEN EXISTS (SELECT 1 FROM held)
        BEGIN SELECT count(*) FROM for_ever; END;
    CREATE TRIGGER IF NOT EXISTS held_staged AFTER INSERT ON staged WHEN EXISTS (SELECT 1 FROM held)
        BEGIN SELECT count(*) FROM for_ever; END;
";

#[derive(Clone)]
pub(crate) struct Held {
    inner: SqliteStore,
    other: Arc<Mutex<Connection>>,
    /// So many commits that write rows, until one is held up.
    due: Arc<Mutex<Option<usize>>>,
}

impl Held {
    pub(crate) async fn open(path: &Path) -> Self {
        let opened = SqliteStore::open(path).await.expect("the file opens");
        assert!(opened.rebuilt.is_none(), "the file is damaged");
        let other = Connection::open(path).expect("the file opens twice");
        other.busy_timeout(Duration::from_secs(10)).expect("a time");
        other.execute_batch(TRIGGERS).expect("the triggers");
        Self {
            inner: opened.store,
            other: Arc::new(other.into()),
            due: Arc::default(),
        }
    }

    /// Holds up a commit, after so many that write rows.
    pub(crate) fn hold(&self, after: usize) {
        *self.due.lock().expect("a lock") = Some(after);
    }

    /// Whether it is this commit that is to be held up.
    fn is_due(&self, commit: &Commit) -> bool {
        let stages = matches!(&commit.stage, Some(Stage::Add(rows)) if !rows.is_empty());
        let mut due = self.due.lock().expect("a lock");
        match due.as_mut() {
            Some(left) if stages || !commit.put.is_empty() => {
                let is_due = *left == 0;
                *left = left.saturating_sub(1);
                is_due
            }
            _ => false,
        }
    }

    /// From here on, whoever writes a row stays there. Says so once the store is at it.
    fn hold_now(&self) {
        let other = self.other.lock().expect("a lock");
        other.execute_batch("INSERT INTO held VALUES (1)").expect("a row");
        let path = other.path().expect("a path").to_owned();
        thread::spawn(move || {
            let probe = Connection::open(path).expect("the file opens");
            probe.busy_timeout(Duration::ZERO).expect("a time");
            // Somebody who cannot begin to write tells that the store has begun; its first row is written right then.
            while probe.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok() {
                thread::sleep(Duration::from_millis(1));
            }
            thread::sleep(Duration::from_millis(20));
            let is_held = probe.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err();
            println!("{}", if is_held { "held" } else { "missed" });
        });
    }
}

#[async_trait]
impl Store for Held {
    async fn bind(&self, account: &Account) -> Result<(), StoreError> {
        self.inner.bind(account).await
    }

    async fn lease(&self, collection: &Collection, holder: &str, now: u64, until: u64) -> Result<Lease, StoreError> {
        self.inner.lease(collection, holder, now, until).await
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
        self.inner.list(collection, after, limit).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        if self.is_due(&commit) {
            self.hold_now();
        }
        let is_reset = matches!(commit.stage, Some(Stage::Clear));
        let is_again = commit.feed.as_ref().is_some_and(|feed| feed.generation > 0);
        println!("{}", if is_reset && is_again { "resync" } else { "commit" });
        let done = self.inner.commit(commit).await;
        println!("committed");
        done
    }

    async fn events(&self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner.events(after, limit).await
    }

    async fn acknowledge(&self, up_to: u64) -> Result<(), StoreError> {
        self.inner.acknowledge(up_to).await
    }

    async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.inner.jobs().await
    }
}
