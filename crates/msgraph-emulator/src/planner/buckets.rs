//! Buckets.

use serde_json::{Value, json};

use super::{access, canonical, history, limits, plans, shown, tasks, versions};
use crate::{
    call::Call,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// `GET /planner/buckets`, which asks for a filter by plan.
pub(crate) fn filtered(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = super::plan_in_filter(call)?;
    list(world, call, &plan)
}

/// `GET /planner/plans/{id}/buckets`
pub(crate) fn of_plan(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    list(world, call, call.key(0))
}

fn list(world: &mut World, call: &Call<'_>, plan: &str) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, plan)?;
    let buckets: Vec<_> = world.store.children(Kind::Bucket, &plan.id).cloned().collect();
    shown::list(world, call, Kind::Bucket, &buckets)
}

/// `GET /planner/buckets/{id}`
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bucket = access::part(world, call, Kind::Bucket, call.key(0))?;
    shown::one(world, call, 200, Kind::Bucket, bucket)
}

/// `POST /planner/buckets`
pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = access::open_plan(world, call, call.text("planId").unwrap_or_default())?;
    one_more(world, call, &plan.id)?;
    let call = &super::rewritten(world, call)?;
    let mut bucket = Row::new(world.planner_id(), plan.id.clone());
    bucket.set("name", name(call)?);
    bucket.set("planId", plan.id);
    let hint = call.body.get("orderHint").cloned();
    bucket.set("orderHint", hint.unwrap_or_else(|| canonical::new_hint(world)));
    bucket.set("isArchived", false);
    bucket.set("archivalInfo", Value::Null);
    bucket.set("creationSource", Value::Null);
    let bucket = versions::create(world, call, Kind::Bucket, bucket);
    shown::one(world, call, 201, Kind::Bucket, &bucket)
}

/// `PATCH /planner/buckets/{id}`; with another `planId` the bucket moves there, and its tasks with it.
pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = access::open_part(world, call, Kind::Bucket, call.key(0))?;
    let seen = versions::seen(call, Kind::Bucket, &before)?;
    let call = &super::rewritten(world, call)?;
    name(call)?;
    let (mut bucket, paths) = plans::merged(call, &before);
    versions::agree(&before, seen, &paths)?;
    let Some(plan) = bucket.text("planId").map(str::to_owned) else {
        return Err(Refusal::bad_request("A bucket must be in a plan."));
    };
    if plan != before.parent {
        access::open_plan(world, call, &plan)?;
        one_more(world, call, &plan)?;
        bucket.parent.clone_from(&plan);
        for task in tasks::in_bucket(world, &before) {
            let mut moved = task.clone();
            moved.set("planId", json!(plan));
            tasks::relocate(world, call, &task, moved, ["planId".to_owned()].into())?;
        }
    }
    let bucket = versions::update(world, call, Kind::Bucket, &before, bucket, paths);
    shown::updated(world, call, Kind::Bucket, &bucket)
}

/// `DELETE /planner/buckets/{id}`: its tasks go with it.
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bucket = access::part(world, call, Kind::Bucket, call.key(0))?.clone();
    versions::latest(call, Kind::Bucket, &bucket)?;
    for task in tasks::in_bucket(world, &bucket) {
        tasks::remove(world, &call.me, &task.id);
        history::record(world, call, "deleted", &task);
    }
    versions::remove(world, &call.me, Kind::Bucket, &bucket.id);
    Ok(Reply::empty(204))
}

fn one_more(world: &World, call: &Call<'_>, plan: &str) -> Result<(), Refusal> {
    limits::at_most(
        call,
        "MaximumBucketsInProject",
        world.store.count(Kind::Bucket, plan) + 1,
    )
}

fn name<'c>(call: &'c Call<'_>) -> Result<&'c str, Refusal> {
    let name = call.text("name").unwrap_or("-");
    if name.trim().is_empty() {
        return Err(Refusal::bad_request("The name must not be empty."));
    }
    Ok(name)
}
