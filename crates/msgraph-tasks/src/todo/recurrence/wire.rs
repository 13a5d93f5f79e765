//! A recurrence as the service writes it and as it is sent.

use jiff::civil::{Date, Weekday};
use msgraph_core::Date as Text;
use msgraph_model::{
    DayOfWeek, PatternedRecurrence, PatternedRecurrenceInput, RecurrencePattern, RecurrencePatternInput,
    RecurrencePatternType, RecurrenceRange, RecurrenceRangeInput, RecurrenceRangeType, WeekIndex,
};

use super::{End, InvalidRecurrence, Pattern, Recurrence, in_order};

impl Recurrence {
    /// What is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidRecurrence`], the first thing that is wrong.
    pub fn to_input(&self) -> Result<PatternedRecurrenceInput, InvalidRecurrence> {
        self.check()?;
        let start = self.start.ok_or(InvalidRecurrence::NoStart)?;
        let range = |ty| RecurrenceRangeInput::new(Text::new(start.to_string()), ty);
        let range = match &self.end {
            End::Never => range(RecurrenceRangeType::NoEnd),
            End::Until(end) => range(RecurrenceRangeType::EndDate).end_date(Text::new(end.to_string())),
            End::Times(times) => range(RecurrenceRangeType::Numbered).number_of_occurrences(number(*times)?),
            End::Unknown(name) => return Err(InvalidRecurrence::Unknown(name.clone())),
        };
        let range = match &self.zone {
            Some(zone) => range.recurrence_time_zone(zone.clone()),
            None => range,
        };
        Ok(PatternedRecurrenceInput::new(self.pattern.to_input()?, range))
    }

    /// A recurrence that the service writes. A kind of it that this build does not know is kept as such.
    ///
    /// # Errors
    ///
    /// [`InvalidRecurrence`] where the service leaves out what belongs to it, or writes what is no date.
    pub fn read(written: &PatternedRecurrence) -> Result<Self, InvalidRecurrence> {
        let pattern = written.pattern.as_deref();
        let range = written.range.as_deref();
        let range = range.ok_or(InvalidRecurrence::Incomplete("range"))?;
        Ok(Self {
            pattern: Pattern::read(pattern.ok_or(InvalidRecurrence::Incomplete("pattern"))?)?,
            start: range.start_date.as_ref().map(date).transpose()?,
            end: End::read(range)?,
            zone: range.recurrence_time_zone.as_deref().map(Into::into),
        })
    }
}

impl Pattern {
    fn to_input(&self) -> Result<RecurrencePatternInput, InvalidRecurrence> {
        let input = |every: &u32, ty| Ok(RecurrencePatternInput::new(number(*every)?, ty));
        let names = |days: &[Weekday]| days.iter().map(|day| name(*day)).collect();
        match self {
            Self::Daily { every } => input(every, RecurrencePatternType::Daily),
            Self::Weekly {
                every,
                days,
                week_begins,
            } => Ok(input(every, RecurrencePatternType::Weekly)?
                .days_of_week(names(days))
                .first_day_of_week(name(*week_begins))),
            Self::MonthlyOnDay { every, day } => {
                Ok(input(every, RecurrencePatternType::AbsoluteMonthly)?.day_of_month(number(*day)?))
            }
            Self::MonthlyOn { every, which, days } => Ok(input(every, RecurrencePatternType::RelativeMonthly)?
                .days_of_week(names(days))
                .index(which.clone())),
            Self::YearlyOnDay { every, month, day } => Ok(input(every, RecurrencePatternType::AbsoluteYearly)?
                .month(number(*month)?)
                .day_of_month(number(*day)?)),
            Self::YearlyOn {
                every,
                month,
                which,
                days,
            } => Ok(input(every, RecurrencePatternType::RelativeYearly)?
                .month(number(*month)?)
                .days_of_week(names(days))
                .index(which.clone())),
            Self::Unknown { name } => Err(InvalidRecurrence::Unknown(name.clone())),
        }
    }

    fn read(written: &RecurrencePattern) -> Result<Self, InvalidRecurrence> {
        let ty = written.r#type.as_ref();
        let ty = ty.ok_or(InvalidRecurrence::Incomplete("type"))?;
        let every = count(written.interval, "interval")?;
        let week_begins = written.first_day_of_week.as_ref().map_or(Ok(Weekday::Sunday), weekday);
        let days = written.days_of_week.iter().flatten().map(weekday);
        let days: Result<Vec<_>, _> = days.collect();
        let which = written.index.clone().unwrap_or(WeekIndex::First);
        let day = || count(written.day_of_month, "dayOfMonth");
        let month = || count(written.month, "month");
        // A day that is not known is kept as the whole pattern is: without it, it would be another one.
        let (days, week_begins) = match (days, week_begins) {
            (Ok(days), Ok(week_begins)) => (in_order(days), week_begins),
            (Err(name), _) | (_, Err(name)) => return Ok(Self::Unknown { name }),
        };
        Ok(match ty {
            RecurrencePatternType::Daily => Self::Daily { every },
            RecurrencePatternType::Weekly => Self::Weekly {
                every,
                days,
                week_begins,
            },
            RecurrencePatternType::AbsoluteMonthly => Self::MonthlyOnDay { every, day: day()? },
            RecurrencePatternType::RelativeMonthly => Self::MonthlyOn { every, which, days },
            RecurrencePatternType::AbsoluteYearly => Self::YearlyOnDay {
                every,
                month: month()?,
                day: day()?,
            },
            RecurrencePatternType::RelativeYearly => Self::YearlyOn {
                every,
                month: month()?,
                which,
                days,
            },
            RecurrencePatternType::Unknown(name) => Self::Unknown { name: name.clone() },
            _ => Self::Unknown { name: "".into() },
        })
    }
}

