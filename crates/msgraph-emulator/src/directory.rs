//! The little of users and groups that Planner needs: who there is, and who is a member of what.

use serde_json::{Map, Value, json};

use crate::{
    call::{Call, Rule},
    render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    table::{self, Answer, Body, Parameter, Route, Versions},
    world::World,
};

const USERS: &[(&str, &str)] = &[("/me", "/users/{user-id}")];

const READ_USERS: [&str; 3] = ["User.Read", "User.Read", "User.Read.All"];
const READ_GROUPS: [&str; 3] = ["Group.Read.All", "", "Group.Read.All"];
const WRITE_GROUPS: [&str; 3] = ["Group.ReadWrite.All", "", "Group.ReadWrite.All"];

/// The operations that no metadata of ours declares.
pub(crate) static ROUTES: &[Route] = &[
    route("GET", "/me", READ_USERS),
    route("GET", "/users", READ_USERS),
    route(
        "DELETE",
        "/users/{id}",
        ["User.ReadWrite.All", "", "User.ReadWrite.All"],
    ),
    route("GET", "/groups", READ_GROUPS),
    Route {
        body: Body::Parameters(&[
            parameter("displayName", false),
            parameter("mailNickname", true),
            parameter("description", true),
            parameter("mailEnabled", true),
            parameter("securityEnabled", true),
            parameter("groupTypes", true),
            parameter("visibility", true),
        ]),
        ..route("POST", "/groups", WRITE_GROUPS)
    },
    route("GET", "/groups/{id}", READ_GROUPS),
    route("DELETE", "/groups/{id}", WRITE_GROUPS),
    route("GET", "/groups/{id}/members", READ_GROUPS),
    Route {
        body: Body::Parameters(&[]),
        ..route("POST", "/groups/{id}/members/$ref", WRITE_GROUPS)
    },
    route("DELETE", "/groups/{id}/members/{member}/$ref", WRITE_GROUPS),
    route("POST", "/directory/deletedItems/{id}/restore", WRITE_GROUPS),
];

const fn route(method: &'static str, path: &'static str, permissions: [&'static str; 3]) -> Route {
    Route {
        method,
        path,
        aliases: if path.len() == 3 { USERS } else { &[] },
        versions: Versions::Both,
        entity: "directoryObject",
        if_match: false,
        filter: None,
        options: &["$count", "$filter", "$orderby", "$search", "$select", "$top"],
        permissions,
        body: Body::None,
        answer: Answer::One,
    }
}

const fn parameter(name: &'static str, optional: bool) -> Parameter {
    Parameter {
        name,
        optional,
        kind: table::Kind::Any,
    }
}

pub(crate) fn rule(route: &Route) -> Option<Rule> {
    Some(match (route.method, route.path) {
        ("GET", "/me") => get_user,
        ("GET", "/users") => list_users,
        ("DELETE", "/users/{id}") => delete_user,
        ("GET", "/groups") => list_groups,
        ("POST", "/groups") => create_group,
        ("GET", "/groups/{id}") => get_group,
        ("DELETE", "/groups/{id}") => delete_group,
        ("GET", "/groups/{id}/members") => list_members,
        ("POST", "/groups/{id}/members/$ref") => add_member,
        ("DELETE", "/groups/{id}/members/{member}/$ref") => remove_member,
        ("POST", "/directory/deletedItems/{id}/restore") => restore_group,
        _ => return None,
    })
}

/// The user of this id, or of this principal name.
pub(crate) fn find_user<'w>(world: &'w World, name: &str) -> Option<&'w Row> {
    let is_named = |row: &&Row| {
        row.text("userPrincipalName")
            .is_some_and(|principal| principal.eq_ignore_ascii_case(name))
    };
    world
        .store
        .get(Kind::User, name)
        .or_else(|| world.store.all(Kind::User).find(is_named))
}

/// A group that is not deleted.
pub(crate) fn group<'w>(world: &'w World, id: &str) -> Option<&'w Row> {
    let group = world.store.get(Kind::Group, id);
    group.filter(|group| group.get("deletedDateTime").is_null())
}

/// Whether a user is a member of a group that is not deleted.
pub(crate) fn is_member(world: &World, group_id: &str, user: &str) -> bool {
    group(world, group_id).is_some_and(|group| members(group).any(|member| member == user))
}

fn members(group: &Row) -> impl Iterator<Item = &str> {
    let members = group.get("members").as_array().into_iter().flatten();
    members.filter_map(Value::as_str)
}

