//! The control plane: what a test may do beside sending requests.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::time::Duration;

use msgraph_emulator::{Effect, Emulator, Fault, Match, Seed};
use serde_json::{Value, json};
use support::Graph;

const CONTROL: &str = "/_emulator";

fn demo() -> Graph {
    Graph::seeded(&Seed::demo())
}

async fn plans(graph: &Graph) -> Vec<String> {
    let plans = graph.get("/v1.0/me/planner/plans").await.expect(200);
    let title = |plan: &Value| plan["title"].as_str().unwrap().to_owned();
    plans.items().iter().map(title).collect()
}

async fn list(graph: &Graph, name: &str) {
    graph
        .post("/v1.0/me/todo/lists", json!({ "displayName": name }))
        .await
        .expect(201);
}

async fn lists(graph: &Graph) -> usize {
    graph.get("/v1.0/me/todo/lists").await.expect(200).items().len()
}

/// C2: a seed is there at once, as if clients had made it; reset brings it back.
#[tokio::test]
async fn c2_a_seed_is_there_and_reset_brings_it_back() {
    let graph = demo();
    assert_eq!(plans(&graph).await, ["Launch 2.0"]);
    let plan = graph.get("/v1.0/me/planner/plans").await.items()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let buckets = graph
        .get(&format!("/v1.0/planner/plans/{plan}/buckets"))
        .await
        .expect(200);
    let mut names: Vec<_> = buckets
        .items()
        .iter()
        .map(|bucket| (bucket["orderHint"].as_str().unwrap(), bucket["name"].as_str().unwrap()))
        .collect();
    names.sort_unstable();
    let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["To do", "Doing", "Done"]);
    let tasks = graph
        .get(&format!("/v1.0/planner/plans/{plan}/tasks"))
        .await
        .expect(200);
    assert_eq!(tasks.items().len(), 12);
    let film = tasks
        .items()
        .iter()
        .find(|task| task["title"] == "Film the tour")
        .unwrap();
    assert_eq!(
        (
            &film["checklistItemCount"],
            &film["activeChecklistItemCount"],
            &film["referenceCount"]
        ),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(lists(&graph).await, 3);
    let before = graph.emulator.state();

    list(&graph, "new").await;
    assert_ne!(graph.emulator.state(), before);
    graph
        .send("POST", &format!("{CONTROL}/reset"), &[], &Value::Null)
        .await
        .expect(204);
    assert_eq!(graph.emulator.state(), before);
    assert!(graph.emulator.requests().is_empty());
}

/// C2: a snapshot is restored and forked, and a fork has nothing in common with where it came from.
#[tokio::test]
async fn c2_snapshots_are_restored_and_forked() {
    let graph = demo();
    list(&graph, "one").await;
    let snapshot = graph.get(&format!("{CONTROL}/snapshot")).await.expect(200).bytes;
    let before = graph.emulator.state();
    let fork = Graph {
        emulator: graph.emulator.fork().unwrap(),
        user: graph.user.clone(),
    };
    list(&graph, "two").await;
    assert_eq!((lists(&graph).await, lists(&fork).await), (5, 4));
    graph
        .send_bytes("PUT", &format!("{CONTROL}/snapshot"), &[], snapshot.clone())
        .await
        .expect(204);
    assert_eq!(graph.emulator.state(), before);
    let again = Emulator::from_snapshot(&snapshot).unwrap();
    assert_eq!(again.state(), before);
    let refused = graph
        .send("PUT", &format!("{CONTROL}/snapshot"), &[], &json!({ "rows": 1 }))
        .await
        .expect(400);
    assert!(refused.message().contains("no snapshot"), "{}", refused.message());
    assert_eq!(graph.emulator.state(), before, "nothing half done");
}

/// C2: a seed with a fault names its place, and changes nothing.
#[tokio::test]
async fn c2_a_seed_with_a_fault_is_refused_with_its_place() {
    let graph = demo();
    let before = graph.emulator.state();
    let refused = |body: &'static str| {
        let graph = graph.clone();
        async move {
            let answer = graph
                .send_bytes("PUT", &format!("{CONTROL}/seed"), &[], body.into())
                .await;
            answer.expect(400).message().to_owned()
        }
    };
    let cases = [
        (
            r#"{ "plans": [ { "title": "a" } ] }"#,
            "line 1 column 29: missing field `by`",
        ),
        (r#"{ "nothing": 1 }"#, "unknown field `nothing`"),
        (
            r#"{ "plans": [ { "title": "a", "by": "nobody" } ] }"#,
            "plans[0].by: there is no user `nobody`",
        ),
        (
            r#"{ "plans": [ { "title": "a", "by": "adele", "group": "x" } ] }"#,
            "plans[0].group: there is no group `x`",
        ),
        (
            r#"{ "plans": [ { "title": "a", "by": "adele", "buckets": [ { "name": "b", "tasks": [
                { "title": "t" },
                { "title": "u", "start": "2026-02-02T00:00:00Z", "due": "2026-02-01T00:00:00Z" } ] } ] } ] }"#,
            "plans[0].buckets[0].tasks[1]: refused with 400",
        ),
        (
            r#"{ "lists": [ { "name": "a", "by": "adele", "tasks": [ { "title": "t", "due": "soon" } ] } ] }"#,
            "lists[0].tasks[0]",
        ),
    ];
    for (body, place) in cases {
        let message = refused(body).await;
        assert!(message.contains(place), "{message}");
        assert_eq!(graph.emulator.state(), before, "{body}");
    }
    let seed = r#"{ "users": [ { "name": "eve" } ], "lists": [ { "name": "a", "by": "eve" } ] }"#;
    graph
        .send_bytes("PUT", &format!("{CONTROL}/seed"), &[], seed.into())
        .await
        .expect(204);
    assert_eq!(lists(&graph.by("eve")).await, 3);
}

