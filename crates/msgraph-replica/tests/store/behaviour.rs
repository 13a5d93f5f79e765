//! One suite, run against every store.

use msgraph_replica::{
    Account, Collection, Key, Kind, MemoryStore, SqliteStore, Store, StoreError,
    store::{Committed, Guard, JobChange, JobState, Lease, Stage},
};

use crate::making::{
    all_events, all_rows, deleted, edited, feed, file, jobs, lease, open, put, row, staging, swapping, task, told,
    update,
};

/// A test of each behaviour for each store.
macro_rules! suite {
    ($($name:ident,)*) => {
        mod memory {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(&MemoryStore::new()).await;
            })*
        }

        mod sqlite {
            use super::*;

            $(#[tokio::test]
            async fn $name() {
                super::$name(&SqliteStore::in_memory().unwrap()).await;
                let folder = tempfile::tempdir().unwrap();
                super::$name(&open(&file(&folder)).await).await;
            })*
        }
    };
}

suite! {
    another_account_is_refused,
    a_lease_is_one_holders_until_it_ends,
    a_fenced_commit_writes_nothing,
    only_what_is_shown_is_told,
    rows_are_listed_by_key,
    events_stay_until_they_are_acknowledged,
    the_first_enumeration_is_told_as_such,
    a_later_enumeration_tells_the_difference,
    edits_stay_over_what_an_enumeration_brings,
    a_swap_beyond_its_guard_changes_nothing,
    staging_is_seen_by_nobody,
    a_dropped_feed_takes_its_rows_along,
    jobs_keep_their_order,
}

fn counts(committed: Committed) -> [usize; 4] {
    [
        committed.created,
        committed.changed,
        committed.deleted,
        committed.unchanged,
    ]
}

async fn another_account_is_refused(store: &dyn Store) {
    let mine = Account::new("global", "tenant", "me");
    store.bind(&mine).await.unwrap();
    store.bind(&mine).await.unwrap();
    let refused = store.bind(&Account::new("global", "tenant", "you")).await.unwrap_err();
    assert!(matches!(refused, StoreError::OtherAccount { bound } if bound == mine));
}

async fn a_lease_is_one_holders_until_it_ends(store: &dyn Store) {
    let planner = Collection::Planner;
    let first = store.lease(&planner, "a", 0, 10).await.unwrap();
    let refused = store.lease(&planner, "b", 9, 20).await.unwrap_err();
    assert!(matches!(refused, StoreError::Leased { until: 10 }));
    let again = store.lease(&planner, "a", 5, 15).await.unwrap();
    assert_eq!(again, first);
    let second = store.lease(&planner, "b", 15, 25).await.unwrap();
    assert!(second.fence > first.fence);
    let other = store.lease(&Collection::TodoLists, "a", 15, 25).await.unwrap();
    assert_eq!(other.collection, Collection::TodoLists);
}

async fn a_fenced_commit_writes_nothing(store: &dyn Store) {
    let first = store.lease(&Collection::Planner, "a", 0, 10).await.unwrap();
    let second = store.lease(&Collection::Planner, "b", 10, 20).await.unwrap();
    let mut commit = put([row(&task("1"), "v1")]);
    commit.lease = Some(first);
    commit.feed = Some(feed(1));
    assert!(matches!(store.commit(commit).await.unwrap_err(), StoreError::Fenced));
    let never = Lease::new(Collection::TodoLists, 1);
    let mut commit = put([row(&task("1"), "v1")]);
    commit.lease = Some(never);
    assert!(matches!(store.commit(commit).await.unwrap_err(), StoreError::Fenced));
    assert!(all_rows(store).await.is_empty());
    assert_eq!(store.feeds().await.unwrap(), []);

    let mut commit = put([row(&task("1"), "v1")]);
    commit.lease = Some(second);
    commit.feed = Some(feed(1));
    store.commit(commit).await.unwrap();
    assert_eq!(store.feed(&Collection::Planner).await.unwrap(), Some(feed(1)));
    assert_eq!(store.feeds().await.unwrap(), [(Collection::Planner, feed(1))]);
}

