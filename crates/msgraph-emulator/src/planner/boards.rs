//! How tasks are ordered on the three boards.

use serde_json::{Map, Value};

use super::{access, plans, shown, versions};
use crate::{
    call::Call,
    reply::{Refusal, Reply},
    store::Kind,
    world::World,
};

/// `GET` of a board format.
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let kind = kind(call);
    let format = access::part(world, call, kind, call.key(0))?;
    shown::one(world, call, 200, kind, format)
}

/// `PATCH` of a board format. A hint for someone who is not an assignee is not kept.
pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let kind = kind(call);
    let before = access::open_part(world, call, kind, call.key(0))?;
    let seen = versions::seen(call, kind, &before)?;
    let call = &super::rewritten(world, call)?;
    let (mut format, paths) = plans::merged(call, &before);
    versions::agree(&before, seen, &paths)?;
    let task = world.store.get(Kind::Task, &before.id);
    let assignments = task.and_then(|task| task.get("assignments").as_object());
    if let (Some(assignments), Some(Value::Object(hints))) =
        (assignments, format.properties.get_mut("orderHintsByAssignee"))
    {
        hints.retain(|user, _| Map::contains_key(assignments, user));
    }
    let format = versions::update(world, call, kind, &before, format, paths);
    shown::updated(world, call, kind, &format)
}

fn kind(call: &Call<'_>) -> Kind {
    match call.route.entity {
        "PlannerAssignedToTaskBoardTaskFormat" => Kind::AssignedFormat,
        "PlannerBucketTaskBoardTaskFormat" => Kind::BucketFormat,
        _ => Kind::ProgressFormat,
    }
}
