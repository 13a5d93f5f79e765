//! The details of a task have an ETag of their own, which the task does not accept.

use msgraph_core::{ETag, Id};
use msgraph_model::{PlannerTask, PlannerTaskDetails, PlannerTaskUpdate};
use msgraph_request::v1;

fn change(id: &Id<PlannerTask>, details: &ETag<PlannerTaskDetails>) {
    let _ = v1::planner().task(id).update(details, PlannerTaskUpdate::new().title("Ship it"));
}

fn main() {}
