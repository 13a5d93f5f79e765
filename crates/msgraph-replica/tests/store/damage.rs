//! Files that are damaged, or no database at all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use msgraph_replica::{
    Account, Collection, Row, SqliteStore, Store, StoreError,
    store::{Job, JobChange, Opened},
};
use tempfile::{TempDir, tempdir};

use crate::making::{all_rows, beside, deleted, edited, feed, file, open, opened, put, row, task, told, update};

const PAGE: usize = 16 << 10;

/// The edits in the file that [`made`] makes.
const EDITS: usize = 20;

fn me() -> Account {
    Account::new("global", "tenant", "me")
}

/// A file with more than a hundred pages, and edits that were not sent yet.
async fn made(folder: &TempDir) -> PathBuf {
    let path = file(folder);
    let store = open(&path).await;
    store.bind(&me()).await.unwrap();
    let lease = store.lease(&Collection::Planner, "a", 0, 10).await.unwrap();
    let body = "x".repeat(1000);
    let rows = (0..2_000).map(|number| row(&task(&format!("{number:03}")), &body));
    let mut commit = put(rows);
    commit.lease = Some(lease);
    commit.feed = Some(feed(1));
    store.commit(commit).await.unwrap();
    let mut edits = put(edits().into_iter().map(|(row, _)| row));
    edits.jobs = self::edits().into_iter().map(|(_, job)| JobChange::Add(job)).collect();
    store.commit(edits).await.unwrap();
    path
}

fn edits() -> Vec<(Row, Job)> {
    let edits = (0..EDITS).map(|number| {
        let key = task(&format!("{:03}", number * 7));
        let row = row(&key, "v1");
        let row = if number % 2 == 0 {
            edited(&row, "mine")
        } else {
            deleted(&row)
        };
        let mut job = update(&key, "{}");
        job.number = number as u64 + 1;
        (row, job)
    });
    edits.collect()
}

/// What any damaged file must become: a store that works, with edits of ours or none.
async fn is_anew(path: &Path, opened: Opened) -> usize {
    let rebuilt = opened.rebuilt.unwrap();
    assert!(rebuilt.set_aside.exists());
    let store = opened.store;
    assert_eq!(store.feeds().await.unwrap(), []);
    let known = edits();
    let rows = all_rows(&store).await;
    assert!(rows.iter().all(|row| known.iter().any(|(known, _)| known == row)));
    let jobs = store.jobs().await.unwrap();
    assert_eq!(jobs.len(), rebuilt.jobs_saved);
    for (place, job) in jobs.iter().enumerate() {
        assert_eq!(job.number, place as u64 + 1);
        assert!(
            known
                .iter()
                .any(|(_, known)| known.key == job.key && known.act == job.act)
        );
    }
    drop(store);
    // The next opening finds it in order.
    assert_eq!(open(path).await.jobs().await.unwrap(), jobs);
    jobs.len()
}

#[tokio::test]
async fn a_file_that_is_no_database_is_set_aside() {
    let garbage: Vec<u8> = (0..50_000_u32)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for (name, content) in [("short", &b"hello"[..]), ("line", &[b'x'; 600]), ("long", &garbage)] {
        let folder = tempdir().unwrap();
        let path = folder.path().join(name);
        for number in 1..3 {
            fs::write(&path, content).unwrap();
            let opened = opened(&path).await;
            let aside = beside(&path, &format!(".corrupt-{number}"));
            assert_eq!(opened.rebuilt.as_ref().unwrap().set_aside, aside);
            assert_eq!(fs::read(aside).unwrap(), content);
            assert_eq!(is_anew(&path, opened).await, 0);
        }
    }
}

#[tokio::test]
async fn a_file_that_ends_early_is_set_aside() {
    let folder = tempdir().unwrap();
    let path = made(&folder).await;
    let whole = fs::read(&path).unwrap();
    for part in 1..10 {
        let folder = tempdir().unwrap();
        let path = file(&folder);
        let rest = &whole[..whole.len() * part / 10 / 512 * 512 + part];
        fs::write(&path, rest).unwrap();
        let opened = opened(&path).await;
        let aside = &opened.rebuilt.as_ref().unwrap().set_aside;
        assert_eq!(fs::read(aside).unwrap(), rest);
        is_anew(&path, opened).await;
    }
}

