//! Uploads in parts, for files that are too large for one request.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::{
    call::Call,
    generated::schema::{ATTACHMENT_SESSION, UPLOAD_SESSION},
    render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

use super::{
    attachments::{add, too_large},
    mailbox::{find, find_task, remove},
    pages::context,
};

/// How large a file may be.
const FILE: u64 = 25 * 1024 * 1024;
/// How large a part may be.
const PART: usize = 4 * 1024 * 1024;
/// How long a session is open. Parts do not prolong it.
const OPEN: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let task = find_task(world, call)?;
    let info = call
        .body
        .get("attachmentInfo")
        .or_else(|| call.body.get("AttachmentInfo"));
    let info = info.and_then(Value::as_object).cloned().unwrap_or_default();
    if info.get("attachmentType").is_some_and(|of| of != "file") {
        return Err(Refusal::new(
            400,
            "invalidRequest",
            "Files alone can be attached to a task.",
        ));
    }
    let size = info.get("size").and_then(Value::as_u64).unwrap_or_default();
    if size == 0 {
        return Err(Refusal::new(
            400,
            "invalidRequest",
            "The size of the file must be greater than zero.",
        ));
    }
    if size > FILE {
        return Err(too_large("A file must not be larger than 25 MB."));
    }
    let mut row = Row::new(world.mailbox_id(), task.id);
    row.properties = info;
    row.set("received", 0);
    row.set("parts", json!([]));
    row.set("expirationDateTime", world.counters.clock.text_after(OPEN));
    world.store.put(Kind::UploadSession, row.clone());
    let mut shown = Map::new();
    shown.insert(
        "uploadUrl".to_owned(),
        url(call, &format!("attachmentSessions/{}", row.id)).into(),
    );
    shown.insert("expirationDateTime".to_owned(), row.get("expirationDateTime").clone());
    shown.insert("nextExpectedRanges".to_owned(), json!(["0-"]));
    Ok(render::one(call, 200, UPLOAD_SESSION.name, shown))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_session(world, call)?;
    Ok(render::one(call, 200, &context(call), shown(call, &row)))
}

/// The open sessions of a task.
pub(super) fn all(world: &World, call: &Call<'_>, task: &str) -> Value {
    let plain = call.without_query();
    let rows = world.store.children(Kind::UploadSession, task);
    rows.map(|row| Value::Object(shown(&plain, row))).collect()
}

fn shown(call: &Call<'_>, row: &Row) -> Map<String, Value> {
    let mut shown = row.clone();
    shown
        .properties
        .retain(|name, _| ATTACHMENT_SESSION.property(name).is_some());
    shown.set("nextExpectedRanges", json!([format!("{}-", received(row))]));
    render::entity(call, Kind::UploadSession, &ATTACHMENT_SESSION, &shown)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let row = find_session(world, call)?;
    remove(world, &call.me, Kind::UploadSession, &row.id);
    Ok(Reply::empty(204))
}

/// Takes the next part. After the last one the file is attached, and the session is over.
pub(super) fn upload(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = find_session(world, call)?;
    let size = row.get("size").as_u64().unwrap_or_default();
    let received = received(&row);
    let (first, last, total) = call.content_range.as_deref().and_then(range).ok_or_else(|| {
        Refusal::new(
            400,
            "invalidRequest",
            "The header Content-Range is missing or malformed.",
        )
    })?;
    if call.bytes.len() > PART {
        return Err(too_large("A part must not be larger than 4 MB."));
    }
    if total != size {
        return Err(Refusal::new(
            400,
            "invalidRequest",
            "The total of Content-Range is not the size of the file.",
        ));
    }
    if first != received || last >= size || last < first {
        let message = format!("The range is not the one that is expected: {received}-.");
        return Err(Refusal::new(416, "invalidRange", message));
    }
    if u64::try_from(call.bytes.len()) != Ok(last - first + 1) {
        return Err(Refusal::new(
            400,
            "invalidRequest",
            "The length of the part is not that of its range.",
        ));
    }
    let next = last + 1;
    row.set("received", next);
    if let Some(parts) = row.properties.get_mut("parts").and_then(Value::as_array_mut) {
        parts.push(STANDARD.encode(&call.bytes).into());
    }
    if next < size {
        let shown = json!({
            "@odata.context": call.context(UPLOAD_SESSION.name),
            "ExpirationDateTime": row.get("expirationDateTime"),
            "NextExpectedRanges": [next.to_string()],
        });
        world.store.put(Kind::UploadSession, row);
        return Ok(Reply::json(200, shown));
    }
    let parts = row
        .get("parts")
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let content: Vec<u8> = parts.filter_map(|part| STANDARD.decode(part).ok()).flatten().collect();
    let name = row.text("name").unwrap_or_default();
    let attachment = add(world, call, &row.parent, name, row.text("contentType"), &content);
    remove(world, &call.me, Kind::UploadSession, &row.id);
    let location = url(call, &format!("Attachments/{}", attachment.id));
    Ok(Reply::empty(201).header("location", location))
}

/// The session that the path names, while it is open.
fn find_session(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    let task = find_task(world, call)?;
    let row = find(world, Kind::UploadSession, &task.id, call.key(2))?;
    let expires = row
        .text("expirationDateTime")
        .and_then(|text| text.parse::<Timestamp>().ok());
    let is_open = expires.is_some_and(|expires| expires > world.counters.clock.now());
    if is_open {
        Ok(row)
    } else {
        Err(Refusal::not_in_mailbox())
    }
}

fn received(row: &Row) -> u64 {
    row.get("received").as_u64().unwrap_or_default()
}

/// A URL below the task.
fn url(call: &Call<'_>, rest: &str) -> String {
    call.url(&format!(
        "/users/{}/todo/lists/{}/tasks/{}/{rest}",
        call.user,
        call.key(0),
        call.key(1)
    ))
}

/// The first and the last position of `bytes {first}-{last}/{total}`, and the total.
fn range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?, total.parse().ok()?))
}
