//! Where what somebody signed in with is kept, so that nobody is asked again after a restart.

mod file;
#[cfg(feature = "keyring")]
mod keyring;

use std::{fmt, sync::Arc};

pub use self::file::FileStore;
#[cfg(feature = "keyring")]
pub use self::keyring::KeyringStore;
use crate::CredentialError;

/// Keeps refresh tokens beyond the life of a process. What there is: [`FileStore`], and `KeyringStore` with the feature
/// `keyring`.
///
/// Its functions are called where a thread may wait. Several processes may use one store at a time.
pub trait TokenStore: Send + Sync {
    /// What is kept under this key.
    ///
    /// # Errors
    ///
    /// When that cannot be told. Nobody is asked to sign in then.
    fn load(&self, key: &TokenKey) -> Result<Option<KeptToken>, CredentialError>;

    /// Has `change` say what is to be kept under this key, by what is kept now; nobody else changes it meanwhile. Other
    /// keys stay as they are, and a crash leaves what was there or what is to be there. `change` may be called more
    /// than once.
    ///
    /// # Errors
    ///
    /// When it cannot be kept. What was there is still there.
    fn update(&self, key: &TokenKey, change: &Change<'_>) -> Result<(), CredentialError>;
}

/// What is to be kept instead of what is kept now.
pub type Change<'a> = dyn Fn(Option<&KeptToken>) -> Option<KeptToken> + 'a;

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load(&self, key: &TokenKey) -> Result<Option<KeptToken>, CredentialError> {
        (**self).load(key)
    }

    fn update(&self, key: &TokenKey, change: &Change<'_>) -> Result<(), CredentialError> {
        (**self).update(key, change)
    }
}

/// What a token is kept under: who issued it, to which application, for which permissions, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey(String);

impl TokenKey {
    /// The key of a token that this authority, such as `https://login.microsoftonline.com/contoso.example`, issued to
    /// an application for these scopes, in whichever order. The account is a name of the app's for who signed in, or
    /// empty.
    pub fn new<S: AsRef<str>>(
        authority: &str,
        client_id: &str,
        scopes: impl IntoIterator<Item = S>,
        account: &str,
    ) -> Self {
        let mut scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        // JSON, since no mark could be told from the same one in a name.
        Self(serde_json::json!([authority, client_id, scopes, account]).to_string())
    }

    /// The key as one text, without a secret.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A refresh token. Its text is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptToken(String);

impl KeptToken {
    /// A token with this text.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The text that is to be kept. Keep it out of logs.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeptToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("KeptToken").finish_non_exhaustive()
    }
}
