use std::{error, fmt, sync::Arc, time::Duration};

use msgraph_core::{Answer, Reply, Request, RequestFault, ServiceError, request::Method};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};

use crate::{AccessToken, Credential, CredentialError, Error, InvalidBaseUrl, TransportError, base_url::BaseUrl};

/// Sends requests. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    base_url: BaseUrl,
    credential: Box<dyn Credential>,
    http: reqwest::Client,
}

/// A response may not be larger, once it is unpacked. The largest page of tasks is a hundredth of it.
const MOST_BYTES: usize = 64 * 1024 * 1024;

impl Client {
    /// A client of the global cloud.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up on this machine.
    pub fn new(credential: impl Credential + 'static) -> Result<Self, BuildError> {
        Self::builder(credential).build()
    }

    /// A client of which more is to be said.
    pub fn builder(credential: impl Credential + 'static) -> ClientBuilder {
        ClientBuilder {
            credential: Box::new(credential),
            base_url: Ok(BaseUrl::global()),
            timeout: Duration::from_secs(100),
        }
    }

    /// Sends a request, and reads its answer.
    ///
    /// Dropping the future gives up waiting; the service may carry the request out all the same.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each of its kinds says whether the service may have carried the request out.
    pub async fn send<R: Answer, O>(&self, request: Request<R, O>) -> Result<R, Error> {
        request.check().map_err(Error::Request)?;
        let base_url = &self.inner.base_url;
        let url = match request.link() {
            None => base_url.join(request.version(), request.path(), &request.query()),
            Some(link) if base_url.admits(link.as_str()) => link.as_str().to_owned(),
            Some(_) => return Err(Error::Request(RequestFault::ForeignLink)),
        };
        let outgoing = Outgoing {
            method: request.method(),
            url,
            headers: request
                .headers()
                .into_iter()
                .map(|(name, value)| (name, value.into_owned()))
                .collect(),
            body: request.body().map(|body| body.as_bytes().to_vec()),
        };
        let incoming = self.inner.exchange(outgoing).await?;
        let reply = incoming.reply();
        if (200..300).contains(&reply.status) {
            R::decode(reply).map_err(|error| Error::Decode(Box::new(error)))
        } else {
            Err(Error::Service(Box::new(ServiceError::decode(reply))))
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .finish_non_exhaustive()
    }
}

/// A request as it goes over the wire, but for its token.
struct Outgoing {
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
}

/// A response as it came over the wire.
struct Incoming {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Incoming {
    fn reply(&self) -> Reply<'_> {
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        let mut reply = Reply::new(self.status, &self.body);
        reply.etag = header("etag");
        reply.request_id = header("request-id");
        reply.retry_after = header("retry-after");
        reply.location = header("location");
        reply
    }
}

impl Inner {
    async fn exchange(&self, outgoing: Outgoing) -> Result<Incoming, Error> {
        let token = self
            .credential
            .token(&[&self.base_url.scope()])
            .await
            .map_err(Error::Credential)?;
        let mut request = self
            .http
            .request(method(outgoing.method), outgoing.url)
            .header(AUTHORIZATION, authorization(&token)?)
            .header(ACCEPT, "application/json");
        for (name, value) in outgoing.headers {
            request = request.header(name, value);
        }
        if let Some(body) = outgoing.body {
            request = request.body(body);
        }
        let transport = |error| Error::Transport(TransportError::from(error));
        let mut response = request.send().await.map_err(transport)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(Error::Transport(TransportError::too_large()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Incoming {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        })
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn authorization(token: &AccessToken) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.secret())).map_err(|_| {
        Error::Credential(CredentialError::new(
            "the token holds characters that no header can carry",
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Says more about a client than its credential.
#[must_use]
pub struct ClientBuilder {
    credential: Box<dyn Credential>,
    base_url: Result<BaseUrl, InvalidBaseUrl>,
    timeout: Duration,
}

impl ClientBuilder {
    /// Where the versions of the API begin, `https://graph.microsoft.com` unless said otherwise. `http` is accepted
    /// on this machine only.
    pub fn base_url(mut self, url: &str) -> Self {
        self.base_url = BaseUrl::parse(url);
        self
    }

    /// How long one exchange may take, 100 seconds unless said otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// When the base URL is one that no token may be sent to, or TLS cannot be set up on this machine.
    pub fn build(self) -> Result<Client, BuildError> {
        let base_url = self.base_url.map_err(BuildError::BaseUrl)?;
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("msgraph-tasks/", env!("CARGO_PKG_VERSION")))
            .timeout(self.timeout);
        if base_url.is_loopback() {
            // A proxy is not this machine, and the token would reach it in the clear.
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|error| BuildError::Tls(TransportError::from(error)))?;
        Ok(Client {
            inner: Arc::new(Inner {
                base_url,
                credential: self.credential,
                http,
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("ClientBuilder");
        shown
            .field("base_url", &self.base_url)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Why there is no client.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// No token may be sent to the base URL.
    BaseUrl(InvalidBaseUrl),
    /// TLS cannot be set up on this machine.
    Tls(TransportError),
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl(error) => error.fmt(formatter),
            Self::Tls(error) => write!(formatter, "TLS cannot be set up: {error}"),
        }
    }
}

impl error::Error for BuildError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::BaseUrl(_) => None,
            Self::Tls(error) => error.source(),
        }
    }
}
