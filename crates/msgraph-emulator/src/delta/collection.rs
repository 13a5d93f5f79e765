//! Collections: what there is, a page at a time, and afterwards what changed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    base_task,
    call::Call,
    etag::etag,
    generated::schema::{TASK, TASK_LIST},
    planner, render,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    todo,
    world::World,
};

use super::{Position, chaos, link, location};

/// How a row is shown.
type Show = fn(&World, &Call<'_>, &Row) -> Result<Map<String, Value>, Refusal>;

/// Whether a row is in a collection.
type Holds = Box<dyn Fn(&World, &Row) -> bool>;

/// What a query tells of.
struct Scope {
    kind: Kind,
    /// Whether a row is in it.
    holds: Holds,
    show: Show,
    /// The path of its links, below the version.
    link: String,
}

pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let scope = scope(world, call)?;
    let position = call.resumed.as_ref().map(Position::of);
    let position = position.unwrap_or_else(|| Position {
        after: world.last_change(),
        listed: Some(String::new()),
        empty: 0,
    });
    let (entries, is_last, position) = if position.empty < call.config.chaos.empty_pages && position.listed.is_none() {
        let empty = position.empty + 1;
        (Vec::new(), false, Position { empty, ..position })
    } else if let Some(listed) = &position.listed {
        list(world, call, &scope, listed, position.after)?
    } else {
        since(world, call, &scope, position.after)?
    };
    let link = link(world, call, &scope.link, is_last, &position);
    let entries = chaos::spoil(world, call, entries);
    Ok(render::page(call, &context(call, &scope), entries, Some(link)))
}

fn size(call: &Call<'_>) -> Result<usize, Refusal> {
    if call.config.chaos.oversized_pages {
        return Ok(usize::MAX);
    }
    let sizes = [call.query.number("$top")?, call.prefer.page_size]
        .into_iter()
        .flatten();
    Ok(sizes.min().unwrap_or(call.config.delta_page_size).max(1))
}

type Told = (Vec<Value>, bool, Position);

/// What there is, by id, so that what comes and goes in between disturbs nothing.
fn list(world: &World, call: &Call<'_>, scope: &Scope, listed: &str, after: u64) -> Result<Told, Refusal> {
    let size = size(call)?;
    let mut rows = world
        .store
        .after(scope.kind, listed)
        .filter(|row| (scope.holds)(world, row));
    let page: Vec<_> = rows.by_ref().take(size).collect();
    let is_last = rows.next().is_none();
    let listed = page.last().map_or(listed, |row| &row.id).to_owned();
    let entries = page
        .into_iter()
        .map(|row| (scope.show)(world, call, row).map(Value::Object));
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let position = Position {
        after,
        listed: (!is_last).then_some(listed),
        empty: 0,
    };
    Ok((entries, is_last, position))
}

/// What changed since: each row once, as it is now, or that it is gone.
fn since(world: &World, call: &Call<'_>, scope: &Scope, after: u64) -> Result<Told, Refusal> {
    let size = size(call)?;
    let start = format!("{:020}", chaos::from(call, after));
    let mut changed: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
    let (mut last, mut is_last) = (after, true);
    // What is told again does not count, or a page of nothing else would lead to itself.
    let mut fresh = 0;
    for change in world.store.after(Kind::Change, &start) {
        if chaos::is_too_young(world, call, change) {
            break;
        }
        let number = change.id.parse().unwrap_or(last);
        let of = change.text("of").unwrap_or_default();
        if change.get("kind") == &json!(scope.kind) && !chaos::is_omitted(call, number) {
            let was = before(world, change);
            let was_held = was.is_some_and(|row| (scope.holds)(world, &row));
            let is_held = world
                .store
                .get(scope.kind, of)
                .is_some_and(|row| (scope.holds)(world, row));
            if was_held || is_held {
                let is_known = changed.get(of).is_some_and(|(known, _)| *known > after);
                if number > after && !is_known {
                    if fresh >= size {
                        is_last = false;
                        break;
                    }
                    fresh += 1;
                }
                changed.insert(of, (number, is_held));
            }
        }
        last = last.max(number);
    }
    let mut changed: Vec<_> = changed
        .into_iter()
        .map(|(id, (number, is_held))| (number, id, is_held))
        .collect();
    changed.sort_unstable();
    let entries =
        changed.into_iter().map(
            |(_, id, is_held)| match world.store.get(scope.kind, id).filter(|_| is_held) {
                Some(row) => (scope.show)(world, call, row).map(Value::Object),
                None => Ok(removed(scope.kind, id)),
            },
        );
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let position = Position {
        after: last,
        ..Position::default()
    };
    Ok((entries, is_last, position))
}

