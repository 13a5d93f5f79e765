//! A record as what its fields hold.

use std::{collections::BTreeMap, convert::Infallible};

use serde::Serialize;

use super::path::{FieldPath, Key, Part};
use crate::{
    OpenMap, Property, Raw, Record,
    open::OpenKey,
    record::{ETAG, INSTEAD, TYPE, VisitProperties},
};

/// The fields of a record that are not absent. An open map is an empty object, and each of its members a field.
pub(super) type Fields = BTreeMap<FieldPath, Raw>;

pub(super) fn of<R: Record>(record: &R) -> Fields {
    let mut fields = Collect {
        record,
        fields: Fields::new(),
    };
    let Ok(()) = record.visit(&mut fields);
    let mut fields = fields.fields;
    let extra = record.extra();
    let mut put = |name: &str, value: Option<Raw>| {
        if let Some(value) = value {
            fields.entry(name.into()).or_insert(value);
        }
    };
    put(TYPE, record.odata_type().map(raw));
    put(ETAG, extra.etag().map(raw));
    put(INSTEAD, extra.instead().cloned());
    for (name, value) in extra.unknown() {
        put(name, Some(value.clone()));
    }
    fields
}

/// One property as an open map.
pub(super) enum Map {
    /// It is none.
    No,
    /// It is one, and absent or null.
    Gone,
    /// It is one with these members.
    There(Members),
}

pub(super) fn map<R: Record>(record: &R, property: &str) -> Map {
    let mut find = Find {
        property,
        found: Map::No,
    };
    let Ok(()) = record.visit(&mut find);
    find.found
}

/// One property, an open map with its members.
pub(super) fn whole<R: Record>(record: &R, property: &str) -> Option<Raw> {
    match map(record, property) {
        Map::There(members) => Some(raw(&members)),
        Map::No | Map::Gone => of(record).remove(&property.into()),
    }
}

/// The annotations and members of an open map.
#[derive(Default)]
pub(super) struct Members(pub(super) BTreeMap<Part, Raw>);

impl Members {
    fn of<K: OpenKey, T: Serialize>(map: &OpenMap<K, T>) -> Self {
        let mut members = BTreeMap::new();
        for (name, value) in map.annotations() {
            members
                .entry(Part::Annotation(name.into()))
                .or_insert_with(|| value.clone());
        }
        for (key, value) in map {
            members.entry(Part::Member(Key::of(key))).or_insert_with(|| raw(value));
        }
        for key in map.removed() {
            members.entry(Part::Member(Key::of(key))).or_insert_with(Raw::null);
        }
        Self(members)
    }
}

/// As the object that they are of.
impl Serialize for Members {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter_map(|(part, value)| match part {
            Part::Whole => None,
            Part::Annotation(name) => Some((&**name, value)),
            Part::Member(key) => Some((key.wire(), value)),
        }))
    }
}

/// Whether a record declares a property of this name.
pub(crate) fn declares<R: Record>(property: &str) -> bool {
    let mut names = Names { property, found: false };
    let Ok(()) = R::default().visit(&mut names);
    names.found
}

/// Whether a field has no value.
pub(crate) fn is_gone(value: Option<&Raw>) -> bool {
    value.is_none_or(Raw::is_null)
}

/// The text of a value. Those of generated types can all be written; what cannot has none, as a number that is none.
pub(super) fn raw<T: Serialize + ?Sized>(value: &T) -> Raw {
    Raw::from_value(value).unwrap_or_else(|_| Raw::null())
}

struct Collect<'a, R> {
    record: &'a R,
    fields: Fields,
}

impl<Of: Record> Collect<'_, Of> {
    fn put<R>(&mut self, property: Property<R>, value: Option<Raw>) {
        let value = value.or_else(|| self.record.extra().is_null_at(property).then(Raw::null));
        if let Some(value) = value {
            self.fields.insert(property.name().into(), value);
        }
    }
}

impl<Of: Record> VisitProperties for Collect<'_, Of> {
    type Error = Infallible;

    fn property<R, T: Serialize>(&mut self, property: Property<R>, value: &Option<T>) -> Result<(), Infallible> {
        self.put(property, value.as_ref().map(raw));
        Ok(())
    }

    fn open_property<R, K: OpenKey, T: Serialize>(
        &mut self,
        property: Property<R>,
        value: &Option<OpenMap<K, T>>,
    ) -> Result<(), Infallible> {
        self.put(property, value.as_ref().map(|_| raw(&Members::default())));
        let members = value.as_ref().map(Members::of).unwrap_or_default().0.into_iter();
        let members = members.map(|(part, value)| (FieldPath::new(property.name(), part), value));
        self.fields.extend(members);
        Ok(())
    }
}

struct Find<'a> {
    property: &'a str,
    found: Map,
}

impl VisitProperties for Find<'_> {
    type Error = Infallible;

    fn property<R, T: Serialize>(&mut self, _: Property<R>, _: &Option<T>) -> Result<(), Infallible> {
        Ok(())
    }

    fn open_property<R, K: OpenKey, T: Serialize>(
        &mut self,
        property: Property<R>,
        value: &Option<OpenMap<K, T>>,
    ) -> Result<(), Infallible> {
        if property.name() == self.property {
            self.found = value.as_ref().map_or(Map::Gone, |map| Map::There(Members::of(map)));
        }
        Ok(())
    }
}

struct Names<'a> {
    property: &'a str,
    found: bool,
}

impl VisitProperties for Names<'_> {
    type Error = Infallible;

    fn property<R, T: Serialize>(&mut self, property: Property<R>, _: &Option<T>) -> Result<(), Infallible> {
        self.found |= property.name() == self.property;
        Ok(())
    }
}
