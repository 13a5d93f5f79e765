//! Files of older and newer versions, and of something else.

use std::fs;

use msgraph_replica::{Account, Collection, SqliteStore, Store, StoreError};
use rusqlite::Connection;

use crate::making::{all_rows, edited, feed, file, open, opened, row, task, told, update};

/// As version 1 wrote it.
const VERSION_1: &str = r#"
    PRAGMA application_id = 0x4d534752;
    PRAGMA user_version = 1;
    CREATE TABLE account (
        one INTEGER PRIMARY KEY CHECK (one = 1), cloud TEXT NOT NULL, tenant TEXT NOT NULL, user TEXT NOT NULL
    ) STRICT;
    CREATE TABLE leases (
        collection TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL, until INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE feeds (collection TEXT NOT NULL PRIMARY KEY, feed TEXT NOT NULL) STRICT;
    CREATE TABLE rows (
        kind TEXT NOT NULL, id TEXT NOT NULL, collection TEXT NOT NULL, parent TEXT, server TEXT, local TEXT,
        deleted INTEGER NOT NULL DEFAULT FALSE,
        shown TEXT AS (CASE WHEN deleted THEN NULL ELSE coalesce(local, server) END),
        PRIMARY KEY (kind, id)
    ) STRICT;
    CREATE INDEX rows_of_collection ON rows (collection, kind, id);
    CREATE TABLE staged (
        feed TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT, server TEXT, PRIMARY KEY (feed, kind, id)
    ) STRICT;
    CREATE TABLE events (
        cursor INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, what TEXT NOT NULL, kind TEXT, id TEXT,
        was TEXT, became TEXT
    ) STRICT;
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, act TEXT NOT NULL,
        state TEXT NOT NULL, marker TEXT NOT NULL, made_at INTEGER NOT NULL
    ) STRICT;

    INSERT INTO account VALUES (1, 'global', 'tenant', 'me');
    INSERT INTO leases VALUES ('planner', 'a', 4, 100);
    INSERT INTO feeds VALUES ('planner',
        '{"link":"https://graph.microsoft.com/delta?1","phase":"Following","generation":1,"completed_at":1000}');
    INSERT INTO rows (kind, id, collection, parent, server, local) VALUES ('Task', '1', 'planner', 'plan', 'v1', 'mine');
    INSERT INTO events VALUES (3, 'planner', 'created', 'Task', '1', NULL, 'mine');
    INSERT INTO jobs VALUES (5, 'Task', '1', '{"Update":{"base":"{}","mine":"mine"}}', '"Waiting"', 'marker 1', 7);
"#;

#[tokio::test]
async fn a_file_of_version_1_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    Connection::open(&path).unwrap().execute_batch(VERSION_1).unwrap();
    for _ in 0..2 {
        let store = open(&path).await;
        let refused = store.bind(&Account::new("global", "tenant", "you")).await.unwrap_err();
        assert!(matches!(refused, StoreError::OtherAccount { .. }));
        assert_eq!(store.lease(&Collection::Planner, "a", 0, 100).await.unwrap().fence, 4);
        assert_eq!(store.feeds().await.unwrap(), [(Collection::Planner, feed(1))]);
        assert_eq!(all_rows(&store).await, [edited(&row(&task("1"), "v1"), "mine")]);
        assert_eq!(told(&store).await, ["created Task 1 mine"]);
        let mut job = update(&task("1"), "mine");
        job.number = 5;
        assert_eq!(store.jobs().await.unwrap(), [job]);
    }
    // It is as one that this build makes.
    let fresh = folder.path().join("fresh.db");
    drop(open(&fresh).await);
    assert_eq!(tables(&path), tables(&fresh));
}

/// The version, and the tables and indexes without their spaces.
fn tables(path: &std::path::Path) -> (i32, Vec<String>) {
    let connection = Connection::open(path).unwrap();
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    let mut statement = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        .unwrap();
    let tables = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let without_spaces = |sql: String| sql.split_whitespace().collect();
    (
        version.unwrap(),
        tables.map(|sql| without_spaces(sql.unwrap())).collect(),
    )
}

#[tokio::test]
async fn a_newer_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    drop(open(&path).await);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = fs::read(&path).unwrap();
    let refused = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer { version: 99 }));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_database_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (name, version) in [("none.db", 0), ("one.db", 1)] {
        let path = folder.path().join(name);
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE rows (precious TEXT)").unwrap();
        other.pragma_update(None, "user_version", version).unwrap();
        drop(other);
        let before = fs::read(&path).unwrap();
        let refused = SqliteStore::open(&path).await.unwrap_err();
        assert!(matches!(refused, StoreError::Database(_)));
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn what_was_committed_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    // Made by another program, or left by one that was interrupted at once.
    fs::write(file(&folder), "").unwrap();
    let store = opened(&file(&folder)).await.store;
    let rows = [row(&task("1"), "v1"), edited(&row(&task("2"), "v1"), "mine")];
    store.commit(crate::making::put(rows.clone())).await.unwrap();
    drop(store);
    assert_eq!(all_rows(&open(&file(&folder)).await).await, rows);
}
