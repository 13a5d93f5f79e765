//! Dates of To Do, and tasks that recur.
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

fn at(date: &str, zone: &str) -> Value {
    json!({ "dateTime": date, "timeZone": zone })
}

async fn due(graph: &Graph, tasks: &str, date: Value) -> Answer {
    graph.post(tasks, json!({ "title": "x", "dueDateTime": date })).await
}

/// R6: midnight in a zone comes back as the same instant in UTC, so its date may be another; with the zone preferred it is
/// midnight again.
#[tokio::test]
async fn r6_a_day_shifts_when_it_is_read_in_utc() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    for (date, zone, expected, preferred) in [
        (
            "2026-05-10T00:00:00",
            "Europe/Rome",
            "2026-05-09T22:00:00.0000000",
            "Europe/Rome",
        ),
        (
            "2026-01-10T00:00:00",
            "W. Europe Standard Time",
            "2026-01-09T23:00:00.0000000",
            "W. Europe Standard Time",
        ),
        (
            "2026-10-24T00:00:00.0000000",
            "Hawaiian Standard Time",
            "2026-10-24T10:00:00.0000000",
            "Hawaiian Standard Time",
        ),
        (
            "2026-10-24T00:00:00",
            "America/Denver",
            "2026-10-24T06:00:00.0000000",
            "Mountain Standard Time",
        ),
        ("2026-10-24", "utc", "2026-10-24T00:00:00.0000000", "UTC"),
    ] {
        let task = due(&graph, &tasks, at(date, zone)).await.expect(201);
        assert_eq!(task.body["dueDateTime"], at(expected, "UTC"), "{zone}");
        let path = format!("{tasks}/{}", task.id());
        assert_eq!(
            graph.get(&path).await.expect(200).body["dueDateTime"],
            at(expected, "UTC")
        );
        let prefer = format!("outlook.timezone=\"{zone}\"");
        let shown = graph
            .send("GET", &path, &[("prefer", &prefer)], &Value::Null)
            .await
            .expect(200);
        let midnight = format!("{}T00:00:00.0000000", &date[..10]);
        assert_eq!(shown.body["dueDateTime"]["dateTime"], midnight, "{zone}");
        assert!(
            shown.body["dueDateTime"]["timeZone"]
                .as_str()
                .unwrap()
                .eq_ignore_ascii_case(preferred),
            "{zone}"
        );
    }
}

/// R6: sources disagree on the time of day of a due date, and on the preferred zone.
#[tokio::test]
async fn r6_the_time_of_day_and_the_preferred_zone_are_switches() {
    for keep in [false, true] {
        let mut seed = Seed::default();
        seed.config.keep_due_time = keep;
        seed.config.honour_time_zone = keep;
        let graph = Graph::seeded(&seed);
        let tasks = graph.tasks().await;
        let task = due(&graph, &tasks, at("2026-05-10T15:30:00", "Europe/Rome"))
            .await
            .expect(201);
        let expected = if keep {
            "2026-05-10T13:30:00.0000000"
        } else {
            "2026-05-09T22:00:00.0000000"
        };
        assert_eq!(task.body["dueDateTime"], at(expected, "UTC"));
        let path = format!("{tasks}/{}", task.id());
        let prefer = [("prefer", "outlook.timezone=\"Europe/Rome\"")];
        let shown = graph.send("GET", &path, &prefer, &Value::Null).await.expect(200);
        let expected = if keep { "2026-05-10T15:30:00.0000000" } else { expected };
        assert_eq!(shown.body["dueDateTime"]["dateTime"], expected);
        let reminder = json!({ "reminderDateTime": at("2026-05-10T15:30:00", "Europe/Rome") });
        let changed = graph.update(&path, reminder).await.expect(200);
        assert_eq!(
            changed.body["reminderDateTime"],
            at("2026-05-10T13:30:00.0000000", "UTC"),
            "always kept"
        );
    }
}

