//! ETags of Planner.
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
use support::Graph;

const TASKS: &str = "/v1.0/planner/tasks";

async fn plan(graph: &Graph) -> String {
    let url = format!("https://graph.microsoft.com/v1.0/groups/{}", graph.group().await);
    let body = json!({ "title": "Launch", "container": { "url": url } });
    graph
        .post("/v1.0/planner/plans", body)
        .await
        .expect(201)
        .id()
        .to_owned()
}

async fn task(graph: &Graph) -> (String, String) {
    let plan = plan(graph).await;
    let task = graph
        .post(TASKS, json!({ "planId": plan, "title": "Write" }))
        .await
        .expect(201);
    (format!("{TASKS}/{}", task.id()), task.etag().to_owned())
}

/// E1 (facts E, H4): every resource has its own ETag, and that of one is none of another.
#[tokio::test]
async fn e1_every_resource_has_its_own_etag() {
    let graph = Graph::new();
    let (path, etag) = task(&graph).await;
    let mut all = vec![etag];
    for part in [
        "details",
        "assignedToTaskBoardFormat",
        "bucketTaskBoardFormat",
        "progressTaskBoardFormat",
    ] {
        all.push(graph.get(&format!("{path}/{part}")).await.expect(200).etag().to_owned());
    }
    let plan = graph.get(&path).await.body["planId"].as_str().unwrap().to_owned();
    for part in ["", "/details"] {
        all.push(
            graph
                .get(&format!("/v1.0/planner/plans/{plan}{part}"))
                .await
                .expect(200)
                .etag()
                .to_owned(),
        );
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 7);
}

/// E2 (facts D6): a later version has a greater ETag.
#[tokio::test]
async fn e2_a_later_version_has_a_greater_etag() {
    let graph = Graph::new();
    let (path, mut etag) = task(&graph).await;
    assert!(etag.starts_with("W/\"JzEtVGFzay"));
    for title in ["a", "b", "c"] {
        let next = graph
            .patch(&path, &etag, json!({ "title": title }))
            .await
            .expect(200)
            .etag()
            .to_owned();
        assert!(next > etag);
        etag = next;
    }
    let same = graph.patch(&path, &etag, json!({ "title": "c" })).await.expect(200);
    assert_eq!(same.etag(), etag, "nothing changed");
}

/// E3 (facts E): without If-Match, 412 and nothing done.
#[tokio::test]
async fn e3_without_an_etag_a_write_is_refused() {
    let graph = Graph::new();
    let (path, _) = task(&graph).await;
    for (method, body) in [("PATCH", json!({ "title": "x" })), ("DELETE", Value::Null)] {
        let answer = graph.send(method, &path, &[], &body).await.expect(412);
        assert_eq!(answer.code(), "");
        assert_eq!(
            answer.message(),
            "The If-Match header must be specified for this request."
        );
    }
    assert_eq!(graph.get(&path).await.expect(200).body["title"], "Write");
}

/// E4 (facts E): the ETag of another resource, or garbage.
#[tokio::test]
async fn e4_an_etag_of_something_else_is_refused() {
    let graph = Graph::new();
    let (path, etag) = task(&graph).await;
    let (_, other) = task(&graph).await;
    let details = format!("{path}/details");
    for (path, etag) in [
        (&details, &*etag),
        (&path, &*other),
        (&path, "W/\"garbage\""),
        (&path, "x"),
    ] {
        let answer = graph.patch(path, etag, json!({})).await.expect(412);
        assert_eq!(answer.code(), "");
        assert_eq!(answer.message(), "The If-Match header contains an invalid value.");
    }
}

/// E5 (facts E, U6): `*` is no wildcard; the status is a switch.
#[tokio::test]
async fn e5_a_star_is_no_wildcard() {
    for status in [400, 412] {
        let mut seed = Seed::default();
        seed.config.any_etag_status = status;
        let graph = Graph::seeded(&seed);
        let (path, _) = task(&graph).await;
        let answer = graph.delete(&path, "*").await.expect(status);
        assert_eq!(answer.message(), "The given key was not present in the dictionary.");
        graph.get(&path).await.expect(200);
    }
}

