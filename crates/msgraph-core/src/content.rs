//! Bytes that are no JSON: contents of files, and their upload in parts.

use std::fmt;

use serde_json::Value;

use crate::{Answer, DecodeError, Reply, answer::decode};

/// The content of a file, as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Content(Vec<u8>);

impl Content {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, without their wrapping.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Shows the length, not the bytes: they are somebody's.
impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Content({} bytes)", self.0.len())
    }
}

impl Answer for Content {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        Ok(Self(reply.body.to_vec()))
    }
}

/// One part of a content that is uploaded in several.
///
/// Parts go in ascending order, each of at most 4 MiB; a request with a larger one is refused before it is sent.
///
/// <https://learn.microsoft.com/graph/todo-attachments>
#[derive(Clone, PartialEq, Eq)]
pub struct UploadPart {
    pub(crate) bytes: Vec<u8>,
    first: u64,
    total: u64,
}

impl UploadPart {
    /// Takes the bytes from position `first` on, of `total` bytes.
    pub fn new(bytes: impl Into<Vec<u8>>, first: u64, total: u64) -> Self {
        Self {
            bytes: bytes.into(),
            first,
            total,
        }
    }

    /// What the service takes at once.
    const MOST_BYTES: usize = 4 * 1024 * 1024;

    /// The value of `Content-Range`; `None` where the bytes are too many, or not a part of the whole.
    pub(crate) fn range(&self) -> Option<String> {
        let length = u64::try_from(self.bytes.len()).ok()?;
        let last = self.first.checked_add(length)?.checked_sub(1)?;
        (length > 0 && self.bytes.len() <= Self::MOST_BYTES && last < self.total)
            .then(|| format!("bytes {}-{last}/{}", self.first, self.total))
    }
}

impl fmt::Debug for UploadPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "UploadPart({} bytes at {} of {})",
            self.bytes.len(),
            self.first,
            self.total
        )
    }
}

/// How far an upload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uploaded {
    /// The service expects the bytes from these positions on; usually one.
    More(Vec<u64>),
    /// That was all. `location` is the address of what was uploaded, where the service says it.
    Done {
        /// The `Location` header of the response.
        location: Option<Box<str>>,
    },
}

/// The service writes the properties of a session in varying case, and a range as a position, or as two with a hyphen
/// between them.
impl Answer for Uploaded {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        if reply.status == 201 {
            let location = reply.location.map(Into::into);
            return Ok(Self::Done { location });
        }
        let session: serde_json::Map<String, Value> = decode(reply)?;
        let ranges = session
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("nextExpectedRanges"));
        let ranges: Vec<&Value> = match ranges {
            Some((_, Value::Array(ranges))) => ranges.iter().collect(),
            Some((_, range)) => vec![range],
            None => Vec::new(),
        };
        let position = |range: &Value| range.as_str()?.split('-').next()?.trim().parse().ok();
        let positions: Option<Vec<u64>> = ranges.into_iter().map(position).collect();
        match positions.filter(|positions| !positions.is_empty()) {
            Some(positions) => Ok(Self::More(positions)),
            None => Err(DecodeError::of::<Self>(
                reply.status,
                "the session names no position to go on from",
            )),
        }
    }
}