async fn only_what_is_shown_is_told(store: &dyn Store) {
    let it = row(&task("1"), "v1");
    let all = [
        it.clone(),
        it.clone(),
        edited(&it, "mine"),
        edited(&row(&task("1"), "v2"), "mine"),
        deleted(&edited(&it, "mine")),
        row(&task("1"), "v3"),
    ];
    let committed = store.commit(put(all)).await.unwrap();
    assert_eq!(counts(committed), [2, 1, 1, 2]);
    let mut gone = put([deleted(&row(&task("2"), "v1"))]);
    gone.remove = vec![task("1"), task("2"), task("3")];
    // The second was never shown, and the third was never there.
    assert_eq!(counts(store.commit(gone).await.unwrap()), [0, 0, 1, 2]);
    let expected = [
        "created Task 1 v1",
        "changed Task 1 v1 mine",
        "deleted Task 1 mine",
        "created Task 1 v3",
        "deleted Task 1 v3",
    ];
    assert_eq!(told(store).await, expected);
    assert_eq!(store.get(&task("1")).await.unwrap(), None);
}

async fn rows_are_listed_by_key(store: &dyn Store) {
    let ids = ["", "\0", "A", "B", "a", "aa", "a\0", "é", "🦀"];
    let mut rows = Vec::new();
    for kind in Kind::ALL.iter().rev() {
        for id in ids {
            let mut row = row(&Key::new(*kind, id), "v");
            if matches!(kind, Kind::TodoTask) {
                row.collection = Collection::TodoTasks("list".to_owned());
            }
            rows.push(row);
        }
    }
    store.commit(put(rows.clone())).await.unwrap();
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(all_rows(store).await, rows);
    for step in [1, 4, 7, 1000] {
        let mut read = Vec::new();
        loop {
            let after = read.last().map(|row: &msgraph_replica::Row| row.key.clone());
            let page = store.list(None, after.as_ref(), step).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= step);
            read.extend(page);
        }
        assert_eq!(read, rows, "{step}");
    }
    let list = Collection::TodoTasks("list".to_owned());
    let of_list = store.list(Some(&list), Some(&task("z")), 3).await.unwrap();
    let expected: Vec<_> = rows
        .iter()
        .filter(|row| row.collection == list)
        .take(3)
        .cloned()
        .collect();
    assert_eq!(of_list, expected);
    assert_eq!(store.list(None, None, 0).await.unwrap(), []);
    assert_eq!(store.get(&rows[3].key).await.unwrap().as_ref(), Some(&rows[3]));
}

async fn events_stay_until_they_are_acknowledged(store: &dyn Store) {
    let rows = ["1", "2", "3"].map(|id| row(&task(id), "v1"));
    store.commit(put(rows)).await.unwrap();
    let cursors = |events: Vec<msgraph_replica::store::StoredEvent>| -> Vec<u64> {
        events.iter().map(|event| event.cursor).collect()
    };
    assert_eq!(cursors(store.events(0, 2).await.unwrap()), [1, 2]);
    assert_eq!(cursors(store.events(2, 2).await.unwrap()), [3]);
    assert_eq!(store.events(u64::MAX, usize::MAX).await.unwrap(), []);
    store.acknowledge(2).await.unwrap();
    assert_eq!(cursors(all_events(store).await), [3]);
    store.acknowledge(u64::MAX).await.unwrap();
    store.commit(put([row(&task("1"), "v2")])).await.unwrap();
    // No cursor is ever given twice.
    assert_eq!(cursors(all_events(store).await), [4]);
}

