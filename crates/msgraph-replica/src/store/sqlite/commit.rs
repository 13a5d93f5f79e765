//! One transaction a commit.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{
    failure::Failure,
    jobs, leases,
    reading::{self, Before, signed},
    swap::{self, clear, delete},
};
use crate::{
    Collection, Kind, Row,
    store::{Commit, Committed, Feed, Stage},
};

pub(super) fn commit(connection: &mut Connection, commit: Commit) -> Result<Committed, Failure> {
    if !is_read_again(&commit) {
        return transact(connection, commit);
    }
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    let committed = transact(connection, commit);
    connection.pragma_update(None, "synchronous", "FULL")?;
    committed
}

/// Whether what is written may wait for the next commit to reach the disk. If a loss of power takes the pages of an enumeration,
/// it takes the link behind them, too: they are read again, and nobody was told of them.
fn is_read_again(commit: &Commit) -> bool {
    let is_staged_only = commit.put.is_empty() && commit.remove.is_empty() && commit.drop.is_empty();
    is_staged_only && commit.jobs.is_empty() && matches!(commit.stage, Some(Stage::Add(_)))
}

fn transact(connection: &mut Connection, commit: Commit) -> Result<Committed, Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let committed = carry_out(&transaction, commit)?;
    transaction.commit()?;
    Ok(committed)
}

pub(super) fn acknowledge(connection: &Connection, up_to: u64) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached("DELETE FROM events WHERE cursor <= ?1")?;
    statement.execute([signed(up_to)])?;
    Ok(())
}

fn carry_out(connection: &Connection, commit: Commit) -> Result<Committed, Failure> {
    if let Some(lease) = &commit.lease {
        leases::check(connection, lease)?;
    }
    let before: i64 = connection
        .prepare_cached("SELECT coalesce(max(cursor), 0) FROM events")?
        .query_one([], |row| row.get(0))?;
    let mut touched = 0;
    for row in &commit.put {
        let before = reading::before(connection, &row.key)?;
        put(connection, row, before.as_ref(), "created")?;
        touched += 1;
    }
    for key in &commit.remove {
        touched += delete(connection, "kind = ?1 AND id = ?2", key.kind.name(), &key.id)?;
    }
    if let Some(collection) = commit.lease.map(|lease| lease.collection) {
        match commit.stage {
            Some(Stage::Clear) => clear(connection, &collection.to_string())?,
            Some(Stage::Add(rows)) => stage(connection, &collection, &rows)?,
            Some(Stage::Swap(guard)) => touched += swap::swap(connection, &collection, guard)?,
            None => {}
        }
        if let Some(feed) = commit.feed {
            set_feed(connection, &collection, &feed)?;
        }
    }
    for collection in commit.drop {
        touched += drop(connection, &collection)?;
    }
    for change in commit.jobs {
        jobs::change(connection, change)?;
    }
    count(connection, before, touched)
}

/// Puts a row in the place of the one that is there, and tells what is different; `new` is what it is called where nothing was
/// shown before. Each statement writes one row: more would be kept apart by the database until they are all written.
pub(super) fn put(connection: &Connection, row: &Row, before: Option<&Before>, new: &str) -> Result<(), Failure> {
    let (kind, collection) = (row.key.kind.name(), row.collection.to_string());
    let (was, mut told) = (
        before.and_then(|before| before.row.shown()),
        before.and_then(|before| before.told),
    );
    if was != row.shown() {
        let what = match (was, row.shown()) {
            (None, _) => new,
            (Some(_), None) => "deleted",
            (Some(_), Some(_)) => "changed",
        };
        let mut became = connection.prepare_cached("UPDATE events SET became = ?2 WHERE cursor = ?1")?;
        became.execute(params![told, was])?;
        let event = "INSERT INTO events (kind, id, collection, what, was) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut event = connection.prepare_cached(event)?;
        event.execute(params![kind, row.key.id, collection, what, was])?;
        told = Some(connection.last_insert_rowid());
    }
    let sql = match before {
        Some(before) if before.row == *row => return Ok(()),
        Some(_) => {
            "UPDATE rows SET (collection, parent, server, local, deleted, told) = (?3, ?4, ?5, ?6, ?7, ?8)
            WHERE kind = ?1 AND id = ?2"
        }
        None => {
            "INSERT INTO rows (kind, id, collection, parent, server, local, deleted, told)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        }
    };
    connection.prepare_cached(sql)?.execute(params![
        kind,
        row.key.id,
        collection,
        row.parent,
        row.server,
        row.local,
        row.is_deleted,
        told
    ])?;
    Ok(())
}

fn stage(connection: &Connection, collection: &Collection, rows: &[Row]) -> Result<(), Failure> {
    let sql = "INSERT OR REPLACE INTO staged (feed, kind, id, parent, server) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql)?;
    let collection = collection.to_string();
    for row in rows {
        let (kind, id) = (row.key.kind.name(), &row.key.id);
        statement.execute(params![collection, kind, id, row.parent, row.server])?;
    }
    Ok(())
}

fn set_feed(connection: &Connection, collection: &Collection, feed: &Feed) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO feeds (collection, feed) VALUES (?1, ?2)")?;
    statement.execute([collection.to_string(), serde_json::to_string(feed)?])?;
    Ok(())
}

/// How many rows went.
fn drop(connection: &Connection, collection: &Collection) -> Result<usize, Failure> {
    let collection = collection.to_string();
    clear(connection, &collection)?;
    let mut statement = connection.prepare_cached("DELETE FROM feeds WHERE collection = ?1")?;
    statement.execute([&collection])?;
    let mut gone = 0;
    for kind in Kind::ALL {
        let condition = "kind = ?1 AND collection = ?2 AND server IS NOT NULL";
        gone += delete(connection, condition, kind.name(), &collection)?;
    }
    Ok(gone)
}

/// What became of the rows that were touched is what was told since.
fn count(connection: &Connection, before: i64, touched: usize) -> Result<Committed, Failure> {
    let sql = "
        SELECT count(*) FILTER (WHERE what IN ('created', 'initApply')), count(*) FILTER (WHERE what = 'changed'),
            count(*) FILTER (WHERE what = 'deleted')
        FROM events WHERE cursor > ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut committed = statement.query_one([before], |counts| {
        Ok(Committed {
            created: counts.get(0)?,
            changed: counts.get(1)?,
            deleted: counts.get(2)?,
            unchanged: 0,
        })
    })?;
    let told = committed.created + committed.changed + committed.deleted;
    committed.unchanged = touched.saturating_sub(told);
    Ok(committed)
}
