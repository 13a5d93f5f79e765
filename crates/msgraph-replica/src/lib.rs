//! A durable local copy of a user's Planner and To Do, fed by delta queries.

mod account;
mod collection;
mod error;
mod kind;
mod object;
mod outbox;
mod replica;
mod report;
pub mod store;
mod sync;
mod verify;

#[cfg(feature = "sqlite")]
pub use self::store::SqliteStore;
pub use self::{
    account::Account,
    collection::Collection,
    error::Error,
    kind::{Kind, Replicated, Undecodable},
    object::{Key, Row},
    outbox::{Decision, Sendable},
    replica::{Options, Replica},
    report::{Problem, Report},
    store::{MemoryStore, Store, StoreError},
    verify::Difference,
};
