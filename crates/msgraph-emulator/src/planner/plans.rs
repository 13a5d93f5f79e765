//! Plans and their details.

use serde_json::{Map, Value, json};

use super::{
    access,
    containers::{self, Container},
    limits, shown, versions,
};
use crate::{
    call::Call,
    directory, merge,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// `GET /planner/plans`, which asks for a filter by owner or container.
pub(crate) fn filtered(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let filter = call.query.get("$filter").unwrap_or_default();
    let compared = |name: &str| {
        filter.split(" and ").find_map(|part| {
            let (property, value) = part.trim().split_once(" eq ")?;
            let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            (property.trim() == name).then(|| value.replace("''", "'"))
        })
    };
    let container = compared("owner").or_else(|| compared("container/containerId"));
    let Some(container) = container else {
        let message = "The filter must name the owner, or the container by its type and its id.";
        return Err(Refusal::new(400, "", message));
    };
    of_container(world, call, &container)
}

/// `GET /groups/{id}/planner/plans`
pub(crate) fn of_group(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    if directory::group(world, call.key(0)).is_none() {
        return Err(Refusal::not_found());
    }
    if !call.me.is_empty() && !directory::is_member(world, call.key(0), &call.me) {
        return Err(Refusal::forbidden("You are not a member of the group."));
    }
    of_container(world, call, call.key(0))
}

/// `GET /teams/{id}/channels/{id}/planner/plans`: no plan can be put into a channel through this API, but a seed can.
pub(crate) fn of_channel(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    if directory::group(world, call.key(0)).is_none() {
        return Err(Refusal::not_found());
    }
    of_container(world, call, &containers::channel(call))
}

/// The plans of a container that the caller may see.
pub(crate) fn of_container(world: &mut World, call: &Call<'_>, container: &str) -> Result<Reply, Refusal> {
    let plans = world.store.children(Kind::Plan, container);
    let plans = plans.filter(|plan| access::is_there(world, plan) && access::may_see(world, plan, &call.me));
    let plans: Vec<_> = plans.cloned().collect();
    shown::list(world, call, Kind::Plan, &plans)
}

/// `GET /planner/plans/{id}`
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, call.key(0))?;
    shown::one(world, call, 200, Kind::Plan, plan)
}

/// `POST /planner/plans`
pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let given = call.body.get("container").and_then(Value::as_object);
    let container = Container::read(world, call, given.unwrap_or(&Map::new()))?;
    container.check(world, call)?;
    let mut plan = Row::new(world.planner_id(), container.id.clone());
    plan.set("title", title(call)?.unwrap_or_default());
    plan.set("container", container.shown(call));
    plan.set("owner", container.id.clone());
    plan.set("createdBy", access::identity(world, &call.me));
    plan.set("createdDateTime", world.now());
    plan.set("isArchived", false);
    plan.set("archivalInfo", Value::Null);
    plan.set("contexts", json!({}));
    plan.set("creationSource", Value::Null);
    plan.set("sharedWithContainers", json!([]));
    plan.set("contentSensitivityLabelAssignment", Value::Null);
    let contexts: Map<_, _> = call
        .body
        .clone()
        .into_iter()
        .filter(|(name, _)| name == "contexts")
        .collect();
    if let Some(shape) = call.shape {
        merge::apply(&mut plan.properties, &contexts, shape, call.config.merge_members);
    }
    keep_contexts(world, call, &Value::Null, &mut plan)?;
    let plan = versions::create(world, call, Kind::Plan, plan);
    let mut details = Row::new(plan.id.clone(), plan.id.clone());
    details.set("sharedWith", json!({}));
    details.set("categoryDescriptions", no_categories());
    details.set("contextDetails", json!({}));
    versions::create(world, call, Kind::PlanDetails, details);
    shown::one(world, call, 201, Kind::Plan, &plan)
}

/// `PATCH /planner/plans/{id}`
pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = access::open_plan(world, call, call.key(0))?;
    let seen = versions::seen(call, Kind::Plan, &before)?;
    title(call)?;
    let (mut plan, paths) = merged(call, &before);
    versions::agree(&before, seen, &paths)?;
    keep_contexts(world, call, before.get("contexts"), &mut plan)?;
    let plan = versions::update(world, call, Kind::Plan, &before, plan, paths);
    shown::updated(world, call, Kind::Plan, &plan)
}

