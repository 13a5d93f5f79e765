//! The loop goes on whatever passes, and tells what does not.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::{collections::BTreeMap, time::Duration};

use msgraph_emulator::{Effect, Emulator, Expiry, Fault, Latency, Match, RetryAfter};
use msgraph_model::PlannerTask;
use msgraph_replica::{Collection, Error, Problem, Replica, Row, Stop, Store as _, StoreError, store::Phase};
use serde_json::json;
use support::{Editor, Fixed, Watched, service, watched};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

/// A service, a replica of it that runs, and who edits the service.
struct Running {
    emulator: Emulator,
    editor: Editor,
    tasks: Vec<String>,
    store: Watched,
    replica: Replica,
    stop: Stop,
    ended: JoinHandle<Result<(), Error>>,
}

/// Begins to run, and waits until everything is there.
async fn running() -> Running {
    let emulator = service(|_| {});
    let editor = Editor::new(&emulator, "adele");
    let (plan, tasks) = editor.plan().await;
    editor.share(&plan).await;
    let store = Watched::default();
    let replica = watched(&emulator, &store, &Fixed::new()).await;
    let (stop, ended) = run(&replica);
    sleep(SECOND).await;
    Running {
        emulator,
        editor,
        tasks,
        store,
        replica,
        stop,
        ended,
    }
}

fn run(replica: &Replica) -> (Stop, JoinHandle<Result<(), Error>>) {
    let (stop, replica) = (Stop::new(), replica.clone());
    let stopped = stop.clone();
    let ended = tokio::spawn(async move { replica.run(&stopped).await });
    (stop, ended)
}

impl Running {
    /// How many requests are sent within a time.
    async fn requests_within(&self, time: Duration) -> usize {
        self.emulator.clear_requests();
        sleep(time).await;
        self.emulator.requests().len()
    }

    async fn rows(&self) -> Vec<Row> {
        self.store.inner.list(None, None, 10_000).await.unwrap()
    }

    async fn rename(&self, title: &str) {
        let path = format!("/planner/tasks/{}", self.tasks[0]);
        self.editor.patch(&path, json!({ "title": title })).await;
    }

