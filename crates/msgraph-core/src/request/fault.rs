use std::{error, fmt};

use super::Operation;

/// Why a request cannot be sent. Nothing reached the service.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RequestFault {
    /// The update changes nothing, which the service refuses.
    EmptyUpdate {
        /// The type that was to be updated.
        entity: &'static str,
    },
    /// A member of an open type was set to an object without properties, which the service refuses.
    EmptyMember {
        /// The property of the open type.
        property: &'static str,
    },
    /// A key of an open type is empty, or holds a character that OData reserves.
    InvalidKey {
        /// The property of the open type.
        property: &'static str,
    },
    /// The object was read without its ETag, so it cannot be written.
    MissingETag {
        /// What was asked for.
        operation: &'static Operation,
    },
    /// The ETag holds characters that no header can carry.
    InvalidETag {
        /// What was asked for.
        operation: &'static Operation,
    },
    /// An id is empty, `.` or `..`: in a URL it would address something else.
    InvalidId {
        /// The path up to the id.
        path: String,
        /// The id.
        id: Box<str>,
    },
    /// The request is for a version of the API that lacks what it names. Ask another version.
    NotInVersion {
        /// The property that the version lacks.
        property: &'static str,
        /// The version, as the URL names it.
        version: &'static str,
    },
    /// A part of an upload is empty, larger than the service takes, or ends after the whole.
    InvalidPart,
    /// The link leads to another service than the client talks to, which must not get the token.
    ForeignLink,
    /// A path does not begin with `/`, is not encoded, holds a query, or an empty or a dot segment.
    InvalidPath {
        /// The path.
        path: Box<str>,
    },
    /// The cloud that the client talks to does not have the operation.
    NotInCloud {
        /// What was asked for.
        operation: &'static Operation,
    },
    /// A header is none, or is one that the client itself is answerable for.
    InvalidHeader {
        /// The name of the header.
        name: Box<str>,
    },
    /// A value cannot be written as JSON.
    Unwritable {
        /// The property that holds it.
        property: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for RequestFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyUpdate { entity } => {
                write!(
                    formatter,
                    "the update of a {entity} is empty: set or clear a property, or send nothing"
                )
            }
            Self::EmptyMember { property } => {
                write!(formatter, "a member of `{property}` is empty: set one of its properties")
            }
            Self::InvalidKey { property } => {
                write!(formatter, "a key of `{property}` is empty, or holds one of `.`, `:`, `@` and `#`, which OData reserves")
            }
            Self::MissingETag { operation } => write!(
                formatter,
                "{operation} needs an ETag, and the object was read without one: read it again and use what that returns"
            ),
            Self::InvalidETag { operation } => write!(
                formatter,
                "{operation}: the ETag holds characters that no header can carry: use the text of `@odata.etag` as it \
                 was decoded from JSON"
            ),
            Self::InvalidId { path, id } => {
                write!(
                    formatter,
                    "`{id}` is no id, and would make `{path}` address something else"
                )
            }
            Self::NotInVersion { property, version } => {
                write!(formatter, "{version} has no property `{property}`: ask another version of the API")
            }
            Self::InvalidPart => {
                formatter.write_str("the part is empty, larger than 4 MiB, or ends after the whole that it is a part of")
            },
            Self::ForeignLink => formatter.write_str(
                "the link leads to another service than the one that the client talks to, and would take the token along",
            ),
            Self::InvalidPath { path } => write!(
                formatter,
                "`{path}` is no path: begin with `/`, encode what stands between, and put the query elsewhere"
            ),
            Self::NotInCloud { operation } => {
                write!(formatter, "the cloud that the client talks to does not have {operation}")
            }
            Self::InvalidHeader { name } => {
                write!(formatter, "the header `{name}` is none, or is one that the client itself sets")
            }
            Self::Unwritable { property, reason } => {
                write!(formatter, "`{property}` cannot be written as JSON: {reason}")
            }
        }
    }
}

impl error::Error for RequestFault {}
