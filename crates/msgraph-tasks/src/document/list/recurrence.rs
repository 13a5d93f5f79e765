//! How a task repeats.

use msgraph_core::{Date, enums::OpenEnum};
use msgraph_model::{
    DayOfWeek, PatternedRecurrence, PatternedRecurrenceInput, RecurrencePattern, RecurrencePatternInput,
    RecurrencePatternType, RecurrenceRange, RecurrenceRangeInput, RecurrenceRangeType, WeekIndex,
};
use serde::{Deserialize, Serialize};

use crate::document::{envelope::is_default, error::DocumentError, place::check_text};

/// How a task repeats: by which pattern, and for how long.
///
/// <https://learn.microsoft.com/graph/api/resources/patternedrecurrence>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recurrence {
    /// How often.
    pub pattern: Pattern,
    /// For how long.
    pub range: Range,
}

/// How often a task repeats. What a type of pattern has no use for is left out.
///
/// <https://learn.microsoft.com/graph/api/resources/recurrencepattern>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pattern {
    /// `daily`, `weekly`, `absoluteMonthly`, `relativeMonthly`, `absoluteYearly` or `relativeYearly`.
    pub r#type: String,
    /// How many of these units lie between two occurrences.
    pub interval: i32,
    /// The month, from 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub month: i32,
    /// The day of the month, from 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub day_of_month: i32,
    /// Days of the week, such as `monday`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub days_of_week: Vec<String>,
    /// The day that the week begins with; `sunday` is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first_day_of_week: Option<String>,
    /// Which of the days in the month: `first`, which is none, to `fourth`, or `last`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub index: Option<String>,
}

/// For how long a task repeats.
///
/// <https://learn.microsoft.com/graph/api/resources/recurrencerange>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Range {
    /// `noEnd`, `endDate` or `numbered`.
    pub r#type: String,
    /// The first day, such as `2026-01-05`.
    pub start_date: String,
    /// The last day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub end_date: Option<String>,
    /// How many times.
    #[serde(default, skip_serializing_if = "is_default")]
    pub number_of_occurrences: i32,
    /// The zone of the days; that of the due date is none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time_zone: Option<String>,
}

/// What stands for no day, where the service needs one.
const NO_DAY: &str = "0001-01-01";

impl Recurrence {
    pub(super) fn read(recurrence: &PatternedRecurrence) -> Option<Self> {
        Some(Self {
            pattern: Pattern::read(recurrence.pattern.as_deref()?),
            range: Range::read(recurrence.range.as_deref()?),
        })
    }

    pub(super) fn input(&self) -> PatternedRecurrenceInput {
        PatternedRecurrenceInput::new(self.pattern.input(), self.range.input())
    }

    /// The same without what the service takes for granted: weeks begin on Sunday, days are in the zone of the due date, and
    /// only relative patterns have an index.
    pub(super) fn normal(mut self, zone: &str) -> Self {
        let Self { pattern, range } = &mut self;
        let is_relative = pattern.r#type.starts_with("relative");
        pattern.index = pattern.index.take().filter(|index| is_relative && index != "first");
        pattern.first_day_of_week = pattern.first_day_of_week.take().filter(|day| day != "sunday");
        range.time_zone = range.time_zone.take().filter(|known| known != zone);
        self
    }

    pub(super) fn check(&self, place: &str) -> Result<(), DocumentError> {
        let refuse = |member: &str, reason: String| Err(DocumentError::invalid(format!("{place}.{member}"), reason));
        let Pattern { r#type, interval, .. } = &self.pattern;
        if matches!(
            RecurrencePatternType::from_name(r#type),
            RecurrencePatternType::Unknown(_)
        ) {
            return refuse("pattern.type", format!("`{type}` is no pattern"));
        }
        if *interval < 1 {
            return refuse("pattern.interval", "it is to be 1 or more".to_owned());
        }
        let Range { r#type, start_date, .. } = &self.range;
        if matches!(RecurrenceRangeType::from_name(r#type), RecurrenceRangeType::Unknown(_)) {
            return refuse("range.type", format!("`{type}` is no range"));
        }
        if r#type == "endDate" && self.range.end_date.is_none() {
            return refuse("range.endDate", "a range of type `endDate` needs it".to_owned());
        }
        if r#type == "numbered" && self.range.number_of_occurrences < 1 {
            return refuse("range.numberOfOccurrences", "it is to be 1 or more".to_owned());
        }
        check_text(&format!("{place}.range.startDate"), start_date)
    }
}

impl Pattern {
    fn read(pattern: &RecurrencePattern) -> Self {
        let days = pattern.days_of_week.iter().flatten();
        Self {
            r#type: pattern.r#type.as_ref().map_or_else(String::new, name),
            interval: pattern.interval.unwrap_or(1),
            month: pattern.month.unwrap_or_default(),
            day_of_month: pattern.day_of_month.unwrap_or_default(),
            days_of_week: days.map(name).collect(),
            first_day_of_week: pattern.first_day_of_week.as_ref().map(name),
            index: pattern.index.as_ref().map(name),
        }
    }

    fn input(&self) -> RecurrencePatternInput {
        let mut input = RecurrencePatternInput::new(self.interval, RecurrencePatternType::from_name(&self.r#type));
        if self.month != 0 {
            input = input.month(self.month);
        }
        if self.day_of_month != 0 {
            input = input.day_of_month(self.day_of_month);
        }
        if !self.days_of_week.is_empty() {
            let days = self.days_of_week.iter().map(|day| DayOfWeek::from_name(day));
            input = input.days_of_week(days.collect());
        }
        if let Some(day) = &self.first_day_of_week {
            input = input.first_day_of_week(DayOfWeek::from_name(day));
        }
        if let Some(index) = &self.index {
            input = input.index(WeekIndex::from_name(index));
        }
        input
    }
}

impl Range {
    fn read(range: &RecurrenceRange) -> Self {
        let day = |day: &Date| day.as_str().to_owned();
        Self {
            r#type: range.r#type.as_ref().map_or_else(String::new, name),
            start_date: range.start_date.as_ref().map_or_else(String::new, day),
            end_date: range.end_date.as_ref().map(day).filter(|day| day != NO_DAY),
            number_of_occurrences: range.number_of_occurrences.unwrap_or_default(),
            time_zone: range.recurrence_time_zone.clone(),
        }
    }

    fn input(&self) -> RecurrenceRangeInput {
        let start = Date::new(&*self.start_date);
        let mut input = RecurrenceRangeInput::new(start, RecurrenceRangeType::from_name(&self.r#type));
        if let Some(day) = &self.end_date {
            input = input.end_date(Date::new(&**day));
        }
        if self.number_of_occurrences != 0 {
            input = input.number_of_occurrences(self.number_of_occurrences);
        }
        if let Some(zone) = &self.time_zone {
            input = input.recurrence_time_zone(&**zone);
        }
        input
    }
}

fn name(member: &impl OpenEnum) -> String {
    member.as_str().to_owned()
}
