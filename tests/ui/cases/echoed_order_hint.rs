//! The service refuses its own order hints; a new one is made from them.

use msgraph_core::OrderHint;
use msgraph_model::PlannerTaskUpdate;

fn move_to(hint: OrderHint) {
    let _ = PlannerTaskUpdate::new().order_hint(hint);
}

fn main() {}
