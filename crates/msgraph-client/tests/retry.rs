//! What is sent again, when, and what is told of it. The clock is paused: waiting takes no time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::time::Duration;

use msgraph_client::{Client, ErrorKind, RetryPolicy};
use msgraph_core::{ETag, Id, OrderHint, Versioned};
use msgraph_model::{PlannerTask, PlannerTaskCreate, PlannerTaskUpdate, TodoTaskCreate};
use msgraph_request::v1;
use serde_json::{Value, json};
use support::{Answer, Script, Step, answer, json as ok, with};
use tokio::time::Instant;

const FIRST: &str = "W/\"1\"";
const SECOND: &str = "W/\"2\"";

fn task(etag: &str, title: &str) -> Value {
    json!({ "@odata.etag": etag, "id": "t", "title": title })
}

async fn get(client: &Client) -> Result<Versioned<PlannerTask>, msgraph_client::Error> {
    client.send(v1::planner().task(&Id::new("t")).get()).await
}

async fn rename(client: &Client) -> Result<Versioned<PlannerTask>, msgraph_client::Error> {
    let update = PlannerTaskUpdate::new().title("new");
    client
        .send(v1::planner().task(&Id::new("t")).update(&ETag::new(FIRST), update))
        .await
}

async fn delete(client: &Client) -> Result<(), msgraph_client::Error> {
    client
        .send(v1::planner().task(&Id::new("t")).delete(&ETag::new(FIRST)))
        .await
}

async fn create(client: &Client) -> Result<Versioned<PlannerTask>, msgraph_client::Error> {
    let create = PlannerTaskCreate::new(&Id::new("p"), "new").order_hint(OrderHint::first());
    client.send(v1::planner().tasks().create(create)).await
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_waited_for() {
    let script = Script::new([
        Step::Refuse,
        Step::Break,
        with(503, "x", "y"),
        ok(200, &task(FIRST, "a")),
    ]);
    let response = script
        .client()
        .execute(v1::planner().task(&Id::new("t")).get())
        .await
        .unwrap();
    assert_eq!(response.attempts, 4);
    let ids: Vec<_> = script
        .seen()
        .iter()
        .map(|seen| seen.header("client-request-id").unwrap().to_owned())
        .collect();
    assert!(ids.iter().all(|id| *id == response.client_request_id), "{ids:?}");
}

/// The service's word counts, whichever way it is written, and no attempt comes early.
#[tokio::test(start_paused = true)]
async fn row_9_retry_after_is_waited_for_and_bounded() {
    for (value, seconds) in [("7", 7), ("2.5", 3), ("Sat, 21 Nov 2026 00:02:05 GMT", 125)] {
        let script = Script::new([with(429, "retry-after", value), ok(200, &task(FIRST, "a"))]);
        let client = script.client();
        let started = Instant::now();
        get(&client).await.unwrap();
        let waited = started.elapsed();
        assert!(waited <= Duration::from_secs(seconds + 1), "{value}: {waited:?}");
        assert!(
            waited + Duration::from_millis(500) >= Duration::from_secs(seconds),
            "{value}: {waited:?}"
        );
    }
    // A wait that ends after the deadline is not begun.
    let script = Script::new([with(429, "retry-after", "86400")]);
    let started = Instant::now();
    let error = get(&script.client()).await.unwrap_err();
    assert!(
        error.is_throttled() && started.elapsed() < Duration::from_secs(1),
        "{error}"
    );
    assert_eq!(error.service().unwrap().retry_after.as_deref(), Some("86400"));
    // Nor are there more attempts than were allowed.
    let script = Script::new(vec![with(429, "x", "y"); 9]);
    let error = get(&script.client()).await.unwrap_err();
    assert_eq!((error.attempts(), script.seen().len()), (4, 4));
    assert!(error.to_string().ends_with("(after 4 attempts)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_not_asked_again() {
    for status in [400, 403, 404, 409, 410, 412, 500, 501, 502, 507] {
        let script = Script::new([ok(status, &json!({ "error": { "code": "", "message": "no" } }))]);
        let error = get(&script.client()).await.unwrap_err();
        assert_eq!(error.service().unwrap().status, status);
        assert!(script.is_over() && script.seen().len() == 1);
    }
}

/// A create is repeated only when it was surely not carried out.
#[tokio::test(start_paused = true)]
async fn row_8_a_create_is_never_sent_twice() {
    for step in [Step::Break, with(503, "x", "y"), with(504, "x", "y"), Step::Hang] {
        let script = Script::new([step]);
        let error = create(&script.client()).await.unwrap_err();
        assert!(error.may_be_carried_out(), "{error}");
        assert_eq!(script.seen().len(), 1);
    }
    for step in [Step::Refuse, with(429, "retry-after", "1")] {
        let script = Script::new([step, ok(201, &task(FIRST, "new"))]);
        create(&script.client()).await.unwrap();
        assert_eq!(script.seen().len(), 2);
    }
    // To Do has no ETags: an update could overwrite what came between.
    let script = Script::new([Step::Break]);
    let list = Id::new("l");
    let tasks = v1::me().todo().list(&list).tasks();
    let error = script
        .client()
        .send(tasks.create(TodoTaskCreate::new("x")))
        .await
        .unwrap_err();
    assert!(error.may_be_carried_out() && script.is_over());
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_was_done_is_done() {
    let missing = ok(404, &json!({ "error": { "code": "", "message": "gone" } }));
    let script = Script::new([Step::Break, missing.clone()]);
    delete(&script.client()).await.unwrap();
    assert!(script.is_over());
    // At the first time it is an error, and after a refusal, too.
    for steps in [vec![missing.clone()], vec![with(429, "x", "y"), missing]] {
        let error = delete(&Script::new(steps).client()).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_was_sent_twice_is_looked_up() {
    let stale = ok(412, &json!({ "error": { "code": "", "message": "old" } }));
    // It was carried out.
    let script = Script::new([Step::Break, stale.clone(), ok(200, &task(SECOND, "new"))]);
    let task_now = rename(&script.client()).await.unwrap();
    assert_eq!(task_now.etag().unwrap().as_str(), SECOND);
    let seen = script.seen();
    assert_eq!(seen[2].method, "GET");
    assert_eq!((seen[2].header("if-match"), seen[2].body.as_str()), (None, ""));

    // It was not: the object is as it was.
    let script = Script::new([Step::Break, stale.clone(), ok(200, &task(FIRST, "old"))]);
    let error = rename(&script.client()).await.unwrap_err();
    assert!(
        error.is_precondition_failed() && matches!(error.kind(), ErrorKind::Service(_)),
        "{error}"
    );

    // Somebody else was there.
    let script = Script::new([Step::Break, stale.clone(), ok(200, &task("W/\"3\"", "other"))]);
    let error = rename(&script.client()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Ambiguous(_)) && error.may_be_carried_out(),
        "{error}"
    );

    // At the first time it is what it says.
    let script = Script::new([stale]);
    let error = rename(&script.client()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Service(_)) && script.is_over(),
        "{error}"
    );
}

/// A broken body of a read is read again; that of a write was carried out.
#[tokio::test(start_paused = true)]
async fn bodies_that_break_off() {
    let whole = answer(200, &task(SECOND, "new"));
    let script = Script::new([Step::Truncate(whole.clone()), Step::Answer(whole.clone())]);
    get(&script.client()).await.unwrap();
    let script = Script::new([Step::Truncate(whole)]);
    let error = create(&script.client()).await.unwrap_err();
    assert!(error.may_be_carried_out() && script.is_over(), "{error}");
}

/// Each attempt has its own time, and all of them together another.
#[tokio::test(start_paused = true)]
async fn attempts_and_calls_have_each_their_time() {
    let slow = Step::Answer(Answer {
        after: Duration::from_secs(50),
        ..answer(200, &task(FIRST, "a"))
    });
    let script = Script::new([Step::Hang, slow.clone()]);
    let client = script.builder().timeout(Duration::from_mins(1)).build().unwrap();
    let started = Instant::now();
    get(&client).await.unwrap();
    assert!(started.elapsed() > Duration::from_secs(110));

    let script = Script::new([Step::Hang, slow]);
    let client = script
        .builder()
        .timeout(Duration::from_mins(1))
        .deadline(Duration::from_secs(80))
        .build()
        .unwrap();
    let started = Instant::now();
    let error = get(&client).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Transport(error) if error.is_timeout()),
        "{error}"
    );
    assert_eq!(started.elapsed().as_secs(), 80);
}

/// The limit limits, over all clones.
#[tokio::test(start_paused = true)]
async fn row_3_the_concurrency_limit_limits() {
    for limit in [1, 3] {
        let step = Step::Answer(Answer {
            after: Duration::from_secs(1),
            ..answer(200, &task(FIRST, "a"))
        });
        let script = Script::new(vec![step; 8]);
        let client = script.builder().concurrency(limit).build().unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let client = client.clone();
            tasks.spawn(async move { get(&client).await.unwrap() });
        }
        tasks.join_all().await;
        assert_eq!(script.most_under_way(), limit);
    }
}

/// When the service says wait, everybody waits.
#[tokio::test(start_paused = true)]
async fn a_pause_is_for_all() {
    let script = Script::new([
        with(429, "retry-after", "30"),
        ok(200, &task(FIRST, "a")),
        ok(200, &task(FIRST, "a")),
    ]);
    let client = script.builder().retry(RetryPolicy::NEVER).build().unwrap();
    get(&client).await.unwrap_err();
    let started = Instant::now();
    get(&client.clone()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(30));
    get(&client).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 30);
}