/// The entry of what is gone.
fn removed(kind: Kind, id: &str) -> Value {
    let mut entry = json!({ "id": id, "@removed": { "reason": "deleted" } });
    // The API before To Do names the type of everything.
    let ty = match kind {
        Kind::BaseTask => &TASK,
        Kind::BaseTaskList => &TASK_LIST,
        _ => return entry,
    };
    if let Some(members) = entry.as_object_mut() {
        members.insert("@odata.type".to_owned(), format!("#{}", ty.name).into());
    }
    entry
}

/// A row as it was before a change; `None` where it is new.
fn before(world: &World, change: &Row) -> Option<Row> {
    let was = change.get("before").as_object()?;
    let kind: Kind = serde_json::from_value(change.get("kind").clone()).ok()?;
    let id = change.text("of")?;
    let parent = change.text("from").or_else(|| change.text("in"));
    let mut row = Row::new(id, parent.unwrap_or_default());
    if let Some(now) = world.store.get(kind, id) {
        row.properties.clone_from(&now.properties);
    }
    row.properties.extend(was.clone());
    Some(row)
}

fn scope(world: &mut World, call: &Call<'_>) -> Result<Scope, Refusal> {
    let path = call.route.path.strip_suffix("/delta").unwrap_or(call.route.path);
    if path.starts_with("/me/todo") || path.starts_with("/me/tasks") {
        return mailbox(world, call, path);
    }
    if let Some(option) = call.query.names().find(|name| !matches!(*name, "$expand" | "$select")) {
        return Err(Refusal::bad_request(format!(
            "The query option '{option}' is not supported by this query."
        )));
    }
    collection(world, call, path)
}

/// Lists and tasks of a mailbox.
fn mailbox(world: &mut World, call: &Call<'_>, path: &str) -> Result<Scope, Refusal> {
    check_options(call)?;
    let is_old = path.starts_with("/me/tasks");
    let owner = if is_old {
        base_task::mailbox(world, call)?
    } else {
        todo::owner(world, call)?
    };
    let parent = match call.keys.first() {
        Some(list) => list.clone(),
        None => owner,
    };
    let (kind, show): (Kind, Show) = match (is_old, call.keys.is_empty()) {
        (false, true) => (Kind::List, todo::lists::shown),
        (false, false) => (Kind::TodoTask, todo::tasks::shown),
        (true, true) => (Kind::BaseTaskList, base_task::shown_list),
        (true, false) => (Kind::BaseTask, base_task::shown_task),
    };
    match kind {
        Kind::TodoTask => {
            let list = todo::mailbox::find_list(world, call)?;
            if list.text("wellknownListName") == Some("flaggedEmails") {
                return Err(Refusal::bad_request(
                    "The tasks of the list of flagged email cannot be read.",
                ));
            }
        }
        Kind::BaseTask => {
            base_task::find_list(world, call, call.key(0))?;
        }
        _ => {}
    }
    Ok(Scope {
        kind,
        holds: Box::new(move |_, row| row.parent == parent),
        show,
        link: location(call),
    })
}

/// To Do says that it takes `$top`, and refuses it with a message about something else.
fn check_options(call: &Call<'_>) -> Result<(), Refusal> {
    if call.query.get("$top").is_some() && call.config.refuse_delta_top && call.route.path.starts_with("/me/todo") {
        return Err(Refusal::bad_request("Delta query is not supported by this resource."));
    }
    let takes = |name: &str| matches!(name, "$select" | "$expand" | "$top" | "$filter" | "$orderby");
    if let Some(option) = call.query.names().find(|name| !takes(name)) {
        return Err(Refusal::bad_request(format!(
            "The query option '{option}' is not supported by this query."
        )));
    }
    let filter = call.query.get("$filter").unwrap_or("receivedDateTime ge");
    let order = call.query.get("$orderby").unwrap_or("receivedDateTime desc");
    let is_taken = ["receivedDateTime ge", "receivedDateTime gt"]
        .iter()
        .any(|text| filter.starts_with(text));
    if is_taken && order == "receivedDateTime desc" {
        return Ok(());
    }
    Err(Refusal::bad_request(
        "The query filters or orders by what a delta query does not take.",
    ))
}

