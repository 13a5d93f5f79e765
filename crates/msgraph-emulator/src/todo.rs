//! The rules of To Do.

use crate::{call::Rule, table::Route};

pub(crate) fn rule(_route: &Route) -> Option<Rule> {
    None
}
