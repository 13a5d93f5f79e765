//! What came of feeding, as it comes.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::{CollectionStatus, Failure, Progress, Status, time};
use crate::{Collection, Error, Problem, Report, store::Stage};

/// How many problems are kept.
const PROBLEMS: usize = 100;

/// Records what is done.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    seen: Mutex<Seen>,
    progress: watch::Sender<Progress>,
    /// How often something was committed.
    commits: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Seen {
    status: Status,
    problems: VecDeque<Problem>,
}

/// What a commit stages.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Staged {
    Begun,
    More(usize),
    Done,
}

impl Staged {
    pub(crate) fn of(stage: &Stage) -> Self {
        match stage {
            Stage::Clear => Self::Begun,
            Stage::Add(rows) => Self::More(rows.len()),
            Stage::Swap(_) => Self::Done,
        }
    }
}

impl Recorder {
    /// What was recorded; what the store knows is missing in it.
    pub(crate) fn status(&self) -> Status {
        let seen = self.seen();
        let mut status = seen.status.clone();
        status.problems = seen.problems.iter().cloned().collect();
        status
    }

    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Changes with each commit.
    pub(crate) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// An attempt to feed a collection came to its end.
    pub(crate) fn fed(&self, collection: &Collection, report: &Report, error: Option<&Error>, now: u64) {
        let mut seen = self.seen();
        seen.add(report);
        let of = seen.status.collections.entry(collection.clone()).or_default();
        of.last_error = error.map(|error| failure(error, now));
        match error {
            None => *of = CollectionStatus::default(),
            Some(_) => of.failures += 1,
        }
        seen.failed(error, now);
        tracing::debug!(
            rounds = report.rounds,
            pages = report.pages,
            applied = report.created + report.changed,
            removed = report.deleted,
            ignored = report.unchanged,
            stale = report.stale,
            staged = report.staged,
            fetched = report.fetched,
            resets = report.resets,
            problems = report.problems.len(),
            error = error.map(tracing::field::display),
            "fed"
        );
    }

    /// An attempt to send came to its end.
    pub(crate) fn sent(&self, report: &Report, error: Option<&Error>, now: u64) {
        let mut seen = self.seen();
        seen.add(report);
        seen.status.outbox.last_error = error.map(|error| failure(error, now));
        seen.failed(error, now);
        tracing::debug!(
            sent = report.sent,
            stopped = report.stopped,
            error = error.map(tracing::field::display),
            "sent"
        );
    }

    /// A collection is left alone, until somebody looked.
    pub(crate) fn paused(&self, collection: &Collection) {
        self.seen()
            .status
            .collections
            .entry(collection.clone())
            .or_default()
            .is_paused = true;
        tracing::warn!(%collection, "paused: an enumeration would remove more than is allowed");
    }

    /// A collection is gone.
    pub(crate) fn forget(&self, collection: &Collection) {
        self.seen().status.collections.remove(collection);
    }

    /// The service rejected a link.
    pub(crate) fn reset(&self, error: &msgraph_client::Error) {
        let cause = error.service().map_or_else(String::new, |refused| {
            let code = refused.codes().last().unwrap_or_default();
            format!("{} {code}", refused.status).trim_end().to_owned()
        });
        *self.seen().status.totals.resets.entry(cause).or_default() += 1;
    }

    /// The service asked to wait for so long.
    pub(crate) fn throttled(&self, wait: Duration) {
        let mut seen = self.seen();
        seen.status.totals.throttled = seen.status.totals.throttled.saturating_add(wait);
        tracing::info!(throttled = wait.as_secs_f64(), "the service asks to wait");
    }

    /// Something was committed.
    pub(crate) fn committed(&self, collection: &Collection, staged: Option<Staged>) {
        self.commits.send_modify(|commits| *commits += 1);
        let Some(staged) = staged else { return };
        self.progress.send_modify(|progress| match staged {
            Staged::Begun => {
                progress.staged.insert(collection.clone(), 0);
            }
            Staged::More(rows) => *progress.staged.entry(collection.clone()).or_default() += rows,
            Staged::Done => {
                progress.staged.remove(collection);
                progress.done += 1;
            }
        });
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Counts are right whatever became of who counted.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn add(&mut self, report: &Report) {
        let totals = &mut self.status.totals;
        totals.rounds += report.rounds;
        totals.pages += report.pages;
        totals.applied += report.created + report.changed;
        totals.removed += report.deleted;
        totals.ignored += report.unchanged;
        totals.stale += report.stale;
        totals.staged += report.staged;
        totals.fetched += report.fetched;
        totals.sent += report.sent;
        for problem in &report.problems {
            *totals.problems.entry(problem.name()).or_default() += 1;
            tracing::warn!(problem = problem.name(), "a problem");
            if self.problems.len() == PROBLEMS {
                self.problems.pop_front();
            }
            self.problems.push_back(problem.clone());
        }
    }

    fn failed(&mut self, error: Option<&Error>, now: u64) {
        if let Some(error) = error {
            self.status.totals.failures += 1;
            self.status.last_error = Some(failure(error, now));
        }
    }
}

fn failure(error: &Error, now: u64) -> Failure {
    Failure {
        at: time(now),
        text: error.to_string(),
    }
}
