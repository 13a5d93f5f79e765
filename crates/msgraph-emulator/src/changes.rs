//! The log of what changed, in order: what delta queries tell, and what tests compare with.

use serde_json::{Map, Value, json};

use crate::{
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
    change.set("action", action);
    change.set("version", row.version);
    change.set("by", by);
    change.set("at", world.now());
    let empty = Map::new();
    let properties = |row: Option<&Row>| row.map_or(empty.clone(), |row| row.properties.clone());
    change.set("properties", difference(&properties(before), &properties(after)));
    world.store.put(Kind::Change, change);
}

/// What of the second is not in the first; null where it is gone. Objects are compared member by member.
fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut changed = Map::new();
    for (name, value) in after {
        match (before.get(name), value) {
            (Some(known), value) if known == value => {}
            (Some(Value::Object(known)), Value::Object(value)) => {
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
