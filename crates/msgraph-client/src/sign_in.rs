//! Credentials that get their tokens from who issues them: for an application with its secret, or for somebody who signs in, in
//! the browser of this machine or with a code on any other.
//!
//! A token is asked for over the same kind of transport as everything else, with the capability `cp1`, so that the service may
//! ask for more claims instead of refusing outright.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-protocols>

mod redirect;

use std::{borrow::Cow, error, fmt, io, pin::Pin, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, CsrfToken, DeviceAuthorizationUrl, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardDeviceAuthorizationResponse, TokenResponse as _, TokenUrl,
    basic::{BasicClient, BasicTokenResponse},
};
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::sleep};
use tower_service::Service;

use self::redirect::Redirect;
use crate::{
    AccessToken, Cloud, Credential, CredentialError, Environment, System, TokenFuture, TransportError,
    base_url::BaseUrl,
    transport::{RequestBody, Transport},
};

/// An application that signs in, itself or for somebody: where, and who it is.
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use msgraph_client::{Client, Cloud, sign_in::SignIn};
///
/// let app = SignIn::new(&Cloud::global(), "common", "11111111-2222-3333-4444-555555555555")?;
/// let credential = app.device_code(["Tasks.ReadWrite"], |prompt| {
///     println!("open {} and type {}", prompt.url, prompt.code);
/// });
/// let client = Client::new(credential)?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SignIn {
    client: Authority,
    wire: Wire,
    environment: Arc<dyn Environment>,
}

type Authority = BasicClient<EndpointSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// What somebody is to do to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DevicePrompt {
    /// Where to go.
    pub url: String,
    /// What to type there.
    pub code: String,
}

/// Tokens for the application itself, by a secret that it shares with who issues them.
pub struct ClientSecret {
    app: SignIn,
}

/// Tokens for somebody who signs in.
///
/// That is asked for once: afterwards tokens are renewed without anybody, until that is no longer accepted.
pub struct Delegated {
    app: SignIn,
    scopes: Vec<String>,
    way: Way,
    /// Held while somebody signs in, so that one is asked.
    refresh: Mutex<Option<RefreshToken>>,
}

/// How somebody signs in.
enum Way {
    /// With a code, on any device; this tells what to do.
    Code(Box<dyn Fn(&DevicePrompt) + Send + Sync>),
    /// In the browser of this machine; this opens it.
    Browser(Box<Open>),
}

type Open = dyn Fn(&str) -> io::Result<()> + Send + Sync;

/// The answers are no larger.
const MOST_BYTES: usize = 1 << 20;

/// What carries the requests of the protocol.
#[derive(Clone)]
struct Wire(Transport);

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        let (head, body) = request.into_parts();
        let request = http::Request::from_parts(head, Full::new(Bytes::from(body)));
        Box::pin(async move {
            let incoming = self.0.exchange(request, MOST_BYTES).await?;
            Ok(http::Response::from_parts(incoming.head, incoming.body.to_vec()))
        })
    }
}

impl SignIn {
    /// An application of this tenant: its id or its domain, or `common`, `organizations` or `consumers`.
    ///
    /// # Errors
    ///
    /// When the authority of the cloud is no address that a secret may be sent to, or TLS cannot be set up on this machine.
    #[cfg(feature = "reqwest")]
    pub fn new(cloud: &Cloud, tenant: &str, client_id: &str) -> Result<Self, CredentialError> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let http = if BaseUrl::parse(cloud.authority()).is_ok_and(|authority| authority.is_loopback()) {
            // A proxy is not this machine, and the secret would reach it in the clear.
            http.no_proxy()
        } else {
            http
        };
        let http = http.build();
        let http = http.map_err(|error| CredentialError::caused_by("TLS cannot be set up", error))?;
        Self::over(
            crate::transport::http_client::HttpClient(http),
            cloud,
            tenant,
            client_id,
        )
    }

    /// The same over a transport of your own; see [`ClientBuilder::transport`](crate::ClientBuilder::transport).
    ///
    /// # Errors
    ///
    /// When the authority of the cloud is no address that a secret may be sent to.
    pub fn over<S, B>(transport: S, cloud: &Cloud, tenant: &str, client_id: &str) -> Result<Self, CredentialError>
    where
        S: Service<http::Request<RequestBody>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn error::Error + Send + Sync>>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn error::Error + Send + Sync>>,
    {
        let is_segment = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        if !is_segment(tenant) || tenant.starts_with('.') {
            return Err(CredentialError::new(
                "the tenant is an id, a domain, or `common`, `organizations` or `consumers`",
            ));
        }
        let authority = BaseUrl::parse(cloud.authority())
            .map_err(|error| CredentialError::new(format!("the authority cannot be used: {error}")))?;
        let endpoint = |name: &str| format!("{}/{tenant}/oauth2/v2.0/{name}", authority.as_str());
        let unusable = |_| CredentialError::new("the authority is no URL");
        let client = BasicClient::new(ClientId::new(client_id.to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(endpoint("authorize")).map_err(unusable)?)
            .set_token_uri(TokenUrl::new(endpoint("token")).map_err(unusable)?)
            .set_device_authorization_url(DeviceAuthorizationUrl::new(endpoint("devicecode")).map_err(unusable)?);
        Ok(Self {
            client,
            wire: Wire(Transport::new(transport)),
            environment: Arc::new(System),
        })
    }

    /// Where the date comes from, by which a token expires.
    #[must_use]
    pub fn environment(self, environment: impl Environment + 'static) -> Self {
        let environment = Arc::new(environment);
        Self { environment, ..self }
    }

    /// Signs in as the application itself, with a secret.
    pub fn client_secret(self, secret: impl Into<String>) -> ClientSecret {
        let client = self.client.set_client_secret(oauth2::ClientSecret::new(secret.into()));
        let app = Self { client, ..self };
        ClientSecret { app }
    }

    /// Signs somebody in, in the system's browser on this machine, which comes back to a port of `localhost`: authorization code
    /// with PKCE. The scopes are permissions, such as `Tasks.ReadWrite`.
    ///
    /// The application is to be registered as a public client with the redirect address `http://localhost`.
    pub fn browser<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Delegated {
        self.browser_with(scopes, |url| open::that_detached(url))
    }

    /// The same, where `open` shows the address to somebody.
    pub fn browser_with<S: Into<String>>(
        self,
        scopes: impl IntoIterator<Item = S>,
        open: impl Fn(&str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Delegated {
        self.delegated(scopes, Way::Browser(Box::new(open)))
    }

    fn delegated<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>, way: Way) -> Delegated {
        Delegated {
            app: self,
            scopes: scopes.into_iter().map(Into::into).collect(),
            way,
            refresh: Mutex::new(None),
        }
    }

    /// Signs somebody in, with a code. The scopes are permissions, such as `Tasks.ReadWrite`; `prompt` tells the person what to
    /// do.
    pub fn device_code<S: Into<String>>(
        self,
        scopes: impl IntoIterator<Item = S>,
        prompt: impl Fn(&DevicePrompt) + Send + Sync + 'static,
    ) -> Delegated {
        self.delegated(scopes, Way::Code(Box::new(prompt)))
    }

    fn token(&self, response: &BasicTokenResponse) -> AccessToken {
        let expires = response
            .expires_in()
            .and_then(|length| self.environment.now().checked_add(length));
        AccessToken::new(response.access_token().secret().clone(), expires)
    }
}

impl ClientSecret {
    async fn get(&self, scopes: &[&str], claims: Option<&str>) -> Result<AccessToken, CredentialError> {
        let app = &self.app;
        let response = app
            .client
            .exchange_client_credentials()
            .add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
            .add_extra_param("claims", capabilities(claims))
            .request_async(&self.app.wire)
            .await
            .map_err(|error| refused("the application", &error))?;
        Ok(app.token(&response))
    }
}

impl Credential for ClientSecret {
    fn token<'a>(&'a self, scopes: &'a [&'a str]) -> TokenFuture<'a> {
        Box::pin(self.get(scopes, None))
    }

    fn token_for_claims<'a>(&'a self, scopes: &'a [&'a str], claims: &'a str) -> TokenFuture<'a> {
        Box::pin(self.get(scopes, Some(claims)))
    }
}

