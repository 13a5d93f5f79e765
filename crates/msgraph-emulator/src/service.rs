//! The emulator as a `tower` service, without a socket.

use std::{
    error, fmt,
    future::Future,
    io::{Read as _, Write as _},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tower_service::Service;

use crate::{
    emulator::{Emulator, Incoming},
    machine::Delivery,
    reply::{Content, Reply},
};

/// The connection was dropped, as a fault wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// Whether it is to be reset, not closed.
    pub(crate) reset: bool,
}

impl fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was dropped")
    }
}

impl error::Error for Dropped {}

/// The body of an answer, which may break off.
#[derive(Debug, Default)]
pub struct Body {
    bytes: Bytes,
    /// How much of it arrives before it breaks off.
    breaks_at: Option<usize>,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        let mut bytes = std::mem::take(&mut self.bytes);
        match self.breaks_at {
            Some(0) => {
                self.breaks_at = None;
                return Poll::Ready(Some(Err(Dropped { reset: false })));
            }
            Some(length) => {
                bytes.truncate(length);
                self.breaks_at = Some(0);
            }
            None => {}
        }
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.breaks_at.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        // What breaks off announces its whole length, so that the client can tell.
        match self.breaks_at {
            None => SizeHint::with_exact(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)),
            Some(_) => SizeHint::default(),
        }
    }
}

impl<B> Service<Request<B>> for Emulator
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
{
    type Response = Response<Body>;
    type Error = Dropped;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Dropped>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Dropped>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let emulator = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|_| Dropped { reset: false })?.to_bytes();
            let host = head.headers.get("host").and_then(|host| host.to_str().ok());
            let base = match (head.uri.scheme_str(), head.uri.authority()) {
                (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
                _ => format!("http://{}", host.unwrap_or("localhost")),
            };
            let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
            let zips = accepts_gzip(&head.headers);
            let incoming = Incoming {
                method: head.method.as_str().to_owned(),
                target: target.to_owned(),
                base,
                body: unzip(&head.headers, body),
                headers: head.headers,
            };
            let outcome = emulator.answer(&incoming);
            if !outcome.delay.is_zero() && emulator.machine().config.real_delays {
                tokio::time::sleep(outcome.delay).await;
            }
            if let Some(user) = &outcome.under_way {
                emulator.leave(user);
            }
            match outcome.delivery {
                Delivery::Dropped => Err(Dropped { reset: false }),
                Delivery::Reset => Err(Dropped { reset: true }),
                Delivery::Whole => Ok(response(outcome.reply, zips, None)),
                Delivery::Truncated(bytes) => Ok(response(outcome.reply, zips, Some(bytes))),
            }
        })
    }
}

/// A reply as HTTP.
fn response(reply: Reply, zips: bool, breaks_at: Option<usize>) -> Response<Body> {
    let (media_type, bytes) = match reply.body {
        Content::None => (None, Bytes::new()),
        Content::Json(json) => (Some(JSON.into()), serde_json::to_vec(&json).unwrap_or_default().into()),
        Content::Text(json) => (Some(JSON.into()), json.into()),
        Content::Bytes { media_type, bytes } => (Some(media_type), bytes),
    };
    let zipped = if zips && !bytes.is_empty() { zip(&bytes) } else { None };
    let encoding = zipped.is_some().then(|| ("content-encoding".into(), "gzip".to_owned()));
    let bytes = zipped.unwrap_or(bytes);
    let length = breaks_at.map(|_| ("content-length".into(), bytes.len().to_string()));
    let content_type = media_type.map(|media_type| ("content-type".into(), media_type));
    let mut response = Response::new(Body { bytes, breaks_at });
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let further = content_type.into_iter().chain(encoding).chain(length);
    for (name, value) in reply.headers.into_iter().chain(further) {
        let name = http::HeaderName::try_from(&*name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    response
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers
        .get_all("accept-encoding")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut codings = values.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && weight.trim() != "q=0"
    })
}

/// The body without its encoding. What cannot be decoded stays, and is no JSON.
fn unzip(headers: &HeaderMap, body: Bytes) -> Bytes {
    let encoding = headers.get("content-encoding").and_then(|value| value.to_str().ok());
    if !encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("gzip")) {
        return body;
    }
    let mut decoded = Vec::new();
    match MultiGzDecoder::new(&*body).read_to_end(&mut decoded) {
        Ok(_) => decoded.into(),
        Err(_) => body,
    }
}

fn zip(bytes: &Bytes) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
