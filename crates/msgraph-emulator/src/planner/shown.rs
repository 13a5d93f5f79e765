//! Replies with objects of Planner.

use serde_json::{Map, Value, json};

use crate::{
    call::Call,
    delta::location,
    etag,
    generated::schema,
    links,
    query::Expand,
    render,
    reply::{Content, Refusal, Reply},
    store::{Kind, Row},
    table::Type,
    world::World,
};

/// The type of the rows of a kind.
pub(crate) fn type_of(kind: Kind) -> &'static Type {
    match kind {
        Kind::Plan => &schema::PLANNER_PLAN,
        Kind::PlanDetails => &schema::PLANNER_PLAN_DETAILS,
        Kind::Bucket => &schema::PLANNER_BUCKET,
        Kind::TaskDetails => &schema::PLANNER_TASK_DETAILS,
        Kind::AssignedFormat => &schema::PLANNER_ASSIGNED_TO_TASK_BOARD_TASK_FORMAT,
        Kind::BucketFormat => &schema::PLANNER_BUCKET_TASK_BOARD_TASK_FORMAT,
        Kind::ProgressFormat => &schema::PLANNER_PROGRESS_TASK_BOARD_TASK_FORMAT,
        Kind::PlannerUser => &schema::PLANNER_USER,
        Kind::Roster => &schema::PLANNER_ROSTER,
        Kind::RosterMember => &schema::PLANNER_ROSTER_MEMBER,
        Kind::Message => &schema::PLANNER_TASK_CHAT_MESSAGE,
        Kind::HistoryItem => &schema::PLANNER_HISTORY_ITEM,
        _ => &schema::PLANNER_TASK,
    }
}

/// One object, with what is expanded.
pub(crate) fn object(world: &World, call: &Call<'_>, kind: Kind, row: &Row) -> Result<Map<String, Value>, Refusal> {
    let mut shown = render::entity(call, kind, type_of(kind), row);
    for expand in call.query.expand()? {
        let value = expanded(world, call, kind, row, &expand)?;
        shown.insert(expand.name, value);
    }
    Ok(shown)
}

/// A reply with one object.
pub(crate) fn one(world: &World, call: &Call<'_>, status: u16, kind: Kind, row: &Row) -> Result<Reply, Refusal> {
    let context = context(kind, &row.id);
    if call.query.names().next().is_none() {
        return Ok(render::whole(call, status, &context, kind, type_of(kind), row));
    }
    Ok(render::one(call, status, &context, object(world, call, kind, row)?))
}

/// The reply to an update: nothing, or the object where the client prefers it.
pub(crate) fn updated(world: &World, call: &Call<'_>, kind: Kind, row: &Row) -> Result<Reply, Refusal> {
    if !call.prefer.representation {
        return Ok(Reply::empty(204));
    }
    let reply = one(world, call, 200, kind, row)?;
    Ok(reply.header("preference-applied", "return=representation"))
}

/// A reply with all objects, or a page of them: the service neither filters nor orders them, and counts them always.
pub(crate) fn list(world: &mut World, call: &Call<'_>, kind: Kind, rows: &[Row]) -> Result<Reply, Refusal> {
    let told = call.resumed.as_ref().map_or(0, |state| told(rows, state));
    let size = call.prefer.page_size.unwrap_or(call.config.planner_page_size);
    let size = if size == 0 { rows.len() } else { size };
    let page: Vec<_> = rows.iter().skip(told).take(size).collect();
    let objects = page.iter().map(|row| object(world, call, kind, row).map(Value::Object));
    let objects = objects.collect::<Result<Vec<_>, _>>()?;
    let context = format!("Collection({})", type_of(kind).name);
    let next = (told + page.len() < rows.len()).then(|| {
        let page: Vec<_> = page.iter().map(|row| &row.id).collect();
        let state = json!({ "before": told, "page": page });
        links::give(world, call, &location(call), "$skiptoken", state)
    });
    let mut reply = render::page(call, &context, objects, next.map(|next| ("@odata.nextLink", next)));
    if let Content::Json(Value::Object(page)) = &mut reply.body {
        page.insert("@odata.count".to_owned(), rows.len().into());
    }
    Ok(reply)
}

/// How many rows were told: those up to the last one of the page before that is still there.
fn told(rows: &[Row], state: &Value) -> usize {
    let page = state.get("page").and_then(Value::as_array);
    let is_told = |row: &Row| page.is_some_and(|page| page.contains(&json!(row.id)));
    let before = state.get("before").and_then(Value::as_u64);
    let before = before.and_then(|before| usize::try_from(before).ok());
    let last = rows.iter().rposition(is_told);
    last.map_or(before.unwrap_or_default(), |last| last + 1)
}

fn expanded(world: &World, call: &Call<'_>, kind: Kind, row: &Row, expand: &Expand) -> Result<Value, Refusal> {
    let of = match (kind, &*expand.name) {
        (Kind::Task, "details") => Kind::TaskDetails,
        (Kind::Task, "assignedToTaskBoardFormat") => Kind::AssignedFormat,
        (Kind::Task, "bucketTaskBoardFormat") => Kind::BucketFormat,
        (Kind::Task, "progressTaskBoardFormat") => Kind::ProgressFormat,
        (Kind::Plan, "details") => Kind::PlanDetails,
        (Kind::Plan, "buckets") => Kind::Bucket,
        (Kind::Plan, "tasks") => Kind::Task,
        (Kind::Roster, "members") => Kind::RosterMember,
        (Kind::Roster, "plans") => Kind::Plan,
        (_, name) => {
            return Err(Refusal::bad_request(format!(
                "Could not find a property named '{name}' to expand on type '{}'.",
                type_of(kind).name
            )));
        }
    };
    if matches!(of, Kind::Bucket | Kind::Task | Kind::RosterMember | Kind::Plan) {
        let rows = world.store.children(of, &row.id);
        return Ok(rows.map(|row| inner(call, of, row, expand)).collect());
    }
    let inner = world.store.get(of, &row.id).map(|row| inner(call, of, row, expand));
    Ok(inner.unwrap_or_default())
}

/// An object within another, with what the expansion selects of it.
fn inner(call: &Call<'_>, kind: Kind, row: &Row, expand: &Expand) -> Value {
    let mut shown = render::object(call, type_of(kind), &row.properties);
    if let Some(select) = expand.options.select() {
        shown.retain(|name, _| select.contains(name));
    }
    shown.insert("id".to_owned(), row.id.clone().into());
    shown.insert("@odata.etag".to_owned(), json!(etag::etag(kind, row.version)));
    Value::Object(shown)
}

fn context(kind: Kind, id: &str) -> String {
    match kind {
        Kind::Plan => "planner/plans/$entity".to_owned(),
        Kind::Bucket => "planner/buckets/$entity".to_owned(),
        Kind::Task => "planner/tasks/$entity".to_owned(),
        Kind::Roster => "planner/rosters/$entity".to_owned(),
        Kind::PlanDetails => format!("planner/plans('{id}')/details/$entity"),
        Kind::TaskDetails => format!("planner/tasks('{id}')/details/$entity"),
        Kind::AssignedFormat => format!("planner/tasks('{id}')/assignedToTaskBoardFormat/$entity"),
        Kind::BucketFormat => format!("planner/tasks('{id}')/bucketTaskBoardFormat/$entity"),
        Kind::ProgressFormat => format!("planner/tasks('{id}')/progressTaskBoardFormat/$entity"),
        Kind::PlannerUser => format!("users('{id}')/planner/$entity"),
        _ => format!("{}/$entity", type_of(kind).name),
    }
}
