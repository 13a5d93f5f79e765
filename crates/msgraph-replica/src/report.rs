//! What came of feeding.

use crate::{Collection, Key, store::Committed};

/// What came of feeding, as counts, and what is to be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Rounds that came to their end.
    pub rounds: usize,
    /// Pages that were read.
    pub pages: usize,
    /// Objects that are new here.
    pub created: usize,
    /// Objects that are different.
    pub changed: usize,
    /// Objects that are gone.
    pub deleted: usize,
    /// Rows that said nothing new.
    pub unchanged: usize,
    /// Objects that enumerations have read.
    pub staged: usize,
    /// Entries that told what was known, or what was older.
    pub stale: usize,
    /// Entries that told that something is gone.
    pub removed: usize,
    /// Objects that were read whole, since only a part was told.
    pub fetched: usize,
    /// Links that the service rejected.
    pub resets: usize,
    /// Edits that were sent.
    pub sent: usize,
    /// Edits that wait for a decision.
    pub stopped: usize,
    /// What is to be looked at.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Adds what came of another round.
    pub(crate) fn merge(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.pages += other.pages;
        self.created += other.created;
        self.changed += other.changed;
        self.deleted += other.deleted;
        self.unchanged += other.unchanged;
        self.staged += other.staged;
        self.stale += other.stale;
        self.removed += other.removed;
        self.fetched += other.fetched;
        self.resets += other.resets;
        self.sent += other.sent;
        self.stopped += other.stopped;
        self.problems.extend(other.problems);
    }

    /// Whether something is different, here or there.
    pub(crate) fn has_news(&self) -> bool {
        self.created + self.changed + self.deleted + self.sent > 0
    }

    pub(crate) fn add(&mut self, committed: Committed) {
        self.created += committed.created;
        self.changed += committed.changed;
        self.deleted += committed.deleted;
        self.unchanged += committed.unchanged;
    }
}

/// Something that is to be looked at. Nothing is lost by it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// An object does not decode. It is kept as it came.
    Undecodable {
        /// The object.
        key: Key,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry has no id, or is no object.
    Unreadable {
        /// Of what.
        collection: Collection,
        /// The entry, as it came.
        item: String,
    },
    /// An object is of a type that this build does not know. It is kept as it came.
    UnknownType {
        /// The type.
        ty: String,
    },
    /// An object was told of, and may not be read.
    Hidden {
        /// The object.
        key: Key,
        /// The status of the refusal: 403 or 404.
        status: u16,
    },
    /// An enumeration found much less than there was before. Nothing was removed.
    MassDelete {
        /// Of what.
        collection: Collection,
        /// How many objects would be removed.
        removed: usize,
        /// Of how many.
        of: usize,
    },
    /// A feed leads to where it was before.
    StuckLink {
        /// Of what.
        collection: Collection,
    },
    /// A feed leads to another host.
    ForeignLink {
        /// Of what.
        collection: Collection,
    },
}

impl Problem {
    /// A word for what it is, for counting.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Undecodable { .. } => "undecodable",
            Self::Unreadable { .. } => "unreadable",
            Self::UnknownType { .. } => "unknown_type",
            Self::Hidden { .. } => "hidden",
            Self::MassDelete { .. } => "mass_delete",
            Self::StuckLink { .. } => "stuck_link",
            Self::ForeignLink { .. } => "foreign_link",
        }
    }
}
