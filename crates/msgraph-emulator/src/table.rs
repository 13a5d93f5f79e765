//! The shape of the generated tables: operations, types, and what of them a client may send.
#![allow(
    dead_code,
    reason = "the tables say more than the rules ask, and those of other metadata would say more"
)]

/// Which versions of the API have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versions {
    V1,
    Beta,
    Both,
}

/// A version of the API, as the URL names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V1,
    Beta,
}

impl Version {
    pub(crate) fn from_segment(segment: &str) -> Option<Self> {
        match segment {
            "v1.0" => Some(Self::V1),
            "beta" => Some(Self::Beta),
            _ => None,
        }
    }

    pub(crate) fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

impl Versions {
    pub(crate) fn has(self, version: Version) -> bool {
        !matches!((self, version), (Self::V1, Version::Beta) | (Self::Beta, Version::V1))
    }
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// The path below the version, with the names of the keys in braces.
    pub(crate) path: &'static str,
    /// Other beginnings of the path that lead to the same, each as what it stands for and what it is.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    pub(crate) versions: Versions,
    /// The entity type at the end of the path.
    pub(crate) entity: &'static str,
    /// Whether it is refused without an ETag.
    pub(crate) if_match: bool,
    /// The property that a filter must name.
    pub(crate) filter: Option<&'static str>,
    /// The query options that the service honours, with their `$`.
    pub(crate) options: &'static [&'static str],
    /// The least permissions: work, personal, application. Empty where it is not supported.
    pub(crate) permissions: [&'static str; 3],
    pub(crate) body: Body,
    pub(crate) answer: Answer,
}

/// What a request carries.
#[derive(Debug)]
pub(crate) enum Body {
    None,
    /// An object of one of these shapes. `typed` where it must name its type.
    Object {
        shapes: &'static [&'static Shape],
        typed: bool,
    },
    /// The parameters of an action.
    Parameters(&'static [Parameter]),
    Bytes,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) optional: bool,
    pub(crate) kind: Kind,
}

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Nothing,
    One,
    Page,
    Changes,
    Start,
    Content,
    Uploaded,
}

/// A type of the metadata.
#[derive(Debug)]
pub(crate) struct Type {
    /// Its full name, without `#`.
    pub(crate) name: &'static str,
    pub(crate) is_entity: bool,
    /// Whether it may have properties that are not declared.
    pub(crate) is_open: bool,
    /// Sorted by name.
    pub(crate) properties: &'static [Property],
    /// The types that derive from it, where it has only derived instances.
    pub(crate) derived: &'static [&'static Type],
    /// Other names that its objects went by.
    pub(crate) legacy_names: &'static [&'static str],
}

impl Type {
    pub(crate) fn property(&self, name: &str) -> Option<&'static Property> {
        let place = self.properties.binary_search_by(|property| property.name.cmp(name));
        place.ok().and_then(|place| self.properties.get(place))
    }
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) versions: Versions,
}

/// The kind of a value.
#[derive(Debug)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Number,
    Text,
    DateTime,
    Date,
    Binary,
    Guid,
    OrderHint,
    Enum(&'static Enum),
    /// Members of an enumeration, with commas between.
    Flags(&'static Enum),
    Object(&'static Type),
    /// An object that a client sends.
    Sent(&'static Shape),
    List(&'static Kind),
    /// The members of an open type.
    Open(&'static Kind),
    Any,
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) members: &'static [&'static str],
}

/// What of a type a client may send.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) of: &'static Type,
    /// Whether it takes properties that are not declared.
    pub(crate) is_open: bool,
    pub(crate) required: &'static [&'static str],
    /// Sorted by name.
    pub(crate) settable: &'static [Settable],
}

#[derive(Debug)]
pub(crate) struct Settable {
    pub(crate) name: &'static str,
    pub(crate) versions: Versions,
    pub(crate) sent: Sent,
}

/// How a property is sent.
#[derive(Debug)]
pub(crate) enum Sent {
    Value {
        kind: Kind,
        nullable: bool,
    },
    Object {
        shape: &'static Shape,
        nullable: bool,
    },
    /// `typed` where each must name its type.
    Objects {
        shape: &'static Shape,
        typed: bool,
        nullable: bool,
    },
    /// Members of an open type; `key` is `Id`, `Category` or `EncodedKey`.
    Members {
        key: &'static str,
        member: Member,
        removal: Removal,
    },
}

#[derive(Debug)]
pub(crate) enum Member {
    /// An object that must name its type.
    Object(&'static Shape),
    Value(Kind),
}

/// What takes a member of an open type away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    Null,
    False,
    Never,
}
