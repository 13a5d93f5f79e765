//! What Planner refuses and what follows from what it accepts.
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

const TASKS: &str = "/beta/planner/tasks";
const BUCKETS: &str = "/beta/planner/buckets";
const PLANS: &str = "/beta/planner/plans";

async fn plan(graph: &Graph) -> String {
    create_plan(graph).await.expect(201).id().to_owned()
}

async fn create_plan(graph: &Graph) -> Answer {
    let group = graph.group().await;
    graph
        .post(
            PLANS,
            json!({ "title": "P", "container": { "containerId": group, "type": "group" } }),
        )
        .await
}

async fn bucket(graph: &Graph, plan: &str) -> Answer {
    graph.post(BUCKETS, json!({ "planId": plan, "name": "B" })).await
}

async fn task(graph: &Graph, plan: &str, more: Value) -> Answer {
    let mut body = json!({ "planId": plan, "title": "T" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    graph.post(TASKS, body).await
}

async fn users(graph: &Graph) -> Vec<String> {
    let users = graph.get("/v1.0/users").await;
    users
        .items()
        .iter()
        .map(|user| user["id"].as_str().unwrap().to_owned())
        .collect()
}

fn assignment() -> Value {
    json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" })
}

/// A graph with one small limit.
fn limited(code: &str, limit: usize) -> Graph {
    let mut seed = Seed::default();
    seed.config.limits.insert(code.to_owned(), limit);
    Graph::seeded(&seed)
}

/// R1 (facts C): the service writes short values in the order that was meant, and takes none of them back.
#[tokio::test]
async fn r1_order_hints_become_short_values() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let hint = async |wanted: &str| {
        let task = task(&graph, &plan, json!({ "orderHint": wanted })).await.expect(201);
        task.body["orderHint"].as_str().unwrap().to_owned()
    };
    let first = hint(" !").await;
    let last = hint(&format!("{first} !")).await;
    let middle = hint(&format!("{first} {last}!")).await;
    assert!(first < middle && middle < last && middle.len() < 5);
    let answer = task(&graph, &plan, json!({ "orderHint": first })).await.expect(400);
    assert!(answer.message().contains("orderHint"));
    let whole = task(&graph, &plan, json!({})).await.expect(201);
    let path = format!("{TASKS}/{}", whole.id());
    let echo = json!({ "orderHint": whole.body["orderHint"], "title": "no" });
    graph.patch(&path, whole.etag(), echo).await.expect(400);
    assert_eq!(graph.get(&path).await.body["title"], "T");
    let newer = task(&graph, &plan, json!({})).await.expect(201);
    assert!(
        newer.body["orderHint"].as_str() < whole.body["orderHint"].as_str(),
        "new tasks come first"
    );
    let board = format!("{path}/progressTaskBoardFormat");
    let etag = graph.get(&board).await.etag().to_owned();
    let moved = graph
        .patch(&board, &etag, json!({ "orderHint": format!("{last} !") }))
        .await
        .expect(200);
    assert!(moved.body["orderHint"].as_str().unwrap() > &*last);
}

/// R2 (facts F2)
#[tokio::test]
async fn r2_maximum_projects_owned_by_user() {
    for code in ["MaximumProjectsOwnedByUser", "MaximumPlannerPlans"] {
        let graph = limited(code, 1);
        plan(&graph).await;
        assert_eq!(create_plan(&graph).await.expect(403).code(), code);
    }
}

/// R2 (facts F2)
#[tokio::test]
async fn r2_limits_of_tasks_and_buckets() {
    for code in [
        "MaximumTasksCreatedByUser",
        "MaximumTasksInProject",
        "MaximumActiveTasksInProject",
    ] {
        let graph = limited(code, 1);
        let plan = plan(&graph).await;
        task(&graph, &plan, json!({})).await.expect(201);
        assert_eq!(task(&graph, &plan, json!({})).await.expect(403).code(), code);
        let all = graph.get(&format!("{PLANS}/{plan}/tasks")).await;
        assert_eq!(all.body["@odata.count"], 1);
    }
    let graph = limited("MaximumBucketsInProject", 1);
    let plan = plan(&graph).await;
    bucket(&graph, &plan).await.expect(201);
    assert_eq!(
        bucket(&graph, &plan).await.expect(403).code(),
        "MaximumBucketsInProject"
    );
}

/// R2 (facts F2): a task that is reopened counts again.
#[tokio::test]
async fn r2_a_reopened_task_is_active() {
    let graph = limited("MaximumActiveTasksInProject", 1);
    let plan = plan(&graph).await;
    let done = task(&graph, &plan, json!({ "percentComplete": 100 })).await.expect(201);
    task(&graph, &plan, json!({})).await.expect(201);
    let path = format!("{TASKS}/{}", done.id());
    let answer = graph
        .patch(&path, done.etag(), json!({ "percentComplete": 50 }))
        .await
        .expect(403);
    assert_eq!(answer.code(), "MaximumActiveTasksInProject");
    assert_eq!(graph.get(&path).await.body["percentComplete"], 100);
}

/// R2 (facts F2)
#[tokio::test]
async fn r2_limits_of_assignments() {
    let graph = limited("MaximumAssigneesInTasks", 1);
    let (plan, all) = (plan(&graph).await, users(&graph).await);
    let two = json!({ "assignments": { &all[0]: assignment(), &all[1]: assignment() } });
    assert_eq!(
        task(&graph, &plan, two).await.expect(403).code(),
        "MaximumAssigneesInTasks"
    );
    let graph = limited("MaximumTasksAssignedToUser", 1);
    let plan = self::plan(&graph).await;
    let one = json!({ "assignments": { &all[0]: assignment() } });
    task(&graph, &plan, one.clone()).await.expect(201);
    assert_eq!(
        task(&graph, &plan, one).await.expect(403).code(),
        "MaximumTasksAssignedToUser"
    );
}

/// R2 (facts F2)
#[tokio::test]
async fn r2_limits_of_details() {
    let checklist = |key: &str| json!({ key: { "@odata.type": "microsoft.graph.plannerChecklistItem", "title": "t" } });
    let references =
        |key: &str| json!({ key: { "@odata.type": "microsoft.graph.plannerExternalReference", "alias": "t" } });
    for (code, name, one, two) in [
        (
            "MaximumChecklistItemsOnTask",
            "checklist",
            checklist("a"),
            checklist("b"),
        ),
        (
            "MaximumReferencesOnTask",
            "references",
            references("a"),
            references("b"),
        ),
    ] {
        let graph = limited(code, 1);
        let plan = plan(&graph).await;
        let path = format!("{TASKS}/{}/details", task(&graph, &plan, json!({})).await.id());
        let etag = graph.get(&path).await.etag().to_owned();
        let first = graph.patch(&path, &etag, json!({ name: one })).await.expect(200);
        assert_eq!(
            graph
                .patch(&path, first.etag(), json!({ name: two }))
                .await
                .expect(403)
                .code(),
            code
        );
        assert_eq!(graph.get(&path).await.body[name].as_object().unwrap().len(), 1);
    }
}

/// R2 (facts F2)
#[tokio::test]
async fn r2_limits_of_plans() {
    for code in ["MaximumUsersSharedWithProject", "MaximumProjectsSharedWithUser"] {
        let graph = limited(code, 1);
        let all = users(&graph).await;
        let share = async |user: &str| {
            let path = format!("{PLANS}/{}/details", plan(&graph).await);
            let etag = graph.get(&path).await.etag().to_owned();
            let first = graph.patch(&path, &etag, json!({ "sharedWith": { user: true } })).await;
            (path, first)
        };
        let (path, first) = share(&all[0]).await;
        let first = first.expect(200);
        let answer = if code == "MaximumUsersSharedWithProject" {
            graph
                .patch(&path, first.etag(), json!({ "sharedWith": { &all[1]: true } }))
                .await
        } else {
            share(&all[0]).await.1
        };
        assert_eq!(answer.expect(403).code(), code);
    }
    let graph = limited("MaximumContextsOnPlan", 1);
    let path = format!("{PLANS}/{}", plan(&graph).await);
    let context = json!({ "@odata.type": "microsoft.graph.plannerPlanContext", "associationType": "x" });
    let etag = graph.get(&path).await.etag().to_owned();
    let two = json!({ "contexts": { "a": context, "b": context } });
    assert_eq!(
        graph.patch(&path, &etag, two).await.expect(403).code(),
        "MaximumContextsOnPlan"
    );
}

/// R2 (facts F2, B8): favourites are refused beyond the limit, the oldest recent plan makes room.
#[tokio::test]
async fn r2_limits_of_references_to_plans() {
    for (code, name, ty) in [
        (
            "MaximumFavoritePlansForUser",
            "favoritePlanReferences",
            "plannerFavoritePlanReference",
        ),
        (
            "MaximumRecentPlansForUser",
            "recentPlanReferences",
            "plannerRecentPlanReference",
        ),
    ] {
        let graph = limited(code, 1);
        let (a, b) = (plan(&graph).await, plan(&graph).await);
        let etag = graph.get("/beta/me/planner").await.expect(200).etag().to_owned();
        let reference = json!({ "@odata.type": format!("#microsoft.graph.{ty}"), "planTitle": "P" });
        let both = json!({ name: { &a: reference, &b: reference } });
        assert_eq!(
            graph.patch("/beta/me/planner", &etag, both).await.expect(403).code(),
            code
        );
        let first = graph
            .patch("/beta/me/planner", &etag, json!({ name: { &a: reference } }))
            .await
            .expect(200);
        let second = graph
            .patch("/beta/me/planner", first.etag(), json!({ name: { &b: reference } }))
            .await;
        if name == "favoritePlanReferences" {
            assert_eq!(second.expect(403).code(), code);
            assert_eq!(graph.get("/beta/me/planner/favoritePlans").await.items()[0]["id"], *a);
        } else {
            second.expect(200);
            assert_eq!(graph.get("/beta/me/planner/recentPlans").await.items()[0]["id"], *b);
        }
    }
}

/// R3 (facts F2, 0.3): what is inconsistent or malformed is refused, and nothing is made.
#[tokio::test]
async fn r3_what_cannot_be_is_refused() {
    let graph = Graph::new();
    let (one, other) = (plan(&graph).await, plan(&graph).await);
    let foreign = bucket(&graph, &other).await.expect(201).id().to_owned();
    let later = json!({ "startDateTime": "2026-02-02T00:00:00Z", "dueDateTime": "2026-02-01T00:00:00Z" });
    let unknown = "a".repeat(28);
    for (status, more) in [
        (400, later),
        (400, json!({ "bucketId": foreign })),
        (404, json!({ "bucketId": unknown })),
        (400, json!({ "percentComplete": 101 })),
        (400, json!({ "priority": 11 })),
        (400, json!({ "id": unknown })),
        (400, json!({ "title": " " })),
        (404, json!({ "planId": unknown })),
        (400, json!({ "planId": "short" })),
    ] {
        let answer = task(&graph, &one, more.clone()).await;
        assert_eq!(answer.status, status, "{more}");
    }
    graph.post(TASKS, json!({ "title": "no plan" })).await.expect(400);
    assert_eq!(graph.get(&format!("{PLANS}/{one}/tasks")).await.body["@odata.count"], 0);
    graph.get(&format!("{TASKS}/short")).await.expect(400);
    graph.get(&format!("{TASKS}/{unknown}")).await.expect(404);
    let swapped = one.chars().map(|c| {
        if c.is_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    });
    graph
        .get(&format!("{PLANS}/{}", swapped.collect::<String>()))
        .await
        .expect(404);
}

/// R4 (facts B4): completion is told by who and when, and is taken back.
#[tokio::test]
async fn r4_completion_follows_the_percentage() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let new = task(&graph, &plan, json!({})).await.expect(201);
    assert_eq!(new.body["priority"], 5);
    assert_eq!(new.body["previewType"], "automatic");
    assert!(new.body["completedBy"].is_null());
    assert_eq!(new.body["createdBy"]["user"]["displayName"], "Adele Vance");
    let path = format!("{TASKS}/{}", new.id());
    let bruno = graph.by("bruno");
    let done = bruno
        .patch(&path, new.etag(), json!({ "percentComplete": 100 }))
        .await
        .expect(200);
    assert_eq!(done.body["completedBy"]["user"]["id"], bruno.me().await);
    assert!(done.body["completedDateTime"].is_string());
    let open = graph
        .patch(&path, done.etag(), json!({ "percentComplete": 50 }))
        .await
        .expect(200);
    assert!(open.body["completedBy"].is_null() && open.body["completedDateTime"].is_null());
    let history = graph.get(&format!("{PLANS}/{plan}/historyItems")).await.expect(200);
    let events: Vec<_> = history.items().iter().map(|item| item["eventType"].clone()).collect();
    assert_eq!(events, ["created", "updated", "updated"]);
    let one = history.items()[0]["id"].as_str().unwrap();
    assert_eq!(
        graph
            .get(&format!("{PLANS}/{plan}/historyItems/{one}"))
            .await
            .expect(200)
            .body["entityId"],
        new.id()
    );
}

