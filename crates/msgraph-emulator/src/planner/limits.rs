//! The limits of Planner: 403, with a code that tells which.

use crate::{
    call::Call,
    reply::Refusal,
    store::{Kind, Row},
    world::World,
};

/// Refuses more than there may be.
pub(crate) fn at_most(call: &Call<'_>, code: &str, number: usize) -> Result<(), Refusal> {
    if number > call.config.limit(code) {
        return Err(Refusal::new(403, code, format!("The limit '{code}' was exceeded.")));
    }
    Ok(())
}

/// Refuses one more task in a plan.
pub(crate) fn task_in_plan(world: &World, call: &Call<'_>, plan: &str) -> Result<(), Refusal> {
    at_most(call, "MaximumTasksInProject", world.store.count(Kind::Task, plan) + 1)
}

/// Refuses one more task in a plan that is not complete.
pub(crate) fn active_task(world: &World, call: &Call<'_>, plan: &str, except: &str) -> Result<(), Refusal> {
    let is_active = |task: &Row| task.id != except && task.get("percentComplete") != 100;
    let code = "MaximumActiveTasksInProject";
    let limit = call.config.limit(code);
    if world.store.count(Kind::Task, plan) < limit {
        return Ok(());
    }
    let tasks = world.store.children(Kind::Task, plan);
    at_most(call, code, tasks.filter(|task| is_active(task)).count() + 1)
}

/// Refuses one more task that was created by a user.
pub(crate) fn task_of_creator(world: &World, call: &Call<'_>) -> Result<(), Refusal> {
    let is_mine = |task: &Row| super::access::creator(task) == Some(&call.me);
    one_more_of(world, call, "MaximumTasksCreatedByUser", Kind::Task, is_mine)
}

/// Refuses one more task that is assigned to a user.
pub(crate) fn task_of_assignee(world: &World, call: &Call<'_>, user: &str) -> Result<(), Refusal> {
    let is_theirs = |task: &Row| !task.get("assignments")[user].is_null();
    one_more_of(world, call, "MaximumTasksAssignedToUser", Kind::Task, is_theirs)
}

/// Refuses one more plan that is shared with a user.
pub(crate) fn plan_of_user(world: &World, call: &Call<'_>, user: &str) -> Result<(), Refusal> {
    let is_shared = |details: &Row| details.get("sharedWith")[user] == true;
    one_more_of(
        world,
        call,
        "MaximumProjectsSharedWithUser",
        Kind::PlanDetails,
        is_shared,
    )
}

fn one_more_of(
    world: &World,
    call: &Call<'_>,
    code: &str,
    kind: Kind,
    is_one: impl Fn(&Row) -> bool,
) -> Result<(), Refusal> {
    let limit = call.config.limit(code);
    // Looking into rows costs more than counting them, and few tests come near a limit.
    if world.store.all(kind).take(limit).count() < limit {
        return Ok(());
    }
    at_most(call, code, world.store.all(kind).filter(|row| is_one(row)).count() + 1)
}
