//! Buckets and tasks that change and move, notes, and rosters in time.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Answer, Graph};

const TASKS: &str = "/beta/planner/tasks";
const BUCKETS: &str = "/beta/planner/buckets";
const PLANS: &str = "/beta/planner/plans";
const ROSTERS: &str = "/beta/planner/rosters";

async fn plan(graph: &Graph) -> String {
    let container = json!({ "containerId": graph.group().await, "type": "group" });
    let plan = graph.post(PLANS, json!({ "title": "P", "container": container })).await;
    plan.expect(201).id().to_owned()
}

async fn bucket(graph: &Graph, plan: &str) -> Answer {
    graph
        .post(BUCKETS, json!({ "planId": plan, "name": "B" }))
        .await
        .expect(201)
}

async fn task(graph: &Graph, plan: &str, more: Value) -> Answer {
    let mut body = json!({ "planId": plan, "title": "T" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    graph.post(TASKS, body).await
}

async fn roster(graph: &Graph) -> (Answer, String) {
    let roster = json!({ "@odata.type": "#microsoft.graph.plannerRoster" });
    let roster = graph.post(ROSTERS, roster).await.expect(201);
    let path = format!("{ROSTERS}/{}", roster.id());
    (roster, path)
}

/// Facts A1, B3: a bucket is renamed with its ETag; an empty name is refused.
#[tokio::test]
async fn a1_a_bucket_is_renamed() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let bucket = bucket(&graph, &plan).await;
    let path = format!("{BUCKETS}/{}", bucket.id());
    graph
        .patch(&path, bucket.etag(), json!({ "name": " " }))
        .await
        .expect(400);
    graph.update(&path, json!({ "name": "C" })).await.expect(412);
    assert_eq!(graph.get(&path).await.expect(200).body["name"], "B");
    let renamed = graph
        .patch(&path, bucket.etag(), json!({ "name": "C" }))
        .await
        .expect(200);
    assert_ne!(renamed.etag(), bucket.etag());
    assert_eq!(graph.get(&path).await.expect(200).body["name"], "C");
    graph
        .patch(&path, bucket.etag(), json!({ "name": "D" }))
        .await
        .expect(409);
    assert_eq!(graph.get(&path).await.expect(200).body["name"], "C");
}

/// Facts A1: a bucket is deleted with the tasks in it, and with no others.
#[tokio::test]
async fn a1_a_bucket_is_deleted_with_its_tasks() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let bucket = bucket(&graph, &plan).await;
    let inside = task(&graph, &plan, json!({ "bucketId": bucket.id() }))
        .await
        .expect(201);
    let outside = task(&graph, &plan, json!({})).await.expect(201);
    let path = format!("{BUCKETS}/{}", bucket.id());
    graph.remove(&path).await.expect(412);
    graph.get(&path).await.expect(200);
    graph.delete(&path, bucket.etag()).await.expect(204);
    graph.get(&path).await.expect(404);
    graph.get(&format!("{TASKS}/{}", inside.id())).await.expect(404);
    graph.get(&format!("{TASKS}/{}/details", inside.id())).await.expect(404);
    graph.get(&format!("{TASKS}/{}", outside.id())).await.expect(200);
}

/// Facts A1: a bucket moves to another plan, and its tasks with it.
#[tokio::test]
async fn a1_a_bucket_moves_with_its_tasks() {
    let graph = Graph::new();
    let (from, to) = (plan(&graph).await, plan(&graph).await);
    let bucket = bucket(&graph, &from).await;
    let inside = task(&graph, &from, json!({ "bucketId": bucket.id() }))
        .await
        .expect(201);
    let path = format!("{BUCKETS}/{}", bucket.id());
    graph
        .patch(&path, bucket.etag(), json!({ "planId": to }))
        .await
        .expect(200);
    let moved = graph.get(&format!("{TASKS}/{}", inside.id())).await.expect(200);
    assert_eq!(
        (&moved.body["planId"], &moved.body["bucketId"]),
        (&json!(to), &json!(bucket.id()))
    );
    assert_eq!(
        graph
            .get(&format!("{PLANS}/{to}/buckets"))
            .await
            .expect(200)
            .items()
            .len(),
        1
    );
    assert!(
        graph
            .get(&format!("{PLANS}/{from}/tasks"))
            .await
            .expect(200)
            .items()
            .is_empty()
    );
}

