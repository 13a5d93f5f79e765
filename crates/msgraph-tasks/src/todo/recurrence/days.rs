//! The days that a recurrence falls on.

use jiff::{
    Span, ToSpan,
    civil::{Date, Weekday},
};
use msgraph_model::WeekIndex;

use super::{End, Pattern, Recurrence};

impl Recurrence {
    /// The days that it falls on, in their order, as far as dates go.
    ///
    /// What is counted, such as every second week, is counted from the day that it begins with; one without such a day, or
    /// of a kind that is not known, falls on none. To Do itself makes the next task of a series when one is completed, and
    /// goes by the due date of that, which may have been moved.
    pub fn occurrences(&self) -> Occurrences<'_> {
        let rest = match (self.check(), &self.end) {
            (Err(_), _) => Some(0),
            (Ok(()), End::Times(times)) => Some(*times),
            (Ok(()), _) => None,
        };
        Occurrences {
            recurrence: self,
            period: 0,
            days: Vec::new(),
            rest,
        }
    }

    /// The first day after a day that it falls on; `None` where it has ended.
    pub fn next_after(&self, date: Date) -> Option<Date> {
        let mut occurrences = self.occurrences();
        // What is not counted need not be gone through from its beginning.
        if occurrences.rest.is_none() {
            occurrences.skip_to(date);
        }
        occurrences.find(|day| *day > date)
    }
}

/// The days that a recurrence falls on; see [`Recurrence::occurrences`].
#[derive(Debug, Clone)]
pub struct Occurrences<'r> {
    recurrence: &'r Recurrence,
    /// The number of the day, week, month or year that is next, of those that count.
    period: i64,
    /// The days of the last one, the latest first.
    days: Vec<Date>,
    /// How many may come, where they are counted.
    rest: Option<u32>,
}

impl Iterator for Occurrences<'_> {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        if self.rest == Some(0) {
            return None;
        }
        let start = self.recurrence.start?;
        let day = loop {
            match self.days.pop() {
                Some(day) if day >= start => break day,
                Some(_) => {}
                None => {
                    self.days = self.recurrence.pattern.days(start, self.period)?;
                    self.days.reverse();
                    self.period += 1;
                }
            }
        };
        if let End::Until(end) = self.recurrence.end
            && day > end
        {
            self.rest = Some(0);
            return None;
        }
        self.rest = self.rest.map(|rest| rest - 1);
        Some(day)
    }
}

impl Occurrences<'_> {
    /// Passes over what comes well before a day.
    fn skip_to(&mut self, date: Date) {
        let (Some(start), pattern) = (self.recurrence.start, &self.recurrence.pattern) else {
            return;
        };
        let days = date.since(start).map_or(0, |span| i64::from(span.get_days()));
        let months = (i64::from(date.year()) - i64::from(start.year())) * 12 + i64::from(date.month())
            - i64::from(start.month());
        let (passed, every) = match pattern {
            Pattern::Daily { every } => (days, every),
            Pattern::Weekly { every, .. } => (days / 7, every),
            Pattern::MonthlyOnDay { every, .. } | Pattern::MonthlyOn { every, .. } => (months, every),
            Pattern::YearlyOnDay { every, .. } | Pattern::YearlyOn { every, .. } => (months / 12, every),
            Pattern::Unknown { .. } => return,
        };
        // Two fewer, since neither begins with the first day of its period.
        self.period = (passed / i64::from(*every).max(1) - 2).max(0);
    }
}

