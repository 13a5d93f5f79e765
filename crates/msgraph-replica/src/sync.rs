//! Feeding: one round of a collection, from its link to the next.

mod apply;
#[cfg(feature = "base-task")]
mod base_task;
mod enumerate;
mod fetch;
mod inline;
mod planner;
mod read;

use std::collections::HashSet;

use msgraph_core::{Link, Raw};
use tracing::Instrument as _;

use self::{
    apply::{Entry, Page},
    fetch::Fetch,
};
use crate::{
    Collection, Error, Key, Kind, Problem, Replica, Report,
    status::Staged,
    store::{Commit, Committed, Feed, Guard, Lease, Phase, Stage, StoreError},
};

/// What one page of a feed holds, as it came.
#[derive(Debug, Default)]
pub(crate) struct RawPage {
    pub(crate) items: Vec<Raw>,
    pub(crate) next: Option<String>,
    pub(crate) delta: Option<String>,
}

/// A round of one collection.
pub(crate) struct Round<'r> {
    pub(crate) replica: &'r Replica,
    pub(crate) collection: Collection,
    pub(crate) lease: Lease,
    pub(crate) feed: Feed,
    pub(crate) guard: Guard,
    pub(crate) report: &'r mut Report,
}

impl Replica {
    /// Sends what was edited here, and records what came of it.
    pub(crate) async fn send(&self, report: &mut Report) -> Result<(), Error> {
        let _alone = self.feeding().lock().await;
        let mut own = Report::default();
        let sent = self.send_jobs(&mut own).await;
        self.recorder().sent(&own, sent.as_ref().err(), self.now());
        report.merge(own);
        sent
    }

    /// Feeds a collection until its service has no more to tell, and records what came of it.
    pub(crate) async fn feed(&self, collection: &Collection, guard: Guard, report: &mut Report) -> Result<(), Error> {
        let _alone = self.feeding().lock().await;
        let mut own = Report::default();
        let span = tracing::debug_span!("round", %collection);
        let fed = self.feed_alone(collection, guard, &mut own).instrument(span).await;
        self.recorder().fed(collection, &own, fed.as_ref().err(), self.now());
        report.merge(own);
        fed
    }

    async fn feed_alone(&self, collection: &Collection, guard: Guard, report: &mut Report) -> Result<(), Error> {
        let now = self.now();
        let until = now.saturating_add(self.options().lease);
        let lease = self.store().lease(collection, self.holder(), now, until).await?;
        let feed = self.store().feed(collection).await?.unwrap_or_default();
        let mut round = Round {
            replica: self,
            collection: collection.clone(),
            lease,
            feed,
            guard,
            report,
        };
        let done = match round.run().await {
            // The link is not what the service gave, or it has forgotten it: everything is read again, beside what is there.
            Err(Error::Client(error)) if error.is_resync_required() => {
                tracing::info!(%collection, "the link was rejected, everything is read again");
                round.report.resets += 1;
                self.recorder().reset(&error);
                round.begin_again().await?;
                round.run().await
            }
            done => done,
        };
        match done {
            Err(error) if collection.is_newer_planner() => round.not_seen(error).await,
            done => done,
        }
    }
}

