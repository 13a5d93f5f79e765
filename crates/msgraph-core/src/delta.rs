//! Pages of changes, and the links that lead from one to the next.
//!
//! A delta query begins with a request, goes on from page to page by [`NextLink`]s, and ends with a [`DeltaLink`], which
//! leads to what changes after that. The two are different types, because only the second is worth keeping: a link is
//! to be stored together with the changes that came before it, never earlier.
//!
//! <https://learn.microsoft.com/graph/delta-query-overview>

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;

use crate::{
    Answer, DecodeError, Id, Link, Page, Raw, Reply, Request, Versioned,
    answer::decode,
    record::{Entity, Extra, Record},
};

/// A type whose changes a delta query tells: an entity, or an enum of several.
pub trait Tracked: Sized + 'static {
    /// What a change holds: the entity with its version.
    type Object: fmt::Debug + Clone + PartialEq + Serialize + DeserializeOwned;

    /// Whose properties can be asked for.
    type Record: Record;

    /// What arrived beside the properties of the object.
    fn extra(object: &Self::Object) -> &Extra;
}

impl<T: Entity + Serialize + fmt::Debug + Clone + PartialEq> Tracked for T {
    type Object = Versioned<T>;
    type Record = T;

    fn extra(object: &Versioned<T>) -> &Extra {
        object.extra()
    }
}

/// One page of changes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DeltaPage<T: Tracked> {
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
pub enum Change<T: Tracked> {
    /// The object exists; what the service mentions of it is in the record.
    Present(T::Object),
    /// The object is gone.
    Removed(Removal<T>),
}

/// An object that is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal<T: Tracked> {
    object: T::Object,
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

impl<T: Entity + Tracked<Object = Versioned<T>>> Change<T> {
    /// The id of the object.
    pub fn id(&self) -> Option<&Id<T::Key>> {
        match self {
            Self::Present(object) => object.id(),
            Self::Removed(removal) => removal.id(),
        }
    }
}

impl<T: Entity + Tracked<Object = Versioned<T>>> Removal<T> {
    /// The id of the object.
    pub fn id(&self) -> Option<&Id<T::Key>> {
        self.object.id()
    }
}

impl<T: Tracked> Removal<T> {
    /// Why it is gone.
    pub fn reason(&self) -> RemovalReason {
        let removed = T::extra(&self.object).get(REMOVED);
        let removed = removed.and_then(|removed| removed.decode::<Value>().ok());
        match removed.as_ref().and_then(|removed| removed.get("reason")?.as_str()) {
            Some("changed") => RemovalReason::Changed,
            Some("deleted") => RemovalReason::Deleted,
            reason => RemovalReason::Unknown(reason.unwrap_or_default().into()),
        }
    }

    /// What the service mentions of the object, its id at least.
    pub fn object(&self) -> &T::Object {
        &self.object
    }

    /// The same, to keep.
    pub fn into_object(self) -> T::Object {
        self.object
    }
}

impl<T: Tracked> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Present(object) | Self::Removed(Removal { object }) => object.serialize(serializer),
        }
    }
}

impl<'de, T: Tracked> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = T::Object::deserialize(deserializer)?;
        Ok(if T::extra(&object).get(REMOVED).is_some() {
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

/// The link that a feed begins with: to be kept until what it is about was read otherwise, then followed.
pub type StartLink<T> = ChangeLink<kind::Start, T>;

/// What a [`ChangeLink`] leads to.
pub mod kind {
    /// What changed since the feed began.
    #[derive(Debug)]
    pub enum Start {}

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
    pub fn follow(&self) -> Request<DeltaPage<T>>
    where
        T: Tracked,
    {
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

impl<T: Tracked> Serialize for DeltaPage<T> {
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

impl<'de, T: Tracked> Deserialize<'de> for DeltaPage<T> {
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

impl<T: Tracked> Answer for DeltaPage<T> {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        decode(reply)
    }
}

/// How a feed begins whose first answer is a link and no objects.
///
/// Keep the link, read everything that the feed is about by other requests, then follow the link: it leads to what changed in
/// the meantime. What was read before the link was asked for may miss a change.
#[derive(Debug, Clone, PartialEq)]
pub struct DeltaStart<T: Tracked> {
    page: DeltaPage<T>,
}

impl<T: Tracked> DeltaStart<T> {
    /// The link to keep, and to follow once everything was read.
    pub fn link(&self) -> StartLink<T> {
        let link = match &self.page.continuation {
            Continuation::Next(next) => &next.link,
            Continuation::Delta(delta) => &delta.link,
        };
        StartLink::from_link(link.clone())
    }

    /// The whole answer. The service is not known to send changes in it; should it do so, they are here.
    pub fn into_page(self) -> DeltaPage<T> {
        self.page
    }
}

impl<T: Tracked> Answer for DeltaStart<T> {
    fn decode(reply: Reply<'_>) -> Result<Self, DecodeError> {
        decode(reply).map(|page| Self { page })
    }
}

impl<T: Tracked> Serialize for DeltaStart<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.page.serialize(serializer)
    }
}