impl Pattern {
    /// The days of one of the days, weeks, months or years that count, the first of which is number 0; `None` beyond the
    /// dates that there are.
    fn days(&self, start: Date, period: i64) -> Option<Vec<Date>> {
        let ahead = |every: u32, unit: fn(i64) -> Option<Span>| unit(period.checked_mul(i64::from(every))?);
        let month = |every| start.first_of_month().checked_add(ahead(every, months)?).ok();
        let year = |every, month: u32| {
            let year = start.first_of_year().checked_add(ahead(every, years)?).ok()?;
            Date::new(year.year(), i8::try_from(month).ok()?, 1).ok()
        };
        match self {
            Self::Daily { every } => Some(vec![start.checked_add(ahead(*every, days)?).ok()?]),
            Self::Weekly {
                every,
                days: on,
                week_begins,
            } => {
                let into = i64::from(start.weekday().since(*week_begins));
                let first = period
                    .checked_mul(i64::from(*every))?
                    .checked_mul(7)?
                    .checked_sub(into)?;
                // The week in which dates end, or begin, may be there in part.
                let week = (0..7).filter_map(|day| start.checked_add(days(first + day)?).ok());
                let mut week = week.peekable();
                week.peek()?;
                Some(week.filter(|day| on.contains(&day.weekday())).collect())
            }
            Self::MonthlyOnDay { every, day } => Some(vec![numbered(month(*every)?, *day)?]),
            Self::MonthlyOn { every, which, days } => Some(placed(month(*every)?, which, days)),
            Self::YearlyOnDay { every, month, day } => Some(vec![numbered(year(*every, *month)?, *day)?]),
            Self::YearlyOn {
                every,
                month,
                which,
                days,
            } => Some(placed(year(*every, *month)?, which, days)),
            Self::Unknown { .. } => None,
        }
    }
}

fn days(number: i64) -> Option<Span> {
    Span::new().try_days(number).ok()
}

fn months(number: i64) -> Option<Span> {
    Span::new().try_months(number).ok()
}

fn years(number: i64) -> Option<Span> {
    Span::new().try_years(number).ok()
}

/// A day of a month by its number; the last one where the month is shorter.
fn numbered(month: Date, day: u32) -> Option<Date> {
    let day = i8::try_from(day).ok()?.min(month.days_in_month());
    Date::new(month.year(), month.month(), day).ok()
}