/// E6 (facts E): a stale ETag is allowed where nothing clashes.
#[tokio::test]
async fn e6_a_stale_etag_is_allowed_where_nothing_clashes() {
    let graph = Graph::new();
    let (path, etag) = task(&graph).await;
    graph.patch(&path, &etag, json!({ "title": "New" })).await.expect(200);
    let both = graph.patch(&path, &etag, json!({ "priority": 1 })).await.expect(200);
    assert_eq!(
        (&both.body["title"], &both.body["priority"]),
        (&json!("New"), &json!(1))
    );
    let same = graph.patch(&path, &etag, json!({ "title": "New" })).await.expect(200);
    assert_eq!(same.etag(), both.etag());
}

/// E6 (facts E): 409 where both changed the same, and nothing done; a delete clashes with every change.
#[tokio::test]
async fn e6_a_stale_etag_conflicts_where_both_changed_the_same() {
    let graph = Graph::new();
    let (path, etag) = task(&graph).await;
    graph.patch(&path, &etag, json!({ "title": "New" })).await.expect(200);
    let conflict = graph
        .patch(&path, &etag, json!({ "title": "Other", "priority": 1 }))
        .await
        .expect(409);
    assert!(
        conflict
            .message()
            .starts_with("The attempted changes conflicted with already accepted changes.")
    );
    graph.delete(&path, &etag).await.expect(409);
    let now = graph.get(&path).await.expect(200);
    assert_eq!((&now.body["title"], &now.body["priority"]), (&json!("New"), &json!(5)));
    graph.delete(&path, now.etag()).await.expect(204);
    graph.get(&path).await.expect(404);
}

/// E6 (facts E): an ETag that is no longer known is refused.
#[tokio::test]
async fn e6_a_forgotten_version_is_refused() {
    let mut seed = Seed::default();
    seed.config.known_versions = 2;
    let graph = Graph::seeded(&seed);
    let (path, first) = task(&graph).await;
    let second = graph.patch(&path, &first, json!({ "title": "a" })).await.expect(200);
    graph
        .patch(&path, second.etag(), json!({ "title": "b" }))
        .await
        .expect(200);
    graph
        .patch(&path, second.etag(), json!({ "priority": 1 }))
        .await
        .expect(200);
    graph.patch(&path, &first, json!({ "priority": 2 })).await.expect(412);
    assert_eq!(graph.get(&path).await.body["priority"], 1);
}

/// E7: an update of the details changes the task, and makes a delete with its old ETag a conflict: a switch.
#[tokio::test]
async fn e7_details_touch_their_task() {
    for touches in [true, false] {
        let mut seed = Seed::default();
        seed.config.details_touch_task = touches;
        let graph = Graph::seeded(&seed);
        let (path, etag) = task(&graph).await;
        let details = format!("{path}/details");
        let old = graph.get(&details).await.etag().to_owned();
        let item = |checked: bool| json!({ "@odata.type": "microsoft.graph.plannerChecklistItem", "title": "t", "isChecked": checked });
        let reference = json!({ "@odata.type": "#microsoft.graph.plannerExternalReference", "alias": "a" });
        let body = json!({
            "description": "Long", "previewType": "checklist",
            "checklist": { "a": item(true), "b": item(false) },
            "references": { "https%3A//contoso%2Eexample": reference },
        });
        graph.patch(&details, &old, body).await.expect(200);
        let task = graph.get(&path).await.expect(200);
        assert_eq!(task.body["hasDescription"], true);
        assert_eq!(task.body["checklistItemCount"], 2);
        assert_eq!(task.body["activeChecklistItemCount"], 1);
        assert_eq!(task.body["referenceCount"], 1);
        assert_eq!(task.body["previewType"], "checklist");
        assert_eq!(task.etag() != etag, touches);
        graph.delete(&path, &etag).await.expect(if touches { 409 } else { 204 });
    }
}

