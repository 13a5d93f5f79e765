//! Points in time that keep the text they were written in.

use std::{error, fmt, time::SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// An `Edm.DateTimeOffset`, such as `2026-11-21T08:30:00.1234567Z`.
///
/// The text is kept as the service wrote it, all seven digits of a second included, and compared as text.
/// Convert it to a [`SystemTime`] to calculate with it:
///
/// ```
/// use msgraph_core::DateTimeOffset;
/// use std::time::{Duration, SystemTime};
///
/// let due = DateTimeOffset::from(SystemTime::UNIX_EPOCH + Duration::from_secs(86_400));
/// assert_eq!(due.as_str(), "1970-01-02T00:00:00Z");
/// assert_eq!(SystemTime::try_from(&due)?, SystemTime::UNIX_EPOCH + Duration::from_secs(86_400));
/// # Ok::<(), msgraph_core::date_time::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DateTimeOffset(Box<str>);

impl DateTimeOffset {
    /// Takes the text of a point in time, unchecked: the service judges it when it is sent.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text, as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DateTimeOffset {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Writes UTC, with as many digits of a second as the time has.
impl From<SystemTime> for DateTimeOffset {
    fn from(time: SystemTime) -> Self {
        let latest = if time < SystemTime::UNIX_EPOCH {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        };
        Self::new(jiff::Timestamp::try_from(time).unwrap_or(latest).to_string())
    }
}

/// Fails where the text is no RFC 3339 time, or names no offset from UTC.
impl TryFrom<&DateTimeOffset> for SystemTime {
    type Error = ParseError;

    fn try_from(text: &DateTimeOffset) -> Result<Self, ParseError> {
        let timestamp: jiff::Timestamp = text.0.parse().map_err(|_| ParseError { text: text.clone() })?;
        Ok(Self::from(timestamp))
    }
}

impl fmt::Debug for DateTimeOffset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for DateTimeOffset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for DateTimeOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DateTimeOffset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::new(text.0))
    }
}

/// A text that is no point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    text: DateTimeOffset,
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is not a point in time with an offset, such as `2026-11-21T08:30:00Z`",
            self.text
        )
    }
}

impl error::Error for ParseError {}
