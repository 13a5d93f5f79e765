//! The rules of Planner.

use crate::{call::Rule, table::Route, world::World};

pub(crate) fn rule(_route: &Route) -> Option<Rule> {
    None
}

/// What dies with a user.
pub(crate) fn user_is_gone(_world: &mut World, _user: &str) {}
