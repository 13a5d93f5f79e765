//! An object without its version cannot be updated by its value.

use msgraph_model::{PlannerTask, PlannerTaskUpdate};
use msgraph_request::v1;

fn change(task: &PlannerTask) {
    let _ = v1::planner().update(task, PlannerTaskUpdate::new().title("Ship it"));
}

fn main() {}
