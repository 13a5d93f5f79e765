//! Delta queries of Planner.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_emulator::{Config, Expiry, Seed};
use serde_json::{Value, json};
use support::{Answer, Graph};

const FEED: &str = "/beta/me/planner/all/delta";

/// A plan with a bucket and a task of the group's, by Adele.
async fn plan(graph: &Graph) -> String {
    let group = graph.group().await;
    let url = format!("https://graph.microsoft.com/v1.0/groups/{group}");
    let plan = json!({ "title": "Launch", "container": { "url": url } });
    graph
        .post("/v1.0/planner/plans", plan)
        .await
        .expect(201)
        .id()
        .to_owned()
}

async fn task(graph: &Graph, plan: &str, title: &str) -> Answer {
    let task = json!({ "planId": plan, "title": title });
    graph.post("/v1.0/planner/tasks", task).await.expect(201)
}

async fn rename(graph: &Graph, task: &Answer, title: &str) -> Answer {
    let path = format!("/v1.0/planner/tasks/{}", task.id());
    graph
        .patch(&path, task.etag(), json!({ "title": title }))
        .await
        .expect(200)
}

fn link(page: &Answer, member: &str) -> String {
    page.body[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member}: {}", page.body))
        .to_owned()
}

/// The link that a feed begins with.
async fn start(graph: &Graph) -> String {
    let page = graph.get(FEED).await.expect(200);
    assert!(page.items().is_empty(), "no snapshot");
    link(&page, "@odata.nextLink")
}

/// Follows a feed to its end: the entries, and the link to later ones.
async fn follow(graph: &Graph, mut from: String) -> (Vec<Value>, String) {
    let mut entries = Vec::new();
    for _ in 0..100 {
        let page = graph.get(&from).await.expect(200);
        entries.extend(page.items().iter().cloned());
        match page.body["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut from),
            None => return (entries, link(&page, "@odata.deltaLink")),
        }
    }
    panic!("the feed has no end");
}

fn seeded(change: impl FnOnce(&mut Config)) -> Graph {
    let mut seed = Seed::default();
    change(&mut seed.config);
    Graph::seeded(&seed)
}

fn of<'e>(entries: &'e [Value], ty: &str) -> Vec<&'e Value> {
    let ty = format!("#microsoft.graph.{ty}");
    entries.iter().filter(|entry| entry["@odata.type"] == *ty).collect()
}

/// D1 (facts D1, D2): a token is of one user and one query, and its link is good as it was written only.
#[tokio::test]
async fn d1_links_are_followed_verbatim_by_who_got_them() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let from = start(&graph).await;
    assert!(from.contains("%257E"), "{from}");
    graph.get(&from).await.expect(200);
    graph.get(&from).await.expect(200);
    let rebuilt = [
        from.replace("%257E", "%7E"),
        from.replace("%257E", "~"),
        from.replace("$skiptoken", "%24skiptoken")
            .replace("$deltatoken", "%24deltatoken"),
        from.replace("/all/delta", "/tasks/delta"),
        format!("{from}&$top=1"),
        format!("{from}0"),
        from.replace("token=0", "token=1"),
    ];
    for rebuilt in rebuilt {
        let refused = graph.get(&rebuilt).await;
        assert!(matches!(refused.status, 400 | 410), "{rebuilt}: {}", refused.body);
    }
    assert_eq!(
        graph.by("bruno").get(&from).await.expect(400).code(),
        "ErrorInvalidUrlQuery"
    );
    // Links of the newer queries do not look like what was asked.
    let tasks = graph
        .get(&format!("/beta/planner/plans/{plan}/tasks/delta"))
        .await
        .expect(200);
    let link = link(&tasks, "@odata.deltaLink");
    assert!(
        link.contains(&format!(
            "/beta/planner/plans('{plan}')/tasks?$expand=details&$deltatoken=0%257E"
        )),
        "{link}"
    );
    graph.get(&link).await.expect(200);
}

