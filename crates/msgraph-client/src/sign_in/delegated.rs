//! Tokens for somebody who signs in.

use std::{borrow::Cow, fmt, io, sync::Arc};

use oauth2::{
    AuthorizationCode, CsrfToken, PkceCodeChallenge, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardDeviceAuthorizationResponse, TokenResponse as _, basic::BasicTokenResponse,
};
use tokio::{sync::Mutex, time::sleep};

use super::{
    SignIn,
    kept::Kept,
    protocol::{capabilities, refused},
    redirect::Redirect,
    store::{KeptToken, TokenKey, TokenStore},
};
use crate::{AccessToken, Credential, CredentialError, TokenFuture};

/// What somebody is to do to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DevicePrompt {
    /// Where to go.
    pub url: String,
    /// What to type there.
    pub code: String,
}

/// Tokens for somebody who signs in.
///
/// That is asked for once: afterwards tokens are renewed without anybody, until that is no longer accepted. With
/// [`kept_in`](Self::kept_in), a restart makes no difference.
pub struct Delegated {
    app: SignIn,
    scopes: Vec<String>,
    way: Way,
    kept: Option<Kept>,
    /// Held while somebody signs in, so that one is asked.
    held: Mutex<Option<Held>>,
}

/// What a token is renewed with.
#[derive(Clone)]
struct Held {
    token: KeptToken,
    /// Whether the store has it, too, or one that replaced it. `false` where there is none.
    is_kept: bool,
}

/// How somebody signs in.
pub(super) enum Way {
    /// With a code, on any device; this tells what to do.
    Code(Box<dyn Fn(&DevicePrompt) + Send + Sync>),
    /// In the browser of this machine; this opens it.
    Browser(Box<Open>),
}

type Open = dyn Fn(&str) -> io::Result<()> + Send + Sync;

impl Delegated {
    pub(super) fn new(app: SignIn, scopes: Vec<String>, way: Way) -> Self {
        Self {
            app,
            scopes,
            way,
            kept: None,
            held: Mutex::new(None),
        }
    }

