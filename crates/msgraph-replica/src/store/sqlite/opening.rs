//! Opens a file, whatever is in it.

use std::{fs::File, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig, ffi};

use super::{
    Rebuilt,
    failure::Failure,
    leases,
    rebuilding::{self, beside},
    schema,
};

/// How long one writer waits for another.
const PATIENCE: Duration = Duration::from_secs(10);

/// The size of a page in a new file, in bytes. Tasks have some two thousand: few fit into a smaller one, which stays half empty.
const PAGE: u32 = 16 << 10;

/// What the log shrinks to after a large commit, in bytes.
const LOG: u32 = 16 << 20;

/// More than there are statements.
const STATEMENTS: usize = 64;

/// The connection, the lock that says that the file is in use, and what became of a damaged file.
pub(super) fn open(path: &Path) -> Result<(Connection, File, Option<Rebuilt>), Failure> {
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(beside(path, ".lock"))?;
    let is_alone = lock.try_lock().is_ok();
    if !is_alone {
        lock.lock_shared()?;
    }
    let (connection, rebuilt) = match usable(path)? {
        Some(connection) => (connection, None),
        None if is_alone => {
            let set_aside = rebuilding::rebuild(path)?;
            let connection = connect(path)?;
            let jobs_saved = connection.query_one("SELECT count(*) FROM jobs", [], |row| row.get(0))?;
            (connection, Some(Rebuilt { set_aside, jobs_saved }))
        }
        None => return Err(Failure::other("the file is damaged, and another process has it open")),
    };
    if is_alone {
        // Who had the right to feed is gone, and need not be waited for.
        leases::end_all(&connection)?;
        lock.unlock()?;
        lock.lock_shared()?;
    }
    Ok((connection, lock, rebuilt))
}

pub(super) fn in_memory() -> Result<Connection, Failure> {
    let mut connection = Connection::open_in_memory()?;
    schema::migrate(&mut connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// The file, if it can be used as it is.
fn usable(path: &Path) -> Result<Option<Connection>, Failure> {
    if rebuilding::is_interrupted(path)? {
        return Ok(None);
    }
    match connect(path) {
        Ok(connection) => Ok(Some(connection)),
        Err(failure) if failure.is_damage() => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn connect(path: &Path) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Until the file is known to be in order, nothing is written to it, not even on closing it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    schema::version(&connection)?;
    check(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "page_size", PAGE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "journal_size_limit", LOG)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    schema::migrate(&mut connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn check(connection: &Connection) -> Result<(), Failure> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    let error = ffi::Error::new(ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(error, Some(found)).into())
}
