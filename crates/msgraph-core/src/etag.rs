//! ETags that know which object they are of.

use std::{fmt, marker::PhantomData};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// The version of one `T`, as the service wrote it in `@odata.etag`: the text that `If-Match` takes, byte for byte.
///
/// ETags of different types are different types, because the ETag of a task is refused on its details.
/// They are not ordered: only two versions of *one* Planner object can be compared, by [`newer_than`](Self::newer_than).
///
/// <https://learn.microsoft.com/graph/api/resources/planner-overview#planner-resource-versioning>
pub struct ETag<T: ?Sized> {
    text: Box<str>,
    of: PhantomData<fn() -> Box<T>>,
}

impl<T: ?Sized> ETag<T> {
    /// Takes the text of an ETag that was stored: `W/"..."`, without JSON escapes.
    ///
    /// Nothing is checked here: a request that holds an ETag which no header can carry, or an empty one, is refused
    /// before it is sent.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self {
            text: text.into(),
            of: PhantomData,
        }
    }

    /// The text of the ETag, as `If-Match` takes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is a later version than `other` of the same object.
    ///
    /// Planner's ETags hold a version number of fixed width, so of two ETags of one object the one with the greater
    /// bytes is newer. `None` where that cannot be said: when one of them does not have Planner's shape (those of
    /// To Do are opaque), or when they are of different kinds. Whether both are of the *same object* cannot be seen
    /// in them; comparing the ETags of two tasks gives an answer without meaning.
    ///
    /// ```
    /// use msgraph_core::ETag;
    /// let first: ETag<()> = ETag::new(r#"W/"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBASCc=""#);
    /// let later: ETag<()> = ETag::new(r#"W/"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBATCc=""#);
    /// assert_eq!(later.newer_than(&first), Some(true));
    /// assert_eq!(first.newer_than(&first), Some(false));
    /// assert_eq!(first.newer_than(&ETag::new("opaque")), None);
    /// ```
    pub fn newer_than(&self, other: &Self) -> Option<bool> {
        let (this, that) = (PlannerVersion::parse(&self.text)?, PlannerVersion::parse(&other.text)?);
        (this.kind == that.kind).then(|| this.version > that.version)
    }
}

/// What a Planner ETag says once its Base64 is decoded: `'1-Task  @@@@@@@@@@@@@@@X'`.
struct PlannerVersion {
    kind: Vec<u8>,
    version: Vec<u8>,
}

impl PlannerVersion {
    /// A version is this many characters, none below `@`.
    const WIDTH: usize = 16;

    fn parse(etag: &str) -> Option<Self> {
        let encoded = etag.strip_prefix("W/\"")?.strip_suffix('"')?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let payload = decoded.strip_prefix(b"'1-")?.strip_suffix(b"'")?;
        let (kind, version) = payload.split_at_checked(payload.len().checked_sub(Self::WIDTH)?)?;
        let word = kind.trim_ascii_end();
        let is_planner =
            !word.is_empty() && word.iter().all(u8::is_ascii_alphabetic) && version.iter().all(|digit| *digit >= b'@');
        is_planner.then(|| Self {
            kind: word.to_vec(),
            version: version.to_vec(),
        })
    }
}

impl<T: ?Sized> Clone for ETag<T> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<T: ?Sized> PartialEq for ETag<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T: ?Sized> Eq for ETag<T> {}

impl<T: ?Sized> fmt::Debug for ETag<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ETag({})", self.text)
    }
}

impl<T: ?Sized> fmt::Display for ETag<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<T: ?Sized> Serialize for ETag<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for ETag<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::new(text.0))
    }
}
