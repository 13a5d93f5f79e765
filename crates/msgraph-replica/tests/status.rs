//! The replica tells how it is.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::time::Duration;

use msgraph_emulator::Expiry;
use msgraph_model::PlannerTask;
use msgraph_replica::{Collection, Kind, StoreError, store::Phase};
use serde_json::json;
use support::{Editor, Fixed, Watched, service, watched};

#[tokio::test(start_paused = true)]
async fn s13_what_was_done_is_counted() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let (store, environment) = (Watched::default(), Fixed::new());
    let replica = watched(&emulator, &store, &environment).await;
    assert_eq!(replica.status().await.unwrap(), msgraph_replica::Status::default());

    let report = replica.sync().await.unwrap();
    let told = replica.status().await.unwrap();
    let planner = &told.collections[&Collection::Planner];
    assert_eq!((planner.phase, planner.generation), (Phase::Following, 1));
    assert_eq!(planner.objects[&Kind::Task], tasks.len());
    assert_eq!(planner.objects[&Kind::Plan], 1);
    assert_eq!((planner.age, planner.lag), (Some(Duration::ZERO), Some(Duration::ZERO)));
    let counted: usize = told.collections.values().flat_map(|one| one.objects.values()).sum();
    assert_eq!(counted, told.totals.applied);
    assert_eq!((told.totals.rounds, told.totals.pages), (report.rounds, report.pages));
    assert_eq!(
        (told.totals.applied, told.totals.staged),
        (report.created, report.staged)
    );
    assert!(told.totals.resets.is_empty() && told.problems.is_empty() && told.last_error.is_none());

    // What was told is told again, and something else with it.
    let path = format!("/planner/tasks/{}", tasks[0]);
    editor.patch(&path, json!({ "title": "Renamed" })).await;
    editor.delete(&format!("/planner/tasks/{}", tasks[1])).await;
    emulator.configure(|config| config.chaos.duplicate = true);
    replica.sync().await.unwrap();
    let told = replica.status().await.unwrap();
    assert!(told.totals.stale > 0, "{told:?}");
    assert_eq!(told.totals.removed, 5, "a task and what belongs to it: {told:?}");
    emulator.configure(|config| config.chaos.duplicate = false);

    emulator.expire_links(Expiry::ResyncRequired);
    let report = replica.sync().await.unwrap();
    let told = replica.status().await.unwrap();
    let resets: Vec<_> = told.totals.resets.into_iter().collect();
    assert_eq!(resets, [("410 resyncRequired".to_owned(), report.resets)]);
    assert_eq!(told.collections[&Collection::Planner].generation, 2);
}

#[tokio::test(start_paused = true)]
async fn s13_a_collection_is_as_old_as_its_last_round_and_behind_where_it_fails() {
    let emulator = service(|_| {});
    let (store, environment) = (Watched::default(), Fixed::new());
    let replica = watched(&emulator, &store, &environment).await;
    replica.sync().await.unwrap();
    let hour = Duration::from_hours(1);
    environment.advance(hour);
    let told = replica.status().await.unwrap();
    let planner = &told.collections[&Collection::Planner];
    assert_eq!((planner.age, planner.lag), (Some(hour), Some(Duration::ZERO)));
    store.refuse_leases(Some(|| StoreError::Fenced));
    replica.sync().await.unwrap_err();
    replica.sync().await.unwrap_err();
    let told = replica.status().await.unwrap();
    let planner = &told.collections[&Collection::Planner];
    assert_eq!(
        (planner.age, planner.lag, planner.failures),
        (Some(hour), Some(hour), 2)
    );
    let error = planner.last_error.clone().unwrap();
    assert!(error.text.contains("taken over"), "{error:?}");
    assert_eq!(told.last_error, Some(error));
    store.refuse_leases(None);
    replica.sync().await.unwrap();
    let told = replica.status().await.unwrap();
    let planner = &told.collections[&Collection::Planner];
    assert_eq!((planner.age, planner.failures), (Some(Duration::ZERO), 0));
    assert!(planner.last_error.is_none() && told.last_error.is_some());
}

#[tokio::test(start_paused = true)]
async fn s13_edits_that_wait_are_counted() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    let rename = |task: &mut PlannerTask| task.title = Some("Mine".to_owned());
    replica.edit(&tasks[0], rename).await.unwrap();
    assert_eq!(replica.status().await.unwrap().outbox.depth, 1);
    let path = format!("/planner/tasks/{}", tasks[0]);
    editor.patch(&path, json!({ "title": "Theirs" })).await;
    replica.sync().await.unwrap();
    let outbox = replica.status().await.unwrap().outbox;
    assert_eq!((outbox.depth, outbox.stopped.len()), (1, 1), "{outbox:?}");
    assert_eq!(outbox.stopped[0].fields, ["title"]);
    assert_eq!(outbox.stopped[0].key.id, tasks[0]);
}
