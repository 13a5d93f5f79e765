//! What feeds tell in ways of their own is here as it is there.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_emulator::Expiry;
use msgraph_model::{PlannerTask, TodoTask};
use msgraph_replica::{Error, MemoryStore};
use serde_json::json;
use support::{Editor, replica, service};

/// Somebody who is assigned no longer is told as null, and is no member any more.
#[tokio::test]
async fn a_member_that_is_told_as_null_is_gone() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let me = editor.get("/me").await["id"].as_str().unwrap().to_owned();
    let path = format!("/planner/tasks/{}", tasks[0]);
    let assignment = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
    editor.patch(&path, json!({ "assignments": { &me: assignment } })).await;
    replica.sync().await.unwrap();
    editor.patch(&path, json!({ "assignments": { &me: null } })).await;
    replica.sync().await.unwrap();
    let task: PlannerTask = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert!(task.assignments.unwrap().removed().next().is_none());
    assert_eq!(replica.verify().await.unwrap(), []);
}

/// S11: a link to another service is not kept, or the feed would end there.
#[tokio::test]
async fn s11_a_link_to_another_service_is_asked_for_again() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let path = format!("/planner/tasks/{}", tasks[0]);
    editor.patch(&path, json!({ "title": "Renamed" })).await;
    emulator.configure(|config| config.chaos.foreign_links = true);
    let refused = replica.sync().await.unwrap_err();
    assert!(matches!(refused, Error::ForeignLink { .. }), "{refused}");
    emulator.configure(|config| config.chaos.foreign_links = false);
    replica.sync().await.unwrap();
    assert_eq!(replica.verify().await.unwrap(), []);
}

/// An enumeration of lists tells nothing of those that are gone, and their tasks went with them.
#[tokio::test]
async fn the_tasks_of_a_list_that_is_gone_are_gone_however_that_is_learnt() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let list = editor.post("/me/todo/lists", json!({ "displayName": "L" })).await;
    let list = format!("/me/todo/lists/{}", list["id"].as_str().unwrap());
    let task = editor.post(&format!("{list}/tasks"), json!({ "title": "t" })).await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    editor.delete(&list).await;
    emulator.expire_links(Expiry::ResyncRequired);
    replica.sync().await.unwrap();
    let task: Option<TodoTask> = replica.get(task["id"].as_str().unwrap()).await.unwrap();
    assert!(task.is_none());
    assert_eq!(replica.verify().await.unwrap(), []);
}
