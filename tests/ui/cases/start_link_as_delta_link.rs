//! The link that a feed begins with is followed once everything was read; it is none to come back to later.
use msgraph_core::{DeltaLink, DeltaStart};
use msgraph_model::PlannerDelta;

fn keep(start: &DeltaStart<PlannerDelta>) -> DeltaLink<PlannerDelta> {
    start.link()
}

fn main() {}
