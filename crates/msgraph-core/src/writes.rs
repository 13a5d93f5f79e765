//! What each type that is sent may write, so that what differs between two records becomes an update.
//!
//! [`Diff::into_update`](crate::Diff::into_update) sends what changed and nothing else.

mod fill;
mod not_writable;

pub use self::not_writable::{NotWritable, WhyNot};
use crate::{
    Property, Raw,
    open::OpenKey,
    update::{Edit, Patch},
};

/// A generated type that is sent, and that knows what it may write.
pub trait Writes: Edit {
    /// What it may write.
    const FIELDS: &'static [Writable<Self::Record>];

    /// Whether it may also write properties that are not declared.
    const OPEN: bool = false;

    /// The type that makes sure of these changes.
    fn from_patch(patch: Patch<Self::Record>) -> Self;
}

/// A property that may be written, and how.
#[derive(Debug)]
pub struct Writable<R> {
    property: Property<R>,
    how: How<R>,
    clearable: bool,
    required: bool,
}

/// How a property is written.
#[derive(Debug)]
pub(crate) enum How<R> {
    /// As its value.
    Plain,
    /// As a place that is asked for.
    OrderHint,
    /// As an object, or several, of which only what may be written is sent.
    Object(PutObject<R>),
    /// Member by member.
    Members(Member<R>, MemberRemoval),
}

/// Puts the object that a text holds, or the objects: what it was, if it was there, and what it is.
type PutObject<R> = fn(&mut Patch<R>, Property<R>, Option<&Raw>, &Raw) -> Result<(), NotWritable>;

/// Puts the member of a key: what it was, if it was there, and what it is.
type PutMember<R> = fn(&mut Patch<R>, Property<R>, &WireKey, Option<&Raw>, &Raw) -> Result<(), NotWritable>;

/// How a member of an open type is written.
#[derive(Debug)]
pub(crate) enum Member<R> {
    /// As its value.
    Plain,
    /// As a place that is asked for.
    OrderHint,
    /// As `true`.
    Flag,
    /// As an object with its type: what changed of the one that was there, or all that may be written.
    Object(PutMember<R>),
}

/// How a member of an open type is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberRemoval {
    /// By null.
    Null,
    /// By `false`.
    False,
    /// Not at all.
    Never,
}

/// Used by generated code.
impl<R: crate::Record> Writable<R> {
    /// One that is sent as it is.
    pub const fn plain(property: Property<R>) -> Self {
        Self::new(property, How::Plain)
    }

    /// One that only asks for a place.
    pub const fn order_hint(property: Property<R>) -> Self {
        Self::new(property, How::OrderHint)
    }

    /// One that is sent as an object.
    pub const fn object<U: Writes>(property: Property<R>) -> Self {
        Self::new(property, How::Object(fill::object::<R, U>))
    }

    /// One that is sent as several objects.
    pub const fn objects<U: Writes>(property: Property<R>) -> Self {
        Self::new(property, How::Object(fill::objects::<R, U>))
    }

    /// One that is sent as several objects with their types.
    pub const fn typed_objects<U: Writes>(property: Property<R>) -> Self {
        Self::new(property, How::Object(fill::typed_objects::<R, U>))
    }

    /// An open type whose members are values.
    pub const fn plain_members(property: Property<R>, removal: MemberRemoval) -> Self {
        Self::new(property, How::Members(Member::Plain, removal))
    }

    /// An open type whose members are order hints.
    pub const fn order_hint_members(property: Property<R>, removal: MemberRemoval) -> Self {
        Self::new(property, How::Members(Member::OrderHint, removal))
    }

    /// An open type whose members are only there or not.
    pub const fn flag_members(property: Property<R>, removal: MemberRemoval) -> Self {
        Self::new(property, How::Members(Member::Flag, removal))
    }

    /// An open type whose members are objects.
    pub const fn object_members<U: Writes>(property: Property<R>, removal: MemberRemoval) -> Self {
        Self::new(property, How::Members(Member::Object(fill::member::<R, U>), removal))
    }

    /// The same, which can be cleared.
    pub const fn clearable(mut self) -> Self {
        self.clearable = true;
        self
    }

    /// The same, which the service insists on in something new.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn new(property: Property<R>, how: How<R>) -> Self {
        Self {
            property,
            how,
            clearable: false,
            required: false,
        }
    }
}

impl<R> Writable<R> {
    /// The property.
    pub const fn property(&self) -> Property<R> {
        self.property
    }

    /// Whether it can be cleared.
    pub const fn is_clearable(&self) -> bool {
        self.clearable
    }

    /// Whether the service insists on it in something new.
    pub const fn is_required(&self) -> bool {
        self.required
    }
}

/// A key as it stands in JSON, whatever its type.
#[derive(Debug, PartialEq)]
pub(crate) struct WireKey(Box<str>);

impl OpenKey for WireKey {
    fn from_wire(name: &str) -> Self {
        Self(name.into())
    }

    fn as_wire(&self) -> &str {
        &self.0
    }
}
