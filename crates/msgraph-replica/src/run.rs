//! The loop: sends and reads again and again, and outlasts what can pass.

mod backoff;
mod bell;
mod pace;
mod trouble;

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

pub(crate) use self::bell::Bell;
pub use self::bell::Stop;
use self::{bell::Rung, pace::Pace, trouble::Trouble};
use crate::{Collection, Error, Replica, Report};

/// How often the service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Polling {
    /// How long after a round that told something new the next one begins. The wait doubles with each round that told nothing.
    pub fastest: Duration,
    /// The longest wait: of a collection in which nothing happens, and of one that is refused.
    pub slowest: Duration,
}

impl Polling {
    /// Waits between these two.
    pub const fn new(fastest: Duration, slowest: Duration) -> Self {
        Self { fastest, slowest }
    }
}

impl Default for Polling {
    /// Between five seconds and five minutes.
    fn default() -> Self {
        Self::new(Duration::from_secs(5), Duration::from_mins(5))
    }
}

impl Replica {
    /// Keeps the replica up to date until it is [stopped](Stop::stop): sends what was edited here at once, and reads what changed
    /// there, soon after changes and more and more rarely while there are none (see [`Polling`]). Run it once for a replica.
    ///
    /// It does not end on what can pass. What fails is tried again after 0.8 to 30 seconds, or when the service says, and does
    /// not stop the rest; what is [refused](Error::Client), leads [elsewhere](Error::ForeignLink) or
    /// [nowhere](Error::StuckLink) is tried again as rarely as if nothing happened. A collection of which an enumeration would
    /// remove [too much](crate::Problem::MassDelete) is left alone until
    /// [`sync_whatever_is_removed`](Self::sync_whatever_is_removed) was called. All of it is told by
    /// [`status`](Self::status).
    ///
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Store`], where the store is another account's, or a newer version's.
    pub async fn run(&self, stop: &Stop) -> Result<(), Error> {
        let mut run = Run::new(self);
        stop.unless_stopped(Box::pin(run.go())).await.unwrap_or(Ok(()))
    }

    /// Wakes the loop, since something changed: as after a change notification of the service's. However often it is called,
    /// what it wakes is done once. What failed waits on all the same.
    pub fn poke(&self) {
        self.bell().ring();
    }
}

/// What the loop does, in the order in which it does it where several things are due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    Send,
    Feed(Collection),
}

struct Run<'r> {
    replica: &'r Replica,
    bell: watch::Receiver<Rung>,
    /// What was heard of it.
    heard: Rung,
    paces: BTreeMap<Work, Pace>,
    /// Until when the service wants to be left alone.
    held: Instant,
}

impl<'r> Run<'r> {
    fn new(replica: &'r Replica) -> Self {
        let options = replica.options();
        let now = Instant::now();
        let feeds = replica.roots().into_iter().map(Work::Feed);
        let mut paces: BTreeMap<_, _> = feeds.map(|work| (work, Pace::new(now, options.polling))).collect();
        paces.insert(Work::Send, Pace::steady(now, options.polling));
        let mut bell = replica.bell().listen();
        let heard = *bell.borrow_and_update();
        Self {
            replica,
            bell,
            heard,
            paces,
            held: now,
        }
    }

    /// Ends only with what cannot pass.
    async fn go(&mut self) -> Result<(), Error> {
        // Plans that were named are fed whatever is told.
        if let Err(error) = self.take_branches(&mut Report::default()).await
            && Trouble::of(&error) == Trouble::Lasting
        {
            return Err(error);
        }
        loop {
            for work in self.due() {
                // What went wrong meanwhile may have postponed it.
                if self.is_due(&work) {
                    self.carry_out(&work).await?;
                }
            }
            self.wait().await;
        }
    }

    fn due(&self) -> Vec<Work> {
        self.paces.keys().filter(|work| self.is_due(work)).cloned().collect()
    }

    fn is_due(&self, work: &Work) -> bool {
        let now = Instant::now();
        self.held <= now && self.paces.get(work).is_some_and(|pace| pace.at() <= now)
    }

    /// Waits until something is due. What the bell makes due may still have to wait for other reasons.
    async fn wait(&mut self) {
        let first = self.paces.values().map(Pace::at).min();
        let until = first.unwrap_or(self.held).max(self.held);
        if let Ok(Ok(())) = timeout_at(until, self.bell.changed()).await {
            let (now, rung) = (Instant::now(), *self.bell.borrow_and_update());
            let is_for_all = rung.all != self.heard.all;
            self.heard = rung;
            let hastened = self
                .paces
                .iter_mut()
                .filter(|(work, _)| is_for_all || **work == Work::Send);
            hastened.for_each(|(_, pace)| pace.hasten(now));
        }
    }

    async fn carry_out(&mut self, work: &Work) -> Result<(), Error> {
        let started = Instant::now();
        let mut report = Report::default();
        let mut done = match work {
            Work::Send => self.replica.send(&mut report).await,
            Work::Feed(collection) if self.is_paused(work, collection).await? => return Ok(()),
            Work::Feed(collection) => {
                let guard = self.replica.options().guard;
                self.replica.feed(collection, guard, &mut report).await
            }
        };
        if let Work::Feed(collection) = work
            && (collection.has_branches() || collection.is_newer_planner())
        {
            // What is known is fed, whether or not the list of it could be.
            done = self.take_branches(&mut report).await.and(done);
        }
        match done {
            Ok(()) => {
                if let Some(pace) = self.paces.get_mut(work) {
                    pace.succeeded(Instant::now(), report.has_news());
                }
                Ok(())
            }
            Err(error) => self.failed(work, started, error).await,
        }
    }

    /// Begins to feed the lists and plans that are there, and ceases to feed those that are not.
    async fn take_branches(&mut self, report: &mut Report) -> Result<(), Error> {
        let branches = self.replica.branches().await?;
        let (now, polling) = (Instant::now(), self.replica.options().polling);
        self.paces.retain(|work, _| match work {
            Work::Feed(branch) if branch.is_branch() && !branches.contains(branch) => {
                self.replica.recorder().forget(branch);
                false
            }
            _ => true,
        });
        for branch in &branches {
            self.paces
                .entry(Work::Feed(branch.clone()))
                .or_insert_with(|| Pace::new(now, polling));
        }
        self.replica.drop_gone(report).await
    }

    /// Whether a collection is still to be left alone: until an enumeration of it was completed elsewhere.
    async fn is_paused(&mut self, work: &Work, collection: &Collection) -> Result<bool, Error> {
        let Some(paused) = self.paces.get(work).and_then(Pace::paused) else {
            return Ok(false);
        };
        let generation = self.generation(collection).await;
        let is_paused = generation.is_none_or(|generation| generation == paused);
        if let Some(pace) = self.paces.get_mut(work) {
            if is_paused {
                pace.slow(Instant::now());
            } else {
                pace.resume();
            }
        }
        Ok(is_paused)
    }

    /// `None` where the store does not say.
    async fn generation(&self, collection: &Collection) -> Option<u64> {
        let feed = self.replica.store().feed(collection).await.ok()?;
        Some(feed.map_or(0, |feed| feed.generation))
    }

    /// Decides when to try again; an error that never passes is returned.
    async fn failed(&mut self, work: &Work, started: Instant, error: Error) -> Result<(), Error> {
        let random = self.replica.random();
        let now = Instant::now();
        let trouble = Trouble::of(&error);
        tracing::info!(?work, %error, ?trouble, "failed");
        if trouble == Trouble::Lasting {
            return Err(error);
        }
        if let Some(pace) = self.paces.get_mut(work) {
            pace.failed(started, now, random);
        }
        match trouble {
            Trouble::Passing | Trouble::Lasting => {}
            Trouble::Throttled(wait) => {
                self.held = now.checked_add(wait).unwrap_or(self.held).max(self.held);
                self.replica.recorder().throttled(wait);
            }
            Trouble::NoToken => self.paces.values_mut().for_each(|pace| pace.slow(now)),
            Trouble::Refused => {
                if let Some(pace) = self.paces.get_mut(work) {
                    pace.slow(now);
                }
            }
            Trouble::MassDelete => {
                if let Work::Feed(collection) = work {
                    let generation = self.generation(collection).await.unwrap_or_default();
                    self.replica.recorder().paused(collection);
                    if let Some(pace) = self.paces.get_mut(work) {
                        pace.pause(now, generation);
                    }
                }
            }
        }
        Ok(())
    }
}
