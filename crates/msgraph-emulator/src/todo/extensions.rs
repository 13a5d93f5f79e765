//! Open extensions of lists and tasks: data that clients keep under a name.

use serde_json::{Map, Value};

use crate::{
    call::Call,
    filter::Filter,
    generated::schema::OPEN_TYPE_EXTENSION,
    merge,
    query::Expand,
    render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

use super::{
    mailbox::{created, find_list, find_task, insert, remove, touch, update},
    pages::{context, page},
};

/// What the full id of an extension begins with.
const TYPE: &str = "microsoft.graph.openTypeExtension";

/// The list or task that the path names.
fn place(world: &mut World, call: &Call<'_>) -> Result<(Kind, String), Refusal> {
    if call.route.path.contains("/tasks/") {
        Ok((Kind::TodoTask, find_task(world, call)?.id))
    } else {
        Ok((Kind::List, find_list(world, call)?.id))
    }
}

/// The extension that the path names, by its name or its full id.
fn find(world: &World, call: &Call<'_>, parent: &str) -> Result<Row, Refusal> {
    let id = call.keys.last().map_or("", String::as_str);
    let row = world.store.get(Kind::Extension, &row_id(parent, id));
    row.cloned().ok_or_else(Refusal::not_in_mailbox)
}

/// An extension is what it is called, where it is.
fn row_id(parent: &str, name: &str) -> String {
    // The path of a request has lost the namespace, as that of a function does.
    let short = name.strip_prefix("microsoft.graph.").unwrap_or(name);
    let name = short.strip_prefix("openTypeExtension.").unwrap_or(name);
    format!("{parent}/{name}")
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (_, parent) = place(world, call)?;
    let rows = world.store.children(Kind::Extension, &parent).cloned().collect();
    page(world, call, &OPEN_TYPE_EXTENSION, rows, |_, call, row| {
        Ok(shown(call, row))
    })
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (of, parent) = place(world, call)?;
    let row = add(world, call, &parent, &call.body)?;
    touch(world, &call.me, of, &parent);
    Ok(render::one(call, 201, &context(call), shown(call, &row)))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (_, parent) = place(world, call)?;
    let row = find(world, call, &parent)?;
    Ok(render::one(call, 200, &context(call), shown(call, &row)))
}

pub(super) fn change(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (of, parent) = place(world, call)?;
    let mut row = find(world, call, &parent)?;
    let is_other = |name: &str| row_id(&parent, name) != row.id;
    if call.text("extensionName").is_some_and(is_other) {
        return Err(Refusal::bad_request("The name of an extension cannot be changed."));
    }
    if let Some(shape) = call.shape
        && !merge::apply(&mut row.properties, &call.body, shape, true).is_empty()
    {
        row.properties.retain(|_, value| !value.is_null());
        row = update(world, &call.me, Kind::Extension, row);
        touch(world, &call.me, of, &parent);
    }
    Ok(render::one(call, 200, &context(call), shown(call, &row)))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (of, parent) = place(world, call)?;
    let row = find(world, call, &parent)?;
    remove(world, &call.me, Kind::Extension, &row.id);
    touch(world, &call.me, of, &parent);
    Ok(Reply::empty(204))
}

/// Adds the extensions that the body of what they belong to brings along.
pub(super) fn create_nested(world: &mut World, call: &Call<'_>, parent: &str) -> Result<(), Refusal> {
    let nested = call.body.get("extensions").and_then(Value::as_array);
    for extension in nested.into_iter().flatten().filter_map(Value::as_object) {
        add(world, call, parent, extension)?;
    }
    Ok(())
}

fn add(world: &mut World, call: &Call<'_>, parent: &str, sent: &Map<String, Value>) -> Result<Row, Refusal> {
    let name = sent.get("extensionName").and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() || name.to_ascii_lowercase().starts_with("com.microsoft") {
        let message = "The name of an extension must not be empty, nor that of a domain of Microsoft's.";
        return Err(Refusal::bad_request(message));
    }
    let mut row = Row::new(row_id(parent, name), parent);
    if world.store.get(Kind::Extension, &row.id).is_some() {
        let message = "An extension with this name exists.";
        return Err(Refusal::new(409, "NameAlreadyExists", message));
    }
    let sent = sent
        .iter()
        .filter(|(name, value)| !name.contains('@') && !value.is_null());
    row.properties
        .extend(sent.map(|(name, value)| (name.clone(), value.clone())));
    Ok(insert(world, &call.me, Kind::Extension, row))
}

/// The extensions that `$expand` asks for.
pub(super) fn expanded(world: &World, call: &Call<'_>, parent: &str, expand: &Expand) -> Result<Value, Refusal> {
    let filter = expand.options.get("$filter");
    let filter = filter
        .map(|text| Filter::parse(text, &OPEN_TYPE_EXTENSION))
        .transpose()?;
    let plain = call.without_query();
    let mut rows: Vec<_> = world.store.children(Kind::Extension, parent).collect();
    rows.sort_by_key(|row| created(row));
    let shown = rows.into_iter().map(|row| (row, shown(&plain, row)));
    // Either form of the id will do.
    let is_wanted = |row: &Row, shown: &Map<String, Value>| {
        filter.as_ref().is_none_or(|filter| {
            let mut by_name = shown.clone();
            by_name.insert("id".to_owned(), row.get("extensionName").clone());
            filter.matches(shown) || filter.matches(&by_name)
        })
    };
    let wanted = shown.filter(|(row, shown)| is_wanted(row, shown));
    Ok(wanted.map(|(_, shown)| Value::Object(shown)).collect::<Vec<_>>().into())
}

fn shown(call: &Call<'_>, row: &Row) -> Map<String, Value> {
    let mut shown = render::entity(call, Kind::Extension, &OPEN_TYPE_EXTENSION, row);
    let name = row.text("extensionName").unwrap_or_default();
    shown.insert("id".to_owned(), format!("{TYPE}.{name}").into());
    shown.insert("@odata.type".to_owned(), format!("#{TYPE}").into());
    shown
}
