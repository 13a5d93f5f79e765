//! What contains plans, who may see them, and what else belongs to them.
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
use support::{Answer, Graph};

const PLANS: &str = "/beta/planner/plans";

async fn create(graph: &Graph, container: Value) -> Answer {
    graph.post(PLANS, json!({ "title": "P", "container": container })).await
}

async fn personal(graph: &Graph) -> Answer {
    create(graph, json!({ "url": "https://graph.microsoft.com/beta/users/me" }))
        .await
        .expect(201)
}

async fn act(graph: &Graph, plan: &Answer, action: &str, body: Value) -> Answer {
    let path = format!("{PLANS}/{}", plan.id());
    let etag = graph.get(&path).await.expect(200).etag().to_owned();
    graph
        .send("POST", &format!("{path}/{action}"), &[("if-match", &etag)], &body)
        .await
}

/// R8 (facts B1): a group's plans are its members', vanish with it and return with it.
#[tokio::test]
async fn r8_plans_live_and_vanish_with_their_group() {
    let graph = Graph::new();
    let group = graph.group().await;
    let plan = graph
        .post(PLANS, json!({ "title": "P", "owner": group }))
        .await
        .expect(201);
    assert_eq!(plan.body["container"]["type"], "group");
    assert_eq!(plan.body["owner"], *group);
    let path = format!("{PLANS}/{}", plan.id());
    let dana = graph.by("dana");
    dana.get(&path).await.expect(200);
    let member = format!("/v1.0/groups/{group}/members/{}/$ref", dana.me().await);
    graph.delete(&member, "").await.expect(204);
    dana.get(&path).await.expect(403);
    dana.get(&format!("/v1.0/groups/{group}/planner/plans"))
        .await
        .expect(403);
    create(&dana, json!({ "containerId": group, "type": "group" }))
        .await
        .expect(403);
    graph.delete(&format!("/v1.0/groups/{group}"), "").await.expect(204);
    graph.get(&path).await.expect(404);
    graph
        .post(&format!("/v1.0/directory/deletedItems/{group}/restore"), json!(null))
        .await
        .expect(200);
    graph.get(&path).await.expect(200);
    let found = graph
        .get(&format!("/v1.0/groups/{group}/planner/plans"))
        .await
        .expect(200);
    assert_eq!(found.items().len(), 1);
}

/// R8 (facts H5): who creates a group is not a member, so cannot create a plan in it.
#[tokio::test]
async fn r8_who_is_no_member_cannot_create_a_plan() {
    let graph = Graph::new();
    let group = graph
        .post("/v1.0/groups", json!({ "displayName": "New" }))
        .await
        .expect(201);
    create(&graph, json!({ "containerId": group.id(), "type": "group" }))
        .await
        .expect(403);
    create(&graph, json!({ "containerId": "nobody", "type": "group" }))
        .await
        .expect(404);
}

/// R8 (facts B1): personal plans, their sharing, their move to a group, and their end with the user.
#[tokio::test]
async fn r8_personal_plans() {
    let graph = Graph::new();
    let (plan, me, bruno) = (personal(&graph).await, graph.me().await, graph.by("bruno"));
    assert_eq!(plan.body["container"]["containerId"], *me);
    assert_eq!(
        plan.body["container"]["type"], "unknownFutureValue",
        "hidden unless it is asked for"
    );
    let path = format!("{PLANS}/{}", plan.id());
    let shown = graph
        .send(
            "GET",
            &path,
            &[("prefer", "include-unknown-enum-members")],
            &Value::Null,
        )
        .await;
    assert_eq!(shown.body["container"]["type"], "user");
    create(&bruno, json!({ "id": me, "type": "user" })).await.expect(403);
    assert!(!bruno.get(&path).await.expect(403).message().is_empty());
    let details = graph.get(&format!("{path}/details")).await;
    let share = json!({ "sharedWith": { bruno.me().await: true } });
    graph
        .patch(&format!("{path}/details"), details.etag(), share)
        .await
        .expect(200);
    bruno.get(&path).await.expect(200);
    let group = graph.group().await;
    let to_user = json!({ "container": { "containerId": me, "type": "user" } });
    act(&graph, &plan, "moveToContainer", to_user.clone()).await.expect(400);
    let to_group = json!({ "container": { "containerId": group, "type": "group" } });
    let moved = act(&graph, &plan, "moveToContainer", to_group).await.expect(200);
    assert_eq!(moved.body["container"]["type"], "group");
    act(&graph, &plan, "moveToContainer", to_user).await.expect(400);
    let own = personal(&bruno).await;
    let (own, user) = (format!("{PLANS}/{}", own.id()), bruno.me().await);
    graph.delete(&format!("/v1.0/users/{user}"), "").await.expect(204);
    graph.get(&own).await.expect(404);
    graph.get(&path).await.expect(200);
}

