//! How a task recurs: built, read, and told in words.

mod days;
mod wire;
mod words;

use std::{error, fmt};

use jiff::civil::{Date, Weekday};
use msgraph_model::WeekIndex;

use super::zone::Zone;

pub use self::days::Occurrences;

/// How a task recurs: how often, from when, and until when.
///
/// It is checked as a whole when it is sent, by [`to_input`](Self::to_input), or by [`check`](Self::check).
///
/// ```
/// use jiff::civil::{Weekday, date};
/// use msgraph_tasks::todo::Recurrence;
///
/// let watering = Recurrence::weekly(2, [Weekday::Thursday, Weekday::Monday])
///     .starting(date(2026, 1, 5))
///     .until(date(2026, 6, 30));
/// assert_eq!(watering.to_string(), "every 2 weeks on Monday and Thursday until 2026-06-30");
/// assert_eq!(watering.next_after(date(2026, 1, 8)), Some(date(2026, 1, 19)));
///
/// let error = Recurrence::monthly_on_day(1, 32).starting(date(2026, 1, 5)).to_input().unwrap_err();
/// assert_eq!(error.to_string(), "no month has a day 32");
/// ```
///
/// <https://learn.microsoft.com/graph/api/resources/patternedrecurrence>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recurrence {
    pattern: Pattern,
    start: Option<Date>,
    end: End,
    zone: Option<Box<str>>,
}

/// How often something recurs. `every` counts the days, weeks, months or years from one time to the next.
///
/// <https://learn.microsoft.com/graph/api/resources/recurrencepattern>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pattern {
    /// Every so many days.
    Daily {
        /// How many.
        every: u32,
    },
    /// On days of the week, every so many weeks.
    Weekly {
        /// How many.
        every: u32,
        /// The days, in the order of a week that begins on Monday.
        days: Vec<Weekday>,
        /// The day that a week begins with.
        week_begins: Weekday,
    },
    /// On a day of the month, or on the last one where a month is shorter, every so many months.
    MonthlyOnDay {
        /// How many.
        every: u32,
        /// The day, from 1 to 31.
        day: u32,
    },
    /// On the first, second and so on of some days of the week in the month, every so many months.
    MonthlyOn {
        /// How many.
        every: u32,
        /// Which of them.
        which: WeekIndex,
        /// The days; the first of several is the first day of the month that is any of them.
        days: Vec<Weekday>,
    },
    /// On a date, every so many years.
    YearlyOnDay {
        /// How many.
        every: u32,
        /// The month, from 1 to 12.
        month: u32,
        /// The day, from 1 to 31.
        day: u32,
    },
    /// On the first, second and so on of some days of the week in a month, every so many years.
    YearlyOn {
        /// How many.
        every: u32,
        /// The month, from 1 to 12.
        month: u32,
        /// Which of them.
        which: WeekIndex,
        /// The days.
        days: Vec<Weekday>,
    },
    /// In a way that this build does not know. It is told, and neither calculated with nor sent.
    Unknown {
        /// The word of the service that is not known.
        name: Box<str>,
    },
}

/// How something that recurs ends.
///
/// <https://learn.microsoft.com/graph/api/resources/recurrencerange>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// It does not.
    Never,
    /// With this day, or with the last one before it that it falls on.
    Until(Date),
    /// After so many times.
    Times(u32),
    /// In a way that this build does not know, by the word of the service.
    Unknown(Box<str>),
}

impl Recurrence {
    /// Every so many days.
    pub fn daily(every: u32) -> Self {
        Self::new(Pattern::Daily { every })
    }

    /// On these days, every so many weeks, each of which begins on Sunday unless [`week_begins`](Self::week_begins) says
    /// otherwise.
    pub fn weekly(every: u32, days: impl IntoIterator<Item = Weekday>) -> Self {
        Self::new(Pattern::Weekly {
            every,
            days: in_order(days),
            week_begins: Weekday::Sunday,
        })
    }

    /// On a day of the month, from 1 to 31, every so many months. A month that is shorter has it on its last day.
    pub fn monthly_on_day(every: u32, day: u32) -> Self {
        Self::new(Pattern::MonthlyOnDay { every, day })
    }

    /// On the first, second and so on of these days in the month, every so many months.
    pub fn monthly_on(every: u32, which: WeekIndex, days: impl IntoIterator<Item = Weekday>) -> Self {
        let days = in_order(days);
        Self::new(Pattern::MonthlyOn { every, which, days })
    }

    /// On a date, with the month from 1 to 12, every so many years.
    pub fn yearly_on_day(every: u32, month: u32, day: u32) -> Self {
        Self::new(Pattern::YearlyOnDay { every, month, day })
    }

    /// On the first, second and so on of these days in a month, from 1 to 12, every so many years.
    pub fn yearly_on(every: u32, month: u32, which: WeekIndex, days: impl IntoIterator<Item = Weekday>) -> Self {
        Self::new(Pattern::YearlyOn {
            every,
            month,
            which,
            days: in_order(days),
        })
    }

    fn new(pattern: Pattern) -> Self {
        Self {
            pattern,
            start: None,
            end: End::Never,
            zone: None,
        }
    }

    /// From this day on. The service insists on one.
    pub fn starting(self, date: Date) -> Self {
        let start = Some(date);
        Self { start, ..self }
    }

    /// No longer than to this day.
    pub fn until(self, date: Date) -> Self {
        let end = End::Until(date);
        Self { end, ..self }
    }

    /// No more than so many times.
    pub fn times(self, times: u32) -> Self {
        let end = End::Times(times);
        Self { end, ..self }
    }

