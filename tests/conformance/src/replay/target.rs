//! An exchange's request, with the ids of the fixture.

use msgraph_core::request::Operation;
use serde_json::{Map, Value};

use super::fixture::Ids;

/// The path of an operation, with the ids of the fixture; `path` is below the version, as documented.
pub(super) fn path(operation: &Operation, path: &str, ids: &Ids) -> String {
    let given: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let aliases = operation.aliases.iter();
    let aliases = aliases.filter_map(|(of, alias)| Some(format!("{alias}{}", operation.path.strip_prefix(of)?)));
    let mut spellings = aliases.chain([operation.path.to_owned()]);
    let template = spellings.find(|spelling| matches(spelling, &given));
    let template = template.unwrap_or_else(|| operation.path.to_owned());
    let segments = template.split('/').map(|segment| match key(segment) {
        Some(key) => encoded(&id(operation, key, ids)),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The id for a key of a path: some operations want an object in a state of its own.
fn id(operation: &Operation, key: &str, ids: &Ids) -> String {
    let name = match key {
        "plannerPlan-id" if operation.path.ends_with("/moveToContainer") => "own-plan",
        "checklistItem-id" if operation.path.starts_with("/me/tasks") => "base-item",
        _ => key,
    };
    ids.get(name).cloned().unwrap_or_default()
}

/// The operation for a method and a path, as documented.
pub(super) fn find(method: &str, path: &str) -> Option<&'static Operation> {
    let given: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut operations = msgraph_request::operations();
    operations.find(|operation| operation.method.as_str() == method && matches(operation.path, &given))
}

fn matches(template: &str, given: &[&str]) -> bool {
    let segments: Vec<_> = template.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_same = |(ours, given): (&&str, &&str)| key(ours).is_some() || ours == given;
    segments.len() == given.len() && segments.iter().zip(given).all(is_same)
}

fn key(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// An id as it stands in a path.
pub(super) fn encoded(text: &str) -> String {
    text.replace('%', "%25")
        .replace(':', "%3A")
        .replace('@', "%40")
        .replace('=', "%3D")
}

/// A query with the ids of the fixture in its filters.
pub(super) fn query(query: &str, ids: &Ids) -> String {
    let mut query = query.to_owned();
    for (property, name) in [("owner", "group-id"), ("planId", "plannerPlan-id")] {
        let before = format!("$filter={property}%20eq%20%27");
        if query.starts_with(&before) {
            query = format!("{before}{}%27", ids.get(name).map_or("", String::as_str));
        }
    }
    query
}

/// A body with the ids of the fixture.
pub(super) fn body(value: &Value, ids: &Ids) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), property(name, value, ids)));
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(|item| body(item, ids)).collect(),
        other => other.clone(),
    }
}

fn property(name: &str, value: &Value, ids: &Ids) -> Value {
    let id = |name: &str| Value::from(ids.get(name).cloned().unwrap_or_default());
    match (name, value) {
        ("planId", Value::String(_)) => id("plannerPlan-id"),
        ("bucketId", Value::String(_)) => id("plannerBucket-id"),
        ("tenantId", _) => id("tenant"),
        ("userId", _) => id("other"),
        ("mentioned", _) => id("first"),
        ("owner", Value::String(_)) => id("group-id"),
        ("destinationTaskListId", _) => id("other-base-list"),
        ("container", Value::Object(container)) => Value::Object(self::container(container, ids)),
        ("requiredChecklistItemIds", Value::Array(_)) => Value::from(vec![super::fixture::CHECKLIST[0]]),
        ("assignments" | "sharedWith" | "orderHintsByAssignee", Value::Object(members)) => {
            keyed(members, ["first", "second", "other"], ids)
        }
        ("favoritePlanReferences" | "recentPlanReferences", Value::Object(members)) => {
            keyed(members, ["plannerPlan-id", "roster-plan", "other-plan"], ids)
        }
        (_, value) => body(value, ids),
    }
}

/// The members of an open type, under ids of the fixture.
fn keyed(members: &Map<String, Value>, names: [&str; 3], ids: &Ids) -> Value {
    let keys = names.iter().filter_map(|name| ids.get(*name).cloned());
    let members = keys.zip(members.values().map(|value| body(value, ids)));
    Value::Object(members.collect())
}

fn container(container: &Map<String, Value>, ids: &Ids) -> Map<String, Value> {
    let mut container = container.clone();
    for (word, name) in [
        ("group", "group-id"),
        ("user", "user-id"),
        ("roster", "plannerRoster-id"),
    ] {
        let id = ids.get(name).cloned().unwrap_or_default();
        if container.get("type").and_then(Value::as_str) == Some(word) {
            container.insert("containerId".to_owned(), id.clone().into());
        }
        let url = container.get("url").and_then(Value::as_str).map(str::to_owned);
        if let Some((before, _)) = url.as_deref().and_then(|url| url.split_once(&format!("/{word}s/"))) {
            container.insert("url".to_owned(), format!("{before}/{word}s/{id}").into());
        }
    }
    container
}
