//! An emulator and clients of it.

#![allow(dead_code, reason = "each test uses some of it")]

use msgraph_client::RetryPolicy;
use msgraph_emulator::{Emulator, Seed, SeedBucket, SeedPlan, SeedStep, SeedTask};
use msgraph_model::{Group, PlannerPlan, TodoTaskList, User};
use msgraph_tasks::{Client, Id, Planner, StaticToken, Todo};

/// A client that sends everything once, so that a failure is one.
pub(crate) fn client(emulator: &Emulator) -> Client {
    client_of("adele", emulator)
}

pub(crate) fn client_of(name: &str, emulator: &Emulator) -> Client {
    let token = StaticToken::new(format!("{name}@contoso.example"));
    let builder = Client::builder(token).transport(emulator.clone());
    builder.retry(RetryPolicy::NEVER).build().expect("a client")
}

pub(crate) fn planner(emulator: &Emulator) -> Planner {
    Planner::new(client(emulator))
}

pub(crate) fn todo(emulator: &Emulator) -> Todo {
    Todo::new(client(emulator))
}

pub(crate) fn demo() -> Emulator {
    Emulator::seeded(&Seed::demo()).expect("a seed")
}

/// The ids of the objects of a kind that have this value.
pub(crate) fn ids(emulator: &Emulator, kind: &str, property: &str, value: &str) -> Vec<String> {
    let state = emulator.state();
    let rows = state[kind].as_object().into_iter().flat_map(|rows| rows.values());
    let same = rows.filter(|row| row["properties"][property] == value);
    same.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

pub(crate) fn id(emulator: &Emulator, kind: &str, property: &str, value: &str) -> String {
    let mut ids = ids(emulator, kind, property, value);
    assert_eq!(ids.len(), 1, "{kind} {value}");
    ids.remove(0)
}

pub(crate) fn group(emulator: &Emulator) -> Id<Group> {
    Id::new(id(emulator, "group", "displayName", "Product launch"))
}

pub(crate) fn plan(emulator: &Emulator, title: &str) -> Id<PlannerPlan> {
    Id::new(id(emulator, "plan", "title", title))
}

pub(crate) fn list(emulator: &Emulator, name: &str) -> Id<TodoTaskList> {
    Id::new(id(emulator, "list", "displayName", name))
}

pub(crate) fn user(emulator: &Emulator, name: &str) -> Id<User> {
    Id::new(id(emulator, "user", "displayName", name))
}

/// How many objects of a kind there are.
pub(crate) fn count(emulator: &Emulator, kind: &str) -> usize {
    emulator.state()[kind].as_object().map_or(0, serde_json::Map::len)
}

/// How many calls the service got. Twenty requests of a batch are one, and the first of them has a number that twenty divides.
pub(crate) fn calls(emulator: &Emulator) -> usize {
    let is_call = |item: &Option<String>| {
        item.as_ref()
            .is_none_or(|item| item.parse().is_ok_and(|item: u32| item.is_multiple_of(20)))
    };
    emulator
        .requests()
        .iter()
        .filter(|record| is_call(&record.item))
        .count()
}

/// A plan of 200 tasks in four buckets, with everything that a task can have.
pub(crate) fn large() -> Emulator {
    let task = |number: usize| SeedTask {
        title: format!("Task {}", number % 150),
        assignees: ["bruno", "adele", "chika"][..number % 4]
            .iter()
            .map(|&name| name.into())
            .collect(),
        percent_complete: [0, 50, 100][number % 3],
        priority: Some([1, 3, 5, 9][number % 4]),
        start: number.is_multiple_of(5).then(|| "2026-01-05T08:00:00Z".into()),
        due: number.is_multiple_of(2).then(|| "2026-02-05T17:30:00Z".into()),
        categories: number
            .is_multiple_of(7)
            .then(|| "category3".into())
            .into_iter()
            .collect(),
        description: number
            .is_multiple_of(3)
            .then(|| format!("About {number}.\nIn two lines.")),
        checklist: (0..number % 6)
            .map(|step| SeedStep {
                title: format!("Step {step}"),
                done: step % 2 == 0,
            })
            .collect(),
        references: (0..number % 3)
            .map(|link| {
                (
                    format!("https://contoso.example/a%20b.{link}?q=1#top"),
                    format!("Link {link}"),
                )
            })
            .collect(),
    };
    let bucket = |number: usize| SeedBucket {
        name: format!("Bucket {number}"),
        tasks: (number * 50..(number + 1) * 50).map(task).collect(),
    };
    let mut seed = Seed::default();
    seed.plans = vec![SeedPlan {
        title: "Large".into(),
        by: "adele".into(),
        group: Some("Product launch".into()),
        categories: [("category1".into(), "Blocking".into())].into(),
        shared_with: vec!["bruno".into()],
        buckets: (0..4).map(bucket).collect(),
        ..SeedPlan::default()
    }];
    let emulator = Emulator::seeded(&seed).expect("a seed");
    emulator.configure(|config| config.planner_page_size = 60);
    emulator
}
