//! When tasks are due.

use std::time::SystemTime;

use jiff::civil::{Date, Weekday, date};
use msgraph_model::PlannerTask;

use crate::todo::Zone;

/// In seconds.
const DAY: u64 = 86_400;

/// When a task is due, as seen on some day. Weeks begin on Monday.
///
/// A due date of Planner's is a day: the day that it has in UTC, whatever the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// Before today, be the task completed or not.
    Late,
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// After tomorrow, in this week.
    ThisWeek,
    /// After tomorrow, in the next week.
    NextWeek,
    /// After the next week.
    Later,
    /// On no day, or none that can be read.
    NoDate,
}

impl Due {
    /// From left to right, as on the board.
    pub const ALL: [Self; 7] = [
        Self::Late,
        Self::Today,
        Self::Tomorrow,
        Self::ThisWeek,
        Self::NextWeek,
        Self::Later,
        Self::NoDate,
    ];

    /// When a task is due, as seen at a moment, at which it is the day that it is in UTC.
    pub fn of(task: &PlannerTask, now: SystemTime) -> Self {
        Self::seen(Self::day(task), day(now))
    }

    /// When a task is due, as seen by somebody in a zone at a moment.
    pub fn in_zone(task: &PlannerTask, now: SystemTime, zone: &Zone) -> Self {
        Self::seen(Self::day(task), number(zone.day(now)))
    }

    /// When something is due on a day, or on none, as seen on a day. This is for tasks of To Do, whose
    /// [`DueDate`](crate::todo::DueDate) knows its day.
    ///
    /// ```
    /// use msgraph_tasks::{board::Due, jiff::civil::date};
    ///
    /// let today = date(2026, 3, 4); // a Wednesday
    /// assert_eq!(Due::on(Some(date(2026, 3, 8)), today), Due::ThisWeek);
    /// assert_eq!(Due::on(Some(date(2026, 3, 9)), today), Due::NextWeek);
    /// assert_eq!(Due::on(None, today), Due::NoDate);
    /// ```
    pub fn on(due: Option<Date>, today: Date) -> Self {
        Self::seen(due.map(number), number(today))
    }

    /// Whether it is today or after, in this week.
    pub fn is_this_week(self, today: Date) -> bool {
        match self {
            Self::Today | Self::ThisWeek => true,
            Self::Tomorrow => today.weekday() != Weekday::Sunday,
            _ => false,
        }
    }

    fn seen(due: Option<i64>, today: i64) -> Self {
        let Some(due) = due else {
            return Self::NoDate;
        };
        // The first of January 1970 was a Thursday.
        let monday = today - (today + 3).rem_euclid(7);
        match due - today {
            ..0 => Self::Late,
            0 => Self::Today,
            1 => Self::Tomorrow,
            _ if due < monday + 7 => Self::ThisWeek,
            _ if due < monday + 14 => Self::NextWeek,
            _ => Self::Later,
        }
    }

    /// The day on which a task is due, counted from the first of January 1970.
    pub(super) fn day(task: &PlannerTask) -> Option<i64> {
        let due = task.due_date_time.as_ref()?;
        SystemTime::try_from(due).ok().map(day)
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Late => "Late",
            Self::Today => "Today",
            Self::Tomorrow => "Tomorrow",
            Self::ThisWeek => "This week",
            Self::NextWeek => "Next week",
            Self::Later => "Future",
            Self::NoDate => "No date",
        }
    }
}

/// A day, counted from the first of January 1970.
fn number(day: Date) -> i64 {
    (day - date(1970, 1, 1)).get_days().into()
}

fn day(time: SystemTime) -> i64 {
    let number = |days: u64| i64::try_from(days).unwrap_or(i64::MAX / 2);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => number(since.as_secs() / DAY),
        // What is left of a second, or of a day, is part of the day before.
        Err(before) => {
            let before = before.duration();
            let seconds = before.as_secs() + u64::from(before.subsec_nanos() > 0);
            -number(seconds.div_ceil(DAY))
        }
    }
}

#[cfg(test)]
mod tests {
    use msgraph_core::DateTimeOffset;

    use super::*;

    #[test]
    fn days_are_counted_from_midnight() {
        let at = |text: &str| day(SystemTime::try_from(&DateTimeOffset::new(text)).expect(text));
        assert_eq!(at("1970-01-01T00:00:00Z"), 0);
        assert_eq!(at("1970-01-01T23:59:59.9999999Z"), 0);
        assert_eq!(at("1970-01-02T00:00:00Z"), 1);
        assert_eq!(at("1969-12-31T23:59:59.9Z"), -1);
        assert_eq!(at("1969-12-31T00:00:00Z"), -1);
        assert_eq!(at("1969-12-30T23:59:59.9Z"), -2);
        assert_eq!(at("2026-01-23T10:00:00Z"), 20_476);
    }

    #[test]
    fn a_date_is_sorted_by_the_week_that_it_is_in() {
        // A Thursday, and a Sunday, which has no more days of its week.
        let cases = [
            ("2026-01-08T09:00:00Z", "2026-01-07T23:59:59Z", Due::Late),
            ("2026-01-08T09:00:00Z", "2026-01-08T00:00:00Z", Due::Today),
            ("2026-01-08T09:00:00Z", "2026-01-09T10:00:00Z", Due::Tomorrow),
            ("2026-01-08T09:00:00Z", "2026-01-11T10:00:00Z", Due::ThisWeek),
            ("2026-01-08T09:00:00Z", "2026-01-12T10:00:00Z", Due::NextWeek),
            ("2026-01-08T09:00:00Z", "2026-01-18T10:00:00Z", Due::NextWeek),
            ("2026-01-08T09:00:00Z", "2026-01-19T10:00:00Z", Due::Later),
            ("2026-01-11T09:00:00Z", "2026-01-12T10:00:00Z", Due::Tomorrow),
            ("2026-01-11T09:00:00Z", "2026-01-13T10:00:00Z", Due::NextWeek),
            ("2026-01-11T09:00:00Z", "some day", Due::NoDate),
        ];
        for (now, due, expected) in cases {
            let now = SystemTime::try_from(&DateTimeOffset::new(now)).expect(now);
            let mut task = PlannerTask::default();
            task.due_date_time = Some(due.into());
            assert_eq!(Due::of(&task, now), expected, "{due}");
        }
        assert_eq!(Due::of(&PlannerTask::default(), SystemTime::UNIX_EPOCH), Due::NoDate);
    }
}