/// R8 (facts B1): a plan in a file; and what no plan can be put into.
#[tokio::test]
async fn r8_files_projects_and_contradictions() {
    let graph = Graph::new();
    let url = "https://graph.microsoft.com/beta/drives/d/items/file";
    let plan = create(&graph, json!({ "url": url })).await.expect(201);
    assert_eq!(plan.body["container"]["containerId"], "file");
    assert_eq!(plan.body["container"]["url"], url);
    graph
        .by("bruno")
        .get(&format!("{PLANS}/{}", plan.id()))
        .await
        .expect(403);
    let answer = create(&graph, json!({ "containerId": "x", "type": "project" }))
        .await
        .expect(400);
    assert!(answer.message().contains("project"));
    for container in [
        json!({ "url": url, "type": "group" }),
        json!({ "containerId": "x" }),
        json!({ "url": "x" }),
    ] {
        create(&graph, container).await.expect(400);
    }
}

/// R8 (facts B7): a roster holds one plan, which goes with its last member.
#[tokio::test]
async fn r8_rosters_and_their_members() {
    let graph = Graph::new();
    let body = json!({ "@odata.type": "#microsoft.graph.plannerRoster" });
    let roster = graph.post("/beta/planner/rosters", body).await.expect(201);
    let path = format!("/beta/planner/rosters/{}", roster.id());
    let container = json!({ "containerId": roster.id(), "type": "roster" });
    let plan = create(&graph, container.clone()).await.expect(201);
    create(&graph, container).await.expect(403);
    let bruno = graph.by("bruno");
    bruno.get(&path).await.expect(403);
    let member = json!({ "@odata.type": "#microsoft.graph.plannerRosterMember", "userId": bruno.me().await });
    let members = format!("{path}/members");
    let added = graph.post(&members, member.clone()).await.expect(201);
    graph.post(&members, member).await.expect(400);
    assert_eq!(
        bruno.get(&format!("{path}/plans")).await.expect(200).items()[0]["id"],
        plan.id()
    );
    assert_eq!(
        bruno
            .get("/beta/me/planner/rosterPlans")
            .await
            .expect(200)
            .items()
            .len(),
        1
    );
    let first = graph.get(&members).await.expect(200);
    assert_eq!(first.items().len(), 2);
    for member in first.items().iter().filter(|member| member["id"] != added.id()) {
        let member = format!("{members}/{}", member["id"].as_str().unwrap());
        graph.delete(&member, "").await.expect(204);
    }
    graph.get(&path).await.expect(403);
    bruno.delete(&format!("{members}/{}", added.id()), "").await.expect(204);
    bruno.get(&path).await.expect(404);
    bruno.get(&format!("{PLANS}/{}", plan.id())).await.expect(404);
}

/// Facts A2 (43, 44): an archived plan is read-only with its tasks, which leave the user's list; it can be deleted.
#[tokio::test]
async fn a2_archived_plans_are_read_only() {
    let graph = Graph::new();
    let (plan, me) = (personal(&graph).await, graph.me().await);
    let assignment = json!({ "@odata.type": "microsoft.graph.plannerAssignment", "orderHint": " !" });
    let body = json!({ "planId": plan.id(), "title": "T", "assignments": { me: assignment } });
    let task = graph.post("/beta/planner/tasks", body.clone()).await.expect(201);
    let path = format!("/beta/planner/tasks/{}", task.id());
    act(&graph, &plan, "unarchive", json!({})).await.expect(400);
    act(&graph, &plan, "archive", json!({ "justification": "done" }))
        .await
        .expect(204);
    let archived = graph.get(&path).await.expect(200);
    assert_eq!(archived.body["isArchived"], true);
    assert_eq!(archived.body["archivalInfo"]["justification"], "done");
    graph
        .patch(&path, archived.etag(), json!({ "title": "x" }))
        .await
        .expect(403);
    graph.post("/beta/planner/tasks", body).await.expect(403);
    assert!(graph.get("/beta/me/planner/tasks").await.expect(200).items().is_empty());
    act(&graph, &plan, "unarchive", json!({})).await.expect(204);
    assert_eq!(graph.get("/beta/me/planner/tasks").await.items().len(), 1);
    act(&graph, &plan, "archive", json!({})).await.expect(204);
    let path_of_plan = format!("{PLANS}/{}", plan.id());
    let etag = graph.get(&path_of_plan).await.etag().to_owned();
    graph.delete(&path_of_plan, &etag).await.expect(204);
    graph.get(&path).await.expect(404);
    graph.get(&format!("{path}/details")).await.expect(404);
}

