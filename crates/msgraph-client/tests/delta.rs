//! Delta queries, round by round.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use msgraph_client::ErrorKind;
use msgraph_core::{Change, DeltaLink, StartLink};
use msgraph_model::{PlannerDelta, TodoTaskList};
use msgraph_request::{beta, v1};
use serde_json::{Value, json};
use support::{Script, Step, json as ok};

const ROOT: &str = "https://graph.microsoft.com";

fn page(items: &Value, member: &str, link: &str) -> Step {
    ok(200, &json!({ "value": items, member: format!("{ROOT}{link}") }))
}

/// D3: a round ends with the link to the next one, or with an error; there is no third.
#[tokio::test(start_paused = true)]
async fn d3_a_round_ends_with_a_link() {
    let script = Script::new([
        page(&json!([{ "id": "a" }]), "@odata.nextLink", "/v1.0/x?$skiptoken=1"),
        page(&json!([]), "@odata.nextLink", "/v1.0/x?$skiptoken=2"),
        page(
            &json!([{ "id": "b", "@removed": { "reason": "deleted" } }]),
            "@odata.deltaLink",
            "/v1.0/x?$deltatoken=a%257Eb",
        ),
        page(&json!([{ "id": "c" }]), "@odata.deltaLink", "/v1.0/x?$deltatoken=3"),
    ]);
    let client = script.client();
    let request = v1::me().todo().lists().delta();
    let (changes, link) = client.delta(request).collect(10).await.unwrap();
    assert!(matches!(&changes[..], [Change::Present(_), Change::Removed(_)]));
    let stored = link.as_str().to_owned();
    let mut round = client.resume_delta(&DeltaLink::<TodoTaskList>::new(stored));
    assert_eq!(round.link(), None);
    assert_eq!(round.next().await.unwrap().unwrap().changes.len(), 1);
    assert!(round.next().await.is_none());
    assert!(round.link().unwrap().as_str().ends_with("$deltatoken=3"));
    let last = script.seen().pop().unwrap();
    assert_eq!(
        last.target,
        format!("{ROOT}/v1.0/x?$deltatoken=a%257Eb"),
        "byte for byte"
    );

    let endless = Script::new([ok(200, &json!({ "value": [] }))]);
    let error = endless
        .client()
        .delta(v1::me().todo().lists().delta())
        .collect(10)
        .await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Decode(_)));
}

#[tokio::test(start_paused = true)]
async fn a_feed_begins_with_a_link() {
    let task = json!([{ "@odata.type": "#microsoft.graph.plannerTask", "id": "t", "title": "a" }]);
    let script = Script::new([
        page(
            &json!([]),
            "@odata.nextLink",
            "/beta/me/planner/all/delta?$deltatoken=0",
        ),
        page(&task, "@odata.deltaLink", "/beta/me/planner/all/delta?$deltatoken=1"),
    ]);
    let client = script.client();
    let start = client.start_delta(beta::me().planner().all().delta()).await.unwrap();
    let kept = StartLink::<PlannerDelta>::new(start.as_str());
    let (changes, _) = client.resume_delta(&kept).collect(10).await.unwrap();
    assert!(matches!(&changes[..], [Change::Present(PlannerDelta::PlannerTask(_))]));
}

/// What fails within a round is asked for again, and D10: with all that the service says of it.
#[tokio::test(start_paused = true)]
async fn d10_an_error_on_a_later_page_is_whole() {
    let limit =
        json!({ "error": { "code": "MaximumTasksInProject", "message": "no", "innerError": { "request-id": "r" } } });
    let script = Script::new([
        page(&json!([]), "@odata.nextLink", "/v1.0/x?$skiptoken=1"),
        ok(403, &limit),
        page(&json!([]), "@odata.deltaLink", "/v1.0/x?$deltatoken=2"),
    ]);
    let client = script.client();
    let mut round = client.delta(v1::me().todo().lists().delta());
    round.next().await.unwrap().unwrap();
    let error = round.next().await.unwrap().unwrap_err();
    assert!(
        error.planner_limit().is_some() && error.request_id() == Some("r"),
        "{error}"
    );
    assert!(round.link().is_none());
    round.next().await.unwrap().unwrap();
    assert!(round.link().is_some());
}

/// Row 10: a listing may be dropped at any time, and a wrong address is an error.
#[tokio::test(start_paused = true)]
async fn row_10_nothing_panics_that_is_given_up() {
    let script = Script::new([page(&json!([]), "@odata.nextLink", "/v1.0/x"), Step::Hang]);
    let client = script.client();
    let mut round = client.delta(v1::me().todo().lists().delta());
    round.next().await.unwrap().unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_secs(1), round.next()).await;
    assert!(waiting.is_err());
    drop(round);
    for url in [
        "",
        "graph.microsoft.com",
        "https://user@graph.microsoft.com",
        "http://example.com?x",
    ] {
        assert!(script.builder().base_url(url).build().is_err(), "{url}");
    }
    assert!(script.builder().user_agent("a\nb").build().is_err());
}