    async fn title(&self) -> String {
        let task: PlannerTask = self.replica.get(&self.tasks[0]).await.unwrap().unwrap();
        task.title.unwrap()
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

fn fault(path: Option<&str>, effect: Effect) -> Fault {
    let matching = Match {
        path: path.map(str::to_owned),
        principal: Some("adele@contoso.example".to_owned()),
        ..Match::default()
    };
    Fault {
        name: "trouble".to_owned(),
        matching,
        effect,
        matched: 0,
        hits: 0,
    }
}

fn status(status: u16) -> Effect {
    Effect::Status {
        status,
        code: "trouble".to_owned(),
        message: "the deltatoken is fine".to_owned(),
        headers: BTreeMap::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn it_asks_soon_after_changes_and_rarely_without() {
    let it = running().await;
    assert_eq!(it.replica.verify().await.unwrap(), []);
    let busy = it.requests_within(MINUTE).await;
    sleep(30 * MINUTE).await;
    let idle = it.requests_within(10 * MINUTE).await;
    let collections = it.replica.status().await.unwrap().collections.len();
    assert!(busy >= 3 * collections, "after 5, 10 and 20 seconds: {busy}");
    assert!(idle <= 2 * collections, "twice in ten minutes each: {idle}");
    it.rename("Renamed").await;
    sleep(5 * MINUTE).await;
    assert_eq!(it.title().await, "Renamed");
    it.rename("Again").await;
    sleep(11 * SECOND).await;
    // It is looked at often again. The next change is seen within a wait that begins at five seconds and doubles.
    sleep(5 * MINUTE).await;
    assert_eq!(it.title().await, "Again");
    it.stop.stop();
    it.ended.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_poke_wakes_it_at_once_and_many_are_one() {
    let it = running().await;
    sleep(60 * MINUTE).await;
    it.rename("Renamed").await;
    it.emulator.clear_requests();
    for _ in 0..100 {
        it.replica.poke();
    }
    sleep(Duration::from_millis(10)).await;
    assert_eq!(it.title().await, "Renamed");
    let asked = it.emulator.requests().len();
    let collections = it.replica.status().await.unwrap().collections.len();
    assert_eq!(asked, collections, "each once");
}

#[tokio::test(start_paused = true)]
async fn what_is_edited_here_is_sent_at_once_and_nothing_else_is_asked_for() {
    let it = running().await;
    sleep(60 * MINUTE).await;
    it.emulator.clear_requests();
    let rename = |task: &mut PlannerTask| task.title = Some("Renamed".to_owned());
    it.replica.edit(&it.tasks[0], rename).await.unwrap();
    sleep(Duration::from_millis(10)).await;
    let sent: Vec<_> = it
        .emulator
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(sent, ["PATCH"]);
}

#[tokio::test(start_paused = true)]
async fn it_stops_at_once_and_loses_nothing() {
    let it = running().await;
    let before = it.rows().await;
    it.emulator.put_fault(fault(None, status(500)));
    sleep(7 * SECOND).await;
    let asked = Instant::now();
    it.stop.stop();
    it.ended.await.unwrap().unwrap();
    assert_eq!(asked.elapsed(), Duration::ZERO);
    assert_eq!(it.store.inner.list(None, None, 10_000).await.unwrap(), before);
    // Another run goes on from there.
    it.emulator.remove_fault("trouble");
    let (stop, ended) = run(&it.replica);
    sleep(SECOND).await;
    assert_eq!(it.replica.verify().await.unwrap(), []);
    stop.stop();
    ended.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn s2_what_is_no_rejection_of_a_link_is_never_taken_for_one() {
    let refusals = [401, 403, 408, 429, 500, 502, 503, 504].map(status);
    let broken = [
        Effect::UnknownError,
        Effect::DropBefore,
        Effect::ApplyThenDrop,
        Effect::ResetConnection,
        Effect::ClaimsChallenge,
        Effect::TruncateBody { bytes: 10 },
        Effect::Throttle {
            retry_after: RetryAfter::Seconds(3),
        },
    ];
    for effect in refusals.into_iter().chain(broken) {
        let it = running().await;
        let (before, feeds) = (it.rows().await, it.store.inner.feeds().await.unwrap());
        it.rename("Renamed").await;
        it.emulator.put_fault(fault(None, effect.clone()));
        it.replica.poke();
        sleep(10 * MINUTE).await;
        assert!(!it.ended.is_finished(), "{effect:?}");
        let told = it.replica.status().await.unwrap();
        assert!(
            told.totals.failures > 1 && told.totals.resets.is_empty(),
            "{effect:?}: {told:?}"
        );
        assert!(told.last_error.is_some(), "{effect:?}");
        assert_eq!(it.rows().await, before, "{effect:?}");
        let feeds_now = it.store.inner.feeds().await.unwrap();
        assert_eq!(feeds_now, feeds, "{effect:?}");
        it.emulator.remove_fault("trouble");
        it.replica.poke();
        sleep(MINUTE).await;
        assert_eq!(it.title().await, "Renamed", "{effect:?}");
        let told = it.replica.status().await.unwrap();
        assert!(
            told.collections.values().all(|one| one.last_error.is_none()),
            "{told:?}"
        );
        it.stop.stop();
    }
}

#[tokio::test(start_paused = true)]
async fn s2_a_refused_credential_is_reported_and_tried_rarely() {
    let it = running().await;
    it.emulator.put_fault(fault(None, status(401)));
    it.replica.poke();
    sleep(MINUTE).await;
    let refused = it.requests_within(60 * MINUTE).await;
    assert!((12..=40).contains(&refused), "about one try in five minutes: {refused}");
    assert!(
        it.replica
            .status()
            .await
            .unwrap()
            .last_error
            .unwrap()
            .text
            .contains("401")
    );
    it.emulator.remove_fault("trouble");
    it.rename("Renamed").await;
    // Who signed in again need not wait.
    it.replica.poke();
    sleep(31 * SECOND).await;
    assert_eq!(it.title().await, "Renamed");
}

#[tokio::test(start_paused = true)]
async fn one_collection_that_fails_does_not_stop_the_others() {
    let it = running().await;
    it.emulator.put_fault(fault(Some("/me/planner/**"), status(500)));
    let list = it.editor.get("/me/todo/lists").await["value"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let made = it
        .editor
        .post(&format!("/me/todo/lists/{list}/tasks"), json!({ "title": "Milk" }))
        .await;
    it.replica.poke();
    sleep(MINUTE).await;
    let task: Option<msgraph_model::TodoTask> = it.replica.get(made["id"].as_str().unwrap()).await.unwrap();
    assert!(task.is_some());
    let told = it.replica.status().await.unwrap();
    let (planner, lists) = (
        &told.collections[&Collection::Planner],
        &told.collections[&Collection::TodoLists],
    );
    assert!(planner.failures > 1 && planner.last_error.is_some() && planner.phase == Phase::Following);
    assert!(lists.failures == 0 && lists.last_error.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_waits_double_and_the_service_is_heard() {
    let it = running().await;
    sleep(30 * MINUTE).await;
    it.emulator.put_fault(fault(None, status(500)));
    it.replica.poke();
    let collections = it.replica.status().await.unwrap().collections.len();
    let first = it.requests_within(10 * SECOND).await;
    assert!(first >= 3 * collections, "{first}");
    sleep(MINUTE).await;
    let later = it.requests_within(5 * MINUTE).await;
    assert!(
        (10 * collections..=20 * collections).contains(&later),
        "15 to 30 seconds each: {later}"
    );

    let wait = RetryAfter::Seconds(90);
    it.emulator
        .put_fault(fault(None, Effect::Throttle { retry_after: wait }));
    sleep(31 * SECOND).await;
    let throttled = it.requests_within(5 * MINUTE).await;
    assert!(
        (3..=4).contains(&throttled),
        "one in 90 seconds, since all wait: {throttled}"
    );
    it.emulator.remove_fault("trouble");
    let told = it.replica.status().await.unwrap();
    assert!(told.totals.throttled >= Duration::from_secs(270), "{told:?}");
    it.rename("Renamed").await;
    sleep(121 * SECOND).await;
    assert_eq!(it.title().await, "Renamed");
}

#[tokio::test(start_paused = true)]
async fn s11_links_to_another_host_are_not_followed_nor_kept() {
    let it = running().await;
    let feeds = it.store.inner.feeds().await.unwrap();
    it.rename("Renamed").await;
    it.emulator.configure(|config| config.chaos.foreign_links = true);
    it.replica.poke();
    sleep(MINUTE).await;
    let told = it.replica.status().await.unwrap();
    let is_foreign = |problem: &Problem| matches!(problem, Problem::ForeignLink { .. });
    assert!(told.problems.iter().any(is_foreign), "{told:?}");
    assert!(told.collections[&Collection::Planner].last_error.is_some());
    assert_eq!(it.store.inner.feeds().await.unwrap(), feeds);
    let asked = it.requests_within(60 * MINUTE).await;
    assert!(asked <= 13 * feeds.len(), "rarely: {asked}");
    // The links that it has are good, once the service leads back to itself.
    it.emulator.configure(|config| config.chaos.foreign_links = false);
    it.replica.poke();
    sleep(MINUTE).await;
    assert_eq!(it.title().await, "Renamed");
    assert!(it.replica.status().await.unwrap().totals.resets.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s11_links_that_lead_to_themselves_are_left() {
    let it = running().await;
    let before = it.rows().await;
    it.emulator.configure(|config| config.chaos.endless_link = true);
    it.replica.poke();
    sleep(MINUTE).await;
    let told = it.replica.status().await.unwrap();
    let is_stuck = |problem: &Problem| matches!(problem, Problem::StuckLink { .. });
    assert!(told.problems.iter().any(is_stuck), "{told:?}");
    let asked = it.requests_within(60 * MINUTE).await;
    assert!(asked <= 13 * told.collections.len(), "rarely: {asked}");
    assert_eq!(it.rows().await, before);
    it.emulator.configure(|config| config.chaos.endless_link = false);
    it.rename("Renamed").await;
    it.replica.poke();
    sleep(MINUTE).await;
    assert_eq!(it.title().await, "Renamed");
}

#[tokio::test(start_paused = true)]
async fn s4_a_mass_delete_pauses_its_collection_until_somebody_looked() {
    let it = running().await;
    let list = it.editor.post("/me/todo/lists", json!({ "displayName": "Many" })).await;
    let list = list["id"].as_str().unwrap().to_owned();
    let tasks = format!("/me/todo/lists/{list}/tasks");
    let mut ids = Vec::new();
    for number in 0..60 {
        let task = it.editor.post(&tasks, json!({ "title": format!("{number}") })).await;
        ids.push(task["id"].as_str().unwrap().to_owned());
    }
    it.replica.poke();
    sleep(MINUTE).await;
    for id in &ids[..58] {
        it.editor.delete(&format!("{tasks}/{id}")).await;
    }
    it.emulator.expire_links(Expiry::ResyncRequired);
    it.rename("Renamed").await;
    it.replica.poke();
    sleep(10 * MINUTE).await;
    let collection = Collection::TodoTasks(list.clone());
    let told = it.replica.status().await.unwrap();
    assert!(told.collections[&collection].is_paused, "{told:?}");
    assert_eq!(told.totals.problems["mass_delete"], 1, "it is not tried again");
    assert_eq!(it.title().await, "Renamed", "the others go on");
    assert_eq!(
        it.rows()
            .await
            .iter()
            .filter(|row| row.collection == collection)
            .count(),
        60
    );

    it.replica.sync_whatever_is_removed().await.unwrap();
    it.editor.post(&tasks, json!({ "title": "One more" })).await;
    it.replica.poke();
    sleep(MINUTE).await;
    let told = it.replica.status().await.unwrap();
    assert!(!told.collections[&collection].is_paused, "{told:?}");
    assert_eq!(
        it.rows()
            .await
            .iter()
            .filter(|row| row.collection == collection)
            .count(),
        3
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_somebody_else_is_waited_for() {
    let it = running().await;
    it.store.refuse_leases(Some(|| StoreError::Leased { until: u64::MAX }));
    it.rename("Renamed").await;
    it.replica.poke();
    sleep(60 * MINUTE).await;
    assert!(!it.ended.is_finished());
    assert_ne!(it.title().await, "Renamed");
    it.store.refuse_leases(None);
    sleep(MINUTE).await;
    assert_eq!(it.title().await, "Renamed");
}

#[tokio::test(start_paused = true)]
async fn a_store_of_a_newer_version_ends_it() {
    let it = running().await;
    it.store.refuse_leases(Some(|| StoreError::Newer { version: 9 }));
    it.replica.poke();
    let ended = it.ended.await.unwrap();
    assert!(
        matches!(ended, Err(Error::Store(StoreError::Newer { version: 9 }))),
        "{ended:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_sync_tells_how_far_it_is() {
    let emulator = service(|config| {
        config.delta_page_size = 2;
        config.real_delays = true;
    });
    let editor = Editor::new(&emulator, "adele");
    let lists = editor.get("/me/todo/lists").await;
    let list = lists["value"][0]["id"].as_str().unwrap();
    for number in 0..9 {
        let body = json!({ "title": format!("{number}") });
        editor.post(&format!("/me/todo/lists/{list}/tasks"), body).await;
    }
    let replica = watched(&emulator, &Watched::default(), &Fixed::new()).await;
    emulator.set_latency(vec![Latency {
        path: "**".to_owned(),
        least: 10,
        most: 10,
    }]);
    let mut progress = replica.progress();
    let (stop, ended) = run(&replica);
    let mut seen = Vec::new();
    let mut shown = progress.borrow_and_update().clone();
    while let Ok(changed) = timeout(SECOND, progress.changed()).await {
        changed.unwrap();
        shown = progress.borrow_and_update().clone();
        seen.push(shown.staged.values().sum::<usize>());
    }
    assert!(shown.staged.is_empty() && shown.done > 2, "{shown:?}");
    assert!(seen.iter().max().unwrap() > &2, "{seen:?}");
    stop.stop();
    ended.await.unwrap().unwrap();
}
