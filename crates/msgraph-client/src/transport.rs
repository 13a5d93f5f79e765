//! What carries an HTTP request to the service and its response back: any `tower` service, with its type erased once.

use std::{
    error, fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use tower_service::Service;

/// The body of a request.
pub type RequestBody = Full<Bytes>;

type BoxError = Box<dyn error::Error + Send + Sync>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A response that was read to its end.
#[derive(Clone)]
pub(crate) struct Incoming {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Bytes,
}

/// Any service that answers HTTP requests.
#[derive(Clone)]
pub(crate) struct Transport(Arc<dyn Exchange>);

/// The body of a response, as it comes.
pub(crate) type ResponseBody = Pin<Box<dyn Body<Data = Bytes, Error = BoxError> + Send>>;

trait Exchange: Send + Sync {
    fn open(&self, request: Request<RequestBody>) -> BoxFuture<Result<Response<ResponseBody>, TransportError>>;
}

impl Transport {
    pub(crate) fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Arc::new(Erased(service)))
    }

    /// Sends a request and reads the whole response, if it is not larger than that.
    #[cfg(feature = "sign-in")]
    pub(crate) async fn exchange(
        &self,
        request: Request<RequestBody>,
        most_bytes: usize,
    ) -> Result<Incoming, TransportError> {
        read(self.open(request).await?, most_bytes).await
    }

    /// Sends a request; the body of the response is still to come.
    pub(crate) async fn open(&self, request: Request<RequestBody>) -> Result<Response<ResponseBody>, TransportError> {
        self.0.open(request).await
    }
}

/// Reads the whole response, if it is not larger than that.
pub(crate) async fn read(response: Response<ResponseBody>, most_bytes: usize) -> Result<Incoming, TransportError> {
    let (head, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(data) = next_data(&mut body).await? {
        if bytes.len() + data.len() > most_bytes {
            return Err(TransportError::too_large());
        }
        bytes.extend_from_slice(&data);
    }
    let body = bytes.freeze();
    Ok(Incoming { head, body })
}

/// The next bytes of a body; `None` at its end.
pub(crate) async fn next_data(body: &mut ResponseBody) -> Result<Option<Bytes>, TransportError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| TransportError::new(Kind::Broken, error))?;
        // Trailers say nothing that matters here.
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

struct Erased<S>(S);

impl<S, B> Exchange for Erased<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn open(&self, request: Request<RequestBody>) -> BoxFuture<Result<Response<ResponseBody>, TransportError>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            poll_fn(|context| service.poll_ready(context))
                .await
                .map_err(|error| TransportError::not_sent(error.into()))?;
            let response = service
                .call(request)
                .await
                .map_err(|error| TransportError::of(error.into()))?;
            Ok(response.map(|body| Box::pin(body.map_err(Into::into)) as ResponseBody))
        })
    }
}

/// A connection that could not be made, or that broke, or a response that is too large to be read.
pub struct TransportError {
    kind: Kind,
    cause: Option<BoxError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing reached the service.
    NotSent,
    /// The connection broke; the request may have arrived.
    Broken,
    /// The time was up.
    Timeout,
    /// The response is larger than the client takes.
    TooLarge,
    /// What the response was to be written to takes no more.
    Writer,
}

/// An error of a transport that has surely sent nothing, such as a refused connection.
///
/// A transport of your own wraps its error in this, so that the client may repeat any request.
#[derive(Debug)]
pub struct NotSent(pub BoxError);

impl fmt::Display for NotSent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl error::Error for NotSent {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source()
    }
}

impl TransportError {
    fn new(kind: Kind, cause: BoxError) -> Self {
        Self {
            kind,
            cause: Some(cause),
        }
    }

    fn not_sent(cause: BoxError) -> Self {
        Self::new(Kind::NotSent, cause)
    }

    fn of(cause: BoxError) -> Self {
        match cause.downcast::<NotSent>() {
            Ok(not_sent) => Self::not_sent(not_sent.0),
            Err(cause) => Self::new(Kind::Broken, cause),
        }
    }

    pub(crate) fn too_large() -> Self {
        let kind = Kind::TooLarge;
        Self { kind, cause: None }
    }

    pub(crate) fn timeout() -> Self {
        let kind = Kind::Timeout;
        Self { kind, cause: None }
    }

    /// What it was to be written to failed; the cause is told by who asked for it.
    pub(crate) fn writer() -> Self {
        let kind = Kind::Writer;
        Self { kind, cause: None }
    }

    /// A URL that HTTP cannot carry.
    pub(crate) fn unusable_url() -> Self {
        Self::not_sent("the URL of the request is none".into())
    }

    /// A word for what it is, for a span.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::NotSent => "not_sent",
            Kind::Broken => "broken",
            Kind::Timeout => "timeout",
            Kind::TooLarge => "too_large",
            Kind::Writer => "writer",
        }
    }

    /// Whether nothing was sent, so that the request was surely not carried out.
    pub fn is_not_sent(&self) -> bool {
        self.kind == Kind::NotSent
    }

    /// Whether the time was up.
    pub fn is_timeout(&self) -> bool {
        self.kind == Kind::Timeout
    }

    /// Whether another attempt would end the same way.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.kind, Kind::TooLarge | Kind::Writer)
    }

    /// Whether the response is larger than the client takes.
    pub fn is_too_large(&self) -> bool {
        self.kind == Kind::TooLarge
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TransportError")
            .field("kind", &self.kind)
            .field("cause", &self.cause)
            .finish()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::NotSent => "the service could not be reached",
            Kind::Broken => "the connection failed; the request may have been carried out",
            Kind::Timeout => "the time was up; the request may have been carried out",
            Kind::TooLarge => "the response is too large",
            Kind::Writer => "what came cannot be written",
        };
        formatter.write_str(what)?;
        match &self.cause {
            Some(cause) => write!(formatter, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl error::Error for TransportError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        // What is printed already is not repeated as the cause.
        self.cause.as_deref().and_then(error::Error::source)
    }
}

/// reqwest as a transport.
#[cfg(feature = "reqwest")]
pub(crate) mod http_client {
    use std::task::{Context, Poll};

    use super::{BoxError, BoxFuture, NotSent, Request, RequestBody, Response, Service};

    #[derive(Clone)]
    pub(crate) struct HttpClient(pub(crate) reqwest::Client);

    impl Service<Request<RequestBody>> for HttpClient {
        type Response = Response<reqwest::Body>;
        type Error = BoxError;
        type Future = BoxFuture<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
            let client = self.0.clone();
            Box::pin(async move {
                let request = request.map(reqwest::Body::wrap);
                let request = reqwest::Request::try_from(request).map_err(hide)?;
                let response = client.execute(request).await.map_err(hide)?;
                Ok(response.into())
            })
        }
    }

    /// The URL is left out: it may name a person, or hold a token.
    fn hide(error: reqwest::Error) -> BoxError {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            Box::new(NotSent(Box::new(error)))
        } else {
            Box::new(error)
        }
    }
}
