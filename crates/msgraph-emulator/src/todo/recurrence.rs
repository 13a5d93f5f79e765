//! Tasks that recur: which day is next, and the task that takes the place of one that is completed.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde_json::{Map, Value, json};

use crate::reply::Refusal;

use super::dates;

/// A recurrence with everything in it, as the service keeps it. `zone` is that of the due date.
pub(crate) fn stored(sent: &Value, zone: &str) -> Result<Value, Refusal> {
    let mut pattern = json!({
        "month": 0, "dayOfMonth": 0, "daysOfWeek": [], "firstDayOfWeek": "sunday", "index": "first",
    });
    let mut range = json!({ "endDate": "0001-01-01", "recurrenceTimeZone": zone, "numberOfOccurrences": 0 });
    for (whole, name) in [(&mut pattern, "pattern"), (&mut range, "range")] {
        if let (Some(whole), Some(sent)) = (whole.as_object_mut(), sent.get(name).and_then(Value::as_object)) {
            whole.extend(
                sent.iter()
                    .filter(|(name, _)| !name.contains('@'))
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
    }
    let refuse = |message: &str| Refusal::new(400, "invalidRequest", message);
    if number(&pattern, "interval") < 1 {
        return Err(refuse("The interval of a recurrence must be at least 1."));
    }
    let text = |name| range.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "endDate" if text("endDate") < text("startDate") => Err(refuse("A recurrence must not end before it starts.")),
        "numbered" if number(&range, "numberOfOccurrences") < 1 => {
            Err(refuse("The number of occurrences must be at least 1."))
        }
        _ => Ok(json!({ "pattern": pattern, "range": range })),
    }
}

/// The properties of the task that follows one that recurs; `None` where the series is over.
pub(crate) fn successor(task: &Map<String, Value>) -> Option<Map<String, Value>> {
    let recurrence = task.get("recurrence").filter(|recurrence| recurrence.is_object())?;
    let (pattern, range) = (recurrence.get("pattern")?, recurrence.get("range")?);
    let zone = range
        .get("recurrenceTimeZone")
        .and_then(Value::as_str)
        .and_then(dates::zone);
    let zone = zone.unwrap_or(TimeZone::UTC);
    let due = task.get("dueDateTime").and_then(dates::instant);
    let from: Date = match due {
        Some(due) => zone.to_datetime(due).date(),
        None => range.get("startDate")?.as_str()?.parse().ok()?,
    };
    let next = next(from, pattern)?;
    let mut follower = task.clone();
    match range.get("type").and_then(Value::as_str) {
        Some("endDate") if next > range.get("endDate")?.as_str()?.parse().ok()? => return None,
        Some("numbered") => {
            let rest = number(range, "numberOfOccurrences").saturating_sub(1);
            if rest == 0 {
                return None;
            }
            let kept = follower.get_mut("recurrence").and_then(|kept| kept.get_mut("range"))?;
            kept.as_object_mut()?
                .insert("numberOfOccurrences".to_owned(), rest.into());
        }
        _ => {}
    }
    let days = from.until(next).ok()?;
    for name in ["dueDateTime", "startDateTime", "reminderDateTime"] {
        if let Some(instant) = task.get(name).and_then(dates::instant) {
            // By the calendar of the zone, so that midnight stays midnight when the clocks change.
            let moved = instant.to_zoned(zone.clone()).checked_add(days).ok()?;
            follower.insert(
                name.to_owned(),
                dates::in_zone(moved.timestamp(), &TimeZone::UTC, "UTC"),
            );
        }
    }
    if due.is_none() {
        let due = json!({ "dateTime": format!("{:.7}", next.at(0, 0, 0, 0)), "timeZone": "UTC" });
        follower.insert("dueDateTime".to_owned(), due);
    }
    follower.insert("status".to_owned(), "notStarted".into());
    follower.remove("completedDateTime");
    Some(follower)
}

/// The first day of a pattern after a day.
pub(crate) fn next(after: Date, pattern: &Value) -> Option<Date> {
    let interval = number(pattern, "interval").max(1);
    match pattern.get("type")?.as_str()? {
        "daily" => after.checked_add(interval.days()).ok(),
        "weekly" => next_of_week(after, pattern, interval),
        "absoluteMonthly" => in_months(after, after, interval, |month| day_of(month, pattern, after)),
        "relativeMonthly" => in_months(after, after, interval, |month| relative(month, pattern)),
        "absoluteYearly" => in_months(after, january(after, pattern)?, interval.checked_mul(12)?, |month| {
            day_of(month, pattern, after)
        }),
        "relativeYearly" => in_months(after, january(after, pattern)?, interval.checked_mul(12)?, |month| {
            relative(month, pattern)
        }),
        _ => None,
    }
}

/// The next of the days of the week, in this week or in the one that the interval leads to.
fn next_of_week(after: Date, pattern: &Value, interval: i64) -> Option<Date> {
    let mut days = weekdays(pattern);
    if days.is_empty() {
        days.push(after.weekday());
    }
    let first = pattern.get("firstDayOfWeek").and_then(Value::as_str).and_then(weekday);
    let first = first.unwrap_or(Weekday::Sunday);
    let start = after.checked_sub(i64::from(after.weekday().since(first)).days()).ok()?;
    let in_week = |start: Date| {
        let week = start.series(1.day()).take(7);
        let mut week = week.filter(|day| *day > after && days.contains(&day.weekday()));
        week.next()
    };
    in_week(start).or_else(|| in_week(start.checked_add(interval.weeks()).ok()?))
}

/// The first day after a day that a month has, beginning with one month and going on by an interval.
fn in_months(after: Date, first: Date, interval: i64, day: impl Fn(Date) -> Option<Date>) -> Option<Date> {
    let mut month = first.first_of_month();
    // What two steps do not find is not there, but for the years that a date can have.
    for _ in 0..3 {
        match day(month) {
            Some(day) if day > after => return Some(day),
            _ => month = month.checked_add(interval.months()).ok()?,
        }
    }
    None
}

/// The month that a yearly pattern is about, in the year of a day.
fn january(of: Date, pattern: &Value) -> Option<Date> {
    let month = i8::try_from(number(pattern, "month")).ok()?;
    let month = if month == 0 { of.month() } else { month };
    Date::new(of.year(), month, 1).ok()
}

/// A day of the month by its number; the last one where the month is shorter.
fn day_of(month: Date, pattern: &Value, default: Date) -> Option<Date> {
    let day = i8::try_from(number(pattern, "dayOfMonth")).ok()?;
    let day = if day == 0 { default.day() } else { day };
    Date::new(month.year(), month.month(), day.min(month.days_in_month())).ok()
}

/// A day of the month by its place among those of some days of the week.
fn relative(month: Date, pattern: &Value) -> Option<Date> {
    let days = weekdays(pattern);
    let last = month.last_of_month();
    let mut of_month = month
        .series(1.day())
        .take_while(|day| *day <= last)
        .filter(|day| days.contains(&day.weekday()));
    match pattern.get("index").and_then(Value::as_str) {
        Some("second") => of_month.nth(1),
        Some("third") => of_month.nth(2),
        Some("fourth") => of_month.nth(3),
        Some("last") => of_month.last(),
        _ => of_month.next(),
    }
}

fn weekdays(pattern: &Value) -> Vec<Weekday> {
    let days = pattern
        .get("daysOfWeek")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    days.filter_map(Value::as_str).filter_map(weekday).collect()
}

/// The day that a pattern names.
pub(crate) fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "sunday" => Weekday::Sunday,
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        _ => return None,
    })
}

