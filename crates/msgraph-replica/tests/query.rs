//! Questions are answered without a request.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::time::SystemTime;

use msgraph_core::{DateTimeOffset, Id, Versioned};
use msgraph_model::{PlannerTask, TodoTask};
use msgraph_replica::{Query, Replica};
use msgraph_tasks::{
    Planner,
    board::Board,
    todo::{DueDate, Zone},
};
use serde_json::json;
use support::{Editor, Fixed, Watched, client, service, watched};

fn tasks() -> Query<PlannerTask> {
    Query::new()
}

async fn titles(replica: &Replica, query: Query<PlannerTask>) -> Vec<String> {
    let found = replica.find(query).collect(1_000).await.unwrap();
    let mut titles: Vec<_> = found.into_iter().map(|task| task.title.clone().unwrap()).collect();
    titles.sort();
    titles
}

fn time(text: &str) -> SystemTime {
    SystemTime::try_from(&DateTimeOffset::new(text)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn tasks_of_planner_are_found_by_what_they_are() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let me = editor.get("/me").await["id"].as_str().unwrap().to_owned();
    let plan = editor.plan().await.0;
    let bucket = editor
        .post("/planner/buckets", json!({ "planId": plan, "name": "New" }))
        .await;
    let bucket = bucket["id"].as_str().unwrap().to_owned();
    let oak = json!({
        "planId": plan, "bucketId": bucket, "title": "Oak", "dueDateTime": "2026-03-02T10:00:00Z",
        "assignments": { &me: { "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" } },
    });
    let oak = editor.post("/planner/tasks", oak).await;
    let details = json!({
        "description": "A strong TREE.",
        "checklist": { "a1": { "@odata.type": "#microsoft.graph.plannerChecklistItem", "title": "Plant an acorn" } },
    });
    editor
        .patch(
            &format!("/planner/tasks/{}/details", oak["id"].as_str().unwrap()),
            details,
        )
        .await;
    let elm = json!({ "planId": plan, "bucketId": bucket, "title": "Elm" });
    editor.post("/planner/tasks", elm).await;
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    emulator.clear_requests();

    let all = titles(&replica, tasks()).await;
    assert!(all.len() > 2);
    assert_eq!(titles(&replica, tasks().plan(&Id::new(&*plan))).await, all);
    assert!(titles(&replica, tasks().plan(&Id::new("another"))).await.is_empty());
    assert_eq!(
        titles(&replica, tasks().bucket(&Id::new(&*bucket))).await,
        ["Elm", "Oak"]
    );
    let mine = tasks().bucket(&Id::new(&*bucket)).assignee(&Id::new(&*me));
    assert_eq!(titles(&replica, mine).await, ["Oak"]);
    let march = time("2026-03-01T00:00:00Z")..time("2026-04-01T00:00:00Z");
    assert_eq!(titles(&replica, tasks().due(march)).await, ["Oak"]);
    let early = ..time("2026-03-02T00:00:00Z");
    assert!(!titles(&replica, tasks().due(early)).await.contains(&"Oak".to_owned()));
    for text in ["oak", "strong tree", "ACORN"] {
        assert_eq!(titles(&replica, tasks().text(text)).await, ["Oak"], "{text}");
    }
    assert!(titles(&replica, tasks().text("birch")).await.is_empty());
    let long = tasks().that(|task: &PlannerTask| task.title.as_deref() == Some("Elm"));
    assert_eq!(titles(&replica, long).await, ["Elm"]);
    assert!(emulator.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn tasks_of_to_do_are_found_by_what_they_are() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let list = editor.post("/me/todo/lists", json!({ "displayName": "Shop" })).await;
    let list = list["id"].as_str().unwrap().to_owned();
    let tasks = format!("/me/todo/lists/{list}/tasks");
    let due = json!({ "dateTime": "2026-03-02T00:00:00", "timeZone": "UTC" });
    let notes = json!({ "content": "From the FARM", "contentType": "text" });
    let milk = json!({ "title": "Milk", "dueDateTime": due, "body": notes });
    editor.post(&tasks, milk).await;
    editor.post(&tasks, json!({ "title": "Bread" })).await;
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    emulator.clear_requests();
    let titles = async |query: Query<TodoTask>| {
        let found = replica.find(query).collect(1_000).await.unwrap();
        let mut titles: Vec<_> = found.into_iter().map(|task| task.title.clone().unwrap()).collect();
        titles.sort();
        titles
    };
    let list = Id::new(&*list);
    assert_eq!(titles(Query::<TodoTask>::new().list(&list)).await, ["Bread", "Milk"]);
    assert!(titles(Query::new()).await.len() > 2);
    assert_eq!(
        titles(Query::<TodoTask>::new().list(&list).text("farm")).await,
        ["Milk"]
    );
    assert_eq!(
        titles(Query::<TodoTask>::new().list(&list).text("READ")).await,
        ["Bread"]
    );
    let zone = Zone::named("UTC").unwrap();
    let day = |text: &str| DueDate::parse(text, &zone).unwrap();
    let within = |first, last| Query::<TodoTask>::new().list(&list).due(day(first), &day(last));
    assert_eq!(titles(within("2026-03-02", "2026-03-02")).await, ["Milk"]);
    assert!(titles(within("2026-03-03", "2026-03-09")).await.is_empty());
    assert!(emulator.requests().is_empty());
}

fn shape(board: &Board<'_>) -> Vec<(String, Vec<String>)> {
    let ids = |tasks: &[&Versioned<PlannerTask>]| tasks.iter().map(|task| task.id().unwrap().to_string()).collect();
    let columns = board.columns.iter();
    columns
        .map(|column| (column.title.to_string(), ids(&column.tasks)))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn boards_are_those_of_the_service() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let plan = Id::new(editor.plan().await.0);
    let planner = Planner::new(client(&emulator, "adele"));
    let there = planner.plan_objects(&plan).await.unwrap();
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    emulator.clear_requests();
    let here = replica.plan_objects(&plan).await.unwrap().unwrap();
    let (here, there) = (here.objects(), there.objects());
    assert_eq!(shape(&here.by_bucket()), shape(&there.by_bucket()));
    assert_eq!(shape(&here.by_progress()), shape(&there.by_progress()));
    assert_eq!(shape(&here.by_assignee()), shape(&there.by_assignee()));
    assert_eq!(shape(&here.by_label()), shape(&there.by_label()));
    let now = time("2026-01-20T09:00:00Z");
    assert_eq!(shape(&here.by_due_date(now)), shape(&there.by_due_date(now)));
    assert!(replica.plan_objects(&Id::new("another")).await.unwrap().is_none());
    assert!(emulator.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn s9_no_more_than_a_page_is_held() {
    let emulator = service(|config| config.requests_per_ten_minutes = 0);
    let editor = Editor::new(&emulator, "adele");
    let list = editor.post("/me/todo/lists", json!({ "displayName": "Many" })).await;
    let list = list["id"].as_str().unwrap().to_owned();
    for number in 0..1_200 {
        let body = json!({ "title": format!("{number}") });
        editor.post(&format!("/me/todo/lists/{list}/tasks"), body).await;
    }
    let store = Watched::default();
    let replica = watched(&emulator, &store, &Fixed::new()).await;
    replica.sync().await.unwrap();
    assert!(store.most_rows() <= 100, "a page of the feed: {}", store.most_rows());
    let query = || Query::<TodoTask>::new().list(&Id::new(&*list));
    let mut found = replica.find(query());
    let mut count = 0;
    while found.next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 1_200);
    assert_eq!(replica.find(query()).collect(7).await.unwrap().len(), 7);
    let status = replica.status().await.unwrap();
    assert!(status.totals.applied >= 1_200);
    assert!(store.most_rows() <= 500, "{}", store.most_rows());
}
