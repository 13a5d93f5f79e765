//! What can go wrong.

use std::fmt;

use crate::document::DocumentError;

/// Why something could not be done.
///
/// Each says what is wrong and where; what was done before is told by the part that did it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The service refused, or could not be reached.
    Client(msgraph_client::Error),
    /// A document cannot be used, or its import cannot go on.
    Document(DocumentError),
}

impl Error {
    /// The error of the client, where it is one.
    pub fn client(&self) -> Option<&msgraph_client::Error> {
        match self {
            Self::Client(error) => Some(error),
            Self::Document(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(formatter),
            Self::Document(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
            Self::Document(error) => error.source(),
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
