//! Tasks of a list.

use serde_json::{Map, Value, json};

use crate::{
    call::Call,
    generated::schema::TODO_TASK,
    merge,
    query::Expand,
    render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

use super::{
    dates, extensions, items,
    mailbox::{find_list, find_task, insert, remove, update},
    pages::{context, page},
    recurrence, sessions,
};

const DATES: [&str; 4] = ["completedDateTime", "dueDateTime", "reminderDateTime", "startDateTime"];

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let list = tasks_of(world, call)?;
    let rows = world.store.children(Kind::TodoTask, &list.id).cloned().collect();
    page(world, call, &TODO_TASK, rows, shown)
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let list = tasks_of(world, call)?;
    let mut row = Row::new(world.mailbox_id(), list.id);
    row.properties = defaults(world);
    let mut sent = sent(call, &row.properties)?;
    let nested = sent.remove("linkedResources");
    sent.remove("extensions");
    row.properties.extend(sent);
    settle(world, &mut row);
    if row.properties.contains_key("recurrence") && !row.properties.contains_key("dueDateTime") {
        start_series(&mut row);
    }
    let row = insert(world, &call.me, Kind::TodoTask, row);
    for resource in nested.as_ref().and_then(Value::as_array).into_iter().flatten() {
        if let Some(resource) = resource.as_object() {
            items::add(world, call, Kind::LinkedResource, &row.id, resource);
        }
    }
    extensions::create_nested(world, call, &row.id)?;
    let mut shown = shown(world, call, &row)?;
    if nested.is_some() {
        let resources = items::all(world, call, Kind::LinkedResource, &row.id);
        shown.insert("linkedResources".to_owned(), resources);
    }
    Ok(render::one(call, 201, &context(call), shown))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_task(world, call)?;
    let shown = shown(world, call, &row)?;
    Ok(render::one(call, 200, &context(call), shown))
}

pub(super) fn change(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = find_task(world, call)?;
    let mut sent = sent(call, &row.properties)?;
    let is_series = row.get("recurrence").is_object();
    if is_series && !call.config.strict_recurrence {
        change_series(world, call, &row, &mut sent)?;
    }
    let was_completed = row.text("status") == Some("completed");
    let changed = match call.shape {
        Some(shape) => merge::apply(&mut row.properties, &sent, shape, true),
        None => return Err(Refusal::bad_request("The body is missing.")),
    };
    if !changed.is_empty() {
        if changed.contains("body") {
            row.set("bodyLastModifiedDateTime", world.now());
        }
        settle(world, &mut row);
        if row.text("status") == Some("completed") && !was_completed && is_series {
            follow(world, call, &row);
            // The series goes on with the task that follows.
            row.properties.remove("recurrence");
        }
        row = update(world, &call.me, Kind::TodoTask, row);
    }
    let shown = shown(world, call, &row)?;
    Ok(render::one(call, 200, &context(call), shown))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_task(world, call)?;
    remove(world, &call.me, Kind::TodoTask, &row.id);
    Ok(Reply::empty(204))
}

/// A task as the call is to see it, with what it asks to be expanded.
pub(crate) fn shown(world: &World, call: &Call<'_>, row: &Row) -> Result<Map<String, Value>, Refusal> {
    let mut shown = render::entity(call, Kind::TodoTask, &TODO_TASK, row);
    for name in DATES {
        if let Some(date) = shown.get_mut(name) {
            *date = dates::shown(call, date);
        }
    }
    for expand in call.query.expand()? {
        let value = expanded(world, call, row, &expand)?;
        shown.insert(expand.name, value);
    }
    // What a task is linked with is shown beside it, as the page of the list has it.
    let is_plain = call.query.get("$select").is_none() && !shown.contains_key("linkedResources");
    if is_plain && world.store.count(Kind::LinkedResource, &row.id) > 0 {
        let linked = items::all(world, call, Kind::LinkedResource, &row.id);
        shown.insert("linkedResources".to_owned(), linked);
    }
    Ok(shown)
}

fn expanded(world: &World, call: &Call<'_>, row: &Row, expand: &Expand) -> Result<Value, Refusal> {
    match expand.name.as_str() {
        "checklistItems" => Ok(items::all(world, call, Kind::ChecklistItem, &row.id)),
        "linkedResources" => Ok(items::all(world, call, Kind::LinkedResource, &row.id)),
        "attachmentSessions" => Ok(sessions::all(world, call, &row.id)),
        "extensions" => extensions::expanded(world, call, &row.id, expand),
        name => {
            let message = format!("The property '{name}' cannot be expanded here.");
            Err(Refusal::bad_request(message))
        }
    }
}

