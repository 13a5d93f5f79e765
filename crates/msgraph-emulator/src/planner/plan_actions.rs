//! What can be done with a plan beside changing it: archive it, move it, ask for rights and history.

use serde_json::{Map, Value, json};

use super::{access, containers::Container, shown, versions};
use crate::{
    call::Call,
    render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// `POST /planner/plans/{id}/archive`
pub(crate) fn archive(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    set_archived(world, call, true)
}

/// `POST /planner/plans/{id}/unarchive`
pub(crate) fn unarchive(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    set_archived(world, call, false)
}

/// A plan is archived with its buckets and tasks.
fn set_archived(world: &mut World, call: &Call<'_>, archived: bool) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, call.key(0))?.clone();
    versions::latest(call, Kind::Plan, &plan)?;
    if plan.get("isArchived") == archived {
        let state = if archived { "archived already" } else { "not archived" };
        return Err(Refusal::bad_request(format!("The plan is {state}.")));
    }
    let info = json!({
        "justification": call.text("justification"),
        "statusChangedBy": access::identity(world, &call.me),
        "statusChangedDateTime": world.now(),
    });
    let parts = [Kind::Bucket, Kind::Task].map(|kind| {
        let rows: Vec<_> = world.store.children(kind, &plan.id).cloned().collect();
        (kind, rows)
    });
    for (kind, rows) in parts.into_iter().chain([(Kind::Plan, vec![plan])]) {
        for before in rows {
            let mut after = before.clone();
            after.set("isArchived", archived);
            after.set("archivalInfo", info.clone());
            let paths = ["isArchived", "archivalInfo"].map(str::to_owned).into();
            versions::update(world, call, kind, &before, after, paths);
        }
    }
    Ok(Reply::empty(204))
}

/// `POST /planner/plans/{id}/moveToContainer`: a personal plan becomes one of a group, and nothing else moves.
pub(crate) fn move_to_container(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = access::open_plan(world, call, call.key(0))?;
    versions::latest(call, Kind::Plan, &before)?;
    let given = call.body.get("container").and_then(Value::as_object);
    let container = Container::read(world, call, given.unwrap_or(&Map::new()))?;
    if before.get("container")["type"] != "user" || container.kind != "group" {
        return Err(Refusal::bad_request("A plan can be moved from a user to a group only."));
    }
    container.check(world, call)?;
    let mut plan = Row {
        parent: container.id.clone(),
        ..before.clone()
    };
    plan.set("container", container.shown(call));
    plan.set("owner", container.id.clone());
    let paths = ["container", "owner"].map(str::to_owned).into();
    let plan = versions::update(world, call, Kind::Plan, &before, plan, paths);
    shown::one(world, call, 200, Kind::Plan, &plan)
}

/// `GET /planner/plans/{id}/getUsageRights`: without a label there are no rights to tell.
pub(crate) fn usage_rights(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, call.key(0))?;
    let roster = world.store.get(Kind::Roster, &plan.parent);
    let has_label = roster.is_some_and(|roster| !roster.get("assignedSensitivityLabel").is_null());
    let rights = json!({
        "allowCopy": true, "allowEdit": true, "allowExport": true, "allowPrint": true, "allowView": true,
    });
    let mut shown = Map::new();
    shown.insert("planId".to_owned(), plan.id.clone().into());
    shown.insert("hasSensitivityLabel".to_owned(), has_label.into());
    shown.insert("usageRights".to_owned(), if has_label { rights } else { Value::Null });
    Ok(render::one(call, 200, "microsoft.graph.planUsageRight", shown))
}
