//! Random commits, carried out by both stores, which must agree on everything.

use msgraph_replica::{
    Collection, Key, Kind, MemoryStore, Row, SqliteStore, Store,
    store::{Act, Commit, Feed, Guard, Job, JobChange, JobState, Lease, Stage},
};
use proptest::{collection::vec, option, prelude::*};

use crate::making::{all_events, all_rows, feed};

/// What is done to both.
#[derive(Debug, Clone)]
enum Step {
    Commit(Plan),
    Lease {
        collection: Collection,
        holder: &'static str,
        now: u64,
        until: u64,
    },
    Acknowledge(u64),
}

/// A commit that can be made twice.
#[derive(Debug, Clone)]
struct Plan {
    lease: Option<Lease>,
    put: Vec<Row>,
    remove: Vec<Key>,
    stage: Option<Staging>,
    feed: Option<Feed>,
    drop: Vec<Collection>,
    jobs: Vec<JobChange>,
}

#[derive(Debug, Clone)]
enum Staging {
    Clear,
    Add(Vec<Row>),
    Swap(Guard),
}

impl Plan {
    fn commit(&self) -> Commit {
        let mut commit = Commit::default();
        commit.lease.clone_from(&self.lease);
        commit.put.clone_from(&self.put);
        commit.remove.clone_from(&self.remove);
        commit.stage = self.stage.as_ref().map(|stage| match stage {
            Staging::Clear => Stage::Clear,
            Staging::Add(rows) => Stage::Add(rows.clone()),
            Staging::Swap(guard) => Stage::Swap(*guard),
        });
        commit.feed.clone_from(&self.feed);
        commit.drop.clone_from(&self.drop);
        commit.jobs.clone_from(&self.jobs);
        commit
    }
}

fn collection() -> impl Strategy<Value = Collection> {
    prop_oneof![
        4 => Just(Collection::Planner),
        1 => Just(Collection::TodoLists),
        1 => Just(Collection::TodoTasks("a".to_owned())),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    let kinds = vec![Kind::Task, Kind::AssignedFormat, Kind::TodoTask];
    let ids = vec!["", "a", "a\0", "é"];
    (prop::sample::select(kinds), prop::sample::select(ids)).prop_map(|(kind, id)| Key::new(kind, id))
}

fn json() -> impl Strategy<Value = String> {
    prop::sample::select(&["", "{}", "{\"a\":1}", "{\"a\":2}"][..]).prop_map(str::to_owned)
}

fn row() -> impl Strategy<Value = Row> {
    let local = option::weighted(0.3, json());
    let server = option::weighted(0.8, json());
    (
        key(),
        collection(),
        option::of(json()),
        server,
        local,
        prop::bool::weighted(0.2),
    )
        .prop_map(|(key, collection, parent, server, local, is_deleted)| {
            let mut row = Row::of_server(key, collection, parent, String::new());
            (row.server, row.local, row.is_deleted) = (server, local, is_deleted);
            row
        })
}

fn job() -> impl Strategy<Value = Job> {
    let act = prop_oneof![
        Just(Act::Create),
        Just(Act::Delete),
        (json(), json()).prop_map(|(base, mine)| Act::Update { base, mine }),
    ];
    let state = prop_oneof![
        Just(JobState::Waiting),
        (0..9_u64).prop_map(|since| JobState::Sending {
            since,
            known: vec![since.to_string()]
        }),
        (json(), vec(json(), 0..3)).prop_map(|(reason, fields)| JobState::Stopped { reason, fields }),
    ];
    (0..6_u64, key(), act, state, json()).prop_map(|(number, key, act, state, marker)| {
        let mut job = Job::new(key, act, marker, number);
        (job.number, job.state) = (number, state);
        job
    })
}

fn job_change() -> impl Strategy<Value = JobChange> {
    prop_oneof![
        2 => job().prop_map(JobChange::Add),
        1 => job().prop_map(JobChange::Set),
        1 => (0..6_u64).prop_map(JobChange::Done),
        1 => (key(), key()).prop_map(|(from, to)| JobChange::Rename { from, to }),
    ]
}

fn staging() -> impl Strategy<Value = Staging> {
    let guard = (0..4_usize, 0..=100_usize).prop_map(|(objects, percent)| Guard::new(objects, percent));
    prop_oneof![
        1 => Just(Staging::Clear),
        4 => vec(row(), 0..8).prop_map(Staging::Add),
        2 => Just(Staging::Swap(Guard::NONE)),
        1 => guard.prop_map(Staging::Swap),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    // Low fences, so that some are those of a lease.
    let lease = (collection(), prop_oneof![1 => 0..3_u64, 3 => Just(1)])
        .prop_map(|(collection, fence)| Lease::new(collection, fence));
    (
        option::weighted(0.9, lease),
        vec(row(), 0..4),
        vec(key(), 0..2),
        option::weighted(0.7, staging()),
        option::weighted(0.5, (0..3_u64).prop_map(feed)),
        prop_oneof![9 => Just(Vec::new()), 1 => vec(collection(), 1..2)],
        vec(job_change(), 0..3),
    )
        .prop_map(|(lease, put, remove, stage, feed, drop, jobs)| Plan {
            lease,
            put,
            remove,
            stage,
            feed,
            drop,
            jobs,
        })
}

fn step() -> impl Strategy<Value = Step> {
    let holders = prop::sample::select(&["a", "b"][..]);
    prop_oneof![
        9 => plan().prop_map(Step::Commit),
        2 => (collection(), holders, 0..20_u64, 0..20_u64).prop_map(|(collection, holder, now, until)| {
            Step::Lease { collection, holder, now, until }
        }),
        1 => (0..30_u64).prop_map(Step::Acknowledge),
    ]
}

async fn carry_out(store: &dyn Store, step: &Step) -> String {
    match step {
        Step::Commit(plan) => format!("{:?}", store.commit(plan.commit()).await),
        Step::Lease {
            collection,
            holder,
            now,
            until,
        } => {
            format!("{:?}", store.lease(collection, holder, *now, *until).await)
        }
        Step::Acknowledge(up_to) => format!("{:?}", store.acknowledge(*up_to).await),
    }
}

async fn agree(one: &dyn Store, other: &dyn Store) {
    assert_eq!(all_rows(one).await, all_rows(other).await);
    assert_eq!(all_events(one).await, all_events(other).await);
    assert_eq!(one.jobs().await.unwrap(), other.jobs().await.unwrap());
    assert_eq!(one.feeds().await.unwrap(), other.feeds().await.unwrap());
    let after = Key::new(Kind::Task, "a");
    for limit in [1, 3] {
        let page = one.list(Some(&Collection::Planner), Some(&after), limit).await.unwrap();
        let same = other
            .list(Some(&Collection::Planner), Some(&after), limit)
            .await
            .unwrap();
        assert_eq!(page, same);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_do_the_same(steps in vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (memory, sqlite) = (MemoryStore::new(), SqliteStore::in_memory().unwrap());
            for collection in [Collection::Planner, Collection::TodoLists] {
                let lease = Step::Lease { collection, holder: "a", now: 0, until: 5 };
                assert_eq!(carry_out(&memory, &lease).await, carry_out(&sqlite, &lease).await);
            }
            for step in &steps {
                assert_eq!(carry_out(&memory, step).await, carry_out(&sqlite, step).await, "{step:?}");
                agree(&memory, &sqlite).await;
            }
        });
    }
}
