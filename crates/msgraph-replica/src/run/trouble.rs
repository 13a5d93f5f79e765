//! What an error means for the loop.

use std::time::Duration;

use msgraph_client::ErrorKind;

use crate::{Error, StoreError};

/// What an error means for the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is tried again soon.
    Passing,
    /// The service asks to be left alone for so long.
    Throttled(Duration),
    /// Nobody is let in, whatever is asked for.
    NoToken,
    /// It will be refused again, until somebody does something.
    Refused,
    /// Somebody has to look before this goes on.
    MassDelete,
    /// It never passes.
    Lasting,
}

impl Trouble {
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Client(error) => Self::of_client(error),
            Error::Store(StoreError::MassDelete { .. }) => Self::MassDelete,
            Error::Store(StoreError::OtherAccount { .. } | StoreError::Newer { .. }) => Self::Lasting,
            Error::StuckLink { .. } | Error::ForeignLink { .. } => Self::Refused,
            _ => Self::Passing,
        }
    }

    fn of_client(error: &msgraph_client::Error) -> Self {
        if let Some(wait) = error.retry_after() {
            return Self::Throttled(wait);
        }
        match (error.kind(), error.service().map(|refused| refused.status)) {
            (ErrorKind::Batch(error), _) => Self::of_client(error),
            (ErrorKind::Credential(_), _) | (_, Some(401)) => Self::NoToken,
            (ErrorKind::Request(_), _) | (_, Some(403)) => Self::Refused,
            _ => Self::Passing,
        }
    }
}
