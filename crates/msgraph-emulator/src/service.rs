//! The emulator as a `tower` service, without a socket.

use std::{
    error, fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use tower_service::Service;

use crate::{
    emulator::{Emulator, Incoming},
    reply::{Content, Reply},
};

/// The connection was dropped, as a fault rule wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was dropped")
    }
}

impl error::Error for Dropped {}

impl<B> Service<Request<B>> for Emulator
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
{
    type Response = Response<Full<Bytes>>;
    type Error = Dropped;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Dropped>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Dropped>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let emulator = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
            let host = head.headers.get("host").and_then(|host| host.to_str().ok());
            let base = match (head.uri.scheme_str(), head.uri.authority()) {
                (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
                _ => format!("http://{}", host.unwrap_or("localhost")),
            };
            let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
            let incoming = Incoming {
                method: head.method.as_str().to_owned(),
                target: target.to_owned(),
                base,
                headers: head.headers,
                body,
            };
            Ok(response(emulator.answer(&incoming)))
        })
    }
}

/// A reply as HTTP.
fn response(reply: Reply) -> Response<Full<Bytes>> {
    let (media_type, body) = match reply.body {
        Content::None => (None, Bytes::new()),
        Content::Json(json) => (Some(JSON.to_owned()), Bytes::from(json.to_string())),
        Content::Bytes { media_type, bytes } => (Some(media_type), bytes),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let content_type = media_type.map(|media_type| ("content-type", media_type));
    for (name, value) in reply.headers.into_iter().chain(content_type) {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    response
}

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
