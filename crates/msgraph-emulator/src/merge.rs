//! An update, laid over what is there.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::table::{Member, Removal, Sent, Shape};

/// Lays an update over the properties of an object. Returns the paths of what is different now, such as `title` or
/// `assignments/{user}/orderHint`.
///
/// `merge_members` says whether a member of an open type is merged property by property, or replaced.
pub(crate) fn apply(
    properties: &mut Map<String, Value>,
    update: &Map<String, Value>,
    shape: &Shape,
    merge_members: bool,
) -> BTreeSet<String> {
    let mut changed = BTreeSet::new();
    for (name, value) in update.iter().filter(|(name, _)| !name.contains('@')) {
        let sent = shape.settable.iter().find(|settable| settable.name == name);
        match (sent.map(|settable| &settable.sent), value) {
            (Some(Sent::Members { member, removal, .. }), Value::Object(members)) => {
                let there = properties.entry(name).or_insert_with(|| Value::Object(Map::new()));
                if !there.is_object() {
                    *there = Value::Object(Map::new());
                }
                if let Value::Object(there) = there {
                    let paths = apply_members(there, members, member, *removal, merge_members);
                    changed.extend(paths.into_iter().map(|path| format!("{name}/{path}")));
                }
            }
            _ => {
                if properties.get(name).unwrap_or(&Value::Null) != value {
                    properties.insert(name.clone(), value.clone());
                    changed.insert(name.clone());
                }
            }
        }
    }
    changed
}

fn apply_members(
    there: &mut Map<String, Value>,
    members: &Map<String, Value>,
    member: &Member,
    removal: Removal,
    merge_members: bool,
) -> Vec<String> {
    let mut changed = Vec::new();
    for (key, value) in members.iter().filter(|(key, _)| !key.starts_with('@')) {
        let is_removal = match removal {
            Removal::Null => value.is_null(),
            Removal::False => *value == Value::Bool(false),
            Removal::Never => false,
        };
        if is_removal {
            // A member that is there as null, such as a label without a name, is none to be removed.
            if there.remove(key).is_some_and(|known| !known.is_null()) {
                changed.push(key.clone());
            }
            continue;
        }
        match (member, there.get_mut(key), value) {
            (Member::Object(_), Some(Value::Object(known)), Value::Object(sent)) if merge_members => {
                for (name, value) in sent.iter().filter(|(name, _)| !name.contains('@')) {
                    if known.get(name).unwrap_or(&Value::Null) != value {
                        known.insert(name.clone(), value.clone());
                        changed.push(format!("{key}/{name}"));
                    }
                }
            }
            (Member::Object(shape), _, Value::Object(sent)) => {
                let mut whole = sent.clone();
                whole.insert("@odata.type".to_owned(), format!("#{}", shape.of.name).into());
                there.insert(key.clone(), Value::Object(whole));
                changed.push(key.clone());
            }
            (_, known, value) => {
                if known.as_deref() != Some(value) {
                    there.insert(key.clone(), value.clone());
                    changed.push(key.clone());
                }
            }
        }
    }
    changed
}

/// Whether two changes touch the same: one path is the other, or lies within it.
pub(crate) fn overlap(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let within = |path: &str, of: &str| {
        path.strip_prefix(of)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    one.iter()
        .any(|path| other.iter().any(|of| within(path, of) || within(of, path)))
}