async fn the_first_enumeration_is_told_as_such(store: &dyn Store) {
    let lease = lease(store).await;
    let plan = Key::new(Kind::Plan, "9");
    let made_here = {
        let mut row = edited(&row(&task("local"), ""), "mine");
        row.server = None;
        row
    };
    store
        .commit(put([made_here.clone(), row(&task("0"), "old")]))
        .await
        .unwrap();
    store.acknowledge(u64::MAX).await.unwrap();
    let bucket = Key::new(Kind::Bucket, "1");
    for rows in [
        vec![row(&task("1"), "v1"), row(&plan, "p1")],
        vec![row(&bucket, "b1"), row(&task("0"), "new")],
    ] {
        store.commit(staging(&lease, Stage::Add(rows))).await.unwrap();
    }
    let committed = store.commit(swapping(&lease, Guard::NONE, 1)).await.unwrap();
    assert_eq!(counts(committed), [3, 1, 0, 0]);
    let expected = [
        "init",
        "apply Plan 9 p1",
        "apply Bucket 1 b1",
        "changed Task 0 old new",
        "apply Task 1 v1",
        "done",
    ];
    assert_eq!(told(store).await, expected);
    assert_eq!(store.get(&made_here.key).await.unwrap(), Some(made_here));
}

async fn a_later_enumeration_tells_the_difference(store: &dyn Store) {
    let lease = lease(store).await;
    let first = ["1", "2", "3"].map(|id| row(&task(id), "v1"));
    store.commit(staging(&lease, Stage::Add(first.to_vec()))).await.unwrap();
    store.commit(swapping(&lease, Guard::NONE, 1)).await.unwrap();
    store.acknowledge(u64::MAX).await.unwrap();

    let begun_in_vain = vec![row(&task("8"), "v1")];
    store.commit(staging(&lease, Stage::Add(begun_in_vain))).await.unwrap();
    store.commit(staging(&lease, Stage::Clear)).await.unwrap();
    let second = vec![row(&task("4"), "v1"), row(&task("2"), "v2"), row(&task("1"), "v1")];
    store.commit(staging(&lease, Stage::Add(second))).await.unwrap();
    let committed = store.commit(swapping(&lease, Guard::NONE, 2)).await.unwrap();
    assert_eq!(counts(committed), [1, 1, 1, 1]);
    let expected = ["changed Task 2 v1 v2", "created Task 4 v1", "deleted Task 3 v1"];
    assert_eq!(told(store).await, expected);
    let rows = [("1", "v1"), ("2", "v2"), ("4", "v1")].map(|(id, server)| row(&task(id), server));
    assert_eq!(all_rows(store).await, rows);
}

async fn edits_stay_over_what_an_enumeration_brings(store: &dyn Store) {
    let lease = lease(store).await;
    let moved = {
        let mut row = edited(&row(&task("3"), "v1"), "mine");
        row.collection = Collection::TodoLists;
        row
    };
    let before = [
        edited(&row(&task("1"), "v1"), "mine"),
        deleted(&row(&task("2"), "v1")),
        moved,
        edited(&row(&task("4"), "v1"), "mine"),
    ];
    store.commit(put(before)).await.unwrap();
    store.acknowledge(u64::MAX).await.unwrap();
    let new = ["1", "2", "3"].map(|id| row(&task(id), "v2"));
    store.commit(staging(&lease, Stage::Add(new.to_vec()))).await.unwrap();
    let committed = store.commit(swapping(&lease, Guard::NONE, 1)).await.unwrap();
    assert_eq!(counts(committed), [0, 0, 1, 3]);
    assert_eq!(told(store).await, ["init", "deleted Task 4 mine", "done"]);
    let after = [edited(&new[0], "mine"), deleted(&new[1]), edited(&new[2], "mine")];
    assert_eq!(all_rows(store).await, after);
}

