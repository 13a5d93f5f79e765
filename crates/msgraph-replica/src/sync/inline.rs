//! Details that are told within their task.

use std::collections::BTreeMap;

use msgraph_core::Raw;
use serde_json::value::RawValue;

/// A task without its details, and the details; `None` where there are none in it.
pub(super) fn split(task: &Raw) -> Option<(Raw, Raw)> {
    let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(task.as_str()).ok()?;
    let details = members.remove("details")?;
    if !details.get().starts_with('{') {
        return None;
    }
    let details: Raw = serde_json::from_str(details.get()).ok()?;
    let task: Raw = serde_json::from_str(&serde_json::to_string(&members).ok()?).ok()?;
    Some((task, details))
}
