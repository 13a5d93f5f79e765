//! Credentials that get their tokens from who issues them: for an application with its secret or its certificate, or
//! for somebody who signs in, in the browser of this machine or with a code on any other. A [`TokenStore`] keeps that
//! sign-in.
//!
//! A token is asked for over the same kind of transport as everything else, with the capability `cp1`, so that the
//! service may ask for more claims instead of refusing outright.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-protocols>

mod application;
mod certificate;
mod delegated;
mod kept;
mod protocol;
mod redirect;
mod store;

use std::{error, fmt, io, sync::Arc};

use bytes::Bytes;
use oauth2::{
    AuthType, AuthUrl, ClientId, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet, TokenResponse as _, TokenUrl,
    basic::{BasicClient, BasicTokenResponse},
};
use tower_service::Service;

#[cfg(feature = "keyring")]
pub use self::store::KeyringStore;
pub use self::{
    application::{ClientCertificate, ClientSecret},
    certificate::Certificate,
    delegated::{Delegated, DevicePrompt},
    store::{Change, FileStore, KeptToken, TokenKey, TokenStore},
};
use self::{delegated::Way, protocol::Wire};
use crate::{
    AccessToken, Cloud, CredentialError, Environment, System,
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

/// Where tokens are issued, after the tenant.
const TOKEN_PATH: &str = "/oauth2/v2.0/token";

type Authority = BasicClient<EndpointSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

impl SignIn {
    /// An application of this tenant: its id or its domain, or `common`, `organizations` or `consumers`.
    ///
    /// # Errors
    ///
    /// When the authority of the cloud is no address that a secret may be sent to, or TLS cannot be set up on this
    /// machine.
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
        let tenant = format!("{}/{tenant}", authority.as_str());
        let unusable = |_| CredentialError::new("the authority is no URL");
        let client = BasicClient::new(ClientId::new(client_id.to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(format!("{tenant}/oauth2/v2.0/authorize")).map_err(unusable)?)
            .set_token_uri(TokenUrl::new(format!("{tenant}{TOKEN_PATH}")).map_err(unusable)?)
            .set_device_authorization_url(
                DeviceAuthorizationUrl::new(format!("{tenant}/oauth2/v2.0/devicecode")).map_err(unusable)?,
            );
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

    /// Signs in as the application itself, with a certificate.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use msgraph_client::{Cloud, sign_in::{Certificate, SignIn}};
    ///
    /// let certificate = Certificate::from_pem(std::fs::read("key.pem")?, std::fs::read("certificate.pem")?)?;
    /// let app = SignIn::new(&Cloud::global(), "contoso.example", "11111111-2222-3333-4444-555555555555")?;
    /// let credential = app.client_certificate(certificate);
    /// # let _ = credential;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_certificate(self, certificate: Certificate) -> ClientCertificate {
        let app = self;
        ClientCertificate { app, certificate }
    }

    /// Signs somebody in, in the system's browser on this machine, which comes back to a port of `localhost`:
    /// authorization code with PKCE. The scopes are permissions, such as `Tasks.ReadWrite`.
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
        let scopes = scopes.into_iter().map(Into::into).collect();
        Delegated::new(self, scopes, Way::Browser(Box::new(open)))
    }

    /// Signs somebody in, with a code. The scopes are permissions, such as `Tasks.ReadWrite`; `prompt` tells the person
    /// what to do.
    pub fn device_code<S: Into<String>>(
        self,
        scopes: impl IntoIterator<Item = S>,
        prompt: impl Fn(&DevicePrompt) + Send + Sync + 'static,
    ) -> Delegated {
        let scopes = scopes.into_iter().map(Into::into).collect();
        Delegated::new(self, scopes, Way::Code(Box::new(prompt)))
    }

    /// Who issues the tokens, with the tenant.
    fn authority(&self) -> &str {
        let endpoint = self.client.token_uri().as_str();
        endpoint.strip_suffix(TOKEN_PATH).unwrap_or(endpoint)
    }

    fn token(&self, response: &BasicTokenResponse) -> AccessToken {
        let expires = response
            .expires_in()
            .and_then(|length| self.environment.now().checked_add(length));
        AccessToken::new(response.access_token().secret().clone(), expires)
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
