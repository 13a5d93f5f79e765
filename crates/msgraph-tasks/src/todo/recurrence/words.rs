//! A recurrence in words.

use std::fmt;

use jiff::civil::Weekday;
use msgraph_model::WeekIndex;

use super::{End, Pattern, Recurrence};

/// In plain words, such as `every 2 weeks on Monday and Thursday until 2026-06-30`. The day that it begins with is left out.
impl fmt::Display for Recurrence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.pattern)?;
        match &self.end {
            End::Never => Ok(()),
            End::Until(date) => write!(formatter, " until {date}"),
            End::Times(1) => write!(formatter, ", once"),
            End::Times(times) => write!(formatter, ", {times} times"),
            End::Unknown(name) => write!(formatter, ", ending in a way that is not known here (`{name}`)"),
        }
    }
}

/// In plain words, such as `every month on the second Tuesday`.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Daily { every } => each(formatter, *every, "day"),
            Self::Weekly { every, days, .. } => {
                each(formatter, *every, "week")?;
                write!(formatter, " on {}", list(days, "and"))
            }
            Self::MonthlyOnDay { every, day } => {
                each(formatter, *every, "month")?;
                write!(formatter, " on day {day}")
            }
            Self::MonthlyOn { every, which, days } => {
                each(formatter, *every, "month")?;
                write!(formatter, " on the {} {}", place(which), list(days, "or"))
            }
            Self::YearlyOnDay { every, month, day } => {
                each(formatter, *every, "year")?;
                write!(formatter, " on {} {day}", name_of_month(*month))
            }
            Self::YearlyOn {
                every,
                month,
                which,
                days,
            } => {
                each(formatter, *every, "year")?;
                let (place, days) = (place(which), list(days, "or"));
                write!(formatter, " on the {place} {days} of {}", name_of_month(*month))
            }
            Self::Unknown { name } => write!(formatter, "in a way that is not known here (`{name}`)"),
        }
    }
}

fn each(formatter: &mut fmt::Formatter<'_>, every: u32, unit: &str) -> fmt::Result {
    match every {
        1 => write!(formatter, "every {unit}"),
        _ => write!(formatter, "every {every} {unit}s"),
    }
}

fn list(days: &[Weekday], joint: &str) -> String {
    let names: Vec<_> = days.iter().map(|day| name(*day)).collect();
    match names.as_slice() {
        [] => "no day".to_owned(),
        [day] => (*day).to_owned(),
        [days @ .., last] => format!("{} {joint} {last}", days.join(", ")),
    }
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn place(which: &WeekIndex) -> &str {
    match which {
        WeekIndex::First => "first",
        WeekIndex::Second => "second",
        WeekIndex::Third => "third",
        WeekIndex::Fourth => "fourth",
        WeekIndex::Last => "last",
        WeekIndex::Unknown(name) => name,
        _ => "other",
    }
}

fn name_of_month(month: u32) -> String {
    let index = usize::try_from(month).unwrap_or_default().wrapping_sub(1);
    MONTHS
        .get(index)
        .map_or_else(|| format!("month {month}"), |name| (*name).to_owned())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_recurrence_is_told_in_words() {
        use Weekday::{Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        let cases = [
            (Recurrence::daily(1), "every day"),
            (Recurrence::daily(3).times(5), "every 3 days, 5 times"),
            (
                Recurrence::weekly(2, [Thursday, Monday, Monday]).until(date(2026, 6, 30)),
                "every 2 weeks on Monday and Thursday until 2026-06-30",
            ),
            (
                Recurrence::weekly(1, [Monday, Tuesday, Wednesday]),
                "every week on Monday, Tuesday and Wednesday",
            ),
            (Recurrence::weekly(1, []), "every week on no day"),
            (
                Recurrence::monthly_on_day(1, 31).times(1),
                "every month on day 31, once",
            ),
            (
                Recurrence::monthly_on(1, WeekIndex::Last, [Saturday, Sunday]),
                "every month on the last Saturday or Sunday",
            ),
            (Recurrence::yearly_on_day(1, 2, 29), "every year on February 29"),
            (Recurrence::yearly_on_day(1, 13, 1), "every year on month 13 1"),
            (
                Recurrence::yearly_on(2, 11, WeekIndex::Fourth, [Thursday]),
                "every 2 years on the fourth Thursday of November",
            ),
        ];
        for (recurrence, words) in cases {
            assert_eq!(recurrence.to_string(), words);
        }
    }
}
