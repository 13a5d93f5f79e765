//! Replaces the rows of a collection by what was staged.
//!
//! It is done in the order of keys, some rows at a time, so that the size of a collection costs no memory. It goes by kind, since
//! the names of kinds do not sort as kinds do.

use rusqlite::{Connection, params};

use super::{commit::put, failure::Failure, reading};
use crate::{Collection, Key, Kind, Row, StoreError, store::Guard};

/// Rows that the service does not have any more. What was made here and not sent yet is no part of what it has.
const GONE: &str = "kind = ?1 AND collection = ?2 AND server IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM staged WHERE staged.feed = ?2 AND staged.kind = rows.kind AND staged.id = rows.id)";

/// How many rows are held in memory at a time.
const PAGE: u32 = 200;

/// How many rows were looked at.
pub(super) fn swap(connection: &Connection, collection: &Collection, guard: Guard) -> Result<usize, Failure> {
    let is_first = reading::feed(connection, collection)?.is_none_or(|feed| feed.generation == 0);
    let name = collection.to_string();
    let removed = check(connection, &name, guard)?;
    if is_first {
        tell(connection, &name, "init")?;
    }
    let mut touched = 0;
    for kind in Kind::ALL {
        touched += take_staged(connection, collection, *kind, is_first)?;
    }
    // What is taken over is not gone: where nothing was before, there is no need to look at every row once more.
    if removed > 0 {
        for kind in Kind::ALL {
            touched += delete(connection, GONE, kind.name(), &name)?;
        }
    }
    if is_first {
        tell(connection, &name, "initDone")?;
    }
    clear(connection, &name)?;
    Ok(touched)
}

/// Forgets what was staged of a collection.
pub(super) fn clear(connection: &Connection, collection: &str) -> Result<(), Failure> {
    let others =
        "SELECT EXISTS (SELECT 1 FROM staged WHERE feed < ?1) OR EXISTS (SELECT 1 FROM staged WHERE feed > ?1)";
    let has_others = connection
        .prepare_cached(others)?
        .query_one([collection], |row| row.get(0))?;
    if has_others {
        let mut statement = connection.prepare_cached("DELETE FROM staged WHERE feed = ?1")?;
        statement.execute([collection])?;
    } else {
        // Without a condition the pages are let go as they are, and not row by row.
        connection.prepare_cached("DELETE FROM staged")?.execute([])?;
    }
    Ok(())
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

/// Puts what was staged of a kind. Rows that are there keep what was made of them here. Returns how many were staged.
fn take_staged(connection: &Connection, collection: &Collection, kind: Kind, is_first: bool) -> Result<usize, Failure> {
    let (feed, mut from, mut taken) = (collection.to_string(), String::new(), 0);
    loop {
        let staged = staged(connection, &feed, kind, &from)?;
        let Some((last, ..)) = staged.last() else {
            return Ok(taken);
        };
        // The text that comes next.
        from = format!("{last}\0");
        taken += staged.len();
        for (id, parent, server) in staged {
            let key = Key::new(kind, id);
            let before = reading::before(connection, &key)?;
            let known = before.as_ref().map(|before| &before.row);
            let new = if is_first && known.is_none() {
                "initApply"
            } else {
                "created"
            };
            let row = Row {
                key,
                collection: collection.clone(),
                parent,
                server,
                local: known.and_then(|known| known.local.clone()),
                is_deleted: known.is_some_and(|known| known.is_deleted),
            };
            put(connection, &row, before.as_ref(), new)?;
        }
    }
}

type Staged = (String, Option<String>, Option<String>);

/// Some of what was staged of a kind, by id, from this one on.
fn staged(connection: &Connection, feed: &str, kind: Kind, from: &str) -> Result<Vec<Staged>, Failure> {
    let sql = "SELECT id, parent, server FROM staged WHERE feed = ?1 AND kind = ?2 AND id >= ?3 ORDER BY id LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let staged = statement.query_map(params![feed, kind.name(), from, PAGE], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    Ok(staged.collect::<Result<_, _>>()?)
}
