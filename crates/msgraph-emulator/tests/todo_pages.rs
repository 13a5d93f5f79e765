//! Pages of To Do's lists and tasks.
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

/// The path of the tasks of the default list, and the paths of so many tasks, titled by number.
async fn tasks(graph: &Graph, number: usize) -> (String, Vec<String>) {
    let tasks = graph.tasks().await;
    let mut paths = Vec::new();
    for title in 0..number {
        let task = graph.post(&tasks, json!({ "title": title.to_string() })).await;
        paths.push(format!("{tasks}/{}", task.expect(201).id()));
    }
    (tasks, paths)
}

fn titles(page: &Answer) -> Vec<&str> {
    page.items()
        .iter()
        .map(|task| task["title"].as_str().unwrap())
        .collect()
}

fn next(page: &Answer) -> String {
    page.body["@odata.nextLink"]
        .as_str()
        .expect("a further page")
        .to_owned()
}

/// Facts A3 (T7), F6: `$top`, `$skip` and `$count` of tasks; links are followed verbatim, and not when they are rebuilt.
#[tokio::test]
async fn f6_tasks_come_a_page_at_a_time() {
    let graph = Graph::new();
    let (tasks, _) = tasks(&graph, 5).await;
    let first = graph
        .get(&format!("{tasks}?$top=2&$skip=1&$count=true"))
        .await
        .expect(200);
    assert_eq!(
        (titles(&first), &first.body["@odata.count"]),
        (vec!["1", "2"], &json!(5))
    );
    let second = graph.get(&next(&first)).await.expect(200);
    assert_eq!(titles(&second), ["3", "4"]);
    assert!(second.body.get("@odata.nextLink").is_none());
    assert!(second.body.get("@odata.count").is_none(), "on the first page alone");
    assert_eq!(titles(&graph.get(&next(&first)).await.expect(200)), ["3", "4"], "again");
    let rebuilt = next(&first).replace("%257E", "~");
    graph.get(&rebuilt).await.expect(400);
    graph.get(&format!("{}&$top=1", next(&first))).await.expect(400);
    graph.by("bruno").get(&next(&first)).await.expect(400);
    for wrong in ["$top=0", "$top=x", "$skip=-1"] {
        graph.get(&format!("{tasks}?{wrong}")).await.expect(400);
    }
    assert!(titles(&graph.get(&format!("{tasks}?$skip=9")).await.expect(200)).is_empty());
}

/// Facts F6, G: the preference sizes a page, and is to be sent again with the link.
#[tokio::test]
async fn f6_a_preference_sizes_a_page() {
    let graph = Graph::new();
    let (tasks, _) = tasks(&graph, 4).await;
    let prefer = [("prefer", "odata.maxpagesize=1")];
    let first = graph.send("GET", &tasks, &prefer, &Value::Null).await.expect(200);
    assert_eq!(titles(&first), ["0"]);
    let second = graph
        .send("GET", &next(&first), &prefer, &Value::Null)
        .await
        .expect(200);
    assert_eq!(titles(&second), ["1"]);
    assert_eq!(titles(&graph.get(&next(&first)).await.expect(200)), ["1", "2", "3"]);
}

/// Facts F6: what is created and deleted between two pages makes no other task be skipped or told twice.
#[tokio::test]
async fn f6_changes_between_pages_neither_skip_nor_repeat() {
    for (query, ends) in [("$top=2", "5"), ("$top=2&$orderby=title", "5")] {
        let graph = Graph::new();
        let (tasks, paths) = tasks(&graph, 5).await;
        let first = graph.get(&format!("{tasks}?{query}")).await.expect(200);
        assert_eq!(titles(&first), ["0", "1"]);
        // Both of the first page, the last of it among them, and one that is still to come.
        for gone in [0, 1, 3] {
            graph.remove(&paths[gone]).await.expect(204);
        }
        graph.post(&tasks, json!({ "title": ends })).await.expect(201);
        let second = graph.get(&next(&first)).await.expect(200);
        assert_eq!(titles(&second), ["2", "4"], "{query}");
        assert_eq!(titles(&graph.get(&next(&second)).await.expect(200)), ["5"], "{query}");
    }
}

/// Facts H (switch `reachable_lists`): lists beyond the cap are there, but no page leads to them; `$skip` and `$count` do nothing.
#[tokio::test]
async fn h_lists_beyond_the_cap_cannot_be_reached() {
    for (cap, reached) in [(3, 3), (0, 5)] {
        let mut seed = Seed::default();
        seed.config.reachable_lists = cap;
        let graph = Graph::seeded(&seed);
        let mut last = String::new();
        for name in ["a", "b", "c"] {
            let new = graph.post(LISTS, json!({ "displayName": name })).await.expect(201);
            new.id().clone_into(&mut last);
        }
        let mut told = 0;
        let mut page = graph
            .get(&format!("{LISTS}?$top=2&$skip=1&$count=true"))
            .await
            .expect(200);
        assert!(page.body.get("@odata.count").is_none());
        loop {
            told += page.items().len();
            let Some(link) = page.body["@odata.nextLink"].as_str().map(str::to_owned) else {
                break;
            };
            page = graph.get(&link).await.expect(200);
        }
        assert_eq!(told, reached);
        graph.get(&format!("{LISTS}/{last}")).await.expect(200);
        let delta = graph.get(&format!("{LISTS}/delta")).await.expect(200);
        assert_eq!(delta.items().len(), 5, "a delta query tells all");
    }
}

/// Facts 0.3: an application reads and writes any mailbox, but has none of its own.
#[tokio::test]
async fn an_application_reads_any_mailbox() {
    let graph = Graph::new();
    let app = Graph {
        user: "app".to_owned(),
        ..graph.clone()
    };
    for user in [&graph, &graph.by("bruno")] {
        let (_, paths) = tasks(user, 1).await;
        let mailbox = format!("/v1.0/users/{}/todo/lists", user.me().await);
        let lists = app.get(&mailbox).await.expect(200);
        assert_eq!(lists.items().len(), 2);
        let path = paths[0].replace(LISTS, &mailbox);
        assert_eq!(app.get(&path).await.expect(200).body["title"], "0");
        app.update(&path, json!({ "title": "By the application" }))
            .await
            .expect(200);
        assert_eq!(
            user.get(&paths[0]).await.expect(200).body["title"],
            "By the application"
        );
    }
    app.get(LISTS).await.expect(400);
    app.get("/v1.0/users/nobody@contoso.example/todo/lists")
        .await
        .expect(404);
}
