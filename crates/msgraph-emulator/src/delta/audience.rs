//! Who is told of a change in Planner's feed: those who are subscribed to what changed.
//!
//! Tasks: who created it, who it is assigned to, who owns its plan, and whom its plan is shared with. Plans, buckets and
//! what happened in a plan: whom the plan is shared with, and of plans who created them.

use std::collections::BTreeSet;

use crate::{
    store::{Kind, Row},
    world::World,
};

/// The users who are told of a change of this row, as it is.
pub(crate) fn audience(world: &World, kind: Kind, row: &Row) -> BTreeSet<String> {
    match kind {
        Kind::Task => of_task(world, row),
        Kind::TaskDetails | Kind::AssignedFormat | Kind::BucketFormat | Kind::ProgressFormat => {
            match world.store.get(Kind::Task, &row.id) {
                Some(task) => of_task(world, task),
                None => shared_with(world, &row.parent),
            }
        }
        Kind::PlanDetails => keys(row, "sharedWith").chain(shared_with(world, &row.id)).collect(),
        // Who creates a plan follows it from the start.
        Kind::Plan => shared_with(world, &row.id).into_iter().chain(creator(row)).collect(),
        Kind::Bucket | Kind::HistoryItem => shared_with(world, &row.parent),
        Kind::PlannerUser => BTreeSet::from([row.id.clone()]),
        _ => BTreeSet::new(),
    }
}

fn of_task(world: &World, task: &Row) -> BTreeSet<String> {
    let mut users = shared_with(world, &task.parent);
    users.extend(keys(task, "assignments"));
    users.extend(creator(task));
    if let Some(plan) = world.store.get(Kind::Plan, &task.parent) {
        users.extend(creator(plan));
        if plan.get("container").get("type").is_some_and(|kind| kind == "user") {
            users.insert(plan.parent.clone());
        }
    }
    users
}

fn creator(row: &Row) -> Option<String> {
    let user = row.get("createdBy").get("user")?.get("id")?;
    user.as_str().map(str::to_owned)
}

fn shared_with(world: &World, plan: &str) -> BTreeSet<String> {
    let details = world.store.get(Kind::PlanDetails, plan);
    details
        .into_iter()
        .flat_map(|details| keys(details, "sharedWith"))
        .collect()
}

/// The names of the members of an open type.
fn keys<'r>(row: &'r Row, property: &str) -> impl Iterator<Item = String> + use<'r> {
    let members = row.get(property).as_object().into_iter();
    members.flat_map(|members| members.keys().filter(|key| !key.starts_with('@')).cloned())
}
