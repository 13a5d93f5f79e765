//! The log of what changed, in order: what delta queries tell, and what tests compare with.

use serde_json::{Map, Value, json};

use crate::{
    delta,
    store::{Kind, Row},
    world::World,
};

/// Records that a row is new, different or gone. To be called once for each write, after it.
pub(crate) fn record(world: &mut World, kind: Kind, before: Option<&Row>, after: Option<&Row>, by: &str) {
    let Some(row) = after.or(before) else { return };
    let action = match (before, after) {
        (None, _) => "created",
        (_, None) => "removed",
        _ => "updated",
    };
    let mut change = Row::new(format!("{:020}", world.next_change()), "");
    change.set("kind", json!(kind));
    change.set("of", row.id.clone());
    change.set("in", row.parent.clone());
    // What is moved leaves where it was.
    if let Some(from) = before.filter(|before| before.parent != row.parent) {
        change.set("from", from.parent.clone());
    }
    change.set("action", action);
    change.set("version", row.version);
    change.set("by", by);
    change.set("at", world.now());
    let empty = Map::new();
    let properties = |row: Option<&Row>| row.map_or(empty.clone(), |row| row.properties.clone());
    let (was, is) = (properties(before), properties(after));
    if before.is_some() {
        change.set("before", former(&was, &is));
    }
    change.set("properties", difference(&was, &is));
    // Who is no longer told of a row is told of that.
    let mut audience = before.map(|row| delta::audience(world, kind, row)).unwrap_or_default();
    audience.extend(after.into_iter().flat_map(|row| delta::audience(world, kind, row)));
    if !audience.is_empty() {
        change.set("audience", json!(audience));
    }
    world.store.put(Kind::Change, change);
}

/// What the properties were that are different now; null where there were none.
fn former(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    let changed = names.filter(|name| before.get(*name) != after.get(*name));
    let value = |name: &String| before.get(name).cloned().unwrap_or_default();
    changed.map(|name| (name.clone(), value(name))).collect()
}

/// The properties that hold members, of which those are told that are different.
const OPEN_TYPES: [&str; 9] = [
    "appliedCategories",
    "assignments",
    "categoryDescriptions",
    "checklist",
    "favoritePlanReferences",
    "orderHintsByAssignee",
    "recentPlanReferences",
    "references",
    "sharedWith",
];

/// What of the second is not in the first; null where it is gone.
fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut changed = Map::new();
    for (name, value) in after {
        match (before.get(name), value) {
            (Some(known), value) if known == value => {}
            (Some(Value::Object(known)), Value::Object(value)) if OPEN_TYPES.contains(&&**name) => {
                changed.insert(name.clone(), Value::Object(difference(known, value)));
            }
            _ => {
                changed.insert(name.clone(), value.clone());
            }
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changed.insert(name.clone(), Value::Null);
    }
    changed
}
