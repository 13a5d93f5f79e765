//! Details of tasks, and what of them the task tells.

use serde_json::{Map, Value, json};

use super::{access, canonical, effects, history, limits, plans, shown, versions};
use crate::{
    call::Call,
    reply::{Refusal, Reply},
    store::{Kind, Row},
    world::World,
};

/// `GET /planner/tasks/{id}/details`
pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let details = access::part(world, call, Kind::TaskDetails, call.key(0))?;
    shown::one(world, call, 200, Kind::TaskDetails, details)
}

/// `PATCH /planner/tasks/{id}/details`
pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let before = access::open_part(world, call, Kind::TaskDetails, call.key(0))?;
    let seen = versions::seen(call, Kind::TaskDetails, &before)?;
    if call.body.contains_key("description") && call.body.contains_key("notes") {
        return Err(Refusal::bad_request(
            "Description and notes cannot be changed together.",
        ));
    }
    let call = &super::rewritten(world, call)?;
    let (mut details, paths) = plans::merged(call, &before);
    versions::agree(&before, seen, &paths)?;
    if details.get("previewType").is_null() {
        details.set("previewType", "automatic");
    }
    keep_notes(call, &before, &mut details);
    if let Some(Value::Object(requirements)) = details.properties.get_mut("completionRequirements") {
        for kind in ["approvalRequirement", "checklistRequirement", "formsRequirement"] {
            requirements.entry(kind).or_insert(Value::Null);
        }
    }
    for (name, hint, code) in [
        ("checklist", "orderHint", "MaximumChecklistItemsOnTask"),
        ("references", "previewPriority", "MaximumReferencesOnTask"),
    ] {
        let mut members = details.get(name).as_object().cloned().unwrap_or_default();
        limits::at_most(call, code, members.len())?;
        keep_members(world, call, before.get(name), &mut members, hint);
        details.set(name, members);
    }
    let details = versions::update(world, call, Kind::TaskDetails, &before, details, paths);
    if details != before {
        touch_task(world, call, &details);
    }
    shown::updated(world, call, Kind::TaskDetails, &details)
}

/// Fills in what the service knows of the members that are new or different.
fn keep_members(world: &mut World, call: &Call<'_>, before: &Value, members: &mut Map<String, Value>, hint: &str) {
    for (key, member) in members {
        let known = before.get(key);
        let Some(member) = member.as_object_mut() else { continue };
        if known.and_then(Value::as_object) == Some(member) {
            continue;
        }
        if member.get(hint).is_none() {
            let known = known.and_then(|known| known.get(hint)).cloned();
            member.insert(hint.to_owned(), known.unwrap_or_else(|| canonical::new_hint(world)));
        }
        if hint == "orderHint" && member.get("isChecked").is_none_or(Value::is_null) {
            member.insert("isChecked".to_owned(), false.into());
        }
        if hint == "previewPriority" && member.get("type").is_none_or(Value::is_null) {
            member.insert("type".to_owned(), "Other".into());
        }
        member.insert("lastModifiedBy".to_owned(), access::identity(world, &call.me));
        member.insert("lastModifiedDateTime".to_owned(), world.now().into());
    }
}

/// Notes and description are the same text, rich and plain. A description that is what it was leaves the notes as they are.
fn keep_notes(call: &Call<'_>, before: &Row, details: &mut Row) {
    if let Some(notes) = call.body.get("notes") {
        let content = notes["content"].as_str().unwrap_or_default();
        let is_html = notes["contentType"] == "html";
        details.set("description", if is_html { plain(content) } else { content.to_owned() });
    } else if let Some(description) = call.body.get("description")
        && description != before.get("description")
    {
        let notes = json!({ "contentType": "text", "content": description });
        details.set("notes", if description.is_null() { Value::Null } else { notes });
    }
}

/// The text of HTML, without its tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in html.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if !is_tag => text.push(letter),
            _ => {}
        }
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

/// The task tells of its details how many items there are, and more.
fn touch_task(world: &mut World, call: &Call<'_>, details: &Row) {
    let Some(before) = world.store.get(Kind::Task, &details.id).cloned() else {
        return;
    };
    let items = || details.get("checklist").as_object().into_iter().flat_map(Map::values);
    let references = details.get("references").as_object().map_or(0, Map::len);
    let mut task = before.clone();
    task.set(
        "hasDescription",
        details.text("description").is_some_and(|text| !text.is_empty()),
    );
    task.set("checklistItemCount", items().count());
    task.set(
        "activeChecklistItemCount",
        items().filter(|item| item["isChecked"] != true).count(),
    );
    task.set("referenceCount", references);
    task.set("previewType", details.get("previewType").clone());
    task.set(
        "specifiedCompletionRequirements",
        requirements(details.get("completionRequirements")),
    );
    effects::stamp(world, call, &mut task);
    let task = if call.config.details_touch_task {
        let derived = [
            "hasDescription",
            "checklistItemCount",
            "activeChecklistItemCount",
            "referenceCount",
            "previewType",
            "specifiedCompletionRequirements",
        ];
        versions::update(
            world,
            call,
            Kind::Task,
            &before,
            task,
            derived.map(str::to_owned).into(),
        )
    } else {
        versions::replace(world, call, Kind::Task, &before, task)
    };
    history::record(world, call, "updated", &task);
}

fn requirements(of: &Value) -> String {
    let items = of.pointer("/checklistRequirement/requiredChecklistItemIds");
    let items = items.and_then(Value::as_array);
    let needs_items = items.is_some_and(|items| !items.is_empty());
    let needs_approval = of.pointer("/approvalRequirement/isApprovalRequired") == Some(&Value::Bool(true));
    let flags = [
        (needs_items, "checklistCompletion"),
        (needs_approval, "approvalCompletion"),
    ];
    let flags: Vec<_> = flags
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, flag)| *flag)
        .collect();
    if flags.is_empty() {
        "none".to_owned()
    } else {
        flags.join(",")
    }
}
