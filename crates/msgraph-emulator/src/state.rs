//! State that outlives the process: a file, which holds what was answered, whole, at any time.

use std::{error, fmt, path::Path};

use redb::{
    Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, StorageError, TableDefinition, TableError,
};

use crate::{
    seed::SeedError,
    store::{Kind, Row},
    world::{Counters, World},
};

/// Rows by kind and id, with a slash between.
const ROWS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("rows");
const ABOUT: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("about");
/// What is written into new files. Others are refused.
const FORMAT: &[u8] = b"msgraph-emulator 1";

/// A state file, which one process has.
pub(crate) struct StateFile {
    database: Database,
    path: String,
}

/// What a write left different: rows by kind and id; `None` where one is gone.
pub(crate) type Changed<'w> = [(Kind, String, Option<&'w Row>)];

impl StateFile {
    /// Opens a file, or makes one. Returns the state that it holds, if it holds one.
    pub(crate) fn open(path: &Path) -> Result<(Self, Option<World>), StateError> {
        let shown = path.display().to_string();
        let fail = |reason| StateError {
            path: shown.clone(),
            reason,
        };
        let database = Database::create(path).map_err(|error| fail(opening(&error)))?;
        let path = shown.clone();
        let file = Self { database, path };
        let world = file.load().map_err(fail)?;
        Ok((file, world))
    }

    /// Writes what is different, whole or not at all.
    pub(crate) fn save(&self, counters: &Counters, changed: &Changed<'_>) -> Result<(), StateError> {
        self.write(counters, changed).map_err(|error| StateError {
            path: self.path.clone(),
            reason: Reason::Storage(error.to_string()),
        })
    }

    /// Writes a state in place of what there is.
    pub(crate) fn replace(&self, world: &World) -> Result<(), StateError> {
        let replace = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            transaction.delete_table(ROWS)?;
            transaction.commit()?;
            let rows: Vec<_> = world
                .store
                .rows()
                .map(|(kind, row)| (kind, row.id.clone(), Some(row)))
                .collect();
            self.write(&world.counters, &rows)
        };
        replace().map_err(|error| StateError {
            path: self.path.clone(),
            reason: Reason::Storage(error.to_string()),
        })
    }

    fn write(&self, counters: &Counters, changed: &Changed<'_>) -> Result<(), redb::Error> {
        let transaction = self.database.begin_write()?;
        {
            let mut rows = transaction.open_table(ROWS)?;
            for (kind, id, row) in changed {
                let key = key(*kind, id);
                match row {
                    Some(row) => rows.insert(&*key, &*json(row))?,
                    None => rows.remove(&*key)?,
                };
            }
            let mut about = transaction.open_table(ABOUT)?;
            about.insert("format", FORMAT)?;
            about.insert("counters", &*json(counters))?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn load(&self) -> Result<Option<World>, Reason> {
        let storage = |error: redb::Error| Reason::Storage(error.to_string());
        let read = self.database.begin_read().map_err(|error| storage(error.into()))?;
        let about = match read.open_table(ABOUT) {
            Ok(about) => about,
            // A new file has no tables.
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(storage(error.into())),
        };
        let value = |name: &str| {
            let value = about.get(name).map_err(|error| storage(error.into()))?;
            Ok::<_, Reason>(value.map(|value| value.value().to_vec()))
        };
        if value("format")?.as_deref() != Some(FORMAT) {
            return Err(Reason::Format);
        }
        let damaged = |place: &str| Reason::Damaged(place.to_owned());
        let counters = value("counters")?.ok_or_else(|| damaged("counters"))?;
        let mut world = World {
            counters: serde_json::from_slice(&counters).map_err(|_| damaged("counters"))?,
            ..World::default()
        };
        let rows = read.open_table(ROWS).map_err(|error| storage(error.into()))?;
        for entry in rows.iter().map_err(|error| storage(error.into()))? {
            let (place, row) = entry.map_err(|error| storage(error.into()))?;
            let place = place.value();
            let row: Row = serde_json::from_slice(row.value()).map_err(|_| damaged(place))?;
            let kind = place.split_once('/').filter(|(_, id)| *id == row.id);
            let kind = kind.and_then(|(kind, _)| serde_json::from_value(kind.into()).ok());
            world.store.put(kind.ok_or_else(|| damaged(place))?, row);
        }
        world.store.commit();
        Ok(Some(world))
    }
}

fn key(kind: Kind, id: &str) -> String {
    let kind = serde_json::to_value(kind).unwrap_or_default();
    format!("{}/{id}", kind.as_str().unwrap_or_default())
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    // Rows and counters are plain data with text for keys, which always is JSON.
    serde_json::to_vec(value).unwrap_or_default()
}

fn opening(error: &DatabaseError) -> Reason {
    match error {
        DatabaseError::DatabaseAlreadyOpen => Reason::InUse,
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
            Reason::Foreign
        }
        DatabaseError::Storage(StorageError::Corrupted(_)) => Reason::Foreign,
        error => Reason::Storage(error.to_string()),
    }
}