/// C3: the same seed and the same calls give the same bytes.
#[tokio::test]
async fn c3_the_same_seed_and_the_same_calls_give_the_same_bytes() {
    async fn script(seed: u64, looks: bool) -> Vec<u8> {
        let mut begin = Seed::demo();
        begin.seed = seed;
        let graph = Graph::seeded(&begin);
        let plan = graph.get("/v1.0/me/planner/plans").await.items()[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut bytes = Vec::new();
        for round in 0..20 {
            let made = graph
                .post(
                    "/v1.0/planner/tasks",
                    json!({ "planId": plan, "title": format!("t{round}") }),
                )
                .await
                .expect(201);
            let path = format!("/v1.0/planner/tasks/{}", made.id());
            let patched = graph
                .patch(&path, made.etag(), json!({ "percentComplete": 100 }))
                .await
                .expect(200);
            let list = graph
                .post("/v1.0/me/todo/lists", json!({ "displayName": "l" }))
                .await
                .expect(201);
            let delta = graph.get("/v1.0/me/todo/lists/delta").await.expect(200);
            let feed = graph.get("/beta/me/planner/all/delta").await.expect(200);
            let refused = graph.patch(&path, "W/\"x\"", json!({ "title": "a" })).await.expect(412);
            if looks {
                graph.get(&format!("{CONTROL}/state")).await.expect(200);
                graph.get(&format!("{CONTROL}/requests")).await.expect(200);
            }
            for answer in [made, patched, list, delta, feed, refused] {
                bytes.extend_from_slice(&answer.bytes);
                bytes.extend_from_slice(format!("{:?}", answer.headers).as_bytes());
            }
        }
        bytes
    }
    let first = script(1, false).await;
    assert_eq!(first, script(1, false).await);
    assert_eq!(first, script(1, true).await, "looking changes nothing");
    assert_ne!(first, script(2, false).await);
}

/// C4: the clock stands still but for what requests and tests advance it by; it may be ahead of a client's, or behind.
#[tokio::test]
async fn c4_the_clock_is_the_tests() {
    let graph = Graph::new();
    let clock = format!("{CONTROL}/clock");
    let created = async || {
        let list = format!(
            "/v1.0/me/todo/lists/{}/tasks",
            graph.get("/v1.0/me/todo/lists").await.items()[0]["id"]
                .as_str()
                .unwrap()
        );
        graph.post(&list, json!({ "title": "a" })).await.expect(201).body["createdDateTime"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(created().await.starts_with("2026-01-05T09:00:00.00"));
    graph
        .send("PATCH", &clock, &[], &json!({ "tickMilliseconds": 0 }))
        .await
        .expect(200);
    assert_eq!(created().await, created().await, "it stands still");
    graph.emulator.advance(Duration::from_hours(1));
    assert!(created().await.starts_with("2026-01-05T10:00:00"));
    let now = graph
        .send(
            "PATCH",
            &clock,
            &[],
            &json!({ "now": "2031-07-01T00:00:00Z", "advanceMilliseconds": 1500 }),
        )
        .await
        .expect(200);
    assert_eq!(now.body["now"], "2031-07-01T00:00:01.5Z");
    assert!(created().await.starts_with("2031-07-01T00:00:01.5"));
    let answer = graph.get("/v1.0/me").await.expect(200);
    assert_eq!(answer.header("date"), Some("Tue, 01 Jul 2031 00:00:01 GMT"));
    graph
        .send("PATCH", &clock, &[], &json!({ "tomorrow": true }))
        .await
        .expect(400);
    graph
        .send("PATCH", &clock, &[], &json!({ "now": "soon" }))
        .await
        .expect(400);
}

/// C5: the log over HTTP, and C8: what a reviewer would say of the client.
#[tokio::test]
async fn c5_c8_the_log_and_its_notes_over_http() {
    let graph = demo();
    let plan = graph.get("/v1.0/me/planner/plans").await.items()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for task in graph.get(&format!("/v1.0/planner/plans/{plan}/tasks")).await.items() {
        graph
            .get(&format!("/v1.0/planner/tasks/{}/details", task["id"].as_str().unwrap()))
            .await
            .expect(200);
    }
    for _ in 0..6 {
        graph.get("/v1.0/me/todo/lists").await.expect(200);
    }
    let feed = graph.get("/beta/me/planner/all/delta").await.expect(200);
    let link = feed.body["@odata.nextLink"].as_str().unwrap().replace("%257E", "%7E");
    graph.get(&link).await.expect(400);
    let requests = graph.get(&format!("{CONTROL}/requests")).await.expect(200);
    let requests = requests.body.as_array().unwrap();
    assert_eq!(requests.len(), 2 + 12 + 6 + 2);
    assert_eq!(requests[0]["target"], "/v1.0/me/planner/plans");
    assert_eq!(requests.last().unwrap()["verdict"], "refused");
    let notes = graph.get(&format!("{CONTROL}/lint")).await.expect(200);
    let rules: std::collections::BTreeSet<_> = notes
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["note"]["rule"].as_str().unwrap())
        .collect();
    assert_eq!(
        rules,
        ["detailsOneByOne", "noClientRequestId", "polling", "rebuiltLink"].into()
    );
    graph
        .send("DELETE", &format!("{CONTROL}/requests"), &[], &Value::Null)
        .await
        .expect(204);
    assert!(graph.emulator.requests().is_empty());
}

/// T5, C6, D6: faults, configuration, changes and expiry over HTTP.
#[tokio::test]
async fn t5_everything_that_the_library_can_goes_over_http() {
    let graph = demo();
    let fault = json!({ "match": { "path": "/me/planner/plans" }, "effect": { "type": "status", "status": 418 } });
    graph
        .send("PUT", &format!("{CONTROL}/faults/teapot"), &[], &fault)
        .await
        .expect(204);
    graph.get("/v1.0/me/planner/plans").await.expect(418);
    let faults = graph.get(&format!("{CONTROL}/faults")).await.expect(200);
    assert_eq!(
        (&faults.body[0]["name"], &faults.body[0]["hits"]),
        (&json!("teapot"), &json!(1))
    );
    graph
        .send("DELETE", &format!("{CONTROL}/faults/teapot"), &[], &Value::Null)
        .await
        .expect(204);
    graph
        .send("DELETE", &format!("{CONTROL}/faults/teapot"), &[], &Value::Null)
        .await
        .expect(404);
    graph.get("/v1.0/me/planner/plans").await.expect(200);
    graph
        .send(
            "PUT",
            &format!("{CONTROL}/faults/x"),
            &[],
            &json!({ "effect": { "type": "nothing" } }),
        )
        .await
        .expect(400);

    graph
        .send("PATCH", &format!("{CONTROL}/config"), &[], &json!({ "pageSize": 1 }))
        .await
        .expect(200);
    assert_eq!(lists(&graph).await, 1);
    graph
        .send("PATCH", &format!("{CONTROL}/config"), &[], &json!({ "pageSiz": 1 }))
        .await
        .expect(400);
    assert_eq!(graph.get(&format!("{CONTROL}/config")).await.body["pageSize"], 1);

    let changes = graph.get(&format!("{CONTROL}/changes")).await.expect(200);
    assert_eq!(changes.body[0]["number"], 1);
    let feed = graph.get("/beta/me/planner/all/delta").await.expect(200);
    let expired = graph
        .post(&format!("{CONTROL}/expire"), json!({ "spelling": "generation" }))
        .await
        .expect(200);
    assert_eq!(expired.body["expired"], 1);
    graph
        .get(feed.body["@odata.nextLink"].as_str().unwrap())
        .await
        .expect(410);
    graph.get(&format!("{CONTROL}/nothing")).await.expect(404);
}

/// T3 (facts F4): so many requests of one user to To Do within ten minutes, then a pause.
#[tokio::test]
async fn t3_to_do_takes_so_many_requests_of_a_user() {
    let mut seed = Seed::default();
    seed.config.requests_per_ten_minutes = 3;
    let graph = Graph::seeded(&seed);
    for _ in 0..3 {
        graph.get("/v1.0/me/todo/lists").await.expect(200);
    }
    let refused = graph.get("/v1.0/me/todo/lists").await.expect(429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((590..=600).contains(&wait), "{wait}");
    graph.by("bruno").get("/v1.0/me/todo/lists").await.expect(200);
    graph.get("/v1.0/me/planner/plans").await.expect(200);
    graph.emulator.advance(Duration::from_secs(wait));
    graph.get("/v1.0/me/todo/lists").await.expect(200);
}

/// What a fault does is in the snapshot, so that a fork goes on with it.
#[tokio::test]
async fn faults_are_in_a_snapshot() {
    let graph = Graph::new();
    let fault = Fault {
        name: "once".to_owned(),
        matching: Match {
            nth: Some(2),
            ..Match::default()
        },
        effect: Effect::UnknownError,
        matched: 0,
        hits: 0,
    };
    graph.emulator.put_fault(fault);
    graph.get("/v1.0/me").await.expect(200);
    let fork = Graph {
        emulator: graph.emulator.fork().unwrap(),
        ..graph.clone()
    };
    fork.get("/v1.0/me").await.expect(503);
    graph.get("/v1.0/me").await.expect(503);
    fork.get("/v1.0/me").await.expect(200);
}
