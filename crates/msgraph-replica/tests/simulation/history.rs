//! One history: two people at work, a replica that syncs in between, and all that may go wrong; its seed decides everything.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use fastrand::Rng;
use msgraph_client::{Client, Environment, RetryPolicy, StaticToken};
use msgraph_emulator::{Chaos, Config, Emulator, Seed};
use msgraph_replica::{Error, Options, Replica, Report, Store, StoreError};
use tokio::time::{Instant, advance};

use crate::{
    ledger::Ledger,
    paced::{Boxed, Paced, steps},
    stores::{Shaky, Trouble},
    support::{account, client, crew::Crew, own, promises::Promises, weather},
    truth,
};

/// What was done.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) edits: usize,
    pub(crate) syncs: usize,
    pub(crate) failures: usize,
    pub(crate) aborts: usize,
    pub(crate) takeovers: usize,
    pub(crate) resets: usize,
    pub(crate) events: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.edits += other.edits;
        self.syncs += other.syncs;
        self.failures += other.failures;
        self.aborts += other.aborts;
        self.takeovers += other.takeovers;
        self.resets += other.resets;
        self.events += other.events;
    }
}

/// Time and chance of a history: tokio's clock, which is paused, and a seed.
#[derive(Clone)]
struct Fixed {
    start: Instant,
    random: Arc<Mutex<Rng>>,
}

impl Fixed {
    fn new(random: &mut Rng) -> Self {
        Self {
            start: Instant::now(),
            random: Arc::new(Mutex::new(random.fork())),
        }
    }
}

impl Environment for Fixed {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_hours(498_672) + self.start.elapsed()
    }

    fn random(&self) -> u64 {
        self.random.lock().unwrap().u64(..)
    }
}

/// A sync that was begun, and not ended yet.
type Sync = Boxed<Result<Report, Error>>;

struct History {
    random: Rng,
    environment: Fixed,
    emulator: Emulator,
    crew: Crew,
    store: Shaky,
    replica: Replica,
    running: Option<Sync>,
    /// The sync of a replica that was given up for another one, and that does not know it.
    stray: Option<Sync>,
    /// Whether there was one, and it went on.
    has_strayed: bool,
    ledger: Ledger,
    promises: Promises,
    counts: Counts,
}

/// Runs the history of a seed over an empty store; or says what is wrong.
pub(crate) async fn run(seed: u64, store: Arc<dyn Store>) -> Result<Counts, String> {
    let mut history = History::begin(seed, store).await;
    for _ in 0..history.random.usize(30..120) {
        history.step().await?;
    }
    history.end().await
}

impl History {
    async fn begin(seed: u64, store: Arc<dyn Store>) -> Self {
        let mut random = Rng::with_seed(seed);
        let emulator = service(seed, &mut random);
        let crew = Crew::new(
            client(&emulator, "adele"),
            client(&emulator, "bruno"),
            &emulator.state(),
        );
        let environment = Fixed::new(&mut random);
        let store = Shaky::new(store);
        let replica = open(&emulator, &store, &environment).await;
        Self {
            random,
            environment,
            emulator,
            crew,
            store,
            replica,
            running: None,
            stray: None,
            has_strayed: false,
            ledger: Ledger::default(),
            promises: Promises::default(),
            counts: Counts::default(),
        }
    }

    async fn step(&mut self) -> Result<(), String> {
        match self.random.u8(..100) {
            0..28 => self.edit().await,
            28..38 => return self.edit_here().await,
            38..70 => return self.sync().await,
            70..73 => return self.go_on_with_stray().await,
            73..76 => self.take_over().await,
            76..86 => self.change_weather(),
            86..89 => {
                let spelling = weather::spelling(&mut self.random);
                self.emulator.expire_links(spelling);
            }
            89..95 => {
                let most = [8, 60][self.random.usize(..2)];
                let after = self.random.usize(..most);
                let is_done = self.random.bool();
                self.store.trouble(Some(Trouble { after, is_done }));
            }
            _ => {
                let seconds = self.random.u64(1..600);
                advance(Duration::from_secs(seconds)).await;
                self.emulator.advance(Duration::from_secs(seconds));
            }
        }
        Ok(())
    }

