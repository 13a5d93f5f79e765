//! A task cannot be created without a plan.

use msgraph_model::PlannerTaskCreate;
use msgraph_request::v1;

fn main() {
    let _ = v1::planner().tasks().create(PlannerTaskCreate::new("Ship it"));
}
