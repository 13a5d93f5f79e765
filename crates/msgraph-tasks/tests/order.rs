//! Lists are brought into the order that is meant, whatever the moves.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod launch;

use std::collections::BTreeMap;

use msgraph_emulator::{Effect, Fault, Match};
use msgraph_tasks::{
    ETag, Id, OrderHint, Planner, Versioned,
    model::{PlannerBucket, PlannerBucketUpdate, PlannerPlan, PlannerTask},
    order::{
        Arrangement, AssigneeColumn, BucketColumn, Buckets, FlatList, KeyOf, MyTasks, Outcome, Place, ProgressColumn,
        Sequence, checklist_order, reference_order,
    },
    v1,
};

use self::launch::{Launch, Random, first_bucket, launch, tasks_of};

/// The list as the service has it now, by the hints of its objects.
async fn at_service<S: Sequence>(
    planner: &Planner,
    sequence: &S,
    objects: &[Versioned<S::Record>],
    read: impl Fn(&KeyOf<S>) -> msgraph_tasks::core::Request<Versioned<S::Record>>,
) -> Vec<KeyOf<S>> {
    let mut now = Vec::new();
    for object in objects {
        now.push(planner.client().send(read(object.id().unwrap())).await.unwrap());
    }
    sequence.arrangement(&now).keys().cloned().collect()
}

fn meant<K: Clone>(order: &Arrangement<K>) -> Vec<K> {
    order.keys().cloned().collect()
}

/// One move, drawn at random.
fn shuffle<K: Ord + Clone>(order: &mut Arrangement<K>, random: &mut Random) {
    let keys = meant(order);
    let (key, other) = (&keys[random.below(keys.len())], &keys[random.below(keys.len())]);
    let is_done = match random.below(5) {
        0 => order.move_first(key),
        1 => order.move_last(key),
        2 => order.move_before(key, other),
        3 => order.move_after(key, other),
        _ => {
            let mut keys = keys.clone();
            let (from, to) = (random.below(keys.len()), random.below(keys.len()));
            keys.swap(from, to);
            order.set_order(&keys)
        }
    };
    assert!(is_done);
}

#[tokio::test]
async fn a_thousand_moves_end_where_they_were_meant_after_each_round_trip() {
    let Launch { planner, plan, .. } = launch().await;
    let mut tasks = tasks_of(&planner, &plan).await;
    let mut order = FlatList.arrangement(&tasks);
    let mut random = Random(7);
    let mut sent = 0;
    for _ in 0..1_000 {
        shuffle(&mut order, &mut random);
        let expected = meant(&order);
        let report = planner.arrange(&FlatList, &mut tasks, &mut order).await;
        assert!(report.is_complete(), "{report:?}");
        assert!(order.is_settled());
        // One item is moved at most, or two that change places.
        assert!(report.outcomes().len() <= 2);
        sent += report.outcomes().len();
        let now = tasks_of(&planner, &plan).await;
        assert_eq!(meant(&FlatList.arrangement(&now)), expected);
        assert_eq!(meant(&order), expected);
    }
    assert!(sent < 1_400, "{sent} updates for a thousand moves");
}

#[tokio::test]
async fn many_moves_between_round_trips_end_where_they_were_meant() {
    let Launch {
        planner,
        plan,
        emulator,
        calls,
    } = launch().await;
    let mut tasks = tasks_of(&planner, &plan).await;
    let mut order = FlatList.arrangement(&tasks);
    let mut random = Random(11);
    for round in 0..100 {
        for _ in 0..=random.below(20) {
            shuffle(&mut order, &mut random);
        }
        let expected = meant(&order);
        let changes = order.changes().len();
        let before = calls.so_far();
        let report = planner.arrange(&FlatList, &mut tasks, &mut order).await;
        assert!(report.is_complete(), "round {round}: {report:?}");
        assert_eq!(report.outcomes().len(), changes);
        assert!(calls.so_far() - before <= 1, "twelve tasks fit in one call");
        let now = tasks_of(&planner, &plan).await;
        assert_eq!(meant(&FlatList.arrangement(&now)), expected, "round {round}");
    }
    let requests = emulator.requests();
    let hints: Vec<_> = requests
        .iter()
        .filter_map(|request| request.body["orderHint"].as_str())
        .collect();
    assert!(hints.len() > 300);
    assert!(
        hints.iter().all(|hint| hint.ends_with('!')),
        "a value of the service's was sent back"
    );
}