/// A day of a month by its place among those of some days of the week.
fn placed(month: Date, which: &WeekIndex, days: &[Weekday]) -> Vec<Date> {
    let last = month.last_of_month();
    let mut of_month = month
        .series(1.day())
        .take_while(|day| *day <= last)
        .filter(|day| days.contains(&day.weekday()));
    let day = match which {
        WeekIndex::First => of_month.next(),
        WeekIndex::Second => of_month.nth(1),
        WeekIndex::Third => of_month.nth(2),
        WeekIndex::Fourth => of_month.nth(3),
        WeekIndex::Last => of_month.last(),
        _ => None,
    };
    day.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_follow_from_the_pattern() {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday};
        let start = date(2026, 1, 5);
        let cases = [
            (Recurrence::daily(3), "2026-01-05 2026-01-08 2026-01-11"),
            (Recurrence::daily(3).until(date(2026, 1, 10)), "2026-01-05 2026-01-08"),
            (Recurrence::daily(1).times(2), "2026-01-05 2026-01-06"),
            (
                Recurrence::weekly(2, [Monday, Friday]),
                "2026-01-05 2026-01-09 2026-01-19",
            ),
            (Recurrence::weekly(2, [Sunday]), "2026-01-18 2026-02-01 2026-02-15"),
            (
                Recurrence::weekly(2, [Sunday]).week_begins(Monday),
                "2026-01-11 2026-01-25 2026-02-08",
            ),
            (Recurrence::monthly_on_day(1, 31), "2026-01-31 2026-02-28 2026-03-31"),
            (Recurrence::monthly_on_day(2, 4), "2026-03-04 2026-05-04 2026-07-04"),
            (
                Recurrence::monthly_on(1, WeekIndex::Second, [Tuesday]),
                "2026-01-13 2026-02-10 2026-03-10",
            ),
            (
                Recurrence::monthly_on(1, WeekIndex::Last, [Saturday, Sunday]),
                "2026-01-31 2026-02-28 2026-03-29",
            ),
            (Recurrence::yearly_on_day(1, 2, 29), "2026-02-28 2027-02-28 2028-02-29"),
            (
                Recurrence::yearly_on(1, 11, WeekIndex::Fourth, [Thursday]),
                "2026-11-26 2027-11-25 2028-11-23",
            ),
            (Recurrence::daily(0), ""),
        ];
        for (recurrence, expected) in cases {
            let recurrence = recurrence.starting(start);
            let days: Vec<_> = recurrence.occurrences().take(3).map(|day| day.to_string()).collect();
            assert_eq!(days.join(" "), expected, "{recurrence}");
        }
        assert_eq!(Recurrence::daily(1).next_after(start), None, "it begins with no day");
        let last = Recurrence::daily(1).starting(date(9999, 12, 30));
        assert_eq!(last.occurrences().count(), 2, "dates end");
    }

    fn weekdays() -> impl Strategy<Value = Vec<Weekday>> {
        let day = (1..=7_i8).prop_map(|day| Weekday::from_monday_one_offset(day).unwrap());
        proptest::collection::vec(day, 1..4)
    }

    fn which() -> impl Strategy<Value = WeekIndex> {
        use WeekIndex::{First, Fourth, Last, Second, Third};
        proptest::sample::select(vec![First, Second, Third, Fourth, Last])
    }

    fn recurrence() -> impl Strategy<Value = Recurrence> {
        let pattern = prop_oneof![
            (1..40_u32).prop_map(Recurrence::daily),
            (1..6_u32, weekdays()).prop_map(|(every, days)| Recurrence::weekly(every, days)),
            (1..15_u32, 1..=31_u32).prop_map(|(every, day)| Recurrence::monthly_on_day(every, day)),
            (1..15_u32, which(), weekdays())
                .prop_map(|(every, which, days)| Recurrence::monthly_on(every, which, days)),
            (1..4_u32, 1..=12_u32, 1..=28_u32)
                .prop_map(|(every, month, day)| Recurrence::yearly_on_day(every, month, day)),
            (1..4_u32, 1..=12_u32, which(), weekdays())
                .prop_map(|(every, month, which, days)| Recurrence::yearly_on(every, month, which, days)),
        ];
        let end = prop_oneof![
            Just(End::Never),
            (0..9000_i32).prop_map(|days| End::Until(date(2020, 1, 1) + Span::new().days(days))),
            (1..50_u32).prop_map(End::Times),
        ];
        (pattern, 0..4000_i32, end).prop_map(|(recurrence, days, end)| {
            let start = date(2010, 1, 1) + Span::new().days(days);
            let recurrence = Recurrence { end, ..recurrence };
            recurrence.starting(start)
        })
    }

    proptest! {
        #[test]
        fn the_next_day_is_the_first_that_comes_after(recurrence in recurrence(), days in -500..9000_i32) {
            let after = date(2010, 1, 1) + Span::new().days(days);
            let expected = recurrence.occurrences().find(|day| *day > after);
            prop_assert_eq!(recurrence.next_after(after), expected);
        }

        #[test]
        fn days_come_in_their_order_within_the_range(recurrence in recurrence()) {
            let days: Vec<_> = recurrence.occurrences().take(60).collect();
            prop_assert!(days.windows(2).all(|days| days[0] < days[1]));
            prop_assert!(days.first().is_none_or(|day| *day >= recurrence.start().unwrap()));
            match recurrence.end() {
                End::Times(times) => prop_assert_eq!(days.len(), usize::try_from(*times).unwrap()),
                End::Until(end) => prop_assert!(days.iter().all(|day| day <= end)),
                _ => prop_assert_eq!(days.len(), 60),
            }
        }

        #[test]
        fn what_is_sent_is_read_as_it_was(recurrence in recurrence()) {
            if let Ok(input) = recurrence.to_input() {
                let text = serde_json::to_string(&msgraph_core::update::Edit::into_patch(input)).unwrap();
                let read = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(Recurrence::read(&read).unwrap(), recurrence);
            }
        }
    }
}