    /// Both people work under a clear sky: what goes wrong does so for the replica.
    async fn edit(&mut self) {
        let faults = self.emulator.faults();
        for fault in &faults {
            self.emulator.remove_fault(&fault.name);
        }
        for _ in 0..self.random.usize(1..4) {
            let state = self.emulator.state();
            let edited = self.crew.edit(&mut self.random, &state).await;
            self.counts.edits += usize::from(edited.expect("an edit"));
        }
        for fault in faults {
            self.emulator.put_fault(fault);
        }
    }

    /// Something is done here, which may fail as the store does, and is promised where it did not.
    async fn edit_here(&mut self) -> Result<(), String> {
        self.counts.edits += 1;
        let title = self.counts.edits.to_string();
        match own::edit(&self.replica, &mut self.random, &title).await {
            Ok(Some(done)) => self.promises.promise(done),
            Ok(None) | Err(Error::Missing(_) | Error::Store(StoreError::Database(_))) => {}
            Err(error) => return Err(format!("an edit ended with {error}")),
        }
        Ok(())
    }

    /// Goes on with a sync, or begins one, for a while; then it is left for later, or for good.
    async fn sync(&mut self) -> Result<(), String> {
        let replica = self.replica.clone();
        let mut sync = self
            .running
            .take()
            .unwrap_or_else(|| Box::pin(async move { replica.sync().await }));
        let most = [8, 60, 400, usize::MAX][self.random.usize(..4)];
        let most = self.random.usize(..most);
        match steps(&mut sync, most).await {
            Some(done) => {
                drop(sync);
                self.ended(done).await
            }
            None if self.random.bool() => {
                drop(sync);
                self.counts.aborts += 1;
                self.listen().await
            }
            None => {
                self.running = Some(sync);
                Ok(())
            }
        }
    }

    async fn go_on_with_stray(&mut self) -> Result<(), String> {
        let Some(mut sync) = self.stray.take() else {
            return Ok(());
        };
        self.has_strayed = true;
        let most = self.random.usize(..400);
        match steps(&mut sync, most).await {
            Some(done) => self.ended(done).await,
            None => {
                self.stray = Some(sync);
                Ok(())
            }
        }
    }

    /// A replica in another process takes over; what the first one was doing stays as it is, or goes on.
    async fn take_over(&mut self) {
        self.counts.takeovers += 1;
        if let Some(sync) = self.running.take() {
            self.stray = self.random.bool().then_some(sync);
        }
        if self.random.u8(..4) > 0 {
            advance(Duration::from_millis(Options::default().lease)).await;
        }
        self.store.trouble(None);
        self.replica = open(&self.emulator, &self.store, &self.environment).await;
    }

    fn change_weather(&mut self) {
        match self.random.u8(..8) {
            0 => self.clear_up(),
            1..4 => {
                let chaos = weather::chaos(&mut self.random);
                let sizes = [0; 3].map(|_| self.random.usize(1..6));
                self.emulator.configure(|config| {
                    config.chaos = chaos;
                    set_sizes(config, sizes);
                });
            }
            _ => {
                let name = format!("fault-{}", self.random.u8(..4));
                let rule = weather::rule(&mut self.random, &name);
                self.emulator.put_fault(rule);
            }
        }
    }

    fn clear_up(&self) {
        for fault in self.emulator.faults() {
            self.emulator.remove_fault(&fault.name);
        }
        self.emulator.configure(|config| config.chaos = Chaos::default());
    }

    async fn ended(&mut self, sync: Result<Report, Error>) -> Result<(), String> {
        match sync {
            Ok(_) => self.counts.syncs += 1,
            Err(Error::Client(_) | Error::Store(_) | Error::ForeignLink { .. } | Error::StuckLink { .. }) => {
                self.counts.failures += 1;
            }
            Err(error) => return Err(format!("a sync ended with {error}")),
        }
        self.listen().await
    }