/// A call can be told to have less patience.
#[tokio::test(start_paused = true)]
async fn calls_have_options() {
    let script = Script::new([with(503, "x", "y")]);
    let client = script.client();
    let request = v1::planner().task(&Id::new("t")).get();
    let error = client
        .call(request.clone())
        .retry(RetryPolicy::NEVER)
        .header("ConsistencyLevel", "eventual")
        .prefer("outlook.timezone=\"UTC\"")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_throttled());
    let seen = script.seen();
    assert_eq!(seen[0].header("consistencylevel"), Some("eventual"));
    assert_eq!(
        seen[0].header("prefer"),
        Some("include-unknown-enum-members, outlook.timezone=\"UTC\"")
    );
    for name in ["Authorization", "If-Match", "a b"] {
        let error = client.call(request.clone()).header(name, "x").send().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Request(_)), "{error}");
    }
    assert_eq!(script.seen().len(), 1);
}

/// D2 to D10, row 11: a refusal is an error whatever its body, and its status is not lost.
#[tokio::test(start_paused = true)]
async fn row_11_html_of_a_gateway_is_an_error_with_its_status() {
    let html = Step::Answer(Answer {
        headers: vec![("request-id", "r".to_owned()), ("x-ms-ags-diagnostic", "{}".to_owned())],
        body: "<html>".to_owned(),
        ..answer(502, &Value::Null)
    });
    let script = Script::new([html]);
    let error = get(&script.client()).await.unwrap_err();
    let service = error.service().unwrap();
    assert_eq!((service.status, service.body.as_bytes()), (502, &b"<html>"[..]));
    assert_eq!((error.request_id(), error.diagnostic()), (Some("r"), Some("{}")));
    assert_eq!(error.to_string().lines().count(), 1);
}
