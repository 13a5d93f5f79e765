//! Many requests in few calls.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::time::Duration;

use msgraph_client::{Batch, ErrorKind, RetryPolicy};
use msgraph_core::{ETag, Id, Versioned};
use msgraph_model::{PlannerTask, PlannerTaskCreate, PlannerTaskUpdate};
use msgraph_request::{beta, v1};
use serde_json::{Value, json};
use support::{Answer, Script, Step, answer, json as ok};
use tokio::time::Instant;

fn get(id: &str) -> msgraph_core::Request<Versioned<PlannerTask>> {
    v1::planner().task(&Id::new(id)).get()
}

/// What the service answers to the items of a call, in an order of its own.
fn responses(items: &[(usize, u16, Value)]) -> Step {
    let items = items.iter().rev().map(|(id, status, body)| {
        json!({ "id": id.to_string(), "status": status, "headers": { "Content-Type": "application/json" }, "body": body })
    });
    ok(200, &json!({ "responses": items.collect::<Vec<_>>() }))
}

fn task(number: usize) -> Value {
    json!({ "@odata.etag": format!("W/\"{number}\""), "id": format!("t{number}"), "percentComplete": number })
}

/// The requests of a call that arrived.
fn sent(script: &Script, call: usize) -> Vec<Value> {
    let body: Value = serde_json::from_str(&script.seen()[call].body).unwrap();
    body["requests"].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn calls_hold_twenty_of_one_version() {
    let all = |numbers: std::ops::Range<usize>| {
        let items: Vec<_> = numbers.map(|number| (number, 200, task(number))).collect();
        responses(&items)
    };
    let script = Script::new([all(0..20), all(20..40), all(40..43), all(43..45)]);
    let mut batch = Batch::new();
    let mut keys: Vec<_> = (0..43).map(|number| batch.add(get(&format!("t{number}")))).collect();
    keys.extend((43..45).map(|number| batch.add(beta::planner().task(&Id::new(format!("t{number}"))).get())));
    let mut answers = script.client().batch(batch).await;
    for (number, key) in keys.iter().enumerate() {
        // D4: numbers are numbers.
        let task = answers.take(*key).unwrap();
        assert_eq!(task.percent_complete, Some(i32::try_from(number).unwrap()));
        assert_eq!(task.etag().unwrap().as_str(), format!("W/\"{number}\""));
    }
    let targets: Vec<_> = script.seen().into_iter().map(|seen| seen.target).collect();
    let v1 = "https://graph.microsoft.com/v1.0/$batch";
    assert_eq!(targets, [v1, v1, v1, "https://graph.microsoft.com/beta/$batch"]);
    let first = sent(&script, 0).remove(0);
    assert_eq!(
        first,
        json!({
            "id": "0",
            "method": "GET",
            "url": "/planner/tasks/t0",
            "headers": { "prefer": "include-unknown-enum-members" },
        })
    );
    // An answer is taken once.
    assert!(matches!(answers.take(keys[0]).unwrap_err().kind(), ErrorKind::NotAsked));
}

#[tokio::test(start_paused = true)]
async fn headers_and_bodies_are_those_of_the_request() {
    let script = Script::new([responses(&[(0, 200, task(1)), (1, 201, task(2))])]);
    let mut batch = Batch::new();
    let update = PlannerTaskUpdate::new().title("a").clear_due_date_time();
    batch.add(
        v1::planner()
            .task(&Id::new("t/1"))
            .update(&ETag::new("W/\"1\""), update),
    );
    batch.add(v1::planner().tasks().create(PlannerTaskCreate::new(&Id::new("p"), "b")));
    script.client().batch(batch).await;
    let sent = sent(&script, 0);
    assert_eq!(sent[0]["url"], "/planner/tasks/t%2F1");
    assert_eq!(sent[0]["headers"]["if-match"], "W/\"1\"");
    assert_eq!(sent[0]["headers"]["content-type"], "application/json");
    assert_eq!(sent[0]["body"], json!({ "title": "a", "dueDateTime": null }));
    assert_eq!(sent[1]["body"], json!({ "planId": "p", "title": "b" }));
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_another_comes_after_it_or_not_at_all() {
    let refused = json!({ "error": { "code": "", "message": "no" } });
    let script = Script::new([
        responses(&[(0, 200, task(0)), (2, 403, refused)]),
        responses(&[(1, 200, task(1))]),
    ]);
    let mut batch = Batch::new();
    let first = batch.add(get("t0"));
    let second = batch.add(get("t1"));
    let failing = batch.add(get("t2"));
    let orphan = batch.add(get("t3"));
    let orphan_of_orphan = batch.add(get("t4"));
    batch.after(second, first);
    batch.after(orphan, failing);
    batch.after(orphan_of_orphan, orphan);
    let mut answers = script.client().batch(batch).await;
    assert!(answers.take(first).is_ok() && answers.take(second).is_ok());
    assert!(answers.take(failing).unwrap_err().service().unwrap().is_forbidden());
    for key in [orphan, orphan_of_orphan] {
        let error = answers.take(key).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::NotAsked) && !error.may_be_carried_out(),
            "{error}"
        );
    }
    assert!(script.is_over());
}

