//! Read types: what the service returned, with absent, null and value told apart.
//!
//! A generated record has one public `Option` field a property. `None` alone does not say whether the property was
//! null or was not sent (after `$select`, or in a delta page); [`Record::presence`] does. What the build does not
//! know is kept in [`Extra`] and written back as it came.

mod extra;

use std::{convert::Infallible, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
    ser::SerializeMap,
};

pub use self::extra::Extra;
use crate::{ETag, Id, OpenMap, Raw, Versioned, open::OpenKey, request::Versions, text::Text};

/// A generated read type.
///
/// The functions from `read` on are generated; the provided ones are for everybody.
pub trait Record: Clone + Default + 'static {
    /// The type as `@odata.type` names it, for example `#microsoft.graph.plannerTask`.
    const ODATA_TYPE: &'static str;

    /// Other names that its objects go by in `@odata.type`.
    const LEGACY_TYPES: &'static [&'static str] = &[];

    /// What arrived beside the values of the declared properties.
    fn extra(&self) -> &Extra;

    /// The same, to be changed.
    fn extra_mut(&mut self) -> &mut Extra;

    /// Reads the value of the property of this name; false where there is no such property, and nothing was read.
    ///
    /// # Errors
    ///
    /// Those of the deserializer, when the value is not of the property's type.
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, values: &mut Values<A>) -> Result<bool, A::Error>;

    /// Shows each declared property to the visitor, sorted by name.
    ///
    /// # Errors
    ///
    /// The first one of the visitor's.
    fn visit<V: VisitProperties>(&self, visitor: &mut V) -> Result<(), V::Error>;

    /// Whether a property arrived, and whether it had a value.
    ///
    /// A field that holds a value is always [`Presence::Value`], whoever put it there.
    fn presence(&self, property: Property<Self>) -> Presence {
        let mut probe = Probe {
            index: property.index,
            found: false,
        };
        let Ok(()) = self.visit(&mut probe);
        if probe.found {
            Presence::Value
        } else if self.extra().is_null(property.index) {
            Presence::Null
        } else {
            Presence::Absent
        }
    }

    /// The type that the object itself names in `@odata.type`, if it does. It may be one derived from this one.
    fn odata_type(&self) -> Option<&str> {
        let extra = self.extra();
        extra.odata_type(Self::ODATA_TYPE)
    }
}

/// A record with an id of its own.
pub trait Entity: Record {
    /// The type whose id this is: the record itself, or the one that it shares its id with, as the details of a task
    /// do with the task.
    type Key;

    /// The id, if it arrived.
    fn id(&self) -> Option<&Id<Self::Key>>;
}

/// A declared property of a record.
pub struct Property<R> {
    index: u16,
    versions: Versions,
    name: &'static str,
    record: PhantomData<fn() -> R>,
}

impl<R> Property<R> {
    /// Used by generated code.
    #[doc(hidden)]
    pub const fn only_in(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// Used by generated code.
    #[doc(hidden)]
    pub const fn new(index: u16, name: &'static str) -> Self {
        Self::of(index, name, Versions::ALL)
    }

    /// One that only v1.0 has. Used by generated code.
    #[doc(hidden)]
    pub const fn v1(index: u16, name: &'static str) -> Self {
        Self::of(index, name, Versions::V1)
    }

    /// One that only beta has. Used by generated code.
    #[doc(hidden)]
    pub const fn beta(index: u16, name: &'static str) -> Self {
        Self::of(index, name, Versions::BETA)
    }

    const fn of(index: u16, name: &'static str, versions: Versions) -> Self {
        Self {
            index,
            versions,
            name,
            record: PhantomData,
        }
    }

    /// The versions of the API that have the property.
    pub const fn versions(self) -> Versions {
        self.versions
    }

    /// The name of the property, as the service spells it.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<R> Clone for Property<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Property<R> {}

impl<R> PartialEq for Property<R> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<R> Eq for Property<R> {}

impl<R> fmt::Debug for Property<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Whether a property arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It was not in the object: not selected, not changed, or not known to the service.
    Absent,
    /// It was there, and null: the service says that it has no value.
    Null,
    /// It was there, with a value.
    Value,
}

/// The members of an object while it is read. Used by generated code.
#[derive(Debug)]
pub struct Values<A> {
    map: A,
    extra: Extra,
}

impl<'de, A: MapAccess<'de>> Values<A> {
    /// Reads the value of this property, and remembers if it was null.
    ///
    /// # Errors
    ///
    /// Those of the deserializer.
    #[expect(
        clippy::inline_always,
        reason = "measured: a tenth of the time that a page takes to decode"
    )]
    #[inline(always)]
    pub fn take<R, T: Deserialize<'de>>(&mut self, property: Property<R>) -> Result<Option<T>, A::Error> {
        let value = self.map.next_value::<Option<T>>()?;
        if value.is_none() {
            self.extra.set_null(property.index);
        }
        Ok(value)
    }
}

