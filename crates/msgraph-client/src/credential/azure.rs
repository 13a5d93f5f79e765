//! Credentials of the Azure SDK.

use std::{fmt, sync::Arc, time::SystemTime};

use azure_core::{
    credentials::TokenCredential,
    error::{Error, ErrorKind},
};

use super::{AccessToken, Credential, CredentialError, TokenFuture};

/// A credential of the Azure SDK, such as those of `azure_identity`, as one of this crate.
///
/// The SDK has no way to pass on claims that the service asks for, so such a refusal stands.
///
/// ```no_run
/// # fn example(credential: std::sync::Arc<dyn azure_core::credentials::TokenCredential>)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use msgraph_client::{AzureCredential, Client};
///
/// let client = Client::new(AzureCredential::new(credential))?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AzureCredential(Arc<dyn TokenCredential>);

impl AzureCredential {
    /// Asks this credential for tokens.
    pub fn new(credential: Arc<dyn TokenCredential>) -> Self {
        Self(credential)
    }

    async fn get(&self, scopes: &[&str]) -> Result<AccessToken, CredentialError> {
        let token = self.0.get_token(scopes, None).await.map_err(|error| failed(&error))?;
        let expires = SystemTime::from(token.expires_on);
        Ok(AccessToken::new(token.token.secret(), Some(expires)))
    }
}

impl From<Arc<dyn TokenCredential>> for AzureCredential {
    fn from(credential: Arc<dyn TokenCredential>) -> Self {
        Self::new(credential)
    }
}

impl Credential for AzureCredential {
    fn token<'a>(&'a self, scopes: &'a [&'a str]) -> TokenFuture<'a> {
        Box::pin(self.get(scopes))
    }
}

/// What kind of error it is, and the code of it. Its text and what caused it may name somebody, or hold a whole
/// response.
fn failed(error: &Error) -> CredentialError {
    let what = match error.kind() {
        ErrorKind::HttpResponse { status, .. } => {
            format!("who issues tokens answered with status {}", u16::from(*status))
        }
        ErrorKind::Connection => "who issues tokens could not be reached".to_owned(),
        ErrorKind::Io => "the connection to who issues tokens failed".to_owned(),
        ErrorKind::DataConversion => "who issues tokens answered something else".to_owned(),
        ErrorKind::Credential => "the Azure credential gave no token".to_owned(),
        ErrorKind::Other => "the Azure credential failed".to_owned(),
    };
    CredentialError::new(match code(&error.to_string()) {
        Some(code) => format!("{what} ({code})"),
        None => what,
    })
}

/// The number that Microsoft's authorities give each refusal.
fn code(text: &str) -> Option<String> {
    const START: &str = "AADSTS";
    let (_, after) = text.split_once(START)?;
    let number: String = after.chars().take_while(char::is_ascii_digit).collect();
    (!number.is_empty()).then(|| format!("{START}{number}"))
}

impl fmt::Debug for AzureCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AzureCredential").finish_non_exhaustive()
    }
}
