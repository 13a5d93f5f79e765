//! When something is done again.

use std::time::Duration;

use tokio::time::Instant;

use super::{Polling, backoff::Backoff};

/// When one piece of work is done again.
#[derive(Debug)]
pub(super) struct Pace {
    polling: Polling,
    /// When it is due by itself; a poke makes it due now.
    due: Instant,
    /// Before this it is not done, poked or not: it failed.
    not_before: Instant,
    /// The wait after the next round that tells nothing new.
    interval: Duration,
    /// The longest of these waits.
    longest: Duration,
    backoff: Backoff,
    /// The generation at which it was paused.
    paused: Option<u64>,
}

impl Pace {
    /// It is due now.
    pub(super) fn new(now: Instant, polling: Polling) -> Self {
        Self {
            polling,
            due: now,
            not_before: now,
            interval: polling.fastest,
            longest: polling.slowest,
            backoff: Backoff::default(),
            paused: None,
        }
    }

    /// It is due now, and always soon again: what it looks at is here.
    pub(super) fn steady(now: Instant, polling: Polling) -> Self {
        Self {
            longest: polling.fastest,
            ..Self::new(now, polling)
        }
    }

    pub(super) fn at(&self) -> Instant {
        self.due.max(self.not_before)
    }

    pub(super) fn hasten(&mut self, now: Instant) {
        self.due = self.due.min(now);
    }

    /// It was done: soon again where something is going on, and later and later where nothing is.
    pub(super) fn succeeded(&mut self, now: Instant, has_news: bool) {
        if has_news {
            self.interval = self.polling.fastest;
        }
        self.due = later(now, self.interval);
        self.interval = self.interval.saturating_mul(2).min(self.longest);
    }

    pub(super) fn failed(&mut self, started: Instant, now: Instant, random: u64) {
        let wait = self.backoff.next(started, now, random);
        self.not_before = later(now, wait);
        self.due = self.not_before;
    }

    /// It is not worth trying soon, unless somebody pokes.
    pub(super) fn slow(&mut self, now: Instant) {
        self.due = later(now, self.polling.slowest);
    }

    pub(super) fn paused(&self) -> Option<u64> {
        self.paused
    }

    pub(super) fn pause(&mut self, now: Instant, generation: u64) {
        self.paused = Some(generation);
        self.slow(now);
    }

    pub(super) fn resume(&mut self) {
        self.paused = None;
    }
}

fn later(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).unwrap_or(now)
}
