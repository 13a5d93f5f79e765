//! Plain words, names, whole tasks and edits, on the emulator.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_emulator::Emulator;
use msgraph_tasks::{
    Error, OrderHint, Planner,
    core::{Category, merge::Side},
    edit::OnConflict,
    model::{PlannerPlanDetails, PlannerTask, PlannerTaskDetails},
    order::Place,
    whole::Part,
    words::{ChecklistWords as _, PlanWords as _, ReferenceWords as _, TaskWords as _},
};
use support::{Interrupted, Meanwhile, client, plan, planner, task, user};

fn titles(details: &PlannerTaskDetails) -> Vec<&str> {
    let items = details.checklist_items().into_iter();
    items.filter_map(|(_, item)| item.title.as_deref()).collect()
}

/// How many requests a service was sent.
fn requests(emulator: &Emulator) -> usize {
    emulator.requests().len()
}

#[tokio::test]
async fn people_are_assigned_replaced_and_unassigned() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let id = task(&planner, &plan, "a").await.id().unwrap().clone();
    let (adele, bruno, chika) = (
        user(&planner, "adele").await,
        user(&planner, "bruno").await,
        user(&planner, "chika").await,
    );
    planner.assign(&id, &adele).await.unwrap();
    let both = planner.assign(&id, &bruno).await.unwrap();
    assert_eq!(both.value.assignees().len(), 2);
    let before = both.value.assignments.clone().unwrap().get(&bruno).cloned().unwrap();
    let replaced = planner
        .replace_assignees(&id, &[bruno.clone(), chika.clone()])
        .await
        .unwrap();
    let assignees = replaced.value.assignees();
    assert!(assignees.contains(&&bruno) && assignees.contains(&&chika) && assignees.len() == 2);
    let after = replaced
        .value
        .assignments
        .clone()
        .unwrap()
        .get(&bruno)
        .cloned()
        .unwrap();
    assert_eq!(before.order_hint, after.order_hint, "who stays is left alone");
    planner.unassign(&id, &chika).await.unwrap();
    let again = planner.unassign(&id, &chika).await.unwrap();
    assert_eq!((again.is_changed, again.value.assignees()), (false, vec![&bruno]));
}

#[tokio::test]
async fn an_edit_that_changes_nothing_sends_nothing() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let made = task(&planner, &plan, "a").await;
    let before = requests(&emulator);
    let edited = planner
        .edit(made.id().unwrap(), |task: &mut PlannerTask| {
            task.title = Some("a".to_owned());
        })
        .await
        .unwrap();
    assert!(!edited.is_changed);
    assert_eq!(
        (edited.value.etag(), requests(&emulator) - before),
        (made.etag(), 1),
        "it is read, and that is all"
    );
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_before_anything_is_sent() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let made = task(&planner, &plan, "a").await;
    let refused = planner
        .edit(made.id().unwrap(), |task: &mut PlannerTask| {
            task.reference_count = Some(7);
        })
        .await;
    let Err(Error::NotWritable(error)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(error.field().to_string(), "referenceCount");
    let hint = OrderHint::new("8585363889524958496Pw");
    let refused = planner
        .edit(made.id().unwrap(), |task: &mut PlannerTask| {
            task.order_hint = Some(hint);
        })
        .await;
    assert!(refused.unwrap_err().to_string().contains("orderHint"));
    assert!(emulator.requests().iter().all(|request| request.method != "PATCH"));
}

#[tokio::test]
async fn a_checklist_is_kept_in_order() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let id = task(&planner, &plan, "a").await.id().unwrap().clone();
    for title in ["one", "two", "three"] {
        planner.add_item(&id, title).await.unwrap();
    }
    let details = planner.whole_task(&id).await.unwrap().details;
    assert_eq!(titles(&details), ["one", "two", "three"]);
    let ids: Vec<_> = details
        .checklist_items()
        .into_iter()
        .map(|(id, _)| id.clone())
        .collect();
    let moved = planner.move_item(&id, &ids[2], Place::First).await.unwrap();
    assert_eq!(titles(&moved.value), ["three", "one", "two"]);
    let moved = planner.move_item(&id, &ids[2], Place::After(&ids[0])).await.unwrap();
    assert_eq!(titles(&moved.value), ["one", "three", "two"]);
    planner.tick_item(&id, &ids[1], true).await.unwrap();
    planner.rename_item(&id, &ids[1], "2").await.unwrap();
    let removed = planner.remove_item(&id, &ids[0]).await.unwrap();
    assert_eq!(titles(&removed.value), ["three", "2"]);
    assert_eq!(
        removed
            .value
            .checklist
            .as_ref()
            .unwrap()
            .get(&ids[1])
            .unwrap()
            .is_checked,
        Some(true)
    );
    let missing = planner.tick_item(&id, &ids[0], true).await.unwrap_err();
    let Error::NotOne(error) = missing else {
        panic!("{missing}")
    };
    assert_eq!(error.known().collect::<Vec<_>>(), ["three", "2"]);
}

