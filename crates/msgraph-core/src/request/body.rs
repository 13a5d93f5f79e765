use std::fmt;

use crate::Raw;

/// What a request sends.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// JSON.
    Json(Raw),
    /// The content of a file, or a part of one.
    Bytes(Vec<u8>),
}

impl Body {
    /// What is sent, byte for byte.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Json(json) => json.as_str().as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// The JSON that is sent, if it is JSON.
    pub fn json(&self) -> Option<&Raw> {
        match self {
            Self::Json(json) => Some(json),
            Self::Bytes(_) => None,
        }
    }

    /// The value of `Content-Type`.
    pub(super) fn media_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Bytes(_) => "application/octet-stream",
        }
    }
}

/// Shows the length, not what is sent: it is somebody's.
impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.as_bytes().len())
    }
}
