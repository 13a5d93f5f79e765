//! The id of a bucket names no task.

use msgraph_core::Id;
use msgraph_model::PlannerBucket;
use msgraph_request::v1;

fn read(bucket: &Id<PlannerBucket>) {
    let _ = v1::planner().task(bucket).get();
}

fn main() {}
