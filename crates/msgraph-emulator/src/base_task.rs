//! The API before To Do, which the service has no more: enough of it to replay what was recorded.
//!
//! What differs: ids survive a move, types are named, a task may be reached without its list, and what is private to a user
//! is in the viewpoint.

use serde_json::{Map, Value, json};

use crate::{
    call::{Call, Rule},
    generated::schema::{BASE_TASK_LIST, TASK, TASK_LIST, WELL_KNOWN_TASK_LIST},
    merge, render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    todo::{insert, is_mailbox_id, items, owner, page, remove, shown_date, stored_date, stored_recurrence, update},
    world::World,
};

pub(crate) fn rule(method: &str, rest: &str) -> Option<Rule> {
    let rule: Rule = match (method, rest) {
        ("GET", "/lists") => list_lists,
        ("POST", "/lists") => create_list,
        _ => return in_list(method, rest.strip_prefix("/lists/{baseTaskList-id}")?),
    };
    Some(rule)
}

fn in_list(method: &str, rest: &str) -> Option<Rule> {
    let rule: Rule = match (method, rest) {
        ("GET", "") => get_list,
        ("PATCH", "") => change_list,
        ("DELETE", "") => delete_list,
        ("GET", "/tasks") => list_tasks,
        ("POST", "/tasks") => create_task,
        _ => return in_task(method, rest.strip_prefix("/tasks/{baseTask-id}")?),
    };
    Some(rule)
}

fn in_task(method: &str, rest: &str) -> Option<Rule> {
    let rule: Rule = match (method, rest) {
        ("GET", "") => get_task,
        ("PATCH", "") => change_task,
        ("DELETE", "") => delete_task,
        ("POST", "/move") => move_task,
        ("GET", "/checklistItems" | "/linkedResources") => items::list,
        ("POST", "/checklistItems" | "/linkedResources") => items::create,
        ("GET", "/checklistItems/{checklistItem-id}" | "/linkedResources/{linkedResource_v2-id}") => items::get,
        ("PATCH", "/checklistItems/{checklistItem-id}" | "/linkedResources/{linkedResource_v2-id}") => items::change,
        ("DELETE", "/checklistItems/{checklistItem-id}" | "/linkedResources/{linkedResource_v2-id}") => items::delete,
        _ => return None,
    };
    Some(rule)
}

/// The mailbox's owner; its lists are there from the start.
pub(crate) fn mailbox(world: &mut World, call: &Call<'_>) -> Result<String, Refusal> {
    let owner = owner(world, call)?;
    if world.store.count(Kind::BaseTaskList, &owner) == 0 {
        for (name, well_known) in [("Tasks", "defaultList"), ("Flagged email", "flaggedEmails")] {
            let mut row = Row::new(world.mailbox_id(), &*owner);
            row.set("displayName", name);
            row.set("wellKnownListName", well_known);
            insert(world, &owner, Kind::BaseTaskList, row);
        }
    }
    Ok(owner)
}

pub(crate) fn find_list(world: &mut World, call: &Call<'_>, id: &str) -> Result<Row, Refusal> {
    let owner = mailbox(world, call)?;
    if !is_mailbox_id(id) {
        return Err(Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed."));
    }
    let list = world
        .store
        .get(Kind::BaseTaskList, id)
        .filter(|list| list.parent == owner);
    list.cloned().ok_or_else(Refusal::not_in_mailbox)
}

/// The task that the path names, with its list or without.
pub(crate) fn find_task(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    let (list, id) = match call.keys.as_slice() {
        [id] => (None, id),
        [list, id, ..] => (Some(list), id),
        [] => return Err(Refusal::not_in_mailbox()),
    };
    if !is_mailbox_id(id) {
        return Err(Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed."));
    }
    let task = world.store.get(Kind::BaseTask, id).cloned();
    let task = task.filter(|task| list.is_none_or(|list| task.parent == *list));
    let task = task.ok_or_else(Refusal::not_in_mailbox)?;
    find_list(world, call, &task.parent)?;
    Ok(task)
}

fn list_lists(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let owner = mailbox(world, call)?;
    let rows = world.store.children(Kind::BaseTaskList, &owner).cloned().collect();
    page(world, call, &BASE_TASK_LIST, rows, shown_list)
}

fn create_list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = Row::new(world.mailbox_id(), mailbox(world, call)?);
    row.set("displayName", call.text("displayName").unwrap_or_default());
    let row = insert(world, &call.me, Kind::BaseTaskList, row);
    one_list(world, call, 201, &row)
}

fn get_list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_list(world, call, call.key(0))?;
    one_list(world, call, 200, &row)
}

