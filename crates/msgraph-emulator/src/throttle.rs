//! What holds back clients that ask too much, and remembers how long they were told to wait.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use crate::config::Config;

/// Requests of To Do by user, and the waits that clients were told.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// When each user asked within the window.
    asked: BTreeMap<String, VecDeque<Timestamp>>,
    /// How many requests of each user are under way.
    under_way: BTreeMap<String, usize>,
    /// Until when a request should not come again, by our clock and by the machine's.
    waits: BTreeMap<String, (Timestamp, Instant)>,
}

const WINDOW: SignedDuration = SignedDuration::from_mins(10);

impl Throttle {
    /// Counts a request. Returns how long to wait, in seconds, where it is one too many.
    pub(crate) fn count(&mut self, config: &Config, user: &str, now: Timestamp) -> Option<u64> {
        let under_way = self.under_way.get(user).copied().unwrap_or_default();
        if config.requests_under_way > 0 && under_way >= config.requests_under_way {
            return Some(1);
        }
        if config.requests_per_ten_minutes == 0 {
            return None;
        }
        let asked = self.asked.entry(user.to_owned()).or_default();
        let age = |then: &Timestamp| now.duration_since(*then);
        while asked.front().is_some_and(|then| age(then) >= WINDOW) {
            asked.pop_front();
        }
        if asked.len() < config.requests_per_ten_minutes {
            asked.push_back(now);
            return None;
        }
        let rest = asked.front().map_or(WINDOW, |then| WINDOW - age(then));
        let seconds = u64::try_from(rest.as_secs()).unwrap_or_default();
        Some(seconds + 1)
    }

    pub(crate) fn enter(&mut self, user: &str) {
        *self.under_way.entry(user.to_owned()).or_default() += 1;
    }

    pub(crate) fn leave(&mut self, user: &str) {
        if let Some(count) = self.under_way.get_mut(user) {
            *count = count.saturating_sub(1);
        }
    }

    /// A client was told to wait with a request.
    pub(crate) fn told(&mut self, request: String, now: Timestamp, wait: Duration) {
        if let (Ok(until), Some(real)) = (now.checked_add(wait), Instant::now().checked_add(wait)) {
            self.waits.insert(request, (until, real));
        }
    }

    /// Whether a request comes before it should, by both clocks.
    pub(crate) fn is_early(&mut self, request: &str, now: Timestamp) -> bool {
        self.waits
            .remove(request)
            .is_some_and(|(until, real)| now < until && Instant::now() < real)
    }
}
