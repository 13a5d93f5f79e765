//! Who may see what: a plan is open to those whom its container holds, and to those it is shared with.

use serde_json::{Value, json};

use super::{containers, rosters};
use crate::{
    call::Call,
    directory,
    reply::Refusal,
    store::{Kind, Row},
    world::World,
};

/// A plan that is there and that the caller may see.
pub(crate) fn plan<'w>(world: &'w World, call: &Call<'_>, id: &str) -> Result<&'w Row, Refusal> {
    well_formed(id)?;
    let plan = world.store.get(Kind::Plan, id).filter(|plan| is_there(world, plan));
    let plan = plan.ok_or_else(Refusal::not_found)?;
    if !may_see(world, plan, &call.me) {
        let message = "You do not have the required permissions to access this item, or the item may not exist.";
        return Err(Refusal::forbidden(message));
    }
    Ok(plan)
}

/// A plan that the caller may change: one that is not archived.
pub(crate) fn open_plan(world: &World, call: &Call<'_>, id: &str) -> Result<Row, Refusal> {
    let plan = plan(world, call, id)?;
    if plan.get("isArchived") == true {
        return Err(Refusal::forbidden(
            "The plan is archived, so that it cannot be changed.",
        ));
    }
    Ok(plan.clone())
}

/// Something of a plan that the caller may see.
pub(crate) fn part<'w>(world: &'w World, call: &Call<'_>, kind: Kind, id: &str) -> Result<&'w Row, Refusal> {
    well_formed(id)?;
    let row = world.store.get(kind, id).ok_or_else(Refusal::not_found)?;
    plan(world, call, &row.parent)?;
    Ok(row)
}

/// Something of a plan that the caller may change.
pub(crate) fn open_part(world: &World, call: &Call<'_>, kind: Kind, id: &str) -> Result<Row, Refusal> {
    let row = part(world, call, kind, id)?;
    open_plan(world, call, &row.parent)?;
    Ok(row.clone())
}

/// The plans that a user may see.
pub(crate) fn plans<'w>(world: &'w World, user: &'w str) -> impl Iterator<Item = &'w Row> {
    let plans = world.store.all(Kind::Plan);
    plans.filter(move |plan| is_there(world, plan) && may_see(world, plan, user))
}

/// Whether a plan's container is there: the plans of a deleted group are hidden until it is restored.
pub(crate) fn is_there(world: &World, plan: &Row) -> bool {
    match plan.get("container")["type"].as_str() {
        Some("group") => directory::group(world, &plan.parent).is_some(),
        Some("roster") => rosters::find(world, &plan.parent).is_some(),
        Some("teamsChannel") => {
            containers::team(plan.get("container")).is_some_and(|team| directory::group(world, team).is_some())
        }
        _ => true,
    }
}

/// Whether a user may see a plan; an application may see all.
pub(crate) fn may_see(world: &World, plan: &Row, user: &str) -> bool {
    let is_held = match plan.get("container")["type"].as_str() {
        Some("group") => directory::is_member(world, &plan.parent, user),
        Some("roster") => rosters::is_member(world, &plan.parent, user),
        Some("user") => plan.parent == user,
        Some("teamsChannel") => {
            containers::team(plan.get("container")).is_some_and(|team| directory::is_member(world, team, user))
        }
        // There are no drives here: a file belongs to whoever put a plan into it.
        _ => creator(plan) == Some(user),
    };
    let details = world.store.get(Kind::PlanDetails, &plan.id);
    let is_shared = details.is_some_and(|details| details.get("sharedWith")[user] == true);
    user.is_empty() || is_held || is_shared
}

/// Who made something.
pub(crate) fn creator(row: &Row) -> Option<&str> {
    maker(row.get("createdBy"))
}

/// The id of the user in an identity.
pub(crate) fn maker(identity: &Value) -> Option<&str> {
    identity.get("user")?.get("id")?.as_str()
}

/// A user, as the service writes who did something.
pub(crate) fn identity(world: &World, user: &str) -> Value {
    let name = world
        .store
        .get(Kind::User, user)
        .map(|user| user.get("displayName").clone());
    let application = json!({ "displayName": null, "id": APPLICATION });
    if user.is_empty() {
        return json!({ "application": application });
    }
    json!({ "application": application, "user": { "displayName": name, "id": user } })
}

/// The id of the application that all clients are.
const APPLICATION: &str = "00000003-aaaa-4000-8000-000000000000";

/// Ids of Planner have 28 characters; anything else is none.
fn well_formed(id: &str) -> Result<(), Refusal> {
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    if id.len() == 28 && id.bytes().all(is_letter) {
        return Ok(());
    }
    Err(Refusal::bad_request(
        "The request has an identifier with an invalid format.",
    ))
}
