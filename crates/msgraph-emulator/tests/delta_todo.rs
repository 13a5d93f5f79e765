//! Delta queries of To Do, and of the API before it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_emulator::Seed;
use serde_json::{Value, json};
use support::{Answer, Graph};

const LISTS: &str = "/v1.0/me/todo/lists";

async fn list(graph: &Graph, name: &str) -> Answer {
    graph.post(LISTS, json!({ "displayName": name })).await.expect(201)
}

/// Follows a query to its end: the entries, and the link to later ones.
async fn follow(graph: &Graph, mut from: String, headers: &[(&str, &str)]) -> (Vec<Value>, String, usize) {
    let (mut entries, mut pages) = (Vec::new(), 0);
    for _ in 0..100 {
        let page = graph.send("GET", &from, headers, &Value::Null).await.expect(200);
        pages += 1;
        entries.extend(page.items().iter().cloned());
        match (
            page.body["@odata.nextLink"].as_str(),
            page.body["@odata.deltaLink"].as_str(),
        ) {
            (Some(next), None) => {
                assert!(next.contains("$skiptoken="), "{next}");
                next.clone_into(&mut from);
            }
            (None, Some(delta)) => {
                assert!(delta.contains("$deltatoken="), "{delta}");
                return (entries, delta.to_owned(), pages);
            }
            links => panic!("{links:?}"),
        }
    }
    panic!("the query has no end");
}

/// D4 (facts D3): whole objects with ETags, tombstones, pages by preference; lists come and go.
#[tokio::test]
async fn d4_lists_and_tasks_come_change_and_go() {
    let graph = Graph::new();
    let (entries, later, _) = follow(&graph, format!("{LISTS}/delta"), &[]).await;
    assert_eq!(entries.len(), 2, "the built-in lists");
    let shopping = list(&graph, "Shopping").await;
    let (entries, later, _) = follow(&graph, later, &[]).await;
    assert_eq!((entries.len(), &entries[0]["displayName"]), (1, &json!("Shopping")));
    assert_eq!(entries[0]["@odata.etag"], shopping.etag());

    let tasks = format!("{LISTS}/{}/tasks", shopping.id());
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(
            graph
                .post(&tasks, json!({ "title": format!("t{number}") }))
                .await
                .expect(201),
        );
    }
    let prefer = [("prefer", "odata.maxpagesize=2")];
    let (entries, after, pages) = follow(&graph, format!("{tasks}/delta"), &prefer).await;
    assert_eq!((entries.len(), pages), (5, 3));
    graph
        .send(
            "PATCH",
            &format!("{tasks}/{}", made[0].id()),
            &[],
            &json!({ "title": "new" }),
        )
        .await
        .expect(200);
    graph
        .send("DELETE", &format!("{tasks}/{}", made[1].id()), &[], &Value::Null)
        .await
        .expect(204);
    graph
        .post(
            &format!("{tasks}/{}/checklistItems", made[2].id()),
            json!({ "displayName": "step" }),
        )
        .await
        .expect(201);
    let (entries, after, _) = follow(&graph, after, &prefer).await;
    assert_eq!(entries.len(), 3, "{entries:?}");
    assert_eq!(entries[0]["title"], "new");
    assert!(entries[0]["createdDateTime"].is_string(), "whole");
    assert_eq!(
        entries[1],
        json!({ "id": made[1].id(), "@removed": { "reason": "deleted" } })
    );
    assert_eq!(entries[2]["id"], made[2].id(), "a step changes its task");

    graph
        .send("DELETE", &format!("{LISTS}/{}", shopping.id()), &[], &Value::Null)
        .await
        .expect(204);
    let (entries, _, _) = follow(&graph, later, &[]).await;
    assert_eq!(
        entries,
        [json!({ "id": shopping.id(), "@removed": { "reason": "deleted" } })]
    );
    assert_eq!(graph.get(&after).await.expect(404).code(), "ErrorItemNotFound");
}

