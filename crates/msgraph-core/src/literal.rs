//! Values that OData writes as text, kept as they came.

use std::{fmt, hash, marker::PhantomData};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// An `Edm.Date`, such as `2026-11-21`.
pub type Date = Literal<kind::Date>;

/// An `Edm.Duration`, such as `PT15M`.
pub type Duration = Literal<kind::Duration>;

/// An `Edm.TimeOfDay`, such as `08:30:00`.
pub type TimeOfDay = Literal<kind::TimeOfDay>;

/// An `Edm.Guid`, such as `8414b634-316f-41ba-b6a6-646a2949e3a5`.
pub type Guid = Literal<kind::Guid>;

/// An `Edm.Binary`: bytes, as Base64.
pub type Binary = Literal<kind::Binary>;

/// What a [`Literal`] is.
pub mod kind {
    /// Bytes.
    #[derive(Debug)]
    pub enum Binary {}

    /// A day.
    #[derive(Debug)]
    pub enum Date {}

    /// A length of time.
    #[derive(Debug)]
    pub enum Duration {}

    /// A number of 128 bits that nothing else has.
    #[derive(Debug)]
    pub enum Guid {}

    /// A time on any day.
    #[derive(Debug)]
    pub enum TimeOfDay {}
}

/// A value of kind `K`, as its text. It is not checked: the service judges it when it is sent.
pub struct Literal<K> {
    text: Box<str>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Literal<K> {
    /// Takes the text of a value.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self {
            text: text.into(),
            kind: PhantomData,
        }
    }

    /// The text, as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Binary {
    /// Encodes bytes.
    pub fn encode(bytes: &[u8]) -> Self {
        Self::new(STANDARD.encode(bytes))
    }

    /// The bytes. `None` where the text is no Base64, whichever of its two alphabets.
    pub fn decode(&self) -> Option<Vec<u8>> {
        STANDARD
            .decode(self.as_str())
            .or_else(|_| URL_SAFE.decode(self.as_str()))
            .ok()
    }
}

impl<K> Clone for Literal<K> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<K> PartialEq for Literal<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Literal<K> {}

impl<K> hash::Hash for Literal<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> fmt::Debug for Literal<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<K> fmt::Display for Literal<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<K> From<&str> for Literal<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<K> Serialize for Literal<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K> Deserialize<'de> for Literal<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::new(text.0))
    }
}