/// A number that spans can be made of.
fn number(of: &Value, name: &str) -> i64 {
    let number = of.get(name).and_then(Value::as_i64).unwrap_or_default();
    number.clamp(0, 999)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_a_next_day() {
        let cases = [
            ("2026-01-05", json!({ "type": "daily", "interval": 3 }), "2026-01-08"),
            ("2026-01-05", json!({ "type": "weekly", "interval": 1 }), "2026-01-12"),
            (
                "2026-01-05",
                json!({ "type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"] }),
                "2026-01-09",
            ),
            (
                "2026-01-09",
                json!({ "type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"] }),
                "2026-01-19",
            ),
            (
                "2026-01-10",
                json!({ "type": "weekly", "interval": 2, "daysOfWeek": ["sunday"], "firstDayOfWeek": "monday" }),
                "2026-01-11",
            ),
            (
                "2026-01-10",
                json!({ "type": "weekly", "interval": 2, "daysOfWeek": ["sunday"], "firstDayOfWeek": "sunday" }),
                "2026-01-18",
            ),
            (
                "2026-01-31",
                json!({ "type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31 }),
                "2026-02-28",
            ),
            (
                "2026-02-28",
                json!({ "type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31 }),
                "2026-03-31",
            ),
            (
                "2026-01-05",
                json!({ "type": "absoluteMonthly", "interval": 2, "dayOfMonth": 0 }),
                "2026-03-05",
            ),
            (
                "2026-01-13",
                json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "second" }),
                "2026-02-10",
            ),
            (
                "2026-01-05",
                json!({ "type": "relativeMonthly", "interval": 1, "daysOfWeek": ["saturday", "sunday"], "index": "last" }),
                "2026-01-31",
            ),
            (
                "2024-02-29",
                json!({ "type": "absoluteYearly", "interval": 1, "month": 2, "dayOfMonth": 29 }),
                "2025-02-28",
            ),
            (
                "2026-11-26",
                json!({ "type": "relativeYearly", "interval": 1, "month": 11, "daysOfWeek": ["thursday"], "index": "fourth" }),
                "2027-11-25",
            ),
        ];
        for (after, pattern, expected) in cases {
            let next = next(after.parse().unwrap(), &pattern);
            assert_eq!(
                next.map(|next| next.to_string()).as_deref(),
                Some(expected),
                "{pattern}"
            );
        }
        assert_eq!(
            next(
                "2026-01-05".parse().unwrap(),
                &json!({ "type": "relativeMonthly", "interval": 1 })
            ),
            None
        );
        assert_eq!(next(Date::MAX, &json!({ "type": "daily", "interval": 1 })), None);
    }
}