/// D4 (facts D3): `$select` and `$expand` hold for every page; `$top` is refused with a message about something else, or honoured.
#[tokio::test]
async fn d4_options_of_the_first_request_hold_and_top_is_refused() {
    let graph = Graph::new();
    let shopping = list(&graph, "Shopping").await;
    let tasks = format!("{LISTS}/{}/tasks", shopping.id());
    let made = graph.post(&tasks, json!({ "title": "a" })).await.expect(201);
    graph
        .post(
            &format!("{tasks}/{}/checklistItems", made.id()),
            json!({ "displayName": "step" }),
        )
        .await
        .expect(201);
    let (entries, later, _) = follow(
        &graph,
        format!("{tasks}/delta?$select=title&$expand=checklistItems"),
        &[],
    )
    .await;
    assert_eq!(entries[0]["checklistItems"][0]["displayName"], "step");
    assert!(entries[0].get("status").is_none() && entries[0]["title"] == "a");
    graph
        .send(
            "PATCH",
            &format!("{tasks}/{}", made.id()),
            &[],
            &json!({ "title": "b" }),
        )
        .await
        .expect(200);
    let (entries, _, _) = follow(&graph, later, &[]).await;
    assert!(entries[0].get("status").is_none() && entries[0]["title"] == "b");

    let refused = graph.get(&format!("{tasks}/delta?$top=1")).await.expect(400);
    assert_eq!(refused.message(), "Delta query is not supported by this resource.");
    for option in [
        "$search=%22a%22",
        "$filter=title%20eq%20'a'",
        "$orderby=title",
        "$skip=1",
    ] {
        graph.get(&format!("{tasks}/delta?{option}")).await.expect(400);
    }
    graph
        .get(&format!(
            "{tasks}/delta?$filter=receivedDateTime%20ge%202026-01-01&$orderby=receivedDateTime%20desc"
        ))
        .await
        .expect(200);

    let mut seed = Seed::default();
    seed.config.refuse_delta_top = false;
    let graph = Graph::seeded(&seed);
    let shopping = list(&graph, "Shopping").await;
    let tasks = format!("{LISTS}/{}/tasks", shopping.id());
    for title in ["a", "b", "c"] {
        graph.post(&tasks, json!({ "title": title })).await.expect(201);
    }
    let (entries, _, pages) = follow(&graph, format!("{tasks}/delta?$top=1"), &[]).await;
    assert_eq!((entries.len(), pages), (3, 3));
}

/// D5: the tasks of flagged email are not to be had, by delta neither.
#[tokio::test]
async fn d5_flagged_email_has_no_delta() {
    let graph = Graph::new();
    let lists = graph.get(LISTS).await.expect(200);
    let flagged = lists
        .items()
        .iter()
        .find(|list| list["wellknownListName"] == "flaggedEmails")
        .unwrap();
    graph
        .get(&format!("{LISTS}/{}/tasks/delta", flagged["id"].as_str().unwrap()))
        .await
        .expect(400);
}

/// Facts D4: the API before To Do, for replay.
#[tokio::test]
async fn the_older_api_tells_changes_too() {
    let graph = Graph::new();
    let (entries, later, _) = follow(&graph, "/beta/me/tasks/lists/delta".to_owned(), &[]).await;
    assert_eq!(entries.len(), 2);
    let body = json!({ "@odata.type": "#microsoft.graph.taskList", "displayName": "Old" });
    let old = graph.post("/beta/me/tasks/lists", body).await.expect(201);
    let (entries, _, _) = follow(&graph, later, &[]).await;
    assert_eq!(entries[0]["displayName"], "Old");
    let tasks = format!("/beta/me/tasks/lists/{}/tasks", old.id());
    let body = json!({ "@odata.type": "#microsoft.graph.task", "displayName": "a", "status": "notStarted" });
    graph.post(&tasks, body).await.expect(201);
    let (entries, _, _) = follow(&graph, format!("{tasks}/delta"), &[]).await;
    assert_eq!(entries[0]["@odata.type"], "#microsoft.graph.task");
}

/// D1: what one mailbox's link tells, nobody else is told.
#[tokio::test]
async fn d1_links_of_a_mailbox_are_its_owners() {
    let graph = Graph::new();
    let (_, later, _) = follow(&graph, format!("{LISTS}/delta"), &[]).await;
    graph.by("bruno").get(&later).await.expect(400);
    list(&graph.by("bruno"), "his").await;
    assert!(follow(&graph, later, &[]).await.0.is_empty());
}