/// D2 (facts D1): a link and nothing else first, then partial entries in order, each for who is subscribed.
#[tokio::test]
async fn d2_the_feed_begins_with_a_link_and_tells_partial_changes_in_order() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let from = start(&graph).await;
    let made = task(&graph, &plan, "one").await;
    let renamed = rename(&graph, &made, "two").await;
    let path = format!("/v1.0/planner/tasks/{}", made.id());
    let body = json!({ "dueDateTime": "2026-02-01T00:00:00Z" });
    let dated = graph.patch(&path, renamed.etag(), body).await.expect(200);
    let cleared = graph
        .patch(&path, dated.etag(), json!({ "dueDateTime": null }))
        .await
        .expect(200);

    let (entries, later) = follow(&graph, from).await;
    let tasks = of(&entries, "plannerTask");
    assert_eq!(tasks[0]["title"], "one");
    assert!(tasks[0]["createdBy"].is_object(), "createdBy tells that it is new");
    let created = entries.iter().position(|entry| entry["id"] == made.id()).unwrap();
    assert_eq!(
        entries[created + 1]["@odata.type"],
        "#microsoft.graph.plannerTaskDetails"
    );
    assert_eq!(entries[created + 1]["id"], made.id());
    let last = &tasks[tasks.len() - 3..];
    assert_eq!((&last[0]["title"], last[0].get("createdBy")), (&json!("two"), None));
    assert_eq!(
        (last[1]["dueDateTime"].as_str().is_some(), last[1].get("title")),
        (true, None)
    );
    assert_eq!(last[2].get("dueDateTime"), Some(&Value::Null));
    assert_eq!(last[2]["@odata.etag"], cleared.etag());
    assert!(last.iter().all(|entry| entry["@odata.context"].is_string()));

    // Bruno is told of what he is assigned to, and of being unassigned.
    let bruno = graph.by("bruno");
    let (his, me) = (start(&bruno).await, bruno.me().await);
    let hint = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
    let assigned = graph
        .patch(&path, cleared.etag(), json!({ "assignments": { me.clone(): hint } }))
        .await
        .expect(200);
    let unassigned = graph
        .patch(&path, assigned.etag(), json!({ "assignments": { me.clone(): null } }))
        .await
        .expect(200);
    rename(&graph, &unassigned, "not for Bruno").await;
    let (his, _) = follow(&bruno, his).await;
    let his = of(&his, "plannerTask");
    assert_eq!(his.len(), 2, "{his:?}");
    assert_eq!(his[1]["assignments"].get(&me), Some(&Value::Null));

    // What is deleted is told so.
    let now = graph.get(&path).await.expect(200);
    graph.delete(&path, now.etag()).await.expect(204);
    let (entries, _) = follow(&graph, later).await;
    let gone = of(&entries, "plannerTask");
    assert_eq!(gone.last().unwrap()["@removed"]["reason"], "deleted");
}

/// D2 (facts D1): no query option, no application, no malformed token.
#[tokio::test]
async fn d2_the_feed_takes_no_options() {
    let graph = Graph::new();
    for option in [
        "$top=1",
        "$select=title",
        "$filter=title%20eq%20'a'",
        "$expand=details",
        "top=1",
    ] {
        graph.get(&format!("{FEED}?{option}")).await.expect(400);
    }
    let refused = graph.get(&format!("{FEED}?$deltatoken=nonsense")).await.expect(400);
    assert_eq!(refused.code(), "ErrorInvalidUrlQuery");
    let other = graph.by("bruno").me().await;
    graph
        .get(&format!("/beta/users/{other}/planner/all/delta"))
        .await
        .expect(403);
    let page = graph.get(FEED).await.expect(200);
    assert_eq!(page.header("preference-applied"), Some("odata.track-changes"));
    assert_eq!(
        page.body["@odata.context"],
        "https://graph.microsoft.com/beta/$metadata#Collection(microsoft.graph.plannerDelta)"
    );
}

/// D2 (facts D1, subscription set): plans and buckets are told to whom the plan is shared with.
#[tokio::test]
async fn d2_plans_and_buckets_are_told_to_whom_the_plan_is_shared_with() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let (bruno, chika) = (graph.by("bruno"), graph.by("chika"));
    let (his, hers) = (start(&bruno).await, start(&chika).await);
    let details = graph
        .get(&format!("/v1.0/planner/plans/{plan}/details"))
        .await
        .expect(200);
    let share = json!({ "sharedWith": { bruno.me().await: true } });
    graph
        .patch(&format!("/v1.0/planner/plans/{plan}/details"), details.etag(), share)
        .await
        .expect(200);
    graph
        .post("/v1.0/planner/buckets", json!({ "planId": plan, "name": "Doing" }))
        .await
        .expect(201);
    task(&graph, &plan, "shared").await;
    let (told, _) = follow(&bruno, his).await;
    assert_eq!(of(&told, "plannerPlanDetails").len(), 1);
    assert_eq!(of(&told, "plannerBucket")[0]["name"], "Doing");
    assert!(!of(&told, "plannerTask").is_empty());
    assert!(follow(&chika, hers).await.0.is_empty(), "not shared with her");
}

