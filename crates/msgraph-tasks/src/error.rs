//! What can go wrong.

use std::fmt;

/// Why something could not be done.
///
/// Each says what is wrong and where; what was done before is told by the part that did it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The service refused, or could not be reached.
    Client(msgraph_client::Error),
}

impl Error {
    /// The error of the client, where it is one.
    pub fn client(&self) -> Option<&msgraph_client::Error> {
        match self {
            Self::Client(error) => Some(error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => error.source(),
        }
    }
}

impl From<msgraph_client::Error> for Error {
    fn from(error: msgraph_client::Error) -> Self {
        Self::Client(error)
    }
}
