//! How a diff is stored: a list of objects, in which what is absent is not there.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{
    diff::{Diff, FieldChange},
    path::{FieldPath, Key, Part},
};
use crate::{Raw, text::Text};

const PROPERTY: &str = "property";
const KEY: &str = "key";
const ENCODED: &str = "encoded";
const ANNOTATION: &str = "annotation";
const BEFORE: &str = "before";
const AFTER: &str = "after";

impl<R> Serialize for Diff<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.changes())
    }
}

impl<'de, R> Deserialize<'de> for Diff<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::new)
    }
}

impl Serialize for FieldChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(PROPERTY, self.field.property())?;
        match self.field.part() {
            Part::Whole => {}
            Part::Annotation(name) => map.serialize_entry(ANNOTATION, name)?,
            Part::Member(key) => {
                map.serialize_entry(KEY, &key.text)?;
                if let Some(encoded) = &key.encoded {
                    map.serialize_entry(ENCODED, encoded)?;
                }
            }
        }
        for (name, value) in [(BEFORE, &self.before), (AFTER, &self.after)] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for FieldChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldChangeVisitor(PhantomData))
    }
}

struct FieldChangeVisitor(PhantomData<()>);

impl<'de> Visitor<'de> for FieldChangeVisitor {
    type Value = FieldChange;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a change of a field")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldChange, A::Error> {
        let (mut property, mut text, mut encoded, mut annotation) = (None::<Box<str>>, None, None, None);
        let (mut before, mut after) = (None, None);
        while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
            match &*name {
                PROPERTY => property = Some(map.next_value()?),
                KEY => text = Some(map.next_value()?),
                ENCODED => encoded = Some(map.next_value()?),
                ANNOTATION => annotation = Some(map.next_value()?),
                BEFORE => before = Some(map.next_value::<Raw>()?),
                AFTER => after = Some(map.next_value::<Raw>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let property = property.ok_or_else(|| A::Error::missing_field(PROPERTY))?;
        let part = match (annotation, text) {
            (Some(name), _) => Part::Annotation(name),
            (None, Some(text)) => Part::Member(Key { text, encoded }),
            (None, None) => Part::Whole,
        };
        let field = FieldPath::new(&property, part);
        Ok(FieldChange { field, before, after })
    }
}