    /// Whatever happened, what was told is one account, and nothing that is there was told to be gone.
    async fn listen(&mut self) -> Result<(), String> {
        self.store.trouble(None);
        let gone = self.ledger.hear(&self.store).await?;
        let state = self.emulator.state();
        for key in gone.iter().filter(|key| truth::has(&state, key)) {
            // What was deleted here is gone here first.
            let row = self.store.get(key).await.map_err(|error| error.to_string())?;
            if !row.is_some_and(|row| row.is_deleted) {
                return Err(format!("{key} was told to be gone, and is there"));
            }
        }
        if self.random.bool() {
            let heard = self.replica.acknowledge(self.ledger.cursor).await;
            heard.map_err(|error| error.to_string())?;
        }
        self.ledger.compare(&self.store).await
    }

    /// The sky is clear, and the replica becomes equal to the service.
    async fn end(mut self) -> Result<Counts, String> {
        (self.running, self.stray) = (None, None);
        self.store.trouble(None);
        self.clear_up();
        let mut failures: BTreeMap<String, usize> = BTreeMap::new();
        for round in 0.. {
            let synced = match self.replica.sync().await {
                // A plan went with all that was in it: whoever looks sees that it is so.
                Err(Error::Store(StoreError::MassDelete { .. })) => self.replica.sync_whatever_is_removed().await,
                synced => synced,
            };
            match synced {
                Ok(report) => {
                    let decided = own::decide(&self.replica, round > 5).await;
                    let (jobs, given_up) = decided.map_err(|error| error.to_string())?;
                    for title in given_up {
                        self.promises.give_up(&title);
                    }
                    if jobs + report.created + report.changed + report.deleted + report.resets == 0 {
                        break;
                    }
                }
                Err(Error::Store(StoreError::Leased { .. })) => {
                    advance(Duration::from_millis(Options::default().lease)).await;
                }
                Err(error) => *failures.entry(error.to_string()).or_default() += 1,
            }
            if round > 20 {
                return Err(format!("there is no end to it: {failures:?}"));
            }
        }
        self.listen().await?;
        let changes = self.emulator.changes();
        let (lost, doubled) = self.promises.broken(&changes);
        // Who sends an edit long after the right to it went to somebody else may send it twice: no service checks a fence.
        let is_doubled = !doubled.is_empty() && !self.has_strayed;
        if !lost.is_empty() || is_doubled {
            return Err(format!("lost {lost:?}, doubled {doubled:?}"));
        }
        let rows = self.store.list(None, None, usize::MAX >> 1).await;
        let rows = rows.map_err(|error| error.to_string())?;
        truth::compare(&self.emulator.state(), "adele", &rows)?;
        let differences = self.replica.verify().await.map_err(|error| error.to_string())?;
        match differences.first() {
            Some(one) => Err(format!("{} differences, such as {one:?}", differences.len())),
            None => {
                self.counts.resets = self.store.resets();
                self.counts.events = self.ledger.cursor;
                Ok(self.counts)
            }
        }
    }
}

/// A small service, so that what is done to it matters.
fn service(seed: u64, random: &mut Rng) -> Emulator {
    let mut service = Seed::demo();
    service.seed = seed;
    for plan in &mut service.plans {
        plan.buckets.iter_mut().for_each(|bucket| bucket.tasks.truncate(1));
    }
    set_sizes(&mut service.config, [0; 3].map(|_| random.usize(1..6)));
    Emulator::seeded(&service).expect("the seed is good")
}

/// How much is on a page: little, so that there are many.
fn set_sizes(config: &mut Config, [planner, todo, delta]: [usize; 3]) {
    (config.planner_page_size, config.page_size, config.delta_page_size) = (planner, todo, delta);
}

async fn open(emulator: &Emulator, store: &Shaky, environment: &Fixed) -> Replica {
    let client = Client::builder(StaticToken::new("adele@contoso.example"))
        .transport(Paced(emulator.clone()))
        .environment(environment.clone())
        .retry(RetryPolicy::default().attempts(2))
        .build()
        .expect("a client");
    Replica::open_in(
        client,
        store.clone(),
        &account(),
        Options::default(),
        environment.clone(),
    )
    .await
    .expect("a replica")
}
