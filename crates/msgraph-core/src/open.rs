//! OData open types as maps: the name of each open property is a key, its value is typed.
//!
//! Planner keeps assignments, checklists, references and labels this way. The metadata declares such a type as empty;
//! what its keys and values are, the overlay says.

use std::{borrow::Cow, fmt, marker::PhantomData};

use percent_encoding::percent_decode_str;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{Raw, text::Text};

/// The key of an open property.
pub trait OpenKey: PartialEq {
    /// Takes the name of a property as it stands in JSON.
    fn from_wire(name: &str) -> Self;

    /// The name of the property as it stands in JSON.
    fn as_wire(&self) -> &str;

    /// What the key stands for: equal for equal keys, however each stands in JSON.
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_wire())
    }

    /// Whether OData allows the name for a property. What it reserves makes an annotation, or is refused.
    fn is_allowed(&self) -> bool {
        is_property_name(self.as_wire())
    }
}

/// Whether OData allows the name for a property.
pub(crate) fn is_property_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['.', ':', '@', '#'])
}

/// The open properties of one object, in the order in which they came.
///
/// A member that arrived as null has no value: in a delta page that says that it was removed. Two maps are equal when
/// they hold the same members and annotations, in whatever order they came.
#[derive(Clone)]
pub struct OpenMap<K, V> {
    members: Vec<(K, Option<V>)>,
    annotations: Vec<(Box<str>, Raw)>,
}

impl<K: OpenKey, V> OpenMap<K, V> {
    /// The value of this key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.iter().find_map(|(known, value)| (known == key).then_some(value))
    }

    /// Whether the key has a value.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// The value of this key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let mut members = self.members.iter_mut();
        members.find_map(|(known, value)| if known == key { value.as_mut() } else { None })
    }

    /// Gives a key a value, and returns the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = self.remove(&key);
        self.members.push((key, Some(value)));
        before
    }

    /// Removes a key, and returns the value that it had.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let mut removed = None;
        self.members.retain_mut(|(known, value)| {
            let is_it = known == key;
            if is_it && removed.is_none() {
                removed = value.take();
            }
            !is_it
        });
        removed
    }

    /// Whether the key is there, if only as null.
    fn mentions(&self, key: &K) -> bool {
        self.members.iter().any(|(known, _)| known == key)
    }
}

impl<K: OpenKey, V: PartialEq> PartialEq for OpenMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        let annotation = |map: &Self, name: &str| {
            let mut annotations = map.annotations.iter();
            annotations.find_map(|(known, value)| (**known == *name).then(|| value.clone()))
        };
        let within = |one: &Self, other: &Self| {
            one.members
                .iter()
                .all(|(key, _)| other.mentions(key) && one.get(key) == other.get(key))
                && one
                    .annotations
                    .iter()
                    .all(|(name, _)| annotation(one, name) == annotation(other, name))
        };
        // Most maps that are equal came in the same order.
        (self.members == other.members && self.annotations == other.annotations)
            || (within(self, other) && within(other, self))
    }
}

impl<K, V> OpenMap<K, V> {
    /// The keys that have a value, with the value.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.members
            .iter()
            .filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }

    /// The keys that have a value.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The keys that arrived as null.
    pub fn removed(&self) -> impl Iterator<Item = &K> {
        self.members
            .iter()
            .filter(|(_, value)| value.is_none())
            .map(|(key, _)| key)
    }

    /// The annotations of the object, such as `@odata.type`, in the order in which they came.
    pub fn annotations(&self) -> impl Iterator<Item = (&str, &Raw)> {
        self.annotations.iter().map(|(name, value)| (&**name, value))
    }

    /// How many keys have a value.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether no key has a value.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// The keys that have a value, with the value.
impl<'m, K, V> IntoIterator for &'m OpenMap<K, V> {
    type Item = (&'m K, &'m V);
    type IntoIter = Box<dyn Iterator<Item = (&'m K, &'m V)> + 'm>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl<K, V> Default for OpenMap<K, V> {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            annotations: Vec::new(),
        }
    }
}

impl<K, V> FromIterator<(K, V)> for OpenMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        Self {
            members: members.into_iter().map(|(key, value)| (key, Some(value))).collect(),
            annotations: Vec::new(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OpenMap<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.members.iter().map(|(key, value)| (key, value));
        formatter
            .debug_map()
            .entries(members)
            .entries(self.annotations())
            .finish()
    }
}

impl<K: OpenKey, V: Serialize> Serialize for OpenMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.annotations.len() + self.members.len()))?;
        for (name, value) in &self.annotations {
            map.serialize_entry(name, value)?;
        }
        for (key, value) in &self.members {
            map.serialize_entry(key.as_wire(), value)?;
        }
        map.end()
    }
}

