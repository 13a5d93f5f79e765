//! Ids that know what they name.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{open::OpenKey, text::Text};

/// The id of a `T`, as the service wrote it.
///
/// An id of one type is not accepted where the id of another is asked for. The text is opaque and case-sensitive;
/// Planner's ids have 28 characters, To Do's are longer and may end in `=`.
///
/// <https://learn.microsoft.com/graph/api/resources/planner-identifiers-disclaimer>
pub struct Id<T: ?Sized> {
    text: Box<str>,
    names: PhantomData<fn() -> Box<T>>,
}

impl<T: ?Sized> Id<T> {
    /// Takes a text for the id of a `T`.
    ///
    /// Nothing is checked here: a request that holds an empty id, `.` or `..` is refused before it is sent, anything
    /// else is the service's to judge.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self {
            text: text.into(),
            names: PhantomData,
        }
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same text as the id of another type, for objects that share one id, as a task and its details do.
    pub fn cast<U: ?Sized>(&self) -> Id<U> {
        Id::new(self.as_str())
    }
}

impl<T: ?Sized> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<T: ?Sized> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T: ?Sized> Eq for Id<T> {}

impl<T: ?Sized> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: ?Sized> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<T: ?Sized> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T: ?Sized> fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Id({})", self.text)
    }
}

impl<T: ?Sized> fmt::Display for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<T: ?Sized> From<&str> for Id<T> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<T: ?Sized> From<String> for Id<T> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<T: ?Sized> From<&Self> for Id<T> {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl<T: ?Sized> AsRef<str> for Id<T> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<T: ?Sized> OpenKey for Id<T> {
    fn from_wire(name: &str) -> Self {
        Self::new(name)
    }

    fn as_wire(&self) -> &str {
        self.as_str()
    }
}

impl<T: ?Sized> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::new(text.0))
    }
}
