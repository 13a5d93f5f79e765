//! Feeds of the retired API before To Do: by the emulator, which still has it, and as they were recorded.
#![cfg(feature = "base-task")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    deprecated,
    reason = "a test that cannot go on panics, and the API is retired as a whole"
)]

mod support;

use msgraph_core::request::Method;
use msgraph_emulator::{Emulator, Expiry};
use msgraph_model::{BaseTask, BaseTaskList};
use msgraph_replica::{
    Account, Collection, Happening, Key, Kind, MemoryStore, Options, Planner, Problem, Replica, store::What,
};
use serde_json::{Value, json};
use support::{
    Editor, replica_with,
    script::{ROOT, Script},
    service,
};

const LISTS: &str = "/me/tasks/lists";

fn options() -> Options {
    let mut options = Options::default();
    options.planner = Planner::Off;
    options.todo = false;
    options.base_tasks = true;
    options
}

async fn at_work() -> (Emulator, Editor, Replica) {
    let emulator = service(|config| config.delta_page_size = 2);
    let editor = Editor::new(&emulator, "adele");
    let replica = replica_with(&emulator, &MemoryStore::new(), options()).await;
    (emulator, editor, replica)
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

async fn new_list(editor: &Editor, name: &str) -> String {
    let body = json!({ "@odata.type": "#microsoft.graph.taskList", "displayName": name });
    id(&editor.post(LISTS, body).await)
}

async fn new_task(editor: &Editor, list: &str, name: &str) -> String {
    let body = json!({ "@odata.type": "#microsoft.graph.task", "displayName": name, "status": "notStarted" });
    id(&editor.post(&format!("{LISTS}/{list}/tasks"), body).await)
}

/// The title of a task; `None` where it is not here.
async fn name(replica: &Replica, task: &str) -> Option<String> {
    match replica.base_task(task).await.unwrap()? {
        BaseTask::Task(task) => task.display_name.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn lists_and_tasks_are_there_by_type_and_follow_what_changes() {
    let (emulator, editor, replica) = at_work().await;
    let list = new_list(&editor, "Own").await;
    let mut tasks = Vec::new();
    for number in 0..5 {
        tasks.push(new_task(&editor, &list, &format!("{number}")).await);
    }
    let report = replica.sync().await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    assert_eq!(replica.verify().await.unwrap(), []);
    assert!(matches!(
        replica.base_list(&list).await.unwrap(),
        Some(BaseTaskList::TaskList(own)) if own.display_name.as_deref() == Some("Own")
    ));
    let lists = replica
        .store()
        .list(Some(&Collection::BaseLists), None, 99)
        .await
        .unwrap();
    let mut built_in = 0;
    for row in &lists {
        let list = replica.base_list(&row.key.id).await.unwrap();
        built_in += usize::from(matches!(list, Some(BaseTaskList::WellKnownTaskList(_))));
    }
    assert_eq!((lists.len(), built_in), (3, 2));
    assert_eq!(name(&replica, &tasks[0]).await.as_deref(), Some("0"));

    let task = |task: &str| format!("{LISTS}/{list}/tasks/{task}");
    let rename = json!({ "@odata.type": "#microsoft.graph.task", "displayName": "Renamed" });
    editor.send(Method::Patch, &task(&tasks[0]), rename).await;
    editor.send(Method::Delete, &task(&tasks[1]), json!({})).await;
    let new = new_task(&editor, &list, "New").await;
    let report = replica.sync().await.unwrap();
    assert_eq!(
        (report.created, report.changed, report.deleted),
        (1, 1, 1),
        "{report:?}"
    );
    assert_eq!(name(&replica, &tasks[0]).await.as_deref(), Some("Renamed"));
    assert!(name(&replica, &tasks[1]).await.is_none() && name(&replica, &new).await.is_some());
    assert_eq!(replica.verify().await.unwrap(), []);

    // A link expires: the true difference is told.
    let told = replica.events(0, 999).await.unwrap();
    replica.acknowledge(told.last().unwrap().cursor).await.unwrap();
    editor.send(Method::Delete, &task(&tasks[2]), json!({})).await;
    emulator.expire_links(Expiry::ResyncRequired);
    replica.sync().await.unwrap();
    let told = replica.events(0, 999).await.unwrap();
    assert!(
        matches!(&told[..], [only] if matches!(&only.what, What::Deleted { key, .. } if *key == Key::new(Kind::BaseTask, &*tasks[2]))),
        "{told:?}"
    );

    // The list goes with what is in it.
    editor.send(Method::Delete, &format!("{LISTS}/{list}"), json!({})).await;
    replica.sync().await.unwrap();
    assert!(name(&replica, &tasks[0]).await.is_none());
    assert_eq!(replica.verify().await.unwrap(), []);
}

/// The id stays the same, and the task is there, whichever list tells first.
#[tokio::test]
async fn a_task_that_moves_survives_in_whatever_order_it_is_told() {
    for is_told_first in [true, false] {
        let (_, editor, replica) = at_work().await;
        let (from, to) = (new_list(&editor, "From").await, new_list(&editor, "To").await);
        let task = new_task(&editor, &from, "Moves").await;
        replica.sync().await.unwrap();
        let body = json!({ "destinationTaskListId": to });
        editor.post(&format!("{LISTS}/{from}/tasks/{task}/move"), body).await;
        let mut feeds = [Collection::BaseTasks(to.clone()), Collection::BaseTasks(from)];
        if !is_told_first {
            feeds.reverse();
        }
        let mut deleted = 0;
        for feed in &feeds {
            deleted += replica.sync_collection(feed).await.unwrap().deleted;
        }
        assert_eq!(deleted, usize::from(!is_told_first));
        let row = replica
            .store()
            .get(&Key::new(Kind::BaseTask, &*task))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (row.collection, row.parent),
            (Collection::BaseTasks(to.clone()), Some(to))
        );
        assert_eq!(replica.verify().await.unwrap(), []);
    }
}

/// Pages as they were recorded: partly with a `body` in the place of `textBody`, with lists of two types, and of one unknown.
#[tokio::test]
async fn what_was_recorded_is_replayed() {
    let script = Script::default();
    let link = |path: &str| format!("{ROOT}/beta/me/tasks/lists{path}");
    let (first, task) = ("#microsoft.graph.wellKnownTaskList", "#microsoft.graph.task");
    script.answer(
        "/beta/me/tasks/lists/delta",
        json!({ "@odata.context": format!("{ROOT}/beta/$metadata#Collection(baseTaskList)"), "value": [
            { "@odata.type": first, "id": "a", "displayName": "Tasks", "wellKnownListName": "defaultList" },
        ], "@odata.nextLink": link("/delta?$skiptoken=1") }),
    );
    script.answer(
        "/beta/me/tasks/lists/delta?$skiptoken=1",
        json!({ "value": [
            { "@odata.type": "#microsoft.graph.taskList", "id": "b", "displayName": "Garden" },
            { "@odata.type": "#microsoft.graph.sharedTaskList", "id": "c", "displayName": "Of a type to come" },
        ], "@odata.deltaLink": link("/delta?$deltatoken=2") }),
    );
    script.answer(
        "/beta/me/tasks/lists/delta?$deltatoken=2",
        json!({ "value": [], "@odata.deltaLink": link("/delta?$deltatoken=3") }),
    );
    for list in ["b", "c"] {
        let link = link(&format!("/{list}/tasks/delta?$deltatoken=1"));
        script.answer(
            &format!("/beta/me/tasks/lists/{list}/tasks/delta"),
            json!({ "value": [], "@odata.deltaLink": link }),
        );
    }
    script.answer(
        "/beta/me/tasks/lists/a/tasks/delta",
        json!({ "value": [
            { "@odata.type": task, "@odata.etag": "W/\"1\"", "id": "t", "displayName": "Dig", "status": "notStarted",
                "body": { "content": "Deep.", "contentType": "text" }, "parentList": { "id": "a" },
                "completedDateTime": null, "viewpoint": { "categories": ["Red"], "reminderDateTime": null } },
            { "@odata.type": task, "@odata.etag": "W/\"1\"", "id": "u", "displayName": "Sow", "status": 7 },
        ], "@odata.deltaLink": link("/a/tasks/delta?$deltatoken=1") }),
    );
    let account = Account::new("global", "contoso", "adele");
    let replica = Replica::open(script.client(), MemoryStore::new(), &account, options())
        .await
        .unwrap();
    let report = replica.sync().await.unwrap();
    // What cannot be read is kept as it came.
    assert!(
        matches!(&report.problems[..], [Problem::Undecodable { key, .. }] if *key == Key::new(Kind::BaseTask, "u")),
        "{report:?}"
    );
    assert!(matches!(
        replica.base_list("a").await.unwrap(),
        Some(BaseTaskList::WellKnownTaskList(_))
    ));
    assert!(matches!(
        replica.base_list("b").await.unwrap(),
        Some(BaseTaskList::TaskList(_))
    ));
    assert!(matches!(
        replica.base_list("c").await.unwrap(),
        Some(BaseTaskList::Other(_))
    ));
    let row = replica
        .store()
        .get(&Key::new(Kind::BaseTask, "t"))
        .await
        .unwrap()
        .unwrap();
    let kept: Value = serde_json::from_str(&row.server.unwrap()).unwrap();
    assert_eq!(
        (&kept["@odata.type"], &kept["body"]["content"]),
        (&json!(task), &json!("Deep."))
    );

    // What was recorded of later: the task moved, and its first list tells so last.
    let moved = json!({ "@odata.type": task, "@odata.etag": "W/\"2\"", "id": "t", "displayName": "Dig deeper" });
    script.answer(
        "/beta/me/tasks/lists/b/tasks/delta?$deltatoken=1",
        json!({ "value": [moved], "@odata.deltaLink": link("/b/tasks/delta?$deltatoken=2") }),
    );
    script.answer(
        "/beta/me/tasks/lists/a/tasks/delta?$deltatoken=1",
        json!({ "value": [{ "@odata.type": task, "id": "t", "@removed": { "reason": "deleted" } }],
            "@odata.deltaLink": link("/a/tasks/delta?$deltatoken=2") }),
    );
    for list in ["b", "a"] {
        replica
            .sync_collection(&Collection::BaseTasks(list.to_owned()))
            .await
            .unwrap();
    }
    assert_eq!(name(&replica, "t").await.as_deref(), Some("Dig deeper"));
    let mut events = replica.events_of::<msgraph_model::BaseTaskOther>(0);
    let mut last = None;
    while let Some(event) = events.try_next().await.unwrap() {
        last = Some(event);
    }
    assert!(
        matches!(last.unwrap().what, Happening::Changed { after, .. } if after.display_name.as_deref() == Some("Dig deeper"))
    );
    let kept: Collection = "base/tasks/a".parse().unwrap();
    assert_eq!(kept, Collection::BaseTasks("a".to_owned()));
}