/// Each item by its own rules and its own wait, under the same id; what succeeded is not sent again.
#[tokio::test(start_paused = true)]
async fn items_are_sent_again_by_their_own_rules() {
    let busy = |id: usize, status: u16, wait: u32| json!({ "id": id.to_string(), "status": status, "headers": { "Retry-After": wait.to_string() } });
    let first = json!({ "responses": [
        { "id": "0", "status": 200, "body": task(0) },
        busy(1, 429, 9),
        busy(2, 503, 4),
        busy(3, 503, 1),
    ] });
    let script = Script::new([
        ok(200, &first),
        responses(&[(2, 200, task(2))]),
        responses(&[(1, 200, task(1))]),
    ]);
    let mut batch = Batch::new();
    let keys = [batch.add(get("t0")), batch.add(get("t1")), batch.add(get("t2"))];
    let create = batch.add(v1::planner().tasks().create(PlannerTaskCreate::new(&Id::new("p"), "b")));
    let started = Instant::now();
    let mut answers = script.client().batch(batch).await;
    for key in keys {
        answers.take(key).unwrap();
    }
    let error = answers.take(create).unwrap_err();
    assert!(
        error.is_throttled() && error.may_be_carried_out() && error.attempts() == 1,
        "{error}"
    );
    assert_eq!(started.elapsed(), Duration::from_secs(9));
    let ids = |call| -> Vec<String> {
        let sent = sent(&script, call);
        sent.iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!([ids(1), ids(2)], [["2"], ["1"]]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_fails_for_its_own_items_only() {
    let all: Vec<_> = (0..20).map(|number| (number, 200, task(number))).collect();
    let script = Script::new([
        responses(&all),
        ok(400, &json!({ "error": { "code": "x", "message": "" } })),
    ]);
    let mut batch = Batch::new();
    let keys: Vec<_> = (0..21).map(|number| batch.add(get(&format!("t{number}")))).collect();
    let unsendable = batch.add(get(".."));
    let mut answers = script.client().batch(batch).await;
    assert_eq!(keys.iter().filter(|key| answers.take(**key).is_ok()).count(), 20);
    assert!(matches!(
        answers.take(unsendable).unwrap_err().kind(),
        ErrorKind::Request(_)
    ));

    let script = Script::new([ok(400, &json!({ "error": { "code": "x", "message": "" } }))]);
    let mut batch = Batch::new();
    let keys = [batch.add(get("a")), batch.add(get("b"))];
    let mut answers = script.client().batch(batch).await;
    for key in keys {
        let error = answers.take(key).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Batch(_)) && error.service().unwrap().status == 400,
            "{error}"
        );
    }

    let script = Script::new([responses(&[(1, 200, task(1))])]);
    let mut batch = Batch::new();
    let (left_out, answered) = (batch.add(get("a")), batch.add(get("b")));
    let mut answers = script.client().batch(batch).await;
    assert!(matches!(
        answers.take(left_out).unwrap_err().kind(),
        ErrorKind::NoAnswer
    ));
    answers.take(answered).unwrap();
}

/// A call with a create in it is not sent twice; one of reads is.
#[tokio::test(start_paused = true)]
async fn a_call_is_as_careful_as_its_most_dangerous_item() {
    let script = Script::new([Step::Break, responses(&[(0, 200, task(0))])]);
    let mut batch = Batch::new();
    let read = batch.add(get("a"));
    let mut answers = script.client().batch(batch).await;
    answers.take(read).unwrap();

    let script = Script::new([Step::Break]);
    let mut batch = Batch::new();
    let read = batch.add(get("a"));
    batch.add(v1::planner().tasks().create(PlannerTaskCreate::new(&Id::new("p"), "b")));
    let mut answers = script.client().batch(batch).await;
    assert!(answers.take(read).unwrap_err().may_be_carried_out() && script.is_over());
}

/// An item that a busy service may have carried out is not told as refused when its repetition is.
#[tokio::test(start_paused = true)]
async fn what_was_repeated_may_have_been_done() {
    let etag = ETag::new("W/\"1\"");
    let task = || v1::planner().task(&Id::new("t"));
    for (status, is_done, is_ambiguous) in [(404, true, true), (412, false, true), (403, false, false)] {
        let script = Script::new([
            responses(&[(0, 503, Value::Null), (1, 503, Value::Null)]),
            // Each is sent again when its own wait is over.
            responses(&[(0, status, Value::Null), (1, status, Value::Null)]),
            responses(&[(0, status, Value::Null), (1, status, Value::Null)]),
        ]);
        let mut batch = Batch::new();
        let delete = batch.add(task().delete(&etag));
        let rename = batch.add(task().update(&etag, PlannerTaskUpdate::new().title("b")));
        let mut answers = script.client().batch(batch).await;
        assert_eq!(answers.take(delete).is_ok(), is_done, "{status}");
        let error = answers.take(rename).unwrap_err();
        assert_eq!(matches!(error.kind(), ErrorKind::Ambiguous(_)), is_ambiguous, "{error}");
        assert!(error.may_be_carried_out(), "{error}");
    }
}

/// A batch answers as single calls do: the same value, or the same error. D4: numbers included.
#[tokio::test(start_paused = true)]
async fn d4_a_batch_answers_as_single_calls_do() {
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let bodies = [
        task(1),
        json!({ "id": "t", "percentComplete": 1.0e2, "title": "ä \" \\ \u{1F600}", "unknown": [1, 2.5, -0.0, 1e30, null] }),
        json!({ "id": "t", "percentComplete": "text" }),
        json!({ "id": "t", "assignments": { "u": { "orderHint": "8586" }, "v": null } }),
        json!({ "id": "t", "previewType": "somethingNew" }),
        json!([]),
        json!({ "error": { "code": "MaximumTasksInProject", "message": "no", "innerError": { "request-id": "r" } } }),
        Value::Null,
    ];
    let statuses = [200, 200, 200, 201, 204, 400, 403, 404, 409, 410, 412, 500, 501];
    for seed in 0..400 {
        let items: Vec<_> = (0..=random(5))
            .map(|_| (statuses[random(statuses.len())], bodies[random(bodies.len())].clone()))
            .collect();
        let singles = items.iter().map(|(status, body)| {
            Step::Answer(Answer {
                headers: vec![("content-type", "application/json".to_owned())],
                ..answer(*status, body)
            })
        });
        let single = Script::new(singles)
            .builder()
            .retry(RetryPolicy::NEVER)
            .build()
            .unwrap();
        let together: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(number, (status, body))| (number, *status, body.clone()))
            .collect();
        let together = Script::new([responses(&together)]).client();
        let mut batch = Batch::new();
        let keys: Vec<_> = items.iter().map(|_| batch.add(get("t"))).collect();
        let mut answers = together.batch(batch).await;
        for key in keys {
            match (single.send(get("t")).await, answers.take(key)) {
                (Ok(one), Ok(other)) => assert_eq!(one, other, "seed {seed}"),
                (Err(one), Err(other)) => {
                    assert_eq!(one.service(), other.service(), "seed {seed}");
                    assert_eq!(one.to_string(), other.to_string(), "seed {seed}");
                }
                (one, other) => panic!("seed {seed}: {one:?} and {other:?}"),
            }
        }
    }
}
