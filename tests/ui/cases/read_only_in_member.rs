//! Only the service says who assigned a user.

use msgraph_core::OrderHint;
use msgraph_model::{IdentitySet, PlannerAssignmentUpdate};

fn main() {
    let _ = PlannerAssignmentUpdate::new(OrderHint::first()).assigned_by(IdentitySet::default());
}
