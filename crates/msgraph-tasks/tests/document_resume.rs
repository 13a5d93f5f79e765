//! An import that is killed goes on, wherever it was killed, and nothing is there twice.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod document_support;

use std::io;

use document_support::{client, client_of, count, demo, group, id, ids, large, plan, planner, todo};
use msgraph_emulator::{Effect, Emulator, Fault, Match};
use msgraph_tasks::{
    Error, Id,
    document::{
        DocumentError, ImportOptions, Journal, JournalStore, ListDocument, ListStep, MemoryJournal, PlanDocument, Step,
        TaskLink, TaskStep, UserMap,
    },
    model::{PlannerContainerType, PlannerPlanContainerInput, PlannerPlanCreate, PlannerTaskCreate},
    v1,
};

/// A rule that strikes the request of this number, from 1.
fn strike(method: Option<&str>, path: Option<&str>, nth: u64, effect: Effect) -> Fault {
    let matching = Match {
        method: method.map(str::to_owned),
        path: path.map(str::to_owned),
        nth: Some(nth),
        ..Match::default()
    };
    Fault {
        name: "kill".into(),
        matching,
        effect,
        matched: 0,
        hits: 0,
    }
}

/// A small plan in which names come more than once.
fn small() -> PlanDocument {
    let mut document = PlanDocument::new("Small");
    document.plan.labels.insert("category1".into(), Some("Blocking".into()));
    for name in ["Same", "Same", "Other"] {
        let bucket = document.add_bucket(name);
        for title in ["Twin", "Twin", "Single"] {
            let task = document.add_task(title);
            task.bucket = Some(bucket.clone());
            task.description = (title == "Twin").then(|| format!("In {bucket}"));
            task.checklist = vec![TaskStep::default(); usize::from(title == "Twin")];
            task.checklist.iter_mut().for_each(|step| step.title = "Step".into());
        }
    }
    document
}

/// Imports until it succeeds, and returns how many runs that took.
async fn until_done(emulator: &Emulator, document: &PlanDocument, mut journal: impl JournalStore) -> usize {
    let planner = planner(emulator);
    for run in 1..5 {
        let options = ImportOptions::new().users(UserMap::same()).journal(&mut journal);
        match planner.import(document, &group(emulator), options).await {
            Ok(made) => {
                emulator.remove_fault("kill");
                let made = planner.export(&made).await.unwrap();
                assert!(document.diff(&made).is_empty(), "{}", document.diff(&made));
                assert_eq!(ids(emulator, "plan", "title", &document.plan.title).len(), 1);
                assert_eq!(count(emulator, "bucket"), document.buckets.len());
                assert_eq!(count(emulator, "task"), document.tasks.len());
                return run;
            }
            Err(error) => assert!(
                !matches!(error, Error::Document(DocumentError::Ambiguous { .. })),
                "{error}"
            ),
        }
    }
    panic!("the import does not come to its end")
}

#[tokio::test]
async fn killed_at_every_request_a_plan_is_there_once() {
    let document = small();
    for effect in [
        Effect::DropBefore,
        Effect::ApplyThenDrop,
        Effect::TruncateBody { bytes: 20 },
    ] {
        let mut struck = 0;
        for nth in 1.. {
            let emulator = Emulator::new();
            emulator.put_fault(strike(None, None, nth, effect.clone()));
            // The import ended before the request of this number.
            if until_done(&emulator, &document, MemoryJournal::new()).await == 1 {
                break;
            }
            struck += 1;
        }
        assert_eq!(struck, 28, "{effect:?}");
    }
}

/// A journal that cannot be kept at one time.
struct Failing {
    journal: MemoryJournal,
    saves: usize,
    fails_at: usize,
}

impl JournalStore for Failing {
    fn load(&mut self) -> io::Result<Option<Journal>> {
        self.journal.load()
    }

    fn save(&mut self, journal: &Journal) -> io::Result<()> {
        self.saves += 1;
        if self.saves == self.fails_at {
            return Err(io::Error::other("the process is killed here"));
        }
        self.journal.save(journal)
    }
}

#[tokio::test]
async fn killed_at_every_note_a_plan_is_there_once() {
    let document = small();
    let mut killed = 0;
    for fails_at in 1.. {
        let emulator = Emulator::new();
        let journal = Failing {
            journal: MemoryJournal::new(),
            saves: 0,
            fails_at,
        };
        if until_done(&emulator, &document, journal).await == 1 {
            break;
        }
        killed += 1;
    }
    // Two notes for each creation, and one for each other step.
    let steps = document.steps(&UserMap::same()).unwrap();
    let creations = steps.iter().filter(|step| Step::creates(step)).count();
    assert_eq!(killed, steps.len() + creations);
}

#[tokio::test]
async fn a_plan_of_200_tasks_killed_midway_has_no_duplicate() {
    let emulator = large();
    let planner = planner(&emulator);
    let document = planner.export(&plan(&emulator, "Large")).await.unwrap();
    let before = (count(&emulator, "bucket"), count(&emulator, "task"));
    emulator.put_fault(strike(Some("POST"), Some("/planner/tasks"), 100, Effect::ApplyThenDrop));
    let mut journal = MemoryJournal::new();
    let into = group(&emulator);
    let mut import = async || {
        let options = ImportOptions::new().users(UserMap::same()).journal(&mut journal);
        planner.import(&document, &into, options).await
    };
    let error = import().await.unwrap_err();
    assert!(
        error.client().is_some_and(msgraph_client::Error::may_be_carried_out),
        "{error}"
    );
    emulator.clear_requests();
    let made = import().await.unwrap();
    let posts = emulator.requests();
    let posts = posts
        .iter()
        .filter(|record| record.route.as_deref() == Some("POST /planner/tasks"));
    assert_eq!(posts.count(), 100);
    assert_eq!(
        (count(&emulator, "bucket"), count(&emulator, "task")),
        (before.0 * 2, before.1 * 2)
    );
    let diff = document.diff(&planner.export(&made).await.unwrap());
    assert!(diff.is_empty(), "{diff}");
}

