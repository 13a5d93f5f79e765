//! The API before To Do.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use serde_json::{Value, json};
use support::{Answer, Graph};

const ROOT: &str = "/beta/me/tasks";

async fn list(graph: &Graph, name: &str) -> Answer {
    let body = json!({ "@odata.type": "#microsoft.graph.taskList", "displayName": name });
    graph.post(&format!("{ROOT}/lists"), body).await.expect(201)
}

async fn task(graph: &Graph, list: &Answer, more: Value) -> Answer {
    let mut body = json!({ "@odata.type": "#microsoft.graph.task", "displayName": "a", "status": "notStarted" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    graph.post(&format!("{ROOT}/lists/{}/tasks", list.id()), body).await
}

/// Facts A6 (B1 to B3): lists are typed; the built-in ones can be neither renamed nor deleted.
#[tokio::test]
async fn a6_lists_are_typed() {
    let graph = Graph::new();
    let own = list(&graph, "Own").await;
    assert_eq!(own.body["@odata.type"], "#microsoft.graph.taskList");
    let all = graph.get(&format!("{ROOT}/lists")).await.expect(200);
    assert_eq!(all.items().len(), 3);
    for built_in in &all.items()[..2] {
        assert_eq!(built_in["@odata.type"], "#microsoft.graph.wellKnownTaskList");
        let path = format!("{ROOT}/lists/{}", built_in["id"].as_str().unwrap());
        let ty = "#microsoft.graph.wellKnownTaskList";
        let rename = json!({ "@odata.type": ty, "displayName": "x" });
        assert_eq!(graph.update(&path, rename).await.status, 400);
        graph.remove(&path).await.expect(400);
        assert_eq!(
            graph.get(&path).await.expect(200).body["displayName"],
            built_in["displayName"]
        );
    }
    let path = format!("{ROOT}/lists/{}", own.id());
    let rename = json!({ "@odata.type": "#microsoft.graph.taskList", "displayName": "Mine" });
    graph.update(&path, rename).await.expect(200);
    assert_eq!(graph.get(&path).await.expect(200).body["displayName"], "Mine");
    let task = task(&graph, &own, json!({})).await.expect(201);
    graph.remove(&path).await.expect(204);
    graph.get(&path).await.expect(404);
    graph.get(&format!("{ROOT}/alltasks/{}", task.id())).await.expect(404);
}

/// Facts A6 (B5, B6, B8), B10: a task is found in its list and among all; what is the user's own is in the viewpoint.
#[tokio::test]
async fn a6_tasks_live_in_their_list_and_among_all() {
    let graph = Graph::new();
    let own = list(&graph, "Own").await;
    let reminder = json!({ "dateTime": "2026-03-01T09:00:00", "timeZone": "UTC" });
    let viewpoint = json!({ "categories": ["red"], "reminderDateTime": reminder });
    let new = task(&graph, &own, json!({ "textBody": "text", "viewpoint": viewpoint }))
        .await
        .expect(201);
    assert_eq!(new.body["@odata.type"], "#microsoft.graph.task");
    assert_eq!(new.body["parentList"]["id"], own.id());
    assert_eq!(new.body["viewpoint"]["categories"], json!(["red"]));
    let in_list = format!("{ROOT}/lists/{}/tasks/{}", own.id(), new.id());
    let among_all = format!("{ROOT}/alltasks/{}", new.id());
    let done = json!({ "@odata.type": "#microsoft.graph.task", "status": "completed" });
    let done = graph.update(&among_all, done).await.expect(200);
    assert!(done.body["completedDateTime"].is_string(), "a date with an offset");
    assert_eq!(graph.get(&in_list).await.expect(200).body["status"], "completed");
    assert_eq!(
        done.body["bodyLastModifiedDateTime"],
        new.body["bodyLastModifiedDateTime"]
    );
    let open = json!({ "@odata.type": "#microsoft.graph.task", "status": "inProgress", "textBody": "other" });
    let open = graph.update(&in_list, open).await.expect(200);
    assert!(open.body.get("completedDateTime").is_none_or(Value::is_null));
    assert_ne!(
        open.body["bodyLastModifiedDateTime"],
        new.body["bodyLastModifiedDateTime"]
    );
    task(&graph, &own, json!({ "title": "no such property" }))
        .await
        .expect(400);
    let page = graph
        .get(&format!("{ROOT}/lists/{}/tasks?$top=1", own.id()))
        .await
        .expect(200);
    assert_eq!(page.items().len(), 1);
    graph.by("bruno").get(&among_all).await.expect(404);
    graph.remove(&among_all).await.expect(204);
    graph.get(&in_list).await.expect(404);
}

/// Facts A6 (B9), B10: a move keeps the id, and everything that belongs to the task.
#[tokio::test]
async fn a6_a_move_keeps_the_id() {
    let graph = Graph::new();
    let (one, other) = (list(&graph, "One").await, list(&graph, "Other").await);
    for of_all in [false, true] {
        let new = task(&graph, &one, json!({})).await.expect(201);
        let place = |list: &Answer| format!("{ROOT}/lists/{}/tasks/{}", list.id(), new.id());
        let among_all = format!("{ROOT}/alltasks/{}", new.id());
        let items = format!("{}/checklistItems", place(&one));
        let item = graph.post(&items, json!({ "displayName": "Step" })).await.expect(201);
        let path = if of_all { among_all.clone() } else { place(&one) };
        let nowhere = json!({ "destinationTaskListId": "AAMkADAwATM0MDAAMS0zNTcwLQAAAAA=" });
        graph.post(&format!("{path}/move"), nowhere).await.expect(404);
        graph.get(&place(&one)).await.expect(200);
        let to = json!({ "destinationTaskListId": other.id() });
        let moved = graph.post(&format!("{path}/move"), to).await.expect(200);
        assert_eq!(
            (moved.id(), &moved.body["parentList"]["id"]),
            (new.id(), &json!(other.id()))
        );
        graph.get(&place(&one)).await.expect(404);
        graph.get(&place(&other)).await.expect(200);
        let items = graph
            .get(&format!("{}/checklistItems", place(&other)))
            .await
            .expect(200);
        assert_eq!(items.items()[0]["id"], item.id());
    }
}

/// Facts A6 (B10, B11): steps and links, and their expansion.
#[tokio::test]
async fn a6_parts_of_a_task_live() {
    let graph = Graph::new();
    let own = list(&graph, "Own").await;
    let new = task(&graph, &own, json!({})).await.expect(201);
    let path = format!("{ROOT}/lists/{}/tasks/{}", own.id(), new.id());
    for (name, property) in [("checklistItems", "displayName"), ("linkedResources", "webUrl")] {
        let parts = format!("{path}/{name}");
        let part = graph
            .post(&parts, json!({ property: "https://contoso.example" }))
            .await
            .expect(201);
        let of = format!("{parts}/{}", part.id());
        graph
            .update(&of, json!({ property: "https://contoso.example/2" }))
            .await
            .expect(200);
        assert_eq!(
            graph.get(&of).await.expect(200).body[property],
            "https://contoso.example/2"
        );
        let task = graph.get(&format!("{path}?$expand={name}")).await.expect(200);
        assert_eq!(task.body[name][0]["id"], part.id());
        graph.remove(&of).await.expect(204);
        assert!(graph.get(&parts).await.expect(200).items().is_empty());
    }
}

/// Facts A6 (B3, B5, D4): a list shows its tasks, a task its list, where that is asked for; what is gone names its type.
#[tokio::test]
async fn a6_relations_are_expanded_and_tombstones_are_typed() {
    let graph = Graph::new();
    let own = list(&graph, "Own").await;
    let new = task(&graph, &own, json!({})).await.expect(201);
    let of = format!("{ROOT}/lists/{}", own.id());
    let whole = graph.get(&format!("{of}?$expand=tasks,extensions")).await.expect(200);
    assert_eq!(
        (&whole.body["tasks"][0]["id"], &whole.body["extensions"]),
        (&json!(new.id()), &json!([]))
    );
    assert!(graph.get(&of).await.expect(200).body.get("tasks").is_none());
    graph.get(&format!("{of}?$expand=nonsense")).await.expect(400);
    let path = format!("{of}/tasks/{}", new.id());
    let whole = graph.get(&format!("{path}?$expand=parentList")).await.expect(200);
    assert_eq!(whole.body["parentList"]["displayName"], "Own");
    let first = graph.get(&format!("{of}/tasks/delta")).await.expect(200);
    graph.remove(&path).await.expect(204);
    let later = graph
        .get(first.body["@odata.deltaLink"].as_str().unwrap())
        .await
        .expect(200);
    let gone = json!({ "@odata.type": "#microsoft.graph.task", "id": new.id(), "@removed": { "reason": "deleted" } });
    assert_eq!(later.items(), [gone]);
}