impl Round<'_> {
    async fn run(&mut self) -> Result<(), Error> {
        if self.feed.phase == Phase::Enumerating {
            if self.collection != Collection::Planner {
                return self.enumerate().await;
            }
            self.enumerate_planner().await?;
        }
        self.follow().await
    }

    /// Follows the link to the end of what there is to tell; each page is committed with the link that it leads to.
    async fn follow(&mut self) -> Result<(), Error> {
        let mut seen = HashSet::new();
        while let Some(link) = self.feed.link.clone() {
            if !seen.insert(link.clone()) {
                return Err(self.stuck());
            }
            let page = self.replica.follow(&link).await?;
            self.report.pages += 1;
            let is_last = page.next.is_none();
            let next = self.link_of(&page, &link)?;
            let mut applied = Page::new(self);
            for item in &page.items {
                applied.apply(item).await?;
            }
            applied.read_parts(is_last).await?;
            let mut commit = applied.into_commit();
            self.feed.link = Some(next);
            if is_last {
                self.feed.completed_at = Some(self.replica.now());
            }
            commit.lease = Some(self.lease.clone());
            commit.feed = Some(self.feed.clone());
            self.commit(commit).await?;
            if is_last {
                self.report.rounds += 1;
                return Ok(());
            }
        }
        Ok(())
    }

    /// The link that a page leads to.
    fn link_of(&mut self, page: &RawPage, from: &str) -> Result<String, Error> {
        let next = page.next.as_ref().or(page.delta.as_ref());
        match next {
            Some(next) if page.next.is_some() && next == from => Err(self.stuck()),
            Some(next) => self.own(next.clone()),
            None => Err(Error::NoLink {
                collection: self.collection.clone(),
            }),
        }
    }

    /// A link that may be kept: one that leads to another host would be refused for ever.
    fn own(&mut self, link: String) -> Result<String, Error> {
        if self.replica.client().admits(&Link::new(&*link)) {
            return Ok(link);
        }
        let collection = self.collection.clone();
        self.report.problems.push(Problem::ForeignLink {
            collection: collection.clone(),
        });
        Err(Error::ForeignLink { collection })
    }

    fn stuck(&mut self) -> Error {
        let collection = self.collection.clone();
        self.report.problems.push(Problem::StuckLink {
            collection: collection.clone(),
        });
        Error::StuckLink { collection }
    }

    /// What may not be seen does not keep the rest from being fed. What is gone is dropped; what is refused stays as it was.
    async fn not_seen(&mut self, error: Error) -> Result<(), Error> {
        let key = match &self.collection {
            Collection::PlanBuckets(plan) | Collection::PlanTasks(plan) => Key::new(Kind::Plan, &**plan),
            // Of groups and rosters nothing is kept but their plans.
            container => Key::new(Kind::Unknown, container.to_string()),
        };
        let status = self.hidden(key, error)?;
        if status == 404 {
            let mut drop = vec![self.collection.clone()];
            if self.collection.has_branches() {
                for plan in self.replica.rows_in(&self.collection, Kind::Plan).await? {
                    drop.push(Collection::PlanBuckets(plan.key.id.clone()));
                    drop.push(Collection::PlanTasks(plan.key.id));
                }
            }
            let commit = Commit {
                lease: Some(self.lease.clone()),
                drop,
                ..Commit::default()
            };
            self.commit(commit).await?;
        }
        Ok(())
    }

    /// Forgets the link, and what was staged; the rows stay until a new enumeration is complete.
    async fn begin_again(&mut self) -> Result<(), Error> {
        self.feed.link = None;
        self.feed.phase = Phase::Enumerating;
        let commit = Commit {
            lease: Some(self.lease.clone()),
            feed: Some(self.feed.clone()),
            stage: Some(Stage::Clear),
            ..Commit::default()
        };
        self.commit(commit).await
    }

    /// Replaces the rows by what was staged, and goes on from this link.
    async fn swap(&mut self, link: String) -> Result<(), Error> {
        let feed = Feed {
            link: Some(link),
            phase: Phase::Following,
            generation: self.feed.generation + 1,
            completed_at: self.feed.completed_at,
        };
        let commit = Commit {
            lease: Some(self.lease.clone()),
            feed: Some(feed.clone()),
            stage: Some(Stage::Swap(self.guard)),
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(()) => {
                self.feed = feed;
                self.replica.rebase(&self.collection, self.report).await
            }
            Err(Error::Store(StoreError::MassDelete { removed, of })) => {
                let collection = self.collection.clone();
                self.report.problems.push(Problem::MassDelete {
                    collection,
                    removed,
                    of,
                });
                Err(Error::Store(StoreError::MassDelete { removed, of }))
            }
            Err(error) => Err(error),
        }
    }

    async fn commit(&mut self, commit: Commit) -> Result<(), Error> {
        let staged = commit.stage.as_ref().map(Staged::of);
        let committed = self.replica.store().commit(commit).await?;
        self.committed(committed, staged);
        Ok(())
    }

    fn committed(&mut self, committed: Committed, staged: Option<Staged>) {
        self.report.add(committed);
        self.replica.recorder().committed(&self.collection, staged);
    }
}