/// Facts A2 (47 to 52): messages without ETags, reactions, and only one's own may be changed.
#[tokio::test]
async fn a2_tasks_have_a_chat() {
    let graph = Graph::new();
    let group = graph.group().await;
    let plan = create(&graph, json!({ "containerId": group, "type": "group" }))
        .await
        .expect(201);
    let task = graph
        .post("/beta/planner/tasks", json!({ "planId": plan.id(), "title": "T" }))
        .await
        .expect(201);
    let task = format!("/beta/planner/tasks/{}", task.id());
    let chat = format!("{task}/messages");
    graph.post(&chat, json!({})).await.expect(400);
    let message = graph.post(&chat, json!({ "content": "Hello" })).await.expect(201);
    assert_eq!(message.body["messageType"], "plainText");
    assert_eq!(graph.get(&task).await.body["hasChat"], true);
    let (path, bruno) = (format!("{chat}/{}", message.id()), graph.by("bruno"));
    let edit = json!({ "content": "<b>Hi</b>" });
    bruno.send("PATCH", &path, &[], &edit).await.expect(403);
    let edited = graph.send("PATCH", &path, &[], &edit).await.expect(200);
    assert_eq!(edited.body["messageType"], "richTextHtml");
    assert!(edited.body["editedDateTime"].is_string());
    for _ in 0..2 {
        bruno
            .post(&format!("{path}/setReaction"), json!({ "reactionType": "like" }))
            .await
            .expect(200);
    }
    let reactions = graph.get(&chat).await.expect(200).items()[0]["reactions"].clone();
    assert_eq!(reactions[0]["reactionEvents"].as_array().unwrap().len(), 1);
    bruno
        .post(&format!("{path}/unsetReaction"), json!({ "reactionType": "like" }))
        .await
        .expect(200);
    assert_eq!(graph.get(&chat).await.items()[0]["reactions"], json!([]));
    graph.delete(&path, "").await.expect(204);
    let deleted = graph.get(&chat).await.items()[0].clone();
    assert!(deleted["deletedDateTime"].is_string() && deleted["content"] == "");
    graph.delete(&path, "").await.expect(404);
}

/// Facts A2 (32 to 37, 45): what Planner knows of a user, their day, and the rights of a plan.
#[tokio::test]
async fn a2_users_have_favourites_and_a_day() {
    let graph = Graph::new();
    let plan = personal(&graph).await;
    let user = graph.get("/beta/me/planner").await.expect(200);
    let reference = json!({ "@odata.type": "microsoft.graph.plannerFavoritePlanReference", "orderHint": " !" });
    let body = json!({ "favoritePlanReferences": { plan.id(): reference } });
    let user = graph.patch("/beta/me/planner", user.etag(), body).await.expect(200);
    assert_eq!(user.body["favoritePlanReferences"][plan.id()]["planTitle"], "P");
    let body = json!({ "favoritePlanReferences": { plan.id(): null } });
    graph.patch("/beta/me/planner", user.etag(), body).await.expect(200);
    assert!(
        graph
            .get("/beta/me/planner/favoritePlans")
            .await
            .expect(200)
            .items()
            .is_empty()
    );
    let other = format!("/beta/users/{}/planner", graph.me().await);
    graph.get(&other).await.expect(200);
    graph.by("bruno").get(&other).await.expect(403);
    let task = json!({ "planId": plan.id(), "title": "T", "isOnMyDay": true });
    let task = graph.post("/beta/planner/tasks", task).await.expect(201);
    assert_eq!(task.body["isOnMyDayLastModifiedDate"], "2026-01-05");
    assert_eq!(
        graph.get("/beta/me/planner/myDayTasks").await.expect(200).items()[0]["id"],
        task.id()
    );
    let rights = graph
        .get(&format!("{PLANS}/{}/getUsageRights", plan.id()))
        .await
        .expect(200);
    assert_eq!(
        (&rights.body["hasSensitivityLabel"], &rights.body["usageRights"]),
        (&json!(false), &Value::Null)
    );
}

