use std::{cmp::Ordering, fmt, hash};

use crate::{
    open::OpenKey,
    record::{INSTEAD, Property},
};

/// The name of one field of a record: a property, or a member of one that is an open map.
///
/// Paths are equal when they name the same field, however the key of the member is encoded.
///
/// ```
/// use msgraph_core::merge::FieldPath;
/// assert_eq!(FieldPath::from("title").to_string(), "title");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    property: Box<str>,
    part: Part,
}

/// Which part of a property a field is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Whole,
    /// An annotation of an open map.
    Annotation(Box<str>),
    Member(Key),
}

/// The key of a member: what it stands for, and how it stands in JSON if that differs.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) text: Box<str>,
    pub(super) encoded: Option<Box<str>>,
}

impl FieldPath {
    /// The path of a member of an open map.
    pub fn member(property: &str, key: &impl OpenKey) -> Self {
        Self::new(property, Part::Member(Key::of(key)))
    }

    /// The name of the property, as the service spells it. It is empty for the text that stands instead of an object.
    pub fn property(&self) -> &str {
        &self.property
    }

    /// The text of the key, where the field is a member of an open map. An encoded key is decoded.
    pub fn key(&self) -> Option<&str> {
        match &self.part {
            Part::Member(key) => Some(&key.text),
            Part::Whole | Part::Annotation(_) => None,
        }
    }

    /// Whether the field is an annotation, such as `@odata.type`, and no data.
    pub fn is_annotation(&self) -> bool {
        self.property.contains('@') || matches!(self.part, Part::Annotation(_))
    }

    pub(super) fn new(property: &str, part: Part) -> Self {
        Self {
            property: property.into(),
            part,
        }
    }

    pub(super) fn part(&self) -> &Part {
        &self.part
    }

    /// Whether the field is a whole property.
    pub(crate) fn is_whole(&self) -> bool {
        self.part == Part::Whole
    }

    /// The name of the member in JSON, where the field is a member of an open map.
    pub(crate) fn wire_key(&self) -> Option<&str> {
        match &self.part {
            Part::Member(key) => Some(key.wire()),
            Part::Whole | Part::Annotation(_) => None,
        }
    }
}

impl Key {
    pub(super) fn of(key: &impl OpenKey) -> Self {
        let (text, wire) = (key.text(), key.as_wire());
        Self {
            encoded: (text != wire).then(|| wire.into()),
            text: text.into(),
        }
    }

    pub(super) fn wire(&self) -> &str {
        self.encoded.as_deref().unwrap_or(&self.text)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl hash::Hash for Key {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// The path of a whole property.
impl From<&str> for FieldPath {
    fn from(property: &str) -> Self {
        Self::new(property, Part::Whole)
    }
}

/// The path of a whole property.
impl<R> From<Property<R>> for FieldPath {
    fn from(property: Property<R>) -> Self {
        Self::from(property.name())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.property, &self.part) {
            (INSTEAD, Part::Whole) => formatter.write_str("(the object)"),
            (property, Part::Whole) => formatter.write_str(property),
            (property, Part::Annotation(name)) => write!(formatter, "{property}[{name:?}]"),
            (property, Part::Member(key)) => write!(formatter, "{property}[{:?}]", key.text),
        }
    }
}
