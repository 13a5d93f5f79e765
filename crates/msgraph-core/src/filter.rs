//! Filters, as expressions over the properties of a type.
//!
//! ```
//! use msgraph_core::filter::Literal;
//! assert_eq!("it's".literal(), "'it''s'");
//! ```
//!
//! <https://learn.microsoft.com/graph/filter-query-parameter>

use std::{fmt, marker::PhantomData};

use crate::{
    Binary, Date, DateTimeOffset, Duration, Flags, Guid, Id, Property, TimeOfDay, enums::OpenEnum, update::Limit,
};

/// A condition on objects of type `R`.
///
/// Values are escaped here, once; no text is taken for an expression.
pub struct Filter<R> {
    text: String,
    /// Whether the text needs parentheses inside another expression.
    is_compound: bool,
    /// A property in it that not every version of the API has.
    limit: Option<Limit>,
    of: PhantomData<fn() -> R>,
}

impl<R> Filter<R> {
    /// The property has this value.
    pub fn eq(property: Property<R>, value: impl Literal) -> Self {
        Self::compare(property, "eq", value)
    }

    /// The property has another value.
    pub fn ne(property: Property<R>, value: impl Literal) -> Self {
        Self::compare(property, "ne", value)
    }

    /// The property has a greater value.
    pub fn gt(property: Property<R>, value: impl Literal) -> Self {
        Self::compare(property, "gt", value)
    }

    /// The property has this value, or a greater one.
    pub fn ge(property: Property<R>, value: impl Literal) -> Self {
        Self::compare(property, "ge", value)
    }

    /// The property has a smaller value.
    pub fn lt(property: Property<R>, value: impl Literal) -> Self {
        Self::compare(property, "lt", value)
    }

    /// The property has this value, or a smaller one.
    pub fn le(property: Property<R>, value: impl Literal) -> Self {
        Self::compare(property, "le", value)
    }

    /// The property has no value.
    pub fn is_null(property: Property<R>) -> Self {
        Self::simple(format!("{} eq null", property.name()), Limit::of(property))
    }

    /// The property is a text that begins with this one.
    pub fn starts_with(property: Property<R>, text: &str) -> Self {
        let condition = format!("startsWith({},{})", property.name(), text.literal());
        Self::simple(condition, Limit::of(property))
    }

    /// Both conditions hold.
    pub fn and(self, other: Self) -> Self {
        self.joined("and", other)
    }

    /// One of the conditions holds, or both do.
    pub fn or(self, other: Self) -> Self {
        self.joined("or", other)
    }

    /// The condition does not hold.
    pub fn negated(self) -> Self {
        Self::simple(format!("not ({})", self.text), self.limit)
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a number reads better than a reference to one"
    )]
    fn compare(property: Property<R>, operator: &str, value: impl Literal) -> Self {
        let condition = format!("{} {operator} {}", property.name(), value.literal());
        Self::simple(condition, Limit::of(property))
    }

    fn simple(text: String, limit: Option<Limit>) -> Self {
        Self {
            text,
            is_compound: false,
            limit,
            of: PhantomData,
        }
    }

    fn joined(self, operator: &str, other: Self) -> Self {
        let limit = self.limit.or(other.limit);
        Self {
            is_compound: true,
            ..Self::simple(format!("{} {operator} {}", self.inner(), other.inner()), limit)
        }
    }

    pub(crate) fn limit(&self) -> Option<Limit> {
        self.limit
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn inner(self) -> String {
        if self.is_compound {
            format!("({})", self.text)
        } else {
            self.text
        }
    }
}

/// The expression, as `$filter` takes it, not yet encoded for a URL.
impl<R> fmt::Display for Filter<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Shows the shape, not the values: they are somebody's.
impl<R> fmt::Debug for Filter<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Filter({} characters)", self.text.len())
    }
}

impl<R> Clone for Filter<R> {
    fn clone(&self) -> Self {
        Self {
            is_compound: self.is_compound,
            ..Self::simple(self.text.clone(), self.limit)
        }
    }
}

/// A value that a property is compared with.
pub trait Literal {
    /// The value as an expression holds it.
    fn literal(&self) -> String;
}

/// In quotes, with quotes in the text doubled.
impl Literal for str {
    fn literal(&self) -> String {
        format!("'{}'", self.replace('\'', "''"))
    }
}

impl Literal for String {
    fn literal(&self) -> String {
        self.as_str().literal()
    }
}

impl Literal for &str {
    fn literal(&self) -> String {
        (**self).literal()
    }
}

impl Literal for Box<dyn Literal> {
    fn literal(&self) -> String {
        (**self).literal()
    }
}

impl<T: ?Sized> Literal for &Id<T> {
    fn literal(&self) -> String {
        self.as_str().literal()
    }
}

impl Literal for DateTimeOffset {
    fn literal(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Literal for Date {
    fn literal(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Literal for TimeOfDay {
    fn literal(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Literal for Guid {
    fn literal(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Literal for Duration {
    fn literal(&self) -> String {
        format!("duration{}", self.as_str().literal())
    }
}

impl Literal for Binary {
    fn literal(&self) -> String {
        format!("binary{}", self.as_str().literal())
    }
}

/// Numbers and truth values, as they are.
macro_rules! plain_literals {
    ($($ty:ty)*) => {
        $(impl Literal for $ty {
            fn literal(&self) -> String {
                self.to_string()
            }
        })*
    };
}

plain_literals!(bool u8 i8 i16 i32 i64 f32 f64);

/// The names of the members, as a text.
impl<T> Literal for Flags<T> {
    fn literal(&self) -> String {
        self.as_str().literal()
    }
}

/// The name of the member, as a text.
impl<T: OpenEnum> Literal for T {
    fn literal(&self) -> String {
        self.as_str().literal()
    }
}