/// D3 (facts D2): what there is, then what changed, each object once and as it is now.
#[tokio::test]
async fn d3_collections_enumerate_and_then_tell_changes() {
    let graph = seeded(|config| config.delta_page_size = 2);
    let plan = plan(&graph).await;
    let bucket = graph
        .post("/v1.0/planner/buckets", json!({ "planId": plan, "name": "b" }))
        .await
        .expect(201);
    let mut tasks = Vec::new();
    for number in 0..5 {
        tasks.push(task(&graph, &plan, &format!("t{number}")).await);
    }
    let of_plan = format!("/beta/planner/plans/{plan}/tasks/delta");
    let of_bucket = format!("/beta/planner/buckets/{}/tasks/delta", bucket.id());
    let (entries, later) = follow(&graph, of_plan).await;
    let mut titles: Vec<_> = entries.iter().map(|entry| entry["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["t0", "t1", "t2", "t3", "t4"]);
    let (entries, in_bucket) = follow(&graph, of_bucket).await;
    assert!(entries.is_empty());

    let path = format!("/v1.0/planner/tasks/{}", tasks[0].id());
    let moved = graph
        .patch(&path, tasks[0].etag(), json!({ "bucketId": bucket.id() }))
        .await
        .expect(200);
    rename(&graph, &moved, "moved").await;
    let second = format!("/v1.0/planner/tasks/{}", tasks[1].id());
    graph.delete(&second, tasks[1].etag()).await.expect(204);
    let (entries, _) = follow(&graph, later).await;
    assert_eq!(entries.len(), 2, "each once: {entries:?}");
    assert_eq!(entries[0]["title"], "moved");
    assert_eq!(
        entries[1],
        json!({ "id": tasks[1].id(), "@removed": { "reason": "deleted" } })
    );
    let (entries, in_bucket) = follow(&graph, in_bucket).await;
    assert_eq!((entries.len(), &entries[0]["title"]), (1, &json!("moved")));

    // Out of the bucket again: gone from there, not from the plan.
    let now = graph.get(&path).await.expect(200);
    let other = graph
        .post("/v1.0/planner/buckets", json!({ "planId": plan, "name": "c" }))
        .await
        .expect(201);
    graph
        .patch(&path, now.etag(), json!({ "bucketId": other.id() }))
        .await
        .expect(200);
    let (entries, _) = follow(&graph, in_bucket).await;
    assert_eq!(entries[0]["@removed"]["reason"], "deleted");

    // To another plan: gone from the one, and told by the other.
    let elsewhere = self::plan(&graph).await;
    let of_elsewhere = format!("/beta/planner/plans/{elsewhere}/tasks/delta");
    let (_, there) = follow(&graph, of_elsewhere).await;
    let (_, here) = follow(&graph, format!("/beta/planner/plans/{plan}/tasks/delta")).await;
    let third = format!("/beta/planner/tasks/{}", tasks[2].id());
    graph
        .patch(&third, tasks[2].etag(), json!({ "planId": elsewhere }))
        .await
        .expect(200);
    let (entries, _) = follow(&graph, here).await;
    assert_eq!(
        entries,
        [json!({ "id": tasks[2].id(), "@removed": { "reason": "deleted" } })]
    );
    let (entries, _) = follow(&graph, there).await;
    assert_eq!((entries.len(), &entries[0]["title"]), (1, &json!("t2")));

    let group = graph.group().await;
    for (path, count) in [
        ("/beta/planner/tasks/delta".to_owned(), 4),
        ("/beta/me/planner/tasks/delta".to_owned(), 0),
        (format!("/beta/planner/plans/{plan}/buckets/delta"), 2),
        (format!("/beta/groups/{group}/planner/plans/delta"), 2),
        ("/beta/planner/plans/delta".to_owned(), 2),
        ("/beta/me/planner/plans/delta".to_owned(), 2),
    ] {
        assert_eq!(follow(&graph, path.clone()).await.0.len(), count, "{path}");
    }
}

/// D6 (facts D5): a link that has expired, in every spelling, and a start that still works.
#[tokio::test]
async fn d6_links_expire_in_every_spelling() {
    let expected = |spelling| match spelling {
        Expiry::Location | Expiry::ResyncRequired => (410, "resyncRequired"),
        Expiry::Generation => (410, "SyncStateNotFound"),
        Expiry::SyncStateNotFound => (410, "syncStateNotFound"),
        Expiry::ResyncApplyDifferences => (410, "resyncApplyDifferences"),
        Expiry::ResyncUploadDifferences => (410, "resyncUploadDifferences"),
        Expiry::ResourceNotFound => (404, "ResourceNotFound"),
        Expiry::InvalidIdMalformed => (400, "ErrorInvalidIdMalformed"),
        Expiry::BadToken => (400, "ErrorInvalidUrlQuery"),
        other => panic!("{other:?} is tested, too"),
    };
    for spelling in Expiry::ALL {
        let graph = Graph::new();
        let from = start(&graph).await;
        assert_eq!(graph.emulator.expire_links(spelling), 1);
        let (status, code) = expected(spelling);
        let refused = graph.get(&from).await.expect(status);
        assert_eq!(refused.code(), code);
        if spelling == Expiry::Location {
            let location = refused.header("location").unwrap().to_owned();
            assert!(location.ends_with("token="), "{location}");
            assert!(
                graph.get(&location).await.expect(200).items().is_empty(),
                "it begins again"
            );
        }
        if spelling == Expiry::Generation {
            assert!(refused.message().contains("generation=149;[highest=157]"));
        }
        start(&graph).await;
    }
    // Of one user only.
    let graph = Graph::new();
    let bruno = graph.by("bruno");
    let (mine, his) = (start(&graph).await, start(&bruno).await);
    let id = bruno.me().await;
    assert_eq!(
        graph.emulator.expire_links_of(&id, "/me/planner", Expiry::Generation),
        1
    );
    graph.get(&mine).await.expect(200);
    bruno.get(&his).await.expect(410);
}

/// D7 (facts D5): replays, duplicates, another order, empty pages, pages that are too large, delays, and omissions.
#[tokio::test]
async fn d7_chaos_does_what_the_service_may_do() {
    let told = |change: fn(&mut Config)| async move {
        let graph = seeded(change);
        let plan = plan(&graph).await;
        let from = start(&graph).await;
        for number in 0..6 {
            task(&graph, &plan, &format!("t{number}")).await;
        }
        let (entries, later) = follow(&graph, from).await;
        let titles = of(&entries, "plannerTask")
            .iter()
            .filter_map(|entry| entry["title"].as_str().map(str::to_owned))
            .collect::<Vec<_>>();
        let (again, _) = follow(&graph, later).await;
        (titles, again.len())
    };
    let plain = ["t0", "t1", "t2", "t3", "t4", "t5"].map(str::to_owned);
    assert_eq!(told(|_| {}).await, (plain.to_vec(), 0));
    assert_eq!(told(|config| config.chaos.empty_pages = 3).await, (plain.to_vec(), 0));
    let (titles, again) = told(|config| config.chaos.replay = 4).await;
    assert_eq!(titles.iter().filter(|title| *title == "t5").count(), 1);
    assert!(again > 0, "what was told is told again");
    let (titles, _) = told(|config| config.chaos.duplicate = true).await;
    assert_eq!(titles.len(), 12);
    let (mut titles, _) = told(|config| config.chaos.shuffle = true).await;
    assert_ne!(titles, plain);
    titles.sort();
    assert_eq!(titles, plain);
    let (titles, _) = told(|config| config.chaos.omit_every = 5).await;
    assert!(titles.len() < 6, "{titles:?}");
    // Each request advances the clock by a millisecond, so all is visible in the end.
    let (titles, _) = told(|config| config.chaos.delay = 3).await;
    assert!(titles.len() < 6 && titles == plain[..titles.len()], "{titles:?}");

    let graph = seeded(|config| {
        config.chaos.empty_pages = 2;
        config.chaos.delay = 5;
    });
    let within = plan(&graph).await;
    let mut from = start(&graph).await;
    task(&graph, &within, "late").await;
    let mut seen = 0;
    for _ in 0..10 {
        let (entries, later) = follow(&graph, from).await;
        seen += of(&entries, "plannerTask")
            .iter()
            .filter(|entry| entry["title"] == "late")
            .count();
        from = later;
    }
    assert_eq!(seen, 1, "late, not lost, not twice");

    let graph = seeded(|config| config.chaos.endless_link = true);
    let from = start(&graph).await;
    let page = graph.get(&from).await.expect(200);
    assert_eq!(link(&page, "@odata.nextLink"), from);
}

/// D8 (facts D1): the same assignment again, with another order hint and no other change.
#[tokio::test]
async fn d8_assignments_are_told_again_without_a_change() {
    let graph = seeded(|config| config.chaos.churn = true);
    let plan = plan(&graph).await;
    let from = start(&graph).await;
    let me = graph.me().await;
    let hint = json!({ "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" });
    let task = json!({ "planId": plan, "title": "a", "assignments": { me.clone(): hint } });
    let task = graph.post("/v1.0/planner/tasks", task).await.expect(201);
    let (entries, _) = follow(&graph, from).await;
    let hints: Vec<_> = of(&entries, "plannerTask")
        .iter()
        .filter_map(|entry| entry["assignments"][&me]["orderHint"].as_str())
        .collect();
    assert!(hints.len() >= 2 && hints[0] != hints[1], "{hints:?}");
    let now = graph
        .get(&format!("/v1.0/planner/tasks/{}", task.id()))
        .await
        .expect(200);
    assert_eq!(now.etag(), task.etag(), "nothing changed");
    assert_eq!(now.body["assignments"][&me]["orderHint"], hints[0]);
}

/// D9 (facts D1): the token is another one after each call, with no change in between, too.
#[tokio::test]
async fn d9_the_token_is_another_one_each_time() {
    let graph = Graph::new();
    let mut links = std::collections::BTreeSet::new();
    let mut from = start(&graph).await;
    for _ in 0..5 {
        assert!(links.insert(from.clone()), "{from}");
        let (entries, later) = follow(&graph, from).await;
        assert!(entries.is_empty());
        from = later;
    }
}

/// D10 (facts D1): a context may name another host, and a link may lead to one that must get no token.
#[tokio::test]
async fn d10_contexts_and_links_may_name_another_host() {
    let graph = seeded(|config| config.foreign_context = true);
    let plan = plan(&graph).await;
    let from = start(&graph).await;
    task(&graph, &plan, "a").await;
    let (entries, later) = follow(&graph, from).await;
    assert!(
        entries[0]["@odata.context"]
            .as_str()
            .unwrap()
            .starts_with("https://tasks.office.example/")
    );
    assert!(later.starts_with("https://graph.microsoft.com/"), "{later}");
    let graph = seeded(|config| config.chaos.foreign_links = true);
    assert!(start(&graph).await.starts_with("https://tasks.office.example/"));
}

/// D3 (facts D2): what was in a plan goes with it, and both are told to who could see it.
#[tokio::test]
async fn d3_what_goes_with_its_plan_is_told() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let made = task(&graph, &plan, "a").await;
    let (plans, tasks) = ("/beta/planner/plans/delta", "/beta/planner/tasks/delta");
    let after = async |target: &str| link(&graph.get(target).await.expect(200), "@odata.deltaLink");
    let (plans, tasks) = (after(plans).await, after(tasks).await);
    let now = graph.get(&format!("/beta/planner/plans/{plan}")).await.expect(200);
    graph
        .delete(&format!("/beta/planner/plans/{plan}"), now.etag())
        .await
        .expect(204);
    for (from, id) in [(plans, &*plan), (tasks, made.id())] {
        let (entries, _) = follow(&graph, from).await;
        assert_eq!(entries, [json!({ "id": id, "@removed": { "reason": "deleted" } })]);
    }
}

/// D2 (facts D1): what happened in a plan is told to whom the plan is shared with.
#[tokio::test]
async fn d2_what_happened_in_a_shared_plan_is_told() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let details = format!("/v1.0/planner/plans/{plan}/details");
    let now = graph.get(&details).await.expect(200);
    let shared = json!({ "sharedWith": { graph.me().await: true } });
    graph.patch(&details, now.etag(), shared).await.expect(200);
    let from = start(&graph).await;
    let made = task(&graph, &plan, "a").await;
    let (entries, _) = follow(&graph, from).await;
    let happened = of(&entries, "plannerHistoryItem");
    assert_eq!(
        (&happened[0]["entityId"], &happened[0]["eventType"]),
        (&json!(made.id()), &json!("created"))
    );
}

/// C6: who changed what, when, from what to what, so that a test can compare.
#[tokio::test]
async fn c6_the_log_tells_who_changed_what() {
    let graph = Graph::new();
    let plan = plan(&graph).await;
    let made = task(&graph, &plan, "one").await;
    rename(&graph.by("bruno"), &made, "two").await;
    let changes = graph.emulator.changes();
    let last = changes.iter().rfind(|change| change["kind"] == "task").unwrap();
    assert_eq!(last["by"], graph.by("bruno").me().await);
    assert_eq!(
        (&last["before"]["title"], &last["properties"]["title"]),
        (&json!("one"), &json!("two"))
    );
    assert_eq!((&last["action"], &last["of"]), (&json!("updated"), &json!(made.id())));
    assert!(last["at"].as_str().unwrap().starts_with("2026-01-05T09:00:00"));
    let state = graph.emulator.state();
    assert_eq!(state["task"][made.id()]["properties"]["title"], "two");
    assert!(state.get("change").is_none() && state.get("token").is_none());
}