/// Sees the declared properties of a record, one after the other.
pub trait VisitProperties {
    /// What can go wrong.
    type Error;

    /// Sees one property; `None` where it is null or absent.
    ///
    /// # Errors
    ///
    /// What the implementation defines; the walk ends there.
    fn property<R, T: Serialize>(&mut self, property: Property<R>, value: &Option<T>) -> Result<(), Self::Error>;

    /// Sees a property whose value has open properties of its own; like any other, unless the implementation tells
    /// them apart.
    ///
    /// # Errors
    ///
    /// What the implementation defines; the walk ends there.
    fn open_property<R, K: OpenKey, T: Serialize>(
        &mut self,
        property: Property<R>,
        value: &Option<OpenMap<K, T>>,
    ) -> Result<(), Self::Error> {
        self.property(property, value)
    }
}

struct Probe {
    index: u16,
    found: bool,
}

impl VisitProperties for Probe {
    type Error = Infallible;

    fn property<R, T: Serialize>(&mut self, property: Property<R>, value: &Option<T>) -> Result<(), Self::Error> {
        if property.index == self.index {
            self.found = value.is_some();
        }
        Ok(())
    }
}

/// Walks a record of which no property has a value to its end.
struct Unset;

impl VisitProperties for Unset {
    type Error = ();

    fn property<R, T: Serialize>(&mut self, _: Property<R>, value: &Option<T>) -> Result<(), ()> {
        if value.is_some() { Err(()) } else { Ok(()) }
    }
}

pub(crate) const ETAG: &str = "@odata.etag";
pub(crate) const TYPE: &str = "@odata.type";

/// Reads the members of an object into a record, and its ETag beside it.
#[expect(clippy::inline_always, reason = "measured, as for `Values::take`")]
#[inline(always)]
fn read_members<'de, R: Record, A: MapAccess<'de>>(
    map: A,
    record: &mut R,
    etag: &mut Option<Box<str>>,
) -> Result<(), A::Error> {
    let mut values = Values {
        map,
        extra: Extra::default(),
    };
    while let Some(Text(name)) = values.map.next_key::<Text<'de>>()? {
        if record.read(&name, &mut values)? {
            continue;
        }
        match &*name {
            ETAG => match values.map.next_value()? {
                Some(text) => *etag = Some(text),
                None => values.extra.keep(name, Raw::null()),
            },
            TYPE => match values.map.next_value::<Option<Text<'de>>>()? {
                Some(ty) => values.extra.set_type(Some(&ty), R::ODATA_TYPE),
                None => values.extra.keep(name, Raw::null()),
            },
            _ => {
                let value = values.map.next_value()?;
                values.extra.keep(name, value);
            }
        }
    }
    *record.extra_mut() = values.extra;
    Ok(())
}

/// Writes one property of a record, or a part of its [`Extra`] that has a name of its own: the text of a value, null, or
/// nothing at all.
pub(crate) fn put<R: Record>(record: &mut R, name: &str, value: Option<&Raw>) -> Result<(), serde_json::Error> {
    let mut values = Values {
        map: One(value.map_or("null", Raw::as_str)),
        extra: Extra::default(),
    };
    if record.read(name, &mut values)? {
        record.extra_mut().set_nulls(&values.extra, value.is_some());
        return Ok(());
    }
    let extra = record.extra_mut();
    let text = value.and_then(|value| value.decode::<Box<str>>().ok());
    // A null, which is no type and no ETag, is kept like something unknown.
    let unknown = value.filter(|_| text.is_none());
    match name {
        TYPE => {
            extra.set_type(text.as_deref(), R::ODATA_TYPE);
            extra.replace(name, unknown);
        }
        ETAG => {
            extra.set_etag(text);
            extra.replace(name, unknown);
        }
        INSTEAD => extra.set_instead(value.cloned()),
        _ => extra.replace(name, value),
    }
    Ok(())
}

/// The name, which no property has, of the text that arrived instead of an object.
pub(crate) const INSTEAD: &str = "";

/// An object that is only the value of its one member, whose name was read already.
struct One<'a>(&'a str);

impl<'de> MapAccess<'de> for One<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, Self::Error> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        seed.deserialize(&mut serde_json::Deserializer::from_str(self.0))
    }
}

