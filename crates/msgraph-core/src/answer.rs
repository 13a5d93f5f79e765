//! What a request is answered with.

use std::{any, error, fmt, fmt::Write as _};

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::{
    Page, Versioned,
    record::{Entity, Record},
};

/// A response, as far as reading it depends on it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body; empty where there is none.
    pub body: &'a [u8],
    /// The `ETag` header.
    pub etag: Option<&'a str>,
    /// The `request-id` header.
    pub request_id: Option<&'a str>,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
    /// The `Location` header.
    pub location: Option<&'a str>,
}

impl<'a> Reply<'a> {
    /// A response without headers.
    pub fn new(status: u16, body: &'a [u8]) -> Self {
        Self {
            status,
            body,
            etag: None,
            request_id: None,
            retry_after: None,
            location: None,
        }
    }
}

impl fmt::Debug for Reply<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}

/// A type that a successful response is read as.
pub trait Answer: Sized {
    /// Reads the response.
    ///
    /// # Errors
    ///
    /// When the body is missing, is not JSON, or a property in it is not of its declared type.
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError>;
}

/// Any body is accepted, and ignored.
impl Answer for () {
    fn decode(_: Reply<'_>) -> Result<Self, DecodeError> {
        Ok(())
    }
}

impl<T: Entity> Answer for Versioned<T> {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        decode(reply).map(|value: Self| value.or_etag(reply.etag))
    }
}

impl<T: DeserializeOwned> Answer for Page<T> {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        decode(reply)
    }
}

impl<T: Record + DeserializeOwned> Answer for T {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        let record: Self = decode(reply)?;
        // In an object a text is put up with; as the whole answer it is an error.
        match record.extra().instead() {
            Some(_) => Err(DecodeError::of::<Self>(reply.status, "expected an object")),
            None => Ok(record),
        }
    }
}

/// Reads the body of a reply as JSON.
///
/// # Errors
///
/// See [`DecodeError`].
pub fn decode<T: DeserializeOwned>(reply: Reply<'_>) -> Result<T, DecodeError> {
    // Checking the whole body at once is faster than checking each string in it.
    let Ok(text) = str::from_utf8(reply.body) else {
        return Err(DecodeError::locate::<T>(reply));
    };
    if text.trim_ascii().is_empty() {
        return Err(DecodeError::empty::<T>(reply.status));
    }
    serde_json::from_str(text).map_err(|_| DecodeError::locate::<T>(reply))
}

/// A successful response that could not be read.
///
/// The request was carried out: a write that ends here is done, and the object is to be read again. The error names
/// the place, never the value that stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// The type that was to be read.
    pub expected: &'static str,
    /// The HTTP status of the response.
    pub status: u16,
    /// Where in the body: the path of the property, such as `value[3].percentComplete`. Empty for the body itself; `*` stands
    /// for the key of an open type.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

impl DecodeError {
    /// Whether there was no body at all, as after a write that the service answers with 204.
    pub fn is_empty_body(&self) -> bool {
        self.reason == Self::NO_BODY
    }

    const NO_BODY: &'static str = "the response has no body";

    fn empty<T>(status: u16) -> Self {
        Self::of::<T>(status, Self::NO_BODY)
    }

    /// Something is wrong with the body as a whole.
    pub(crate) fn of<T>(status: u16, reason: &str) -> Self {
        Self {
            expected: any::type_name::<T>(),
            status,
            path: String::new(),
            reason: reason.to_owned(),
        }
    }

    /// Reads once more, slower, to learn where it fails.
    fn locate<T: DeserializeOwned>(reply: Reply<'_>) -> Self {
        let mut deserializer = serde_json::Deserializer::from_slice(reply.body);
        let found: Result<T, _> = serde_path_to_error::deserialize(&mut deserializer);
        let (path, reason) = match found {
            Ok(_) => (
                String::new(),
                "there is more after the end of the JSON value".to_owned(),
            ),
            Err(error) => (shown_path(error.path()), without_value(error.inner())),
        };
        Self {
            expected: any::type_name::<T>(),
            status: reply.status,
            path,
            reason,
        }
    }
}

/// A path, such as `value[3].percentComplete`. Keys of open types are left out: they are ids and URLs.
fn shown_path(path: &serde_path_to_error::Path) -> String {
    let mut shown = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                let _ = write!(shown, "[{index}]");
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                let is_name = key.len() <= 64
                    && key
                        .chars()
                        .all(|letter| letter.is_ascii_alphabetic() || "@._".contains(letter));
                let dot = if shown.is_empty() { "" } else { "." };
                let _ = write!(shown, "{dot}{}", if is_name { key } else { "*" });
            }
            Segment::Unknown => {}
        }
    }
    shown
}

/// What a JSON error says, without the value that it quotes: that may be somebody's data.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!("line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&format!(" at {place}")).unwrap_or(&text);
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected} at {place}"),
        None => format!("{text} at {place}"),
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the {} response is no {}: ", self.status, self.expected)?;
        if !self.path.is_empty() {
            write!(formatter, "`{}`: ", self.path)?;
        }
        formatter.write_str(&self.reason)
    }
}

impl error::Error for DecodeError {}