/// E8 (facts G): 204 without a body, or the object where the client prefers it.
#[tokio::test]
async fn e8_an_update_answers_as_it_is_preferred() {
    let graph = Graph::new();
    let (path, etag) = task(&graph).await;
    let body = json!({ "title": "x" });
    let none = graph
        .send("PATCH", &path, &[("if-match", &etag)], &body)
        .await
        .expect(204);
    assert!(none.bytes.is_empty());
    let now = graph.get(&path).await.expect(200);
    assert_eq!(now.body["title"], "x");
    let shown = graph
        .patch(&path, now.etag(), json!({ "title": "y" }))
        .await
        .expect(200);
    assert_eq!(shown.header("preference-applied"), Some("return=representation"));
    assert_eq!(shown.body["title"], "y");
    assert_eq!(shown.etag(), graph.get(&path).await.etag());
}

/// E9 (facts B8): open types are merged by key; null removes; a value without its type is refused.
#[tokio::test]
async fn e9_open_types_are_merged_by_key() {
    let graph = Graph::new();
    let (path, _) = task(&graph).await;
    let users = graph.get("/v1.0/users").await;
    let users: Vec<_> = users
        .items()
        .iter()
        .map(|user| user["id"].as_str().unwrap().to_owned())
        .collect();
    let typed = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
    let mut etag = graph.get(&path).await.etag().to_owned();
    for user in &users[..2] {
        let answer = graph
            .patch(&path, &etag, json!({ "assignments": { user: typed.clone() } }))
            .await
            .expect(200);
        etag = answer.etag().to_owned();
    }
    let task = graph.get(&path).await;
    let assignments = task.body["assignments"].as_object().unwrap();
    assert_eq!(assignments.len(), 2);
    let one = &assignments[&users[0]];
    assert_eq!(one["assignedBy"]["user"]["id"], graph.me().await);
    assert!(one["assignedDateTime"].is_string() && one["orderHint"] != " !");
    let board = format!("{path}/assignedToTaskBoardFormat");
    assert_eq!(
        graph.get(&board).await.body["orderHintsByAssignee"]
            .as_object()
            .unwrap()
            .len(),
        2
    );
    let untyped = json!({ "assignments": { &users[2]: { "orderHint": " !" } } });
    graph.patch(&path, &etag, untyped).await.expect(400);
    let less = graph
        .patch(&path, &etag, json!({ "assignments": { &users[0]: null } }))
        .await
        .expect(200);
    assert_eq!(less.body["assignments"].as_object().unwrap().len(), 1);
    assert_eq!(
        graph.get(&board).await.body["orderHintsByAssignee"]
            .as_object()
            .unwrap()
            .len(),
        1
    );
    let applied = graph
        .patch(
            &path,
            less.etag(),
            json!({ "appliedCategories": { "category3": true } }),
        )
        .await
        .expect(200);
    assert_eq!(applied.body["appliedCategories"], json!({ "category3": true }));
    let not = json!({ "appliedCategories": { "category3": false } });
    let not = graph.patch(&path, applied.etag(), not).await.expect(200);
    assert_eq!(not.body["appliedCategories"], json!({}));
}

/// E9 (facts B8): whether a member is merged property by property is a switch.
#[tokio::test]
async fn e9_members_are_merged_or_replaced() {
    for merges in [true, false] {
        let mut seed = Seed::default();
        seed.config.merge_members = merges;
        let graph = Graph::seeded(&seed);
        let (path, _) = task(&graph).await;
        let details = format!("{path}/details");
        let ty = "#microsoft.graph.plannerChecklistItem";
        let etag = graph.get(&details).await.etag().to_owned();
        let body = json!({ "checklist": { "a": { "@odata.type": ty, "title": "Kept?" } } });
        let first = graph.patch(&details, &etag, body).await.expect(200);
        let body = json!({ "checklist": { "a": { "@odata.type": ty, "isChecked": true } } });
        let item = graph.patch(&details, first.etag(), body).await.expect(200).body["checklist"]["a"].clone();
        assert_eq!(item["isChecked"], true);
        assert_eq!(item["title"] == "Kept?", merges);
        assert!(item["lastModifiedBy"]["user"]["id"].is_string() && item["orderHint"].is_string());
    }
}