#[tokio::test]
async fn a_plan_of_the_same_title_that_was_there_is_not_taken() {
    let emulator = demo();
    let planner = planner(&emulator);
    let document = planner.export(&plan(&emulator, "Launch 2.0")).await.unwrap();
    let mut journal = MemoryJournal::new();
    let into = group(&emulator);
    emulator.put_fault(strike(Some("POST"), Some("/planner/plans"), 1, Effect::DropBefore));
    let options = ImportOptions::new().users(UserMap::same()).journal(&mut journal);
    planner.import(&document, &into, options).await.unwrap_err();
    let options = ImportOptions::new().users(UserMap::same()).journal(&mut journal);
    let made = planner.import(&document, &into, options).await.unwrap();
    assert_eq!(count(&emulator, "task"), 24);
    let mut ids = ids(&emulator, "plan", "title", "Launch 2.0");
    assert_eq!(ids.len(), 2);
    ids.retain(|id| id != made.as_str());
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn what_somebody_else_made_meanwhile_is_not_taken() {
    let emulator = Emulator::new();
    let planner = planner(&emulator);
    let document = small();
    let into = group(&emulator);
    let mut journal = MemoryJournal::new();
    let mut import = async || {
        planner
            .import(&document, &into, ImportOptions::new().journal(&mut journal))
            .await
    };
    emulator.put_fault(strike(Some("POST"), Some("/planner/tasks"), 1, Effect::DropBefore));
    import().await.unwrap_err();
    // The last task is created first.
    let made = plan(&emulator, "Small");
    let bucket = Id::new(id(&emulator, "bucket", "name", "Other"));
    let task = PlannerTaskCreate::new(&made, "Single").bucket_id(&bucket);
    let bruno = client_of("bruno", &emulator);
    let theirs = bruno.send(v1::planner().tasks().create(task)).await.unwrap();

    import().await.unwrap();
    assert_eq!(count(&emulator, "task"), document.tasks.len() + 1);
    bruno.send(v1::planner().delete(&theirs)).await.unwrap();
    assert!(document.diff(&planner.export(&made).await.unwrap()).is_empty());
}

#[tokio::test]
async fn where_several_could_be_it_the_import_stops_and_names_them() {
    let emulator = Emulator::new();
    let (planner, client) = (planner(&emulator), client(&emulator));
    let document = small();
    let into = group(&emulator);
    let mut journal = MemoryJournal::new();
    let mut import = async || {
        planner
            .import(&document, &into, ImportOptions::new().journal(&mut journal))
            .await
    };
    emulator.put_fault(strike(Some("POST"), Some("/planner/plans"), 1, Effect::ApplyThenDrop));
    import().await.unwrap_err();
    let container = PlannerPlanContainerInput::new()
        .container_id(into.as_str())
        .r#type(PlannerContainerType::Group);
    let other = PlannerPlanCreate::new(container, "Small");
    let other = client.send(v1::planner().plans().create(other)).await.unwrap();

    let error = import().await.unwrap_err();
    let Error::Document(DocumentError::Ambiguous { ids, .. }) = &error else {
        panic!("{error}")
    };
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().any(|id| id == other.id().unwrap().as_str()));
    assert!(
        error
            .to_string()
            .contains("when it was to create plan Small, and 2 objects could be"),
        "{error}"
    );

    client.send(v1::planner().delete(&other)).await.unwrap();
    let made = import().await.unwrap();
    assert!(document.diff(&planner.export(&made).await.unwrap()).is_empty());
}

#[tokio::test]
async fn killed_at_every_request_a_list_is_there_once() {
    let mut document = ListDocument::new("Errands");
    for title in ["Twin", "Twin", "Single"] {
        let task = document.add_task(title);
        task.checklist = vec![ListStep::default(); 2];
        task.checklist.iter_mut().for_each(|step| step.title = "Step".into());
        task.links = vec![TaskLink::default()];
        task.links[0].web_url = Some("https://contoso.example/".into());
    }
    for effect in [Effect::DropBefore, Effect::ApplyThenDrop] {
        for nth in 1.. {
            let emulator = Emulator::new();
            emulator.put_fault(strike(None, None, nth, effect.clone()));
            let todo = todo(&emulator);
            let mut journal = MemoryJournal::new();
            let mut import = async || todo.import(&document, ImportOptions::new().journal(&mut journal)).await;
            let first = import().await;
            let is_struck = first.is_err();
            emulator.remove_fault("kill");
            let made = match first {
                Ok(made) => made,
                Err(_) => import().await.unwrap(),
            };
            let diff = document.diff(&todo.export(&made).await.unwrap());
            assert!(diff.is_empty(), "{diff}");
            assert_eq!(ids(&emulator, "list", "displayName", "Errands").len(), 1);
            assert_eq!(count(&emulator, "todoTask"), 3);
            assert_eq!(count(&emulator, "checklistItem"), 6);
            if !is_struck {
                assert!(nth > 10, "{nth}");
                break;
            }
        }
    }
}
