//! Plans as documents: there and back, and what is refused before anything is sent.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod document_support;

use document_support::{calls, demo, group, large, plan, planner, todo, user};
use msgraph_emulator::Emulator;
use msgraph_tasks::{
    Error,
    document::{
        Difference, DocumentError, DocumentUser, FileJournal, ImportOptions, ListDocument, MemoryJournal, PlanDocument,
        Reference, TaskStep, Unmapped, UserMap,
    },
};

fn same() -> ImportOptions<'static> {
    ImportOptions::new().users(UserMap::same())
}

#[tokio::test]
async fn a_plan_of_200_tasks_is_exported_imported_and_the_same() {
    let emulator = large();
    let planner = planner(&emulator);
    let source = plan(&emulator, "Large");
    emulator.clear_requests();
    let document = planner.export(&source).await.unwrap();
    // The plan with its details, a page of buckets, four of tasks, and 400 reads in twenties.
    assert_eq!(calls(&emulator), 26);
    assert_eq!(document.tasks.len(), 200);
    assert_eq!(document.buckets.len(), 4);

    let text = document.to_json();
    let read = PlanDocument::parse(&text).unwrap();
    assert_eq!(read, document);
    assert_eq!(read.to_json(), text);

    emulator.clear_requests();
    let mut told = Vec::new();
    let options = same().on_progress(|progress| told.push((progress.done, progress.of)));
    let made = planner.import(&read, &group(&emulator), options).await.unwrap();
    // One for each of 205 objects; details in twenties, read and written; those of the plan; and two looks for one like it.
    assert_eq!(calls(&emulator), 229);
    let of = told[0].1;
    assert_eq!(told, (1..=of).map(|done| (done, of)).collect::<Vec<_>>());

    let again = planner.export(&made).await.unwrap();
    let diff = document.diff(&again);
    assert!(diff.is_empty(), "{diff}");
    // Beyond what a diff looks at: all but the sources is the same.
    let anonymous = |mut document: PlanDocument| {
        document.plan.source = None;
        document.buckets.iter_mut().for_each(|bucket| bucket.source = None);
        document.tasks.iter_mut().for_each(|task| task.source = None);
        document
    };
    assert_eq!(anonymous(document), anonymous(again));
}