/// Whether two records whose values are equal hold the same beside them. Used by generated code.
///
/// A property that holds a value is not null, even if it was null when it arrived.
pub fn same_extra<R: Record>(one: &R, other: &R) -> bool {
    let (extra, others) = (one.extra(), other.extra());
    extra.is_like(others) && (extra.same_nulls(others) || nulls(one) == nulls(other))
}

fn nulls<R: Record>(record: &R) -> Vec<u16> {
    let mut nulls = Nulls {
        extra: record.extra(),
        indices: Vec::new(),
    };
    let Ok(()) = record.visit(&mut nulls);
    nulls.indices
}

/// Finds the properties that are null.
struct Nulls<'a> {
    extra: &'a Extra,
    indices: Vec<u16>,
}

impl VisitProperties for Nulls<'_> {
    type Error = Infallible;

    fn property<R, T: Serialize>(&mut self, property: Property<R>, value: &Option<T>) -> Result<(), Infallible> {
        if value.is_none() && self.extra.is_null(property.index) {
            self.indices.push(property.index);
        }
        Ok(())
    }
}

/// Reads a record together with its ETag, after its type was read already.
pub(crate) fn read_versioned<'de, R: Record, A: MapAccess<'de>>(ty: &str, map: A) -> Result<Versioned<R>, A::Error> {
    let (mut record, mut etag) = (R::default(), None);
    read_members(map, &mut record, &mut etag)?;
    if !ty.is_empty() {
        record.extra_mut().set_type(Some(ty), R::ODATA_TYPE);
    }
    Ok(Versioned::from_parts(record, etag.map(ETag::new)))
}

/// Keeps an ETag in a record that is read without its version.
pub(crate) fn keep_etag<R: Record>(record: &mut R, etag: Option<Box<str>>) {
    if etag.is_some() {
        record.extra_mut().set_etag(etag);
    }
}

struct RecordVisitor<R>(PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for RecordVisitor<R> {
    type Value = R;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting::<R>(formatter)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<R, A::Error> {
        let (mut record, mut etag) = (R::default(), None);
        read_members(map, &mut record, &mut etag)?;
        keep_etag(&mut record, etag);
        Ok(record)
    }

    /// A text instead of an object is kept: one odd property is no reason to lose a page.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<R, E> {
        let mut record = R::default();
        record
            .extra_mut()
            .set_instead(Some(Raw::from_value(text).map_err(E::custom)?));
        Ok(record)
    }
}

/// Reads a record together with its ETag.
pub(crate) struct VersionedVisitor<R>(pub(crate) PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for VersionedVisitor<R> {
    type Value = Versioned<R>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting::<R>(formatter)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Versioned<R>, A::Error> {
        let (mut record, mut etag) = (R::default(), None);
        read_members(map, &mut record, &mut etag)?;
        Ok(Versioned::from_parts(record, etag.map(ETag::new)))
    }
}

fn expecting<R: Record>(formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(formatter, "an object of type {}", R::ODATA_TYPE.trim_start_matches('#'))
}

/// Reads a record. Used by generated code.
///
/// # Errors
///
/// Those of the deserializer, when the JSON is no object or a declared property is not of its type.
pub fn deserialize<'de, R: Record, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    deserializer.deserialize_any(RecordVisitor(PhantomData))
}

/// Writes a record, as it was read. Used by generated code.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize<R: Record, S: Serializer>(record: &R, serializer: S) -> Result<S::Ok, S::Error> {
    serialize_with_etag(record, record.extra().etag(), serializer)
}

pub(crate) fn serialize_with_etag<R: Record, S: Serializer>(
    record: &R,
    etag: Option<&str>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let extra = record.extra();
    if let Some(text) = extra.instead().filter(|_| record.visit(&mut Unset).is_ok()) {
        return text.serialize(serializer);
    }
    let mut writer = Writer {
        map: serializer.serialize_map(None)?,
        extra,
    };
    if let Some(name) = record.odata_type() {
        writer.map.serialize_entry(TYPE, name)?;
    }
    if let Some(etag) = etag {
        writer.map.serialize_entry(ETAG, etag)?;
    }
    record.visit(&mut writer)?;
    for (name, value) in extra.unknown() {
        writer.map.serialize_entry(name, value)?;
    }
    writer.map.end()
}

struct Writer<'a, M> {
    map: M,
    extra: &'a Extra,
}

impl<M: SerializeMap> VisitProperties for Writer<'_, M> {
    type Error = M::Error;

    fn property<R, T: Serialize>(&mut self, property: Property<R>, value: &Option<T>) -> Result<(), M::Error> {
        match value {
            Some(value) => self.map.serialize_entry(property.name, value),
            None if self.extra.is_null(property.index) => self.map.serialize_entry(property.name, &()),
            None => Ok(()),
        }
    }
}
