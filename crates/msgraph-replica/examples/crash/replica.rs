//! The replica, as a process that is killed: it works when it is told to, and says what it does.

use std::{io, path::Path, time::Duration};

use fastrand::Rng;
use msgraph_client::{Client, RetryPolicy, StaticToken};
use msgraph_core::Id;
use msgraph_model::{PlannerTask, TodoTask};
use msgraph_replica::{
    Account, Decision, Error, Kind, Options, Replica, Store,
    store::{Act, JobState},
};

use crate::held::Held;

struct Worker {
    replica: Replica,
    store: Held,
    random: Rng,
    /// What titles begin with that were made in this process.
    seed: u64,
    made: usize,
}

pub(crate) async fn run(url: &str, file: &Path, seed: u64) {
    let client = Client::builder(StaticToken::new("adele@contoso.example"))
        .base_url(url)
        .retry(
            RetryPolicy::default()
                .attempts(2)
                .waits(Duration::from_millis(1), Duration::from_millis(5)),
        )
        .build()
        .expect("a client");
    let store = Held::open(file).await;
    let mut options = Options::default();
    // Whoever held it before is killed.
    options.lease = 0;
    let account = Account::new("global", "contoso", "adele");
    let replica = Replica::open(client, store.clone(), &account, options).await;
    let mut worker = Worker {
        replica: replica.expect("a replica"),
        store,
        random: Rng::with_seed(seed),
        seed,
        made: 0,
    };
    for line in io::stdin().lines().map_while(Result::ok) {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["work", rounds] => worker.work(rounds.parse().expect("a number")).await,
            ["hold", after] => worker.store.hold(after.parse().expect("a number")),
            ["settle"] => worker.settle().await,
            _ => panic!("{line}"),
        }
    }
}

impl Worker {
    /// Edits what is here, and syncs; what fails is tried again later.
    async fn work(&mut self, rounds: usize) {
        for _ in 0..rounds {
            for _ in 0..self.random.usize(..3) {
                if let Err(error) = self.edit().await {
                    assert!(matches!(error, Error::Missing(_)), "{error}");
                }
            }
            let _ = self.replica.sync().await;
        }
        println!("done");
    }

    async fn edit(&mut self) -> Result<(), Error> {
        self.made += 1;
        let title = format!("own-{}-{}", self.seed, self.made);
        let kind = [Kind::Plan, Kind::TodoList, Kind::Task, Kind::TodoTask][self.random.usize(..4)];
        let rows = self.store.list(None, None, usize::MAX >> 1).await?;
        let rows = rows
            .into_iter()
            .filter(|row| row.key.kind == kind && row.shown().is_some());
        let Some(row) = self.random.choice(rows.collect::<Vec<_>>()) else {
            return Ok(());
        };
        let id = row.key.id;
        match kind {
            Kind::Plan => {
                let mut task = PlannerTask::default();
                task.title = Some(title.clone());
                self.replica.create_task(&Id::new(&*id), task).await?;
                println!("made {title}");
            }
            Kind::TodoList => {
                let list = row.server.as_deref().unwrap_or_default();
                if list.contains("flaggedEmails") {
                    return Ok(());
                }
                let mut task = TodoTask::default();
                task.title = Some(title.clone());
                self.replica.create_todo(&Id::new(&*id), task).await?;
                println!("made {title}");
            }
            // What was made here keeps its title, by which it is counted.
            _ if row.server.is_none_or(|server| server.contains("\"own-")) => {}
            Kind::Task => {
                let rename = |task: &mut PlannerTask| task.title = Some(title.clone());
                self.replica.edit(&id, rename).await?;
                println!("renamed {title}");
            }
            _ => {
                let rename = |task: &mut TodoTask| task.title = Some(title.clone());
                self.replica.edit(&id, rename).await?;
                println!("renamed {title}");
            }
        }
        Ok(())
    }

    /// Syncs until nothing is left to do, and says whether the replica is equal to the service then.
    async fn settle(&mut self) {
        for round in 0.. {
            assert!(round < 30, "there is no end to it");
            let report = match self.replica.sync().await {
                Ok(report) => report,
                Err(error) => {
                    println!("failed {error}");
                    continue;
                }
            };
            let is_decided = self.decide(round).await.expect("a decision");
            if !is_decided && report.created + report.changed + report.deleted + report.sent + report.resets == 0 {
                break;
            }
        }
        let jobs = self.replica.jobs().await.expect("edits");
        assert!(jobs.is_empty(), "{jobs:?}");
        match self.replica.verify().await {
            Ok(differences) if differences.is_empty() => println!("equal"),
            Ok(differences) => println!("different {differences:?}"),
            Err(error) => println!("different {error}"),
        }
    }

    /// Decides about edits that stopped: for them first, and if that is no use, against them.
    async fn decide(&self, round: usize) -> Result<bool, Error> {
        let jobs = self.replica.jobs().await?;
        for job in &jobs {
            let JobState::Stopped { reason, .. } = &job.state else {
                continue;
            };
            let row = self.store.get(&job.key).await?;
            let is_hopeless =
                round > 5 || row.as_ref().is_none_or(|row| row.server.is_none()) || reason.contains("deleted");
            let decision = if is_hopeless { Decision::Theirs } else { Decision::Mine };
            if is_hopeless {
                let text = match &job.act {
                    Act::Update { mine, .. } => Some(mine.clone()),
                    _ => row.and_then(|row| row.local),
                };
                let text: serde_json::Value = serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
                println!("gave-up {} {reason}", text["title"].as_str().unwrap_or_default());
            }
            self.replica.decide(job.number, decision).await?;
        }
        Ok(!jobs.is_empty())
    }
}