#[tokio::test]
async fn what_a_task_can_have_comes_back() {
    let emulator = Emulator::new();
    let planner = planner(&emulator);
    let (adele, bruno) = (user(&emulator, "Adele Vance"), user(&emulator, "Bruno Costa"));
    let mut document = PlanDocument::new("Everything");
    document.plan.labels.insert("category25".into(), Some("Late".into()));
    document.plan.labels.insert("category2".into(), None);
    for user in [&adele, &bruno] {
        document.users.insert(user.as_str().into(), DocumentUser::default());
    }
    document.plan.shared_with.push(bruno.as_str().into());
    let bucket = document.add_bucket("Doing");
    let task = document.add_task("Ship it");
    task.bucket = Some(bucket);
    task.percent_complete = Some(50);
    task.priority = Some(1);
    task.start = Some("2026-03-01T10:00:00+02:00".into());
    task.due = Some("2026-03-02T00:00:00Z".into());
    task.assignees = vec![bruno.as_str().into(), adele.as_str().into()];
    task.labels = vec!["category2".into(), "category25".into()];
    task.description = Some("Line\nline \u{1f680}".into());
    task.preview = Some("checklist".into());
    task.checklist = (0..20)
        .map(|number| TaskStep {
            title: format!("Step {number}"),
            done: number % 3 == 0,
        })
        .collect();
    task.references = (0..10)
        .rev()
        .map(|number| Reference {
            url: format!("https://contoso.example/{number}/a%20b.docx?x=@y#:z"),
            alias: (number % 2 == 0).then(|| format!("Paper {number}")),
            r#type: (number % 3 == 0).then(|| "Word".into()),
        })
        .collect();
    document.add_task("No bucket");
    let document = PlanDocument::parse(&document.to_json()).unwrap();

    let made = planner.import(&document, &group(&emulator), same()).await.unwrap();
    let again = planner.export(&made).await.unwrap();
    let diff = document.diff(&again);
    assert!(diff.is_empty(), "{diff}");
    assert_eq!(again.tasks[0].start.as_deref(), Some("2026-03-01T08:00:00Z"));
    assert_eq!(again.users[adele.as_str()].display_name.as_deref(), Some("Adele Vance"));
    assert_eq!(again.plan.labels["category25"].as_deref(), Some("Late"));
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_says_what_would_be_done() {
    let emulator = demo();
    let document = planner(&emulator).export(&plan(&emulator, "Launch 2.0")).await.unwrap();
    emulator.clear_requests();
    let steps = document.steps(&UserMap::same()).unwrap();
    assert_eq!(calls(&emulator), 0);
    let lines: Vec<_> = steps.iter().map(ToString::to_string).collect();
    assert_eq!(lines[0], "create plan Launch 2.0");
    assert_eq!(lines[1], "name 1 label and share the plan with 2 people");
    assert_eq!(lines[2], "create bucket Done");
    let film = "create task Film the tour in Doing for 2 people";
    assert!(lines.iter().any(|line| line == film), "{lines:#?}");
    let details = "write the details of Film the tour: description, 3 items, 1 reference";
    assert_eq!(lines.last().unwrap(), details);
    assert_eq!(steps.iter().filter(|step| step.creates()).count(), 1 + 3 + 12);

    let dropped = document.steps(&UserMap::new().unmapped(Unmapped::Drop)).unwrap();
    let film = "create task Film the tour in Doing (2 left out)";
    assert!(dropped.iter().any(|step| step.to_string() == film));
}

#[tokio::test]
async fn users_are_mapped_dropped_or_refused() {
    let emulator = demo();
    let planner = planner(&emulator);
    let document = planner.export(&plan(&emulator, "Launch 2.0")).await.unwrap();
    let (adele, dana) = (user(&emulator, "Adele Vance"), user(&emulator, "Dana Levi"));
    emulator.clear_requests();

    let refused = planner.import(&document, &group(&emulator), ImportOptions::new()).await;
    let Err(Error::Document(DocumentError::UnmappedUser { place, .. })) = &refused else {
        panic!("{refused:?}")
    };
    assert_eq!(place, "plan.sharedWith[0]");
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("map them, or let the map keep or drop")
    );
    assert_eq!(calls(&emulator), 0);

    let users = UserMap::new().map(adele.as_str(), &dana).unmapped(Unmapped::Drop);
    let options = ImportOptions::new().users(users);
    let made = planner.import(&document, &group(&emulator), options).await.unwrap();
    let there = planner.export(&made).await.unwrap();
    assert_eq!(there.plan.shared_with, [dana.as_str()]);
    let assignees = |document: &PlanDocument, title: &str| {
        let task = document.tasks.iter().find(|task| task.title == title).unwrap();
        task.assignees.clone()
    };
    assert_eq!(assignees(&there, "Rehearse the talk"), [dana.as_str()]);
    assert!(assignees(&there, "Film the tour").is_empty());
    assert_eq!(there.users.keys().collect::<Vec<_>>(), [dana.as_str()]);
}

