//! An object together with its version.

use std::{marker::PhantomData, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    ETag, Id,
    record::{self, Entity, Record, VersionedVisitor},
};

/// An object as the service holds it, with its ETag.
///
/// A write takes the id and the ETag from this one value, so neither can be forgotten or mixed up. The object's
/// properties are read through it: `task.title`.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    value: T,
    etag: Option<ETag<T>>,
}

impl<T> Versioned<T> {
    pub(crate) fn from_parts(value: T, etag: Option<ETag<T>>) -> Self {
        Self { value, etag }
    }

    pub(crate) fn into_record(mut self) -> T
    where
        T: Record,
    {
        record::keep_etag(&mut self.value, self.etag.map(|etag| etag.as_str().into()));
        self.value
    }
}

impl<T: Entity> Versioned<T> {
    /// Puts an object and its ETag together again, after both were stored apart.
    pub fn new(value: T, etag: ETag<T>) -> Self {
        Self {
            value,
            etag: Some(etag),
        }
    }

    /// The version of the object. `None` where the service sent none, which Planner is not known to do; an update
    /// of such an object is refused before it is sent.
    pub fn etag(&self) -> Option<&ETag<T>> {
        self.etag.as_ref()
    }

    /// The id of the object. `None` where the service left it out; an update of such an object is refused before it
    /// is sent.
    pub fn id(&self) -> Option<&Id<T::Key>> {
        self.value.id()
    }

    /// The object without its version.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Takes the version from elsewhere when the object has none, as from the `ETag` header of a response.
    pub(crate) fn or_etag(mut self, etag: Option<&str>) -> Self {
        self.etag = self.etag.or_else(|| etag.map(ETag::new));
        self
    }
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Entity> Serialize for Versioned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        record::serialize_with_etag(&self.value, self.etag.as_ref().map(ETag::as_str), serializer)
    }
}

impl<'de, T: Entity> Deserialize<'de> for Versioned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(VersionedVisitor(PhantomData))
    }
}