/// Why an emulator with a state file cannot begin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The file cannot be used.
    State(StateError),
    /// The seed has a fault.
    Seed(SeedError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(error) => error.fmt(formatter),
            Self::Seed(error) => error.fmt(formatter),
        }
    }
}

impl error::Error for OpenError {}

/// Why a state file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateError {
    path: String,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    InUse,
    Foreign,
    Format,
    Damaged(String),
    Storage(String),
}

impl fmt::Display for StateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.path)?;
        match &self.reason {
            Reason::InUse => formatter.write_str("another process uses this state file; end it, or name another file"),
            Reason::Foreign => {
                formatter.write_str("this is no state file, or a damaged one; name another, or move it away")
            }
            Reason::Format => formatter
                .write_str("the state file is of another version of the emulator; name another, or move it away"),
            Reason::Damaged(place) => write!(
                formatter,
                "the state file is damaged at `{place}`; move it away to begin anew"
            ),
            Reason::Storage(error) => write!(formatter, "the state file cannot be used: {error}"),
        }
    }
}

impl error::Error for StateError {}

impl fmt::Debug for StateFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StateFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::seed::Seed;

    fn reason(path: &Path) -> String {
        StateFile::open(path).unwrap_err().to_string()
    }

    #[test]
    fn what_was_saved_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (file, none) = StateFile::open(&path).unwrap();
        assert!(none.is_none());
        let mut world = Seed::default().world();
        file.replace(&world).unwrap();
        let user = world.store.all(Kind::User).next().unwrap().id.clone();
        world.store.remove(Kind::User, &user);
        let group = world.store.all(Kind::Group).next().unwrap().id.clone();
        world.store.edit(Kind::Group, &group, |row| row.set("a", 1));
        world.random();
        let changed = world.store.commit();
        assert_eq!(changed.len(), 2);
        file.save(&world.counters, &changed).unwrap();
        assert!(reason(&path).contains("another process"));
        drop(file);
        let (_, again) = StateFile::open(&path).unwrap();
        let again = again.unwrap();
        assert_eq!(again.counters, world.counters);
        assert!(again.store.rows().eq(world.store.rows()));
    }

    #[test]
    fn other_files_are_refused_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text");
        fs::write(&text, "not a state file, and longer than a page of one".repeat(100)).unwrap();
        let before = fs::read(&text).unwrap();
        assert!(reason(&text).contains("no state file"), "{}", reason(&text));
        assert_eq!(fs::read(&text).unwrap(), before, "nothing is overwritten");
        let path = folder.path().join("state");
        for (table, name, value, expected) in [
            (ROWS, "task/t", &b"{"[..], "damaged at `task/t`"),
            (
                ROWS,
                "nothing/t",
                br#"{"id":"t","properties":{}}"#,
                "damaged at `nothing/t`",
            ),
            (ROWS, "task/t", br#"{"id":"u","properties":{}}"#, "damaged at `task/t`"),
            (ABOUT, "counters", b"[]", "damaged at `counters`"),
            (ABOUT, "format", b"msgraph-emulator 2", "another version"),
        ] {
            let _ = fs::remove_file(&path);
            let (file, _) = StateFile::open(&path).unwrap();
            file.replace(&Seed::default().world()).unwrap();
            let transaction = file.database.begin_write().unwrap();
            transaction.open_table(table).unwrap().insert(name, value).unwrap();
            transaction.commit().unwrap();
            drop(file);
            assert!(reason(&path).contains(expected), "{}", reason(&path));
        }
    }
}
