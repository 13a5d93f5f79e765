//! What an update is answered with, and requests that no builder makes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use msgraph_core::{
    ETag, Id, Raw, Request, Versioned,
    request::{Method, V1},
};
use msgraph_model::{PlannerTask, PlannerTaskUpdate};
use msgraph_request::v1;
use serde_json::{Value, json};
use support::{Script, json as ok, with};

fn rename() -> Request<Versioned<PlannerTask>> {
    let update = PlannerTaskUpdate::new().title("new");
    v1::planner().task(&Id::new("t")).update(&ETag::new("W/\"1\""), update)
}

#[tokio::test(start_paused = true)]
async fn an_update_without_an_answer_was_carried_out() {
    let script = Script::new([ok(204, &Value::Null)]);
    let error = script.client().send(rename()).await.unwrap_err();
    assert!(error.is_applied() && error.may_be_carried_out(), "{error}");
    assert!(error.service().is_none() && script.is_over());
}

#[tokio::test(start_paused = true)]
async fn an_update_can_do_without_the_object() {
    let task = json!({ "@odata.etag": "W/\"3\"", "id": "t" });
    let script = Script::new([with(204, "etag", "W/\"2\""), ok(204, &Value::Null), ok(200, &task)]);
    let client = script.client();
    let mut etags = Vec::new();
    for _ in 0..3 {
        let applied = client.send(rename().minimal()).await.unwrap();
        etags.push(applied.etag.map(|etag| etag.as_str().to_owned()));
    }
    assert_eq!(etags, [Some("W/\"2\"".to_owned()), None, Some("W/\"3\"".to_owned())]);
    let seen = script.seen().remove(0);
    assert_eq!(
        seen.header("prefer"),
        Some("include-unknown-enum-members, return=minimal")
    );
    assert_eq!(seen.header("if-match"), Some("W/\"1\""));
}

#[tokio::test(start_paused = true)]
async fn a_raw_request_goes_the_same_way() {
    let script = Script::new([
        with(429, "retry-after", "1"),
        ok(200, &json!({ "displayName": "A", "n": 1.50 })),
        ok(204, &Value::Null),
    ]);
    let client = script.client();
    let request = Request::raw::<V1>(Method::Get, "/me/manager").raw_query("$select", "displayName");
    let answer = client.send(request).await.unwrap();
    assert_eq!(answer.as_str(), r#"{"displayName":"A","n":1.5}"#);
    let body = Raw::parse("{\"a\":1}").unwrap();
    let request = Request::raw::<V1>(Method::Post, "/me/sendMail").raw_body(body);
    client.send(request.nothing()).await.unwrap();
    let seen = script.seen();
    assert_eq!(
        seen[1].target,
        "https://graph.microsoft.com/v1.0/me/manager?$select=displayName"
    );
    assert_eq!(seen[2].body, "{\"a\":1}");
    assert_eq!(seen[2].header("authorization"), Some("Bearer a-token"));
    let error = client
        .send(Request::raw::<V1>(Method::Get, "/../admin"))
        .await
        .unwrap_err();
    assert!(!error.may_be_carried_out() && script.is_over(), "{error}");
}