async fn a_swap_beyond_its_guard_changes_nothing(store: &dyn Store) {
    let lease = lease(store).await;
    let rows = ["1", "2", "3", "4"].map(|id| row(&task(id), "v1"));
    store.commit(put(rows.clone())).await.unwrap();
    let kept = vec![row(&task("1"), "v2"), row(&task("2"), "v1")];
    store.commit(staging(&lease, Stage::Add(kept))).await.unwrap();
    let mut swap = swapping(&lease, Guard::new(1, 49), 1);
    swap.put = vec![row(&task("1"), "v3")];
    let refused = store.commit(swap).await.unwrap_err();
    assert!(matches!(refused, StoreError::MassDelete { removed: 2, of: 4 }));
    assert_eq!(all_rows(store).await, rows);
    assert_eq!(store.feed(&Collection::Planner).await.unwrap(), None);
    // What was staged is still there.
    store.commit(swapping(&lease, Guard::new(1, 50), 1)).await.unwrap();
    let rows = [row(&task("1"), "v2"), row(&task("2"), "v1")];
    assert_eq!(all_rows(store).await, rows);
}

async fn staging_is_seen_by_nobody(store: &dyn Store) {
    let lease = lease(store).await;
    let rows = vec![edited(&row(&task("1"), "v1"), "not the service's")];
    let committed = store.commit(staging(&lease, Stage::Add(rows))).await.unwrap();
    assert_eq!(counts(committed), [0, 0, 0, 0]);
    assert_eq!(all_rows(store).await, []);
    assert_eq!(all_events(store).await, []);
    store.commit(swapping(&lease, Guard::NONE, 1)).await.unwrap();
    assert_eq!(all_rows(store).await, [row(&task("1"), "v1")]);
}

async fn a_dropped_feed_takes_its_rows_along(store: &dyn Store) {
    let list = Collection::TodoTasks("list".to_owned());
    let mut of_list = row(&Key::new(Kind::TodoTask, "1"), "v1");
    of_list.collection = list.clone();
    let lease = store.lease(&list, "a", 0, 10).await.unwrap();
    store
        .commit(staging(&lease, Stage::Add(vec![of_list.clone()])))
        .await
        .unwrap();
    let mut commit = put([of_list, row(&task("2"), "v1")]);
    commit.lease = Some(lease.clone());
    commit.feed = Some(feed(1));
    store.commit(commit).await.unwrap();
    store.acknowledge(u64::MAX).await.unwrap();

    let mut commit = put([]);
    commit.drop = vec![list.clone()];
    assert_eq!(counts(store.commit(commit).await.unwrap()), [0, 0, 1, 0]);
    assert_eq!(told(store).await, ["deleted TodoTask 1 v1"]);
    assert_eq!(store.feed(&list).await.unwrap(), None);
    store.commit(swapping(&lease, Guard::NONE, 1)).await.unwrap();
    assert_eq!(all_rows(store).await, [row(&task("2"), "v1")]);
}

async fn jobs_keep_their_order(store: &dyn Store) {
    let added = ["1", "2", "1"].map(|id| JobChange::Add(update(&task(id), "{}")));
    store.commit(jobs(added)).await.unwrap();
    let kept = store.jobs().await.unwrap();
    assert_eq!(kept.iter().map(|job| job.number).collect::<Vec<_>>(), [1, 2, 3]);

    let mut stopped = kept[1].clone();
    stopped.state = JobState::Stopped {
        reason: "both sides".to_owned(),
        fields: vec!["title".to_owned()],
    };
    let mut gone = stopped.clone();
    gone.number = 9;
    let (from, to) = (task("1"), task("service's"));
    let changes = [
        JobChange::Set(stopped.clone()),
        JobChange::Set(gone),
        JobChange::Rename { from, to: to.clone() },
        JobChange::Done(3),
        JobChange::Done(77),
    ];
    store.commit(jobs(changes)).await.unwrap();
    let mut renamed = kept[0].clone();
    renamed.key = to;
    assert_eq!(store.jobs().await.unwrap(), [renamed, stopped]);
    // No number is ever given twice.
    store
        .commit(jobs([JobChange::Add(update(&task("3"), "{}"))]))
        .await
        .unwrap();
    assert_eq!(store.jobs().await.unwrap().last().unwrap().number, 4);
}
