//! The chat of a task.

use serde_json::{Value, json};

use super::{access, effects, plans, shown, versions};
use crate::{
    call::Call,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// `GET /planner/tasks/{id}/messages`, the oldest first.
pub(crate) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let task = access::part(world, call, Kind::Task, call.key(0))?;
    let mut messages: Vec<_> = world.store.children(Kind::Message, &task.id).cloned().collect();
    messages.sort_by_key(|message| message.history.first().map(|first| first.version));
    shown::list(world, call, Kind::Message, &messages)
}

/// `POST /planner/tasks/{id}/messages`
pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = access::open_part(world, call, Kind::Task, call.key(0))?;
    let mut message = Row::new(world.guid(), before.id.clone());
    message.set("createdBy", access::identity(world, &call.me));
    message.set("createdDateTime", world.now());
    message.set("deletedDateTime", Value::Null);
    message.set("editedDateTime", Value::Null);
    message.set("parentEntityId", before.id.clone());
    message.set("mentions", json!([]));
    message.set("reactions", json!([]));
    let (mut message, _) = plans::merged(call, &message);
    judge(&mut message)?;
    let message = versions::create(world, call, Kind::Message, message);
    if before.get("hasChat") != true {
        let mut task = before.clone();
        task.set("hasChat", true);
        effects::stamp(world, call, &mut task);
        versions::update(world, call, Kind::Task, &before, task, ["hasChat".to_owned()].into());
    }
    shown::one(world, call, 201, Kind::Message, &message)
}

/// `PATCH /planner/tasks/{id}/messages/{id}`, which needs no ETag and answers with the message.
pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = own(world, call)?;
    let (mut message, paths) = plans::merged(call, &before);
    judge(&mut message)?;
    if message != before {
        message.set("editedDateTime", world.now());
    }
    let message = versions::update(world, call, Kind::Message, &before, message, paths);
    shown::one(world, call, 200, Kind::Message, &message)
}

/// `DELETE /planner/tasks/{id}/messages/{id}`: an empty message remains, which tells when it was deleted.
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = own(world, call)?;
    let mut message = before.clone();
    message.set("content", "");
    message.set("mentions", json!([]));
    message.set("reactions", json!([]));
    message.set("deletedDateTime", world.now());
    versions::update(world, call, Kind::Message, &before, message, versions::Paths::new());
    Ok(Reply::empty(204))
}

/// `POST …/setReaction`: a user reacts once with each type.
pub(crate) fn set_reaction(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    react(world, call, true)
}

/// `POST …/unsetReaction`
pub(crate) fn unset_reaction(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    react(world, call, false)
}

fn react(world: &mut World, call: &Call<'_>, is_set: bool) -> Result<Reply, Refusal> {
    let before = find(world, call)?;
    let given = call.text("reactionType").filter(|given| !given.is_empty());
    let given = given.ok_or_else(|| Refusal::bad_request("The reaction has no type."))?;
    let mut reactions = before.get("reactions").as_array().cloned().unwrap_or_default();
    if is_set && !reactions.iter().any(|reaction| reaction["reactionType"] == given) {
        reactions.push(json!({ "reactionType": given, "reactionEvents": [] }));
    }
    let event = json!({ "createdBy": access::identity(world, &call.me), "createdDateTime": world.now() });
    for reaction in reactions
        .iter_mut()
        .filter(|reaction| reaction["reactionType"] == given)
    {
        let Some(events) = reaction["reactionEvents"].as_array_mut() else {
            continue;
        };
        let is_mine = |event: &Value| event.get("createdBy").and_then(access::maker) == Some(&call.me);
        if !is_set {
            events.retain(|event| !is_mine(event));
        } else if !events.iter().any(is_mine) {
            events.push(event.clone());
        }
    }
    reactions.retain(|reaction| {
        reaction["reactionEvents"]
            .as_array()
            .is_some_and(|events| !events.is_empty())
    });
    let mut message = before.clone();
    message.set("reactions", reactions);
    versions::update(
        world,
        call,
        Kind::Message,
        &before,
        message,
        ["reactions".to_owned()].into(),
    );
    Ok(Reply::empty(200))
}

/// The message of the path.
fn find(world: &World, call: &Call<'_>) -> Result<Row, Refusal> {
    let task = access::open_part(world, call, Kind::Task, call.key(0))?;
    let message = world.store.get(Kind::Message, call.key(1));
    let is_there = |message: &&Row| message.parent == task.id && message.get("deletedDateTime").is_null();
    message.filter(is_there).cloned().ok_or_else(Refusal::not_found)
}

/// The message of the path, if the caller wrote it.
fn own(world: &World, call: &Call<'_>) -> Result<Row, Refusal> {
    let message = find(world, call)?;
    if !call.me.is_empty() && access::creator(&message) != Some(&call.me) {
        return Err(Refusal::forbidden("Only who wrote a message may change it."));
    }
    Ok(message)
}

/// Refuses a message without content, and tells text from HTML.
fn judge(message: &mut Row) -> Result<(), Refusal> {
    let content = message.text("content").unwrap_or_default();
    if content.trim().is_empty() {
        return Err(Refusal::bad_request("The content of a message must not be empty."));
    }
    let is_html = content.contains('<') && content.contains('>');
    message.set("messageType", if is_html { "richTextHtml" } else { "plainText" });
    Ok(())
}
