//! A durable local copy of a user's Planner and To Do, fed by delta queries: for apps that must be fast, work without a
//! connection, and be right.
//!
//! | here | what |
//! | --- | --- |
//! | [`Replica`] | [`sync`](Replica::sync) once, or [`run`](Replica::run) for good |
//! | [`Options`], [`Planner`] | what is fed: all that the user is subscribed to, or everything in some plans |
//! | [`Query`], [`PlanObjects`] | questions and boards without a request |
//! | [`Replica::edit`], [`Decision`] | edits that are here at once, sent later, and merged |
//! | [`Events`] | what happened, told until it is acknowledged |
//! | [`Status`], [`Problem`] | how it is, and what is to be looked at |
//! | [`Replica::verify`] | a comparison with the service, and its mend |
//! | [`store`] | where it is kept: a file, memory, or a database of yours |
//!
//! ```
//! use msgraph_replica::{Account, MemoryStore, Options, Query, Replica};
//! # use msgraph_client::{Client, StaticToken};
//! # use msgraph_emulator::{Emulator, Seed};
//! use msgraph_model::PlannerTask;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::seeded(&Seed::demo())?;
//! # let client = Client::builder(StaticToken::new("adele")).transport(emulator).build()?;
//! // A file is kept by `SqliteStore::open(path).await?.store`.
//! let account = Account::new("global", "contoso", "adele");
//! let replica = Replica::open(client, MemoryStore::new(), &account, Options::default()).await?;
//! replica.sync().await?;
//!
//! let tasks = replica.find(Query::<PlannerTask>::new().text("venue")).collect(100).await?;
//! let id = tasks[0].id.clone().ok_or("a task has an id")?;
//!
//! // It is so here at once; the next round sends it, merged with what others did.
//! replica.edit(id.as_str(), |task: &mut PlannerTask| task.percent_complete = Some(100)).await?;
//! let report = replica.sync().await?;
//! assert_eq!((report.sent, report.stopped), (1, 0));
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! - A row and the link that leads on from it are written in one transaction, so that nothing is skipped and nothing told in vain.
//! - A rejected link is told from all that can pass. Everything is read again beside what is there, and swapped in once it is
//!   complete; consumers see the true difference only.
//! - What the service sends is kept whole, what this build does not know, too; what does not decode is kept as it came, and reported.
//! - Nothing is created twice: what may have been created is looked for first. What both sides changed to something else waits
//!   for a [`Decision`]; no clock decides.
//! - One process feeds a collection at a time: a lease with a fencing number is checked in the transaction.
//!
//! # How large it is
//!
//! 10,000 tasks of To Do, with 1,500 bytes of JSON each, take 55 MB in a file after the first sync: each is there once, with three
//! indexes over ids of 150 characters, with the event that tells it until that is acknowledged, and with the room in which it was
//! staged, which is used again. A first sync needs 19 MiB of memory, however many there are (`cargo xtask bench sync`).
//!
//! # What it does not do
//!
//! Steps and linked resources of To Do's tasks are not told by its feed, and are read where they are asked for. What happened in
//! a plan is a log, and is not kept. Planner's newer queries, which [`Planner::Of`] uses, tell nothing of the boards: the place of a
//! task on one is read when the task is told, and not each time that it changes.
//!
//! The API before To Do is retired. With the feature `base-task`, [`Options`] has a switch for its feeds, for a client whose
//! transport replays what was recorded of them; what they told can be read here, and not edited.

mod account;
#[cfg(feature = "base-task")]
mod base_task;
mod collection;
mod error;
mod event;
mod fed;
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
    fed::{Planner, Plans},
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
