//! What the generated Microsoft Graph crates stand on.
//!
//! This crate performs no I/O and knows no HTTP client. It holds the few ideas that every generated type and
//! request shares, one module each:
//!
//! | module | idea |
//! | --- | --- |
//! | [`record`] | a read type keeps absent, null and value apart, and every property that it does not know |
//! | [`polymorphic`] | an object of one of several types is an enum, with a place for those that are not known |
//! | [`versioned`], [`etag`], [`id`] | an object, its id and its ETag are of one type and travel together |
//! | [`update`] | what is sent is set and cleared explicitly, never tracked |
//! | [`merge`](mod@merge) | what differs between two records, and two sides of one merged |
//! | [`writes`] | what each type that is sent may write, so that a difference becomes an update |
//! | [`open`] | OData open types as maps with typed keys and values |
//! | [`enums`], [`flags`], [`date_time`], [`literal`], [`order_hint`], [`json`] | values that lose nothing in a round trip |
//! | [`request`], [`answer`], [`page`] | a request is a value; it knows the type of its answer |
//! | [`delta`] | pages of changes, and which of their links is worth keeping |
//! | [`content`] | bytes that are no JSON, and their upload in parts |
//! | [`filter`] | conditions as expressions, escaped |
//! | [`error`] | what the service says when it refuses |

pub mod answer;
pub mod content;
pub mod date_time;
pub mod delta;
pub mod enums;
pub mod error;
pub mod etag;
pub mod filter;
pub mod flags;
pub mod id;
pub mod json;
pub mod literal;
pub mod merge;
pub mod open;
pub mod order_hint;
pub mod page;
pub mod polymorphic;
pub mod record;
pub mod request;
pub mod update;
pub mod versioned;
pub mod writes;

mod text;

pub use self::{
    answer::{Answer, DecodeError, Reply},
    content::{Content, UploadPart, Uploaded},
    date_time::DateTimeOffset,
    delta::{
        Change, Continuation, DeltaLink, DeltaPage, DeltaStart, NextLink, Removal, RemovalReason, StartLink, Tracked,
    },
    error::{PlannerLimit, ServiceError},
    etag::ETag,
    filter::Filter,
    flags::Flags,
    id::Id,
    json::Raw,
    literal::{Binary, Date, Duration, Guid, TimeOfDay},
    merge::{Conflict, Diff, FieldChange, FieldPath, Merge, Side, apply, diff, edits, merge},
    open::{Category, EncodedKey, OpenMap},
    order_hint::{NewOrderHint, OrderHint},
    page::{Link, Page},
    polymorphic::Polymorphic,
    record::{Entity, Presence, Property, Record},
    request::{Request, RequestFault},
    versioned::Versioned,
    writes::{NotWritable, WhyNot, Writes},
};

/// The names that generated code uses, for one `use` at the head of each file. Not for hand-written code.
#[doc(hidden)]
pub mod prelude {
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer, de::MapAccess};

    pub use crate::{
        Answer, Binary, Category, Content, Date, DateTimeOffset, DecodeError, DeltaPage, DeltaStart, Duration, ETag,
        EncodedKey, Entity, Flags, Guid, Id, NewOrderHint, OpenMap, OrderHint, Page, Polymorphic, Property, Raw,
        Record, Reply, Request, TimeOfDay, Tracked, UploadPart, Uploaded, Versioned, answer,
        enums::{self, OpenEnum},
        filter::Literal,
        polymorphic,
        record::{self, Extra, Values, VisitProperties},
        request::{
            self, ApiVersion, Arguments, Beta, Cloud, DeleteIn, Operation, Path, Queried, QueryOption, Replay, Service,
            Takes, UpdateIn, V1, Versions, option,
        },
        update::{Edit, Patch},
        writes::{MemberRemoval, Writable, Writes},
    };
}
