//! Boards show what Planner's apps show, whatever the order in which the objects came.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod launch;

use std::{collections::BTreeMap, time::SystemTime};

use msgraph_emulator::{Effect, Fault, Match};
use msgraph_tasks::{
    Id, Versioned,
    board::{Board, BoardFormat, Column, ColumnKey, Due, Objects, Progress},
    core::{Category, DateTimeOffset, prelude::Deserialize},
    model::{
        PlannerAssignedToTaskBoardTaskFormat, PlannerBucket, PlannerBucketTaskBoardTaskFormat, PlannerPlanDetails,
        PlannerTask, User,
    },
    order::{BucketColumn, Sequence},
    v1,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use self::launch::{Launch, launch};

/// An object as the service would have sent it.
fn object<T: for<'de> Deserialize<'de>>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn task(id: &str, more: Value) -> Versioned<PlannerTask> {
    let mut value = json!({ "@odata.etag": "W/\"1\"", "id": id, "title": id });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    object(value)
}

fn ids(tasks: &[&Versioned<PlannerTask>]) -> Vec<String> {
    tasks.iter().map(|task| task.id().unwrap().to_string()).collect()
}

/// Titles and tasks of the columns.
fn shown<'b>(board: &'b Board<'_>) -> Vec<(&'b str, Vec<String>)> {
    board
        .columns
        .iter()
        .map(|column| (&*column.title, ids(&column.tasks)))
        .collect()
}

fn column<'c>(title: &'c str, tasks: &[&str]) -> (&'c str, Vec<String>) {
    (title, tasks.iter().map(|id| (*id).to_owned()).collect())
}

#[test]
fn buckets_and_tasks_come_by_their_hints() {
    let buckets: Vec<Versioned<PlannerBucket>> = object(json!([
        { "id": "later", "name": "Later", "orderHint": "b" },
        { "id": "none", "name": "No place" },
        { "id": "now", "name": "Now", "orderHint": "B" },
    ]));
    let tasks = [
        task("a", json!({ "bucketId": "now" })),
        task("b", json!({ "bucketId": "now" })),
        task("c", json!({ "bucketId": "now", "orderHint": "0" })),
        task("d", json!({ "bucketId": "gone" })),
        task(
            "e",
            json!({ "bucketId": null, "bucketTaskBoardFormat": { "id": "e", "orderHint": "1" } }),
        ),
        task(
            "f",
            json!({ "bucketId": "now", "bucketTaskBoardFormat": { "id": "f", "orderHint": "A" } }),
        ),
    ];
    let formats: Vec<Versioned<PlannerBucketTaskBoardTaskFormat>> = object(json!([
        { "id": "a", "orderHint": "Zz" },
        { "id": "b", "orderHint": "Z" },
    ]));
    let board = Objects::of(&tasks)
        .buckets(&buckets)
        .bucket_formats(&formats)
        .by_bucket();
    let expected = [
        // The order of the flat list does not matter here.
        column("Now", &["f", "b", "a", "c"]),
        column("Later", &[]),
        column("No place", &[]),
        column("No bucket", &["e", "d"]),
    ];
    assert_eq!(shown(&board), expected);
    let now = Id::new("now");
    assert_eq!(board.column(&ColumnKey::Bucket(&now)).unwrap().title, "Now");
    assert_eq!(board.column(&ColumnKey::Unassigned), None);
}

#[test]
fn progress_has_three_columns_and_what_was_completed_last_is_first() {
    let format = |id: &str, hint: &str| json!({ "id": id, "orderHint": hint });
    let tasks = [
        task(
            "a",
            json!({ "percentComplete": 100, "completedDateTime": "2026-01-05T10:00:00.1Z" }),
        ),
        task(
            "b",
            json!({ "percentComplete": 100, "completedDateTime": "2026-01-05T10:00:00.1000001Z" }),
        ),
        task(
            "c",
            json!({ "percentComplete": 100, "progressTaskBoardFormat": format("c", "1") }),
        ),
        task(
            "d",
            json!({ "percentComplete": 99, "progressTaskBoardFormat": format("d", "9") }),
        ),
        task(
            "e",
            json!({ "percentComplete": 1, "progressTaskBoardFormat": format("e", "8") }),
        ),
        task(
            "f",
            json!({ "percentComplete": 0, "progressTaskBoardFormat": format("f", "") }),
        ),
        task("g", json!({ "progressTaskBoardFormat": format("g", "7") })),
    ];
    let board = Objects::of(&tasks).by_progress();
    let expected = [
        column("Not started", &["g", "f"]),
        column("In progress", &["e", "d"]),
        column("Completed", &["b", "a", "c"]),
    ];
    assert_eq!(shown(&board), expected);
    assert_eq!(shown(&Objects::default().by_progress()).len(), 3);
}

