//! What is refused before it is sent, and links that the service no longer takes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use msgraph_client::{Cloud, ErrorKind, RetryPolicy};
use msgraph_core::{DeltaLink, Id, RequestFault};
use msgraph_model::TodoTask;
use msgraph_request::beta;
use serde_json::json;
use support::{Script, Step, json as ok, with};

#[tokio::test(start_paused = true)]
async fn what_a_cloud_lacks_is_refused_before_it_is_sent() {
    let script = Script::new([]);
    let client = script.builder().cloud(Cloud::china()).build().unwrap();
    let error = client
        .send(beta::planner().roster(&Id::new("r")).get())
        .await
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Request(RequestFault::NotInCloud { .. })),
        "{error}"
    );
    assert!(script.seen().is_empty());
}

#[test]
fn clouds_have_root_authority_and_scope() {
    let clouds = [Cloud::global(), Cloud::us_gov_l4(), Cloud::us_gov_dod(), Cloud::china()];
    for cloud in clouds {
        assert_eq!(cloud.scope(), format!("{}/.default", cloud.root()));
        assert!(cloud.authority().starts_with("https://login."));
    }
    assert!(Cloud::custom("http://graph.example", "https://a.example", "s").is_err());
}

/// A link that the service no longer takes is told from everything that passes.
#[tokio::test(start_paused = true)]
async fn a_rejected_link_is_one_class_of_error() {
    let link = || DeltaLink::<TodoTask>::new("https://graph.microsoft.com/v1.0/x?$deltatoken=t");
    let error = |code: &str, message: &str| json!({ "error": { "code": code, "message": message } });
    let rejected = [
        with(410, "location", "https://graph.microsoft.com/v1.0/x?$deltatoken="),
        ok(410, &json!(null)),
        ok(400, &error("SyncStateNotFound", "")),
        ok(404, &error("syncStateNotFound", "")),
        ok(400, &error("resyncRequired", "")),
        ok(400, &error("ErrorInvalidUrlQuery", "The deltaToken is invalid")),
        ok(400, &error("ErrorInvalidIdMalformed", "")),
        ok(404, &error("ResourceNotFound", "")),
        ok(
            400,
            &json!({ "error": { "code": "x", "message": "", "innerError": { "code": "resyncApplyDifferences" } } }),
        ),
    ];
    let passing = [
        ok(401, &error("syncStateNotFound", "")),
        ok(403, &error("syncStateNotFound", "")),
        ok(429, &error("resyncRequired", "")),
        ok(500, &error("syncStateNotFound", "")),
        ok(503, &error("syncStateNotFound", "")),
        ok(400, &error("badRequest", "no")),
        ok(404, &error("itemNotFound", "")),
        Step::Break,
        Step::Refuse,
    ];
    for (steps, expected) in [(&rejected[..], true), (&passing[..], false)] {
        for step in steps {
            let script = Script::new([step.clone()]);
            let client = script.builder().retry(RetryPolicy::NEVER).build().unwrap();
            let error = client.send(link().follow()).await.unwrap_err();
            assert_eq!(error.is_resync_required(), expected, "{step:?}: {error}");
        }
    }
}
