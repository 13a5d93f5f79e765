//! A feed that begins with a link has no changes yet.
use msgraph_core::DeltaStart;
use msgraph_model::PlannerDelta;

fn apply(start: DeltaStart<PlannerDelta>) {
    for _change in start {}
}

fn main() {}
