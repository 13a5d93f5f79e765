//! What belongs to a task or a list: steps, links and extensions.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use serde_json::{Value, json};
use support::Graph;

/// A task, by its path.
async fn task(graph: &Graph) -> String {
    let tasks = graph.tasks().await;
    let task = graph.post(&tasks, json!({ "title": "Water" })).await.expect(201);
    format!("{tasks}/{}", task.id())
}

/// The version of a task, which tells whether it changed.
async fn version(graph: &Graph, task: &str) -> (String, Value) {
    let task = graph.get(task).await.expect(200);
    (task.etag().to_owned(), task.body["lastModifiedDateTime"].clone())
}

/// T13, T14: steps; each write of one is a change of its task.
#[tokio::test]
async fn checklist_items_live_and_touch_their_task() {
    let graph = Graph::new();
    let task = task(&graph).await;
    let items = format!("{task}/checklistItems");
    let mut versions = vec![version(&graph, &task).await];
    let item = graph.post(&items, json!({ "displayName": "Fill" })).await.expect(201);
    assert_eq!(item.id().len(), 36, "a GUID");
    assert_eq!(item.body["isChecked"], false);
    assert!(item.body["createdDateTime"].is_string());
    versions.push(version(&graph, &task).await);
    let path = format!("{items}/{}", item.id());
    let checked = graph.update(&path, json!({ "isChecked": true })).await.expect(200);
    assert!(checked.body["checkedDateTime"].is_string());
    versions.push(version(&graph, &task).await);
    let open = graph
        .update(&path, json!({ "isChecked": false, "displayName": "Pour" }))
        .await
        .expect(200);
    assert!(open.body["checkedDateTime"].is_null());
    versions.push(version(&graph, &task).await);
    assert_eq!(graph.get(&path).await.expect(200).body, open.body);
    assert_eq!(graph.get(&items).await.expect(200).items()[0]["displayName"], "Pour");
    graph.remove(&path).await.expect(204);
    versions.push(version(&graph, &task).await);
    for pair in versions.windows(2) {
        assert!(
            pair[0].0 != pair[1].0 && pair[0].1.as_str() < pair[1].1.as_str(),
            "{pair:?}"
        );
    }
    assert!(graph.get(&items).await.expect(200).items().is_empty());
    assert_eq!(graph.get(&path).await.expect(404).code(), "ErrorItemNotFound");
    assert_eq!(
        graph.get(&format!("{items}/x")).await.expect(400).code(),
        "ErrorInvalidIdMalformed"
    );
    assert_eq!(graph.post(&items, json!({})).await.status, 400, "without a name");
    assert_eq!(version(&graph, &task).await, versions[4]);
}

/// T8, T15, T16: links, which a new task may bring along.
#[tokio::test]
async fn linked_resources_live_and_come_with_a_task() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    let link = json!({ "webUrl": "https://contoso.example/1", "applicationName": "App", "externalId": "1" });
    let new = json!({ "title": "Read", "linkedResources": [link] });
    let task = graph.post(&tasks, new).await.expect(201);
    assert_eq!(task.body["linkedResources"][0]["externalId"], "1");
    let links = format!("{tasks}/{}/linkedResources", task.id());
    let there = graph.get(&links).await.expect(200);
    assert_eq!(there.items().len(), 1);
    assert_eq!(there.items()[0]["webUrl"], "https://contoso.example/1");
    let path = format!("{links}/{}", there.items()[0]["id"].as_str().unwrap());
    let changed = graph
        .update(&path, json!({ "displayName": "One", "webUrl": null }))
        .await
        .expect(200);
    assert_eq!(changed.body["displayName"], "One");
    assert!(changed.body["webUrl"].is_null());
    let other = graph
        .post(&links, json!({ "applicationName": "App" }))
        .await
        .expect(201);
    assert_eq!(graph.get(&links).await.expect(200).items().len(), 2);
    graph.remove(&format!("{links}/{}", other.id())).await.expect(204);
    let expanded = graph
        .get(&format!("{tasks}/{}?$expand=linkedResources", task.id()))
        .await
        .expect(200);
    assert_eq!(
        expanded.body["linkedResources"],
        json!([graph.get(&links).await.expect(200).items()[0]])
    );
    // Who adds something wrong adds nothing.
    let wrong = json!({ "title": "Read", "linkedResources": [{ "url": "x" }] });
    assert_eq!(graph.post(&tasks, wrong).await.status, 400);
    assert_eq!(graph.get(&tasks).await.expect(200).items().len(), 1);
}

