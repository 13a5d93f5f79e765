//! Exchanges that follow a link: the emulator's own, after changes of the kind that the page shows.

use serde_json::{Value, json};

use super::{
    fixture::Ids,
    graph::{Answer, Graph},
};

/// Asks for the first page, changes something, and follows the link of this kind. What is `whole` shows both.
pub(super) fn follow(
    graph: &Graph,
    ids: &Ids,
    url: &str,
    kind: &str,
    documented: &Value,
    is_whole: bool,
) -> Result<Answer, String> {
    let mut answer = graph.get(url)?;
    if kind == "delta" {
        answer = all(graph, answer)?;
    }
    let link = |answer: &Answer, kind: &str| {
        let link = answer.body.get(format!("@odata.{kind}Link"));
        link.and_then(Value::as_str).map(str::to_owned)
    };
    let before = answer
        .body
        .get("value")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let next = link(&answer, kind).ok_or_else(|| format!("there is no {kind} link: {}", answer.body))?;
    if documented.pointer("/value/0").is_some() {
        change(graph, ids)?;
    }
    answer = graph.get(&next)?;
    // The documented page is the last one.
    if documented.get("@odata.deltaLink").is_some() {
        answer = all(graph, answer)?;
    }
    if is_whole && let Some(Value::Array(items)) = answer.body.get_mut("value") {
        items.extend(before);
    }
    Ok(answer)
}

/// The last page, with the items of those that lead to it.
pub(super) fn all(graph: &Graph, mut answer: Answer) -> Result<Answer, String> {
    let mut items = Vec::new();
    while let Some(next) = answer.body.get("@odata.nextLink").and_then(Value::as_str) {
        let next = next.to_owned();
        items.extend(
            answer
                .body
                .get("value")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default(),
        );
        answer = graph.get(&next)?;
    }
    if let Some(Value::Array(last)) = answer.body.get_mut("value") {
        items.append(last);
        *last = items;
    }
    Ok(answer)
}

/// Changes, creates and removes one of everything.
fn change(graph: &Graph, ids: &Ids) -> Result<(), String> {
    let id = |name: &str| ids.get(name).cloned().unwrap_or_default();
    let task = format!("/beta/planner/tasks/{}", id("plannerTask-id"));
    for body in [
        json!({ "percentComplete": 100 }),
        json!({ "percentComplete": 0, "title": "Read the pressure" }),
        json!({ "dueDateTime": "2026-03-06T10:00:00Z" }),
        json!({ "dueDateTime": null, "assignments": { id("second"): null } }),
    ] {
        graph.write("PATCH", &task, &body)?;
    }
    for (format, body) in [
        ("assignedTo", json!({ "orderHintsByAssignee": { id("first"): " !" } })),
        ("bucket", json!({ "orderHint": " !" })),
        ("progress", json!({ "orderHint": " !" })),
    ] {
        graph.write("PATCH", &format!("{task}/{format}TaskBoardFormat"), &body)?;
    }
    for object in ["other-bucket", "own-plan", "other-plan"] {
        let of = if object == "other-bucket" { "buckets" } else { "plans" };
        graph.write("DELETE", &format!("/beta/planner/{of}/{}", id(object)), &Value::Null)?;
    }
    let step = json!({ "@odata.type": "#microsoft.graph.plannerChecklistItem", "title": "Fans" });
    let body = json!({ "description": "Ash.", "checklist": { "94b6ff70-dbdd-4fc3-98e0-970709434ba2": step } });
    graph.write("PATCH", &format!("{task}/details"), &body)?;
    let plan = id("plannerPlan-id");
    let body = json!({ "sharedWith": { id("second"): true }, "categoryDescriptions": { "category1": "Dry", "category2": "Damp" } });
    graph.write("PATCH", &format!("/beta/planner/plans/{plan}/details"), &body)?;
    let favourite = json!({ "@odata.type": "#microsoft.graph.plannerFavoritePlanReference", "orderHint": " !", "planTitle": "Cellar" });
    let body = json!({ "favoritePlanReferences": { &*plan: favourite } });
    graph.write("PATCH", "/beta/me/planner", &body)?;
    let bucket = format!("/beta/planner/buckets/{}", id("plannerBucket-id"));
    graph.write("PATCH", &bucket, &json!({ "name": "Daily" }))?;
    graph.write(
        "PATCH",
        &format!("/beta/planner/plans/{plan}"),
        &json!({ "title": "Cellar" }),
    )?;
    let body = json!({ "containerId": id("group-id"), "type": "group" });
    graph.write(
        "POST",
        "/beta/planner/plans",
        &json!({ "title": "New", "container": body }),
    )?;
    let body = json!({ "planId": plan, "name": "New" });
    graph.write("POST", "/beta/planner/buckets", &body)?;
    let assigned = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
    let body = json!({
        "planId": plan, "title": "New", "bucketId": id("plannerBucket-id"),
        "assignments": { id("user-id"): assigned }, "appliedCategories": { "category2": true },
    });
    graph.write("POST", "/beta/planner/tasks", &body)?;
    graph.write(
        "DELETE",
        &format!("/beta/planner/tasks/{}", id("other-task")),
        &Value::Null,
    )?;
    let list = format!("/v1.0/me/todo/lists/{}", id("todoTaskList-id"));
    graph.write("PATCH", &list, &json!({ "displayName": "Island" }))?;
    graph.write(
        "DELETE",
        &format!("/v1.0/me/todo/lists/{}", id("other-list")),
        &Value::Null,
    )?;
    let body = json!({ "title": "Book the ferry" });
    graph.write("PATCH", &format!("{list}/tasks/{}", id("todoTask-id")), &body)?;
    graph.write("DELETE", &format!("{list}/tasks/{}", id("completed")), &Value::Null)?;
    let lists = "/beta/me/tasks/lists";
    let list = format!("{lists}/{}", id("baseTaskList-id"));
    let task = json!({ "@odata.type": "#microsoft.graph.task", "displayName": "New", "status": "notStarted" });
    graph.write("POST", &format!("{list}/tasks"), &task)?;
    graph.write("DELETE", &format!("{list}/tasks/{}", id("baseTask-id")), &Value::Null)?;
    graph.write("DELETE", &format!("{lists}/{}", id("other-base-list")), &Value::Null)?;
    Ok(())
}
