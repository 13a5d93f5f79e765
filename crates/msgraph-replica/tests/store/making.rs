//! Rows, commits and files to test with.

use std::path::{Path, PathBuf};

use msgraph_replica::{
    Collection, Key, Kind, Row, SqliteStore, Store,
    store::{Act, Commit, Feed, Guard, Job, JobChange, Lease, Opened, Phase, Stage, StoredEvent, What},
};

pub(crate) fn task(id: &str) -> Key {
    Key::new(Kind::Task, id)
}

/// A row of Planner as the service has it.
pub(crate) fn row(key: &Key, server: &str) -> Row {
    Row::of_server(
        key.clone(),
        Collection::Planner,
        Some("plan".to_owned()),
        server.to_owned(),
    )
}

pub(crate) fn edited(row: &Row, local: &str) -> Row {
    let mut row = row.clone();
    row.local = Some(local.to_owned());
    row
}

pub(crate) fn deleted(row: &Row) -> Row {
    let mut row = row.clone();
    row.is_deleted = true;
    row
}

pub(crate) fn put(rows: impl IntoIterator<Item = Row>) -> Commit {
    let mut commit = Commit::default();
    commit.put = rows.into_iter().collect();
    commit
}

pub(crate) fn staging(lease: &Lease, stage: Stage) -> Commit {
    let mut commit = Commit::default();
    commit.lease = Some(lease.clone());
    commit.stage = Some(stage);
    commit
}

/// The end of an enumeration.
pub(crate) fn swapping(lease: &Lease, guard: Guard, generation: u64) -> Commit {
    let mut commit = staging(lease, Stage::Swap(guard));
    commit.feed = Some(feed(generation));
    commit
}

pub(crate) fn feed(generation: u64) -> Feed {
    let mut feed = Feed::default();
    feed.link = Some(format!("https://graph.microsoft.com/delta?{generation}"));
    feed.phase = Phase::Following;
    feed.generation = generation;
    feed.completed_at = Some(generation * 1000);
    feed
}

pub(crate) fn jobs(changes: impl IntoIterator<Item = JobChange>) -> Commit {
    let mut commit = Commit::default();
    commit.jobs = changes.into_iter().collect();
    commit
}

pub(crate) fn update(key: &Key, mine: &str) -> Job {
    let (base, mine) = ("{}".to_owned(), mine.to_owned());
    Job::new(key.clone(), Act::Update { base, mine }, format!("marker {}", key.id), 7)
}

pub(crate) async fn opened(path: &Path) -> Opened {
    SqliteStore::open(path).await.unwrap()
}

pub(crate) async fn open(path: &Path) -> SqliteStore {
    let opened = opened(path).await;
    assert_eq!(opened.rebuilt, None);
    opened.store
}

/// Begins anything that a test may want to lease.
pub(crate) async fn lease(store: &dyn Store) -> Lease {
    store.lease(&Collection::Planner, "test", 0, 100).await.unwrap()
}

pub(crate) async fn all_rows(store: &dyn Store) -> Vec<Row> {
    store.list(None, None, usize::MAX).await.unwrap()
}

pub(crate) async fn all_events(store: &dyn Store) -> Vec<StoredEvent> {
    store.events(0, usize::MAX).await.unwrap()
}

/// What happened, a word each with its object.
pub(crate) async fn told(store: &dyn Store) -> Vec<String> {
    let events = all_events(store).await.into_iter();
    let told = events.map(|event| match event.what {
        What::Init => "init".to_owned(),
        What::InitApply { key, after } => format!("apply {key} {after}"),
        What::InitDone => "done".to_owned(),
        What::Created { key, after } => format!("created {key} {after}"),
        What::Changed { key, before, after } => format!("changed {key} {before} {after}"),
        What::Deleted { key, before } => format!("deleted {key} {before}"),
        other => panic!("{other:?}"),
    });
    told.collect()
}

pub(crate) fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("replica.db")
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
