//! A text is no id: which of two texts is the plan, only its type can tell.

use msgraph_model::PlannerTaskCreate;
use msgraph_request::v1;

fn main() {
    let _ = v1::planner().tasks().create(PlannerTaskCreate::new("Ship it", "xqQg5FS2LkCp935s-FIFm2QAFkHM"));
}
