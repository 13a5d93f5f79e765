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
    /// The service answered with an error. It refused the request, unless
    /// [`ServiceError::may_be_carried_out`].
    Service(Box<ServiceError>),
    /// The service carried the request out, and its answer cannot be read.
    Decode(Box<DecodeError>),
}

impl Error {
    /// What the service said, if it answered with an error.
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
            Self::Service(error) if error.may_be_carried_out() => "the service failed",
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

/// A connection that could not be made, or that broke, or a response that is too large to be read.
#[derive(Debug)]
pub struct TransportError(Cause);

#[derive(Debug)]
enum Cause {
    Http(reqwest::Error),
    TooLarge,
}

impl TransportError {
    pub(crate) fn too_large() -> Self {
        Self(Cause::TooLarge)
    }

    /// Whether no connection was made, so that the request was surely not carried out.
    pub fn is_connect(&self) -> bool {
        matches!(&self.0, Cause::Http(error) if error.is_connect())
    }

    /// Whether the time was up.
    pub fn is_timeout(&self) -> bool {
        matches!(&self.0, Cause::Http(error) if error.is_timeout())
    }
}

/// The URL is left out: it may name a person, or hold a token.
impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        Self(Cause::Http(error.without_url()))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Http(error) => error.fmt(formatter),
            Cause::TooLarge => formatter.write_str("the response is too large"),
        }
    }
}

impl error::Error for TransportError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.0 {
            Cause::Http(error) => error.source(),
            Cause::TooLarge => None,
        }
    }
}