impl End {
    fn read(range: &RecurrenceRange) -> Result<Self, InvalidRecurrence> {
        match &range.r#type {
            Some(RecurrenceRangeType::NoEnd) => Ok(Self::Never),
            Some(RecurrenceRangeType::EndDate) => {
                let end = range.end_date.as_ref();
                date(end.ok_or(InvalidRecurrence::Incomplete("endDate"))?).map(Self::Until)
            }
            Some(RecurrenceRangeType::Numbered) => {
                count(range.number_of_occurrences, "numberOfOccurrences").map(Self::Times)
            }
            Some(RecurrenceRangeType::Unknown(name)) => Ok(Self::Unknown(name.clone())),
            Some(_) => Ok(Self::Unknown("".into())),
            None => Err(InvalidRecurrence::Incomplete("type")),
        }
    }
}

/// A number that is sent.
fn number(value: u32) -> Result<i32, InvalidRecurrence> {
    i32::try_from(value).map_err(|_| InvalidRecurrence::TooMany(value))
}

/// A number that was read; one that is negative counts as none.
fn count(value: Option<i32>, property: &'static str) -> Result<u32, InvalidRecurrence> {
    let value = value.and_then(|value| u32::try_from(value).ok());
    value.ok_or(InvalidRecurrence::Incomplete(property))
}

fn date(text: &Text) -> Result<Date, InvalidRecurrence> {
    let date = text.as_str().parse();
    date.map_err(|_| InvalidRecurrence::Date(text.as_str().into()))
}

/// A day of the service's, or the word that is none.
fn weekday(day: &DayOfWeek) -> Result<Weekday, Box<str>> {
    Ok(match day {
        DayOfWeek::Monday => Weekday::Monday,
        DayOfWeek::Tuesday => Weekday::Tuesday,
        DayOfWeek::Wednesday => Weekday::Wednesday,
        DayOfWeek::Thursday => Weekday::Thursday,
        DayOfWeek::Friday => Weekday::Friday,
        DayOfWeek::Saturday => Weekday::Saturday,
        DayOfWeek::Sunday => Weekday::Sunday,
        DayOfWeek::Unknown(name) => return Err(name.clone()),
        _ => return Err("".into()),
    })
}

