//! The replica, as a process that is killed: it works when it is told to, and says what it does.

use std::{io, path::Path, time::Duration};

use fastrand::Rng;
use msgraph_client::{Client, RetryPolicy, StaticToken};
use msgraph_replica::{Account, Error, Options, Replica, StoreError};

use crate::{
    held::Held,
    support::own::{self, Done},
};

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
        let title = format!("{}-{}", self.seed, self.made);
        match own::edit(&self.replica, &mut self.random, &title).await? {
            Some(Done::Made(title, id)) => println!("made {title} {id}"),
            Some(Done::Renamed(title, id)) => println!("renamed {title} {id}"),
            Some(Done::Deleted) | None => {}
        }
        Ok(())
    }

    /// Syncs until nothing is left to do, and says whether the replica is equal to the service then.
    async fn settle(&mut self) {
        let mut last = String::new();
        for round in 0.. {
            assert!(round < 30, "there is no end to it: {last}");
            let synced = match self.replica.sync().await {
                // A plan went with all that was in it: whoever looks sees that it is so.
                Err(Error::Store(StoreError::MassDelete { .. })) => self.replica.sync_whatever_is_removed().await,
                synced => synced,
            };
            let report = match synced {
                Ok(report) => report,
                Err(error) => {
                    last = error.to_string();
                    continue;
                }
            };
            last = format!("{report:?}, {:?}", self.replica.jobs().await);
            let decided = own::decide(&self.replica, round > 5).await;
            let (jobs, given_up) = decided.expect("a decision");
            for title in given_up {
                println!("gave-up {title}");
            }
            if jobs == 0 && report.created + report.changed + report.deleted + report.sent + report.resets == 0 {
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
}
