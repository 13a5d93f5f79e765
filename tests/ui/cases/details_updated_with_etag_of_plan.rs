//! The details of a plan have an ETag of their own.

use msgraph_core::{ETag, Id};
use msgraph_model::{PlannerPlan, PlannerPlanDetailsUpdate};
use msgraph_request::v1;

fn change(id: &Id<PlannerPlan>, etag: &ETag<PlannerPlan>) {
    let _ = v1::planner().plan(id).details().update(etag, PlannerPlanDetailsUpdate::new());
}

fn main() {}
