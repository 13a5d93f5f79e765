use std::{error, fmt};

use msgraph_core::{DecodeError, RequestFault, ServiceError};

use crate::CredentialError;

/// Why a request has no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The request cannot be sent as it is. Nothing reached the service.
    Request(RequestFault),
    /// There is no token. Nothing reached the service.
    Credential(CredentialError),
    /// The connection failed. The request may have been carried out, see
    /// [`TransportError::is_connect`].
    Transport(TransportError),
    /// The service refused the request.
    Service(Box<ServiceError>),
    /// The service carried the request out, and its answer cannot be read.
    Decode(Box<DecodeError>),
}

impl Error {
    /// What the service said, if it refused the request.
    pub fn service(&self) -> Option<&ServiceError> {
        match self {
            Self::Service(error) => Some(error),
            Self::Request(_) | Self::Credential(_) | Self::Transport(_) | Self::Decode(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Request(_) => "the request was not sent",
            Self::Credential(_) => "the request was not sent, because there is no token",
            Self::Transport(error) if error.is_connect() => "the service could not be reached",
            Self::Transport(_) => "the connection failed; the request may have been carried out",
            Self::Service(_) => "the service refused the request",
            Self::Decode(_) => "the request was carried out, but its answer cannot be read",
        })?;
        // A caller who prints only the outermost error must learn what to do.
        match self {
            Self::Request(error) => write!(formatter, ": {error}"),
            Self::Service(error) => write!(formatter, ": {error}"),
            Self::Decode(error) => write!(formatter, ": {error}"),
            Self::Credential(error) => write!(formatter, ": {error}"),
            Self::Transport(error) => write!(formatter, ": {error}"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        // What is printed already is not repeated as the cause.
        match self {
            Self::Transport(error) => error.source(),
            Self::Credential(error) => error.source(),
            Self::Request(_) | Self::Service(_) | Self::Decode(_) => None,
        }
    }
}

/// A connection that could not be made, or that broke.
#[derive(Debug)]
pub struct TransportError(reqwest::Error);

impl TransportError {
    /// Whether no connection was made, so that the request was surely not carried out.
    pub fn is_connect(&self) -> bool {
        self.0.is_connect()
    }

    /// Whether the time was up.
    pub fn is_timeout(&self) -> bool {
        self.0.is_timeout()
    }
}

/// The URL is left out: it may name a person, or hold a token.
impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        Self(error.without_url())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl error::Error for TransportError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source()
    }
}
