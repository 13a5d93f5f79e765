//! The order that people give to tasks, buckets and steps.
//!
//! Planner sorts each list by order hints that the service makes. A client asks for a place between two others, and the service
//! answers with the hint that it made of that. Here an [`Arrangement`] is the list as the user wants it:
//!
//! ```
//! use msgraph_tasks::{OrderHint, order::Arrangement};
//!
//! let hinted = [("Shop", "5637"), ("Cook", "adhg"), ("Eat", "x")];
//! let mut order: Arrangement<_> = hinted.map(|(key, hint)| (key, Some(OrderHint::new(hint)))).into_iter().collect();
//! order.move_after(&"Shop", &"Cook");
//!
//! assert_eq!(order.keys().copied().collect::<Vec<_>>(), ["Cook", "Shop", "Eat"]);
//! let changes = order.changes();
//! assert_eq!(changes[0].key, "Shop");
//! assert_eq!(changes[0].hint.as_str(), "adhg x!");
//!
//! order.settle(&"Shop", OrderHint::new("m")); // what the service answered
//! assert!(order.is_settled());
//! ```
//!
//! [`Planner::arrange`](crate::Planner::arrange) sends the changes; which hint orders which list is a [`Sequence`]. A place
//! for one object alone is made by [`OrderHint`](crate::OrderHint)'s own functions: `first`, `before`, `after`, `between`.
//!
//! <https://learn.microsoft.com/graph/api/resources/planner-order-hint-format>

mod arrange;
mod arrangement;
mod kept;
mod members;
mod places;
mod sequence;

pub use self::{
    arrange::{Arranged, Outcome},
    arrangement::{Arrangement, Move, Place},
    members::{checklist_order, reference_order},
    sequence::{AssigneeColumn, BucketColumn, Buckets, FlatList, KeyOf, MyTasks, ProgressColumn, Sequence},
};