#[test]
fn each_assignee_has_a_column() {
    let assigned = |users: &[&str]| {
        let users = users.iter().map(|user| ((*user).to_owned(), json!({})));
        json!({ "assignments": users.collect::<serde_json::Map<_, _>>() })
    };
    let tasks = [
        task("a", assigned(&["u1", "u2"])),
        task("b", assigned(&["u1"])),
        task("c", assigned(&["u1"])),
        task("d", assigned(&[])),
        task("e", json!({})),
        // A removed assignment is none.
        task("f", json!({ "assignments": { "u1": null } })),
    ];
    let formats: Vec<Versioned<PlannerAssignedToTaskBoardTaskFormat>> = object(json!([
        { "id": "a", "unassignedOrderHint": "0", "orderHintsByAssignee": { "u1": "3", "u2": "1" } },
        { "id": "b", "unassignedOrderHint": "2", "orderHintsByAssignee": {} },
        { "id": "c", "unassignedOrderHint": "0", "orderHintsByAssignee": { "u1": "1" } },
        { "id": "d", "unassignedOrderHint": "5", "orderHintsByAssignee": {} },
        { "id": "e", "unassignedOrderHint": "4" },
    ]));
    let (first, second) = (Id::<User>::new("u1"), Id::<User>::new("u2"));
    let objects = Objects::of(&tasks).assignee_formats(&formats);
    let expected = [
        column("Unassigned", &["e", "d", "f"]),
        column("u1", &["c", "b", "a"]),
        column("u2", &["a"]),
    ];
    assert_eq!(shown(&objects.by_assignee()), expected);
    // By name, where names are known.
    let named = objects.users([(&first, "Zoe"), (&second, "Ali")]).by_assignee();
    let titles: Vec<_> = shown(&named).into_iter().map(|(title, _)| title).collect();
    assert_eq!(titles, ["Unassigned", "Ali", "Zoe"]);
    assert_eq!(named.columns[2].key, ColumnKey::Assignee(&first));
}

#[test]
fn due_dates_and_labels_make_columns() {
    let tasks = [
        task(
            "a",
            json!({ "dueDateTime": "2026-01-07T10:00:00Z", "orderHint": "2", "appliedCategories": { "category2": true, "category10": true } }),
        ),
        task(
            "b",
            json!({ "dueDateTime": "2026-01-08T10:00:00Z", "orderHint": "1", "appliedCategories": { "category2": true } }),
        ),
        task(
            "c",
            json!({ "dueDateTime": "2026-01-08T09:00:00Z", "orderHint": "0", "appliedCategories": { "category2": false } }),
        ),
        task("d", json!({ "dueDateTime": "2026-01-06T10:00:00Z", "orderHint": "3" })),
        task("e", json!({})),
    ];
    let details: PlannerPlanDetails =
        object(json!({ "id": "p", "categoryDescriptions": { "category2": "Blocking", "category10": null } }));
    let objects = Objects::of(&tasks).details(&details);
    let now = SystemTime::try_from(&DateTimeOffset::new("2026-01-08T18:00:00Z")).unwrap();
    let board = objects.by_due_date(now);
    assert_eq!(board.columns.len(), Due::ALL.len());
    let full: Vec<_> = shown(&board)
        .into_iter()
        .filter(|(_, tasks)| !tasks.is_empty())
        .collect();
    let expected = [
        column("Late", &["d", "a"]),
        column("Today", &["c", "b"]),
        column("No date", &["e"]),
    ];
    assert_eq!(full, expected);

    let board = objects.by_label();
    let expected = [
        column("No label", &["c", "d", "e"]),
        column("Blocking", &["b", "a"]),
        column("category10", &["a"]),
    ];
    assert_eq!(shown(&board), expected);
    let tenth = Category::new(10).unwrap();
    assert!(board.column(&ColumnKey::Label(&tenth)).is_some());
}

#[test]
fn lists_come_by_their_hints() {
    let tasks = [
        task("a", json!({ "orderHint": "2", "assigneePriority": "" })),
        task("b", json!({ "orderHint": "2", "assigneePriority": "x" })),
        task("c", json!({ "orderHint": "1" })),
        task("d", json!({ "assigneePriority": "X" })),
    ];
    let objects = Objects::of(&tasks);
    assert_eq!(ids(&objects.list()), ["c", "a", "b", "d"]);
    assert_eq!(ids(&objects.my_tasks()), ["d", "b", "a", "c"]);
}

