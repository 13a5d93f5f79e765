//! A durable local copy of a user's Planner and To Do, fed by delta queries.

mod account;
mod collection;
mod error;
mod event;
mod kind;
mod object;
mod outbox;
mod query;
mod replica;
mod report;
mod run;
mod status;
pub mod store;
mod sync;
mod verify;

#[cfg(feature = "sqlite")]
pub use self::store::SqliteStore;
pub use self::{
    account::Account,
    collection::Collection,
    error::Error,
    event::{Event, Events, Happening},
    kind::{Kind, Replicated, Undecodable},
    object::{Key, Row},
    outbox::{Decision, Sendable},
    query::{Found, PlanObjects, Query},
    replica::{Options, Replica},
    report::{Problem, Report},
    run::{Polling, Stop},
    status::{CollectionStatus, Failure, OutboxStatus, Progress, Status, StoppedEdit, Totals},
    store::{MemoryStore, Store, StoreError},
    verify::Difference,
};
