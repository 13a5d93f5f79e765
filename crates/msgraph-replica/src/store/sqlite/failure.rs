//! What can go wrong in here, before it is the store's error: the interface does not name the library.

use std::{error, io};

use rusqlite::ErrorCode;

use crate::StoreError;

#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl Failure {
    pub(super) fn other(error: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self::Store(StoreError::Database(error.into()))
    }

    /// Whether the file is damaged, or no database.
    pub(super) fn is_damage(&self) -> bool {
        let Self::Sqlite(error) = self else {
            return false;
        };
        let code = error.sqlite_error_code();
        matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::other(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::other(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) => Self::Database(Box::new(error)),
            Failure::Store(error) => error,
        }
    }
}
