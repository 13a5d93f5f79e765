//! Plain words for what people do with tasks and plans.
//!
//! The traits change an object that was read, inside of an [edit](crate::Planner::edit) or a
//! [whole task](crate::whole::WholeTask); what is sent is the difference. The methods of [`Planner`](crate::Planner) that
//! have the same names do it in one call.

mod calls;
mod checklist;
mod plan;
mod references;
mod task;

pub use self::{checklist::ChecklistWords, plan::PlanWords, references::ReferenceWords, task::TaskWords};
#[cfg(feature = "beta")]
mod favorites;
#[cfg(feature = "beta")]
pub use self::favorites::FavoriteWords;
