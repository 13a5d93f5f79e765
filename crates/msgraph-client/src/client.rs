use std::{error, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request as HttpRequest, Response as HttpResponse};
use http_body::Body;
use msgraph_core::{Answer, Guid, Link, Request, RequestFault, request::Method};
use tower_service::Service;

use crate::{
    Call, Cloud, Credential, Environment, Error, ErrorKind, InvalidBaseUrl, Pages, Response, RetryPolicy, System,
    base_url::BaseUrl,
    credential::Cached,
    environment::request_id,
    error::Context,
    governor::Governor,
    options::Options,
    pages::Linked,
    pipeline::{Completed, Outgoing, PREFER, reply},
    transport::{RequestBody, Transport},
};

/// Sends requests. Cheap to clone; clones share connections, the token, and the pace that the service asks for.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) cloud: Cloud,
    pub(crate) credential: Cached,
    pub(crate) transport: Transport,
    pub(crate) governor: Governor,
    pub(crate) environment: Box<dyn Environment>,
    pub(crate) user_agent: HeaderValue,
    options: Options,
}

impl Client {
    /// A client of the global cloud.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up on this machine.
    #[cfg(feature = "reqwest")]
    pub fn new(credential: impl Credential + 'static) -> Result<Self, BuildError> {
        Self::builder(credential).build()
    }

    /// A client of which more is to be said.
    pub fn builder(credential: impl Credential + 'static) -> ClientBuilder {
        ClientBuilder {
            credential: Box::new(credential),
            cloud: Ok(Cloud::global()),
            transport: None,
            environment: Box::new(System),
            options: Options::default(),
            concurrency: 16,
            user_agent: concat!("msgraph-tasks/", env!("CARGO_PKG_VERSION")).to_owned(),
            #[cfg(feature = "reqwest")]
            http: Box::new(|http| http),
        }
    }

    /// Sends a request, again where that is safe, and reads its answer.
    ///
    /// Dropping the future gives up waiting; the service may carry the request out all the same.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]: each says whether the service may have carried the request out.
    pub async fn send<R: Answer, O>(&self, request: Request<R, O>) -> Result<R, Error> {
        self.call(request).send().await
    }

    /// The same, with what came beside the answer: status, headers, ids, attempts.
    ///
    /// Dropping the future gives up waiting; the service may carry the request out all the same.
    ///
    /// # Errors
    ///
    /// See [`send`](Self::send).
    pub async fn execute<R: Answer, O>(&self, request: Request<R, O>) -> Result<Response<R>, Error> {
        self.call(request).execute().await
    }

