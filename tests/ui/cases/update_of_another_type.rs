//! A task takes no update of its details.

use msgraph_core::Versioned;
use msgraph_model::{PlannerTask, PlannerTaskDetailsUpdate};
use msgraph_request::v1;

fn change(task: &Versioned<PlannerTask>) {
    let _ = v1::planner().update(task, PlannerTaskDetailsUpdate::new().description("More"));
}

fn main() {}
