//! Replaces the rows of a collection by what was staged.
//!
//! The database does it all, row by row in the order of keys, so that the size of a collection costs no memory. What is told
//! goes by kind, since the names of kinds do not sort as kinds do.

use rusqlite::{Connection, params};

use super::{failure::Failure, reading};
use crate::{Collection, Kind, StoreError, store::Guard};

/// Rows that the service does not have any more. What was made here and not sent yet is no part of what it has.
const GONE: &str = "kind = ?1 AND collection = ?2 AND server IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM staged WHERE staged.feed = ?2 AND staged.kind = rows.kind AND staged.id = rows.id)";

/// How many rows were looked at.
pub(super) fn swap(connection: &Connection, collection: &Collection, guard: Guard) -> Result<usize, Failure> {
    let is_first = reading::feed(connection, collection)?.is_none_or(|feed| feed.generation == 0);
    let collection = collection.to_string();
    let removed = check(connection, &collection, guard)?;
    if is_first {
        tell(connection, &collection, "init")?;
    }
    for kind in Kind::ALL {
        tell_staged(connection, &collection, *kind, is_first)?;
    }
    let mut touched = take_staged(connection, &collection)?;
    // What is taken over is not gone: where nothing was before, there is no need to look at every row once more.
    if removed > 0 {
        for kind in Kind::ALL {
            touched += delete(connection, GONE, kind.name(), &collection)?;
        }
    }
    if is_first {
        tell(connection, &collection, "initDone")?;
    }
    let mut statement = connection.prepare_cached("DELETE FROM staged WHERE feed = ?1")?;
    statement.execute([&collection])?;
    Ok(touched)
}

/// Removes the rows of a condition with two parameters, and tells what was shown of them. Returns how many there were.
pub(super) fn delete(connection: &Connection, condition: &str, first: &str, second: &str) -> Result<usize, Failure> {
    let told = format!(
        "INSERT INTO events (kind, id, collection, what, was)
        SELECT kind, id, collection, 'deleted', shown FROM rows WHERE {condition} AND shown IS NOT NULL ORDER BY id"
    );
    connection.prepare_cached(&told)?.execute([first, second])?;
    let mut statement = connection.prepare_cached(&format!("DELETE FROM rows WHERE {condition}"))?;
    Ok(statement.execute([first, second])?)
}

/// How many rows are gone, if they may be.
fn check(connection: &Connection, collection: &str, guard: Guard) -> Result<usize, Failure> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM rows WHERE collection = ?1")?;
    let of = statement.query_one([collection], |row| row.get(0))?;
    let mut statement = connection.prepare_cached(&format!("SELECT count(*) FROM rows WHERE {GONE}"))?;
    let mut removed = 0;
    for kind in Kind::ALL {
        removed += statement.query_one([kind.name(), collection], |row| row.get::<_, usize>(0))?;
    }
    if guard.allows(removed, of) {
        return Ok(removed);
    }
    Err(StoreError::MassDelete { removed, of }.into())
}

fn tell(connection: &Connection, collection: &str, what: &str) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached("INSERT INTO events (collection, what) VALUES (?1, ?2)")?;
    statement.execute([collection, what])?;
    Ok(())
}

fn tell_staged(connection: &Connection, collection: &str, kind: Kind, is_first: bool) -> Result<(), Failure> {
    let sql = "
        INSERT INTO events (kind, id, collection, what, was, became)
        SELECT ?1, id, ?2, CASE
            WHEN is_new AND ?3 THEN 'initApply'
            WHEN was IS NULL THEN 'created'
            WHEN became IS NULL THEN 'deleted'
            ELSE 'changed' END, was, became
        FROM (
            SELECT staged.id AS id, rows.id IS NULL AS is_new, rows.shown AS was,
                CASE WHEN rows.deleted THEN NULL ELSE coalesce(rows.local, staged.server) END AS became
            FROM staged LEFT JOIN rows ON rows.kind = staged.kind AND rows.id = staged.id
            WHERE staged.feed = ?2 AND staged.kind = ?1)
        WHERE was IS NOT became
        ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![kind.name(), collection, is_first])?;
    Ok(())
}

/// Rows that are there keep what was made of them here. Returns how many were staged.
fn take_staged(connection: &Connection, collection: &str) -> Result<usize, Failure> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM staged WHERE feed = ?1")?;
    let staged = statement.query_one([collection], |row| row.get(0))?;
    let sql = "
        INSERT INTO rows (kind, id, collection, parent, server)
        SELECT kind, id, feed, parent, server FROM staged WHERE feed = ?1
        ON CONFLICT (kind, id) DO UPDATE
        SET (collection, parent, server) = (excluded.collection, excluded.parent, excluded.server)
        WHERE (rows.collection, rows.parent, rows.server)
            IS NOT (excluded.collection, excluded.parent, excluded.server)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute([collection])?;
    Ok(staged)
}
