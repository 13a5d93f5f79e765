//! What all ways of signing in share: what carries their requests, what every request declares, and what a refusal
//! says.

use std::{fmt, pin::Pin};

use bytes::Bytes;
use http_body_util::Full;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse, RequestTokenError};
use serde_json::{Value, json};

use crate::{CredentialError, TransportError, transport::Transport};

/// The answers are no larger.
const MOST_BYTES: usize = 1 << 20;

/// What carries the requests of the protocol.
#[derive(Clone)]
pub(super) struct Wire(pub(super) Transport);

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

/// The claims that are asked for, and that the application can answer a challenge.
pub(super) fn capabilities(claims: Option<&str>) -> String {
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
pub(super) fn refused<T>(what: &str, error: &RequestTokenError<TransportError, T>) -> CredentialError
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
pub(super) trait Said {
    fn said(&self) -> (String, &str);
}

impl<E: oauth2::ErrorResponseType + fmt::Display> Said for oauth2::StandardErrorResponse<E> {
    fn said(&self) -> (String, &str) {
        let description = self.error_description().map_or("", String::as_str);
        (self.error().to_string(), description)
    }
}