/// R4 (facts B6): a completed or deleted task with a schedule comes again; a series ends by a schedule of null.
#[tokio::test]
async fn b6_a_recurring_task_comes_again() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let schedule = json!({
        "pattern": { "type": "weekly", "interval": 2, "daysOfWeek": ["monday"] },
        "patternStartDateTime": "2026-01-05T10:00:00Z",
    });
    let more = json!({ "dueDateTime": "2026-01-05T10:00:00Z", "recurrence": { "schedule": schedule } });
    let first = task(&graph, &plan, more).await.expect(201);
    let series = first.body["recurrence"].clone();
    assert_eq!(series["schedule"]["nextOccurrenceDateTime"], "2026-01-19T10:00:00Z");
    assert_eq!(series["occurrenceId"], 1);
    let path = format!("{TASKS}/{}", first.id());
    graph
        .patch(&path, first.etag(), json!({ "recurrence": null }))
        .await
        .expect(400);
    let done = graph
        .patch(&path, first.etag(), json!({ "percentComplete": 100 }))
        .await
        .expect(200);
    let next = done.body["recurrence"]["nextInSeriesTaskId"]
        .as_str()
        .unwrap()
        .to_owned();
    let ended = json!({ "recurrence": { "schedule": null } });
    graph.patch(&path, done.etag(), ended.clone()).await.expect(400);
    let second = graph.get(&format!("{TASKS}/{next}")).await.expect(200);
    assert_eq!(second.body["dueDateTime"], "2026-01-19T10:00:00Z");
    assert_eq!(second.body["recurrence"]["previousInSeriesTaskId"], first.id());
    assert_eq!(second.body["recurrence"]["seriesId"], series["seriesId"]);
    assert_eq!(
        (
            &second.body["recurrence"]["occurrenceId"],
            &second.body["percentComplete"]
        ),
        (&json!(2), &json!(0))
    );
    graph
        .delete(&format!("{TASKS}/{next}"), second.etag())
        .await
        .expect(204);
    let tasks = graph.get(&format!("{PLANS}/{plan}/tasks")).await;
    assert_eq!(tasks.body["@odata.count"], 2, "H12");
    let third = tasks.items().iter().find(|task| task["id"] != first.id()).unwrap();
    let path = format!("{TASKS}/{}", third["id"].as_str().unwrap());
    let third = graph
        .patch(&path, third["@odata.etag"].as_str().unwrap(), ended)
        .await
        .expect(200);
    graph.delete(&path, third.etag()).await.expect(204);
    assert_eq!(
        graph.get(&format!("{PLANS}/{plan}/tasks")).await.body["@odata.count"],
        1
    );
}