/// Facts B8: any character that a URL may hold, and those that Planner's keys may not.
#[tokio::test]
async fn any_url_comes_back_as_it_went() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let id = task(&planner, &plan, "a").await.id().unwrap().clone();
    let urls = [
        "https://contoso.example",
        "https://user@contoso.example:8443/a.b/c%20d?x=1&y=%23&z=100%25#top",
        "http://contoso.example/%25%2E%3A%40%23",
        "https://contoso.example/ü/日本?q=a+b;c,d!e*'()[]~",
        "https://contoso.example/\"quoted\"\\and|more{}^`<>",
    ];
    for url in urls {
        let edited = planner.add_reference(&id, url, "r").await.unwrap();
        assert!(
            edited.value.reference_urls().iter().any(|(known, _)| known == url),
            "{url}"
        );
    }
    for (number, url) in urls.iter().enumerate() {
        let edited = planner.remove_reference(&id, url).await.unwrap();
        assert_eq!(edited.value.reference_urls().len(), urls.len() - number - 1, "{url}");
    }
}

#[tokio::test]
async fn labels_go_by_their_names() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let id = task(&planner, &plan, "a").await.id().unwrap().clone();
    let (one, two) = (Category::new(1).unwrap(), Category::new(2).unwrap());
    planner
        .edit(&plan, |details: &mut PlannerPlanDetails| {
            details.name_label(&one, "Urgent");
            details.name_label(&two, "Waiting");
        })
        .await
        .unwrap();
    let edited = planner.apply_label(&id, "urgent").await.unwrap();
    assert_eq!(edited.value.applied_categories.as_ref().unwrap().get(&one), Some(&true));
    let off = planner
        .edit(&id, |task: &mut PlannerTask| task.remove_label(&one))
        .await
        .unwrap();
    assert!(off.value.applied_categories.as_ref().unwrap().is_empty());
    let unknown = planner.apply_label(&id, "Later").await.unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no label is named `Later`; there are `Urgent`, `Waiting`"
    );
}

#[tokio::test]
async fn plans_buckets_and_users_go_by_their_names() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let id = plan(&planner).await;
    assert_eq!(planner.plan_named("LAUNCH").await.unwrap(), id);
    plan(&planner).await;
    let ambiguous = planner.plan_named("Launch").await.unwrap_err();
    let Error::NotOne(error) = ambiguous else {
        panic!("{ambiguous}")
    };
    assert_eq!(error.candidates().len(), 2);
    let new = msgraph_tasks::model::PlannerBucketCreate::new("Doing", &id);
    let bucket = planner
        .client()
        .send(msgraph_tasks::v1::planner().buckets().create(new))
        .await
        .unwrap();
    assert_eq!(&planner.bucket_named(&id, "doing").await.unwrap(), bucket.id().unwrap());
    let unknown = planner.bucket_named(&id, "Done").await.unwrap_err();
    assert_eq!(unknown.to_string(), "no bucket is named `Done`; there are `Doing`");
    assert!(planner.user_named("nobody").await.is_err());
}

#[tokio::test]
async fn a_plan_is_shared_and_not() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let bruno = user(&planner, "bruno").await;
    let shared = planner.share(&plan, &bruno).await.unwrap();
    assert!(shared.value.shared_with.as_ref().unwrap().contains_key(&bruno));
    let unshared = planner.unshare(&plan, &bruno).await.unwrap();
    assert!(!unshared.value.shared_with.as_ref().unwrap().contains_key(&bruno));
}

