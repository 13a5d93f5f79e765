//! The replica follows plans by Planner's newer queries, one a collection.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_core::Id;
use msgraph_emulator::{Emulator, Expiry};
use msgraph_model::{
    PlannerBucket, PlannerBucketTaskBoardTaskFormat, PlannerPlan, PlannerPlanDetails, PlannerTask, PlannerTaskDetails,
};
use msgraph_replica::{
    Account, Collection, Key, Kind, MemoryStore, Options, Planner, Plans, Problem, Query, Replica, Report, Stop,
    store::What,
};
use serde_json::{Value, json};
use support::{
    Editor, replica_with,
    script::{ROOT, Script},
    service,
};

fn options(plans: impl IntoIterator<Item = Plans>) -> Options {
    let mut options = Options::default();
    options.planner = Planner::Of(plans.into_iter().collect());
    options.todo = false;
    options
}

fn one(plan: &str) -> Plans {
    Plans::One(Id::new(plan))
}

/// A service whose pages are short, and who edits it.
fn at_work() -> (Emulator, Editor) {
    let emulator = service(|config| config.delta_page_size = 2);
    let editor = Editor::new(&emulator, "adele");
    (emulator, editor)
}

fn group(emulator: &Emulator) -> String {
    let state = emulator.state();
    let groups = state["group"].as_object().unwrap();
    groups.keys().next().unwrap().clone()
}

async fn new_plan(editor: &Editor, group: &str, title: &str) -> String {
    let url = format!("https://graph.microsoft.com/beta/groups/{group}");
    let body = json!({ "title": title, "container": { "url": url } });
    id(&editor.post("/planner/plans", body).await)
}