fn not_found(id: &str) -> Refusal {
    let message =
        format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present.");
    Refusal::new(404, "Request_ResourceNotFound", message)
}

fn shown(call: &Call<'_>, row: &Row) -> Map<String, Value> {
    let select = call.query.select();
    let mut shown = row.properties.clone();
    shown.remove("members");
    shown.remove("deletedDateTime");
    shown.insert("id".to_owned(), row.id.clone().into());
    if let Some(select) = select {
        shown.retain(|name, _| select.contains(name));
    }
    shown
}

fn get_user(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let user = world
        .store
        .get(Kind::User, &call.user)
        .ok_or_else(|| not_found(&call.user))?;
    Ok(render::one(call, 200, "users/$entity", shown(call, user)))
}

#[expect(clippy::unnecessary_wraps, reason = "every rule has the same shape")]
fn list_users(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let users = world.store.all(Kind::User).map(|user| shown(call, user).into());
    Ok(render::page(call, "users", users.collect(), None))
}

fn delete_user(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find_user(world, call.key(0)).map(|user| user.id.clone());
    let id = id.ok_or_else(|| not_found(call.key(0)))?;
    world.store.remove(Kind::User, &id);
    crate::planner::user_is_gone(world, &id);
    Ok(Reply::empty(204))
}

#[expect(clippy::unnecessary_wraps, reason = "every rule has the same shape")]
fn list_groups(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let groups = world.store.all(Kind::Group);
    let groups = groups.filter(|group| group.get("deletedDateTime").is_null());
    let groups = groups.map(|group| shown(call, group).into()).collect();
    Ok(render::page(call, "groups", groups, None))
}

/// Who creates a group is not a member of it.
#[expect(clippy::unnecessary_wraps, reason = "every rule has the same shape")]
fn create_group(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = Row::new(world.guid(), "");
    row.properties.extend(call.body.clone());
    row.set("createdDateTime", world.now());
    row.set("members", json!([]));
    world.store.put(Kind::Group, row.clone());
    Ok(render::one(call, 201, "groups/$entity", shown(call, &row)))
}

fn get_group(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let group = group(world, call.key(0)).ok_or_else(|| not_found(call.key(0)))?;
    Ok(render::one(call, 200, "groups/$entity", shown(call, group)))
}

fn delete_group(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = group(world, call.key(0)).ok_or_else(|| not_found(call.key(0)))?.clone();
    row.set("deletedDateTime", world.now());
    world.store.put(Kind::Group, row);
    Ok(Reply::empty(204))
}

fn restore_group(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.key(0);
    let mut row = world.store.get(Kind::Group, id).cloned().ok_or_else(|| not_found(id))?;
    row.properties.remove("deletedDateTime").ok_or_else(|| not_found(id))?;
    world.store.put(Kind::Group, row.clone());
    Ok(render::one(call, 200, "groups/$entity", shown(call, &row)))
}

fn list_members(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let group = group(world, call.key(0)).ok_or_else(|| not_found(call.key(0)))?;
    let users = members(group).filter_map(|id| world.store.get(Kind::User, id));
    let users = users.map(|user| {
        let mut user = shown(call, user);
        user.insert("@odata.type".to_owned(), "#microsoft.graph.user".into());
        user.into()
    });
    Ok(render::page(call, "directoryObjects", users.collect(), None))
}

fn add_member(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let reference = call.text("@odata.id").unwrap_or_default();
    let id = reference.rsplit('/').next().unwrap_or_default();
    let user = find_user(world, id)
        .map(|user| user.id.clone())
        .ok_or_else(|| not_found(id))?;
    let mut row = group(world, call.key(0)).ok_or_else(|| not_found(call.key(0)))?.clone();
    if members(&row).any(|member| member == user) {
        let message =
            "One or more added object references already exist for the following modified properties: 'members'.";
        return Err(Refusal::new(400, "Request_BadRequest", message));
    }
    let all: Vec<_> = members(&row).chain([&*user]).map(str::to_owned).collect();
    row.set("members", all);
    world.store.put(Kind::Group, row);
    Ok(Reply::empty(204))
}

fn remove_member(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = group(world, call.key(0)).ok_or_else(|| not_found(call.key(0)))?.clone();
    let rest: Vec<_> = members(&row)
        .filter(|member| *member != call.key(1))
        .map(str::to_owned)
        .collect();
    if rest.len() == members(&row).count() {
        return Err(not_found(call.key(1)));
    }
    row.set("members", rest);
    world.store.put(Kind::Group, row);
    Ok(Reply::empty(204))
}
