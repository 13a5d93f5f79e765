//! Edits that are made here are shown at once, sent once, and lose nothing.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_core::Id;
use msgraph_emulator::Emulator;
use msgraph_model::{PlannerTask, PlannerTaskDetails, TodoTask};
use msgraph_replica::{
    Collection, Decision, Error, MemoryStore, StoreError,
    store::{Act, JobState},
};
use serde_json::json;
use support::{Editor, replica, service};

async fn team() -> (Emulator, Editor, String, Vec<String>) {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    (emulator, editor, plan, tasks)
}

#[tokio::test]
async fn an_edit_is_here_at_once_and_there_after_a_sync() {
    let (emulator, editor, _, tasks) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let rename = |task: &mut PlannerTask| task.title = Some("Renamed".to_owned());
    assert!(replica.edit(&tasks[0], rename).await.unwrap());
    assert!(!replica.edit(&tasks[0], rename).await.unwrap(), "it is so already");
    let shown: PlannerTask = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert_eq!(shown.title.as_deref(), Some("Renamed"));
    let path = format!("/planner/tasks/{}", tasks[0]);
    assert_ne!(editor.get(&path).await["title"], "Renamed");
    let report = replica.sync().await.unwrap();
    assert_eq!((report.sent, report.stopped), (1, 0));
    assert_eq!(editor.get(&path).await["title"], "Renamed");
    assert!(replica.jobs().await.unwrap().is_empty());
    assert_eq!(replica.verify().await.unwrap(), []);
}

#[tokio::test]
async fn s6_both_changes_are_kept_and_a_conflict_is_told() {
    let (emulator, editor, _, tasks) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let path = format!("/planner/tasks/{}", tasks[0]);
    replica
        .edit(&tasks[0], |task: &mut PlannerTask| task.priority = Some(1))
        .await
        .unwrap();
    editor.patch(&path, json!({ "title": "Theirs" })).await;
    replica.sync().await.unwrap();
    let now = editor.get(&path).await;
    assert_eq!((&now["title"], &now["priority"]), (&json!("Theirs"), &json!(1)));

    replica
        .edit(&tasks[0], |task: &mut PlannerTask| task.title = Some("Mine".to_owned()))
        .await
        .unwrap();
    editor.patch(&path, json!({ "title": "Theirs again" })).await;
    let report = replica.sync().await.unwrap();
    assert_eq!((report.sent, report.stopped), (0, 1));
    let jobs = replica.jobs().await.unwrap();
    let JobState::Stopped { fields, .. } = &jobs[0].state else {
        panic!("{jobs:?}")
    };
    assert_eq!(fields[..], ["title".to_owned()]);
    assert_eq!(
        editor.get(&path).await["title"],
        "Theirs again",
        "nothing is written until somebody decides"
    );
    let shown: PlannerTask = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert_eq!(shown.title.as_deref(), Some("Mine"));
    replica.decide(jobs[0].number, Decision::Mine).await.unwrap();
    replica.sync().await.unwrap();
    assert_eq!(editor.get(&path).await["title"], "Mine");

    replica
        .edit(&tasks[0], |task: &mut PlannerTask| {
            task.title = Some("Mine too".to_owned());
        })
        .await
        .unwrap();
    editor.patch(&path, json!({ "title": "Theirs" })).await;
    replica.sync().await.unwrap();
    let jobs = replica.jobs().await.unwrap();
    replica.decide(jobs[0].number, Decision::Theirs).await.unwrap();
    let shown: PlannerTask = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert_eq!(shown.title.as_deref(), Some("Theirs"));
    replica.sync().await.unwrap();
    assert_eq!(replica.verify().await.unwrap(), []);
}

