//! The algebra of records: what differs between two, the same differences made to another, and two sides made one.
//!
//! [`diff`], [`apply`] and [`merge`] work on any record, field by field. A field is a property, an unknown property, or a
//! single member of an open map; a nested object, a list and an expanded entity are one field each. Where both sides changed one member of an open map,
//! such as an item of a checklist, its properties are merged. A field is absent,
//! null, or has a value, and these are three different things.
//!
//! - `apply(a, diff(a, b))` is `b`, and `diff(a, a)` is empty.
//! - Merging with an unchanged side gives the other side; edits of different fields commute.
//!
//! ```
//! use msgraph_core::{Record, apply, diff, merge, merge::ApplyError};
//!
//! /// What two others made of the same record, as one.
//! fn reconcile<R: Record>(base: &R, mine: &R, theirs: &R) -> Result<R, ApplyError> {
//!     let merge = merge(base, mine, theirs);
//!     for conflict in &merge.conflicts {
//!         println!("{} is left as it is: {:?}", conflict.field, conflict.theirs);
//!     }
//!     let todo = diff(theirs, &merge.merged);
//!     apply(theirs, &todo)
//! }
//! ```
//!
//! [`Diff::into_update`] makes the smallest update of a diff, and [`edits`] is the diff for a record that was edited in
//! place.

mod apparent;
mod apply;
mod diff;
mod fields;
mod member;
mod path;
mod store;
mod three_way;

pub(crate) use self::fields::{declares, is_gone};
pub use self::{
    apply::{ApplyError, apply},
    diff::{Diff, FieldChange, diff, edits},
    path::FieldPath,
    three_way::{Conflict, Merge, Side, merge},
};
