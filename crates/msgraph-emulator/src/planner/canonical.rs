//! What a client sent, as the service writes it: order hints as values, dates in UTC.

use serde_json::{Map, Value};

use super::order_hint;
use crate::{
    reply::Refusal,
    table::{Kind, Member, Sent, Shape},
    world::World,
};

/// Rewrites the members of a body. An order hint of null is one that the service chooses.
pub(crate) fn rewrite(world: &mut World, shape: &Shape, body: &mut Map<String, Value>) -> Result<(), Refusal> {
    for (name, value) in body.iter_mut() {
        let Some(settable) = shape.settable.iter().find(|settable| settable.name == name) else {
            continue;
        };
        match &settable.sent {
            Sent::Value { kind, .. } => rewrite_value(world, name, kind, value)?,
            Sent::Object { shape, .. } => {
                if let Value::Object(object) = value {
                    rewrite(world, shape, object)?;
                }
            }
            Sent::Members { member, .. } => {
                for (_, value) in value.as_object_mut().into_iter().flatten() {
                    match (member, value) {
                        (Member::Object(shape), Value::Object(object)) => rewrite(world, shape, object)?,
                        (Member::Value(kind), value) => rewrite_value(world, name, kind, value)?,
                        _ => {}
                    }
                }
            }
            Sent::Objects { .. } => {}
        }
    }
    Ok(())
}

fn rewrite_value(world: &mut World, name: &str, kind: &Kind, value: &mut Value) -> Result<(), Refusal> {
    match (kind, &*value) {
        (Kind::OrderHint, Value::Null) => *value = new_hint(world),
        (Kind::OrderHint, Value::String(text)) => {
            let message = format!("The order hint of '{name}' has an invalid format.");
            *value = order_hint::value(text)
                .ok_or_else(|| Refusal::bad_request(message))?
                .into();
        }
        (Kind::DateTime, Value::String(text)) => {
            if let Ok(date) = text.parse::<jiff::Timestamp>() {
                *value = date.to_string().into();
            }
        }
        _ => {}
    }
    Ok(())
}

/// The order hint of a new item, which comes before all that were not moved.
pub(crate) fn new_hint(world: &mut World) -> Value {
    order_hint::newest(world.next_version()).into()
}