fn change_list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = changeable_list(world, call)?;
    if let Some(shape) = call.shape
        && !merge::apply(&mut row.properties, &call.body, shape, true).is_empty()
    {
        row = update(world, &call.me, Kind::BaseTaskList, row);
    }
    one_list(world, call, 200, &row)
}

fn delete_list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = changeable_list(world, call)?;
    remove(world, &call.me, Kind::BaseTaskList, &row.id);
    Ok(Reply::empty(204))
}

fn changeable_list(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    let row = find_list(world, call, call.key(0))?;
    if row.get("wellKnownListName").is_null() {
        return Ok(row);
    }
    let message = "A built-in list can be neither renamed nor deleted.";
    Err(Refusal::new(400, "ErrorInvalidRequest", message))
}

fn list_tasks(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let list = find_list(world, call, call.key(0))?;
    let rows = world.store.children(Kind::BaseTask, &list.id).cloned().collect();
    page(world, call, &TASK, rows, shown_task)
}

fn create_task(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let list = find_list(world, call, call.key(0))?;
    let mut row = Row::new(world.mailbox_id(), list.id);
    row.set("displayName", "");
    row.set("importance", "normal");
    row.set("textBody", "");
    row.set("viewpoint", json!({ "categories": [] }));
    row.set("createdDateTime", world.now());
    row.set("bodyLastModifiedDateTime", world.now());
    row.set("lastModifiedDateTime", world.now());
    row.properties.extend(sent(call)?);
    settle(world, &mut row);
    let row = insert(world, &call.me, Kind::BaseTask, row);
    one_task(world, call, 201, &row)
}

fn get_task(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_task(world, call)?;
    one_task(world, call, 200, &row)
}

fn change_task(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = find_task(world, call)?;
    let sent = sent(call)?;
    if let Some(shape) = call.shape {
        let changed = merge::apply(&mut row.properties, &sent, shape, true);
        if changed.contains("textBody") {
            row.set("bodyLastModifiedDateTime", world.now());
        }
        if !changed.is_empty() {
            settle(world, &mut row);
            row = update(world, &call.me, Kind::BaseTask, row);
        }
    }
    one_task(world, call, 200, &row)
}

fn delete_task(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_task(world, call)?;
    remove(world, &call.me, Kind::BaseTask, &row.id);
    Ok(Reply::empty(204))
}

/// Moves a task to another list. Its id stays.
fn move_task(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = find_task(world, call)?;
    let list = find_list(world, call, call.text("destinationTaskListId").unwrap_or_default())?;
    row.parent = list.id;
    let row = update(world, &call.me, Kind::BaseTask, row);
    one_task(world, call, 200, &row)
}

/// What the body says, as it is kept.
fn sent(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let mut sent = call.body.clone();
    sent.retain(|name, _| !name.contains('@'));
    let mut zone = "UTC".to_owned();
    for name in ["dueDateTime", "startDateTime"] {
        if let Some(date) = sent.get_mut(name).filter(|date| !date.is_null()) {
            if let Some(written) = date.get("timeZone").and_then(Value::as_str) {
                written.clone_into(&mut zone);
            }
            *date = stored_date(name, date, name == "dueDateTime" && !call.config.keep_due_time)?;
        }
    }
    if let Some(date) = sent
        .get_mut("viewpoint")
        .and_then(|viewpoint| viewpoint.get_mut("reminderDateTime"))
    {
        *date = stored_date("reminderDateTime", date, false)?;
    }
    if let Some(recurrence) = sent.get_mut("recurrence").filter(|recurrence| !recurrence.is_null()) {
        *recurrence = stored_recurrence(recurrence, &zone)?;
    }
    Ok(sent)
}