/// The list that the path names, unless it is that of flagged messages, whose tasks cannot be reached.
fn tasks_of(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    let list = find_list(world, call)?;
    if list.text("wellknownListName") == Some("flaggedEmails") {
        let message = "The tasks of the list of flagged messages are not supported.";
        return Err(Refusal::new(400, "invalidRequest", message));
    }
    Ok(list)
}

fn defaults(world: &World) -> Map<String, Value> {
    let now = world.now();
    let defaults = json!({
        "status": "notStarted", "importance": "normal", "isReminderOn": false, "hasAttachments": false,
        "categories": [], "body": { "content": "", "contentType": "text" },
        "createdDateTime": now, "lastModifiedDateTime": now,
    });
    match defaults {
        Value::Object(defaults) => defaults,
        _ => Map::new(),
    }
}

/// What the body says, as it is kept; `there` is what is there before.
fn sent(call: &Call<'_>, there: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let mut sent = call.body.clone();
    sent.retain(|name, _| !name.contains('@'));
    for name in DATES {
        if let Some(date) = sent.get_mut(name).filter(|date| !date.is_null()) {
            let is_day = name == "dueDateTime" && !call.config.keep_due_time || name == "completedDateTime";
            *date = dates::stored(name, date, is_day)?;
        }
    }
    if let Some(recurrence) = sent.get_mut("recurrence").filter(|recurrence| !recurrence.is_null()) {
        let due = call.body.get("dueDateTime").or_else(|| there.get("dueDateTime"));
        let zone = due.and_then(|due| due.get("timeZone")).and_then(Value::as_str);
        *recurrence = recurrence::stored(recurrence, zone.unwrap_or("UTC"))?;
    }
    if let Some(body) = sent.get_mut("body").and_then(Value::as_object_mut) {
        for (name, default) in [("content", ""), ("contentType", "text")] {
            let member = body.entry(name).or_insert(Value::Null);
            if member.is_null() {
                *member = default.into();
            }
        }
    }
    Ok(sent)
}

/// What follows from what was written: null clears, and the date of completion comes and goes with the status.
fn settle(world: &World, row: &mut Row) {
    row.properties.retain(|_, value| !value.is_null());
    for (name, value) in defaults(world) {
        row.properties.entry(name).or_insert(value);
    }
    if row.get("title").is_null() {
        row.set("title", "");
    }
    if row.text("status") != Some("completed") {
        row.properties.remove("completedDateTime");
    } else if row.get("completedDateTime").is_null() {
        // The day, as midnight in UTC.
        let now = world.counters.clock.zoned();
        let midnight = now.date().at(0, 0, 0, 0);
        row.set(
            "completedDateTime",
            json!({ "dateTime": format!("{midnight:.7}"), "timeZone": "UTC" }),
        );
    }
}

/// A series that has no due date begins with the first day of its range.
fn start_series(row: &mut Row) {
    let start = row
        .get("recurrence")
        .get("range")
        .and_then(|range| range.get("startDate"));
    let start = start
        .and_then(Value::as_str)
        .map(|start| format!("{start}T00:00:00.0000000"));
    if let Some(start) = start {
        row.set("dueDateTime", json!({ "dateTime": start, "timeZone": "UTC" }));
    }
}

/// What is observed of updates of a series: its range is refused in the form that the service itself writes, and a new due
/// date leaves the task as it is, but begets the next one.
fn change_series(world: &mut World, call: &Call<'_>, row: &Row, sent: &mut Map<String, Value>) -> Result<(), Refusal> {
    if let Some(start) = sent
        .get("recurrence")
        .and_then(|recurrence| recurrence.pointer("/range/startDate"))
    {
        let message = format!(
            "Invalid JSON, Error converting value {start} to type 'Microsoft.OData.Edm.Date'. Path 'recurrence.range.startDate'."
        );
        return Err(Refusal::new(400, "invalidRequest", message));
    }
    if sent.remove("dueDateTime").is_some() {
        follow(world, call, row);
    }
    Ok(())
}

/// Adds the task that follows one of a series, with its steps undone and its links.
fn follow(world: &mut World, call: &Call<'_>, row: &Row) {
    let Some(properties) = recurrence::successor(&row.properties) else {
        return;
    };
    let mut next = Row::new(world.mailbox_id(), row.parent.clone());
    next.properties = properties;
    next.set("createdDateTime", world.now());
    next.set("lastModifiedDateTime", world.now());
    next.set("hasAttachments", false);
    let next = insert(world, &call.me, Kind::TodoTask, next);
    for kind in [Kind::ChecklistItem, Kind::LinkedResource] {
        let parts: Vec<_> = world.store.children(kind, &row.id).cloned().collect();
        for mut part in parts {
            part.properties.remove("isChecked");
            items::add(world, call, kind, &next.id, &part.properties);
        }
    }
}