#[tokio::test]
async fn the_boards_of_a_plan_show_what_was_seeded() {
    let Launch {
        planner, plan, calls, ..
    } = launch().await;
    let before = calls.so_far();
    let plan_objects = planner.plan_objects(&plan).await.unwrap();
    // The plan, and twelve formats of each kind.
    assert_eq!(calls.so_far() - before, 4);
    assert_eq!(plan_objects.plan.title.as_deref(), Some("Launch 2.0"));
    let titles =
        |column: &Column<'_>| -> Vec<String> { column.tasks.iter().map(|task| task.title.clone().unwrap()).collect() };

    let board = plan_objects.objects().by_bucket();
    let columns: Vec<_> = board
        .columns
        .iter()
        .map(|column| (&*column.title, titles(column)))
        .collect();
    let expected = [
        column(
            "To do",
            &[
                "Draft the announcement",
                "Book the venue",
                "Translate the website",
                "Invite the press",
                "Order badges",
            ],
        ),
        column(
            "Doing",
            &["Film the tour", "Fix what the beta found", "Rehearse the talk"],
        ),
        column(
            "Done",
            &[
                "Choose the date",
                "Agree on the budget",
                "Write the brief",
                "Sketch the poster",
            ],
        ),
    ];
    assert_eq!(columns, expected);
    assert_eq!(board.columns[2].completed().count(), 4);
    assert_eq!(board.columns[0].active().count(), 5);

    let board = plan_objects.objects().by_progress();
    assert_eq!(
        board
            .columns
            .iter()
            .map(|column| column.tasks.len())
            .collect::<Vec<_>>(),
        [5, 3, 4]
    );
    assert_eq!(board.columns[2].key, ColumnKey::Progress(Progress::Completed));

    let users = planner.client().send(v1::me().planner().tasks().list()).await.unwrap();
    let me = users.value[0].assignments.as_ref().unwrap().keys().next().unwrap();
    let board = plan_objects.objects().users([(me, "Me")]).by_assignee();
    assert_eq!(board.columns.len(), 5);
    assert_eq!(titles(&board.columns[0]), ["Invite the press", "Order badges"]);
    assert_eq!(board.column(&ColumnKey::Assignee(me)).unwrap().title, "Me");

    let labels = plan_objects.objects().by_label();
    assert_eq!(labels.columns[1].title, "Blocking");
    assert_eq!(titles(&labels.columns[1]), ["Film the tour"]);
}

#[tokio::test]
async fn only_what_a_board_needs_is_read() {
    let Launch {
        planner,
        plan,
        calls,
        emulator,
    } = launch().await;
    // Lists that come in pages are read to their end.
    emulator.configure(|config| config.planner_page_size = 5);
    let before = calls.so_far();
    let objects = planner.plan_objects_with(&plan, &[]).await.unwrap();
    assert_eq!(
        (objects.tasks.len(), objects.buckets.len(), objects.bucket_formats.len()),
        (12, 3, 0)
    );
    assert_eq!(calls.so_far() - before, 3);

    let before = calls.so_far();
    let formats = [BoardFormat::Bucket, BoardFormat::Bucket];
    let objects = planner.plan_objects_with(&plan, &formats).await.unwrap();
    assert_eq!((objects.bucket_formats.len(), objects.progress_formats.len()), (12, 0));
    assert_eq!(calls.so_far() - before, 4);

    let error = planner.plan_objects(&Id::new("nothing")).await.unwrap_err();
    assert!(error.client().is_some_and(|error| error.service().is_some()), "{error}");
}

#[tokio::test]
async fn a_task_that_is_deleted_meanwhile_is_left_out() {
    let Launch {
        emulator,
        planner,
        plan,
        ..
    } = launch().await;
    let refuse = |status| {
        let effect = Effect::Status {
            status,
            code: String::new(),
            message: String::new(),
            headers: BTreeMap::new(),
        };
        let path = Some("/planner/tasks/*/progressTaskBoardFormat".to_owned());
        let matching = Match {
            path,
            times: Some(1),
            ..Match::default()
        };
        emulator.put_fault(Fault {
            name: "gone".to_owned(),
            matching,
            effect,
            matched: 0,
            hits: 0,
        });
    };
    refuse(404);
    let objects = planner.plan_objects(&plan).await.unwrap();
    assert_eq!((objects.tasks.len(), objects.progress_formats.len()), (11, 11));
    // What is refused for another reason is not passed over.
    refuse(403);
    let error = planner.plan_objects(&plan).await.unwrap_err();
    assert_eq!(
        error
            .client()
            .and_then(|error| error.service())
            .map(|error| error.status),
        Some(403)
    );
}

