//! Access tokens, and who gives them.

#[cfg(feature = "azure-core")]
mod azure;
mod cached;

use std::{error, fmt, future::Future, pin::Pin, time::SystemTime};

#[cfg(feature = "azure-core")]
pub use self::azure::AzureCredential;
pub(crate) use self::cached::{Cached, claims};

/// Gives access tokens.
///
/// A token is kept until some minutes before it expires, so the credential is asked rarely, and by one request at a time
/// however many wait. One whose expiry is not known is asked for before every request.
pub trait Credential: Send + Sync {
    /// A token for these scopes, such as `https://graph.microsoft.com/.default`.
    ///
    /// Dropping the future gives up waiting for the token; no request has been sent then.
    ///
    /// # Errors
    ///
    /// When there is no token to be had. The request is not sent.
    fn token<'a>(&'a self, scopes: &'a [&'a str]) -> TokenFuture<'a>;

    /// A token that satisfies claims, which the service asked for when it refused another one: JSON, to be passed on to who
    /// issues tokens. A credential that cannot do that gives what it has.
    ///
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    ///
    /// # Errors
    ///
    /// See [`token`](Self::token).
    fn token_for_claims<'a>(&'a self, scopes: &'a [&'a str], claims: &'a str) -> TokenFuture<'a> {
        let _ = claims;
        self.token(scopes)
    }
}

/// What a [`Credential`] returns.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, CredentialError>> + Send + 'a>>;

/// An access token. Its text is never shown.
#[derive(Clone)]
pub struct AccessToken {
    secret: String,
    expires_on: Option<SystemTime>,
}

impl AccessToken {
    /// A token, and when it expires if that is known.
    pub fn new(secret: impl Into<String>, expires_on: Option<SystemTime>) -> Self {
        Self {
            secret: secret.into(),
            expires_on,
        }
    }

    /// The text that goes into the `Authorization` header after `Bearer`. Keep it out of logs.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// When the token expires, if that is known.
    pub fn expires_on(&self) -> Option<SystemTime> {
        self.expires_on
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessToken")
            .field("expires_on", &self.expires_on)
            .finish_non_exhaustive()
    }
}

/// One token that was got elsewhere, for a script or a test. It is sent until the service refuses it.
#[derive(Debug, Clone)]
pub struct StaticToken(AccessToken);

impl StaticToken {
    /// A credential that always gives this token.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(AccessToken::new(secret, None))
    }
}

impl Credential for StaticToken {
    fn token<'a>(&'a self, _: &'a [&'a str]) -> TokenFuture<'a> {
        let token = self.0.clone();
        Box::pin(async { Ok(token) })
    }
}

/// Why there is no token.
#[derive(Debug)]
pub struct CredentialError {
    message: String,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl CredentialError {
    /// An error with what went wrong; the message must not hold a secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// The same, with what caused it.
    pub fn caused_by(message: impl Into<String>, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self {
            message: message.into(),
            source: Some(source.into()),
        }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl error::Error for CredentialError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
