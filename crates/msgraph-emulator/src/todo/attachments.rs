//! Files that are attached to a task.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    call::Call,
    generated::schema::TASK_FILE_ATTACHMENT,
    render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

use super::{
    mailbox::{find, find_task, insert, remove, update},
    pages::{context, page},
};

/// How large a file may be that comes with one request.
const INLINE: usize = 3 * 1024 * 1024;

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let task = find_task(world, call)?;
    let rows = world.store.children(Kind::Attachment, &task.id).cloned().collect();
    page(world, call, &TASK_FILE_ATTACHMENT, rows, |_, call, row| {
        Ok(without_content(call, row))
    })
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let task = find_task(world, call)?;
    let content = STANDARD.decode(call.text("contentBytes").unwrap_or_default());
    let content = content.map_err(|_| Refusal::bad_request("The value of 'contentBytes' is not base64."))?;
    if content.len() >= INLINE {
        return Err(too_large("A file of 3 MB or more must be uploaded in a session."));
    }
    let name = call.text("name").unwrap_or_default();
    let row = add(world, call, &task.id, name, call.text("contentType"), &content);
    Ok(render::one(call, 201, &context(call), without_content(call, &row)))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_attachment(world, call)?;
    Ok(render::one(call, 200, &context(call), shown(call, &row)))
}

/// The content, as it was sent.
pub(super) fn value(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_attachment(world, call)?;
    let content = STANDARD.decode(row.text("contentBytes").unwrap_or_default());
    let media_type = row.text("contentType").unwrap_or(ANY);
    Ok(Reply::bytes(media_type, Bytes::from(content.unwrap_or_default())))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_attachment(world, call)?;
    remove(world, &call.me, Kind::Attachment, &row.id);
    tell(world, call, &row.parent);
    Ok(Reply::empty(204))
}

/// Attaches a file to a task.
pub(super) fn add(
    world: &mut World,
    call: &Call<'_>,
    task: &str,
    name: &str,
    media_type: Option<&str>,
    content: &[u8],
) -> Row {
    let mut row = Row::new(world.mailbox_id(), task);
    row.set("name", name);
    row.set("contentType", media_type.unwrap_or(ANY));
    row.set("size", content.len());
    row.set("lastModifiedDateTime", world.now());
    row.set("contentBytes", STANDARD.encode(content));
    let row = insert(world, &call.me, Kind::Attachment, row);
    tell(world, call, task);
    row
}

pub(super) fn too_large(message: &str) -> Refusal {
    Refusal::new(413, "ErrorMessageSizeExceeded", message)
}

const ANY: &str = "application/octet-stream";

/// The task says whether anything is attached to it.
fn tell(world: &mut World, call: &Call<'_>, task: &str) {
    if let Some(mut row) = world.store.get(Kind::TodoTask, task).cloned() {
        row.set("hasAttachments", world.store.count(Kind::Attachment, task) > 0);
        update(world, &call.me, Kind::TodoTask, row);
    }
}

fn find_attachment(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    let task = find_task(world, call)?;
    find(world, Kind::Attachment, &task.id, call.key(2))
}

fn shown(call: &Call<'_>, row: &Row) -> Map<String, Value> {
    let mut shown = render::entity(call, Kind::Attachment, &TASK_FILE_ATTACHMENT, row);
    shown.insert(
        "@odata.type".to_owned(),
        format!("#{}", TASK_FILE_ATTACHMENT.name).into(),
    );
    shown
}

fn without_content(call: &Call<'_>, row: &Row) -> Map<String, Value> {
    let mut shown = shown(call, row);
    shown.remove("contentBytes");
    shown
}