impl Delegated {
    /// Renews a token, or has somebody sign in.
    async fn get(&self, claims: Option<&str>) -> Result<AccessToken, CredentialError> {
        let mut refresh = self.refresh.lock().await;
        let response = match refresh.clone() {
            Some(token) => match self.renew(&token, claims).await {
                Ok(response) => response,
                Err(Renewal::SignInAgain) => {
                    *refresh = None;
                    self.ask(claims).await?
                }
                Err(Renewal::Failed(error)) => return Err(error),
            },
            None => self.ask(claims).await?,
        };
        // Not every answer brings another one; the old one stays good.
        if let Some(token) = response.refresh_token() {
            *refresh = Some(token.clone());
        }
        Ok(self.app.token(&response))
    }

    fn wanted(&self) -> impl Iterator<Item = Scope> {
        let own = self.scopes.iter().cloned();
        own.chain(["offline_access".to_owned()]).map(Scope::new)
    }

    async fn renew(&self, token: &RefreshToken, claims: Option<&str>) -> Result<BasicTokenResponse, Renewal> {
        let response = self
            .app
            .client
            .exchange_refresh_token(token)
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

/// The claims that are asked for, and that the application can answer a challenge.
fn capabilities(claims: Option<&str>) -> String {
    let asked = claims.and_then(|claims| serde_json::from_str::<Value>(claims).ok());
    let mut all = asked.filter(Value::is_object).unwrap_or_else(|| json!({}));
    if let Some(token) = all
        .as_object_mut()
        .map(|all| all.entry("access_token").or_insert_with(|| json!({})))
        .and_then(Value::as_object_mut)
    {
        token.insert("xms_cc".to_owned(), json!({ "values": ["cp1"] }));
    }
    all.to_string()
}

/// Why there is no token: what who issues them said, as a code. Their description may name somebody.
fn refused<T>(what: &str, error: &RequestTokenError<TransportError, T>) -> CredentialError
where
    T: oauth2::ErrorResponse + Said + 'static,
{
    CredentialError::new(match error {
        RequestTokenError::ServerResponse(said) => {
            let (code, description) = said.said();
            let number = description.split([':', ' ']).find(|word| word.starts_with("AADSTS"));
            match number {
                Some(number) => format!("{what} was refused: {code} ({number})"),
                None => format!("{what} was refused: {code}"),
            }
        }
        RequestTokenError::Request(error) => format!("who issues tokens could not be reached: {error}"),
        RequestTokenError::Parse(..) => "who issues tokens answered something else".to_owned(),
        RequestTokenError::Other(_) => format!("{what} took too long"),
    })
}

/// A refusal, as a code and a description.
trait Said {
    fn said(&self) -> (String, &str);
}

impl<E: oauth2::ErrorResponseType + fmt::Display> Said for oauth2::StandardErrorResponse<E> {
    fn said(&self) -> (String, &str) {
        let description = self.error_description().map_or("", String::as_str);
        (self.error().to_string(), description)
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignIn")
            .field("endpoint", self.client.token_uri())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientSecret").field("app", &self.app).finish()
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
