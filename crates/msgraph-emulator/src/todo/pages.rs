//! Collections: filtered, sorted, and a page at a time.

use serde_json::{Map, Value, json};

use crate::{
    call::Call,
    filter::{Filter, Order},
    links,
    reply::{Content, Refusal, Reply},
    store::Row,
    table::Type,
    world::World,
};

use super::mailbox::created;

/// How a row is shown.
pub(crate) type Show = fn(&World, &Call<'_>, &Row) -> Result<Map<String, Value>, Refusal>;

/// A page of rows, by the query of the call. Without `$orderby` they come in the order of their creation.
pub(crate) fn page(
    world: &mut World,
    call: &Call<'_>,
    ty: &Type,
    mut rows: Vec<Row>,
    show: Show,
) -> Result<Reply, Refusal> {
    rows.sort_by_key(created);
    if let Some(text) = call.query.get("$filter") {
        let filter = Filter::parse(text, ty)?;
        rows.retain(|row| filter.matches(&with_id(row)));
    }
    let order = call.query.get("$orderby").map(|text| Order::parse(text, ty));
    let order = order.transpose()?.unwrap_or_default();
    rows.sort_by(|one, other| order.compare(&with_id(one), &with_id(other)));
    let all = rows.len();
    let start = match &call.resumed {
        Some(state) => position(&rows, &order, state),
        None => call.query.number("$skip")?.unwrap_or_default(),
    };
    let size = size(call)?;
    let is_last = start.saturating_add(size) >= all;
    let rows: Vec<_> = rows.into_iter().skip(start).take(size).collect();
    let items = rows.iter().map(|row| show(world, call, row).map(Value::Object));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let mut page = Map::new();
    page.insert("@odata.context".to_owned(), call.context(&context(call)).into());
    if call.query.get("$count") == Some("true") && call.resumed.is_none() {
        page.insert("@odata.count".to_owned(), all.into());
    }
    page.insert("value".to_owned(), items.into());
    if let Some(last) = rows.last().filter(|_| !is_last) {
        let state = json!({ "after": with_id(last), "created": created(last) });
        let link = links::give(world, call, &location(call), "$skiptoken", state);
        page.insert("@odata.nextLink".to_owned(), link.into());
    }
    Ok(Reply {
        status: 200,
        headers: Vec::new(),
        body: Content::Json(Value::Object(page)),
    })
}

/// Where a page begins: after the place of the last row of the one before, even if that row is gone.
fn position(rows: &[Row], order: &Order, state: &Value) -> usize {
    let nothing = Map::new();
    let after = state.get("after").and_then(Value::as_object).unwrap_or(&nothing);
    let last = state.get("created").and_then(Value::as_u64).unwrap_or_default();
    rows.partition_point(|row| {
        let place = order.compare(&with_id(row), after);
        place.then(created(row).cmp(&last)).is_le()
    })
}

/// How many items a page holds: what `$top` says, at most what the preference says.
fn size(call: &Call<'_>) -> Result<usize, Refusal> {
    let top = call.query.number("$top")?;
    if top == Some(0) {
        return Err(Refusal::bad_request(
            "Invalid value '0' for $top query option. The option requires a positive integer.",
        ));
    }
    let sizes = [top, call.prefer.page_size].into_iter().flatten();
    Ok(sizes.min().unwrap_or(call.config.page_size).max(1))
}

fn with_id(row: &Row) -> Map<String, Value> {
    let mut object = row.properties.clone();
    object.insert("id".to_owned(), row.id.clone().into());
    object
}

/// What `@odata.context` says of the path, such as `users('u')/todo/lists('l')/tasks`, with `/$entity` for one object.
pub(crate) fn context(call: &Call<'_>) -> String {
    let mut context = String::new();
    let mut keys = call.keys.iter().map(String::as_str);
    let mut segments = call.route.path.split('/').skip(1).peekable();
    let is_one = call.route.method != "GET" || call.route.path.ends_with('}');
    while let Some(segment) = segments.next() {
        match segment {
            "me" => context = format!("users('{}')", call.user),
            key if key.starts_with('{') => {
                // The last key is that of the object itself.
                if segments.peek().is_some() {
                    let key = keys.next().unwrap_or_default();
                    context = format!("{context}('{key}')");
                }
            }
            name => {
                context.push('/');
                context.push_str(name);
            }
        }
    }
    if is_one {
        context.push_str("/$entity");
    }
    context
}

/// The path of the call, in one spelling.
fn location(call: &Call<'_>) -> String {
    let mut keys = call.keys.iter().map(String::as_str);
    let segments = call.route.path.split('/').skip(1).map(|segment| match segment {
        "me" if call.user != call.me => format!("users/{}", call.user),
        key if key.starts_with('{') => keys.next().unwrap_or_default().to_owned(),
        name => name.to_owned(),
    });
    segments.fold(String::new(), |path, segment| path + "/" + &segment)
}
