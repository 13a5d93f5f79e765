//! What the tests share.
#![allow(dead_code, reason = "no test uses all of it")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use msgraph_emulator::{Emulator, Seed};
use msgraph_tasks::{
    Client, Id, Planner, Versioned,
    client::{AccessToken, Credential, TokenFuture},
    model::{PlannerBucket, PlannerPlan, PlannerTask, PlannerTaskCreate},
    v1,
};

/// A plan of three buckets and twelve tasks, as Adele sees it.
pub(crate) struct Launch {
    pub(crate) emulator: Emulator,
    pub(crate) planner: Planner,
    pub(crate) plan: Id<PlannerPlan>,
    pub(crate) calls: Calls,
}

pub(crate) async fn launch() -> Launch {
    let (emulator, calls) = (Emulator::seeded(&Seed::demo()).unwrap(), Calls::default());
    let builder = Client::builder(calls.clone()).transport(emulator.clone());
    let client = builder.build().unwrap();
    let plans = client.send(v1::me().planner().plans().list()).await.unwrap();
    Launch {
        plan: plans.value[0].id().unwrap().clone(),
        planner: Planner::new(client),
        emulator,
        calls,
    }
}

/// Counts the calls: each asks for a token, a batch for one.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub(crate) fn so_far(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Credential for Calls {
    fn token<'a>(&'a self, _: &'a [&'a str]) -> TokenFuture<'a> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(AccessToken::new("adele@contoso.example", None)) })
    }
}

pub(crate) async fn tasks_of(planner: &Planner, plan: &Id<PlannerPlan>) -> Vec<Versioned<PlannerTask>> {
    let tasks = planner.client().send(v1::planner().plan(plan).tasks().list()).await;
    tasks.unwrap().value
}

pub(crate) async fn first_bucket(planner: &Planner, plan: &Id<PlannerPlan>) -> Id<PlannerBucket> {
    let buckets = planner.client().send(v1::planner().plan(plan).buckets().list()).await;
    buckets.unwrap().value[0].id().unwrap().clone()
}

pub(crate) async fn add_task(planner: &Planner, plan: &Id<PlannerPlan>, bucket: &Id<PlannerBucket>, title: &str) {
    let task = PlannerTaskCreate::new(plan, title).bucket_id(bucket);
    planner.client().send(v1::planner().tasks().create(task)).await.unwrap();
}

/// Numbers that are the same in each run (`SplitMix64`).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((number ^ (number >> 31)) % limit as u64).unwrap()
    }
}
