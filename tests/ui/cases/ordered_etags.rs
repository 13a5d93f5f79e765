//! ETags have no order: only two of one object can be compared, and not always.

use msgraph_core::ETag;
use msgraph_model::PlannerTask;

fn later(one: ETag<PlannerTask>, other: ETag<PlannerTask>) -> bool {
    one > other
}

fn main() {}