/// R6: a zone that nobody knows is kept as it is; a date that is none is refused.
#[tokio::test]
async fn r6_an_impossible_date_is_refused() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    let task = due(&graph, &tasks, at("2026-05-10T00:00:00", "Middle-earth Standard Time"))
        .await
        .expect(201);
    assert_eq!(
        task.body["dueDateTime"],
        at("2026-05-10T00:00:00.0000000", "Middle-earth Standard Time")
    );
    let path = format!("{tasks}/{}", task.id());
    for (date, zone) in [
        ("2026-02-30T00:00:00", "UTC"),
        ("tomorrow", "UTC"),
        ("", "UTC"),
        ("2026-05-10T00:00:00", " "),
    ] {
        assert_eq!(
            due(&graph, &tasks, at(date, zone)).await.expect(400).code(),
            "invalidRequest",
            "{date}"
        );
        assert_eq!(
            graph
                .update(&path, json!({ "dueDateTime": at(date, zone) }))
                .await
                .status,
            400
        );
    }
    assert_eq!(
        graph.get(&tasks).await.expect(200).items(),
        [graph.get(&path).await.expect(200)].map(|task| {
            let mut body = task.body;
            body.as_object_mut().unwrap().remove("@odata.context");
            body
        })
    );
}

fn series(range: &Value) -> Value {
    json!({
        "title": "Water", "categories": ["red"], "dueDateTime": at("2026-03-28T00:00:00", "Europe/Rome"),
        "reminderDateTime": at("2026-03-28T09:00:00", "Europe/Rome"),
        "recurrence": { "pattern": { "type": "daily", "interval": 1 }, "range": range },
    })
}

/// The tasks that are open.
async fn open(graph: &Graph, tasks: &str) -> Vec<Value> {
    let page = graph
        .get(&format!("{tasks}?$filter=status%20ne%20'completed'"))
        .await
        .expect(200);
    page.items().to_vec()
}

/// R5: who completes a task that recurs finds the next one in its place, on the next day of its own calendar.
#[tokio::test]
async fn r5_completion_spawns_the_next_task() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    let range = json!({ "type": "noEnd", "startDate": "2026-03-28" });
    let task = graph.post(&tasks, series(&range)).await.expect(201);
    assert_eq!(task.body["recurrence"]["range"]["recurrenceTimeZone"], "Europe/Rome");
    assert_eq!(task.body["recurrence"]["pattern"]["firstDayOfWeek"], "sunday");
    let path = format!("{tasks}/{}", task.id());
    let step = json!({ "displayName": "Step", "isChecked": true });
    graph.post(&format!("{path}/checklistItems"), step).await.expect(201);
    let done = graph.update(&path, json!({ "status": "completed" })).await.expect(200);
    assert!(done.body.get("recurrence").is_none(), "the series goes on elsewhere");
    let next = open(&graph, &tasks).await;
    assert_eq!(next.len(), 1);
    assert_ne!(next[0]["id"], task.id());
    assert_eq!(next[0]["status"], "notStarted");
    assert_eq!(next[0]["categories"], json!(["red"]));
    assert!(next[0].get("completedDateTime").is_none());
    // The clocks change on the twenty-ninth: midnight stays midnight.
    assert_eq!(next[0]["dueDateTime"], at("2026-03-28T23:00:00.0000000", "UTC"));
    assert_eq!(next[0]["reminderDateTime"], at("2026-03-29T07:00:00.0000000", "UTC"));
    let steps = graph
        .get(&format!("{tasks}/{}/checklistItems", next[0]["id"].as_str().unwrap()))
        .await;
    assert_eq!(steps.items()[0]["isChecked"], false);
    // To complete it once more, or to reopen it, spawns nothing.
    graph.update(&path, json!({ "status": "completed" })).await.expect(200);
    graph.update(&path, json!({ "status": "notStarted" })).await.expect(200);
    graph.update(&path, json!({ "status": "completed" })).await.expect(200);
    assert_eq!(open(&graph, &tasks).await.len(), 1);
}

