//! Plans and lists as documents: one portable file each, to be kept, compared, and made again elsewhere.
//!
//! A [`PlanDocument`] holds what people wrote into a plan, in their order, and a [`ListDocument`] does so for a list of To Do.
//! Neither knows ids of the service, but for `source`, which tells where a part came from, and for the users, whom a
//! [`UserMap`] translates. Everything follows from the documents:
//!
//! | what | how |
//! | --- | --- |
//! | export | [`Planner::export`](crate::Planner::export), [`Todo::export`](crate::Todo::export) |
//! | a file | `to_json()`, `parse(text)` |
//! | a dry run | [`PlanDocument::steps`], [`ListDocument::steps`]: nothing is sent, since they know no client |
//! | import | [`Planner::import`](crate::Planner::import), [`Todo::import`](crate::Todo::import) |
//! | to go on after a failure | the same import, with the same [`JournalStore`] |
//! | clone | [`Planner::clone_plan`](crate::Planner::clone_plan) |
//! | compare | [`PlanDocument::diff`], [`ListDocument::diff`] |
//!
//! ```
//! # use msgraph_tasks::document::{PlanDocument, UserMap};
//! # fn main() -> Result<(), msgraph_tasks::Error> {
//! let mut plan = PlanDocument::new("Launch");
//! let doing = plan.add_bucket("Doing");
//! plan.add_task("Ship it").bucket = Some(doing);
//!
//! for step in plan.steps(&UserMap::same())? {
//!     println!("{step}"); // create plan Launch; create bucket Doing; create task Ship it in Doing
//! }
//! assert!(PlanDocument::parse(&plan.to_json())?.diff(&plan).is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # After a failure
//!
//! Before each creation the [`Journal`] notes that it is about to be asked for, and after it the new id. Where an import finds
//! a note without an id, the creation may have been carried out: it looks for an object that was not there before and has
//! the name in question, and takes it for its own where there is exactly one. Where there are several it stops and names them.
//! No clock is compared, since this machine's and the service's need not agree.

mod diff;
mod envelope;
mod error;
mod journal;
mod list;
mod names;
mod options;
mod place;
mod plan;
mod run;
mod step;
mod users;

pub use self::{
    diff::{Difference, DocumentDiff},
    error::DocumentError,
    journal::{FileJournal, Journal, JournalStore, MemoryJournal},
    list::{ListDocument, ListStep, ListTask, Pattern, Range, Recurrence, TaskBody, TaskLink, ZonedDateTime},
    options::{ImportOptions, Progress},
    plan::{DocumentBucket, DocumentTask, DocumentUser, PlanDocument, PlanHead, Reference, TaskStep},
    step::Step,
    users::{Unmapped, UserMap},
};