/// Null clears, and the date of completion comes and goes with the status.
fn settle(world: &World, row: &mut Row) {
    row.properties.retain(|_, value| !value.is_null());
    if row.text("status") != Some("completed") {
        row.properties.remove("completedDateTime");
    } else if row.get("completedDateTime").is_null() {
        row.set("completedDateTime", world.now());
    }
}

/// A list as the call is to see it, with what it asks to be expanded.
pub(crate) fn shown_list(world: &World, call: &Call<'_>, row: &Row) -> Result<Map<String, Value>, Refusal> {
    let mut shown = plain_list(call, row);
    let extensions = shown.remove("extensions");
    for expand in call.query.expand()? {
        let value = match expand.name.as_str() {
            "extensions" => extensions.clone().unwrap_or_else(|| json!([])),
            "tasks" => {
                let tasks = world.store.children(Kind::BaseTask, &row.id);
                tasks.map(|task| Value::Object(plain_task(call, task))).collect()
            }
            name => return Err(not_expandable(name)),
        };
        shown.insert(expand.name, value);
    }
    Ok(shown)
}

fn plain_list(call: &Call<'_>, row: &Row) -> Map<String, Value> {
    let ty = match row.get("wellKnownListName") {
        Value::Null => &TASK_LIST,
        _ => &WELL_KNOWN_TASK_LIST,
    };
    let mut shown = render::entity(call, Kind::BaseTaskList, ty, row);
    shown.insert("@odata.type".to_owned(), format!("#{}", ty.name).into());
    shown
}

/// A task as the call is to see it, with what it asks to be expanded.
pub(crate) fn shown_task(world: &World, call: &Call<'_>, row: &Row) -> Result<Map<String, Value>, Refusal> {
    let mut shown = plain_task(call, row);
    let extensions = shown.remove("extensions");
    for expand in call.query.expand()? {
        let value = match expand.name.as_str() {
            "checklistItems" => items::all(world, call, Kind::ChecklistItem, &row.id),
            "linkedResources" => items::all(world, call, Kind::LinkedResource, &row.id),
            "extensions" => extensions.clone().unwrap_or_else(|| json!([])),
            "parentList" => {
                let list = world.store.get(Kind::BaseTaskList, &row.parent);
                list.map(|list| plain_list(call, list)).into()
            }
            name => return Err(not_expandable(name)),
        };
        shown.insert(expand.name, value);
    }
    Ok(shown)
}

fn plain_task(call: &Call<'_>, row: &Row) -> Map<String, Value> {
    let mut shown = render::entity(call, Kind::BaseTask, &TASK, row);
    for name in ["dueDateTime", "startDateTime"] {
        if let Some(date) = shown.get_mut(name) {
            *date = shown_date(call, date);
        }
    }
    shown.insert("parentList".to_owned(), json!({ "id": row.parent }));
    shown.insert("@odata.type".to_owned(), format!("#{}", TASK.name).into());
    shown
}

fn not_expandable(name: &str) -> Refusal {
    Refusal::bad_request(format!("The property '{name}' cannot be expanded here."))
}

fn one_list(world: &World, call: &Call<'_>, status: u16, row: &Row) -> Result<Reply, Refusal> {
    let context = format!("users('{}')/tasks/lists/$entity", call.user);
    Ok(render::one(call, status, &context, shown_list(world, call, row)?))
}

fn one_task(world: &World, call: &Call<'_>, status: u16, row: &Row) -> Result<Reply, Refusal> {
    let context = format!("users('{}')/tasks/lists('{}')/tasks/$entity", call.user, row.parent);
    Ok(render::one(call, status, &context, shown_task(world, call, row)?))
}
