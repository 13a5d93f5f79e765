//! Sets of members of an enumeration, which the service writes as one text: `checklistCompletion,formCompletion`.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{enums::OpenEnum, text::Text};

/// Members of an enumeration that can be combined. The text is kept as it came.
///
/// ```
/// use msgraph_core::Flags;
/// # use msgraph_core::enums::OpenEnum;
/// # #[derive(Debug, PartialEq)]
/// # enum Requirement { Checklist, Form, Other(String) }
/// # impl OpenEnum for Requirement {
/// #     fn from_name(name: &str) -> Self {
/// #         match name { "checklist" => Self::Checklist, "form" => Self::Form, other => Self::Other(other.to_owned()) }
/// #     }
/// #     fn as_str(&self) -> &str {
/// #         match self { Self::Checklist => "checklist", Self::Form => "form", Self::Other(name) => name }
/// #     }
/// # }
/// let flags: Flags<Requirement> = [Requirement::Checklist, Requirement::Form].into_iter().collect();
/// assert_eq!(flags.as_str(), "checklist,form");
/// assert!(flags.contains(&Requirement::Form));
/// ```
///
/// <https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_EnumerationValue>
pub struct Flags<T> {
    text: Box<str>,
    of: PhantomData<fn() -> T>,
}

impl<T> Flags<T> {
    /// The names of the members, as the service writes them, with commas between them.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn from_text(text: impl Into<Box<str>>) -> Self {
        Self {
            text: text.into(),
            of: PhantomData,
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.text.split(',').map(str::trim).filter(|name| !name.is_empty())
    }
}

impl<T: OpenEnum> Flags<T> {
    /// The members that are set, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.names().map(T::from_name)
    }

    /// Whether a member is set.
    pub fn contains(&self, member: &T) -> bool {
        self.names().any(|name| name == member.as_str())
    }
}

impl<T: OpenEnum> FromIterator<T> for Flags<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let names: Vec<_> = members.into_iter().map(|member| member.as_str().to_owned()).collect();
        Self::from_text(names.join(","))
    }
}

impl<T> Clone for Flags<T> {
    fn clone(&self) -> Self {
        Self::from_text(self.text.clone())
    }
}

/// The same members are set, in whatever order.
impl<T> PartialEq for Flags<T> {
    fn eq(&self, other: &Self) -> bool {
        let names = |flags: &Self| -> BTreeSet<String> { flags.names().map(str::to_owned).collect() };
        self.text == other.text || names(self) == names(other)
    }
}

impl<T> Eq for Flags<T> {}

impl<T> fmt::Debug for Flags<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Flags({})", self.text)
    }
}

impl<T> Serialize for Flags<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T> Deserialize<'de> for Flags<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::from_text(text.0))
    }
}
