//! Read types: what the service returned, with absent, null and value told apart.
//!
//! A generated record has one public `Option` field a property. `None` alone does not say whether the property was
//! null or was not sent (after `$select`, or in a delta page); [`Record::presence`] does. What the build does not
//! know is kept in [`Extra`] and written back as it came.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{ETag, Id, Raw, Versioned, json, request::Versions, text::Text};

/// A generated read type.
///
/// The functions from `read` on are generated; the provided ones are for everybody.
pub trait Record: Default + 'static {
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
        if extra.bits & Extra::DECLARED_TYPE != 0 {
            return Some(Self::ODATA_TYPE);
        }
        extra.rare.as_deref()?.odata_type.as_deref()
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

/// What arrived in an object beside the values of its declared properties.
#[derive(Clone, Default, PartialEq)]
pub struct Extra {
    /// One bit for each of the first 63 properties that arrived as null, and [`DECLARED_TYPE`](Self::DECLARED_TYPE).
    bits: u64,
    rare: Option<Box<Rare>>,
}

/// What most objects do not have.
#[derive(Clone, Default, PartialEq)]
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
    /// `@odata.type` is not among them, and `@odata.etag` is not where the object is [`Versioned`].
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

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn is_null(&self, index: u16) -> bool {
        if index < Self::NULLS {
            self.bits & (1 << index) != 0
        } else {
            self.rare
                .as_deref()
                .is_some_and(|rare| rare.more_nulls.contains(&index))
        }
    }

    fn set_null(&mut self, index: u16) {
        if index < Self::NULLS {
            self.bits |= 1 << index;
        } else {
            self.rare().more_nulls.push(index);
        }
    }

    /// Keeps an annotation that has no value.
    fn keep_null(&mut self, name: Cow<'_, str>) {
        self.rare().unknown.push((name.into(), Raw::null()));
    }

    fn set_type(&mut self, name: &str, declared: &'static str) {
        if name == declared {
            self.bits |= Self::DECLARED_TYPE;
        } else {
            self.bits &= !Self::DECLARED_TYPE;
            self.rare().odata_type = Some(name.into());
        }
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.unknown().map(|(name, value)| (name, json::Shown { name, value }));
        formatter.debug_map().entries(shown).finish()
    }
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
}

struct Probe {
    index: u16,
    found: bool,
}

impl VisitProperties for Probe {
    type Error = std::convert::Infallible;

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

const ETAG: &str = "@odata.etag";
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
                None => values.extra.keep_null(name),
            },
            TYPE => match values.map.next_value::<Option<Text<'de>>>()? {
                Some(ty) => values.extra.set_type(&ty, R::ODATA_TYPE),
                None => values.extra.keep_null(name),
            },
            _ => {
                let value = values.map.next_value()?;
                values.extra.rare().unknown.push((name.into(), value));
            }
        }
    }
    *record.extra_mut() = values.extra;
    Ok(())
}

/// Reads a record together with its ETag, after its type was read already.
pub(crate) fn read_versioned<'de, R: Record, A: MapAccess<'de>>(ty: &str, map: A) -> Result<Versioned<R>, A::Error> {
    let (mut record, mut etag) = (R::default(), None);
    read_members(map, &mut record, &mut etag)?;
    if !ty.is_empty() {
        record.extra_mut().set_type(ty, R::ODATA_TYPE);
    }
    Ok(Versioned::from_parts(record, etag.map(ETag::new)))
}

/// Keeps an ETag in a record that is read without its version.
pub(crate) fn keep_etag<R: Record>(record: &mut R, etag: Option<Box<str>>) {
    if etag.is_some() {
        record.extra_mut().rare().etag = etag;
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
        record.extra_mut().rare().instead = Some(Raw::from_value(text).map_err(E::custom)?);
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
    let etag = record.extra().rare.as_deref().and_then(|rare| rare.etag.as_deref());
    serialize_with_etag(record, etag, serializer)
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
