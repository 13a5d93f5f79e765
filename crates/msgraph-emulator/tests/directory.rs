//! The little of users and groups that Planner needs.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use serde_json::json;
use support::Graph;

/// R8 (facts H5): who creates a group is not a member of it.
#[tokio::test]
async fn a_group_has_the_members_that_were_added() {
    let graph = Graph::new();
    let me = graph.me().await;
    let group = graph
        .post("/v1.0/groups", json!({ "displayName": "New" }))
        .await
        .expect(201);
    let members = format!("/v1.0/groups/{}/members", group.id());
    assert!(graph.get(&members).await.expect(200).items().is_empty());
    let add = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{me}") });
    graph.post(&format!("{members}/$ref"), add.clone()).await.expect(204);
    graph.post(&format!("{members}/$ref"), add).await.expect(400);
    assert_eq!(graph.get(&members).await.expect(200).items()[0]["id"], me);
    let path = format!("/v1.0/groups/{}", group.id());
    graph.delete(&path, "").await.expect(204);
    assert_eq!(graph.get(&path).await.expect(404).code(), "Request_ResourceNotFound");
    let restore = format!("/v1.0/directory/deletedItems/{}/restore", group.id());
    graph.post(&restore, json!(null)).await.expect(200);
    graph.get(&path).await.expect(200);
}