    /// Keeps the sign-in in this store: the refresh token, and nothing else. It is found again by who issued it, and by
    /// the application and its scopes.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use msgraph_client::{Cloud, sign_in::{FileStore, SignIn}};
    ///
    /// let app = SignIn::new(&Cloud::global(), "common", "11111111-2222-3333-4444-555555555555")?;
    /// let store = FileStore::new("tokens.json");
    /// let credential = app.browser(["Tasks.ReadWrite"]).kept_in(store);
    /// # let _ = credential;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn kept_in(self, store: impl TokenStore + 'static) -> Self {
        self.kept_for("", store)
    }

    /// The same for an app in which several people sign in: `account` is a name of the app's for this one.
    #[must_use]
    pub fn kept_for(self, account: &str, store: impl TokenStore + 'static) -> Self {
        let key = TokenKey::new(self.app.authority(), self.app.client.client_id(), &self.scopes, account);
        let kept = Some(Kept::new(Arc::new(store), key));
        Self { kept, ..self }
    }

    /// Renews a token, or has somebody sign in.
    async fn get(&self, claims: Option<&str>) -> Result<AccessToken, CredentialError> {
        let mut held = self.held.lock().await;
        let mut refused = None;
        let response = loop {
            self.look_up(&mut held).await?;
            let Some(Held { token, .. }) = held.clone().filter(|held| refused.as_ref() != Some(&held.token)) else {
                break self.ask(claims).await?;
            };
            match self.renew(&token, claims).await {
                Ok(response) => break response,
                // Another process may have got a newer one meanwhile.
                Err(Renewal::SignInAgain) => {
                    self.forget(&mut held, &token).await;
                    refused = Some(token);
                }
                Err(Renewal::Failed(error)) => return Err(error),
            }
        };
        // Not every answer brings another one; the old one stays good.
        if let Some(token) = response.refresh_token() {
            self.hold(&mut held, KeptToken::new(token.secret())).await;
        }
        Ok(self.app.token(&response))
    }

    /// What the store has is the newest, since other processes renew it, too, unless ours could not be written there.
    async fn look_up(&self, held: &mut Option<Held>) -> Result<(), CredentialError> {
        let is_ours = held.as_ref().is_some_and(|held| !held.is_kept);
        if let Some(kept) = self.kept.as_ref().filter(|_| !is_ours) {
            let is_kept = true;
            *held = kept.load().await?.map(|token| Held { token, is_kept });
        }
        Ok(())
    }

    async fn hold(&self, held: &mut Option<Held>, token: KeptToken) {
        let is_kept = false;
        let now = held.insert(Held { token, is_kept });
        if let Some(kept) = &self.kept {
            now.is_kept = kept.put(now.token.clone()).await;
        }
    }

    async fn forget(&self, held: &mut Option<Held>, token: &KeptToken) {
        *held = None;
        if let Some(kept) = &self.kept {
            kept.forget(token.clone()).await;
        }
    }

    fn wanted(&self) -> impl Iterator<Item = Scope> {
        let own = self.scopes.iter().cloned();
        own.chain(["offline_access".to_owned()]).map(Scope::new)
    }

    async fn renew(&self, token: &KeptToken, claims: Option<&str>) -> Result<BasicTokenResponse, Renewal> {
        let response = self
            .app
            .client
            .exchange_refresh_token(&RefreshToken::new(token.secret().to_owned()))
            .add_scopes(self.wanted())
            .add_extra_param("claims", capabilities(claims))
            .request_async(&self.app.wire)
            .await;
        response.map_err(|error| match &error {
            RequestTokenError::ServerResponse(said)
                if matches!(said.error().as_ref(), "invalid_grant" | "interaction_required") =>
            {
                Renewal::SignInAgain
            }
            _ => Renewal::Failed(refused("the renewal", &error)),
        })
    }

    async fn ask(&self, claims: Option<&str>) -> Result<BasicTokenResponse, CredentialError> {
        match &self.way {
            Way::Code(prompt) => self.ask_for_code(prompt, claims).await,
            Way::Browser(open) => self.ask_in_browser(open, claims).await,
        }
    }

    async fn ask_in_browser(&self, open: &Open, claims: Option<&str>) -> Result<BasicTokenResponse, CredentialError> {
        let redirect = Redirect::listen().await;
        let redirect =
            redirect.map_err(|error| CredentialError::caused_by("no port of this machine is free", error))?;
        let address = RedirectUrl::new(redirect.url());
        let address = address.map_err(|_| CredentialError::new("this machine has no address"))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = self
            .app
            .client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(self.wanted())
            .add_extra_param("claims", capabilities(claims))
            .set_redirect_uri(Cow::Borrowed(&address))
            .set_pkce_challenge(challenge)
            .url();
        open(url.as_str()).map_err(|error| CredentialError::caused_by("the browser cannot be opened", error))?;
        let code = redirect.code(state.secret()).await?;
        self.app
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_redirect_uri(Cow::Borrowed(&address))
            .set_pkce_verifier(verifier)
            .add_extra_param("claims", capabilities(claims))
            .request_async(&self.app.wire)
            .await
            .map_err(|error| refused("the sign-in", &error))
    }

    async fn ask_for_code(
        &self,
        prompt: &(dyn Fn(&DevicePrompt) + Send + Sync),
        claims: Option<&str>,
    ) -> Result<BasicTokenResponse, CredentialError> {
        let app = &self.app;
        let details: StandardDeviceAuthorizationResponse = app
            .client
            .exchange_device_code()
            .add_scopes(self.wanted())
            .add_extra_param("claims", capabilities(claims))
            .request_async(&self.app.wire)
            .await
            .map_err(|error| refused("the sign-in", &error))?;
        prompt(&DevicePrompt {
            url: details.verification_uri().to_string(),
            code: details.user_code().secret().clone(),
        });
        app.client
            .exchange_device_access_token(&details)
            .add_extra_param("claims", capabilities(claims))
            .request_async(&self.app.wire, sleep, None)
            .await
            .map_err(|error| refused("the sign-in", &error))
    }
}

enum Renewal {
    /// What was kept is no longer accepted.
    SignInAgain,
    Failed(CredentialError),
}

impl Credential for Delegated {
    fn token<'a>(&'a self, _: &'a [&'a str]) -> TokenFuture<'a> {
        Box::pin(self.get(None))
    }

    fn token_for_claims<'a>(&'a self, _: &'a [&'a str], claims: &'a str) -> TokenFuture<'a> {
        Box::pin(self.get(Some(claims)))
    }
}

impl fmt::Debug for Delegated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Delegated")
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}
