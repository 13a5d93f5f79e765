//! The service's clock: it stands still but for what requests and tests advance it by, or follows the machine's.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Clock {
    now: Timestamp,
    /// How far each request advances it, in milliseconds.
    tick: u32,
}

impl Default for Clock {
    /// Monday the fifth of January 2026, nine o'clock; a millisecond further with each request.
    fn default() -> Self {
        Self {
            now: Timestamp::from_second(1_767_603_600).unwrap_or_default(),
            tick: 1,
        }
    }
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        self.now.into()
    }

    /// The time as Planner and To Do write it: seven digits after the second.
    pub(crate) fn text(&self) -> String {
        format!("{:.7}", self.now)
    }

    /// The same a while later.
    pub(crate) fn text_after(&self, length: SignedDuration) -> String {
        let later = self.now.checked_add(length).unwrap_or(self.now);
        format!("{later:.7}")
    }

    pub(crate) fn zoned(&self) -> Zoned {
        self.now.to_zoned(TimeZone::UTC)
    }

    /// A request came.
    pub(crate) fn tick(&mut self) {
        self.advance(Duration::from_millis(self.tick.into()));
    }

    pub(crate) fn advance(&mut self, length: Duration) {
        self.now = self.now.checked_add(length).unwrap_or(self.now);
    }

    pub(crate) fn set(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// How far each request advances it; with zero it stands still.
    pub(crate) fn set_tick(&mut self, milliseconds: u32) {
        self.tick = milliseconds;
    }
}