/// Facts B4: a task moves to another plan with its details, and leaves the bucket of the plan before.
#[tokio::test]
async fn b4_a_task_moves_between_plans() {
    let graph = Graph::new();
    let (from, to) = (plan(&graph).await, plan(&graph).await);
    let (old, new) = (bucket(&graph, &from).await, bucket(&graph, &to).await);
    let moving = task(&graph, &from, json!({ "bucketId": old.id() })).await.expect(201);
    let path = format!("{TASKS}/{}", moving.id());
    let details = graph.get(&format!("{path}/details")).await.expect(200);
    let text = json!({ "description": "kept" });
    graph
        .patch(&format!("{path}/details"), details.etag(), text)
        .await
        .expect(200);
    let etag = graph.get(&path).await.expect(200).etag().to_owned();
    let wrong = graph.patch(&path, &etag, json!({ "bucketId": new.id() })).await;
    assert_eq!(wrong.status, 400, "a bucket of another plan");
    assert_eq!(graph.get(&path).await.expect(200).body["planId"], json!(from));
    let moved = graph.patch(&path, &etag, json!({ "planId": to })).await.expect(200);
    assert_eq!(
        (&moved.body["planId"], &moved.body["bucketId"]),
        (&json!(to), &Value::Null)
    );
    let both = json!({ "planId": from, "bucketId": old.id() });
    let back = graph.patch(&path, moved.etag(), both).await.expect(200);
    assert_eq!(back.body["bucketId"], old.id());
    assert!(
        graph
            .get(&format!("{PLANS}/{to}/tasks"))
            .await
            .expect(200)
            .items()
            .is_empty()
    );
    assert_eq!(
        graph.get(&format!("{path}/details")).await.expect(200).body["description"],
        "kept"
    );
}

/// Facts B5: notes and description are one text; they cannot be changed together.
#[tokio::test]
async fn b5_notes_and_description_are_one_text() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let task = task(&graph, &plan, json!({})).await.expect(201);
    let path = format!("{TASKS}/{}/details", task.id());
    let etag = async || graph.get(&path).await.expect(200).etag().to_owned();
    let notes = json!({ "contentType": "html", "content": "<p>a &amp; <b>b</b></p>" });
    let both = json!({ "notes": notes, "description": "c" });
    graph.patch(&path, &etag().await, both).await.expect(400);
    assert_eq!(graph.get(&path).await.expect(200).body["description"], "");
    let rich = graph
        .patch(&path, &etag().await, json!({ "notes": notes }))
        .await
        .expect(200);
    assert_eq!(
        (&rich.body["description"], &rich.body["notes"]),
        (&json!("a & b"), &notes)
    );
    assert_eq!(
        graph.get(&format!("{TASKS}/{}", task.id())).await.body["hasDescription"],
        true
    );
    let described = graph
        .patch(&path, &etag().await, json!({ "description": "d" }))
        .await
        .expect(200);
    assert_eq!(
        described.body["notes"],
        json!({ "contentType": "text", "content": "d" })
    );
    let none = graph
        .patch(&path, &etag().await, json!({ "notes": null }))
        .await
        .expect(200);
    assert_eq!(none.body["notes"], Value::Null);
    assert_eq!(
        graph.get(&format!("{TASKS}/{}", task.id())).await.body["hasDescription"],
        false
    );
}

/// R8 (facts B7): a roster that has no plan after a day is gone; one that has a plan stays.
#[tokio::test]
async fn r8_a_roster_without_a_plan_is_gone_after_a_day() {
    let graph = Graph::new();
    let ((empty, empty_path), (used, used_path)) = (roster(&graph).await, roster(&graph).await);
    let container =
        |roster: &Answer| json!({ "title": "P", "container": { "containerId": roster.id(), "type": "roster" } });
    graph.post(PLANS, container(&used)).await.expect(201);
    graph.emulator.advance(Duration::from_hours(23));
    graph.get(&empty_path).await.expect(200);
    graph.emulator.advance(Duration::from_hours(2));
    graph.get(&empty_path).await.expect(404);
    graph.get(&format!("{empty_path}/members")).await.expect(404);
    assert!(graph.post(PLANS, container(&empty)).await.status >= 400);
    graph.get(&used_path).await.expect(200);
    assert_eq!(
        graph.get(&format!("{used_path}/plans")).await.expect(200).items().len(),
        1
    );
}