#[tokio::test]
async fn a_finished_import_sends_nothing_again() {
    let emulator = demo();
    let planner = planner(&emulator);
    let document = planner.export(&plan(&emulator, "Launch 2.0")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("import.journal");
    let into = group(&emulator);
    let options = || same().journal(FileJournal::new(&path));
    let made = planner.import(&document, &into, options()).await.unwrap();
    emulator.clear_requests();
    assert_eq!(planner.import(&document, &into, options()).await.unwrap(), made);
    assert_eq!(calls(&emulator), 0);

    // The journal of one import is none of another.
    let mut other = document.clone();
    other.plan.title.push('!');
    let refused = planner.import(&other, &into, options()).await.unwrap_err();
    assert!(
        matches!(refused, Error::Document(DocumentError::OtherJournal)),
        "{refused}"
    );
    std::fs::write(&path, "{").unwrap();
    let refused = planner.import(&document, &into, options()).await.unwrap_err();
    assert!(
        matches!(refused, Error::Document(DocumentError::Journal(_))),
        "{refused}"
    );
    assert_eq!(calls(&emulator), 0);
}

#[test]
fn imports_can_be_spawned() {
    fn is_send(_: &impl Send) {}
    let emulator = demo();
    let (planner, todo) = (planner(&emulator), todo(&emulator));
    let into = group(&emulator);
    let source = plan(&emulator, "Launch 2.0");
    let document = PlanDocument::new("Plan");
    is_send(&planner.export(&source));
    is_send(&planner.import(&document, &into, same()));
    is_send(&planner.clone_plan(&source, &into, same()));
    is_send(&todo.import(&ListDocument::new("List"), ImportOptions::new()));
}

#[tokio::test]
async fn a_clone_is_the_same_plan_with_the_same_people() {
    let emulator = demo();
    let planner = planner(&emulator);
    let source = plan(&emulator, "Launch 2.0");
    let mut journal = MemoryJournal::new();
    let options = ImportOptions::new().journal(&mut journal);
    let made = planner.clone_plan(&source, &group(&emulator), options).await.unwrap();
    assert_ne!(made, source);
    let (one, other) = (
        planner.export(&source).await.unwrap(),
        planner.export(&made).await.unwrap(),
    );
    assert!(one.diff(&other).is_empty(), "{}", one.diff(&other));
}

#[tokio::test]
async fn what_is_different_is_told() {
    let emulator = demo();
    let before = planner(&emulator).export(&plan(&emulator, "Launch 2.0")).await.unwrap();
    let mut after = before.clone();
    after.plan.title = "Launch 3.0".into();
    after.buckets[0].name = "Backlog".into();
    let done = after.buckets[2].key.clone();
    let titled =
        |document: &mut PlanDocument, title: &str| document.tasks.iter().position(|task| task.title == title).unwrap();
    let film = titled(&mut after, "Film the tour");
    after.tasks[film].bucket = Some(done);
    let venue = titled(&mut after, "Book the venue");
    after.tasks[venue].due = Some("2026-02-01T00:00:00Z".into());
    after.tasks[venue].priority = Some(1);
    let badges = titled(&mut after, "Order badges");
    let badges = after.tasks.remove(badges);
    after.tasks.insert(0, badges);
    let press = titled(&mut after, "Invite the press");
    after.tasks.remove(press);
    after.add_task("Celebrate");

    let diff = before.diff(&after);
    let expected = "\
~ plan Launch 3.0: title
~ bucket Backlog: name
~ task Book the venue: due, priority
- task Invite the press
> task Order badges
> task Film the tour, to Done
+ task Celebrate
";
    assert_eq!(diff.to_string(), expected);
    assert_eq!(
        diff.iter()
            .filter(|change| matches!(change, Difference::Moved { .. }))
            .count(),
        2
    );
    assert!(before.diff(&before).is_empty());

    // Without sources, names tell what is what.
    let anonymous = |mut document: PlanDocument| {
        document.tasks.iter_mut().for_each(|task| task.source = None);
        document
    };
    let mut twice = anonymous(before.clone());
    twice.add_task("Book the venue");
    assert_eq!(anonymous(before).diff(&twice).to_string(), "+ task Book the venue\n");
}

type Case = (fn(&mut PlanDocument), &'static str);

/// Reads a document that was changed so.
fn changed(change: fn(&mut PlanDocument)) -> Result<PlanDocument, DocumentError> {
    let mut document = PlanDocument::new("Plan");
    document.plan.labels.insert("category1".into(), None);
    document.users.insert("u".into(), DocumentUser::default());
    let bucket = document.add_bucket("Bucket");
    document.add_task("One").bucket = Some(bucket);
    document.add_task("Two");
    change(&mut document);
    PlanDocument::parse(&document.to_json())
}

#[test]
fn bad_input_is_refused_with_its_place() {
    assert!(changed(|_| ()).is_ok());
    let cases: [Case; 14] = [
        (|plan| plan.plan.title.clear(), "plan.title: it must not be empty"),
        (
            |plan| plan.tasks[0].title.clear(),
            "tasks[0].title: it must not be empty",
        ),
        (
            |plan| plan.buckets[0].name = " ".into(),
            "buckets[0].name: it must not be empty",
        ),
        (
            |plan| plan.tasks[1].key = "t1".into(),
            "tasks[1].key: another has the key `t1`",
        ),
        (
            |plan| plan.tasks[1].bucket = Some("b9".into()),
            "tasks[1].bucket: there is no bucket `b9`",
        ),
        (
            |plan| plan.tasks[1].labels.push("category2".into()),
            "tasks[1].labels[0]: there is no label `category2`",
        ),
        (
            |plan| plan.tasks[0].assignees.push("v".into()),
            "tasks[0].assignees[0]: there is no user `v`",
        ),
        (
            |plan| plan.tasks[0].assignees = vec!["u".into(); 2],
            "tasks[0].assignees[1]: another has the key `u`",
        ),
        (
            |plan| plan.plan.shared_with.push("v".into()),
            "plan.sharedWith[0]: there is no user `v`",
        ),
        (
            |plan| drop(plan.plan.labels.insert("red".into(), None)),
            "plan.labels: `red` is no label",
        ),
        (
            |plan| plan.tasks[0].percent_complete = Some(101),
            "tasks[0].percentComplete: it is to be from 0 to 100",
        ),
        (
            |plan| plan.tasks[0].priority = Some(-1),
            "tasks[0].priority: it is to be from 0 to 10",
        ),
        (
            |plan| plan.tasks[0].due = Some("tomorrow".into()),
            "tasks[0].due: `tomorrow` is not a point in time",
        ),
        (
            |plan| plan.tasks[0].preview = Some("all".into()),
            "tasks[0].preview: `all` is no preview",
        ),
    ];
    refuses(&cases);
}

#[test]
fn what_planner_would_refuse_is_refused_before() {
    let cases: [Case; 2] = [
        (
            |plan| {
                plan.tasks[0].start = Some("2026-01-02T00:00:00Z".into());
                plan.tasks[0].due = Some("2026-01-01T00:00:00Z".into());
            },
            "tasks[0].start: it must not be later than `due`",
        ),
        (
            |plan| {
                let mut reference = Reference::default();
                reference.url.push_str("ftp://x");
                plan.tasks[0].references.push(reference);
            },
            "tasks[0].references[0].url: it is to begin with `http://`",
        ),
    ];
    refuses(&cases);
}

fn refuses(cases: &[Case]) {
    for (change, expected) in cases {
        let message = changed(*change).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn other_files_and_newer_formats_are_refused() {
    let text = PlanDocument::new("Plan").to_json();
    let newer = PlanDocument::parse(&text.replace("\"version\": 1", "\"version\": 2, \"colours\": []")).unwrap_err();
    assert!(matches!(newer, DocumentError::Newer { version: 2, reads: 1 }));
    assert!(
        newer
            .to_string()
            .contains("has version 2, and this build reads up to version 1")
    );
    let refused = |text: &str| PlanDocument::parse(text).unwrap_err().to_string();
    let other = refused(&text.replace("msgraph-tasks/plan", "msgraph-tasks/list"));
    assert!(
        other.contains("its format is `msgraph-tasks/list`, and `msgraph-tasks/plan` is wanted"),
        "{other}"
    );
    assert!(refused("{}").contains("it has no `format`"));
    assert!(refused(&text.replace("\"version\": 1", "\"version\": 0")).contains("a number from 1 to 1"));
    assert!(refused(&text.replace("\"title\"", "\"titel\"")).contains("unknown field `titel`"));
    assert!(refused("").contains("line 1 column 0"));
    assert!(PlanDocument::parse(&format!("\u{feff}{text}")).is_ok());
}