/// Facts A5: extensions of tasks and lists, by name or full id, expanded with a filter.
#[tokio::test]
async fn extensions_live_on_tasks_and_lists() {
    let graph = Graph::new();
    let list = graph
        .post("/v1.0/me/todo/lists", json!({ "displayName": "Garden" }))
        .await
        .expect(201);
    let list = format!("/v1.0/me/todo/lists/{}", list.id());
    let task = graph
        .post(&format!("{list}/tasks"), json!({ "title": "Mow" }))
        .await
        .expect(201);
    let task = format!("{list}/tasks/{}", task.id());
    let ty = "microsoft.graph.openTypeExtension";
    for owner in [&list, &task] {
        let before = graph.get(owner).await.expect(200);
        let new = json!({ "@odata.type": ty, "extensionName": "com.contoso.a", "color": "red", "numbers": [1, 2] });
        let extension = graph
            .post(&format!("{owner}/extensions"), new.clone())
            .await
            .expect(201);
        assert_eq!(extension.id(), format!("{ty}.com.contoso.a"));
        assert_eq!(extension.body["@odata.type"], format!("#{ty}"));
        assert_ne!(graph.get(owner).await.expect(200).etag(), before.etag());
        assert_eq!(graph.post(&format!("{owner}/extensions"), new).await.status, 409);
        let path = format!("{owner}/extensions/com.contoso.a");
        let by_id = graph
            .get(&format!("{owner}/extensions/{ty}.com.contoso.a"))
            .await
            .expect(200);
        assert_eq!(by_id.body, graph.get(&path).await.expect(200).body);
        let change = json!({ "@odata.type": ty, "extensionName": "com.contoso.a", "color": null, "size": 3 });
        let changed = graph.update(&path, change).await.expect(200);
        assert_eq!((changed.body.get("color"), &changed.body["size"]), (None, &json!(3)));
        assert_eq!(changed.body["numbers"], json!([1, 2]));
        let other = json!({ "@odata.type": ty, "extensionName": "com.contoso.b" });
        graph.post(&format!("{owner}/extensions"), other).await.expect(201);
        assert_eq!(
            graph
                .get(&format!("{owner}/extensions"))
                .await
                .expect(200)
                .items()
                .len(),
            2
        );
        let expand = format!("{owner}?$expand=extensions($filter=id%20eq%20'com.contoso.b')");
        let expanded = graph.get(&expand).await.expect(200);
        assert_eq!(expanded.body["extensions"].as_array().unwrap().len(), 1);
        assert_eq!(expanded.body["extensions"][0]["extensionName"], "com.contoso.b");
        graph.remove(&path).await.expect(204);
        graph.get(&path).await.expect(404);
    }
    let nested = json!({ "title": "x", "extensions": [{ "@odata.type": ty, "extensionName": "n.n", "a": true }] });
    let nested = graph.post(&format!("{list}/tasks"), nested).await.expect(201);
    let path = format!("{list}/tasks/{}/extensions/n.n", nested.id());
    assert_eq!(graph.get(&path).await.expect(200).body["a"], true);
    let microsofts = json!({ "@odata.type": ty, "extensionName": "com.microsoft.a" });
    assert_eq!(graph.post(&format!("{task}/extensions"), microsofts).await.status, 400);
    assert_eq!(
        graph
            .post(&format!("{task}/extensions"), json!({ "extensionName": "c.d" }))
            .await
            .status,
        400
    );
}

/// T9 (facts B9): parts are expanded, but for attachments.
#[tokio::test]
async fn attachments_are_not_expanded() {
    let graph = Graph::new();
    let task = task(&graph).await;
    graph
        .post(&format!("{task}/checklistItems"), json!({ "displayName": "Fill" }))
        .await
        .expect(201);
    let expanded = graph
        .get(&format!("{task}?$expand=checklistItems,linkedResources&$select=title"))
        .await
        .expect(200);
    assert_eq!(expanded.body["checklistItems"][0]["displayName"], "Fill");
    assert_eq!(expanded.body["linkedResources"], json!([]));
    assert_eq!(
        (&expanded.body["title"], expanded.body.get("status")),
        (&json!("Water"), None)
    );
    let sessions = graph
        .get(&format!("{task}?$expand=attachmentSessions"))
        .await
        .expect(200);
    assert_eq!(sessions.body["attachmentSessions"], json!([]));
    for name in ["attachments", "nothing"] {
        assert_eq!(graph.get(&format!("{task}?$expand={name}")).await.status, 400, "{name}");
    }
}