/// A creation whose answer was lost is found again: in To Do by its mark, in Planner as the only new one.
#[tokio::test(start_paused = true)]
async fn s7_what_was_created_is_not_created_twice() {
    let (emulator, editor, plan, _) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let lists = editor.get("/me/todo/lists").await;
    let list = lists["value"][0]["id"].as_str().unwrap().to_owned();
    let mut task = PlannerTask::default();
    task.title = Some("Once".to_owned());
    let mut todo = TodoTask::default();
    todo.title = Some("Once".to_owned());
    // The request is carried out, and its answer is lost.
    let unanswered =
        json!({ "name": "lost", "match": { "method": "POST", "times": 2 }, "effect": { "type": "applyThenDrop" } });
    emulator.put_fault(serde_json::from_value(unanswered).unwrap());
    let id = replica.create_task(&Id::new(&*plan), task).await.unwrap();
    replica.create_todo(&Id::new(&*list), todo).await.unwrap();
    assert!(replica.get::<PlannerTask>(id.as_str()).await.unwrap().is_some());
    let mut failures = 0;
    while let Err(error) = replica.sync().await {
        failures += 1;
        assert!(failures < 10, "{error}");
    }
    assert!(failures > 0, "the answers were lost");
    let titled = |page: &serde_json::Value| {
        let tasks = page["value"].as_array().unwrap().iter();
        tasks.filter(|task| task["title"] == "Once").count()
    };
    assert_eq!(titled(&editor.get(&format!("/planner/plans/{plan}/tasks")).await), 1);
    assert_eq!(titled(&editor.get(&format!("/me/todo/lists/{list}/tasks")).await), 1);
    assert!(replica.jobs().await.unwrap().is_empty());
    assert!(
        replica.get::<PlannerTask>(id.as_str()).await.unwrap().is_none(),
        "it has the service's id now"
    );
    assert_eq!(replica.verify().await.unwrap(), []);
}

#[tokio::test]
async fn a_new_object_is_edited_before_and_while_it_is_created() {
    let (emulator, editor, plan, _) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let mut task = PlannerTask::default();
    task.title = Some("New".to_owned());
    let id = replica.create_task(&Id::new(&*plan), task).await.unwrap();
    replica
        .edit(id.as_str(), |task: &mut PlannerTask| {
            task.title = Some("Newer".to_owned());
        })
        .await
        .unwrap();
    assert_eq!(replica.jobs().await.unwrap().len(), 1, "it is created as it is by then");
    replica.sync().await.unwrap();
    let tasks = editor.get(&format!("/planner/plans/{plan}/tasks")).await;
    assert!(
        tasks["value"]
            .as_array()
            .unwrap()
            .iter()
            .any(|task| task["title"] == "Newer")
    );
    assert_eq!(replica.verify().await.unwrap(), []);
}

#[tokio::test]
async fn s8_a_deletion_wins_over_what_comes_in() {
    let (emulator, editor, _, tasks) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let path = format!("/planner/tasks/{}", tasks[0]);
    replica.delete::<PlannerTask>(&tasks[0]).await.unwrap();
    assert!(replica.get::<PlannerTask>(&tasks[0]).await.unwrap().is_none());
    editor.patch(&path, json!({ "title": "Theirs" })).await;
    replica.sync().await.unwrap();
    assert!(replica.get::<PlannerTask>(&tasks[0]).await.unwrap().is_none());
    let tasks_there = editor
        .get(&format!("/planner/plans/{}/tasks", editor.plan().await.0))
        .await;
    assert!(
        !tasks_there["value"]
            .as_array()
            .unwrap()
            .iter()
            .any(|task| task["id"] == *tasks[0])
    );
    assert_eq!(replica.verify().await.unwrap(), []);
}

