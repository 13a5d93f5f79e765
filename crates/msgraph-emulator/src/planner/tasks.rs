//! Tasks.

use serde_json::{Map, Value, json};

use super::{access, canonical, effects, history, limits, plans, recurrence, shown, versions};
use crate::{
    call::Call,
    merge,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// What belongs to every task, with its id.
pub(crate) const PARTS: [Kind; 4] = [
    Kind::TaskDetails,
    Kind::AssignedFormat,
    Kind::BucketFormat,
    Kind::ProgressFormat,
];

/// `GET /planner/tasks`, which asks for a filter by plan.
pub(crate) fn filtered(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = super::plan_in_filter(call)?;
    list(world, call, &plan)
}

/// `GET /planner/plans/{id}/tasks`
pub(crate) fn of_plan(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    list(world, call, call.key(0))
}

fn list(world: &mut World, call: &Call<'_>, plan: &str) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, plan)?;
    let tasks: Vec<_> = world.store.children(Kind::Task, &plan.id).cloned().collect();
    shown::list(world, call, Kind::Task, &tasks)
}

/// `GET /planner/buckets/{id}/tasks`
pub(crate) fn of_bucket(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let bucket = access::part(world, call, Kind::Bucket, call.key(0))?;
    let tasks = in_bucket(world, bucket);
    shown::list(world, call, Kind::Task, &tasks)
}

/// The tasks in a bucket.
pub(crate) fn in_bucket(world: &World, bucket: &Row) -> Vec<Row> {
    let tasks = world.store.children(Kind::Task, &bucket.parent);
    tasks
        .filter(|task| task.get("bucketId") == bucket.id.as_str())
        .cloned()
        .collect()
}

/// `GET /planner/tasks/{id}`
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let task = access::part(world, call, Kind::Task, call.key(0))?;
    shown::one(world, call, 200, Kind::Task, task)
}

/// `POST /planner/tasks`
pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = access::open_plan(world, call, call.text("planId").unwrap_or_default())?;
    limits::task_in_plan(world, call, &plan.id)?;
    limits::task_of_creator(world, call)?;
    let mut call = super::rewritten(world, call)?;
    if let Some(categories) = call.body.get_mut("appliedCategories").and_then(Value::as_object_mut) {
        categories.retain(|_, applied| *applied == true);
    }
    let schedule = recurrence::take(&mut call)?;
    let call = &call;
    let nothing = Row {
        properties: defaults(),
        ..Row::new(world.planner_id(), plan.id)
    };
    let mut task = nothing.clone();
    if let Some(shape) = call.shape {
        merge::apply(&mut task.properties, &call.body, shape, call.config.merge_members);
    }
    task.set("createdBy", access::identity(world, &call.me));
    task.set("createdDateTime", world.now());
    if task.get("orderHint").is_null() {
        task.set("orderHint", canonical::new_hint(world));
    }
    if let Some(schedule) = schedule {
        recurrence::schedule(world, &mut task, schedule)?;
    }
    effects::judge(world, call, &nothing, &mut task)?;
    let task = add(world, call, task, &no_details());
    shown::one(world, call, 201, Kind::Task, &task)
}

/// Puts a new task, with what belongs to every task.
pub(crate) fn add(world: &mut World, call: &Call<'_>, mut task: Row, details: &Map<String, Value>) -> Row {
    effects::stamp(world, call, &mut task);
    let task = versions::create(world, call, Kind::Task, task);
    for kind in PARTS {
        let mut part = Row::new(task.id.clone(), task.parent.clone());
        match kind {
            Kind::TaskDetails => part.properties.clone_from(details),
            Kind::AssignedFormat => {
                part.set("unassignedOrderHint", canonical::new_hint(world));
                part.set("orderHintsByAssignee", effects::hints_of(world, &task, &Map::new()));
            }
            _ => part.set("orderHint", canonical::new_hint(world)),
        }
        versions::create(world, call, kind, part);
    }
    history::record(world, call, "created", &task);
    task
}

