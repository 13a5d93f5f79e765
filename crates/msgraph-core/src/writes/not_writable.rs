use std::{error, fmt};

use crate::merge::FieldPath;

/// A change that an update cannot make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotWritable {
    field: FieldPath,
    /// The fields within it that lead to what cannot be written.
    within: Vec<FieldPath>,
    why: WhyNot,
}

/// Why an update cannot make a change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyNot {
    /// The service does not let the field be written, or not by this update.
    ReadOnly,
    /// The field cannot be null.
    NotClearable,
    /// A member of this open type cannot be removed.
    NotRemovable,
    /// An order hint of the service is not sent back: what may be sent is a place, such as
    /// [`OrderHint::between`](crate::OrderHint::between) makes.
    ServiceOrderHint,
    /// The value is not of the field's type; with what is wrong with it. No value of a record is.
    Unreadable(String),
}

impl NotWritable {
    /// The field of the record.
    pub fn field(&self) -> &FieldPath {
        &self.field
    }

    /// Why it cannot be written.
    pub fn why(&self) -> &WhyNot {
        &self.why
    }

    pub(super) fn new(field: impl Into<FieldPath>, why: WhyNot) -> Self {
        Self {
            field: field.into(),
            within: Vec::new(),
            why,
        }
    }

    pub(super) fn unreadable(field: impl Into<FieldPath>, error: &serde_json::Error) -> Self {
        Self::new(field, WhyNot::Unreadable(error.to_string()))
    }

    /// The same, of a field that it lies within.
    pub(super) fn within(mut self, field: impl Into<FieldPath>) -> Self {
        let inner = std::mem::replace(&mut self.field, field.into());
        self.within.insert(0, inner);
        self
    }
}

impl fmt::Display for NotWritable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}", self.field)?;
        for field in &self.within {
            write!(formatter, ".{field}")?;
        }
        match &self.why {
            WhyNot::ReadOnly => write!(formatter, "` was changed, and this type cannot write it"),
            WhyNot::NotClearable => write!(formatter, "` was cleared, and the service does not let it be null"),
            WhyNot::NotRemovable => write!(formatter, "` was removed, and only the service removes it"),
            WhyNot::ServiceOrderHint => write!(
                formatter,
                "` was changed to an order hint of the service: ask for a place, as `OrderHint::between` does"
            ),
            WhyNot::Unreadable(reason) => write!(formatter, "` is not of its type: {reason}"),
        }
    }
}

impl error::Error for NotWritable {}
