//! What can go wrong.

use std::fmt;

use crate::document::DocumentError;
use crate::names::NotOne;
use crate::todo::{InvalidDate, InvalidRecurrence, TooLarge, UnknownZone};
use msgraph_core::{
    NotWritable,
    merge::{ApplyError, Conflict},
};

/// Why something could not be done.
///
/// Each says what is wrong and where; what was done before is told by the part that did it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The service refused, or could not be reached.
    Client(msgraph_client::Error),
    /// A field was changed that the service does not let be written. Nothing was sent.
    NotWritable(NotWritable),
    /// Somebody else changed the same fields to something else, and the edit was to fail then. Nothing of it was written.
    Conflict(Vec<Conflict>),
    /// The object changed before each attempt to write it. Nothing was written.
    Contended {
        /// How often it was tried.
        attempts: u32,
    },
    /// A changed value does not fit the object.
    Merge(ApplyError),
    /// A document cannot be used, or its import cannot go on.
    Document(DocumentError),
    /// A day or a time that there is not. Nothing was sent.
    Date(InvalidDate),
    /// A time zone that nobody names so. Nothing was sent.
    Zone(UnknownZone),
    /// A recurrence that cannot be. Nothing was sent.
    Recurrence(InvalidRecurrence),
    /// A name that nothing has, or more than one thing.
    NotOne(NotOne),
    /// A file that is too large to be attached. Nothing was sent.
    TooLarge(TooLarge),
}

impl Error {
    /// The error of the client, where it is one.
    pub fn client(&self) -> Option<&msgraph_client::Error> {
        match self {
            Self::Client(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(formatter),
            Self::NotWritable(error) => error.fmt(formatter),
            Self::Conflict(conflicts) => {
                formatter.write_str("somebody else changed what was to be changed:")?;
                conflicts
                    .iter()
                    .try_for_each(|conflict| write!(formatter, " {}", conflict.field))
            }
            Self::Contended { attempts } => {
                write!(
                    formatter,
                    "the object changed before each of {attempts} attempts to write it"
                )
            }
            Self::Merge(error) => error.fmt(formatter),
            Self::Document(error) => error.fmt(formatter),
            Self::Date(error) => error.fmt(formatter),
            Self::Zone(error) => error.fmt(formatter),
            Self::Recurrence(error) => error.fmt(formatter),
            Self::NotOne(error) => error.fmt(formatter),
            Self::TooLarge(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::NotWritable(error) => Some(error),
            Self::Merge(error) => Some(error),
            Self::Document(error) => error.source(),
            // Each of the others is the whole of the matter.
            _ => None,
        }
    }
}

impl From<msgraph_client::Error> for Error {
    fn from(error: msgraph_client::Error) -> Self {
        Self::Client(error)
    }
}

impl From<DocumentError> for Error {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl From<InvalidDate> for Error {
    fn from(error: InvalidDate) -> Self {
        Self::Date(error)
    }
}

impl From<UnknownZone> for Error {
    fn from(error: UnknownZone) -> Self {
        Self::Zone(error)
    }
}

impl From<InvalidRecurrence> for Error {
    fn from(error: InvalidRecurrence) -> Self {
        Self::Recurrence(error)
    }
}

impl From<NotOne> for Error {
    fn from(error: NotOne) -> Self {
        Self::NotOne(error)
    }
}

impl From<TooLarge> for Error {
    fn from(error: TooLarge) -> Self {
        Self::TooLarge(error)
    }
}
