//! What a change of a task must not be, and what follows from it.

use serde_json::{Map, Value};

use super::{access, canonical, limits, versions};
use crate::{
    call::Call,
    reply::Refusal,
    store::{Kind, Row},
    world::World,
};

/// Refuses a task that cannot be, and fills in what follows from what the client set.
pub(crate) fn judge(world: &mut World, call: &Call<'_>, before: &Row, task: &mut Row) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::bad_request(message));
    for (name, default, most) in [("percentComplete", 0, 100), ("priority", 5, 10)] {
        if task.get(name).is_null() {
            task.set(name, default);
        }
        if !task
            .get(name)
            .as_i64()
            .is_some_and(|number| (0..=most).contains(&number))
        {
            return refuse(&format!("The value of '{name}' must be from 0 to {most}."));
        }
    }
    if task.text("title").is_none_or(|title| title.trim().is_empty()) {
        return refuse("The title must not be empty.");
    }
    let date = |name| task.text(name).and_then(|text| text.parse::<jiff::Timestamp>().ok());
    if let (Some(start), Some(due)) = (date("startDateTime"), date("dueDateTime"))
        && start > due
    {
        return refuse("The start date must not be later than the due date.");
    }
    if let Some(id) = task.text("bucketId") {
        let bucket = access::part(world, call, Kind::Bucket, id)?;
        let is_with_its_bucket = call.route.entity == "PlannerBucket" && bucket.parent == before.parent;
        if bucket.parent != task.parent && !is_with_its_bucket {
            return refuse("The bucket is not one of the plan.");
        }
    }
    assign(world, call, before, task)?;
    complete(world, call, before, task)?;
    if task.get("isOnMyDay") != before.get("isOnMyDay") {
        let today = world.now().get(..10).unwrap_or_default().to_owned();
        task.set("isOnMyDayLastModifiedDate", today);
    }
    Ok(())
}

fn assign(world: &World, call: &Call<'_>, before: &Row, task: &mut Row) -> Result<(), Refusal> {
    let mut assignments = task.get("assignments").as_object().cloned().unwrap_or_default();
    limits::at_most(call, "MaximumAssigneesInTasks", assignments.len())?;
    for (user, assignment) in &mut assignments {
        let known = before.get("assignments").get(user);
        if known.is_none() {
            if world.store.get(Kind::User, user).is_none() {
                return Err(Refusal::bad_request(format!(
                    "There is no user '{user}' to assign the task to."
                )));
            }
            limits::task_of_assignee(world, call, user)?;
        }
        let new = [
            ("assignedBy", access::identity(world, &call.me)),
            ("assignedDateTime", world.now().into()),
        ];
        for (name, new) in new {
            let value = known.and_then(|known| known.get(name)).cloned().unwrap_or(new);
            if let Some(assignment) = assignment.as_object_mut() {
                assignment.insert(name.to_owned(), value);
            }
        }
    }
    task.set("assignments", assignments);
    Ok(())
}

fn complete(world: &World, call: &Call<'_>, before: &Row, task: &mut Row) -> Result<(), Refusal> {
    let (was, is) = (before.get("percentComplete") == 100, task.get("percentComplete") == 100);
    let is_more = before.version == 0 || was || before.parent != task.parent;
    if !is && is_more {
        limits::active_task(world, call, &task.parent, &task.id)?;
    }
    if is && !was {
        task.set("completedBy", access::identity(world, &call.me));
        task.set("completedDateTime", world.now());
    } else if !is {
        task.set("completedBy", Value::Null);
        task.set("completedDateTime", Value::Null);
    }
    Ok(())
}

/// Who changed a task last, and when.
pub(crate) fn stamp(world: &World, call: &Call<'_>, task: &mut Row) {
    task.set("lastModifiedBy", access::identity(world, &call.me));
    task.set("lastModifiedDateTime", world.now());
}

/// An order hint for each assignee; those that are known are kept.
pub(crate) fn hints_of(world: &mut World, task: &Row, known: &Map<String, Value>) -> Map<String, Value> {
    let users = task.get("assignments").as_object().into_iter().flat_map(Map::keys);
    users
        .map(|user| {
            let hint = known.get(user).cloned().unwrap_or_else(|| canonical::new_hint(world));
            (user.clone(), hint)
        })
        .collect()
}

/// Keeps the board of assignees in step with the assignments.
pub(crate) fn keep_board(world: &mut World, call: &Call<'_>, task: &Row) {
    let Some(before) = world.store.get(Kind::AssignedFormat, &task.id).cloned() else {
        return;
    };
    let known = before
        .get("orderHintsByAssignee")
        .as_object()
        .cloned()
        .unwrap_or_default();
    let mut board = before.clone();
    board.set("orderHintsByAssignee", hints_of(world, task, &known));
    let paths = ["orderHintsByAssignee".to_owned()].into();
    versions::update(world, call, Kind::AssignedFormat, &before, board, paths);
}
