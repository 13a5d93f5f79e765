//! The place of one token in a store, for code that must not wait for a disk.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::store::{KeptToken, TokenKey, TokenStore};
use crate::CredentialError;

pub(super) struct Kept {
    store: Arc<dyn TokenStore>,
    key: TokenKey,
}

impl Kept {
    pub(super) fn new(store: Arc<dyn TokenStore>, key: TokenKey) -> Self {
        Self { store, key }
    }

    pub(super) async fn load(&self) -> Result<Option<KeptToken>, CredentialError> {
        self.waiting(|store, key| store.load(key)).await
    }

    /// Keeps this token; whether that worked. Where it did not, the app goes on, but the next start asks somebody
    /// again.
    pub(super) async fn put(&self, token: KeptToken) -> bool {
        let put = self.waiting(move |store, key| store.update(key, &|_| Some(token.clone())));
        told(&put.await, "the sign-in could not be kept")
    }

    /// Removes this token, unless another process has put another one in its place.
    pub(super) async fn forget(&self, token: KeptToken) -> bool {
        let forget =
            self.waiting(move |store, key| store.update(key, &|now| now.filter(|now| **now != token).cloned()));
        told(
            &forget.await,
            "a sign-in that is no longer accepted could not be removed",
        )
    }

    async fn waiting<R: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn TokenStore, &TokenKey) -> Result<R, CredentialError> + Send + 'static,
    ) -> Result<R, CredentialError> {
        let runtime = Handle::try_current()
            .map_err(|_| CredentialError::new("tokens are kept by a task of tokio's, and its runtime is not there"))?;
        let (store, key) = (Arc::clone(&self.store), self.key.clone());
        let done = runtime.spawn_blocking(move || work(&*store, &key)).await;
        done.map_err(|_| CredentialError::new("the store of the tokens broke off"))?
    }
}

fn told(result: &Result<(), CredentialError>, what: &'static str) -> bool {
    if let Err(error) = result {
        tracing::warn!(%error, "{what}");
    }
    result.is_ok()
}
