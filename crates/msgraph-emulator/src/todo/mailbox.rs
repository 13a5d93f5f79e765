//! A mailbox: whose it is, what is in it from the start, and how anything in it is written.

use std::collections::BTreeSet;

use crate::{
    call::Call,
    changes,
    reply::Refusal,
    store::{Kind, Revision, Row},
    world::World,
};

/// The id of the user whose mailbox the path is about, if it may be read.
///
/// Who signed in reads no mailbox but their own; an application reads any.
pub(crate) fn owner(world: &mut World, call: &Call<'_>) -> Result<String, Refusal> {
    if call.user.is_empty() {
        return Err(Refusal::bad_request(
            "/me request is only valid with delegated authentication flow.",
        ));
    }
    if !call.me.is_empty() && call.me != call.user {
        let message = "Access is denied. Check credentials and try again.";
        return Err(Refusal::new(403, "ErrorAccessDenied", message));
    }
    if world.store.count(Kind::List, &call.user) == 0 {
        found(world, &call.user);
    }
    Ok(call.user.clone())
}

/// Puts into a mailbox what it has from the start.
fn found(world: &mut World, user: &str) {
    for (name, well_known) in [("Tasks", "defaultList"), ("Flagged email", "flaggedEmails")] {
        let mut row = Row::new(world.mailbox_id(), user);
        row.set("displayName", name);
        row.set("isOwner", true);
        row.set("isShared", false);
        row.set("wellknownListName", well_known);
        insert(world, user, Kind::List, row);
    }
}

/// The list that the path names, in a mailbox that may be read.
pub(crate) fn find_list(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    let owner = owner(world, call)?;
    find(world, Kind::List, &owner, call.key(0))
}

/// The task that the path names.
pub(crate) fn find_task(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    let list = find_list(world, call)?;
    find(world, Kind::TodoTask, &list.id, call.key(1))
}

/// A row with a mailbox's id that belongs to something.
pub(crate) fn find(world: &World, kind: Kind, parent: &str, id: &str) -> Result<Row, Refusal> {
    if !is_mailbox_id(id) {
        return Err(malformed_id());
    }
    let row = world.store.get(kind, id).filter(|row| row.parent == parent);
    row.cloned().ok_or_else(Refusal::not_in_mailbox)
}

pub(crate) fn malformed_id() -> Refusal {
    Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed.")
}

/// Whether a text could be the id of something in a mailbox.
pub(crate) fn is_mailbox_id(id: &str) -> bool {
    let is_in_id = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b'=' | b'+');
    id.len() >= 16 && id.bytes().all(is_in_id)
}

/// The version that a row was created with: the order in which the rows of a mailbox are listed.
pub(crate) fn created(row: &Row) -> u64 {
    row.history.first().map_or(row.version, |revision| revision.version)
}

/// Puts a new row into a mailbox.
pub(crate) fn insert(world: &mut World, by: &str, kind: Kind, mut row: Row) -> Row {
    row.version = world.next_version();
    row.history = vec![Revision {
        version: row.version,
        paths: BTreeSet::new(),
    }];
    world.store.put(kind, row.clone());
    if is_recorded(kind) {
        changes::record(world, kind, None, Some(&row), by);
    }
    row
}

/// Puts a changed row in the place of the one with its id.
pub(crate) fn update(world: &mut World, by: &str, kind: Kind, mut row: Row) -> Row {
    row.version = world.next_version();
    if is_task(kind) {
        row.set("lastModifiedDateTime", world.now());
    }
    let before = world.store.get(kind, &row.id).cloned();
    world.store.put(kind, row.clone());
    if is_recorded(kind) {
        changes::record(world, kind, before.as_ref(), Some(&row), by);
    }
    row
}

/// Removes a row, and what belongs to it.
pub(crate) fn remove(world: &mut World, by: &str, kind: Kind, id: &str) {
    for of in parts(kind) {
        let ids: Vec<_> = world.store.children(*of, id).map(|row| row.id.clone()).collect();
        for id in ids {
            remove(world, by, *of, &id);
        }
    }
    if let Some(before) = world.store.remove(kind, id)
        && is_recorded(kind)
    {
        changes::record(world, kind, Some(&before), None, by);
    }
}

/// Something that belongs to a task or a list was written: whoever reads that sees that it changed.
pub(crate) fn touch(world: &mut World, by: &str, kind: Kind, id: &str) {
    if let Some(row) = world.store.get(kind, id).cloned() {
        update(world, by, kind, row);
    }
}

/// What may belong to rows of a kind.
fn parts(kind: Kind) -> &'static [Kind] {
    match kind {
        Kind::List => &[Kind::TodoTask, Kind::Extension],
        Kind::BaseTaskList => &[Kind::BaseTask],
        Kind::TodoTask | Kind::BaseTask => &[
            Kind::ChecklistItem,
            Kind::LinkedResource,
            Kind::Attachment,
            Kind::UploadSession,
            Kind::Extension,
        ],
        _ => &[],
    }
}

fn is_task(kind: Kind) -> bool {
    matches!(kind, Kind::TodoTask | Kind::BaseTask)
}

/// Whether a change of a row is one of its own; otherwise it is one of the task or list that it belongs to.
fn is_recorded(kind: Kind) -> bool {
    is_task(kind) || matches!(kind, Kind::List | Kind::BaseTaskList)
}
