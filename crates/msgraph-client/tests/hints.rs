//! Causes that the service does not name.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use msgraph_client::Hint;
use msgraph_core::{
    ETag, Raw, Request,
    request::{Method, V1},
};
use msgraph_model::PlannerTask;
use serde_json::{Value, json};
use support::{Script, json as ok};

fn etag(kind: &str) -> ETag<PlannerTask> {
    let text = format!("'1-{kind}  @@@@@@@@@@@@@@@D'");
    ETag::new(format!("W/\"{}\"", STANDARD.encode(text)))
}

async fn hint(status: u16, request: Request<Raw>) -> Option<Hint> {
    let script = Script::new([ok(status, &json!({ "error": { "code": "", "message": "" } }))]);
    let error = script.client().send(request).await.unwrap_err();
    let is_shown = error
        .hint()
        .is_none_or(|hint| error.to_string().contains(&hint.to_string()));
    assert!(is_shown, "{error}");
    error.hint().cloned()
}

fn patch(path: &str, body: &Value) -> Request<Raw> {
    Request::raw::<V1>(Method::Patch, path).raw_body(Raw::from_value(body).unwrap())
}

#[tokio::test(start_paused = true)]
async fn values_that_planner_refuses() {
    let property = |property: &str| property.into();
    let typed = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
    let cases = [
        (
            json!({ "assignments": { "u": { "orderHint": " !" } } }),
            Some(Hint::UntypedOpenValue {
                property: property("assignments"),
            }),
        ),
        (
            json!({ "checklist": { "c": { "@odata.type": "microsoft.graph.plannerChecklistItem" } } }),
            Some(Hint::UntypedOpenValue {
                property: property("checklist"),
            }),
        ),
        (
            json!({ "orderHint": "8586" }),
            Some(Hint::EchoedOrderHint {
                property: property("orderHint"),
            }),
        ),
        (
            json!({ "assignments": { "u": { "@odata.type": "x", "orderHint": "8586" } } }),
            Some(Hint::EchoedOrderHint {
                property: property("orderHint"),
            }),
        ),
        (
            json!({ "orderHintsByAssignee": { "u": "8586" } }),
            Some(Hint::EchoedOrderHint {
                property: property("orderHintsByAssignee"),
            }),
        ),
        (json!({ "assignments": { "u": typed, "v": null }, "title": "x" }), None),
        (json!({ "appliedCategories": { "category1": true } }), None),
    ];
    for (body, expected) in cases {
        assert_eq!(hint(400, patch("/planner/tasks/t", &body)).await, expected, "{body}");
    }
    let refused = hint(403, patch("/planner/tasks/t", &json!({ "orderHint": "8586" }))).await;
    assert_eq!(refused, None, "only a 400 is about values");
}

/// Threads 4 and 7: the ETag of a task does not do for its details.
#[tokio::test(start_paused = true)]
async fn etags_of_other_objects() {
    for (path, kind, is_other) in [
        ("/planner/tasks/t/details", "Task", true),
        ("/planner/tasks/t/details", "TaskDetails", false),
        ("/planner/tasks/t", "TaskDetails", true),
        ("/planner/tasks/t", "Task", false),
        ("/planner/tasks/t/bucketTaskBoardFormat", "Task", true),
        ("/planner/tasks/t", "SomethingElse", false),
    ] {
        let request = patch(path, &json!({ "title": "x" })).raw_if_match(&etag(kind));
        let found = hint(412, request).await;
        assert_eq!(found.is_some(), is_other, "{path} {kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_creates_a_plan() {
    let plans = |method| Request::raw::<V1>(method, "/planner/plans");
    assert_eq!(hint(403, plans(Method::Post)).await, Some(Hint::NotAMember));
    assert_eq!(hint(403, plans(Method::Get)).await, None);
}
