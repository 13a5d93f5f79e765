//! The replica follows the service.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_model::{PlannerTask, TodoTask};
use msgraph_replica::{MemoryStore, Problem, store::What};
use serde_json::json;
use support::{Editor, replica, service};

#[tokio::test]
async fn everything_is_there_after_the_first_sync_and_after_the_next() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    let report = replica.sync().await.unwrap();
    assert!(report.created > 10 && report.problems.is_empty(), "{report:?}");
    assert_eq!(replica.verify().await.unwrap(), []);
    let task: PlannerTask = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert!(task.title.is_some());

    editor
        .patch(
            &format!("/planner/tasks/{}", tasks[0]),
            json!({ "title": "Renamed", "percentComplete": 50 }),
        )
        .await;
    editor
        .patch(
            &format!("/planner/tasks/{}/details", tasks[0]),
            json!({ "description": "Oak." }),
        )
        .await;
    editor.delete(&format!("/planner/tasks/{}", tasks[1])).await;
    let bucket = editor
        .post("/planner/buckets", json!({ "planId": plan, "name": "New" }))
        .await;
    let body = json!({ "planId": plan, "bucketId": bucket["id"], "title": "New" });
    let new = editor.post("/planner/tasks", body).await;
    let lists = editor.get("/me/todo/lists").await;
    let list = lists["value"][0]["id"].as_str().unwrap().to_owned();
    let todo = editor
        .post(&format!("/me/todo/lists/{list}/tasks"), json!({ "title": "Milk" }))
        .await;
    let report = replica.sync().await.unwrap();
    assert!(
        report.problems.is_empty() && report.changed > 0 && report.deleted > 0,
        "{report:?}"
    );
    assert_eq!(replica.verify().await.unwrap(), []);
    let task: PlannerTask = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert_eq!(task.title.as_deref(), Some("Renamed"));
    assert!(replica.get::<PlannerTask>(&tasks[1]).await.unwrap().is_none());
    assert!(
        replica
            .get::<PlannerTask>(new["id"].as_str().unwrap())
            .await
            .unwrap()
            .is_some()
    );
    let todo: TodoTask = replica.get(todo["id"].as_str().unwrap()).await.unwrap().unwrap();
    assert_eq!(todo.title.as_deref(), Some("Milk"));
    let idle = replica.sync().await.unwrap();
    assert_eq!((idle.created, idle.changed, idle.deleted), (0, 0, 0), "{idle:?}");
}

#[tokio::test]
async fn s3_consumers_see_the_first_enumeration_as_one_and_later_the_difference_only() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let events = replica.events(0, 10_000).await.unwrap();
    let planner: Vec<_> = events
        .iter()
        .filter(|event| event.collection.to_string() == "planner")
        .collect();
    assert_eq!(
        (&planner[0].what, &planner[planner.len() - 1].what),
        (&What::Init, &What::InitDone)
    );
    let last = events.last().unwrap().cursor;
    // Whoever does not acknowledge sees everything again.
    assert_eq!(replica.events(0, 10_000).await.unwrap().len(), events.len());
    replica.acknowledge(last).await.unwrap();
    assert!(replica.events(0, 10_000).await.unwrap().is_empty());

    // The links expire, and everything is read again: what is the same is not told.
    editor
        .patch(&format!("/planner/tasks/{}", tasks[0]), json!({ "title": "Renamed" }))
        .await;
    editor.delete(&format!("/planner/tasks/{}", tasks[1])).await;
    emulator.expire_links(msgraph_emulator::Expiry::ResyncRequired);
    let report = replica.sync().await.unwrap();
    assert!(report.resets >= 1, "{report:?}");
    assert_eq!(replica.verify().await.unwrap(), []);
    let events = replica.events(0, 10_000).await.unwrap();
    assert!(
        events
            .iter()
            .all(|event| !matches!(event.what, What::Init | What::InitApply { .. } | What::InitDone))
    );
    let deleted = events
        .iter()
        .filter(|event| matches!(event.what, What::Deleted { .. }))
        .count();
    assert_eq!(deleted, 5, "a task and what belongs to it: {events:?}");
}

#[tokio::test]
async fn s4_an_enumeration_that_finds_nothing_removes_nothing() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let list = editor.post("/me/todo/lists", json!({ "displayName": "Many" })).await;
    let tasks = format!("/me/todo/lists/{}/tasks", list["id"].as_str().unwrap());
    for number in 0..60 {
        editor.post(&tasks, json!({ "title": format!("{number}") })).await;
    }
    let store = MemoryStore::new();
    let replica = replica(&emulator, &store).await;
    replica.sync().await.unwrap();
    let page = editor.get(&tasks).await;
    let mut ids: Vec<_> = page["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["id"].clone())
        .collect();
    ids.truncate(58);
    for id in ids {
        editor.delete(&format!("{tasks}/{}", id.as_str().unwrap())).await;
    }
    emulator.expire_links(msgraph_emulator::Expiry::ResyncRequired);
    let refused = replica.sync().await.unwrap_err();
    assert!(refused.to_string().contains("58 of 60"), "{refused}");
    // Somebody looked, and says that it is so.
    let report = replica.sync_whatever_is_removed().await.unwrap();
    assert!(
        report.deleted >= 58
            && !report
                .problems
                .iter()
                .any(|one| matches!(one, Problem::MassDelete { .. }))
    );
    assert_eq!(replica.verify().await.unwrap(), []);
}

/// S12: what a feed never told is found by reading everything again, and mended.
#[tokio::test]
async fn s12_what_was_never_told_is_found_and_mended() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    emulator.configure(|config| config.chaos.omit_every = 1);
    editor
        .patch(
            &format!("/planner/tasks/{}", tasks[0]),
            json!({ "title": "Never told" }),
        )
        .await;
    replica.sync().await.unwrap();
    emulator.configure(|config| config.chaos.omit_every = 0);
    let differences = replica.verify().await.unwrap();
    assert!(!differences.is_empty(), "the feed left it out");
    replica.repair(&differences).await.unwrap();
    assert_eq!(replica.verify().await.unwrap(), []);
    let task: PlannerTask = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert_eq!(task.title.as_deref(), Some("Never told"));
    // Or by a true-up, which tells the difference as any enumeration does.
    emulator.configure(|config| config.chaos.omit_every = 1);
    editor
        .patch(&format!("/planner/tasks/{}", tasks[0]), json!({ "title": "Nor this" }))
        .await;
    replica.sync().await.unwrap();
    emulator.configure(|config| config.chaos.omit_every = 0);
    replica.read_again(&msgraph_replica::Collection::Planner).await.unwrap();
    replica.sync().await.unwrap();
    assert_eq!(replica.verify().await.unwrap(), []);
}
