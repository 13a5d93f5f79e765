//! The tables, and how a file of an older version gets them.

use rusqlite::{Connection, TransactionBehavior};

use super::failure::Failure;
use crate::StoreError;

/// In the header of the file, by which it is known as ours: `MSGR`.
const APPLICATION: i32 = 0x4d53_4752;

/// What makes each version of the one before. Only ever added to: a new kind of objects is a new version, too, since an older
/// build could not read it.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE account (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        cloud TEXT NOT NULL,
        tenant TEXT NOT NULL,
        user TEXT NOT NULL
    ) STRICT;

    CREATE TABLE leases (
        collection TEXT NOT NULL PRIMARY KEY,
        holder TEXT NOT NULL,
        fence INTEGER NOT NULL,
        until INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE feeds (
        collection TEXT NOT NULL PRIMARY KEY,
        feed TEXT NOT NULL
    ) STRICT;

    CREATE TABLE rows (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        collection TEXT NOT NULL,
        parent TEXT,
        server TEXT,
        local TEXT,
        deleted INTEGER NOT NULL DEFAULT FALSE,
        shown TEXT AS (CASE WHEN deleted THEN NULL ELSE coalesce(local, server) END),
        PRIMARY KEY (kind, id)
    ) STRICT;
    CREATE INDEX rows_of_collection ON rows (collection, kind, id);

    CREATE TABLE staged (
        feed TEXT NOT NULL,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        parent TEXT,
        server TEXT,
        PRIMARY KEY (feed, kind, id)
    ) STRICT;

    CREATE TABLE events (
        cursor INTEGER PRIMARY KEY AUTOINCREMENT,
        collection TEXT NOT NULL,
        what TEXT NOT NULL,
        kind TEXT,
        id TEXT,
        was TEXT,
        became TEXT
    ) STRICT;

    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        act TEXT NOT NULL,
        state TEXT NOT NULL,
        marker TEXT NOT NULL,
        made_at INTEGER NOT NULL
    ) STRICT;
    ",
    // What belongs to a plan, a task or a list is found without reading the rest.
    "
    CREATE INDEX rows_of_parent ON rows (parent, kind, id) WHERE parent IS NOT NULL;
    ",
    // What became of a row is written with its event when the row changes again, and read off the row until then. With this came
    // collections of Planner that are fed one by one and the API before To Do, which an older build does not know.
    "
    ALTER TABLE rows ADD COLUMN told INTEGER;

    CREATE TRIGGER rows_deleted AFTER DELETE ON rows WHEN OLD.told IS NOT NULL BEGIN
        UPDATE events SET became = OLD.shown WHERE cursor = OLD.told;
    END;
    ",
];

/// The version of the tables in a file; zero of one that is empty.
///
/// Fails on a newer one, and on the database of something else.
pub(super) fn version(connection: &Connection) -> Result<usize, Failure> {
    // In one statement, so that another process is seen to make the tables as a whole.
    let sql = "SELECT user_version, application_id, EXISTS (SELECT 1 FROM sqlite_schema) \
               FROM pragma_user_version, pragma_application_id";
    let (version, application, has_tables): (i32, i32, bool) =
        connection.query_one(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if application != APPLICATION && (version != 0 || has_tables) {
        return Err(Failure::other("the file is a database of something else"));
    }
    match usize::try_from(version) {
        Ok(known) if known <= MIGRATIONS.len() => Ok(known),
        _ => Err(StoreError::Newer {
            version: version.cast_unsigned(),
        }
        .into()),
    }
}

/// Brings the tables up to this build's version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    if version(connection)? == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let version = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()?;
    Ok(())
}
