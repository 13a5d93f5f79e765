//! Replaces a damaged file by a new one, with what was made here and cannot be fetched again.
//!
//! The new file is completed under a name of its own before the damaged one is moved, so that being interrupted loses nothing:
//! where there is no file but a completed new one, the next opening goes on with moving.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, Row as Columns};

use super::{commit, failure::Failure, jobs, leases, reading, schema};
use crate::{
    Account,
    store::{Commit, JobChange},
};

/// Where the damaged file is afterwards.
pub(super) fn rebuild(path: &Path) -> Result<PathBuf, Failure> {
    let new = beside(path, ".rebuilt");
    let set_aside = if is_interrupted(path)? {
        let last = names_aside(path).take_while(|name| name.exists()).last();
        last.unwrap_or_else(|| beside(path, ".corrupt-1"))
    } else {
        remove(&new)?;
        remove(&beside(&new, "-journal"))?;
        // What cannot be read is lost; that must not keep the rest from beginning anew.
        let saved = salvage(path).unwrap_or_default();
        make(&new, saved)?;
        let free = names_aside(path).find(|name| !name.exists());
        free.ok_or_else(|| Failure::other("there is no free name for the damaged file"))?
    };
    // A log that stayed would be taken for the new file's.
    for companion in ["", "-wal", "-shm"] {
        rename(&beside(path, companion), &beside(&set_aside, companion))?;
    }
    rename(&new, path)?;
    Ok(set_aside)
}

/// Whether a new file is complete and has not taken its place.
pub(super) fn is_interrupted(path: &Path) -> Result<bool, Failure> {
    Ok(!path.try_exists()? && beside(path, ".rebuilt").try_exists()?)
}

/// The path with something after it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn names_aside(path: &Path) -> impl Iterator<Item = PathBuf> {
    (1_u32..).map(move |number| beside(path, &format!(".corrupt-{number}")))
}

/// What was made here and not sent yet.
#[derive(Default)]
struct Saved {
    account: Option<Account>,
    edits: Commit,
}

fn salvage(path: &Path) -> Result<Saved, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Whose edits they are must be known: the new file could be bound to another account.
    let account = leases::bound(&connection)?;
    let jobs = readable(&connection, "jobs", jobs::COLUMNS, "TRUE", |columns| {
        let job = jobs::decode(columns)?;
        Ok((job.number, job))
    });
    let condition = "local IS NOT NULL OR deleted";
    let rows = readable(&connection, "rows", reading::COLUMNS, condition, |columns| {
        let row = reading::row(columns)?;
        Ok((row.key.clone(), row))
    });
    let edits = Commit {
        put: rows.into_values().collect(),
        jobs: jobs.into_values().map(JobChange::Add).collect(),
        ..Commit::default()
    };
    Ok(Saved { account, edits })
}

/// What can be read of a table from its two ends, since one damaged place stops a reader.
fn readable<K: Ord, T>(
    connection: &Connection,
    table: &str,
    columns: &str,
    condition: &str,
    decode: impl Fn(&Columns<'_>) -> Result<(K, T), Failure>,
) -> BTreeMap<K, T> {
    let mut found = BTreeMap::new();
    for order in ["ASC", "DESC"] {
        let sql = format!("SELECT {columns} FROM {table} NOT INDEXED WHERE {condition} ORDER BY rowid {order}");
        let Ok(mut statement) = connection.prepare(&sql) else {
            continue;
        };
        let Ok(mut rows) = statement.query([]) else {
            continue;
        };
        while let Ok(Some(row)) = rows.next() {
            found.extend(decode(row));
        }
    }
    found
}

fn make(path: &Path, saved: Saved) -> Result<(), Failure> {
    let mut connection = Connection::open(path)?;
    schema::migrate(&mut connection)?;
    if let Some(account) = &saved.account {
        leases::bind(&mut connection, account)?;
    }
    commit::commit(&mut connection, saved.edits)?;
    connection.close().map_err(|(_, error)| error.into())
}

fn remove(path: &Path) -> io::Result<()> {
    unless_missing(fs::remove_file(path))
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    unless_missing(fs::rename(from, to))
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
