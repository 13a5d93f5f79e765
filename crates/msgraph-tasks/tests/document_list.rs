//! Lists of To Do as documents.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod document_support;

use document_support::{calls, demo, list, todo};
use msgraph_emulator::Emulator;
use msgraph_tasks::document::{
    DocumentError, ImportOptions, ListDocument, ListStep, Pattern, Range, Recurrence, TaskBody, TaskLink, ZonedDateTime,
};

fn at(date_time: &str) -> ZonedDateTime {
    ZonedDateTime {
        date_time: date_time.into(),
        time_zone: "UTC".into(),
    }
}

#[tokio::test]
async fn a_list_is_exported_imported_and_the_same() {
    let emulator = demo();
    let todo = todo(&emulator);
    let document = todo.export(&list(&emulator, "Errands")).await.unwrap();
    assert_eq!(document.tasks.len(), 3);
    let document = ListDocument::parse(&document.to_json()).unwrap();
    let made = todo.import(&document, ImportOptions::new()).await.unwrap();
    let diff = document.diff(&todo.export(&made).await.unwrap());
    assert!(diff.is_empty(), "{diff}");
}

#[tokio::test]
async fn what_a_task_can_have_comes_back() {
    let emulator = Emulator::new();
    let todo = todo(&emulator);
    let mut document = ListDocument::new("Everything");
    let task = document.add_task("Water the plants");
    task.body = Some(TaskBody {
        content: "<b>Not</b> the cactus".into(),
        content_type: Some("html".into()),
    });
    task.status = Some("inProgress".into());
    task.importance = Some("high".into());
    task.start = Some(at("2026-01-05T08:00:00"));
    task.due = Some(at("2026-01-06T00:00:00"));
    task.reminder = Some(at("2026-01-06T07:30:00"));
    task.is_reminder_on = true;
    task.categories = vec!["Home".into(), "Green".into()];
    task.recurrence = Some(Recurrence {
        pattern: Pattern {
            r#type: "weekly".into(),
            interval: 2,
            days_of_week: vec!["tuesday".into(), "friday".into()],
            first_day_of_week: Some("monday".into()),
            ..Pattern::default()
        },
        range: Range {
            r#type: "numbered".into(),
            start_date: "2026-01-06".into(),
            number_of_occurrences: 10,
            ..Range::default()
        },
    });
    task.checklist = (0..25)
        .map(|number| ListStep {
            title: format!("Plant {number}"),
            done: number % 2 == 1,
        })
        .collect();
    task.links = vec![TaskLink {
        web_url: Some("https://contoso.example/plants".into()),
        application_name: Some("Garden".into()),
        display_name: Some("The plants".into()),
        external_id: Some("p-1".into()),
    }];
    let done = document.add_task("Buy soil");
    done.status = Some("completed".into());
    done.completed = Some(at("2026-01-02T00:00:00"));
    let document = ListDocument::parse(&document.to_json()).unwrap();

    let made = todo.import(&document, ImportOptions::new()).await.unwrap();
    let again = todo.export(&made).await.unwrap();
    let diff = document.diff(&again);
    assert!(diff.is_empty(), "{diff}\n{}", again.to_json());
}

#[tokio::test]
async fn long_lists_and_checklists_come_whole() {
    let emulator = Emulator::new();
    emulator.configure(|config| config.page_size = 7);
    let todo = todo(&emulator);
    let mut document = ListDocument::new("Long");
    for number in 0..30 {
        let task = document.add_task(format!("Task {number}"));
        let steps = if number == 3 { 20 } else { 0 };
        task.checklist = (0..steps)
            .map(|step| ListStep {
                title: format!("Step {step}"),
                done: false,
            })
            .collect();
    }
    let made = todo.import(&document, ImportOptions::new()).await.unwrap();
    let diff = document.diff(&todo.export(&made).await.unwrap());
    assert!(diff.is_empty(), "{diff}");
}

#[tokio::test]
async fn a_dry_run_sends_nothing() {
    let emulator = demo();
    let mut document = todo(&emulator).export(&list(&emulator, "Errands")).await.unwrap();
    document.tasks[0].checklist.push(ListStep {
        title: "Photo".into(),
        done: false,
    });
    emulator.clear_requests();
    let lines: Vec<_> = document.steps().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines[..3],
        [
            "create list Errands",
            "create task Renew the passport",
            "create step Photo of Renew the passport"
        ]
    );
    assert_eq!(lines.len(), 5);
    assert_eq!(calls(&emulator), 0);
}

type Case = (fn(&mut ListDocument), &'static str);

#[test]
fn bad_input_is_refused_with_its_place() {
    let refused = |change: fn(&mut ListDocument)| {
        let mut document = ListDocument::new("List");
        document.add_task("Task");
        change(&mut document);
        ListDocument::parse(&document.to_json()).unwrap_err().to_string()
    };
    let cases: [Case; 4] = [
        (|list| list.name.clear(), "name: it must not be empty"),
        (
            |list| list.tasks[0].status = Some("soon".into()),
            "tasks[0].status: `soon` is not known",
        ),
        (
            |list| list.tasks[0].due = Some(ZonedDateTime::default()),
            "tasks[0].due.timeZone: it must not be empty",
        ),
        (
            |list| list.tasks[0].recurrence = Some(Recurrence::default()),
            "tasks[0].recurrence.pattern.type: `` is no pattern",
        ),
    ];
    for (change, expected) in cases {
        let message = refused(change);
        assert!(message.contains(expected), "{message}");
    }
    let newer = ListDocument::new("List")
        .to_json()
        .replace("\"version\": 1", "\"version\": 7");
    let newer = ListDocument::parse(&newer).unwrap_err();
    assert!(matches!(newer, DocumentError::Newer { version: 7, reads: 1 }));
}