/// `PATCH /planner/tasks/{id}`
pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = access::open_part(world, call, Kind::Task, call.key(0))?;
    let seen = versions::seen(call, Kind::Task, &before)?;
    let mut call = super::rewritten(world, call)?;
    let schedule = recurrence::take(&mut call)?;
    let call = &call;
    let (mut task, mut paths) = plans::merged(call, &before);
    if schedule.is_some() {
        paths.insert("recurrence/schedule".to_owned());
    }
    versions::agree(&before, seen, &paths)?;
    if let Some(schedule) = schedule {
        recurrence::schedule(world, &mut task, schedule)?;
    }
    let task = relocate(world, call, &before, task, paths)?;
    shown::updated(world, call, Kind::Task, &task)
}

/// Writes a task with what follows from its change, in the plan that it names.
pub(crate) fn relocate(
    world: &mut World,
    call: &Call<'_>,
    before: &Row,
    mut task: Row,
    paths: versions::Paths,
) -> Result<Row, Refusal> {
    let plan = task.text("planId").unwrap_or_default().to_owned();
    let moves = plan != before.parent;
    if moves {
        access::open_plan(world, call, &plan)?;
        limits::task_in_plan(world, call, &plan)?;
        // A bucket of the plan before is none of the new one, unless the bucket moves too.
        if task.get("bucketId") == before.get("bucketId") && call.route.entity == "PlannerTask" {
            task.set("bucketId", Value::Null);
        }
        task.parent.clone_from(&plan);
    }
    effects::judge(world, call, before, &mut task)?;
    if *before == task {
        return Ok(task);
    }
    effects::stamp(world, call, &mut task);
    recurrence::finish(world, call, before, &mut task);
    let task = versions::update(world, call, Kind::Task, before, task, paths);
    for kind in PARTS.into_iter().filter(|_| moves) {
        world.store.edit(kind, &task.id, |part| part.parent.clone_from(&plan));
    }
    effects::keep_board(world, call, &task);
    history::record(world, call, if moves { "moved" } else { "updated" }, &task);
    Ok(task)
}

/// `DELETE /planner/tasks/{id}`
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let task = access::part(world, call, Kind::Task, call.key(0))?.clone();
    versions::latest(call, Kind::Task, &task)?;
    recurrence::spawn(world, call, &task);
    remove(world, &call.me, &task.id);
    history::record(world, call, "deleted", &task);
    Ok(Reply::empty(204))
}

/// Takes a task away with all that belongs to it.
pub(crate) fn remove(world: &mut World, by: &str, id: &str) {
    let messages: Vec<_> = world
        .store
        .children(Kind::Message, id)
        .map(|message| message.id.clone())
        .collect();
    for message in messages {
        versions::remove(world, by, Kind::Message, &message);
    }
    for kind in PARTS {
        versions::remove(world, by, kind, id);
    }
    versions::remove(world, by, Kind::Task, id);
}

fn defaults() -> Map<String, Value> {
    let defaults = json!({
        "activeChecklistItemCount": 0, "appliedCategories": {}, "archivalInfo": null, "assigneePriority": "",
        "assignments": {}, "bucketId": null, "checklistItemCount": 0, "completedBy": null, "completedDateTime": null,
        "conversationThreadId": null, "creationSource": null, "dueDateTime": null, "hasChat": false,
        "hasDescription": false, "isArchived": false, "goalIds": [], "isOnMyDay": false, "isOnMyDayLastModifiedDate": null,
        "percentComplete": 0, "previewType": "automatic", "priority": 5, "recurrence": null, "referenceCount": 0,
        "specifiedCompletionRequirements": "none", "startDateTime": null,
    });
    defaults.as_object().cloned().unwrap_or_default()
}

fn no_details() -> Map<String, Value> {
    let details = json!({
        "approvalAttachment": null, "checklist": {}, "completionRequirements": null, "description": "", "forms": {},
        "notes": null, "previewType": "automatic", "references": {},
    });
    details.as_object().cloned().unwrap_or_default()
}