/// Facts A2 (60): sensitivity labels of rosters; what was applied with privilege yields to nothing less.
#[tokio::test]
async fn a2_rosters_have_sensitivity_labels() {
    let graph = Graph::new();
    let (created, path) = roster(&graph).await;
    assert_eq!(created.body["assignedSensitivityLabel"], Value::Null);
    let labels = [
        "6b8fa3b6-9e0f-4d06-8a4e-000000000001",
        "6b8fa3b6-9e0f-4d06-8a4e-000000000002",
    ];
    let assign = async |etag: Option<&str>, label: &str, method: &str| {
        let body = json!({ "sensitivityLabelId": label, "assignmentMethod": method });
        let headers: Vec<_> = etag.map(|etag| ("if-match", etag)).into_iter().collect();
        graph
            .send("POST", &format!("{path}/assignSensitivityLabel"), &headers, &body)
            .await
    };
    assign(None, labels[0], "standard").await.expect(412);
    let unknown = assign(Some(created.etag()), "none", "standard").await.expect(404);
    assert_eq!(unknown.code(), "sensitivityLabelNotFound");
    assert_eq!(graph.get(&path).await.body["assignedSensitivityLabel"], Value::Null);
    let standard = assign(Some(created.etag()), labels[0], "standard").await.expect(200);
    assert_eq!(
        standard.body["assignedSensitivityLabel"]["sensitivityLabelId"],
        labels[0]
    );
    assign(Some(created.etag()), labels[1], "privileged").await.expect(409);
    let privileged = assign(Some(standard.etag()), labels[1], "privileged").await.expect(200);
    let refused = assign(Some(privileged.etag()), labels[0], "standard").await.expect(403);
    assert_eq!(refused.code(), "existingSensitivityLabelWasAppliedWithPrivilegedMethod");
    let label = &graph.get(&path).await.expect(200).body["assignedSensitivityLabel"];
    assert_eq!(
        (&label["sensitivityLabelId"], &label["assignmentMethod"]),
        (&json!(labels[1]), &json!("privileged"))
    );
    assign(Some(privileged.etag()), labels[0], "privileged")
        .await
        .expect(200);
}

/// Facts B6: each pattern has its next occurrence after the due date; one that lacks what its type needs is refused.
#[tokio::test]
async fn b6_patterns_have_their_next_occurrence() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let recurring = async |pattern: Value, start: &str| {
        let schedule = json!({ "pattern": pattern, "patternStartDateTime": start });
        let more = json!({ "dueDateTime": start, "recurrence": { "schedule": schedule } });
        task(&graph, &plan, more).await
    };
    // The 31st of January 2026 is a Saturday, the last of its month.
    let start = "2026-01-31T10:00:00Z";
    for (pattern, next) in [
        (json!({ "type": "daily", "interval": 3 }), "2026-02-03T10:00:00Z"),
        (
            json!({ "type": "weekly", "interval": 1, "daysOfWeek": ["saturday", "monday"] }),
            "2026-02-02T10:00:00Z",
        ),
        (
            json!({ "type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31 }),
            "2026-02-28T10:00:00Z",
        ),
        (
            json!({ "type": "absoluteMonthly", "interval": 2, "dayOfMonth": 31 }),
            "2026-03-31T10:00:00Z",
        ),
        (
            json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"] }),
            "2026-02-03T10:00:00Z",
        ),
        (
            json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": ["saturday"], "index": "last" }),
            "2026-02-28T10:00:00Z",
        ),
        (
            json!({ "type": "absoluteYearly", "interval": 1, "dayOfMonth": 31, "month": 1 }),
            "2027-01-31T10:00:00Z",
        ),
        (
            json!({ "type": "relativeYearly", "interval": 1, "daysOfWeek": ["monday"], "index": "second", "month": 6 }),
            "2026-06-08T10:00:00Z",
        ),
    ] {
        let task = recurring(pattern.clone(), start).await.expect(201);
        let schedule = &task.body["recurrence"]["schedule"];
        assert_eq!(schedule["nextOccurrenceDateTime"], next, "{pattern}");
        let path = format!("{TASKS}/{}", task.id());
        let done = graph
            .patch(&path, task.etag(), json!({ "percentComplete": 100 }))
            .await
            .expect(200);
        let id = done.body["recurrence"]["nextInSeriesTaskId"]
            .as_str()
            .expect("the next one")
            .to_owned();
        let after = graph.get(&format!("{TASKS}/{id}")).await.expect(200);
        assert_eq!(after.body["dueDateTime"], next, "{pattern}");
    }
    let before = graph.get(&format!("{PLANS}/{plan}/tasks")).await.items().len();
    for lacking in [
        json!({ "type": "daily" }),
        json!({ "type": "daily", "interval": 0 }),
        json!({ "type": "weekly", "interval": 1 }),
        json!({ "type": "absoluteMonthly", "interval": 1 }),
        json!({ "type": "relativeMonthly", "interval": 1 }),
        json!({ "type": "absoluteYearly", "interval": 1, "dayOfMonth": 1 }),
        json!({ "type": "relativeYearly", "interval": 1, "month": 1 }),
    ] {
        assert_eq!(recurring(lacking.clone(), start).await.status, 400, "{lacking}");
    }
    assert_eq!(graph.get(&format!("{PLANS}/{plan}/tasks")).await.items().len(), before);
}
