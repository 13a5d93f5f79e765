//! Checklist items and linked resources of a task.

use serde_json::{Map, Value};

use crate::{
    call::Call,
    generated::schema::{CHECKLIST_ITEM, LINKED_RESOURCE},
    merge, render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    table::Type,
    world::World,
};

use super::{
    mailbox::{created, find_task, insert, malformed_id, remove, touch, update},
    pages::{Show, context, page},
};

/// Where items belong: a task of To Do, or one of the API before it.
struct Place {
    of: Kind,
    task: String,
    kind: Kind,
}

impl Place {
    fn find(world: &mut World, call: &Call<'_>) -> Result<Self, Refusal> {
        let kind = if call.route.path.contains("/checklistItems") {
            Kind::ChecklistItem
        } else {
            Kind::LinkedResource
        };
        let (of, task) = if call.route.path.starts_with("/me/tasks/") {
            (Kind::BaseTask, crate::base_task::find_task(world, call)?)
        } else {
            (Kind::TodoTask, find_task(world, call)?)
        };
        let task = task.id;
        Ok(Self { of, task, kind })
    }

    /// The item that the path names.
    fn item(&self, world: &World, call: &Call<'_>) -> Result<Row, Refusal> {
        let id = call.key(2);
        let is_guid = id.len() == 36 && id.bytes().all(|letter| letter.is_ascii_hexdigit() || letter == b'-');
        if !is_guid {
            return Err(malformed_id());
        }
        let item = world.store.get(self.kind, id).filter(|item| item.parent == self.task);
        item.cloned().ok_or_else(Refusal::not_in_mailbox)
    }
}

pub(crate) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let place = Place::find(world, call)?;
    let rows = world.store.children(place.kind, &place.task).cloned().collect();
    let show: Show = match place.kind {
        Kind::ChecklistItem => |_, call, row| Ok(shown(call, Kind::ChecklistItem, row)),
        _ => |_, call, row| Ok(shown(call, Kind::LinkedResource, row)),
    };
    page(world, call, ty(place.kind), rows, show)
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let place = Place::find(world, call)?;
    let row = add(world, call, place.kind, &place.task, &call.body);
    touch(world, &call.me, place.of, &place.task);
    Ok(render::one(call, 201, &context(call), shown(call, place.kind, &row)))
}

pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let place = Place::find(world, call)?;
    let row = place.item(world, call)?;
    Ok(render::one(call, 200, &context(call), shown(call, place.kind, &row)))
}

pub(crate) fn change(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let place = Place::find(world, call)?;
    let mut row = place.item(world, call)?;
    if let Some(shape) = call.shape
        && !merge::apply(&mut row.properties, &call.body, shape, true).is_empty()
    {
        check(world, place.kind, &mut row);
        row = update(world, &call.me, place.kind, row);
        touch(world, &call.me, place.of, &place.task);
    }
    Ok(render::one(call, 200, &context(call), shown(call, place.kind, &row)))
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let place = Place::find(world, call)?;
    let row = place.item(world, call)?;
    remove(world, &call.me, place.kind, &row.id);
    touch(world, &call.me, place.of, &place.task);
    Ok(Reply::empty(204))
}

/// Adds an item to a task, without telling the task.
pub(super) fn add(world: &mut World, call: &Call<'_>, kind: Kind, task: &str, properties: &Map<String, Value>) -> Row {
    let mut row = Row::new(world.guid(), task);
    let sent = properties
        .iter()
        .filter(|(name, value)| !name.contains('@') && !value.is_null());
    row.properties
        .extend(sent.map(|(name, value)| (name.clone(), value.clone())));
    if kind == Kind::ChecklistItem && row.get("createdDateTime").is_null() {
        row.set("createdDateTime", world.now());
    }
    check(world, kind, &mut row);
    insert(world, &call.me, kind, row)
}

/// An item of a checklist has the time of its check while it is checked.
fn check(world: &World, kind: Kind, row: &mut Row) {
    if kind != Kind::ChecklistItem {
        return;
    }
    let is_checked = row.get("isChecked") == &Value::Bool(true);
    row.set("isChecked", is_checked);
    if !is_checked {
        row.set("checkedDateTime", Value::Null);
    } else if row.get("checkedDateTime").is_null() {
        row.set("checkedDateTime", world.now());
    }
}

/// The items of a task, in the order of their creation.
pub(crate) fn all(world: &World, call: &Call<'_>, kind: Kind, task: &str) -> Value {
    let mut rows: Vec<_> = world.store.children(kind, task).collect();
    rows.sort_by_key(|row| created(row));
    let plain = call.without_query();
    let items = rows.into_iter().map(|row| Value::Object(shown(&plain, kind, row)));
    items.collect::<Vec<_>>().into()
}

fn ty(kind: Kind) -> &'static Type {
    if kind == Kind::ChecklistItem {
        &CHECKLIST_ITEM
    } else {
        &LINKED_RESOURCE
    }
}

fn shown(call: &Call<'_>, kind: Kind, row: &Row) -> Map<String, Value> {
    render::entity(call, kind, ty(kind), row)
}
