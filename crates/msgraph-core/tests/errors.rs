//! What the service says when it refuses.

use msgraph_core::{PlannerLimit, Reply, ServiceError};
use serde_json::json;

fn error(status: u16, body: &str) -> ServiceError {
    let mut reply = Reply::new(status, body.as_bytes());
    reply.request_id = Some("from-header");
    reply.retry_after = Some("2.128");
    ServiceError::decode(reply)
}

#[test]
fn a_whole_envelope() {
    let body = json!({ "error": {
        "code": "BadRequest",
        "message": "Wrong",
        "target": "title",
        "details": [{ "code": "a", "message": "b", "target": "c" }, {}],
        "innererror": {
            "code": "outer",
            "request-id": "r",
            "client-request-id": "c",
            "date": "2025-02-13T10:17:05",
            "status": 400,
            "innerError": { "code": "propertyNotUpdateable", "message": "m", "innererror": { "code": "" } }
        }
    } });
    let error = error(400, &body.to_string());
    assert_eq!(
        (&*error.code, &*error.message, error.target.as_deref()),
        ("BadRequest", "Wrong", Some("title"))
    );
    assert_eq!(error.details.len(), 2);
    assert_eq!(error.details[0].target.as_deref(), Some("c"));
    assert_eq!(
        error.codes().collect::<Vec<_>>(),
        ["BadRequest", "outer", "propertyNotUpdateable"]
    );
    assert_eq!((error.request_id(), error.client_request_id()), (Some("r"), Some("c")));
    let inner = error.inner.as_ref().unwrap();
    assert_eq!(inner.date.as_deref(), Some("2025-02-13T10:17:05"));
    assert_eq!(
        inner
            .unknown
            .iter()
            .map(|(name, value)| (&**name, value.as_str()))
            .collect::<Vec<_>>(),
        [("status", "400")]
    );
    assert!(error.has_code("PROPERTYNOTUPDATEABLE"));
    assert_eq!(error.body.as_json(), Some(&*body.to_string()));
}

#[test]
fn any_body_is_accepted() {
    let deep = format!("{}1{}", "{\"innerError\":".repeat(5000), "}".repeat(5000));
    for body in [
        "",
        "<html>",
        "null",
        "[]",
        "{\"error\":null}",
        "{\"error\":{\"code\":1}}",
        "\u{0}",
        &*deep,
    ] {
        let error = error(502, body);
        assert_eq!(
            (error.status, &*error.code, error.request_id()),
            (502, "", Some("from-header")),
            "{body:.20}"
        );
        assert_eq!(error.body.as_bytes(), body.as_bytes());
        assert!(error.to_string().starts_with("the service answered 502"));
    }
    assert_eq!(error(400, "{\"error\":\"invalid_client\"}").code, "invalid_client");
    assert_eq!(error(400, "<").body.as_json(), None);
}

#[test]
fn every_limit_of_planner_has_a_code() {
    for limit in PlannerLimit::ALL {
        let body = json!({ "error": { "code": limit.code() } }).to_string();
        assert_eq!(error(403, &body).planner_limit(), Some(limit));
        assert_eq!(error(400, &body).planner_limit(), None);
    }
    assert_eq!(
        PlannerLimit::ALL
            .iter()
            .map(|limit| limit.code())
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        15
    );
    assert_eq!(
        error(403, "{\"error\":{\"code\":\"AccessDenied\"}}").planner_limit(),
        None
    );
}

#[test]
fn statuses_are_told_apart() {
    let codes = |code: &str| format!("{{\"error\":{{\"code\":\"{code}\"}}}}");
    assert!(error(409, "").is_conflict() && !error(412, "").is_conflict());
    assert!(error(412, "").is_precondition_failed());
    assert!(error(404, "").is_not_found());
    assert!(error(401, "").is_unauthenticated());
    assert!(error(403, "").is_forbidden());
    for status in [429, 503, 504] {
        assert!(error(status, "").is_throttled(), "{status}");
        assert_eq!(error(status, "").retry_after.as_deref(), Some("2.128"));
        assert_eq!(error(status, "").may_be_carried_out(), status != 429);
    }
    for code in [
        "SyncStateNotFound",
        "resyncRequired",
        "resyncApplyDifferences",
        "resyncUploadDifferences",
    ] {
        assert!(error(400, &codes(code)).is_resync_required(), "{code}");
    }
    assert!(error(410, "").is_resync_required() && !error(400, &codes("badRequest")).is_resync_required());
}