/// R5: a series ends with its date, or with its number.
#[tokio::test]
async fn r5_a_series_ends() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    for range in [
        json!({ "type": "endDate", "startDate": "2026-03-28", "endDate": "2026-03-29" }),
        json!({ "type": "numbered", "startDate": "2026-03-28", "numberOfOccurrences": 2 }),
    ] {
        graph.post(&tasks, series(&range)).await.expect(201);
        let mut lived = 0;
        while let Some(task) = open(&graph, &tasks).await.first() {
            let path = format!("{tasks}/{}", task["id"].as_str().unwrap());
            graph.update(&path, json!({ "status": "completed" })).await.expect(200);
            lived += 1;
        }
        assert_eq!(lived, 2, "{range}");
    }
    for range in [
        json!({ "type": "endDate", "startDate": "2026-03-28", "endDate": "2026-03-27" }),
        json!({ "type": "endDate", "startDate": "2026-03-28" }),
        json!({ "type": "numbered", "startDate": "2026-03-28" }),
        json!({ "type": "noEnd" }),
    ] {
        assert_eq!(graph.post(&tasks, series(&range)).await.status, 400, "{range}");
    }
}

/// R5 (strict): as the documentation has it, due date and recurrence of a series are what they are set to.
#[tokio::test]
async fn r5_strict_a_series_is_changed_as_it_says() {
    let graph = Graph::new();
    let tasks = graph.tasks().await;
    let range = json!({ "type": "noEnd", "startDate": "2026-03-28" });
    let task = graph.post(&tasks, series(&range)).await.expect(201);
    let path = format!("{tasks}/{}", task.id());
    let change = json!({
        "dueDateTime": at("2026-04-01T00:00:00", "UTC"),
        "recurrence": { "pattern": { "type": "weekly", "interval": 2, "daysOfWeek": ["friday"] }, "range": range },
    });
    graph.update(&path, change).await.expect(200);
    let there = graph.get(&path).await.expect(200);
    assert_eq!(there.body["dueDateTime"], at("2026-04-01T00:00:00.0000000", "UTC"));
    assert_eq!(there.body["recurrence"]["pattern"]["type"], "weekly");
    assert_eq!(open(&graph, &tasks).await.len(), 1);
    let stopped = graph.update(&path, json!({ "recurrence": null })).await.expect(200);
    assert!(stopped.body.get("recurrence").is_none());
    graph.update(&path, json!({ "status": "completed" })).await.expect(200);
    assert!(open(&graph, &tasks).await.is_empty());
}

/// R5 (as observed): a new due date is not taken but begets the next task, and a range is refused in the form that is read.
#[tokio::test]
async fn r5_observed_a_series_is_changed_badly() {
    let mut seed = Seed::default();
    seed.config.strict_recurrence = false;
    let graph = Graph::seeded(&seed);
    let tasks = graph.tasks().await;
    let range = json!({ "type": "noEnd", "startDate": "2026-03-28" });
    let task = graph.post(&tasks, series(&range)).await.expect(201);
    let path = format!("{tasks}/{}", task.id());
    let back = json!({ "recurrence": task.body["recurrence"] });
    assert_eq!(graph.update(&path, back).await.expect(400).code(), "invalidRequest");
    assert_eq!(graph.get(&path).await.expect(200).etag(), task.etag());
    let moved = json!({ "dueDateTime": at("2026-05-01T00:00:00", "UTC") });
    let answer = graph.update(&path, moved).await.expect(200);
    assert_eq!(answer.body["dueDateTime"], task.body["dueDateTime"]);
    let open = open(&graph, &tasks).await;
    assert_eq!(open.len(), 2);
    assert_eq!(open[1]["dueDateTime"], at("2026-03-28T23:00:00.0000000", "UTC"));
    // Everything else is as it is with any task.
    assert_eq!(
        graph.update(&path, json!({ "title": "y" })).await.expect(200).body["title"],
        "y"
    );
}