/// Facts A2 (row 61): a plan in a channel is seen by the members of its team, and found by the channel.
#[tokio::test]
async fn a2_plans_in_channels_come_from_a_seed() {
    let seed = |group: Value| {
        let plan = json!({ "title": "In the channel", "by": "adele", "group": group, "inChannel": true });
        let seed = json!({
            "users": [{ "name": "adele" }, { "name": "bruno" }, { "name": "chika" }],
            "groups": [{ "name": "Team", "members": ["adele", "bruno"] }],
            "plans": [plan],
        });
        Seed::parse(&seed.to_string()).unwrap()
    };
    let graph = Graph::seeded(&seed(json!("Team")));
    let team = graph.group().await;
    let first = format!("/beta/teams/{team}/primaryChannel/planner/plans");
    let plans = graph.by("bruno").get(&first).await.expect(200);
    let container = &plans.items()[0]["container"];
    assert_eq!(container["type"], "unknownFutureValue", "newer than the sentinel");
    let prefer = [("prefer", "include-unknown-enum-members")];
    let known = graph.send("GET", &first, &prefer, &Value::Null).await.expect(200);
    assert_eq!(known.items()[0]["container"]["type"], "teamsChannel");
    let channel = container["containerId"].as_str().unwrap();
    let of_channel = format!("/beta/teams/{team}/channels/{channel}/planner/plans");
    assert_eq!(graph.get(&of_channel).await.expect(200).items(), plans.items());
    assert_eq!(
        graph
            .get(&format!("{of_channel}/delta"))
            .await
            .expect(200)
            .items()
            .len(),
        1
    );
    let plan = format!("{PLANS}/{}", plans.items()[0]["id"].as_str().unwrap());
    graph.by("chika").get(&plan).await.expect(403);
    assert!(graph.by("chika").get(&first).await.expect(200).items().is_empty());
    let other = format!("/beta/teams/{team}/channels/19:other@thread.tacv2/planner/plans");
    assert!(graph.get(&other).await.expect(200).items().is_empty());
    let refused = msgraph_emulator::Emulator::seeded(&seed(Value::Null)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the seed has a fault at plans[0].inChannel: the plan has no group"
    );
}

/// Lists of Planner come whole, and in pages where that is asked for.
#[tokio::test]
async fn a1_lists_are_cut_where_that_is_asked_for() {
    let graph = Graph::new();
    let plan = personal(&graph).await;
    for name in ["a", "b", "c"] {
        let body = json!({ "planId": plan.id(), "name": name });
        graph.post("/v1.0/planner/buckets", body).await.expect(201);
    }
    let buckets = format!("/v1.0/planner/plans/{}/buckets", plan.id());
    let whole = graph.get(&buckets).await.expect(200);
    assert_eq!((whole.items().len(), whole.body.get("@odata.nextLink")), (3, None));
    let prefer = [("prefer", "odata.maxpagesize=2")];
    let page = graph.send("GET", &buckets, &prefer, &Value::Null).await.expect(200);
    assert_eq!(
        (page.items(), &page.body["@odata.count"]),
        (&whole.items()[..2], &json!(3))
    );
    // The last one that was told goes: the next page begins after it all the same.
    let last = format!("/v1.0/planner/buckets/{}", page.items()[1]["id"].as_str().unwrap());
    let next = page.body["@odata.nextLink"].as_str().unwrap();
    let rest = graph.send("GET", next, &prefer, &Value::Null).await.expect(200);
    assert_eq!(
        (rest.items(), rest.body.get("@odata.nextLink")),
        (&whole.items()[2..], None)
    );
    let etag = page.items()[1]["@odata.etag"].as_str().unwrap();
    graph.delete(&last, etag).await.expect(204);
    let rest = graph.send("GET", next, &prefer, &Value::Null).await.expect(200);
    assert_eq!(rest.items(), &whole.items()[2..]);
    graph.by("bruno").get(next).await.expect(400);
}
