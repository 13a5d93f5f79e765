//! What is there, by the service's own account: it is held against the rows without any code of the replica's.

use std::collections::BTreeSet;

use msgraph_replica::{Key, Kind, Row};
use serde_json::Value;

/// Under which name the service keeps objects of a kind.
fn name(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Plan => "plan",
        Kind::PlanDetails => "planDetails",
        Kind::Bucket => "bucket",
        Kind::Task => "task",
        Kind::TaskDetails => "taskDetails",
        Kind::AssignedFormat => "assignedFormat",
        Kind::BucketFormat => "bucketFormat",
        Kind::ProgressFormat => "progressFormat",
        Kind::TodoList => "list",
        Kind::TodoTask => "todoTask",
        // What Planner knows of a user is there whenever it is asked for.
        _ => return None,
    })
}

/// Whether an object is there.
pub(crate) fn has(state: &Value, key: &Key) -> bool {
    name(key.kind).is_some_and(|name| !state[name][&key.id].is_null())
}

/// Why the rows are not what a user has there.
pub(crate) fn compare(state: &Value, user: &str, rows: &[Row]) -> Result<(), String> {
    let users = state["user"].as_object().into_iter().flatten();
    let mut users = users.filter(|(_, known)| {
        let name = known["properties"]["userPrincipalName"].as_str();
        name.is_some_and(|name| name.starts_with(user))
    });
    let user = users.next().expect("the user").0.as_str();
    let lists = state["list"].as_object().into_iter().flatten();
    let lists: BTreeSet<_> = lists
        .filter(|(_, list)| list["parent"] == user)
        .map(|(id, _)| id.as_str())
        .collect();
    let is_hers = |kind, row: &Value| match kind {
        Kind::TodoList => row["parent"] == user,
        Kind::TodoTask => row["parent"].as_str().is_some_and(|list| lists.contains(list)),
        _ => true,
    };
    let mut there = BTreeSet::new();
    for kind in Kind::ALL {
        let Some(name) = name(*kind) else { continue };
        let objects = state[name].as_object().into_iter().flatten();
        let hers = objects.filter(|(_, row)| is_hers(*kind, row));
        there.extend(hers.map(|(id, _)| Key::new(*kind, id)));
    }
    for row in rows {
        let Some(name) = name(row.key.kind) else { continue };
        if !there.remove(&row.key) {
            return Err(format!("{} is here, and not there", row.key));
        }
        let object: Value = serde_json::from_str(row.server.as_deref().unwrap_or("null")).expect("JSON");
        let properties = &state[name][&row.key.id]["properties"];
        for name in [
            "title",
            "name",
            "displayName",
            "percentComplete",
            "bucketId",
            "status",
            "description",
        ] {
            if let (Some(here), Some(there)) = (object.get(name), properties.get(name))
                && here != there
            {
                return Err(format!("{name} of {} is {here} here, and {there} there", row.key));
            }
        }
    }
    match there.first() {
        Some(key) => Err(format!("{key} is there, and not here")),
        None => Ok(()),
    }
}
