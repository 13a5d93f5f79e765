//! The ETag of a task is not that of a plan.
use msgraph_core::{ETag, Id};
use msgraph_model::PlannerTask;
use msgraph_request::beta;

fn main() {
    let etag: ETag<PlannerTask> = ETag::new("W/\"x\"");
    let _ = beta::planner().plan(&Id::new("p")).archive(&etag, None);
}
