//! A durable local copy of a user's Planner and To Do, fed by delta queries.

mod account;
mod collection;
mod kind;
mod object;
pub mod store;

#[cfg(feature = "sqlite")]
pub use self::store::SqliteStore;
pub use self::{
    account::Account,
    collection::Collection,
    kind::{Kind, Replicated, Undecodable},
    object::{Key, Row},
    store::{MemoryStore, Store, StoreError},
};
