//! The settings of the tenant for To Do.
#![expect(clippy::unnecessary_wraps, reason = "rules have one shape")]

use serde_json::{Value, json};

use crate::{
    call::{Call, Rule},
    generated::schema::ADMIN_TODO,
    render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

const ID: &str = "todo";

pub(super) fn rule(method: &str) -> Option<Rule> {
    match method {
        "GET" => Some(get),
        "PATCH" => Some(change),
        _ => None,
    }
}

fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(shown(call, &find(world)))
}

fn change(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let mut row = find(world);
    let sent = call.body.get("settings").and_then(Value::as_object);
    if let (Some(settings), Some(sent)) = (row.properties.get_mut("settings").and_then(Value::as_object_mut), sent) {
        let sent = sent.iter().filter(|(name, _)| !name.contains('@'));
        settings.extend(sent.map(|(name, value)| (name.clone(), value.clone())));
    }
    world.store.put(Kind::Settings, row.clone());
    Ok(shown(call, &row))
}

/// The settings; those of a new tenant where nobody changed them.
fn find(world: &World) -> Row {
    let settings = world.store.get(Kind::Settings, ID).cloned();
    settings.unwrap_or_else(|| {
        let mut row = Row::new(ID, "");
        let settings = json!({
            "isExternalJoinEnabled": true, "isExternalShareEnabled": true, "isPushNotificationEnabled": true,
        });
        row.set("settings", settings);
        row
    })
}

fn shown(call: &Call<'_>, row: &Row) -> Reply {
    let shown = render::entity(call, Kind::Settings, &ADMIN_TODO, row);
    render::one(call, 200, "admin/todo/$entity", shown)
}
