//! Objects of one of several types, told apart by `@odata.type`.
//!
//! An abstract type of the metadata becomes an enum with a variant for each type that derives from it, and one more for
//! those that this build does not know.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{Error as _, MapAccess, Visitor},
};

use crate::{
    Raw, Versioned,
    record::{self, Record},
    text::Text,
};

/// A generated enum of the types that derive from one.
pub trait Polymorphic: Sized + 'static {
    /// Reads the members of an object that names this type; an empty name where it names none.
    ///
    /// # Errors
    ///
    /// Those of the deserializer, when a declared property is not of its type.
    fn read<'de, A: MapAccess<'de>>(ty: &str, members: A) -> Result<Self, A::Error>;
}

/// Whether an object that names this type is an `R`. The service writes the name with and without `#`, in varying case, and
/// has used other names before.
pub fn is<R: Record>(ty: &str) -> bool {
    let bare = |name: &str| name.trim_start_matches('#').to_ascii_lowercase();
    let is_named = |declared: &str| bare(ty) == bare(declared);
    ty == R::ODATA_TYPE || is_named(R::ODATA_TYPE) || R::LEGACY_TYPES.iter().any(|name| is_named(name))
}

/// Reads the members of one variant. Used by generated code.
///
/// # Errors
///
/// Those of the deserializer.
pub fn read<'de, R: Record, A: MapAccess<'de>>(ty: &str, members: A) -> Result<Box<R>, A::Error> {
    let versioned = read_versioned::<R, A>(ty, members)?;
    Ok(Box::new(versioned.into_record()))
}

/// Reads the members of one variant that has a version. Used by generated code.
///
/// # Errors
///
/// Those of the deserializer.
pub fn read_versioned<'de, R: Record, A: MapAccess<'de>>(ty: &str, members: A) -> Result<Box<Versioned<R>>, A::Error> {
    record::read_versioned(ty, members).map(Box::new)
}

/// Reads an object as the variant that it names. Used by generated code.
///
/// # Errors
///
/// Those of the deserializer.
pub fn deserialize<'de, P: Polymorphic, D: Deserializer<'de>>(deserializer: D) -> Result<P, D::Error> {
    deserializer.deserialize_map(PolymorphicVisitor(PhantomData))
}

struct PolymorphicVisitor<P>(PhantomData<P>);

impl<'de, P: Polymorphic> Visitor<'de> for PolymorphicVisitor<P> {
    type Value = P;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object that names its type in `@odata.type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<P, A::Error> {
        let Some(Text(first)) = members.next_key::<Text<'de>>()? else {
            return P::read("", members);
        };
        // The service writes the type first, so that nothing needs to be read twice.
        if first == record::TYPE {
            let ty = members.next_value::<Option<Text<'de>>>()?;
            return P::read(ty.as_deref().unwrap_or_default(), members);
        }
        let mut object = vec![(first, members.next_value::<Raw>()?)];
        while let Some(Text(name)) = members.next_key::<Text<'de>>()? {
            object.push((name, members.next_value()?));
        }
        let ty = object.iter().find(|(name, _)| *name == record::TYPE);
        let ty = ty
            .and_then(|(_, ty)| ty.decode::<Option<String>>().ok())
            .flatten()
            .unwrap_or_default();
        let text = text_of(&object).map_err(A::Error::custom)?;
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        deserializer
            .deserialize_map(KnownVisitor(&ty, PhantomData))
            .map_err(A::Error::custom)
    }
}

fn text_of(members: &[(impl AsRef<str>, Raw)]) -> Result<String, serde_json::Error> {
    let mut text = String::from("{");
    for (position, (name, value)) in members.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(name.as_ref())?);
        text.push(':');
        text.push_str(value.as_str());
    }
    text.push('}');
    Ok(text)
}

/// Reads an object whose type is known.
struct KnownVisitor<'t, P>(&'t str, PhantomData<P>);

impl<'de, P: Polymorphic> Visitor<'de> for KnownVisitor<'_, P> {
    type Value = P;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<P, A::Error> {
        P::read(self.0, members)
    }
}