    /// A request of which more is to be said before it is sent: headers, preferences, how long and how often.
    pub fn call<R, O>(&self, request: Request<R, O>) -> Call<'_, R, O> {
        Call::new(self, request, self.inner.options.clone())
    }

    /// The pages that a request leads to, one after the other.
    pub fn pages<R: Linked, O>(&self, request: Request<R, O>) -> Pages<R> {
        self.call(request).pages()
    }

    /// A new id, for what clients name themselves, such as an item of a checklist. It is of version 4, and made of the
    /// [`Environment`]'s random numbers.
    pub fn new_guid(&self) -> Guid {
        Guid::new(request_id(&*self.inner().environment).to_string())
    }

    /// Whether the client follows a link: it leads to the service, so that the token may go there.
    pub fn admits(&self, link: &Link) -> bool {
        self.inner.cloud.root.admits(link.as_str())
    }

    /// The cloud that the client talks to.
    pub fn cloud(&self) -> &Cloud {
        &self.inner.cloud
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The defaults of its calls.
    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    /// A request as it goes over the wire.
    pub(crate) fn prepare<R, O>(&self, request: &Request<R, O>, options: &Options) -> Result<Outgoing, Error> {
        let refuse = |fault| Error::new(ErrorKind::Request(fault), Context::default());
        request.check().map_err(refuse)?;
        if let Some(fault) = &options.fault {
            return Err(refuse(fault.clone()));
        }
        let operation = request.operation();
        let Cloud { root, known, .. } = &self.inner.cloud;
        if known.is_some_and(|cloud| !operation.clouds.is_empty() && !operation.clouds.contains(&cloud)) {
            return Err(refuse(RequestFault::NotInCloud { operation }));
        }
        let url = match request.link() {
            None => root.join(request.version(), request.path(), &request.query()),
            Some(link) if root.admits(link.as_str()) => link.as_str().to_owned(),
            Some(_) => return Err(refuse(RequestFault::ForeignLink)),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers() {
            let value = HeaderValue::try_from(&*value).map_err(|_| refuse(invalid_header(name)))?;
            headers.insert(HeaderName::from_static(lower(name)), value);
        }
        if !options.prefer.is_empty() {
            let known = headers.get(PREFER).and_then(|value| value.to_str().ok());
            let all: Vec<_> = known
                .into_iter()
                .chain(options.prefer.iter().map(String::as_str))
                .collect();
            let value = HeaderValue::try_from(all.join(", ")).map_err(|_| refuse(invalid_header("Prefer")))?;
            headers.insert(PREFER, value);
        }
        headers.extend(options.headers.clone());
        Ok(Outgoing {
            operation,
            method: method(request.method()),
            url,
            headers,
            body: request.body().map(|body| Bytes::copy_from_slice(body.as_bytes())),
            follows_link: request.link().is_some(),
        })
    }

    /// Sends what was prepared, and reads the answer.
    pub(crate) async fn complete<R: Answer>(
        &self,
        outgoing: Outgoing,
        options: &Options,
    ) -> Result<Response<R>, Error> {
        let is_update = outgoing.method == http::Method::PATCH;
        let Completed { incoming, context } = self.inner.run(outgoing, options).await?;
        match R::decode(reply(&incoming)) {
            Ok(value) => Ok(Response {
                value,
                status: incoming.head.status,
                headers: incoming.head.headers,
                attempts: context.attempts,
                client_request_id: context.client_request_id.unwrap_or_default(),
            }),
            Err(error) if is_update && error.is_empty_body() => Err(Error::new(ErrorKind::Applied, context)),
            Err(error) => Err(Error::new(ErrorKind::Decode(Box::new(error)), context)),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("cloud", &self.inner.cloud)
            .finish_non_exhaustive()
    }
}

fn invalid_header(name: &str) -> RequestFault {
    RequestFault::InvalidHeader { name: name.into() }
}

/// The headers that requests have, as HTTP writes their names.
fn lower(name: &'static str) -> &'static str {
    match name {
        "If-Match" => "if-match",
        "Prefer" => "prefer",
        "Content-Type" => "content-type",
        "Content-Range" => "content-range",
        other => other,
    }
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Patch => http::Method::PATCH,
        Method::Put => http::Method::PUT,
        Method::Delete => http::Method::DELETE,
    }
}

#[cfg(feature = "reqwest")]
type Configure = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

/// Says more about a client than its credential.
#[must_use]
pub struct ClientBuilder {
    credential: Box<dyn Credential>,
    cloud: Result<Cloud, InvalidBaseUrl>,
    transport: Option<Transport>,
    environment: Box<dyn Environment>,
    options: Options,
    concurrency: usize,
    user_agent: String,
    #[cfg(feature = "reqwest")]
    http: Configure,
}

impl ClientBuilder {
    /// The cloud, the global one unless said otherwise.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = Ok(cloud);
        self
    }

    /// A service at another address, such as one on this machine for a test: where the versions of the API begin. `http` is
    /// accepted on this machine only.
    pub fn base_url(mut self, url: &str) -> Self {
        self.cloud = BaseUrl::parse(url).map(Cloud::at);
        self
    }

    /// What carries requests, in place of the HTTP client that is built in: any `tower` service over the types of `http`.
    ///
    /// An error of it that surely sent nothing is to be a [`NotSent`](crate::NotSent).
    pub fn transport<S, B>(mut self, service: S) -> Self
    where
        S: Service<HttpRequest<RequestBody>, Response = HttpResponse<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn error::Error + Send + Sync>>,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn error::Error + Send + Sync>>,
    {
        self.transport = Some(Transport::new(service));
        self
    }

    /// Says more about the HTTP client that is built in: a proxy, root certificates. It follows no redirect whatever is said
    /// here, since a token would go along.
    #[cfg(feature = "reqwest")]
    pub fn http(
        mut self,
        more: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.http = Box::new(more);
        self
    }

    /// Where the client gets the date and its random numbers.
    pub fn environment(mut self, environment: impl Environment + 'static) -> Self {
        self.environment = Box::new(environment);
        self
    }

    /// How long one attempt may take, 100 seconds unless said otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// How long all attempts of a call may take together, with the waits between: ten minutes unless said otherwise.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = deadline;
        self
    }

    /// How often a request is sent again.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.options.retry = retry;
        self
    }

    /// How many requests may be under way at once, over all clones: 16 unless said otherwise, at least one.
    pub fn concurrency(mut self, limit: usize) -> Self {
        self.concurrency = limit;
        self
    }

    /// How large a response may be, once it is unpacked: 64 MiB unless said otherwise.
    pub fn most_bytes(mut self, limit: usize) -> Self {
        self.options.most_bytes = limit;
        self
    }

    /// How the client calls itself.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = text.into();
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// When the base URL is one that no token may be sent to, the user agent is no header, TLS cannot be set up on this
    /// machine, or, without the feature `reqwest`, no transport was named.
    pub fn build(self) -> Result<Client, BuildError> {
        let cloud = self.cloud.map_err(BuildError::BaseUrl)?;
        let user_agent = HeaderValue::try_from(self.user_agent).map_err(|_| BuildError::UserAgent)?;
        #[cfg(feature = "reqwest")]
        let built_in = || built_in(self.http, &cloud);
        #[cfg(not(feature = "reqwest"))]
        let built_in = || Err(BuildError::NoTransport);
        let transport = self.transport.map_or_else(built_in, Ok)?;
        let credential = Cached::new(self.credential, cloud.scope().to_owned());
        Ok(Client {
            inner: Arc::new(Inner {
                cloud,
                credential,
                transport,
                governor: Governor::new(self.concurrency),
                environment: self.environment,
                user_agent,
                options: self.options,
            }),
        })
    }
}

