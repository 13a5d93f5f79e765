//! Planner's order hints: strings that place an object between two others.
//!
//! The service owns the final values. A client asks for a place with a [`NewOrderHint`], made from the hints of the
//! two neighbours, and reads the resulting [`OrderHint`] back. Sending a service value back as it came is refused by
//! the service, so the two are different types, and updates take only the new one.
//!
//! <https://learn.microsoft.com/graph/api/resources/planner-order-hint-format>

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// An order hint as the service returned it, or a place that is asked for in a record that is edited. Hints sort by
/// their bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderHint(Box<str>);

impl OrderHint {
    /// Takes the text of a hint that the service returned.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text of the hint.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The place of the only object: one that has no neighbours yet. Where there are others, [`before_all`](Self::before_all)
    /// and [`after_all`](Self::after_all) make a place beside them.
    pub fn first() -> NewOrderHint {
        Self::place(None, None)
    }

    /// The place before `next`, for an object that becomes the first.
    pub fn before(next: &(impl Neighbour + ?Sized)) -> NewOrderHint {
        Self::place(None, Some(next.hint()))
    }

    /// The place after `previous`, for an object that becomes the last.
    pub fn after(previous: &(impl Neighbour + ?Sized)) -> NewOrderHint {
        Self::place(Some(previous.hint()), None)
    }

    /// The place before all of these, or of the only object where there are none.
    pub fn before_all<'h>(others: impl IntoIterator<Item = &'h Self>) -> NewOrderHint {
        Self::place(None, others.into_iter().min().map(Self::as_str))
    }

    /// The place after all of these, or of the only object where there are none.
    pub fn after_all<'h>(others: impl IntoIterator<Item = &'h Self>) -> NewOrderHint {
        Self::place(others.into_iter().max().map(Self::as_str), None)
    }

    /// The place between two neighbours, either of which may be a hint that was not sent yet.
    ///
    /// ```
    /// use msgraph_core::OrderHint;
    /// let place = OrderHint::between(&OrderHint::new("5637"), &OrderHint::new("adhg"));
    /// assert_eq!(place.as_str(), "5637 adhg!");
    /// ```
    pub fn between(previous: &(impl Neighbour + ?Sized), next: &(impl Neighbour + ?Sized)) -> NewOrderHint {
        Self::place(Some(previous.hint()), Some(next.hint()))
    }

    /// Whether the text asks for a place, as a [`NewOrderHint`] does. No hint of the service does.
    pub fn is_new(&self) -> bool {
        self.0.contains(' ') && self.0.ends_with('!')
    }

    fn place(previous: Option<&str>, next: Option<&str>) -> NewOrderHint {
        NewOrderHint(format!("{} {}!", previous.unwrap_or_default(), next.unwrap_or_default()).into())
    }
}

/// An order hint that asks the service for a place. Made by [`OrderHint`]'s functions only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NewOrderHint(Box<str>);

impl NewOrderHint {
    /// The text of the hint.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A record that is edited holds a place that was not sent yet. The update that is made from it sends the place; the hint
/// that the service made of it is in its answer.
impl From<NewOrderHint> for OrderHint {
    fn from(place: NewOrderHint) -> Self {
        Self(place.0)
    }
}

/// A hint that a new place can lie beside: one of the service's, or one that was not sent yet.
pub trait Neighbour {
    /// The text of the hint.
    fn hint(&self) -> &str;
}

impl Neighbour for OrderHint {
    fn hint(&self) -> &str {
        &self.0
    }
}

impl Neighbour for NewOrderHint {
    fn hint(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OrderHint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OrderHint({:?})", self.as_str())
    }
}

impl fmt::Debug for NewOrderHint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NewOrderHint({:?})", self.as_str())
    }
}

impl Serialize for OrderHint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Serialize for NewOrderHint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OrderHint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self::new(text.0))
    }
}
