//! Planner's feed `all/delta`: a link first, then what changed since, in order and in parts.

use serde_json::{Map, Value, json};

use crate::{
    call::Call,
    etag,
    generated::schema::PLANNER_DELTA,
    planner, render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

use super::{Position, chaos, link, location};

pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    if call.me.is_empty() {
        return Err(Refusal::forbidden(
            "The feed is for signed-in users; an application has none.",
        ));
    }
    if call.me != call.user {
        return Err(Refusal::forbidden("The feed of another user cannot be read."));
    }
    if let Some(option) = call.query.names().next() {
        return Err(Refusal::bad_request(format!(
            "The query option '{option}' is not supported by this feed."
        )));
    }
    let (entries, is_last, position) = match &call.resumed {
        // First a link and nothing else: whoever reads everything now misses nothing that comes after.
        None => {
            let after = world.last_change();
            let position = Position {
                after,
                ..Position::default()
            };
            (Vec::new(), false, position)
        }
        Some(state) => since(world, call, &Position::of(state)),
    };
    let link = link(world, call, &location(call), is_last, &position);
    let entries = chaos::spoil(world, call, entries);
    let page = render::page(
        call,
        "Collection(microsoft.graph.plannerDelta)",
        entries,
        Some((link.0, link.1)),
    );
    Ok(page.header("preference-applied", "odata.track-changes"))
}

/// What changed since a position, a page of it.
fn since(world: &World, call: &Call<'_>, position: &Position) -> (Vec<Value>, bool, Position) {
    if position.empty < call.config.chaos.empty_pages {
        let empty = position.empty + 1;
        return (
            Vec::new(),
            false,
            Position {
                empty,
                ..position.clone()
            },
        );
    }
    let size = call.prefer.page_size.unwrap_or(call.config.delta_page_size);
    let (mut entries, mut after, mut is_last) = (Vec::new(), position.after, true);
    // What is told again does not count, or a page of nothing else would lead to itself.
    let mut fresh = 0;
    for change in world
        .store
        .after(Kind::Change, &format!("{:020}", chaos::from(call, position.after)))
    {
        if chaos::is_too_young(world, call, change) {
            break;
        }
        let number = change.id.parse().unwrap_or(after);
        let is_told = change
            .get("audience")
            .as_array()
            .is_some_and(|users| users.contains(&json!(call.user)));
        if is_told && number > position.after {
            if fresh >= size {
                is_last = false;
                break;
            }
            fresh += 1;
        }
        if is_told && !chaos::is_omitted(call, number) {
            entries.extend(entry(call, change));
        }
        after = after.max(number);
    }
    let empty = if is_last { 0 } else { position.empty };
    let position = Position {
        after,
        empty,
        ..Position::default()
    };
    (entries, is_last, position)
}

/// A change as the feed tells it: what is different, with nulls for what is gone.
fn entry(call: &Call<'_>, change: &Row) -> Option<Value> {
    let kind: Kind = serde_json::from_value(change.get("kind").clone()).ok()?;
    let ty = planner::shown::type_of(kind);
    let id = change.get("of").clone();
    let mut entry = match change.get("properties") {
        Value::Object(properties) if change.get("action") != "removed" => render::object(call, ty, properties),
        _ => Map::from_iter([("@removed".to_owned(), json!({ "reason": "deleted" }))]),
    };
    if !entry.contains_key("@removed") {
        let version = change.get("version").as_u64()?;
        entry.insert("@odata.etag".to_owned(), json!(etag::etag(kind, version)));
    }
    entry.insert("@odata.type".to_owned(), format!("#{}", ty.name).into());
    entry.insert("@odata.context".to_owned(), context(call, ty.name).into());
    entry.insert("id".to_owned(), id);
    Some(Value::Object(entry))
}

/// The context of an entry may name a host inside of the service; nobody should follow it.
fn context(call: &Call<'_>, ty: &str) -> String {
    let name = ty.rsplit('.').next().unwrap_or(PLANNER_DELTA.name);
    if call.config.foreign_context {
        return format!("https://tasks.office.example/taskApi/v3.0/$metadata#{name}/$entity");
    }
    call.context(&format!("{name}/$entity"))
}
