//! Open enums: a member that this build does not know is kept as it is.

use serde::{Deserialize, Deserializer};

use crate::text::Text;

/// A generated enum, whose last variant keeps the name of a member that it does not know.
///
/// Graph adds members to its enums at any time.
///
/// <https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations>
pub trait OpenEnum: Sized {
    /// The variant for the name of a member; any name has one.
    fn from_name(name: &str) -> Self;

    /// The name of the member, as the service spells it.
    fn as_str(&self) -> &str;
}

/// Reads an open enum from the name of its member.
///
/// # Errors
///
/// When the JSON is not a string.
pub fn deserialize<'de, T: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Text::deserialize(deserializer).map(|name| T::from_name(&name))
}
