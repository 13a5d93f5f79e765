//! All that most files need: `use msgraph_tasks::prelude::*;`.
//!
//! It has the services, the client, ids, what an edit is told, and the words. The types of the services are in
//! [`model`](crate::model), and stay there, since there are many. Traits come without their names, so that none of them is
//! in the way of a name of yours.

pub use crate::{
    Client, Error, Id, OrderHint, Planner, StaticToken, Todo, Versioned,
    edit::{OnConflict, Side},
    order::{Place, Sequence as _},
    todo::{DueDate, Recurrence, Reminder, TodoChangeWords as _, TodoDates as _, TodoWords as _, Zone},
    v1,
    words::{ChecklistWords as _, PlanWords as _, ReferenceWords as _, TaskWords as _},
};
#[cfg(feature = "beta")]
pub use crate::{beta, words::FavoriteWords as _};
