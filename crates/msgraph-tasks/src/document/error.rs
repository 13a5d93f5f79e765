//! What can be wrong with a document, or with going on where an import stopped.

use std::{error, fmt, io};

/// Why a document was not read, or an import not begun or not finished. Each says where, and what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is no document of the kind that was asked for.
    Malformed {
        /// What is wrong, with line and column where it is about a place in the text.
        reason: String,
    },
    /// The document is of a format that is newer than this build.
    Newer {
        /// What stands in `version`.
        version: u64,
        /// The newest version that this build reads.
        reads: u32,
    },
    /// Something in the document cannot be.
    Invalid {
        /// Where, such as `tasks[3].bucket`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// The user map has nobody for somebody in the document.
    UnmappedUser {
        /// Where, such as `tasks[3].assignees[0]`.
        place: String,
        /// The key of the user in the document.
        user: String,
    },
    /// An import that was interrupted may have created something, and several objects could be it.
    Ambiguous {
        /// What it was to do, as its [`Step`](super::Step) says it.
        what: String,
        /// The ids of those that could be it.
        ids: Vec<String>,
    },
    /// The journal is that of another document, or of an import into another place.
    OtherJournal,
    /// The journal cannot be read or written. What was created before is in the journal that was written last.
    Journal(io::Error),
    /// The service answered without something that it always sends.
    Incomplete {
        /// What is missing.
        what: &'static str,
    },
}

impl DocumentError {
    pub(crate) fn invalid(place: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self::Invalid {
            place: place.to_string(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { reason } => write!(formatter, "the document cannot be read: {reason}"),
            Self::Newer { version, reads } => write!(
                formatter,
                "the document has version {version}, and this build reads up to version {reads}: update it, or export again \
                 with this build"
            ),
            Self::Invalid { place, reason } => write!(formatter, "the document cannot be used: {place}: {reason}"),
            Self::UnmappedUser { place, user } => write!(
                formatter,
                "{place} names the user {user}, for whom the user map has nobody: map them, or let the map keep or drop \
                 those it does not name"
            ),
            Self::Ambiguous { what, ids } => write!(
                formatter,
                "the import stopped when it was to {what}, and {} objects could be what came of it ({}): delete those that \
                 are not wanted, then import again with the same journal",
                ids.len(),
                ids.join(", ")
            ),
            Self::OtherJournal => formatter.write_str(
                "the journal is that of another import: go on with the document and the place that it was begun with, or \
                 begin with an empty journal",
            ),
            Self::Journal(error) => write!(formatter, "the journal of the import cannot be read or written: {error}"),
            Self::Incomplete { what } => write!(formatter, "the service answered without {what}; try again"),
        }
    }
}

impl error::Error for DocumentError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        // What is printed already is not repeated as the cause.
        None
    }
}
