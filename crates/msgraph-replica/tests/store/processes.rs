//! Several handles on one file, as several processes have them.

use std::{fs, sync::Arc};

use msgraph_replica::{
    Collection, Key, MemoryStore, Store, StoreError,
    store::{Commit, JobChange},
};
use tempfile::tempdir;

use crate::making::{all_events, all_rows, beside, feed, file, jobs, open, put, row, task, update};

#[tokio::test]
async fn who_was_paused_beyond_the_lease_writes_nothing() {
    let folder = tempdir().unwrap();
    let (paused, other) = (open(&file(&folder)).await, open(&file(&folder)).await);
    let planner = Collection::Planner;
    let page = |lease: &msgraph_replica::store::Lease, server: &str, generation| {
        let mut commit = put([row(&task("1"), server)]);
        commit.lease = Some(lease.clone());
        commit.feed = Some(feed(generation));
        commit
    };
    let old = paused.lease(&planner, "paused", 0, 10).await.unwrap();
    paused.commit(page(&old, "v1", 1)).await.unwrap();
    let refused = other.lease(&planner, "other", 9, 20).await.unwrap_err();
    assert!(matches!(refused, StoreError::Leased { until: 10 }));

    let new = other.lease(&planner, "other", 10, 20).await.unwrap();
    other.commit(page(&new, "v3", 3)).await.unwrap();
    let refused = paused.commit(page(&old, "v2", 2)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Fenced));
    for store in [&paused, &other] {
        assert_eq!(all_rows(store).await, [row(&task("1"), "v3")]);
        assert_eq!(store.feed(&planner).await.unwrap(), Some(feed(3)));
        assert_eq!(all_events(store).await.len(), 2);
    }
}

#[tokio::test]
async fn who_is_gone_is_not_waited_for() {
    let folder = tempdir().unwrap();
    let planner = Collection::Planner;
    let gone = open(&file(&folder)).await;
    let old = gone.lease(&planner, "gone", 0, 10).await.unwrap();
    let beside_it = open(&file(&folder)).await;
    let refused = beside_it.lease(&planner, "beside it", 5, 20).await.unwrap_err();
    assert!(matches!(refused, StoreError::Leased { until: 10 }), "somebody is there");

    drop((gone, beside_it));
    let again = open(&file(&folder)).await;
    let new = again.lease(&planner, "again", 5, 20).await.unwrap();
    assert!(new.fence > old.fence);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_wait_for_each_other() {
    let folder = tempdir().unwrap();
    let path = file(&folder);
    // All make the file at once, too.
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let path = path.clone();
            tokio::spawn(async move {
                let store = open(&path).await;
                for number in 0..25 {
                    let key = task(&format!("{writer} {number}"));
                    let mut commit = put([row(&key, "v1")]);
                    commit.jobs = vec![JobChange::Add(update(&key, "{}"))];
                    store.commit(commit).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let store = open(&path).await;
    assert_eq!(all_rows(&store).await.len(), 100);
    let numbers: Vec<_> = store.jobs().await.unwrap().iter().map(|job| job.number).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_call_without_a_runtime_is_carried_out_in_place() {
    let folder = tempdir().unwrap();
    let path = file(&folder);
    let thread = std::thread::spawn(move || {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(open(&path)).poll(&mut context) {
            std::task::Poll::Ready(store) => store,
            std::task::Poll::Pending => panic!("nothing is waited for"),
        }
    });
    let store = Arc::new(thread.join().unwrap());
    assert_eq!(all_rows(&*store).await, []);
}

/// What a computer leaves that loses its power while the log is written is the log up to some place.
#[tokio::test]
async fn a_log_that_ends_anywhere_holds_whole_commits() {
    let folder = tempdir().unwrap();
    let path = file(&folder);
    let store = open(&path).await;
    let memory = MemoryStore::new();
    let mut states = vec![(Vec::new(), Vec::new())];
    for number in 0..6 {
        let commit = || -> Commit {
            let rows = (0..=number).map(|id| row(&task(&id.to_string()), &format!("v{number}")));
            let mut commit = put(rows);
            commit.jobs = jobs([JobChange::Add(update(&task("1"), &number.to_string()))]).jobs;
            commit.remove = vec![Key::new(msgraph_replica::Kind::Task, "2")];
            commit
        };
        memory.commit(commit()).await.unwrap();
        store.commit(commit()).await.unwrap();
        states.push((all_rows(&memory).await, memory.jobs().await.unwrap()));
    }
    // The store is open, so that all of it is still in the log.
    let log = fs::read(beside(&path, "-wal")).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for end in (0..=log.len()).step_by(1371).chain([log.len()]) {
        let left = folder.path().join(format!("left {end}"));
        fs::copy(&path, &left).unwrap();
        fs::write(beside(&left, "-wal"), &log[..end]).unwrap();
        let store = open(&left).await;
        let state = (all_rows(&store).await, store.jobs().await.unwrap());
        let place = states.iter().position(|known| *known == state);
        seen.insert(place.expect("no commit left this"));
    }
    assert_eq!(seen.len(), states.len());
}
