//! Pages of changes, and the links that lead from one to the next.
//!
//! A delta query begins with a request, goes on from page to page by [`NextLink`]s, and ends with a [`DeltaLink`], which
//! leads to what changes after that. The two are different types, because only the second is worth keeping: a link is
//! to be stored together with the changes that came before it, never earlier.
//!
//! <https://learn.microsoft.com/graph/delta-query-overview>

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

use crate::{Answer, DecodeError, Id, Link, Page, Raw, Reply, Request, Versioned, answer::decode, record::Entity};

/// One page of changes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DeltaPage<T> {
    /// The changes, in the order in which the service sent them. The same object may occur more than once.
    pub changes: Vec<Change<T>>,
    /// Where to go on.
    pub continuation: Continuation<T>,
    /// What else the service said of the page, in the order in which it came.
    pub annotations: Vec<(Box<str>, Raw)>,
}

/// Where a page of changes leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Continuation<T> {
    /// There is more now. A page without changes that leads on is normal.
    Next(NextLink<T>),
    /// That was all. Store the link with the changes, and follow it later.
    Delta(DeltaLink<T>),
}

/// A change to an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Change<T> {
    /// The object exists; what the service mentions of it is in the record.
    Present(Versioned<T>),
    /// The object is gone.
    Removed(Removal<T>),
}

/// An object that is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal<T> {
    object: Versioned<T>,
}

/// Why an object is gone, as the service says it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemovalReason {
    /// It was deleted, and may be restored.
    Changed,
    /// It was deleted for good.
    Deleted,
    /// A reason that this build does not know; empty where the service gave none.
    Unknown(Box<str>),
}

const REMOVED: &str = "@removed";

impl<T: Entity> Change<T> {
    /// The id of the object.
    pub fn id(&self) -> Option<&Id<T::Key>> {
        match self {
            Self::Present(object) => object.id(),
            Self::Removed(removal) => removal.id(),
        }
    }
}

impl<T: Entity> Removal<T> {
    /// The id of the object.
    pub fn id(&self) -> Option<&Id<T::Key>> {
        self.object.id()
    }

    /// Why it is gone.
    pub fn reason(&self) -> RemovalReason {
        let removed = self
            .object
            .extra()
            .get(REMOVED)
            .and_then(|removed| removed.decode::<Value>().ok());
        match removed.as_ref().and_then(|removed| removed.get("reason")?.as_str()) {
            Some("changed") => RemovalReason::Changed,
            Some("deleted") => RemovalReason::Deleted,
            reason => RemovalReason::Unknown(reason.unwrap_or_default().into()),
        }
    }

    /// What the service mentions of the object besides.
    pub fn into_object(self) -> Versioned<T> {
        self.object
    }
}

impl<T: Entity> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Present(object) | Self::Removed(Removal { object }) => object.serialize(serializer),
        }
    }
}

impl<'de, T: Entity> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Versioned::<T>::deserialize(deserializer)?;
        Ok(if object.extra().get(REMOVED).is_some() {
            Self::Removed(Removal { object })
        } else {
            Self::Present(object)
        })
    }
}

/// The link to the next page of changes.
pub type NextLink<T> = ChangeLink<kind::Next, T>;

/// The link to what changes after a page: the one to store.
pub type DeltaLink<T> = ChangeLink<kind::Delta, T>;

/// What a [`ChangeLink`] leads to.
pub mod kind {
    /// The next page.
    #[derive(Debug)]
    pub enum Next {}

    /// Later changes.
    #[derive(Debug)]
    pub enum Delta {}
}

/// A link to changes of `T`s: a [`NextLink`] or a [`DeltaLink`], by the name of the member that it stood in.
pub struct ChangeLink<K, T> {
    link: Link,
    kind: PhantomData<fn() -> (K, T)>,
}

impl<K, T> ChangeLink<K, T> {
    /// Takes the text of a link that was stored.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self::from_link(Link::new(text))
    }

    /// The URL, as the service wrote it.
    pub fn as_str(&self) -> &str {
        self.link.as_str()
    }

    /// The request that follows the link. It is sent to the service that the client talks to, or refused.
    pub fn follow(&self) -> Request<DeltaPage<T>> {
        Request::follow(self.link.clone())
    }

    fn from_link(link: Link) -> Self {
        Self {
            link,
            kind: PhantomData,
        }
    }
}

impl<K, T> Clone for ChangeLink<K, T> {
    fn clone(&self) -> Self {
        Self::from_link(self.link.clone())
    }
}

impl<K, T> PartialEq for ChangeLink<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.link == other.link
    }
}

impl<K, T> Eq for ChangeLink<K, T> {}

impl<K, T> fmt::Debug for ChangeLink<K, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.link.fmt(formatter)
    }
}

impl<T: Entity> Serialize for DeltaPage<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (next_link, delta_link) = match &self.continuation {
            Continuation::Next(next) => (Some(next.link.clone()), None),
            Continuation::Delta(delta) => (None, Some(delta.link.clone())),
        };
        let page = Page {
            value: self.changes.iter().collect(),
            next_link,
            delta_link,
            count: None,
            annotations: self.annotations.clone(),
        };
        page.serialize(serializer)
    }
}

impl<'de, T: Entity> Deserialize<'de> for DeltaPage<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut page = Page::<Change<T>>::deserialize(deserializer)?;
        let continuation = match (page.next_link, page.delta_link) {
            (Some(next), _) => Continuation::Next(NextLink::from_link(next)),
            (None, Some(delta)) => Continuation::Delta(DeltaLink::from_link(delta)),
            (None, None) => {
                return Err(D::Error::custom(
                    "the page has neither `@odata.nextLink` nor `@odata.deltaLink`",
                ));
            }
        };
        if let Some(count) = page.count {
            let count = Raw::from_value(&count).map_err(D::Error::custom)?;
            page.annotations.push(("@odata.count".into(), count));
        }
        Ok(Self {
            changes: page.value,
            continuation,
            annotations: page.annotations,
        })
    }
}

impl<T: Entity> Answer for DeltaPage<T> {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        decode(reply)
    }
}
