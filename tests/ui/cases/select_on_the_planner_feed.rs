//! Planner's feed takes no query options.
use msgraph_model::PlannerDeltaOther;
use msgraph_request::beta;

fn main() {
    let _ = beta::me().planner().all().delta().select([PlannerDeltaOther::ID]);
}