    /// With weeks that begin on this day, which counts where a weekly pattern skips weeks; of other patterns, nothing.
    pub fn week_begins(mut self, day: Weekday) -> Self {
        if let Pattern::Weekly { week_begins, .. } = &mut self.pattern {
            *week_begins = day;
        }
        self
    }

    /// With days of this zone. Where none is said, they are those of the due date's.
    pub fn in_zone(self, zone: &Zone) -> Self {
        let zone = Some(zone.name().into());
        Self { zone, ..self }
    }

    /// How often.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The day that it begins with.
    pub fn start(&self) -> Option<Date> {
        self.start
    }

    /// How it ends.
    pub fn end(&self) -> &End {
        &self.end
    }

    /// The name of the zone of its days, as it was written.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// Whether it can be sent.
    ///
    /// # Errors
    ///
    /// [`InvalidRecurrence`], the first thing that is wrong.
    pub fn check(&self) -> Result<(), InvalidRecurrence> {
        self.pattern.check()?;
        let start = self.start.ok_or(InvalidRecurrence::NoStart)?;
        match &self.end {
            End::Until(end) if *end < start => Err(InvalidRecurrence::EndsBeforeItStarts { start, end: *end }),
            End::Times(0) => Err(InvalidRecurrence::Never),
            End::Times(times) if i32::try_from(*times).is_err() => Err(InvalidRecurrence::TooMany(*times)),
            End::Unknown(name) => Err(InvalidRecurrence::Unknown(name.clone())),
            End::Never | End::Until(_) | End::Times(_) => Ok(()),
        }
    }
}

impl Pattern {
    fn check(&self) -> Result<(), InvalidRecurrence> {
        let (every, days, day, month) = match self {
            Self::Daily { every } => (*every, None, None, None),
            Self::Weekly { every, days, .. } | Self::MonthlyOn { every, days, .. } => (*every, Some(days), None, None),
            Self::MonthlyOnDay { every, day } => (*every, None, Some(*day), None),
            Self::YearlyOnDay { every, month, day } => (*every, None, Some(*day), Some(*month)),
            Self::YearlyOn { every, month, days, .. } => (*every, Some(days), None, Some(*month)),
            Self::Unknown { name } => return Err(InvalidRecurrence::Unknown(name.clone())),
        };
        if let Self::MonthlyOn { which, .. } | Self::YearlyOn { which, .. } = self
            && let WeekIndex::Unknown(name) = which
        {
            return Err(InvalidRecurrence::Unknown(name.clone()));
        }
        match (every, days, month, day) {
            (0, ..) => Err(InvalidRecurrence::Interval),
            (every, ..) if i32::try_from(every).is_err() => Err(InvalidRecurrence::TooMany(every)),
            (_, Some(days), ..) if days.is_empty() => Err(InvalidRecurrence::NoDays),
            (_, _, Some(month), _) if !(1..=12).contains(&month) => Err(InvalidRecurrence::NoSuchMonth(month)),
            (_, _, month, Some(day)) if !(1..=longest(month)).contains(&day) => {
                Err(InvalidRecurrence::NoSuchDay { day, month })
            }
            _ => Ok(()),
        }
    }
}

/// How a task must not recur.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidRecurrence {
    /// From one time to the next are no days, weeks, months or years.
    Interval,
    /// A number that is larger than the service takes.
    TooMany(u32),
    /// It falls on no day of the week.
    NoDays,
    /// There is no such month.
    NoSuchMonth(u32),
    /// The month, or any month where none is said, has no such day.
    NoSuchDay {
        /// The day.
        day: u32,
        /// The month.
        month: Option<u32>,
    },
    /// It is not said when it begins.
    NoStart,
    /// It ends before it begins.
    EndsBeforeItStarts {
        /// The first day.
        start: Date,
        /// The last.
        end: Date,
    },
    /// It ends after no time at all.
    Never,
    /// A word of the service that this build does not know.
    Unknown(Box<str>),
    /// The service leaves out what belongs to it.
    Incomplete(&'static str),
    /// The service writes what is no date.
    Date(Box<str>),
}

impl fmt::Display for InvalidRecurrence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interval => formatter.write_str("what recurs every 0 days, weeks, months or years does not recur"),
            Self::TooMany(number) => write!(formatter, "{number} is more than the service takes"),
            Self::NoDays => formatter.write_str("at least one day of the week must be named"),
            Self::NoSuchMonth(month) => write!(formatter, "there is no month {month}: they go from 1 to 12"),
            Self::NoSuchDay { day, month: None } => write!(formatter, "no month has a day {day}"),
            Self::NoSuchDay {
                day,
                month: Some(month),
            } => write!(formatter, "month {month} has no day {day}"),
            Self::NoStart => formatter.write_str("it must be said with which day a recurrence begins"),
            Self::EndsBeforeItStarts { start, end } => {
                write!(formatter, "a recurrence that begins on {start} cannot end on {end}")
            }
            Self::Never => formatter.write_str("what recurs 0 times does not recur"),
            Self::Unknown(name) => write!(formatter, "`{name}` is no way to recur that is known here"),
            Self::Incomplete(property) => write!(formatter, "the service names no `{property}` of the recurrence"),
            Self::Date(text) => write!(formatter, "`{text}` is no date of a recurrence"),
        }
    }
}

impl error::Error for InvalidRecurrence {}

/// How many days a month has at most.
fn longest(month: Option<u32>) -> u32 {
    match month {
        Some(2) => 29,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    }
}

/// Each day once, in the order of the week.
fn in_order(days: impl IntoIterator<Item = Weekday>) -> Vec<Weekday> {
    let mut days: Vec<_> = days.into_iter().collect();
    days.sort_by_key(|day| day.to_monday_zero_offset());
    days.dedup();
    days
}
