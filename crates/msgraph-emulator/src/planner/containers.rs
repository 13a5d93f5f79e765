//! What contains a plan, and decides who may see it and how long it lives.

use serde_json::{Map, Value, json};

use super::{limits, rosters};
use crate::{call::Call, directory, reply::Refusal, store::Kind, world::World};

/// A container that a client named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) kind: String,
    pub(crate) id: String,
    url: Option<String>,
}

impl Container {
    /// Reads a container: its URL, or its id and its type, or all of them.
    pub(crate) fn read(world: &World, call: &Call<'_>, given: &Map<String, Value>) -> Result<Self, Refusal> {
        let text = |name: &str| given.get(name).and_then(Value::as_str);
        let (id, kind) = (text("containerId"), text("type"));
        let mut container = match (text("url"), id, kind) {
            (Some(url), ..) => {
                let (of, named) = from_url(url).ok_or_else(|| wrong("The URL of the container names none."))?;
                let agrees = id.is_none_or(|id| id == named) && kind.is_none_or(|kind| kind == of);
                if !agrees {
                    return Err(wrong("The URL of the container disagrees with its id or type."));
                }
                Self {
                    kind: of.to_owned(),
                    id: named.to_owned(),
                    url: Some(url.to_owned()),
                }
            }
            (None, Some(id), Some(kind)) => Self {
                kind: kind.to_owned(),
                id: id.to_owned(),
                url: None,
            },
            _ => return Err(wrong("The container needs 'url', or 'containerId' and 'type'.")),
        };
        if container.kind == "user" {
            let user = match &*container.id {
                "me" => call.me.clone(),
                name => directory::find_user(world, name).map_or_else(String::new, |user| user.id.clone()),
            };
            container.id = user;
        }
        Ok(container)
    }

    /// Refuses what the caller may not put a plan into.
    pub(crate) fn check(&self, world: &World, call: &Call<'_>) -> Result<(), Refusal> {
        let plans = world.store.count(Kind::Plan, &self.id);
        match &*self.kind {
            "group" => {
                if directory::group(world, &self.id).is_none() {
                    return Err(Refusal::not_found());
                }
                self.is_member(call, directory::is_member(world, &self.id, &call.me))?;
                limits::at_most(call, "MaximumPlannerPlans", plans + 1)?;
            }
            "roster" => {
                if rosters::find(world, &self.id).is_none() {
                    return Err(Refusal::not_found());
                }
                self.is_member(call, rosters::is_member(world, &self.id, &call.me))?;
                if plans > 0 {
                    let message = "A roster contains one plan, and this one does.";
                    return Err(Refusal::new(403, "MaximumProjectsOwnedByUser", message));
                }
            }
            "user" => {
                if self.id.is_empty() {
                    return Err(Refusal::not_found());
                }
                self.is_member(call, self.id == call.me)?;
            }
            "driveItem" => {}
            kind => {
                return Err(wrong(&format!(
                    "Plans in a container of type '{kind}' cannot be created."
                )));
            }
        }
        limits::at_most(call, "MaximumProjectsOwnedByUser", plans + 1)
    }

    /// The container, as the service writes it.
    pub(crate) fn shown(&self, call: &Call<'_>) -> Value {
        let url = match &*self.kind {
            "group" => Some(call.url(&format!("/groups/{}", self.id))),
            "roster" => Some(call.url(&format!("/planner/rosters/{}", self.id))),
            "user" => Some(call.url(&format!("/users/{}", self.id))),
            _ => self.url.clone(),
        };
        json!({ "containerId": self.id, "type": self.kind, "url": url })
    }

    fn is_member(&self, call: &Call<'_>, is_member: bool) -> Result<(), Refusal> {
        if is_member || call.me.is_empty() {
            return Ok(());
        }
        let message = format!("You must be a member of the {} that is to contain the plan.", self.kind);
        Err(Refusal::forbidden(message))
    }
}

/// The id of the channel that a path names; that of the team's first channel where it names none.
pub(crate) fn channel(call: &Call<'_>) -> String {
    match call.keys.as_slice() {
        [team] => first_channel(team),
        _ => call.key(1).to_owned(),
    }
}

/// The id of the channel that every team has.
pub(crate) fn first_channel(team: &str) -> String {
    format!("19:{}@thread.tacv2", team.replace('-', ""))
}

/// The container of a plan in a channel, whose team the URL names.
pub(crate) fn in_channel(base: &str, team: &str, channel: &str) -> Value {
    let url = format!("{base}/beta/teams/{team}/channels/{channel}");
    json!({ "containerId": channel, "type": "teamsChannel", "url": url })
}

/// The id of the team that a plan's channel is in.
pub(crate) fn team(container: &Value) -> Option<&str> {
    let (_, rest) = container.get("url")?.as_str()?.split_once("/teams/")?;
    rest.split('/').next()
}

/// Writes a body in today's terms: `owner` was the group before there were containers, and the sample of a personal
/// plan names the container's id `id`.
pub(crate) fn modern(body: &mut Map<String, Value>) {
    if !body.contains_key("container")
        && let Some(owner) = body.remove("owner")
    {
        body.insert("container".to_owned(), json!({ "containerId": owner, "type": "group" }));
    }
    if let Some(Value::Object(container)) = body.get_mut("container")
        && !container.contains_key("containerId")
        && let Some(id) = container.remove("id")
    {
        container.insert("containerId".to_owned(), id);
    }
}

fn from_url(url: &str) -> Option<(&'static str, &str)> {
    let segments: Vec<_> = url.split('/').filter(|segment| !segment.is_empty()).collect();
    match *segments.as_slice() {
        [.., "groups", id] => Some(("group", id)),
        [.., "planner", "rosters", id] => Some(("roster", id)),
        [.., "users", id] => Some(("user", id)),
        [.., "drives", _, "items", id] => Some(("driveItem", id)),
        _ => None,
    }
}

fn wrong(message: &str) -> Refusal {
    Refusal::bad_request(message)
}
