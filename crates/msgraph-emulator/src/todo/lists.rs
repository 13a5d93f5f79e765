//! Lists of tasks. The two that a mailbox has from the start can be neither renamed nor deleted.

use serde_json::{Map, Value};

use crate::{
    call::Call,
    generated::schema::TODO_TASK_LIST,
    merge, render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

use super::{
    extensions,
    mailbox::{created, find_list, insert, owner, remove, update},
    pages::{context, page},
};

/// The lists of a mailbox. `$skip`, `$count` and `$search` have no effect, and what is beyond the cap cannot be reached: only
/// a delta query tells all.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let owner = owner(world, call)?;
    let mut rows: Vec<_> = world.store.children(Kind::List, &owner).cloned().collect();
    rows.sort_by_key(created);
    if call.config.reachable_lists > 0 {
        rows.truncate(call.config.reachable_lists);
    }
    let honoured = Call {
        query: call.query.without(&["$skip", "$count", "$search"]),
        ..call.clone()
    };
    page(world, &honoured, &TODO_TASK_LIST, rows, shown)
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let owner = owner(world, call)?;
    let mut row = Row::new(world.mailbox_id(), owner);
    row.set("displayName", name(call)?);
    row.set("isOwner", true);
    row.set("isShared", false);
    row.set("wellknownListName", "none");
    let row = insert(world, &call.me, Kind::List, row);
    extensions::create_nested(world, call, &row.id)?;
    let shown = shown(world, call, &row)?;
    Ok(render::one(call, 201, &context(call), shown))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_list(world, call)?;
    let shown = shown(world, call, &row)?;
    Ok(render::one(call, 200, &context(call), shown))
}

pub(super) fn change(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = find_list(world, call)?;
    if call.body.contains_key("displayName") {
        if is_well_known(&row) {
            let message = "A built-in list cannot be renamed.";
            return Err(Refusal::new(400, "ErrorInvalidRequest", message));
        }
        name(call)?;
    }
    if let Some(shape) = call.shape
        && !merge::apply(&mut row.properties, &call.body, shape, true).is_empty()
    {
        row = update(world, &call.me, Kind::List, row);
    }
    let shown = shown(world, call, &row)?;
    Ok(render::one(call, 200, &context(call), shown))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_list(world, call)?;
    if is_well_known(&row) {
        let message = "Distinguished folders cannot be deleted.";
        return Err(Refusal::new(400, "ErrorDeleteDistinguishedFolder", message));
    }
    remove(world, &call.me, Kind::List, &row.id);
    Ok(Reply::empty(204))
}

/// A list as the call is to see it.
pub(crate) fn shown(world: &World, call: &Call<'_>, row: &Row) -> Result<Map<String, Value>, Refusal> {
    let mut shown = render::entity(call, Kind::List, &TODO_TASK_LIST, row);
    for expand in call.query.expand()? {
        match expand.name.as_str() {
            "extensions" => {
                let extensions = extensions::expanded(world, call, &row.id, &expand)?;
                shown.insert(expand.name, extensions);
            }
            name => {
                let message = format!("The property '{name}' cannot be expanded here.");
                return Err(Refusal::bad_request(message));
            }
        }
    }
    Ok(shown)
}

fn is_well_known(row: &Row) -> bool {
    row.text("wellknownListName").is_some_and(|name| name != "none")
}

fn name<'c>(call: &'c Call<'_>) -> Result<&'c str, Refusal> {
    let name = call.text("displayName").filter(|name| !name.trim().is_empty());
    name.ok_or_else(|| Refusal::new(400, "invalidRequest", "The display name of a list must not be empty."))
}