#[tokio::test]
async fn edits_survive_a_page_that_is_overwritten() {
    let folder = tempdir().unwrap();
    let path = made(&folder).await;
    let whole = fs::read(&path).unwrap();
    let pages = whole.len() / PAGE;
    assert!(pages > 100, "{pages}");
    let (mut found, mut complete) = (0, 0);
    for page in 0..pages {
        let folder = tempdir().unwrap();
        let path = file(&folder);
        let mut damaged = whole.clone();
        damaged[page * PAGE..(page + 1) * PAGE].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        let opened = opened(&path).await;
        if opened.rebuilt.is_some() {
            found += 1;
            complete += usize::from(is_anew(&path, opened).await == EDITS);
        }
    }
    // All but the pages that hold nothing, and all but those that lead to the edits or say whose they are.
    assert!(found + 2 >= pages, "{found} of {pages}");
    assert!(complete + 6 >= pages, "{complete} of {pages}");
}

#[tokio::test]
async fn what_is_saved_is_the_same_accounts() {
    let folder = tempdir().unwrap();
    let path = made(&folder).await;
    let mut damaged = fs::read(&path).unwrap();
    let middle = damaged.len() / PAGE / 2 * PAGE;
    damaged[middle..middle + 3 * PAGE].fill(0);
    fs::write(&path, &damaged).unwrap();
    let opened = opened(&path).await;
    assert_eq!(opened.rebuilt.unwrap().jobs_saved, EDITS);
    let store = opened.store;
    store.bind(&me()).await.unwrap();
    let refused = store.bind(&Account::new("global", "tenant", "you")).await.unwrap_err();
    assert!(matches!(refused, StoreError::OtherAccount { bound } if bound == me()));
    // What an edit makes of an object is told anew.
    assert!(told(&store).await.iter().all(|told| told.starts_with("created ")));
}

#[tokio::test]
async fn the_log_goes_with_its_file() {
    let folder = tempdir().unwrap();
    let path = made(&folder).await;
    fs::write(&path, "garbage").unwrap();
    fs::write(beside(&path, "-wal"), "log").unwrap();
    fs::write(beside(&path, "-shm"), "index").unwrap();
    let rebuilt = opened(&path).await.rebuilt.unwrap();
    assert!(beside(&rebuilt.set_aside, "-wal").exists());
    assert!(beside(&rebuilt.set_aside, "-shm").exists());
}

#[tokio::test]
async fn being_interrupted_while_it_is_replaced_loses_nothing() {
    let folder = tempdir().unwrap();
    let path = made(&folder).await;
    let complete = fs::read(&path).unwrap();
    // The new file was complete, and the damaged one was moved, but not its log.
    fs::write(beside(&path, ".rebuilt"), &complete).unwrap();
    fs::rename(&path, beside(&path, ".corrupt-1")).unwrap();
    fs::write(beside(&path, "-wal"), "log").unwrap();
    let opened = opened(&path).await;
    let rebuilt = opened.rebuilt.unwrap();
    assert_eq!(rebuilt.jobs_saved, EDITS);
    assert_eq!(rebuilt.set_aside, beside(&path, ".corrupt-1"));
    assert_eq!(fs::read(beside(&rebuilt.set_aside, "-wal")).unwrap(), b"log");
    drop(opened.store);

    // One that was not complete is made anew.
    fs::write(beside(&path, ".rebuilt"), "half").unwrap();
    fs::write(&path, "garbage").unwrap();
    let rebuilt = self::opened(&path).await.rebuilt.unwrap();
    assert_eq!(rebuilt.set_aside, beside(&path, ".corrupt-2"));
    assert!(!beside(&path, ".rebuilt").exists());
}

#[tokio::test]
async fn a_damaged_file_that_is_in_use_is_not_replaced() {
    let folder = tempdir().unwrap();
    let path = made(&folder).await;
    let user = open(&path).await;
    let mut damaged = fs::read(&path).unwrap();
    let middle = damaged.len() / PAGE / 2 * PAGE;
    damaged[middle..middle + 3 * PAGE].fill(0);
    fs::write(&path, &damaged).unwrap();
    let refused = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::Database(_)));
    assert!(!beside(&path, ".corrupt-1").exists());
    drop(user);
    assert_eq!(opened(&path).await.rebuilt.unwrap().jobs_saved, EDITS);
}