#[tokio::test]
async fn an_edit_of_what_somebody_deleted_stops() {
    let (emulator, editor, _, tasks) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let describe = |details: &mut PlannerTaskDetails| details.description = Some("Oak.".to_owned());
    replica.edit(&tasks[1], describe).await.unwrap();
    editor.delete(&format!("/planner/tasks/{}", tasks[1])).await;
    let report = replica.sync().await.unwrap();
    assert_eq!(report.stopped, 1);
    let jobs = replica.jobs().await.unwrap();
    assert!(matches!(
        (&jobs[0].act, &jobs[0].state),
        (Act::Update { .. }, JobState::Stopped { .. })
    ));
    replica.decide(jobs[0].number, Decision::Theirs).await.unwrap();
    assert!(replica.jobs().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_before_it_is_kept() {
    let (emulator, _, _, tasks) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let refused = replica
        .edit(&tasks[0], |task: &mut PlannerTask| task.has_chat = Some(true))
        .await;
    assert!(refused.unwrap_err().to_string().contains("hasChat"));
    assert!(replica.jobs().await.unwrap().is_empty());
}

/// S10: of two processes, the one that has the right to it sends the edits, and the other one sends nothing.
#[tokio::test]
async fn s10_edits_are_sent_by_one_process_at_a_time() {
    let (emulator, editor, _, tasks) = team().await;
    let store = MemoryStore::new();
    let (one, other) = (replica(&emulator, &store).await, replica(&emulator, &store).await);
    one.sync().await.unwrap();
    let rename = |title: &'static str| move |task: &mut PlannerTask| task.title = Some(title.to_owned());
    one.edit(&tasks[0], rename("One")).await.unwrap();
    one.sync().await.unwrap();
    other.edit(&tasks[0], rename("Other")).await.unwrap();
    let refused = other.sync().await.unwrap_err();
    assert!(matches!(refused, Error::Store(StoreError::Leased { .. })), "{refused}");
    let path = format!("/planner/tasks/{}", tasks[0]);
    assert_eq!(editor.get(&path).await["title"], "One");
    one.sync().await.unwrap();
    assert_eq!(editor.get(&path).await["title"], "Other");
}

/// What cannot be created any more, since what it would be in is gone, stops; the feeds go on.
#[tokio::test]
async fn a_task_of_a_plan_that_is_gone_stops() {
    let (emulator, editor, plan, _) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    replica.sync().await.unwrap();
    let mut task = PlannerTask::default();
    task.title = Some("Late".to_owned());
    replica.create_task(&Id::new(&*plan), task).await.unwrap();
    editor.delete(&format!("/planner/plans/{plan}")).await;
    let report = replica.sync().await.unwrap();
    assert_eq!((report.sent, report.stopped), (0, 1));
}

/// The same, where the replica knows by then that it is gone: what was made here is not lost with it.
#[tokio::test]
async fn a_task_stays_when_its_plan_or_list_goes_and_waits_for_a_decision() {
    let (emulator, editor, plan, _) = team().await;
    let replica = replica(&emulator, &MemoryStore::new()).await;
    let list = editor.post("/me/todo/lists", json!({ "displayName": "Errands" })).await;
    let list = list["id"].as_str().unwrap();
    replica.sync().await.unwrap();
    let (mut task, mut todo) = (PlannerTask::default(), TodoTask::default());
    task.title = Some("Late".to_owned());
    todo.title = Some("Late".to_owned());
    let task = replica.create_task(&Id::new(&*plan), task).await.unwrap();
    let todo = replica.create_todo(&Id::new(list), todo).await.unwrap();
    editor.delete(&format!("/planner/plans/{plan}")).await;
    editor.delete(&format!("/me/todo/lists/{list}")).await;
    for collection in [Collection::Planner, Collection::TodoLists] {
        replica.sync_collection(&collection).await.unwrap();
    }
    let report = replica.sync().await.unwrap();
    assert_eq!((report.sent, report.stopped), (0, 2));
    assert!(replica.get::<PlannerTask>(task.as_str()).await.unwrap().is_some());
    assert!(replica.get::<TodoTask>(todo.as_str()).await.unwrap().is_some());
    for job in replica.jobs().await.unwrap() {
        let is_told =
            matches!(&job.state, JobState::Stopped { reason, .. } if reason.contains("deleted by somebody else"));
        assert!(is_told, "{job:?}");
        replica.decide(job.number, Decision::Theirs).await.unwrap();
    }
    assert!(replica.get::<PlannerTask>(task.as_str()).await.unwrap().is_none());
    assert!(replica.get::<TodoTask>(todo.as_str()).await.unwrap().is_none());
    assert_eq!(replica.verify().await.unwrap(), []);
}
