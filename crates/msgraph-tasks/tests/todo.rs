//! To Do on the emulator: dates, recurrence, lists, and lists as a whole.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod todo_support;

use jiff::civil::{Weekday, date};
use msgraph_emulator::{Effect, Emulator, Fault, Match};
use msgraph_tasks::{
    Error, Id, Todo, Versioned,
    model::{
        ChecklistItemCreate, LinkedResourceCreate, TodoTask, TodoTaskCreate, TodoTaskList, TodoTaskListCreate,
        TodoTaskUpdate,
    },
    todo::{DueDate, InvalidDate, Recurrence, Reminder, TodoChangeWords as _, TodoDates as _, TodoWords as _, Zone},
    v1,
};
use todo_support::todo;

async fn make_list(todo: &Todo, name: &str) -> Id<TodoTaskList> {
    let list = todo
        .client()
        .send(v1::me().todo().lists().create(TodoTaskListCreate::new(name)))
        .await;
    list.unwrap().id().unwrap().clone()
}

async fn make_task(todo: &Todo, list: &Id<TodoTaskList>, task: TodoTaskCreate) -> Versioned<TodoTask> {
    todo.client()
        .send(v1::me().todo().list(list).tasks().create(task))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_due_date_is_the_same_day_wherever_somebody_lives() {
    let emulator = Emulator::new();
    let (todo, _) = todo(&emulator);
    let list = make_list(&todo, "Home").await;
    // Each passes over midnight on that day, or is far from Greenwich.
    let cases = [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("America/Los_Angeles", date(2026, 3, 8)),
        ("Pacific/Kiritimati", date(2026, 3, 2)),
        ("Pacific/Auckland", date(2026, 9, 27)),
        ("America/Santiago", date(2026, 9, 6)),
        ("India Standard Time", date(2026, 3, 2)),
        ("Antarctica/Troll", date(2026, 3, 2)),
        ("UTC", date(2026, 3, 2)),
    ];
    for (name, day) in cases {
        let due = DueDate::new(day, &Zone::named(name).unwrap());
        let task = make_task(&todo, &list, TodoTaskCreate::new("Rest").due_on(&due)).await;
        assert_eq!(task.due(due.zone()).unwrap(), Some(due));
    }
}

#[tokio::test]
async fn a_preferred_zone_makes_no_difference() {
    let emulator = Emulator::new();
    let (todo, _) = todo(&emulator);
    let list = make_list(&todo, "Home").await;
    let home = Zone::named("Europe/Berlin").unwrap();
    let due = DueDate::new(date(2026, 3, 2), &home);
    let reminder = Reminder::parse("2026-10-25T02:30", &home).unwrap();
    let task = TodoTaskCreate::new("Rest").due_on(&due).remind_at(&reminder);
    let task = make_task(&todo, &list, task).await;
    for preferred in ["W. Europe Standard Time", "Asia/Tokyo", "America/New_York"] {
        let request = v1::me().todo().list(&list).task(task.id().unwrap()).get();
        let call = todo.client().call(request);
        let task = call
            .prefer(format!("outlook.timezone=\"{preferred}\""))
            .send()
            .await
            .unwrap();
        assert_eq!(task.due(&home).unwrap().as_ref(), Some(&due), "{preferred}");
        assert_eq!(task.reminder(&home).unwrap().as_ref(), Some(&reminder), "{preferred}");
    }
}

#[tokio::test]
async fn dates_and_recurrence_are_set_and_taken_back() {
    let emulator = Emulator::new();
    let (todo, _) = todo(&emulator);
    let list = make_list(&todo, "Home").await;
    let berlin = Zone::named("W. Europe Standard Time").unwrap();
    let due = DueDate::new(date(2026, 3, 2), &berlin);
    let reminder = Reminder::parse("2026-03-02T08:30", &berlin).unwrap();
    let weekly = Recurrence::weekly(2, [Weekday::Monday, Weekday::Thursday])
        .starting(due.date())
        .until(date(2026, 6, 30))
        .in_zone(&berlin);

    let task = TodoTaskCreate::new("Water the plants")
        .due_on(&due)
        .remind_at(&reminder);
    let task = make_task(&todo, &list, task.repeat(&weekly).unwrap()).await;
    assert_eq!(task.due(&berlin).unwrap(), Some(due));
    assert_eq!(task.reminder(&berlin).unwrap(), Some(reminder));
    assert_eq!(task.recurs().unwrap(), Some(weekly.clone()));

    let one = || v1::me().todo().list(&list).task(task.id().unwrap());
    let done = todo
        .client()
        .send(one().update(TodoTaskUpdate::new().complete()))
        .await
        .unwrap();
    assert!(done.is_completed());
    assert_eq!(done.recurs().unwrap(), None, "the series goes on with the next task");
    let tasks = todo.whole_list(&list).await.unwrap().tasks;
    let next = tasks.iter().find(|whole| whole.task.id() != task.id()).unwrap();
    let next = next.task.due(&berlin).unwrap().unwrap();
    assert_eq!(Some(next.date()), weekly.next_after(date(2026, 3, 2)));

    let change = TodoTaskUpdate::new()
        .reopen()
        .due_on_no_day()
        .do_not_remind()
        .do_not_repeat();
    let open = todo.client().send(one().update(change)).await.unwrap();
    assert!(!open.is_completed());
    assert_eq!(open.due(&berlin).unwrap(), None);
    assert_eq!(open.reminder(&berlin).unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let emulator = Emulator::new();
    let (todo, _) = todo(&emulator);
    let build = |day: &str, zone: &str| -> Result<TodoTaskCreate, Error> {
        let due = DueDate::parse(day, &Zone::named(zone)?)?;
        let never = Recurrence::daily(0).starting(due.date());
        Ok(TodoTaskCreate::new("Rest").due_on(&due).repeat(&never)?)
    };
    assert!(matches!(
        build("2026-02-30", "UTC"),
        Err(Error::Date(InvalidDate::Impossible { .. }))
    ));
    assert!(matches!(build("2026-02-28", "Middle-earth"), Err(Error::Zone(_))));
    assert!(matches!(build("2026-02-28", "UTC"), Err(Error::Recurrence(_))));
    let (list, task) = (Id::new("list"), Id::new("task"));
    let error = todo
        .attach(&list, &task, "film.mp4", &[][..], 30 << 20)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`film.mp4` has 31457280 bytes, and no more than 26214400 can be attached"
    );
    assert_eq!(emulator.requests(), []);
}

#[tokio::test]
async fn lists_are_found_by_name() {
    let emulator = Emulator::new();
    let (todo, _) = todo(&emulator);
    let home = make_list(&todo, "Home").await;
    let other = make_list(&todo, "Groceries").await;
    let same = make_list(&todo, "Groceries").await;

    assert_eq!(todo.list_named("home").await.unwrap().id(), Some(&home));
    assert_eq!(
        todo.default_list().await.unwrap().display_name.as_deref(),
        Some("Tasks")
    );
    let flagged = todo.flagged_emails().await.unwrap();
    assert_ne!(flagged.id(), todo.default_list().await.unwrap().id());

    let Err(Error::NotOne(error)) = todo.list_named("Groceries").await else {
        panic!("two lists have the name");
    };
    let ids: Vec<_> = error.candidates().iter().map(|one| &*one.id).collect();
    assert_eq!(ids, [other.as_str(), same.as_str()]);
    let Err(Error::NotOne(error)) = todo.list_named("Grocery").await else {
        panic!("no list has the name");
    };
    assert!(error.candidates().is_empty() && error.known().any(|name| name == "Home"));
    assert!(error.to_string().contains("is it `Groceries`"), "{error}");
}

#[tokio::test]
async fn lists_that_cannot_be_listed_are_found() {
    let emulator = Emulator::new();
    let (todo, calls) = todo(&emulator);
    for number in 0..120 {
        make_list(&todo, &format!("List {number}")).await;
    }
    calls.take();
    let lists = todo.lists().await.unwrap();
    assert_eq!(lists.len(), 122, "with the two that are built in");
    let names: std::collections::HashSet<_> = lists.iter().map(|list| list.id().unwrap()).collect();
    assert_eq!(names.len(), 122);
    assert!(todo.list_named("List 119").await.is_ok());
    calls.take();
    todo.default_list().await.unwrap();
    assert_eq!(calls.take(), 1, "it is among the first");
}

/// A list with some tasks: each has two steps, every other one a link.
async fn garden(todo: &Todo, tasks: usize) -> Id<TodoTaskList> {
    let list = make_list(todo, "Garden").await;
    for number in 0..tasks {
        let task = TodoTaskCreate::new(format!("Bed {number}"));
        let links = (number % 2 == 0).then(|| LinkedResourceCreate::new().display_name("Plan"));
        let task = make_task(todo, &list, task.linked_resources(links)).await;
        for step in ["Dig", "Sow"] {
            let steps = v1::me().todo().list(&list).task(task.id().unwrap()).checklist_items();
            let step = todo.client().send(steps.create(ChecklistItemCreate::new(step))).await;
            step.unwrap();
        }
    }
    list
}

/// Whether the whole of it is there.
async fn check_garden(todo: &Todo, list: &Id<TodoTaskList>, tasks: usize) {
    let whole = todo.whole_list(list).await.unwrap();
    assert_eq!(whole.list.display_name.as_deref(), Some("Garden"));
    assert_eq!(whole.tasks.len(), tasks);
    for (number, task) in whole.tasks.iter().enumerate() {
        assert_eq!(task.task.title, Some(format!("Bed {number}")));
        let steps: Vec<_> = task
            .steps()
            .iter()
            .map(|step| step.display_name.as_deref().unwrap())
            .collect();
        assert_eq!(steps, ["Dig", "Sow"]);
        assert_eq!(task.links().len(), usize::from(number % 2 == 0));
    }
}

#[tokio::test]
async fn a_whole_list_takes_two_calls() {
    let emulator = Emulator::new();
    let (todo, calls) = todo(&emulator);
    let list = garden(&todo, 45).await;
    calls.take();
    check_garden(&todo, &list, 45).await;
    assert_eq!(calls.take(), 2);

    emulator.configure(|config| config.page_size = 10);
    calls.take();
    check_garden(&todo, &list, 45).await;
    assert_eq!(calls.take(), 1 + 5);
}

#[tokio::test]
async fn a_whole_list_of_a_service_that_expands_nothing_takes_few_calls() {
    let emulator = Emulator::new();
    let (todo, calls) = todo(&emulator);
    let list = garden(&todo, 45).await;
    let mut fault = refuse("/me/todo/lists/{todoTaskList-id}/tasks", 400);
    fault.matching.times = Some(1);
    emulator.put_fault(fault);
    calls.take();
    check_garden(&todo, &list, 45).await;
    // The list, the wish that is refused, the tasks, and by twenties the steps of 45 and the links of those without.
    assert_eq!(calls.take(), 1 + 1 + 1 + 67_usize.div_ceil(20));
}

#[tokio::test]
async fn a_task_that_goes_meanwhile_is_left_out() {
    let emulator = Emulator::new();
    let (todo, _) = todo(&emulator);
    let list = garden(&todo, 3).await;
    let mut fault = refuse("/me/todo/lists/{todoTaskList-id}/tasks", 400);
    fault.matching.times = Some(1);
    emulator.put_fault(fault);
    let mut gone = refuse(
        "/me/todo/lists/{todoTaskList-id}/tasks/{todoTask-id}/checklistItems",
        404,
    );
    gone.name = "gone".to_owned();
    gone.matching.nth = Some(2);
    emulator.put_fault(gone);
    let whole = todo.whole_list(&list).await.unwrap();
    let titles: Vec<_> = whole
        .tasks
        .iter()
        .map(|task| task.task.title.as_deref().unwrap())
        .collect();
    assert_eq!(titles, ["Bed 0", "Bed 2"]);
}

fn refuse(path: &str, status: u16) -> Fault {
    Fault {
        name: "refusal".to_owned(),
        matching: Match {
            method: Some("GET".to_owned()),
            path: Some(path.to_owned()),
            ..Match::default()
        },
        effect: Effect::Status {
            status,
            code: "invalidRequest".to_owned(),
            message: String::new(),
            headers: std::collections::BTreeMap::new(),
        },
        matched: 0,
        hits: 0,
    }
}