async fn new_task(editor: &Editor, plan: &str, title: &str) -> String {
    id(&editor
        .post("/planner/tasks", json!({ "planId": plan, "title": title }))
        .await)
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

async fn is_equal(replica: &Replica) {
    assert_eq!(replica.verify().await.unwrap(), []);
}

async fn task(replica: &Replica, id: &str) -> Option<PlannerTask> {
    replica.get(id).await.unwrap()
}

fn tells_nothing(report: &Report) {
    assert_eq!(
        (report.created, report.changed, report.deleted),
        (0, 0, 0),
        "{report:?}"
    );
    assert!(report.problems.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_plan_that_nobody_is_subscribed_to_is_there_whole_and_stays_so() {
    let (emulator, editor) = at_work();
    let (plan, tasks) = editor.plan().await;
    let replica = replica_with(&emulator, &MemoryStore::new(), options([one(&plan)])).await;
    let report = replica.sync().await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    is_equal(&replica).await;
    assert!(replica.get::<PlannerPlan>(&plan).await.unwrap().is_some());
    assert!(replica.get::<PlannerPlanDetails>(&plan).await.unwrap().is_some());
    for id in &tasks {
        let details: Option<PlannerTaskDetails> = replica.get(id).await.unwrap();
        let format: Option<PlannerBucketTaskBoardTaskFormat> = replica.get(id).await.unwrap();
        assert!(details.is_some() && format.is_some(), "{id}");
        // The details are an object of their own, and no part of the task.
        let row = replica
            .store()
            .get(&Key::new(Kind::Task, &**id))
            .await
            .unwrap()
            .unwrap();
        assert!(!row.server.unwrap().contains("\"details\""));
        assert_eq!(row.collection, Collection::PlanTasks(plan.clone()));
    }
    tells_nothing(&replica.sync().await.unwrap());

    editor
        .patch(
            &format!("/planner/tasks/{}", tasks[0]),
            json!({ "title": "Renamed", "percentComplete": 50 }),
        )
        .await;
    let description = json!({ "description": "Oak." });
    editor
        .patch(&format!("/planner/tasks/{}/details", tasks[0]), description)
        .await;
    editor.delete(&format!("/planner/tasks/{}", tasks[1])).await;
    let bucket = editor
        .post("/planner/buckets", json!({ "planId": plan, "name": "New" }))
        .await;
    let labels = json!({ "categoryDescriptions": { "category3": "Late" } });
    editor.patch(&format!("/planner/plans/{plan}/details"), labels).await;
    editor
        .patch(&format!("/planner/plans/{plan}"), json!({ "title": "Launch 3.0" }))
        .await;
    let new = new_task(&editor, &plan, "New").await;
    let report = replica.sync().await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    is_equal(&replica).await;
    assert_eq!(
        task(&replica, &tasks[0]).await.unwrap().title.as_deref(),
        Some("Renamed")
    );
    let details: PlannerTaskDetails = replica.get(&tasks[0]).await.unwrap().unwrap();
    assert_eq!(details.description.as_deref(), Some("Oak."));
    assert!(task(&replica, &tasks[1]).await.is_none() && task(&replica, &new).await.is_some());
    let gone: Option<PlannerTaskDetails> = replica.get(&tasks[1]).await.unwrap();
    assert!(gone.is_none());
    let bucket: Option<PlannerBucket> = replica.get(&id(&bucket)).await.unwrap();
    assert!(bucket.is_some());
    let itself: PlannerPlan = replica.get(&plan).await.unwrap().unwrap();
    assert_eq!(itself.title.as_deref(), Some("Launch 3.0"));
    tells_nothing(&replica.sync().await.unwrap());

    // Questions find what is fed so.
    let found = replica.find(Query::new().plan(&Id::new(&*plan)).text("oak"));
    assert_eq!(found.collect(9).await.unwrap().len(), 1);
    let objects = replica.plan_objects(&Id::new(&*plan)).await.unwrap().unwrap();
    assert_eq!(objects.tasks.len(), tasks.len());
    assert_eq!(objects.bucket_formats.len(), objects.tasks.len());
    assert!(objects.details.is_some() && objects.buckets.len() > 1);
}

#[tokio::test]
async fn consumers_see_the_first_enumeration_as_one_and_after_an_expired_link_the_difference() {
    let (emulator, editor) = at_work();
    let (plan, tasks) = editor.plan().await;
    let replica = replica_with(&emulator, &MemoryStore::new(), options([one(&plan)])).await;
    replica.sync().await.unwrap();
    let events = replica.events(0, 10_000).await.unwrap();
    let of_tasks = Collection::PlanTasks(plan.clone());
    let told: Vec<_> = events.iter().filter(|event| event.collection == of_tasks).collect();
    assert_eq!(
        (&told[0].what, &told[told.len() - 1].what),
        (&What::Init, &What::InitDone)
    );
    assert_eq!(told.len(), 2 + 5 * tasks.len());
    replica.acknowledge(events.last().unwrap().cursor).await.unwrap();

    for spelling in [Expiry::ResyncRequired, Expiry::ResourceNotFound] {
        editor
            .patch(
                &format!("/planner/tasks/{}", tasks[0]),
                json!({ "title": format!("{spelling:?}") }),
            )
            .await;
        emulator.expire_links(spelling);
        let report = replica.sync().await.unwrap();
        assert_eq!(report.resets, 2, "{report:?}");
        is_equal(&replica).await;
        let events = replica.events(0, 10_000).await.unwrap();
        let [event] = &events[..] else { panic!("{events:?}") };
        assert!(matches!(&event.what, What::Changed { key, .. } if key.id == tasks[0]));
        replica.acknowledge(event.cursor).await.unwrap();
    }
    editor.delete(&format!("/planner/tasks/{}", tasks[1])).await;
    emulator.expire_links(Expiry::ResyncRequired);
    let report = replica.sync().await.unwrap();
    assert_eq!((report.created, report.deleted), (0, 5), "{report:?}");
    is_equal(&replica).await;
}

/// Whichever feed tells first, the task is there afterwards, with what belongs to it.
#[tokio::test]
async fn a_task_that_moves_survives_in_whatever_order_it_is_told() {
    for is_told_first in [true, false] {
        let (emulator, editor) = at_work();
        let (from, tasks) = editor.plan().await;
        let to = new_plan(&editor, &group(&emulator), "Other").await;
        let replica = replica_with(&emulator, &MemoryStore::new(), options([one(&from), one(&to)])).await;
        replica.sync().await.unwrap();
        editor
            .patch(&format!("/planner/tasks/{}", tasks[0]), json!({ "planId": to }))
            .await;
        let mut feeds = [Collection::PlanTasks(to.clone()), Collection::PlanTasks(from.clone())];
        if !is_told_first {
            feeds.reverse();
        }
        let mut deleted = 0;
        for feed in &feeds {
            let report = replica.sync_collection(feed).await.unwrap();
            assert!(report.problems.is_empty(), "{report:?}");
            deleted += report.deleted;
        }
        assert_eq!(deleted, if is_told_first { 0 } else { 5 });
        let moved = task(&replica, &tasks[0]).await.unwrap();
        assert_eq!(moved.plan_id, Some(Id::new(&*to)));
        is_equal(&replica).await;
        for kind in [Kind::Task, Kind::TaskDetails, Kind::BucketFormat] {
            let row = replica.store().get(&Key::new(kind, &*tasks[0])).await.unwrap().unwrap();
            assert_eq!(row.collection, Collection::PlanTasks(to.clone()));
        }
        // It is the other plan's now: reading the first one again does not take it away.
        replica.read_again(&Collection::PlanTasks(from)).await.unwrap();
        tells_nothing(&replica.sync().await.unwrap());
        // And back again.
        editor.delete(&format!("/planner/tasks/{}", tasks[0])).await;
        replica.sync().await.unwrap();
        assert!(task(&replica, &tasks[0]).await.is_none());
        is_equal(&replica).await;
    }
}

#[tokio::test]
async fn a_bucket_moves_with_its_tasks() {
    let (emulator, editor) = at_work();
    let (from, _) = editor.plan().await;
    let to = new_plan(&editor, &group(&emulator), "Other").await;
    let replica = replica_with(&emulator, &MemoryStore::new(), options([one(&from), one(&to)])).await;
    replica.sync().await.unwrap();
    let buckets = editor.get(&format!("/planner/plans/{from}/buckets")).await;
    let bucket = id(&buckets["value"][0]);
    editor
        .patch(&format!("/planner/buckets/{bucket}"), json!({ "planId": to }))
        .await;
    let report = replica.sync().await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    let moved: PlannerBucket = replica.get(&bucket).await.unwrap().unwrap();
    assert_eq!(moved.plan_id, Some(Id::new(&*to)));
    is_equal(&replica).await;
}

#[tokio::test]
async fn the_plans_of_a_group_and_of_a_roster_come_and_go() {
    let (emulator, editor) = at_work();
    let group = group(&emulator);
    let roster = id(&editor
        .post(
            "/planner/rosters",
            json!({ "@odata.type": "#microsoft.graph.plannerRoster" }),
        )
        .await);
    let sources = [Plans::Group(Id::new(&*group)), Plans::Roster(Id::new(&*roster))];
    let replica = replica_with(&emulator, &MemoryStore::new(), options(sources)).await;
    replica.sync().await.unwrap();
    is_equal(&replica).await;
    let row = |plan: &str| Key::new(Kind::Plan, plan);

    let in_group = new_plan(&editor, &group, "Second").await;
    let container = json!({ "containerId": roster, "type": "roster" });
    let body = json!({ "title": "Private", "container": container });
    let in_roster = id(&editor.post("/planner/plans", body).await);
    let tasks = [
        new_task(&editor, &in_group, "a").await,
        new_task(&editor, &in_roster, "b").await,
    ];
    let report = replica.sync().await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    is_equal(&replica).await;
    for (plan, collection) in [
        (&in_group, Collection::GroupPlans(group.clone())),
        (&in_roster, Collection::RosterPlans(roster.clone())),
    ] {
        let row = replica.store().get(&row(plan)).await.unwrap().unwrap();
        assert_eq!(row.collection, collection);
        let details: Option<PlannerPlanDetails> = replica.get(plan).await.unwrap();
        assert!(details.is_some());
    }
    for id in &tasks {
        assert!(task(&replica, id).await.is_some());
    }
    tells_nothing(&replica.sync().await.unwrap());

    // One goes and is told of; the other goes while the link to that is lost.
    editor.delete(&format!("/planner/plans/{in_group}")).await;
    replica.sync().await.unwrap();
    assert!(task(&replica, &tasks[0]).await.is_none());
    is_equal(&replica).await;
    editor.delete(&format!("/planner/plans/{in_roster}")).await;
    emulator.expire_links(Expiry::ResyncRequired);
    replica.sync().await.unwrap();
    assert!(task(&replica, &tasks[1]).await.is_none());
    assert!(replica.store().get(&row(&in_roster)).await.unwrap().is_none());
    is_equal(&replica).await;
    let feeds = replica.store().feeds().await.unwrap();
    let gone = [Collection::PlanTasks(in_group), Collection::PlanBuckets(in_roster)];
    assert!(feeds.iter().all(|(collection, _)| !gone.contains(collection)));
}

/// A plan that was named and is deleted is gone here, and does not keep the others from being fed.
#[tokio::test]
async fn a_named_plan_that_is_gone_is_dropped_and_the_rest_is_fed() {
    let (emulator, editor) = at_work();
    let (plan, tasks) = editor.plan().await;
    let first = new_plan(&editor, &group(&emulator), "First").await;
    let lost = new_task(&editor, &first, "lost").await;
    let replica = replica_with(&emulator, &MemoryStore::new(), options([one(&first), one(&plan)])).await;
    replica.sync().await.unwrap();
    assert!(task(&replica, &lost).await.is_some());
    editor.delete(&format!("/planner/plans/{first}")).await;
    editor
        .patch(&format!("/planner/tasks/{}", tasks[0]), json!({ "title": "Renamed" }))
        .await;
    let report = replica.sync().await.unwrap();
    let hidden = |problem: &Problem| matches!(problem, Problem::Hidden { key, status: 404 } if key.id == first);
    assert!(
        report.problems.iter().all(hidden) && report.problems.len() == 2,
        "{report:?}"
    );
    assert!(task(&replica, &lost).await.is_none());
    assert!(replica.get::<PlannerPlan>(&first).await.unwrap().is_none());
    assert_eq!(
        task(&replica, &tasks[0]).await.unwrap().title.as_deref(),
        Some("Renamed")
    );
    is_equal(&replica).await;
}

#[tokio::test]
async fn what_is_edited_and_created_here_is_sent_and_told_back() {
    let (emulator, editor) = at_work();
    let (plan, tasks) = editor.plan().await;
    let replica = replica_with(&emulator, &MemoryStore::new(), options([one(&plan)])).await;
    replica.sync().await.unwrap();
    replica
        .edit(&tasks[0], |task: &mut PlannerTask| task.title = Some("Mine".to_owned()))
        .await
        .unwrap();
    let mut new = PlannerTask::default();
    new.title = Some("New".to_owned());
    let local = replica.create_task(&Id::new(&*plan), new).await.unwrap();
    let row = replica
        .store()
        .get(&Key::new(Kind::Task, local.as_str()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.collection, Collection::PlanTasks(plan.clone()));
    // Somebody else changes the same task: both edits are there in the end.
    editor
        .patch(
            &format!("/planner/tasks/{}", tasks[0]),
            json!({ "percentComplete": 50 }),
        )
        .await;
    let report = replica.sync().await.unwrap();
    assert_eq!((report.sent, report.stopped), (2, 0), "{report:?}");
    is_equal(&replica).await;
    let there = editor.get(&format!("/planner/tasks/{}", tasks[0])).await;
    assert_eq!(
        (&there["title"], &there["percentComplete"]),
        (&json!("Mine"), &json!(50))
    );
    let found = replica.find(Query::new().that(|task: &PlannerTask| task.title.as_deref() == Some("New")));
    let found = found.collect(9).await.unwrap();
    assert_eq!(found.len(), 1);
    let id = found[0].id.clone().unwrap();
    let details: Option<PlannerTaskDetails> = replica.get(id.as_str()).await.unwrap();
    assert!(details.is_some());
    replica.delete::<PlannerTask>(&tasks[1]).await.unwrap();
    replica.sync().await.unwrap();
    is_equal(&replica).await;
}

/// What is told so and what is told otherwise is the same: nothing is told twice or forgotten where the choice changes.
#[tokio::test]
async fn another_choice_takes_over_what_is_there() {
    let (emulator, editor) = at_work();
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let store = MemoryStore::new();
    let mut subscribed = Options::default();
    subscribed.todo = false;
    subscribed.lease = 0;
    let before = replica_with(&emulator, &store, subscribed.clone()).await;
    before.sync().await.unwrap();
    before
        .acknowledge(before.events(0, 10_000).await.unwrap().last().unwrap().cursor)
        .await
        .unwrap();
    for (mut choice, count) in [(options([one(&plan)]), 0), (subscribed, 1)] {
        // The one before is not there any more.
        choice.lease = 0;
        let replica = replica_with(&emulator, &store, choice).await;
        replica.sync().await.unwrap();
        is_equal(&replica).await;
        assert!(task(&replica, &tasks[0]).await.is_some());
        let events = replica.events(0, 10_000).await.unwrap();
        let of_tasks = |what: &What| match what {
            What::InitApply { key, .. }
            | What::Created { key, .. }
            | What::Changed { key, .. }
            | What::Deleted { key, .. } => key.kind == Kind::Task,
            _ => false,
        };
        assert!(!events.iter().any(|event| of_tasks(&event.what)), "{count}: {events:?}");
        let feeds = replica.store().feeds().await.unwrap();
        assert_eq!(
            feeds
                .iter()
                .filter(|(collection, _)| *collection == Collection::Planner)
                .count(),
            count
        );
        replica.acknowledge(events.last().unwrap().cursor).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_loop_feeds_plans_as_they_come_and_go() {
    let (emulator, editor) = at_work();
    let group = group(&emulator);
    let (plan, tasks) = editor.plan().await;
    let options = options([one(&plan), Plans::Group(Id::new(&*group))]);
    let replica = replica_with(&emulator, &MemoryStore::new(), options).await;
    let stop = Stop::new();
    let running = tokio::spawn({
        let (replica, stop) = (replica.clone(), stop.clone());
        async move { replica.run(&stop).await }
    });
    let pause = || tokio::time::sleep(std::time::Duration::from_mins(10));
    pause().await;
    is_equal(&replica).await;
    assert!(task(&replica, &tasks[0]).await.is_some());
    let second = new_plan(&editor, &group, "Second").await;
    let new = new_task(&editor, &second, "new").await;
    pause().await;
    assert!(task(&replica, &new).await.is_some());
    is_equal(&replica).await;
    let status = replica.status().await.unwrap();
    let of_second = &status.collections[&Collection::PlanTasks(second.clone())];
    assert_eq!((of_second.failures, of_second.objects[&Kind::Task]), (0, 1));
    editor.delete(&format!("/planner/plans/{second}")).await;
    pause().await;
    assert!(task(&replica, &new).await.is_none());
    let status = replica.status().await.unwrap();
    assert!(!status.collections.contains_key(&Collection::PlanTasks(second)));
    stop.stop();
    running.await.unwrap().unwrap();
}

/// A plan whose feeds were written down, with one task.
fn written() -> Script {
    let script = Script::default();
    let link = |path: &str| format!("{ROOT}/beta/planner/plans{path}");
    script.answer(
        "/beta/planner/plans/p",
        json!({ "id": "p", "@odata.etag": "W/\"p1\"", "title": "Plan" }),
    );
    script.answer(
        "/beta/planner/plans/p/details",
        json!({ "id": "p", "@odata.etag": "W/\"d1\"" }),
    );
    script.answer(
        "/beta/planner/plans/p/buckets/delta",
        json!({ "value": [{ "id": "b", "planId": "p", "name": "Bucket", "orderHint": "1" }],
            "@odata.deltaLink": link("('p')/buckets?deltatoken=b%257E1") }),
    );
    script.answer(
        "/beta/planner/plans/p/tasks/delta",
        json!({ "value": [], "@odata.nextLink": link("('p')/tasks?$expand=details&$skiptoken=t%257E1") }),
    );
    let task = json!({
        "id": "t", "@odata.etag": "W/\"t1\"", "planId": "p", "title": "Task", "percentComplete": 0,
        "createdBy": "adele", "createdByAsIdentitySet": { "user": { "id": "adele" } }, "version": 7,
        "details": { "id": "t", "@odata.etag": "W/\"td1\"", "description": "Oak.", "previewType": "automatic" },
    });
    script.answer(
        "/beta/planner/plans('p')/tasks?$expand=details&$skiptoken=t%257E1",
        json!({ "value": [task], "@odata.deltaLink": link("('p')/tasks?$expand=details&$deltatoken=t%257E2") }),
    );
    for format in [
        "assignedToTaskBoardFormat",
        "bucketTaskBoardFormat",
        "progressTaskBoardFormat",
    ] {
        let body = json!({ "id": "t", "@odata.etag": "W/\"f1\"", "orderHint": format });
        script.answer(&format!("/beta/planner/tasks/t/{format}"), body);
    }
    script
}

async fn of_script(script: &Script) -> Replica {
    let account = Account::new("global", "contoso", "adele");
    Replica::open(script.client(), MemoryStore::new(), &account, options([one("p")]))
        .await
        .unwrap()
}

/// The links are followed as they were written; what leaks is kept, and loses nothing; details are told within their task.
#[tokio::test]
async fn links_are_followed_as_written_and_details_are_told_within_their_task() {
    let script = written();
    let replica = of_script(&script).await;
    let report = replica.sync().await.unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    let asked = script.asked();
    assert!(asked.contains(&"/beta/planner/plans('p')/tasks?$expand=details&$skiptoken=t%257E1".to_owned()));
    assert!(
        !asked.contains(&"/beta/planner/tasks/t/details".to_owned()),
        "{asked:?}"
    );
    let row = replica.store().get(&Key::new(Kind::Task, "t")).await.unwrap().unwrap();
    let kept: Value = serde_json::from_str(&row.server.unwrap()).unwrap();
    assert_eq!((&kept["createdBy"], &kept["version"]), (&json!("adele"), &json!(7)));
    assert_eq!(kept.get("details"), None);
    let details: PlannerTaskDetails = replica.get("t").await.unwrap().unwrap();
    assert_eq!(details.description.as_deref(), Some("Oak."));
}

/// A part is laid over what is known, and read whole where nothing is; what may not be read is passed over, and said.
#[tokio::test]
async fn parts_are_laid_over_what_is_known_and_read_whole_where_nothing_is() {
    let script = written();
    let replica = of_script(&script).await;
    replica.sync().await.unwrap();
    script.asked();
    let link = |path: &str| format!("{ROOT}/beta/planner/plans{path}");
    script.answer(
        "/beta/planner/plans('p')/buckets?deltatoken=b%257E1",
        json!({ "value": [{ "id": "b", "name": "Renamed" }],
            "@odata.deltaLink": link("('p')/buckets?deltatoken=b%257E2") }),
    );
    script.answer(
        "/beta/planner/plans('p')/tasks?$expand=details&$deltatoken=t%257E2",
        json!({ "value": [
            { "id": "t", "@odata.etag": "W/\"t2\"", "percentComplete": 100,
                "details": { "id": "t", "@odata.etag": "W/\"td2\"", "description": "Elm." } },
            { "id": "u", "@odata.etag": "W/\"u1\"", "title": "In part" },
            { "id": "v", "@odata.etag": "W/\"v1\"", "title": "Not for you" },
        ], "@odata.deltaLink": link("('p')/tasks?$expand=details&$deltatoken=t%257E3") }),
    );
    let whole = json!({ "id": "u", "@odata.etag": "W/\"u1\"", "planId": "p", "title": "In part", "priority": 3 });
    script.answer("/beta/planner/tasks/u", whole);
    let report = replica.sync().await.unwrap();
    // Of the one there is nothing; of the other nothing belongs to it.
    let hidden: Vec<_> = report
        .problems
        .iter()
        .map(|problem| match problem {
            Problem::Hidden { key, status: 404 } => key.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(hidden[0], Key::new(Kind::Task, "v"));
    assert!(
        hidden[1..].iter().all(|key| key.id == "u") && hidden.len() == 5,
        "{hidden:?}"
    );
    let known = task(&replica, "t").await.unwrap();
    assert_eq!(
        (known.title.as_deref(), known.percent_complete),
        (Some("Task"), Some(100))
    );
    let details: PlannerTaskDetails = replica.get("t").await.unwrap().unwrap();
    assert_eq!(details.description.as_deref(), Some("Elm."));
    assert!(details.preview_type.is_some(), "what was not told again stays");
    let bucket: PlannerBucket = replica.get("b").await.unwrap().unwrap();
    assert_eq!(
        (bucket.name.as_deref(), bucket.plan_id),
        (Some("Renamed"), Some(Id::new("p")))
    );
    assert_eq!(task(&replica, "u").await.unwrap().priority, Some(3));
    assert!(task(&replica, "v").await.is_none());
}

/// Names of collections are kept in stores: what is written is read again.
#[test]
fn names_of_collections_are_read_as_they_are_written() {
    let plan = || "xqQg5FS2LkCp935s-FIFm2QAFkHM".to_owned();
    for collection in [
        Collection::GroupPlans(plan()),
        Collection::RosterPlans(plan()),
        Collection::PlanBuckets(plan()),
        Collection::PlanTasks(plan()),
    ] {
        assert_eq!(collection.to_string().parse(), Ok(collection));
    }
    assert!("planner/plans/x".parse::<Collection>().is_err());
}
