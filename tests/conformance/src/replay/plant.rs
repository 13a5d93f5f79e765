//! The state in which a documented answer is the answer.

use msgraph_core::request::Operation;
use serde_json::{Map, Value};

/// What relates an object to others, or is another object: never planted.
const RELATIONS: &[&str] = &[
    "attachments",
    "bucketId",
    "checklistItems",
    "container",
    "details",
    "id",
    "linkedResources",
    "owner",
    "parent",
    "planId",
    "tasks",
    "userId",
    "value",
];

/// Gives the object that an operation is about the documented properties that it lacks.
pub(super) fn plant(snapshot: &mut Value, operation: &Operation, id: &str, answer: &Value, sent: &Value) {
    let page = answer.get("value").and_then(Value::as_array);
    let documented = page.map_or(Some(answer), |items| items.first());
    let Some(documented) = documented.and_then(Value::as_object) else {
        return;
    };
    let kind = kind(operation);
    let rows = snapshot.get_mut("rows").and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten() {
        let is_kind = row.get(0).and_then(Value::as_str) == Some(kind);
        let row_id = row.pointer("/1/id").and_then(Value::as_str);
        // There is one extension of a list or task; its row is named otherwise.
        let is_row = is_kind && (page.is_some() || kind == "extension" || row_id == Some(id));
        if let Some(Value::Object(properties)) = row.pointer_mut("/1/properties").filter(|_| is_row) {
            add(properties, documented, sent);
        }
    }
}

fn add(properties: &mut Map<String, Value>, documented: &Map<String, Value>, sent: &Value) {
    let is_planted = |name: &str| !name.contains('@') && !RELATIONS.contains(&name);
    for (name, value) in documented.iter().filter(|(name, _)| is_planted(name)) {
        match (properties.get_mut(name), value, sent.get(name)) {
            (Some(Value::Object(ours)), Value::Object(value), None) => add(ours, value, &Value::Null),
            (Some(ours), ..) if !is_empty(ours) => {}
            (_, _, Some(_)) => {}
            (_, value, None) => {
                properties.insert(name.clone(), value.clone());
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// The kind of rows that an operation answers with, as a snapshot names it.
fn kind(operation: &Operation) -> &'static str {
    let path = operation.path;
    let actions = ["delta", "move", "moveToContainer"];
    let mut names = path
        .split('/')
        .filter(|segment| !segment.starts_with('{') && !actions.contains(segment));
    let (is_todo, is_base) = (path.contains("/todo/"), path.starts_with("/me/tasks/"));
    match names.next_back().unwrap_or_default() {
        "details" if path.contains("/plans/") => "planDetails",
        "details" => "taskDetails",
        "assignedToTaskBoardFormat" => "assignedFormat",
        "bucketTaskBoardFormat" => "bucketFormat",
        "progressTaskBoardFormat" => "progressFormat",
        "plans" | "favoritePlans" | "recentPlans" | "rosterPlans" => "plan",
        "buckets" => "bucket",
        "tasks" if is_todo => "todoTask",
        "tasks" if is_base => "baseTask",
        "tasks" | "myDayTasks" => "task",
        "lists" if is_base => "baseTaskList",
        "lists" => "list",
        "members" => "rosterMember",
        "rosters" => "roster",
        "messages" => "message",
        "historyItems" => "historyItem",
        "checklistItems" => "checklistItem",
        "linkedResources" => "linkedResource",
        "attachments" => "attachment",
        "extensions" => "extension",
        "planner" => "plannerUser",
        _ => "",
    }
}
