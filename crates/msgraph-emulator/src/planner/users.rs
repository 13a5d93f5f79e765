//! What Planner knows of a user: favourite and recent plans, and which plans and tasks concern them.

use serde_json::{Value, json};

use super::{access, canonical, limits, plans as planner_plans, shown, versions};
use crate::{
    call::Call,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// `GET /me/planner`
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let user = find(world, call)?;
    shown::one(world, call, 200, Kind::PlannerUser, &user)
}

/// `PATCH /me/planner`
pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = find(world, call)?;
    let seen = versions::seen(call, Kind::PlannerUser, &before)?;
    let call = &super::rewritten(world, call)?;
    let (mut user, paths) = planner_plans::merged(call, &before);
    versions::agree(&before, seen, &paths)?;
    for (name, code) in [
        ("favoritePlanReferences", "MaximumFavoritePlansForUser"),
        ("recentPlanReferences", "MaximumRecentPlansForUser"),
    ] {
        let mut references = user.get(name).as_object().cloned().unwrap_or_default();
        let is_recent = name == "recentPlanReferences";
        let sent = call.body.get(name).and_then(Value::as_object);
        let sent = sent.map_or(0, |sent| {
            sent.values().filter(|reference| reference.is_object()).count()
        });
        limits::at_most(call, code, if is_recent { sent } else { references.len() })?;
        for (id, reference) in &mut references {
            if before.get(name).get(id).is_some() {
                continue;
            }
            let title = access::plan(world, call, id)?.get("title").clone();
            let Some(reference) = reference.as_object_mut() else {
                continue;
            };
            reference.entry("planTitle").or_insert_with(|| title);
            if is_recent {
                reference
                    .entry("lastAccessedDateTime")
                    .or_insert_with(|| world.now().into());
            } else {
                reference
                    .entry("orderHint")
                    .or_insert_with(|| canonical::new_hint(world));
            }
        }
        // The plan that was not seen for the longest time makes room.
        while is_recent && references.len() > call.config.limit(code) {
            let oldest = references
                .iter()
                .min_by_key(|(_, of)| of["lastAccessedDateTime"].as_str().map(str::to_owned));
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
                break;
            };
            references.remove(&oldest);
        }
        user.set(name, references);
    }
    let user = versions::update(world, call, Kind::PlannerUser, &before, user, paths);
    shown::updated(world, call, Kind::PlannerUser, &user)
}

/// `GET /me/planner/favoritePlans`, in the order of their hints.
pub(crate) fn favorite_plans(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plans = referenced(world, call, "favoritePlanReferences", "orderHint")?;
    shown::list(world, call, Kind::Plan, &plans)
}

/// `GET /me/planner/recentPlans`, the last one first.
pub(crate) fn recent_plans(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut plans = referenced(world, call, "recentPlanReferences", "lastAccessedDateTime")?;
    plans.reverse();
    shown::list(world, call, Kind::Plan, &plans)
}

fn referenced(world: &mut World, call: &Call<'_>, name: &str, order: &str) -> Result<Vec<Row>, Refusal> {
    let user = find(world, call)?;
    let references = user.get(name).as_object().into_iter().flatten();
    let mut references: Vec<_> = references
        .map(|(id, of)| (of[order].as_str().unwrap_or_default(), id))
        .collect();
    references.sort_unstable();
    let plans = references
        .into_iter()
        .filter_map(|(_, id)| access::plan(world, call, id).ok());
    Ok(plans.cloned().collect())
}

/// `GET /me/planner/plans`: those that the user may see.
pub(crate) fn plans(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plans = access::plans(world, &call.user).filter(|plan| access::may_see(world, plan, &call.me));
    let plans: Vec<_> = plans.cloned().collect();
    shown::list(world, call, Kind::Plan, &plans)
}

/// `GET /me/planner/rosterPlans`
pub(crate) fn roster_plans(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plans = access::plans(world, &call.user)
        .filter(|plan| plan.get("container")["type"] == "roster" && access::may_see(world, plan, &call.me));
    let plans: Vec<_> = plans.cloned().collect();
    shown::list(world, call, Kind::Plan, &plans)
}

/// `GET /me/planner/tasks`: those that are assigned to the user and not archived.
pub(crate) fn tasks(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let is_theirs = |task: &Row| !task.get("assignments")[&*call.user].is_null() && task.get("isArchived") != true;
    list_tasks(world, call, is_theirs)
}

/// `GET /me/planner/myDayTasks`
pub(crate) fn my_day_tasks(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    only_own(call)?;
    let is_theirs = |task: &Row| task.get("isOnMyDay") == true && task.get("isArchived") != true;
    list_tasks(world, call, is_theirs)
}

fn list_tasks(world: &mut World, call: &Call<'_>, is_one: impl Fn(&Row) -> bool) -> Result<Reply, Refusal> {
    let tasks = world.store.all(Kind::Task).filter(|task| {
        let plan = world.store.get(Kind::Plan, &task.parent);
        let may_see = |plan: &Row| access::is_there(world, plan) && access::may_see(world, plan, &call.me);
        is_one(task) && plan.is_some_and(may_see)
    });
    let tasks: Vec<_> = tasks.cloned().collect();
    shown::list(world, call, Kind::Task, &tasks)
}

/// What Planner knows of the user of the path, from the first time somebody asks.
fn find(world: &mut World, call: &Call<'_>) -> Result<Row, Refusal> {
    only_own(call)?;
    if let Some(user) = world.store.get(Kind::PlannerUser, &call.user) {
        return Ok(user.clone());
    }
    let mut user = Row::new(call.user.clone(), "");
    user.set("favoritePlanReferences", json!({}));
    user.set("recentPlanReferences", json!({}));
    Ok(versions::create(world, call, Kind::PlannerUser, user))
}

fn only_own(call: &Call<'_>) -> Result<(), Refusal> {
    if call.user == call.me || call.me.is_empty() {
        return Ok(());
    }
    Err(Refusal::forbidden("What is of another user cannot be read."))
}
