//! What happened to the tasks of a plan.

use super::{access, shown, versions};
use crate::{
    call::Call,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// Remembers what happened to a task: `created`, `updated`, `deleted` or `moved`.
pub(crate) fn record(world: &mut World, call: &Call<'_>, event: &str, task: &Row) {
    let mut item = Row::new(world.planner_id(), task.parent.clone());
    item.set("actor", access::identity(world, &call.me));
    item.set("entityId", task.id.clone());
    item.set("entityType", "task");
    item.set("eventType", event);
    item.set("occurredDateTime", world.now());
    item.set("planId", task.parent.clone());
    versions::create(world, call, Kind::HistoryItem, item);
}

/// `GET /planner/plans/{id}/historyItems`, the oldest first; a filter for one value is honoured.
pub(crate) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, call.key(0))?;
    let is_asked = |item: &&Row| {
        ["entityId", "entityType", "eventType"].iter().all(|name| {
            let wanted = call.query.equality(name);
            wanted.is_none_or(|wanted| item.get(name) == wanted.as_str())
        })
    };
    let mut items: Vec<_> = world
        .store
        .children(Kind::HistoryItem, &plan.id)
        .filter(is_asked)
        .cloned()
        .collect();
    items.sort_by_key(|item| item.version);
    shown::list(world, call, Kind::HistoryItem, &items)
}

/// `GET /planner/plans/{id}/historyItems/{id}`
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, call.key(0))?;
    let item = world.store.get(Kind::HistoryItem, call.key(1));
    let item = item.filter(|item| item.parent == plan.id).cloned();
    shown::one(
        world,
        call,
        200,
        Kind::HistoryItem,
        &item.ok_or_else(Refusal::not_found)?,
    )
}