#[tokio::test]
async fn each_list_is_ordered_by_its_own_hints() {
    let Launch { planner, plan, .. } = launch().await;
    let tasks = tasks_of(&planner, &plan).await;
    let ids: Vec<_> = tasks.iter().map(|task| task.id().unwrap().clone()).collect();
    let task = |id: &Id<PlannerTask>| v1::planner().task(id);
    let user = tasks
        .iter()
        .find_map(|task| task.assignments.as_ref()?.keys().next())
        .unwrap();
    let assigned =
        |task: &&Versioned<PlannerTask>| task.assignments.as_ref().is_some_and(|users| users.contains_key(user));
    let of_user: Vec<_> = tasks
        .iter()
        .filter(assigned)
        .map(|task| task.id().unwrap().clone())
        .collect();
    assert!(of_user.len() > 2);

    check(&planner, &BucketColumn, &ids, |id| {
        task(id).bucket_task_board_format().get()
    })
    .await;
    check(&planner, &ProgressColumn, &ids, |id| {
        task(id).progress_task_board_format().get()
    })
    .await;
    check(&planner, &AssigneeColumn::Unassigned, &ids, |id| {
        task(id).assigned_to_task_board_format().get()
    })
    .await;
    check(&planner, &AssigneeColumn::User(user.clone()), &of_user, |id| {
        task(id).assigned_to_task_board_format().get()
    })
    .await;
    check(&planner, &FlatList, &ids, |id| task(id).get()).await;
    check(&planner, &MyTasks, &ids, |id| task(id).get()).await;
    let buckets = planner
        .client()
        .send(v1::planner().plan(&plan).buckets().list())
        .await
        .unwrap();
    let buckets: Vec<_> = buckets
        .value
        .iter()
        .map(|bucket| bucket.id().unwrap().clone())
        .collect();
    check(&planner, &Buckets, &buckets, |id| v1::planner().bucket(id).get()).await;
}

/// Turns a list around.
async fn check<S: Sequence>(
    planner: &Planner,
    sequence: &S,
    ids: &[KeyOf<S>],
    read: impl Fn(&KeyOf<S>) -> msgraph_tasks::core::Request<Versioned<S::Record>>,
) {
    let mut objects = Vec::new();
    for id in ids {
        objects.push(planner.client().send(read(id)).await.unwrap());
    }
    let mut order = sequence.arrangement(&objects);
    let turned: Vec<_> = order.keys().rev().cloned().collect();
    assert!(order.set_order(&turned));
    let report = planner.arrange(sequence, &mut objects, &mut order).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.moved().count(), ids.len() - 1);
    assert_eq!(at_service(planner, sequence, &objects, read).await, turned);
    // Nothing is left to be told, and nothing is told.
    let again = planner.arrange(sequence, &mut objects, &mut order).await;
    assert!(again.outcomes().is_empty());
}

#[tokio::test]
async fn a_long_list_goes_twenty_in_a_call_and_its_hints_stay_short() {
    let Launch {
        planner, plan, calls, ..
    } = launch().await;
    let bucket = first_bucket(&planner, &plan).await;
    for number in 0..50 {
        launch::add_task(&planner, &plan, &bucket, &format!("Step {number}")).await;
    }
    let mut tasks = tasks_of(&planner, &plan).await;
    let mut order = FlatList.arrangement(&tasks);
    let turned: Vec<_> = order.keys().rev().cloned().collect();
    order.set_order(&turned);
    let before = calls.so_far();
    let report = planner.arrange(&FlatList, &mut tasks, &mut order).await;
    assert!(report.is_complete());
    assert_eq!(report.outcomes().len(), 61);
    assert_eq!(calls.so_far() - before, 4);
    let now = tasks_of(&planner, &plan).await;
    assert_eq!(meant(&FlatList.arrangement(&now)), turned);
}

#[tokio::test]
async fn a_stale_object_is_told_apart_and_the_rest_is_moved() {
    let Launch { planner, plan, .. } = launch().await;
    let buckets = planner
        .client()
        .send(v1::planner().plan(&plan).buckets().list())
        .await
        .unwrap();
    let mut buckets = buckets.value;
    let mut order = Buckets.arrangement(&buckets);
    let turned: Vec<_> = order.keys().rev().cloned().collect();
    order.set_order(&turned);
    let moves = order.changes();
    let faster = buckets
        .iter()
        .find(|bucket| bucket.id() == Some(&moves[0].key))
        .unwrap()
        .clone();

    // Somebody else moves the same bucket first.
    let update = PlannerBucketUpdate::new().order_hint(OrderHint::after(faster.order_hint.as_ref().unwrap()));
    planner
        .client()
        .send(v1::planner().update(&faster, update))
        .await
        .unwrap();
    let report = planner.arrange(&Buckets, &mut buckets, &mut order).await;
    assert!(!report.is_complete());
    assert_eq!(report.stale().collect::<Vec<_>>(), [&moves[0].key]);
    assert_eq!(report.moved().collect::<Vec<_>>(), [&moves[1].key]);
    // What the user meant is still meant.
    assert_eq!(meant(&order), turned);

    // Read it again, and once more.
    for stale in report.stale() {
        let current = planner.client().send(v1::planner().bucket(stale).get()).await.unwrap();
        order.settle(stale, current.order_hint.clone().unwrap());
        *buckets.iter_mut().find(|bucket| bucket.id() == Some(stale)).unwrap() = current;
    }
    let report = planner.arrange(&Buckets, &mut buckets, &mut order).await;
    assert!(report.is_complete() && order.is_settled());
    let now = planner
        .client()
        .send(v1::planner().plan(&plan).buckets().list())
        .await
        .unwrap();
    assert_eq!(meant(&Buckets.arrangement(&now.value)), turned);
}

