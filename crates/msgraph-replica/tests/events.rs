//! What happened is told, typed, at least once.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::time::Duration;

use msgraph_model::{PlannerTask, TodoTask};
use msgraph_replica::{Event, Events, Happening, Replicated};
use serde_json::json;
use support::{Editor, Fixed, Watched, service, watched};
use tokio::time::{Instant, sleep};

async fn all<R: Replicated>(mut events: Events<R>) -> Vec<Event<R>> {
    let mut all = Vec::new();
    while let Some(event) = events.try_next().await.unwrap() {
        all.push(event);
    }
    all
}

#[tokio::test(start_paused = true)]
async fn events_are_typed_and_say_what_changed() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    let first = all(replica.events_of::<PlannerTask>(0)).await;
    assert_eq!(first.len(), tasks.len() + 2, "the tasks, the beginning and the end");
    assert!(matches!(first[0].what, Happening::Init) && first[0].key.is_none());
    assert!(matches!(first[first.len() - 1].what, Happening::InitDone));
    let last = first[first.len() - 1].cursor;

    let path = format!("/planner/tasks/{}", tasks[0]);
    editor
        .patch(&path, json!({ "title": "Renamed", "percentComplete": 50 }))
        .await;
    editor.delete(&format!("/planner/tasks/{}", tasks[1])).await;
    replica.sync().await.unwrap();
    let later = all(replica.events_of::<PlannerTask>(last)).await;
    let changed = later.iter().find_map(|event| match &event.what {
        Happening::Changed { before, after, fields } => Some((before, after, fields)),
        _ => None,
    });
    let (before, after, fields) = changed.expect("a change");
    assert_ne!(before.title.as_deref(), Some("Renamed"));
    assert_eq!(after.title.as_deref(), Some("Renamed"));
    let fields: Vec<_> = fields.iter().map(ToString::to_string).collect();
    assert!(
        fields.contains(&"title".to_owned()) && fields.contains(&"percentComplete".to_owned()),
        "{fields:?}"
    );
    assert!(!fields.iter().any(|field| field.contains("etag")), "{fields:?}");
    let deleted = later
        .iter()
        .find(|event| matches!(event.what, Happening::Deleted { .. }))
        .unwrap();
    assert_eq!(deleted.key.as_ref().unwrap().id, tasks[1]);
}

#[tokio::test(start_paused = true)]
async fn s5_another_filter_needs_no_other_sync() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    emulator.clear_requests();
    let is = |event: &Event<PlannerTask>, id: &str| event.key.as_ref().is_some_and(|key| key.id == id);
    let (one, other) = (tasks[0].clone(), tasks[1].clone());
    let ones = all(replica.events_of::<PlannerTask>(0).only(move |event| is(event, &one))).await;
    let others = all(replica.events_of::<PlannerTask>(0).only(move |event| is(event, &other))).await;
    assert_eq!((ones.len(), others.len()), (1, 1));
    assert_eq!(others[0].key.as_ref().unwrap().id, tasks[1]);
    // What no filter ever asked for is there as well.
    assert!(!all(replica.events_of::<TodoTask>(0)).await.is_empty());
    assert!(emulator.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn events_are_told_again_until_they_are_acknowledged() {
    let emulator = service(|_| {});
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    let before = all(replica.events_of::<PlannerTask>(0)).await;
    let mut events = replica.events_of::<PlannerTask>(0);
    events.next().await.unwrap();
    let second = events.next().await.unwrap();
    // Whoever stops here and begins again misses nothing.
    assert_eq!(all(replica.events_of::<PlannerTask>(0)).await, before);
    events.acknowledge().await.unwrap();
    assert_eq!(events.cursor(), second.cursor);
    assert_eq!(all(replica.events_of::<PlannerTask>(0)).await, before[2..]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_as_soon_as_something_happens() {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    replica.sync().await.unwrap();
    let last = replica.events(0, 10_000).await.unwrap().last().unwrap().cursor;
    let mut events = replica.events_of::<PlannerTask>(last);
    let waiting = tokio::spawn(async move { (events.next().await.unwrap(), Instant::now()) });
    sleep(Duration::from_millis(10_300)).await;
    assert!(!waiting.is_finished());
    let path = format!("/planner/tasks/{}", tasks[0]);
    editor.patch(&path, json!({ "title": "Renamed" })).await;
    let now = Instant::now();
    replica.sync().await.unwrap();
    let (event, at) = waiting.await.unwrap();
    assert!(matches!(event.what, Happening::Changed { .. }));
    assert_eq!(at, now, "at once");
}
