//! Which rule answers which operation.

use crate::{call::Rule, delta, directory, planner, table::Route, todo};

/// The rule of an operation.
pub(crate) fn rule(route: &Route) -> Option<Rule> {
    directory::rule(route)
        .or_else(|| delta::rule(route))
        .or_else(|| planner::rule(route))
        .or_else(|| todo::rule(route))
}