#[tokio::test]
async fn what_cannot_be_sent_is_reported() {
    let Launch {
        planner,
        plan,
        emulator,
        ..
    } = launch().await;
    let mut tasks = tasks_of(&planner, &plan).await;
    let mut order = FlatList.arrangement(&tasks);
    let stranger = Id::<PlannerTask>::new("nobody");
    assert!(order.insert(stranger.clone(), Place::First));
    let last = order.keys().next_back().unwrap().clone();
    order.move_first(&last);
    let report = planner.arrange(&FlatList, &mut tasks, &mut order).await;
    let outcomes: BTreeMap<_, _> = report.outcomes().iter().map(|(key, outcome)| (key, outcome)).collect();
    assert!(matches!(outcomes[&stranger], Outcome::NoObject));
    assert!(matches!(outcomes[&last], Outcome::Moved));

    // An ETag of another object is refused, and nothing is changed.
    let last = order.keys().next_back().unwrap().clone();
    order.remove(&stranger);
    order.move_first(&last);
    let object = tasks.iter_mut().find(|task| task.id() == Some(&last)).unwrap();
    let known = object.clone();
    *object = Versioned::new(
        known.clone().into_value(),
        ETag::new("W/\"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBAWCc=\""),
    );
    let report = planner.arrange(&FlatList, &mut tasks, &mut order).await;
    assert_eq!(report.stale().collect::<Vec<_>>(), [&last]);

    // The service is down: nothing of a call succeeds, so no other call is made.
    let effect = Effect::Status {
        status: 403,
        code: String::new(),
        message: String::new(),
        headers: BTreeMap::new(),
    };
    let matching = Match {
        method: Some("PATCH".to_owned()),
        ..Match::default()
    };
    emulator.put_fault(Fault {
        name: "down".to_owned(),
        matching,
        effect,
        matched: 0,
        hits: 0,
    });
    *tasks.iter_mut().find(|task| task.id() == Some(&last)).unwrap() = known;
    let expected = meant(&order);
    let report = planner.arrange(&FlatList, &mut tasks, &mut order).await;
    assert!(matches!(report.outcomes(), [(_, Outcome::Failed(_))]), "{report:?}");
    emulator.remove_fault("down");
    assert!(planner.arrange(&FlatList, &mut tasks, &mut order).await.is_complete());
    assert_eq!(meant(&FlatList.arrangement(&tasks_of(&planner, &plan).await)), expected);
}

#[tokio::test]
async fn a_checklist_and_references_go_in_one_update() {
    let Launch {
        planner, plan, calls, ..
    } = launch().await;
    let tasks = tasks_of(&planner, &plan).await;
    let task = tasks
        .iter()
        .find(|task| task.title.as_deref() == Some("Film the tour"))
        .unwrap();
    let path = || v1::planner().task(task.id().unwrap()).details();
    let mut details = planner.client().send(path().get()).await.unwrap();

    let mut order = checklist_order(&details);
    let turned: Vec<_> = order.keys().rev().cloned().collect();
    assert_eq!(turned.len(), 3);
    order.set_order(&turned);
    let before = calls.so_far();
    planner.arrange_checklist(&mut details, &mut order).await.unwrap();
    assert_eq!(calls.so_far() - before, 1);
    assert!(order.is_settled());
    let now = planner.client().send(path().get()).await.unwrap();
    assert_eq!(meant(&checklist_order(&now)), turned);
    let titles = |details: &msgraph_tasks::model::PlannerTaskDetails| {
        let checklist = details.checklist.iter().flatten();
        let mut titles: Vec<_> = checklist.map(|(_, item)| item.title.clone().unwrap()).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles(&now), ["Cut", "Script", "Shoot"]);
    // Nothing to move is nothing to send.
    planner.arrange_checklist(&mut details, &mut order).await.unwrap();
    assert_eq!(details.etag(), now.etag());

    let update = msgraph_tasks::model::PlannerTaskDetailsUpdate::new().set_reference(
        &"https://contoso.example/a b.docx".into(),
        msgraph_tasks::model::PlannerExternalReferenceUpdate::new().alias("Script"),
    );
    let mut details = planner
        .client()
        .send(v1::planner().update(&details, update))
        .await
        .unwrap();
    let mut order = reference_order(&details);
    let turned: Vec<_> = order.keys().rev().cloned().collect();
    order.set_order(&turned);
    planner.arrange_references(&mut details, &mut order).await.unwrap();
    let now = planner.client().send(path().get()).await.unwrap();
    assert_eq!(meant(&reference_order(&now)), turned);
    assert_eq!(turned.len(), 2);
}

/// An arrangement can be awaited on another thread.
#[test]
fn futures_can_be_sent() {
    fn is_send<T: Send>(_: &T) {}
    #[allow(dead_code, reason = "it is enough that it compiles")]
    fn check(
        planner: &Planner,
        buckets: &mut [Versioned<PlannerBucket>],
        order: &mut Arrangement<Id<PlannerBucket>>,
        plan: &Id<PlannerPlan>,
    ) {
        is_send(&planner.arrange(&Buckets, buckets, order));
        is_send(&planner.plan_objects(plan));
    }
}