#[tokio::test]
async fn a_whole_task_is_read_in_one_call_and_saved_in_the_fewest() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let id = task(&planner, &plan, "a").await.id().unwrap().clone();
    let bruno = user(&planner, "bruno").await;
    let before = requests(&emulator);
    let mut whole = planner.whole_task(&id).await.unwrap();
    let asked = emulator.requests().into_iter().skip(before);
    let items: Vec<_> = asked.map(|request| request.item).collect();
    assert_eq!(
        (items.len(), items.contains(&None)),
        (5, false),
        "five items of one batch"
    );
    whole.task.assign(&bruno);
    whole.details.description = Some("Oak.".to_owned());
    let hint = OrderHint::first().into();
    whole
        .assigned_to_format
        .order_hints_by_assignee
        .get_or_insert_default()
        .insert(bruno.clone(), hint);
    let saved = planner.save(&mut whole, OnConflict::Fail).await.unwrap();
    assert_eq!(saved.parts, [Part::Task, Part::Details, Part::AssignedToFormat]);
    assert!(whole.details.description.as_deref() == Some("Oak.") && whole.id() == &id);
    let places = whole.assigned_to_format.order_hints_by_assignee.clone().unwrap();
    assert!(!places.get(&bruno).unwrap().is_new(), "the service's own hint is there");
    let before = requests(&emulator);
    assert!(
        planner
            .save(&mut whole, OnConflict::Fail)
            .await
            .unwrap()
            .parts
            .is_empty()
    );
    assert_eq!(requests(&emulator), before, "what is saved is not saved again");
}

#[tokio::test]
async fn a_task_that_is_saved_in_part_says_so() {
    let emulator = Emulator::new();
    let planner = planner(&emulator, "adele");
    let plan = plan(&planner).await;
    let id = task(&planner, &plan, "a").await.id().unwrap().clone();
    let mut whole = planner.whole_task(&id).await.unwrap();
    let other = planner.clone();
    let theirs = id.clone();
    let nothing: Meanwhile = Box::pin(async {});
    let meanwhile: Meanwhile = Box::pin(async move {
        let change = |details: &mut PlannerTaskDetails| details.description = Some("Ash.".to_owned());
        other.edit(&theirs, change).await.unwrap();
    });
    let interrupted = Planner::new(client(Interrupted::new(&emulator, vec![nothing, meanwhile]), "adele"));
    whole.task.title = Some("b".to_owned());
    whole.details.description = Some("Oak.".to_owned());
    let error = interrupted.save(&mut whole, OnConflict::Fail).await.unwrap_err();
    assert_eq!((error.part, &error.saved.parts[..]), (Part::Details, &[Part::Task][..]));
    let Error::Conflict(conflicts) = &error.error else {
        panic!("{error}")
    };
    assert_eq!(conflicts[0].field.to_string(), "description");
    assert_eq!(conflicts[0].theirs.as_ref().unwrap().as_str(), "\"Ash.\"");
    // What is decided on is saved, and what was saved is not sent again.
    let saved = planner.save(&mut whole, OnConflict::ask(|_| Side::Mine)).await.unwrap();
    assert_eq!((&saved.parts[..], saved.settled.len()), (&[Part::Details][..], 1));
    assert_eq!(whole.details.description.as_deref(), Some("Oak."));
}

#[tokio::test]
async fn an_edit_gives_up_where_the_object_changes_each_time() {
    let emulator = Emulator::new();
    let setup = planner(&emulator, "adele");
    let plan = plan(&setup).await;
    let id = task(&setup, &plan, "a").await.id().unwrap().clone();
    let meanwhile = (0..3).map(|number| -> Meanwhile {
        let (planner, id) = (setup.clone(), id.clone());
        Box::pin(async move {
            let change = |task: &mut PlannerTask| task.title = Some(format!("theirs {number}"));
            planner.edit(&id, change).await.unwrap();
        })
    });
    let planner = Planner::new(client(Interrupted::new(&emulator, meanwhile.collect()), "bruno"));
    let edit = |attempts| {
        let change = |task: &mut PlannerTask| task.title = Some("mine".to_owned());
        planner
            .edit(&id, change)
            .on_conflict(OnConflict::Mine)
            .attempts(attempts)
    };
    assert!(matches!(edit(2).await.unwrap_err(), Error::Contended { attempts: 2 }));
    let edited = edit(2).await.unwrap();
    assert_eq!((edited.value.title.as_deref(), edited.settled.len()), (Some("mine"), 1));
}
