//! The one way of writing: which version a client saw, whether that still agrees with what came later, and the next.

use std::collections::BTreeSet;

use crate::{
    call::Call,
    changes, etag,
    reply::Refusal,
    store::{Kind, Revision, Row},
    world::World,
};

/// Paths of properties that a write changes.
pub(crate) type Paths = BTreeSet<String>;

/// The version that `If-Match` names: one of this very row that is still known.
pub(crate) fn seen(call: &Call<'_>, kind: Kind, row: &Row) -> Result<u64, Refusal> {
    let given = call.if_match.as_deref().map(str::trim).filter(|etag| !etag.is_empty());
    let Some(given) = given else {
        let message = "The If-Match header must be specified for this request.";
        return Err(Refusal::new(412, "", message));
    };
    if given == "*" {
        let message = "The given key was not present in the dictionary.";
        return Err(Refusal::new(call.config.any_etag_status, "", message));
    }
    let is_known =
        |version: &u64| *version == row.version || row.history.iter().any(|revision| revision.version == *version);
    // No two rows share a version, so that of another row is none of this one.
    let version = etag::version(kind, given).filter(is_known);
    version.ok_or_else(|| Refusal::new(412, "", "The If-Match header contains an invalid value."))
}

/// Refuses a change of what was changed since the version that the client saw.
pub(crate) fn agree(row: &Row, seen: u64, paths: &Paths) -> Result<(), Refusal> {
    let mut since = row.history.iter().filter(|revision| revision.version > seen);
    if since.any(|revision| crate::merge::overlap(&revision.paths, paths)) {
        return Err(Refusal::conflict());
    }
    Ok(())
}

/// Refuses what concerns the whole row, such as its deletion, unless the client saw the last version.
pub(crate) fn latest(call: &Call<'_>, kind: Kind, row: &Row) -> Result<(), Refusal> {
    if seen(call, kind, row)? < row.version {
        return Err(Refusal::conflict());
    }
    Ok(())
}

/// Puts a new row.
pub(crate) fn create(world: &mut World, call: &Call<'_>, kind: Kind, row: Row) -> Row {
    let row = next(world, call, row, Paths::new());
    world.store.put(kind, row.clone());
    changes::record(world, kind, None, Some(&row), &call.me);
    row
}

/// Puts the next version of a row, unless nothing is different.
pub(crate) fn update(world: &mut World, call: &Call<'_>, kind: Kind, before: &Row, after: Row, paths: Paths) -> Row {
    if *before == after {
        return after;
    }
    let row = next(world, call, after, paths);
    world.store.put(kind, row.clone());
    changes::record(world, kind, Some(before), Some(&row), &call.me);
    row
}

/// Puts what a row is now without a new version.
pub(crate) fn replace(world: &mut World, call: &Call<'_>, kind: Kind, before: &Row, after: Row) -> Row {
    if *before != after {
        world.store.put(kind, after.clone());
        changes::record(world, kind, Some(before), Some(&after), &call.me);
    }
    after
}

/// Takes a row away, if it is there.
pub(crate) fn remove(world: &mut World, by: &str, kind: Kind, id: &str) {
    if let Some(row) = world.store.remove(kind, id) {
        changes::record(world, kind, Some(&row), None, by);
    }
}

fn next(world: &mut World, call: &Call<'_>, mut row: Row, paths: Paths) -> Row {
    row.version = world.next_version();
    row.history.push(Revision {
        version: row.version,
        paths,
    });
    let forgotten = row.history.len().saturating_sub(call.config.known_versions.max(1));
    row.history.drain(..forgotten);
    row
}
