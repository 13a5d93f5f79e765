//! What is read of the tables, and how.

use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension as _, Row as Columns, named_params};

use super::failure::Failure;
use crate::{
    Collection, Key, Kind, Row,
    store::{Feed, StoredEvent, What},
};

/// What [`row`] reads.
pub(super) const COLUMNS: &str = "kind, id, collection, parent, server, local, deleted";

pub(super) fn feed(connection: &Connection, collection: &Collection) -> Result<Option<Feed>, Failure> {
    let mut statement = connection.prepare_cached("SELECT feed FROM feeds WHERE collection = ?1")?;
    let feed = statement.query_row([collection.to_string()], |row| row.get::<_, String>(0));
    match feed.optional()? {
        Some(feed) => Ok(Some(serde_json::from_str(&feed)?)),
        None => Ok(None),
    }
}

/// The names of collections sort as collections do.
pub(super) fn feeds(connection: &Connection) -> Result<Vec<(Collection, Feed)>, Failure> {
    let mut statement = connection.prepare_cached("SELECT collection, feed FROM feeds ORDER BY collection")?;
    let feeds = statement.query_and_then([], |columns| {
        let feed: String = columns.get(1)?;
        Ok((parsed(columns, 0)?, serde_json::from_str(&feed)?))
    })?;
    feeds.collect()
}

pub(super) fn get(connection: &Connection, key: &Key) -> Result<Option<Row>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM rows WHERE kind = ?1 AND id = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query_and_then([key.kind.name(), &key.id], row)?;
    rows.next().transpose()
}

/// A row before it is replaced.
pub(super) struct Before {
    pub(super) row: Row,
    /// The event that says what became of it, by being read off it.
    pub(super) told: Option<i64>,
}

pub(super) fn before(connection: &Connection, key: &Key) -> Result<Option<Before>, Failure> {
    let sql = format!("SELECT {COLUMNS}, told FROM rows WHERE kind = ?1 AND id = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query_and_then([key.kind.name(), &key.id], |columns| {
        let told = columns.get(7)?;
        Ok(Before {
            row: row(columns)?,
            told,
        })
    })?;
    rows.next().transpose()
}

/// Goes by kind, since the names of kinds do not sort as kinds do.
pub(super) fn list(
    connection: &Connection,
    collection: Option<&Collection>,
    after: Option<&Key>,
    limit: usize,
) -> Result<Vec<Row>, Failure> {
    let its = if collection.is_some() {
        "collection = :collection"
    } else {
        ":collection IS NULL"
    };
    let sql =
        format!("SELECT {COLUMNS} FROM rows WHERE {its} AND kind = :kind AND id >= :least ORDER BY id LIMIT :limit");
    let mut statement = connection.prepare_cached(&sql)?;
    let collection = collection.map(Collection::to_string);
    let mut found = Vec::new();
    for &kind in Kind::ALL {
        let least = match after {
            Some(after) if kind < after.kind => continue,
            // The text that comes next.
            Some(after) if kind == after.kind => format!("{}\0", after.id),
            _ => String::new(),
        };
        let limit = signed_size(limit.saturating_sub(found.len()));
        if limit == 0 {
            break;
        }
        let parameters = named_params! {
            ":collection": collection,
            ":kind": kind.name(),
            ":least": least,
            ":limit": limit,
        };
        for row in statement.query_and_then(parameters, row)? {
            found.push(row?);
        }
    }
    Ok(found)
}

pub(super) fn events(connection: &Connection, after: u64, limit: usize) -> Result<Vec<StoredEvent>, Failure> {
    let sql = "
        SELECT kind, id, cursor, collection, what, was, coalesce(became, (
            SELECT shown FROM rows WHERE rows.kind = events.kind AND rows.id = events.id AND told = cursor))
        FROM events WHERE cursor > ?1 ORDER BY cursor LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let events = statement.query_and_then([signed(after), signed_size(limit)], event)?;
    events.collect()
}

pub(super) fn row(columns: &Columns<'_>) -> Result<Row, Failure> {
    Ok(Row {
        key: key(columns)?,
        collection: parsed(columns, 2)?,
        parent: columns.get(3)?,
        server: columns.get(4)?,
        local: columns.get(5)?,
        is_deleted: columns.get(6)?,
    })
}

/// What the first two columns name.
pub(super) fn key(columns: &Columns<'_>) -> Result<Key, Failure> {
    let id: String = columns.get(1)?;
    Ok(Key::new(parsed(columns, 0)?, id))
}

/// As the database counts: no further than this.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn signed_size(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn event(columns: &Columns<'_>) -> Result<StoredEvent, Failure> {
    let what: String = columns.get(4)?;
    let what = match what.as_str() {
        "init" => What::Init,
        "initDone" => What::InitDone,
        "initApply" => What::InitApply {
            key: key(columns)?,
            after: columns.get(6)?,
        },
        "created" => What::Created {
            key: key(columns)?,
            after: columns.get(6)?,
        },
        "changed" => What::Changed {
            key: key(columns)?,
            before: columns.get(5)?,
            after: columns.get(6)?,
        },
        "deleted" => What::Deleted {
            key: key(columns)?,
            before: columns.get(5)?,
        },
        _ => return Err(Failure::other(format!("`{what}` is nothing that happens"))),
    };
    Ok(StoredEvent::new(columns.get(2)?, parsed(columns, 3)?, what))
}

fn parsed<T: FromStr<Err = String>>(columns: &Columns<'_>, column: usize) -> Result<T, Failure> {
    let text: String = columns.get(column)?;
    text.parse().map_err(|error: String| Failure::other(error))
}
