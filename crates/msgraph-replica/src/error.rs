//! What can go wrong.

use std::{error, fmt};

use crate::{Collection, StoreError, Undecodable};

/// Why the replica could not go on. What was committed before stays.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The service refused, or could not be reached.
    Client(msgraph_client::Error),
    /// The store could not do something.
    Store(StoreError),
    /// An object cannot be read.
    Undecodable(Undecodable),
    /// A page is none. Nothing of it was taken, and its link is asked for again.
    Page {
        /// What is wrong with it.
        reason: String,
    },
    /// A page leads nowhere.
    NoLink {
        /// Of what.
        collection: Collection,
    },
    /// A page leads to itself, or to one that was there before.
    StuckLink {
        /// Of what.
        collection: Collection,
    },
    /// A page leads to another host, which gets no token. Nothing of it was taken, and its link is asked for again.
    ForeignLink {
        /// Of what.
        collection: Collection,
    },
    /// What was edited here cannot be written.
    NotWritable(msgraph_core::NotWritable),
    /// There is no such object here.
    Missing(crate::Key),
}

impl Error {
    /// A value that does not fit its object.
    pub(crate) fn unfit(error: &dyn fmt::Display) -> Self {
        let reason = error.to_string();
        Self::Undecodable(Undecodable { reason })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(formatter),
            Self::Store(error) => error.fmt(formatter),
            Self::Undecodable(error) => error.fmt(formatter),
            Self::Page { reason } => write!(formatter, "a page of a feed is none: {reason}"),
            Self::NoLink { collection } => write!(formatter, "a page of {collection} leads nowhere"),
            Self::StuckLink { collection } => {
                write!(formatter, "the feed of {collection} leads to where it was before")
            }
            Self::ForeignLink { collection } => write!(formatter, "a page of {collection} leads to another host"),
            Self::NotWritable(error) => error.fmt(formatter),
            Self::Missing(key) => write!(formatter, "there is no {key} here"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::Store(error) => error.source(),
            Self::NotWritable(error) => Some(error),
            _ => None,
        }
    }
}

impl From<msgraph_client::Error> for Error {
    fn from(error: msgraph_client::Error) -> Self {
        Self::Client(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Undecodable> for Error {
    fn from(error: Undecodable) -> Self {
        Self::Undecodable(error)
    }
}
