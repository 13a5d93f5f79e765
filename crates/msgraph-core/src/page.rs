//! Pages of a collection, and the links between them.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{Raw, Request, text::Text};

/// A link that the service wrote: opaque, and followed byte for byte.
///
/// Its host, path and token are the service's business. A link may hold a token, so it is not shown by `Debug`.
///
/// <https://learn.microsoft.com/graph/paging>
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Link(Box<str>);

impl Link {
    /// Takes the text of a link that was stored.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The URL, as the service wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Link({} bytes)", self.0.len())
    }
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::new(text.0))
    }
}

/// One page of a collection.
///
/// A page without items that has a `next_link` is normal; the collection ends where there is no next link.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub value: Vec<T>,
    /// The link to the next page; `None` on the last.
    pub next_link: Option<Link>,
    /// The link to the changes that come after this page; only on the last page of a delta query.
    pub delta_link: Option<Link>,
    /// How many items the service counts, where it says so. Planner counts all, whatever is filtered.
    pub count: Option<i64>,
    /// What else the service said of the page, such as `@odata.context`, in the order in which it came.
    pub annotations: Vec<(Box<str>, Raw)>,
}

impl<T> Page<T> {
    /// The request for the next page; `None` on the last.
    pub fn next(&self) -> Option<Request<Self>> {
        self.next_link.clone().map(Request::follow)
    }

    /// An annotation of the expected kind; one of another kind is kept as it came.
    fn annotation<V: DeserializeOwned>(&mut self, name: &str, value: Raw) -> Option<V> {
        let expected = value.decode().ok();
        if expected.is_none() {
            self.annotations.push((name.into(), value));
        }
        expected
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            value: Vec::new(),
            next_link: None,
            delta_link: None,
            count: None,
            annotations: Vec::new(),
        }
    }
}

const VALUE: &str = "value";
const NEXT_LINK: &str = "@odata.nextLink";
const DELTA_LINK: &str = "@odata.deltaLink";
const COUNT: &str = "@odata.count";

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.annotations {
            map.serialize_entry(name, value)?;
        }
        if let Some(count) = &self.count {
            map.serialize_entry(COUNT, count)?;
        }
        if let Some(link) = &self.next_link {
            map.serialize_entry(NEXT_LINK, link)?;
        }
        if let Some(link) = &self.delta_link {
            map.serialize_entry(DELTA_LINK, link)?;
        }
        map.serialize_entry(VALUE, &self.value)?;
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PageVisitor(PhantomData))
    }
}

struct PageVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PageVisitor<T> {
    type Value = Page<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page: an object whose `value` is an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut page = Page::default();
        let mut has_value = false;
        while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
            match &*name {
                VALUE => {
                    page.value = map.next_value()?;
                    has_value = true;
                }
                NEXT_LINK => page.next_link = page.annotation(&name, map.next_value()?),
                DELTA_LINK => page.delta_link = page.annotation(&name, map.next_value()?),
                COUNT => page.count = page.annotation(&name, map.next_value()?),
                _ => page.annotations.push((name.into(), map.next_value()?)),
            }
        }
        if has_value {
            Ok(page)
        } else {
            Err(serde::de::Error::missing_field(VALUE))
        }
    }
}
