//! Only the service says when a task was completed.

use msgraph_core::DateTimeOffset;
use msgraph_model::PlannerTaskUpdate;

fn main() {
    let _ = PlannerTaskUpdate::new().completed_date_time(DateTimeOffset::new("2026-11-21T00:00:00Z"));
}
