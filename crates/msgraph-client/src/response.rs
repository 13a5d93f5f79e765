//! An answer, and what came with it.

use http::{HeaderMap, StatusCode};

/// An answer, with status, headers and the ids that support asks for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response<R> {
    /// The answer.
    pub value: R,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers of the response.
    pub headers: HeaderMap,
    /// How often the request was sent.
    pub attempts: u32,
    /// The id that the client gave the request.
    pub client_request_id: String,
}

impl<R> Response<R> {
    /// The id that the service gave the request.
    pub fn request_id(&self) -> Option<&str> {
        self.text("request-id")
    }

    /// Where in the service the request ended, as the service says it; support asks for it.
    pub fn diagnostic(&self) -> Option<&str> {
        self.text("x-ms-ags-diagnostic")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
