//! What the service answers.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Value, json};

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Further headers; names in lower case.
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    pub(crate) body: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    None,
    Json(Value),
    /// JSON that is written already.
    Text(String),
    Bytes {
        media_type: String,
        bytes: Bytes,
    },
}

impl Content {
    /// The JSON, where it is such.
    pub(crate) fn into_json(self) -> Option<Value> {
        match self {
            Self::Json(json) => Some(json),
            Self::Text(text) => serde_json::from_str(&text).ok(),
            Self::None | Self::Bytes { .. } => None,
        }
    }
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Content::Json(body),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Content::None,
        }
    }

    pub(crate) fn bytes(media_type: impl Into<String>, bytes: Bytes) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Content::Bytes {
                media_type: media_type.into(),
                bytes,
            },
        }
    }

    pub(crate) fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A refusal: status, code and message, as the service writes them. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// 400
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// 403
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "accessDenied", message)
    }

    /// 404, as Planner writes it.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "", "The requested item is not found.")
    }

    /// 404, as a mailbox writes it.
    pub(crate) fn not_in_mailbox() -> Self {
        Self::new(
            404,
            "ErrorItemNotFound",
            "The specified object was not found in the store.",
        )
    }

    /// 409
    pub(crate) fn conflict() -> Self {
        Self::new(
            409,
            "",
            "The attempted changes conflicted with already accepted changes. Read the latest state and try again.",
        )
    }

    /// The reply, with the ids that support asks for.
    pub(crate) fn into_reply(self, date: &str, request_id: &str, client_request_id: &str) -> Reply {
        let inner = json!({ "date": date, "request-id": request_id, "client-request-id": client_request_id });
        let error = json!({ "code": self.code, "message": self.message, "innerError": inner });
        Reply {
            status: self.status,
            headers: self.headers,
            body: Content::Json(json!({ "error": error })),
        }
    }
}