/// What was arranged is what the board shows.
#[tokio::test]
async fn a_column_that_was_arranged_is_shown_as_it_was_meant() {
    let Launch { planner, plan, .. } = launch().await;
    let mut objects = planner.plan_objects_with(&plan, &[BoardFormat::Bucket]).await.unwrap();
    let board = objects.objects().by_bucket();
    let in_column: Vec<_> = board.columns[0]
        .tasks
        .iter()
        .map(|task| task.id().unwrap().clone())
        .collect();
    let formats = objects
        .bucket_formats
        .iter()
        .filter(|format| in_column.contains(format.id().unwrap()));
    let mut order = BucketColumn.arrangement(formats);
    assert_eq!(order.keys().cloned().collect::<Vec<_>>(), in_column);
    let turned: Vec<_> = in_column.into_iter().rev().collect();
    assert!(order.set_order(&turned));
    let report = planner
        .arrange(&BucketColumn, &mut objects.bucket_formats, &mut order)
        .await;
    assert!(report.is_complete());

    let shown = |objects: &msgraph_tasks::board::PlanObjects| -> Vec<Id<PlannerTask>> {
        let board = objects.objects().by_bucket();
        board.columns[0]
            .tasks
            .iter()
            .map(|task| task.id().unwrap().clone())
            .collect()
    };
    assert_eq!(shown(&objects), turned, "from the answers");
    let again = planner.plan_objects_with(&plan, &[BoardFormat::Bucket]).await.unwrap();
    assert_eq!(shown(&again), turned, "from the service");
}

proptest! {
    /// No task is lost or shown twice, and the order of arrival does not matter.
    #[test]
    fn a_board_depends_on_its_objects_alone(
        drafts in proptest::collection::vec((0_u8..4, -5_i32..120, proptest::option::of("[ -~]{0,2}"), 0_u8..3), 0..20),
        seed in any::<u64>(),
    ) {
        let tasks: Vec<_> = drafts.iter().enumerate().map(|(number, (bucket, percent, hint, users))| {
            let users: BTreeMap<_, _> = (0..*users).map(|user| (format!("u{user}"), json!({}))).collect();
            let id = format!("t{number}");
            let format = json!({ "id": id, "orderHint": hint });
            task(&id, json!({
                "bucketId": format!("b{bucket}"),
                "percentComplete": percent,
                "orderHint": hint,
                "assignments": users,
                "bucketTaskBoardFormat": format,
                "progressTaskBoardFormat": format,
            }))
        }).collect();
        let buckets: Vec<Versioned<PlannerBucket>> = object(json!([{ "id": "b0" }, { "id": "b1", "orderHint": "1" }, { "id": "b2", "orderHint": "0" }]));
        let mut shuffled: Vec<_> = tasks.iter().collect();
        let mut random = launch::Random(seed);
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, random.below(at + 1));
        }
        let (one, other) = (Objects::of(&tasks).buckets(&buckets), Objects::of(shuffled).buckets(buckets.iter().rev()));
        let now = SystemTime::UNIX_EPOCH;
        let boards = |objects: &Objects<'_>| -> Vec<Vec<(String, Vec<String>)>> {
            let boards = [objects.by_bucket(), objects.by_progress(), objects.by_assignee(), objects.by_due_date(now), objects.by_label()];
            boards.iter().map(|board| shown(board).into_iter().map(|(title, tasks)| (title.to_owned(), tasks)).collect()).collect()
        };
        let made = boards(&one);
        prop_assert_eq!(&made, &boards(&other));
        prop_assert_eq!(ids(&one.list()), ids(&other.list()));
        for (at, board) in made.iter().enumerate() {
            let mut all: Vec<_> = board.iter().flat_map(|(_, tasks)| tasks.clone()).collect();
            if at == 2 {
                let columns: usize = drafts.iter().map(|(_, _, _, users)| usize::from(*users).max(1)).sum();
                prop_assert_eq!(all.len(), columns);
            } else {
                prop_assert_eq!(all.len(), tasks.len());
            }
            all.sort();
            all.dedup();
            prop_assert_eq!(all.len(), tasks.len());
        }
    }
}
