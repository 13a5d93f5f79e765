//! Tokens in the keyring of the operating system.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use keyring_core::{CredentialStore, Entry, Error};
use sha2::{Digest as _, Sha256};

use super::{Change, KeptToken, TokenKey, TokenStore};
use crate::CredentialError;

/// Held while an item is changed. Keyrings have no such thing.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Keeps tokens in the keyring of the user: the Keychain of macOS, the Credential Manager of Windows, the Secret
/// Service elsewhere.
///
/// Each token is an item of its own, so applications do not disturb each other. A keyring has no lock that processes
/// could share: where two change the same item at the same time, the later change stays, and at worst somebody signs in
/// once more. Where that matters, take a [`FileStore`](super::FileStore).
pub struct KeyringStore {
    store: Arc<CredentialStore>,
    service: String,
}

impl KeyringStore {
    /// The keyring of this system. `service` names the application to who looks at the keyring.
    ///
    /// # Errors
    ///
    /// When there is no keyring, as on many servers.
    #[cfg(any(
        target_os = "macos",
        windows,
        all(unix, not(any(target_os = "ios", target_os = "android")))
    ))]
    pub fn new(service: impl Into<String>) -> Result<Self, CredentialError> {
        #[cfg(target_os = "macos")]
        let store = apple_native_keyring_store::keychain::Store::new();
        #[cfg(windows)]
        let store = windows_native_keyring_store::Store::new();
        #[cfg(not(any(target_os = "macos", windows)))]
        let store = zbus_secret_service_keyring_store::Store::new();
        Ok(Self::over(store.map_err(failed)?, service))
    }

    /// The same over another store of the `keyring` family, such as that of the Linux kernel, which forgets at
    /// shutdown.
    pub fn over(store: Arc<CredentialStore>, service: impl Into<String>) -> Self {
        let service = service.into();
        Self { store, service }
    }

    fn entry(&self, key: &TokenKey) -> Result<Entry, CredentialError> {
        // The names of items are short in some keyrings, and keys are not.
        let name = URL_SAFE_NO_PAD.encode(Sha256::digest(key.as_str()));
        self.store.build(&self.service, &name, None).map_err(failed)
    }
}

impl TokenStore for KeyringStore {
    fn load(&self, key: &TokenKey) -> Result<Option<KeptToken>, CredentialError> {
        read(&self.entry(key)?)
    }

    fn update(&self, key: &TokenKey, change: &Change<'_>) -> Result<(), CredentialError> {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = self.entry(key)?;
        let old = read(&entry)?;
        let done = match change(old.as_ref()) {
            new if new == old => Ok(()),
            Some(new) => entry.set_secret(new.secret().as_bytes()),
            None => entry.delete_credential(),
        };
        drop(turn);
        match done {
            // Another process was faster.
            Err(Error::NoEntry) => Ok(()),
            done => done.map_err(failed),
        }
    }
}

fn read(entry: &Entry) -> Result<Option<KeptToken>, CredentialError> {
    match entry.get_secret().map(String::from_utf8) {
        Ok(Ok(secret)) => Ok(Some(KeptToken::new(secret))),
        Ok(Err(_)) => {
            tracing::warn!("what the keyring has for this application is no token; somebody has to sign in again");
            Ok(None)
        }
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Some errors of keyrings hold what is kept there, so those are not passed on.
fn failed(error: Error) -> CredentialError {
    match error {
        Error::PlatformFailure(error) => CredentialError::caused_by("the keyring failed", error),
        Error::NoStorageAccess(error) => {
            CredentialError::caused_by("the keyring cannot be used; it may be locked, or there is none", error)
        }
        Error::TooLong(what, most) => {
            CredentialError::new(format!("the keyring takes no {what} of more than {most} characters"))
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) | Error::Ambiguous(_) => {
            CredentialError::new("what the keyring has for this application cannot be read: remove it there")
        }
        _ => CredentialError::new("the keyring does not do what is needed to keep tokens"),
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyringStore")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}