#[cfg(feature = "reqwest")]
fn built_in(more: Configure, cloud: &Cloud) -> Result<Transport, BuildError> {
    let http = more(reqwest::Client::builder()).redirect(reqwest::redirect::Policy::none());
    let http = if cloud.root.is_loopback() {
        // A proxy is not this machine, and the token would reach it in the clear.
        http.no_proxy()
    } else {
        http
    };
    let http = http.build().map_err(|error| BuildError::Tls(Box::new(error)))?;
    Ok(Transport::new(crate::transport::http_client::HttpClient(http)))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("timeout", &self.options.timeout)
            .finish_non_exhaustive()
    }
}

/// Why there is no client.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// No token may be sent to the base URL.
    BaseUrl(InvalidBaseUrl),
    /// The user agent holds characters that no header can carry.
    UserAgent,
    /// TLS cannot be set up on this machine.
    Tls(Box<dyn error::Error + Send + Sync>),
    /// No transport was named, and none is built in.
    NoTransport,
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl(error) => error.fmt(formatter),
            Self::UserAgent => formatter.write_str("the user agent holds characters that no header can carry"),
            Self::Tls(error) => write!(formatter, "TLS cannot be set up: {error}"),
            Self::NoTransport => {
                formatter.write_str("there is no transport: name one, or turn the feature `reqwest` on")
            }
        }
    }
}

impl error::Error for BuildError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Tls(error) => error.source(),
            Self::BaseUrl(_) | Self::UserAgent | Self::NoTransport => None,
        }
    }
}