/// H1, H2 (facts H): filters that are mandatory, and options that are accepted but ignored.
#[tokio::test]
async fn h1_lists_are_whole_and_counted() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    for _ in 0..3 {
        task(&graph, &plan, json!({})).await.expect(201);
    }
    let all = graph
        .get(&format!("{PLANS}/{plan}/tasks?$top=1&$filter=title eq 'x'&$orderby=title").replace(' ', "%20"))
        .await;
    assert_eq!(all.expect(200).body["@odata.count"], 3);
    for path in [TASKS, BUCKETS, PLANS] {
        assert_eq!(graph.get(path).await.expect(400).code(), "");
    }
    let filtered = graph
        .get(&format!("{TASKS}?$filter=planId%20eq%20'{plan}'&$expand=details"))
        .await
        .expect(200);
    assert_eq!(filtered.items().len(), 3);
    assert_eq!(filtered.items()[0]["details"]["description"], "");
    let group = graph.group().await;
    assert_eq!(
        graph
            .get(&format!("{PLANS}?$filter=owner%20eq%20'{group}'"))
            .await
            .expect(200)
            .items()
            .len(),
        1
    );
    let one = graph
        .get(&format!("{PLANS}/{plan}?$select=title&$expand=details"))
        .await
        .expect(200);
    assert!(one.body["owner"].is_null() && one.body["details"]["@odata.etag"].is_string());
}