impl<'de, K: OpenKey, V: Deserialize<'de>> Deserialize<'de> for OpenMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OpenMapVisitor(PhantomData))
    }
}

struct OpenMapVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: OpenKey, V: Deserialize<'de>> Visitor<'de> for OpenMapVisitor<K, V> {
    type Value = OpenMap<K, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with open properties")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut open = OpenMap::default();
        while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
            // No key holds a raw `@`: OData reserves it for annotations.
            if name.contains('@') {
                open.annotations.push((name.into(), map.next_value()?));
            } else {
                open.members.push((K::from_wire(&name), map.next_value()?));
            }
        }
        Ok(open)
    }
}

/// A key that may hold any text, such as the URL of a reference: what OData forbids in a name is percent-encoded.
///
/// Two keys are equal when they name the same text, however either was encoded.
///
/// ```
/// use msgraph_core::EncodedKey;
/// let key = EncodedKey::new("https://contoso.com/a%20b.docx#top");
/// assert_eq!(key.as_wire(), "https%3A//contoso%2Ecom/a%2520b%2Edocx%23top");
/// assert_eq!(key.decode(), "https://contoso.com/a%20b.docx#top");
/// # use msgraph_core::open::OpenKey;
/// ```
///
/// <https://learn.microsoft.com/graph/api/resources/plannerexternalreferences>
#[derive(Clone)]
pub struct EncodedKey(Box<str>);

impl EncodedKey {
    /// The key for a text, such as a whole URL.
    pub fn new(text: &str) -> Self {
        let mut wire = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '%' => wire.push_str("%25"),
                '.' => wire.push_str("%2E"),
                ':' => wire.push_str("%3A"),
                '@' => wire.push_str("%40"),
                '#' => wire.push_str("%23"),
                _ => wire.push(character),
            }
        }
        Self(wire.into())
    }

    /// The text that the key stands for. A key that does not decode to UTF-8 is returned as it is.
    pub fn decode(&self) -> Cow<'_, str> {
        percent_decode_str(&self.0)
            .decode_utf8()
            .unwrap_or(Cow::Borrowed(&self.0))
    }
}

impl From<&str> for EncodedKey {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl PartialEq for EncodedKey {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.decode() == other.decode()
    }
}

impl Eq for EncodedKey {}

impl OpenKey for String {
    fn from_wire(name: &str) -> Self {
        name.to_owned()
    }

    fn as_wire(&self) -> &str {
        self
    }
}

impl OpenKey for EncodedKey {
    fn from_wire(name: &str) -> Self {
        Self(name.into())
    }

    fn as_wire(&self) -> &str {
        &self.0
    }

    fn text(&self) -> Cow<'_, str> {
        self.decode()
    }
}

impl fmt::Debug for EncodedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EncodedKey({})", self.decode())
    }
}

impl fmt::Display for EncodedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.decode())
    }
}

/// One of the twenty-five labels of a plan: `category1` to `category25`.
///
/// <https://learn.microsoft.com/graph/api/resources/plannerappliedcategories>
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(Label);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Label {
    Known(&'static str),
    Other(Box<str>),
}

const LABELS: [&str; 25] = [
    "category1",
    "category2",
    "category3",
    "category4",
    "category5",
    "category6",
    "category7",
    "category8",
    "category9",
    "category10",
    "category11",
    "category12",
    "category13",
    "category14",
    "category15",
    "category16",
    "category17",
    "category18",
    "category19",
    "category20",
    "category21",
    "category22",
    "category23",
    "category24",
    "category25",
];

impl Category {
    /// The label of this number; `None` unless it is from 1 to 25.
    pub fn new(number: u8) -> Option<Self> {
        let label = LABELS.get(usize::from(number).checked_sub(1)?)?;
        Some(Self(Label::Known(label)))
    }

    /// The number of the label; `None` for one that the service named otherwise.
    pub fn number(&self) -> Option<u8> {
        let position = LABELS.iter().position(|label| *label == self.as_wire())?;
        u8::try_from(position + 1).ok()
    }
}

impl OpenKey for Category {
    fn from_wire(name: &str) -> Self {
        let known = LABELS.iter().find(|label| **label == name);
        Self(known.map_or_else(|| Label::Other(name.into()), |label| Label::Known(label)))
    }

    fn as_wire(&self) -> &str {
        match &self.0 {
            Label::Known(label) => label,
            Label::Other(label) => label,
        }
    }
}

impl fmt::Debug for Category {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_wire())
    }
}
