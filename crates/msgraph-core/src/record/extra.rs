use std::fmt;

use super::Property;
use crate::{Raw, json};

/// What arrived in an object beside the values of its declared properties.
///
/// Two are equal when they hold the same, in whatever order it came.
#[derive(Clone, Default)]
pub struct Extra {
    /// One bit for each of the first 63 properties that arrived as null, and [`DECLARED_TYPE`](Self::DECLARED_TYPE).
    bits: u64,
    rare: Option<Box<Rare>>,
}

/// What most objects do not have.
#[derive(Clone, Default)]
struct Rare {
    odata_type: Option<Box<str>>,
    etag: Option<Box<str>>,
    unknown: Vec<(Box<str>, Raw)>,
    more_nulls: Vec<u16>,
    instead: Option<Raw>,
}

impl Extra {
    /// The properties and annotations that this build does not know, in the order in which they came.
    ///
    /// `@odata.type` is not among them, and `@odata.etag` is not where the object is [`Versioned`](crate::Versioned).
    pub fn unknown(&self) -> impl Iterator<Item = (&str, &Raw)> {
        let unknown = self.rare.as_deref().map(|rare| rare.unknown.as_slice());
        unknown.unwrap_or_default().iter().map(|(name, value)| (&**name, value))
    }

    /// The unknown property of this name.
    pub fn get(&self, name: &str) -> Option<&Raw> {
        self.unknown()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// The text that arrived instead of an object: the service is known to write `createdBy` so in some change feeds.
    pub fn instead(&self) -> Option<&Raw> {
        self.rare.as_deref()?.instead.as_ref()
    }

    /// How many properties have a bit.
    const NULLS: u16 = 63;
    /// Set where `@odata.type` is exactly the type that the record declares; the common case needs no memory.
    const DECLARED_TYPE: u64 = 1 << 63;

    /// The type that the object names, in a record that declares this one.
    pub(super) fn odata_type(&self, declared: &'static str) -> Option<&str> {
        if self.bits & Self::DECLARED_TYPE != 0 {
            return Some(declared);
        }
        self.rare.as_deref()?.odata_type.as_deref()
    }

    pub(super) fn set_type(&mut self, name: Option<&str>, declared: &'static str) {
        if name == Some(declared) {
            self.bits |= Self::DECLARED_TYPE;
            if let Some(rare) = &mut self.rare {
                rare.odata_type = None;
            }
            return;
        }
        self.bits &= !Self::DECLARED_TYPE;
        if name.is_some() || self.rare.is_some() {
            self.rare().odata_type = name.map(Into::into);
        }
    }

    /// The ETag of an object that was read without being [`Versioned`](crate::Versioned).
    pub(crate) fn etag(&self) -> Option<&str> {
        self.rare.as_deref()?.etag.as_deref()
    }

    pub(super) fn set_etag(&mut self, etag: Option<Box<str>>) {
        if etag.is_some() || self.rare.is_some() {
            self.rare().etag = etag;
        }
    }

    pub(super) fn set_instead(&mut self, text: Option<Raw>) {
        self.rare().instead = text;
    }

    pub(super) fn is_null(&self, index: u16) -> bool {
        if index < Self::NULLS {
            self.bits & (1 << index) != 0
        } else {
            self.more_nulls().contains(&index)
        }
    }

    /// Whether a property arrived as null.
    pub(crate) fn is_null_at<R>(&self, property: Property<R>) -> bool {
        self.is_null(property.index)
    }

    pub(super) fn set_null(&mut self, index: u16) {
        if index < Self::NULLS {
            self.bits |= 1 << index;
        } else {
            self.rare().more_nulls.push(index);
        }
    }

    /// Says of the properties that are null in another whether they are here.
    pub(super) fn set_nulls(&mut self, of: &Self, are_null: bool) {
        let bits = of.bits & !Self::DECLARED_TYPE;
        self.bits &= !bits;
        if let Some(rare) = &mut self.rare {
            rare.more_nulls.retain(|index| !of.more_nulls().contains(index));
        }
        if are_null {
            self.bits |= bits;
            of.more_nulls().iter().for_each(|index| self.set_null(*index));
        }
    }

    /// Whether the same properties arrived as null.
    pub(super) fn same_nulls(&self, other: &Self) -> bool {
        let within = |one: &Self, other: &Self| one.more_nulls().iter().all(|index| other.is_null(*index));
        (self.bits ^ other.bits) & !Self::DECLARED_TYPE == 0 && within(self, other) && within(other, self)
    }

    /// Whether everything but the nulls is the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        if self.rare.is_none() && other.rare.is_none() {
            return (self.bits ^ other.bits) & Self::DECLARED_TYPE == 0;
        }
        let within = |one: &Self, other: &Self| one.unknown().all(|(name, _)| one.get(name) == other.get(name));
        // Whatever the record's own type is called, it is not called nothing.
        self.odata_type("") == other.odata_type("")
            && self.etag() == other.etag()
            && self.instead() == other.instead()
            && within(self, other)
            && within(other, self)
    }

    /// Keeps what is not known.
    pub(super) fn keep(&mut self, name: impl Into<Box<str>>, value: Raw) {
        self.rare().unknown.push((name.into(), value));
    }

    /// Sets or removes what is not known.
    pub(super) fn replace(&mut self, name: &str, value: Option<&Raw>) {
        let unknown = self.rare.as_deref_mut().map(|rare| &mut rare.unknown);
        let place = unknown.and_then(|unknown| unknown.iter_mut().find(|(known, _)| **known == *name));
        match (place, value) {
            (Some((_, known)), Some(value)) => *known = value.clone(),
            (None, Some(value)) => self.keep(name, value.clone()),
            (Some(_), None) => self.rare().unknown.retain(|(known, _)| **known != *name),
            (None, None) => {}
        }
    }

    fn more_nulls(&self) -> &[u16] {
        self.rare.as_deref().map(|rare| &*rare.more_nulls).unwrap_or_default()
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.same_nulls(other) && self.is_like(other)
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.unknown().map(|(name, value)| (name, json::Shown { name, value }));
        formatter.debug_map().entries(shown).finish()
    }
}