fn name(day: Weekday) -> DayOfWeek {
    match day {
        Weekday::Monday => DayOfWeek::Monday,
        Weekday::Tuesday => DayOfWeek::Tuesday,
        Weekday::Wednesday => DayOfWeek::Wednesday,
        Weekday::Thursday => DayOfWeek::Thursday,
        Weekday::Friday => DayOfWeek::Friday,
        Weekday::Saturday => DayOfWeek::Saturday,
        Weekday::Sunday => DayOfWeek::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil;
    use msgraph_core::update::Edit as _;
    use serde_json::{Value, json};

    use super::*;

    fn read(written: Value) -> Result<Recurrence, InvalidRecurrence> {
        let written: PatternedRecurrence = serde_json::from_value(written).unwrap();
        Recurrence::read(&written)
    }

    #[test]
    fn what_is_sent_has_what_the_kind_needs_and_no_more() {
        let start = civil::date(2026, 1, 5);
        let cases = [
            (
                Recurrence::weekly(2, [Weekday::Monday]).times(3),
                json!({
                    "pattern": { "interval": 2, "type": "weekly", "daysOfWeek": ["monday"], "firstDayOfWeek": "sunday" },
                    "range": { "startDate": "2026-01-05", "type": "numbered", "numberOfOccurrences": 3 },
                }),
            ),
            (
                Recurrence::monthly_on_day(1, 31).until(civil::date(2026, 12, 31)),
                json!({
                    "pattern": { "interval": 1, "type": "absoluteMonthly", "dayOfMonth": 31 },
                    "range": { "startDate": "2026-01-05", "type": "endDate", "endDate": "2026-12-31" },
                }),
            ),
            (
                Recurrence::yearly_on(1, 11, WeekIndex::Fourth, [Weekday::Thursday]),
                json!({
                    "pattern": {
                        "interval": 1, "type": "relativeYearly", "month": 11, "daysOfWeek": ["thursday"], "index": "fourth",
                    },
                    "range": { "startDate": "2026-01-05", "type": "noEnd" },
                }),
            ),
        ];
        for (recurrence, expected) in cases {
            let recurrence = recurrence.starting(start);
            let sent = serde_json::to_value(recurrence.to_input().unwrap().into_patch()).unwrap();
            assert_eq!(sent, expected);
            assert_eq!(read(sent).unwrap(), recurrence);
        }
    }

    #[test]
    fn what_the_service_fills_in_is_passed_over() {
        let written = json!({
            "pattern": {
                "type": "daily", "interval": 2, "month": 0, "dayOfMonth": 0, "daysOfWeek": [],
                "firstDayOfWeek": "sunday", "index": "first",
            },
            "range": {
                "type": "noEnd", "startDate": "2026-01-05", "endDate": "0001-01-01",
                "recurrenceTimeZone": "UTC", "numberOfOccurrences": 0,
            },
        });
        let recurrence = read(written).unwrap();
        let expected = Recurrence::daily(2).starting(civil::date(2026, 1, 5));
        assert_eq!(recurrence, expected.in_zone(&"UTC".parse().unwrap()));
    }

    #[test]
    fn what_is_not_known_is_kept_as_such() {
        let range = json!({ "type": "noEnd", "startDate": "2026-01-05" });
        let cases = [
            (json!({ "type": "lunar", "interval": 1 }), range.clone(), "lunar"),
            (
                json!({ "type": "weekly", "interval": 1, "daysOfWeek": ["octidi"] }),
                range.clone(),
                "octidi",
            ),
            (
                json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday"], "index": "fifth" }),
                range,
                "fifth",
            ),
            (
                json!({ "type": "daily", "interval": 1 }),
                json!({ "type": "someday", "startDate": "2026-01-05" }),
                "someday",
            ),
        ];
        for (pattern, range, word) in cases {
            let recurrence = read(json!({ "pattern": pattern, "range": range })).unwrap();
            assert!(recurrence.to_string().contains(word), "{recurrence}");
            assert_eq!(recurrence.to_input(), Err(InvalidRecurrence::Unknown(word.into())));
            assert_eq!(recurrence.next_after(civil::date(2026, 1, 5)), None);
        }
    }

    #[test]
    fn what_cannot_be_is_refused_before_it_is_sent() {
        let start = civil::date(2026, 1, 5);
        let cases = [
            (Recurrence::daily(0).starting(start), "what recurs every 0 days"),
            (Recurrence::daily(u32::MAX).starting(start), "4294967295 is more"),
            (
                Recurrence::weekly(1, []).starting(start),
                "at least one day of the week",
            ),
            (
                Recurrence::monthly_on(1, WeekIndex::First, []).starting(start),
                "at least one day of the week",
            ),
            (
                Recurrence::monthly_on_day(1, 32).starting(start),
                "no month has a day 32",
            ),
            (Recurrence::monthly_on_day(1, 0).starting(start), "no month has a day 0"),
            (
                Recurrence::yearly_on_day(1, 2, 30).starting(start),
                "month 2 has no day 30",
            ),
            (
                Recurrence::yearly_on_day(1, 13, 1).starting(start),
                "there is no month 13",
            ),
            (Recurrence::daily(1), "it must be said with which day"),
            (
                Recurrence::daily(1).starting(start).until(civil::date(2026, 1, 4)),
                "a recurrence that begins on 2026-01-05",
            ),
            (Recurrence::daily(1).starting(start).times(0), "what recurs 0 times"),
        ];
        for (recurrence, message) in cases {
            let error = recurrence.to_input().unwrap_err();
            assert!(error.to_string().starts_with(message), "{error}");
            assert_eq!(recurrence.check(), Err(error));
        }
    }

    #[test]
    fn what_the_service_leaves_out_is_told() {
        let pattern = json!({ "type": "daily", "interval": 1 });
        let cases = [
            (json!({}), "range"),
            (json!({ "range": {} }), "pattern"),
            (json!({ "pattern": {}, "range": {} }), "type"),
            (json!({ "pattern": { "type": "daily" }, "range": {} }), "interval"),
            (json!({ "pattern": pattern, "range": { "type": "endDate" } }), "endDate"),
            (
                json!({ "pattern": pattern, "range": { "type": "numbered", "numberOfOccurrences": -1 } }),
                "numberOfOccurrences",
            ),
        ];
        for (written, property) in cases {
            assert_eq!(read(written), Err(InvalidRecurrence::Incomplete(property)));
        }
        let written = json!({ "pattern": pattern, "range": { "type": "endDate", "endDate": "2026-02-30" } });
        assert_eq!(read(written), Err(InvalidRecurrence::Date("2026-02-30".into())));
    }
}