/// Collections of Planner.
fn collection(world: &World, call: &Call<'_>, path: &str) -> Result<Scope, Refusal> {
    let key = call.key(0).to_owned();
    let me = call.me.clone();
    let user = call.user.clone();
    let (kind, holds): (Kind, Holds) = match path {
        "/planner/plans/{plannerPlan-id}/tasks" | "/planner/plans/{plannerPlan-id}/buckets" => {
            planner::access::plan(world, call, &key)?;
            let kind = if path.ends_with("tasks") {
                Kind::Task
            } else {
                Kind::Bucket
            };
            (kind, Box::new(move |_, row| row.parent == key))
        }
        "/planner/buckets/{plannerBucket-id}/tasks" => {
            planner::access::part(world, call, Kind::Bucket, &key)?;
            (Kind::Task, Box::new(move |_, row| row.text("bucketId") == Some(&key)))
        }
        "/me/planner/tasks" => {
            let is_assigned = move |row: &Row| row.get("assignments").get(&user).is_some_and(|of| !of.is_null());
            (Kind::Task, Box::new(move |_, row| is_assigned(row)))
        }
        path if path.ends_with("tasks") => (Kind::Task, Box::new(move |world, row| in_visible(world, row, &me))),
        path if path.ends_with("buckets") => (Kind::Bucket, Box::new(move |world, row| in_visible(world, row, &me))),
        path if path.starts_with("/groups") || path.starts_with("/planner/rosters") => {
            (Kind::Plan, Box::new(move |_, row| row.parent == key))
        }
        path if path.starts_with("/teams") => {
            let channel = planner::containers::channel(call);
            (Kind::Plan, Box::new(move |_, row| row.parent == channel))
        }
        _ => (Kind::Plan, Box::new(move |world, row| is_visible(world, row, &me))),
    };
    let show: Show = match kind {
        Kind::Task => task_with_details,
        Kind::Bucket => |world, call, row| planner::shown::object(world, call, Kind::Bucket, row),
        _ => |world, call, row| planner::shown::object(world, call, Kind::Plan, row),
    };
    Ok(Scope {
        kind,
        holds,
        show,
        link: observed(call),
    })
}

/// A task with its details, which the newer queries show whether they are asked for or not.
fn task_with_details(world: &World, call: &Call<'_>, row: &Row) -> Result<Map<String, Value>, Refusal> {
    let mut shown = planner::shown::object(world, call, Kind::Task, row)?;
    if let Some(details) = world.store.get(Kind::TaskDetails, &row.id) {
        let ty = planner::shown::type_of(Kind::TaskDetails);
        let mut details_shown = render::object(call, ty, &details.properties);
        details_shown.insert("id".to_owned(), details.id.clone().into());
        details_shown.insert(
            "@odata.etag".to_owned(),
            json!(etag(Kind::TaskDetails, details.version)),
        );
        shown.insert("details".to_owned(), details_shown.into());
    }
    Ok(shown)
}

fn is_visible(world: &World, plan: &Row, user: &str) -> bool {
    planner::access::is_there(world, plan) && planner::access::may_see(world, plan, user)
}

/// Whether something is in a plan that the user may see, or might see until it was removed.
fn in_visible(world: &World, row: &Row, user: &str) -> bool {
    match world.store.get(Kind::Plan, &row.parent) {
        Some(plan) => is_visible(world, plan, user),
        None => removed_plan(world, &row.parent).is_some_and(|plan| is_visible(world, &plan, user)),
    }
}

/// A plan as it was before it was removed.
fn removed_plan(world: &World, id: &str) -> Option<Row> {
    let is_its = |change: &&Row| change.text("of") == Some(id) && change.get("kind") == &json!(Kind::Plan);
    let removal = world.store.all(Kind::Change).filter(is_its).last()?;
    before(world, removal)
}

/// The links of the newer queries do not look like the query: the service leaves out `/delta`, and writes keys in parentheses.
fn observed(call: &Call<'_>) -> String {
    let path = call.route.path.strip_suffix("/delta").unwrap_or(call.route.path);
    let mut keys = call.keys.iter();
    let segments = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| match segment {
            key if key.starts_with('{') => format!("('{}')", keys.next().map_or("", String::as_str)),
            "me" if call.user != call.me => format!("/users('{}')", call.user),
            name => format!("/{name}"),
        });
    let path: String = segments.collect();
    if path.ends_with("tasks") {
        format!("{path}?$expand=details")
    } else {
        path
    }
}

fn context(call: &Call<'_>, scope: &Scope) -> String {
    match scope.kind {
        Kind::List => format!("users('{}')/todo/lists", call.user),
        Kind::TodoTask => format!("users('{}')/todo/lists('{}')/tasks", call.user, call.key(0)),
        Kind::BaseTask => "Collection(baseTask)".to_owned(),
        Kind::BaseTaskList => "Collection(baseTaskList)".to_owned(),
        kind => format!("Collection({})", planner::shown::type_of(kind).name),
    }
}
