//! Rosters: containers of one plan, which live as long as they have members and a plan.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{plans, shown, versions};
use crate::{
    call::Call,
    directory,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// How long a roster may be without a plan.
const WITHOUT_PLAN: Duration = Duration::from_hours(24);
/// When a roster was created. Not a property of it, so that it is not shown.
const CREATED: &str = "@created";

/// A roster that is there: one that got no plan within a day is gone.
pub(crate) fn find<'w>(world: &'w World, id: &str) -> Option<&'w Row> {
    let roster = world.store.get(Kind::Roster, id)?;
    let created = roster
        .text(CREATED)
        .and_then(|text| text.parse::<Timestamp>().ok())
        .unwrap_or_default();
    let age = world.counters.clock.now().duration_since(created);
    let is_new = Duration::try_from(age).unwrap_or_default() < WITHOUT_PLAN;
    (is_new || world.store.count(Kind::Plan, id) > 0).then_some(roster)
}

/// Whether a user is a member of a roster that is there.
pub(crate) fn is_member(world: &World, roster: &str, user: &str) -> bool {
    let mut members = world.store.children(Kind::RosterMember, roster);
    find(world, roster).is_some() && members.any(|member| member.get("userId") == user)
}

/// `POST /planner/rosters`: who creates a roster is its first member.
pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut roster = Row::new(world.guid(), "");
    roster.set("assignedSensitivityLabel", Value::Null);
    roster.set(CREATED, world.now());
    let roster = versions::create(world, call, Kind::Roster, roster);
    if !call.me.is_empty() {
        add(world, call, &roster.id, &call.me);
    }
    shown(world, call, 201, &roster)
}

/// `GET /planner/rosters/{id}`
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let roster = open(world, call)?;
    shown(world, call, 200, &roster)
}

/// `DELETE /planner/rosters/{id}`: its plan goes with it.
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let roster = open(world, call)?;
    remove(world, &call.me, &roster.id);
    Ok(Reply::empty(204))
}

/// Takes a roster away with its members and its plan.
fn remove(world: &mut World, by: &str, id: &str) {
    let ids = |kind| {
        world
            .store
            .children(kind, id)
            .map(|row| row.id.clone())
            .collect::<Vec<_>>()
    };
    let (members, of_plans) = (ids(Kind::RosterMember), ids(Kind::Plan));
    for plan in of_plans {
        plans::remove(world, by, &plan);
    }
    for member in members {
        versions::remove(world, by, Kind::RosterMember, &member);
    }
    versions::remove(world, by, Kind::Roster, id);
}

/// `POST /planner/rosters/{id}/assignSensitivityLabel`. Every GUID is a label here.
pub(crate) fn label(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = open(world, call)?;
    versions::latest(call, Kind::Roster, &before)?;
    let label = call.text("sensitivityLabelId").unwrap_or_default();
    if label.len() != 36 {
        return Err(Refusal::new(
            404,
            "sensitivityLabelNotFound",
            "The sensitivity label is not found.",
        ));
    }
    let method = call.text("assignmentMethod").unwrap_or_default();
    if before.get("assignedSensitivityLabel")["assignmentMethod"] == "privileged" && method != "privileged" {
        return Err(Refusal::new(
            403,
            "existingSensitivityLabelWasAppliedWithPrivilegedMethod",
            "The label that is there was applied with a privileged method.",
        ));
    }
    let mut roster = before.clone();
    let label = json!({ "assignmentMethod": method, "sensitivityLabelId": label, "tenantId": TENANT });
    roster.set("assignedSensitivityLabel", label);
    let paths = ["assignedSensitivityLabel".to_owned()].into();
    let roster = versions::update(world, call, Kind::Roster, &before, roster, paths);
    shown(world, call, 200, &roster)
}

/// `GET /planner/rosters/{id}/plans`
pub(crate) fn list_plans(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let roster = open(world, call)?;
    plans::of_container(world, call, &roster.id)
}

/// `GET /planner/rosters/{id}/members`
pub(crate) fn list_members(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let roster = open(world, call)?;
    let members: Vec<_> = world.store.children(Kind::RosterMember, &roster.id).cloned().collect();
    shown::list(world, call, Kind::RosterMember, &members)
}

/// `GET /planner/rosters/{id}/members/{id}`
pub(crate) fn get_member(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let member = member(world, call)?;
    shown::one(world, call, 200, Kind::RosterMember, &member)
}

/// `POST /planner/rosters/{id}/members`
pub(crate) fn add_member(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let roster = open(world, call)?;
    let user = call.text("userId").unwrap_or_default();
    let refuse = |message: &str| Err(Refusal::bad_request(message));
    if directory::find_user(world, user).is_none_or(|found| found.id != user) {
        return refuse("There is no user of this id.");
    }
    if call.text("tenantId").is_some_and(|tenant| tenant != TENANT) {
        return refuse("Members must be of the roster's tenant.");
    }
    if call
        .body
        .get("roles")
        .and_then(Value::as_array)
        .is_some_and(|roles| !roles.is_empty())
    {
        return refuse("There are no roles of members.");
    }
    if is_member(world, &roster.id, user) {
        return refuse("The user is a member of the roster already.");
    }
    let member = add(world, call, &roster.id, user);
    shown::one(world, call, 201, Kind::RosterMember, &member)
}

/// `DELETE /planner/rosters/{id}/members/{id}`: with the last member, the roster goes.
pub(crate) fn remove_member(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let member = member(world, call)?;
    leave(world, &call.me, &member);
    Ok(Reply::empty(204))
}

/// Takes a user out of all rosters.
pub(crate) fn user_is_gone(world: &mut World, user: &str) {
    let members = world.store.all(Kind::RosterMember);
    let members: Vec<_> = members.filter(|member| member.get("userId") == user).cloned().collect();
    for member in members {
        leave(world, user, &member);
    }
}

fn leave(world: &mut World, by: &str, member: &Row) {
    versions::remove(world, by, Kind::RosterMember, &member.id);
    if world.store.count(Kind::RosterMember, &member.parent) == 0 {
        remove(world, by, &member.parent);
    }
}

fn add(world: &mut World, call: &Call<'_>, roster: &str, user: &str) -> Row {
    let mut member = Row::new(world.guid(), roster);
    member.set("userId", user);
    member.set("tenantId", TENANT);
    member.set("roles", json!([]));
    versions::create(world, call, Kind::RosterMember, member)
}

fn member(world: &World, call: &Call<'_>) -> Result<Row, Refusal> {
    let roster = open(world, call)?;
    let member = world.store.get(Kind::RosterMember, call.key(1));
    let member = member.filter(|member| member.parent == roster.id).cloned();
    member.ok_or_else(Refusal::not_found)
}

/// The roster of the path, if the caller is one of its members.
fn open(world: &World, call: &Call<'_>) -> Result<Row, Refusal> {
    let roster = find(world, call.key(0)).ok_or_else(Refusal::not_found)?;
    if !call.me.is_empty() && !is_member(world, &roster.id, &call.me) {
        return Err(Refusal::forbidden("You are not a member of the roster."));
    }
    Ok(roster.clone())
}

fn shown(world: &World, call: &Call<'_>, status: u16, roster: &Row) -> Result<Reply, Refusal> {
    let mut roster = roster.clone();
    roster.properties.remove(CREATED);
    shown::one(world, call, status, Kind::Roster, &roster)
}

/// The id of the tenant.
const TENANT: &str = "0c9f1a56-0000-4000-8000-000000000001";
