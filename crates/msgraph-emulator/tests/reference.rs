//! The emulator beside a small model of Planner and To Do: random commands, and the same answers.
//!
//! `MSGRAPH_SEEDS=100` runs more seeds than the few that are usual. A failure tells seed, step and command.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

#[path = "reference/chance.rs"]
mod chance;
#[path = "reference/compare.rs"]
mod compare;
#[path = "reference/meant.rs"]
mod meant;
#[path = "reference/planner.rs"]
mod planner;
#[path = "reference/replica.rs"]
mod replica;
mod support;
#[path = "reference/todo.rs"]
mod todo;

use chance::Chance;
use meant::{Kind, Reference};
use msgraph_emulator::Seed;
use planner::Run;
use replica::Replica;
use support::Graph;
use todo::Mailbox;

const STEPS: usize = 1_500;

/// E1, E3 to E9, R3, R4 (facts B4, B5, B8, E): Planner answers like its model, whatever two users do.
#[tokio::test]
async fn planner_answers_like_its_model() {
    for number in seeds() {
        let graph = graph(number);
        let mut chance = Chance::new(number);
        let reference = Reference {
            details_touch_task: number.is_multiple_of(2),
            known_versions: if number.is_multiple_of(3) { 6 } else { 100 },
            ..Reference::default()
        };
        let mut run = Run::new([graph.clone(), graph.by("bruno")], reference).await;
        for step in 0..STEPS {
            let user = chance.below(2);
            let command = run.choose(&mut chance);
            if let Err(why) = run.carry_out(user, &command).await {
                panic!("seed {number}, step {step}, user {user}: {command:?}\n{why}");
            }
        }
        if let Err(why) = run.compare_all().await {
            panic!("seed {number}, at the end: {why}");
        }
    }
    println!("{} seeds of {STEPS} steps", seeds().count());
}

/// D2, D3 (facts D1, D2): what Planner's feeds tell, laid over what was there before, is what there is.
#[tokio::test]
async fn a_replica_of_planner_equals_what_there_is() {
    for number in seeds() {
        let graph = graph(number);
        let mut chance = Chance::new(number + 1_000_000);
        let reference = Reference {
            details_touch_task: number.is_multiple_of(2),
            known_versions: if number.is_multiple_of(3) { 6 } else { 100 },
            ..Reference::default()
        };
        let mut run = Run::new([graph.clone(), graph.by("bruno")], reference).await;
        let mut replica = Replica::default();
        for step in 0..STEPS / 3 {
            if step == 50 {
                // Link first: what was there before is read as usual.
                let start = graph.get("/beta/me/planner/all/delta").await.expect(200);
                assert!(start.items().is_empty());
                start.body["@odata.nextLink"]
                    .as_str()
                    .expect("a link")
                    .clone_into(&mut replica.link);
                for (ty, object) in objects(&run, &graph).await {
                    replica.put(ty, &object);
                }
            }
            if step > 50 && chance.percent(5) {
                replica
                    .follow(&graph)
                    .await
                    .unwrap_or_else(|why| panic!("seed {number}, step {step}: {why}"));
            }
            let (user, command) = (chance.below(2), run.choose(&mut chance));
            if let Err(why) = run.carry_out(user, &command).await {
                panic!("seed {number}, step {step}, user {user}: {command:?}\n{why}");
            }
        }
        replica
            .follow(&graph)
            .await
            .unwrap_or_else(|why| panic!("seed {number}, at the end: {why}"));
        let mut there = Replica::default();
        for (ty, object) in objects(&run, &graph).await {
            there.put(ty, &object);
        }
        for (key, object) in &there.objects {
            assert_eq!(replica.objects.get(key), Some(object), "seed {number}: {key:?}");
        }
        let names: Vec<_> = TYPES.iter().map(|(_, ty)| *ty).collect();
        let told = replica.objects.keys().filter(|(ty, _)| names.contains(&&**ty));
        assert_eq!(
            told.count(),
            there.objects.len(),
            "seed {number}: something was not removed"
        );
    }
}

/// E10, D4, R5 (facts B9, D3): To Do answers like its model, and copies that follow its delta queries equal the lists.
#[tokio::test]
async fn to_do_answers_like_its_model() {
    for number in seeds() {
        let mut chance = Chance::new(number + 2_000_000);
        let mut mailbox = Mailbox::new(graph(number)).await;
        for step in 0..STEPS {
            let (command, result) = mailbox.step(&mut chance).await;
            if let Err(why) = result {
                panic!("seed {number}, step {step}: {command}\n{why}");
            }
        }
        if let Err(why) = mailbox.compare_all().await {
            panic!("seed {number}, at the end: {why}");
        }
    }
}

/// Everything of Planner's that there is, with the name of its type, as beta shows it.
async fn objects(run: &Run, graph: &Graph) -> Vec<(&'static str, serde_json::Value)> {
    let mut objects = Vec::new();
    for (kind, ty) in TYPES {
        for id in run.reference.ids(kind) {
            let path = planner::path(&(kind, id)).replace("/v1.0/", "/beta/");
            objects.push((ty, graph.get(&path).await.expect(200).body));
        }
    }
    objects
}

fn graph(number: u64) -> Graph {
    let mut seed = Seed::default();
    seed.seed = number;
    seed.config.details_touch_task = number.is_multiple_of(2);
    seed.config.known_versions = if number.is_multiple_of(3) { 6 } else { 100 };
    seed.config.page_size = 7;
    seed.config.delta_page_size = 5;
    Graph::seeded(&seed)
}

fn seeds() -> std::ops::Range<u64> {
    let number = std::env::var("MSGRAPH_SEEDS")
        .ok()
        .and_then(|number| number.parse().ok());
    0..number.unwrap_or(3)
}

const TYPES: [(Kind, &str); 5] = [
    (Kind::Plan, "plannerPlan"),
    (Kind::PlanDetails, "plannerPlanDetails"),
    (Kind::Bucket, "plannerBucket"),
    (Kind::Task, "plannerTask"),
    (Kind::Details, "plannerTaskDetails"),
];