/// `DELETE /planner/plans/{id}`
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let plan = access::plan(world, call, call.key(0))?.clone();
    versions::latest(call, Kind::Plan, &plan)?;
    remove(world, &call.me, &plan.id);
    Ok(Reply::empty(204))
}

/// Takes a plan away with all that is in it.
pub(crate) fn remove(world: &mut World, by: &str, id: &str) {
    let tasks: Vec<_> = world
        .store
        .children(Kind::Task, id)
        .map(|task| task.id.clone())
        .collect();
    for task in tasks {
        super::tasks::remove(world, by, &task);
    }
    for kind in [Kind::Bucket, Kind::HistoryItem] {
        let parts: Vec<_> = world.store.children(kind, id).map(|part| part.id.clone()).collect();
        for part in parts {
            versions::remove(world, by, kind, &part);
        }
    }
    // The details say who is told of it.
    versions::remove(world, by, Kind::Plan, id);
    versions::remove(world, by, Kind::PlanDetails, id);
}

/// `GET /planner/plans/{id}/details`
pub(crate) fn get_details(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let details = access::part(world, call, Kind::PlanDetails, call.key(0))?;
    shown::one(world, call, 200, Kind::PlanDetails, details)
}

/// `PATCH /planner/plans/{id}/details`
pub(crate) fn update_details(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = access::open_part(world, call, Kind::PlanDetails, call.key(0))?;
    let seen = versions::seen(call, Kind::PlanDetails, &before)?;
    let (mut details, paths) = merged(call, &before);
    versions::agree(&before, seen, &paths)?;
    let shared = details.get("sharedWith").as_object().cloned().unwrap_or_default();
    limits::at_most(call, "MaximumUsersSharedWithProject", shared.len())?;
    for user in shared.keys().filter(|user| before.get("sharedWith")[*user] != true) {
        if world.store.get(Kind::User, user).is_none() {
            return Err(Refusal::bad_request(format!(
                "There is no user '{user}' to share the plan with."
            )));
        }
        limits::plan_of_user(world, call, user)?;
    }
    // A label that was taken away has no name, but is there.
    let mut names = no_categories();
    if let (Some(names), Some(given)) = (names.as_object_mut(), details.get("categoryDescriptions").as_object()) {
        names.extend(given.clone());
    }
    details.set("categoryDescriptions", names);
    let details = versions::update(world, call, Kind::PlanDetails, &before, details, paths);
    shown::updated(world, call, Kind::PlanDetails, &details)
}

/// A row with the body laid over it, and what is different.
pub(crate) fn merged(call: &Call<'_>, before: &Row) -> (Row, versions::Paths) {
    let mut after = before.clone();
    let paths = call
        .shape
        .map(|shape| merge::apply(&mut after.properties, &call.body, shape, call.config.merge_members));
    (after, paths.unwrap_or_default())
}

fn title<'c>(call: &'c Call<'_>) -> Result<Option<&'c str>, Refusal> {
    let title = call.text("title");
    if title.is_some_and(|title| title.trim().is_empty()) {
        return Err(Refusal::bad_request("The title must not be empty."));
    }
    Ok(title)
}

/// Gives new contexts what the service knows of them, and keeps it for the others.
fn keep_contexts(world: &World, call: &Call<'_>, before: &Value, plan: &mut Row) -> Result<(), Refusal> {
    let mut contexts = plan.get("contexts").as_object().cloned().unwrap_or_default();
    limits::at_most(call, "MaximumContextsOnPlan", contexts.len())?;
    for (key, context) in &mut contexts {
        let Some(context) = context.as_object_mut() else {
            continue;
        };
        let known = before.get(key);
        for (name, new) in [
            ("createdDateTime", world.now().into()),
            ("ownerAppId", Value::Null),
            ("isCreationContext", before.is_null().into()),
        ] {
            let value = known.and_then(|known| known.get(name)).cloned();
            context.insert(name.to_owned(), value.unwrap_or(new));
        }
    }
    plan.set("contexts", contexts);
    Ok(())
}

fn no_categories() -> Value {
    (1..=25)
        .map(|number| (format!("category{number}"), Value::Null))
        .collect()
}
