//! The container of a plan is set when the plan is created, and not by an update.

use msgraph_model::{PlannerPlanContainerInput, PlannerPlanUpdate};

fn main() {
    let _ = PlannerPlanUpdate::new().container(PlannerPlanContainerInput::new());
}
