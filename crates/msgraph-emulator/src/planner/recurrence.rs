//! Tasks that come again.

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::tasks;
use crate::{
    call::Call,
    reply::Refusal,
    store::{Kind, Row},
    todo::weekday,
    world::World,
};

/// How many days ahead the next occurrence may be.
const HORIZON: i32 = 366 * 100;

/// Takes the schedule out of a body, since the rest of a recurrence is the service's: null where it ends.
pub(crate) fn take(call: &mut Call<'_>) -> Result<Option<Value>, Refusal> {
    let Some(mut recurrence) = call.body.remove("recurrence") else {
        return Ok(None);
    };
    let schedule = recurrence
        .as_object_mut()
        .and_then(|recurrence| recurrence.remove("schedule"));
    let missing = || Refusal::bad_request("The recurrence has no schedule.");
    schedule.map(Some).ok_or_else(missing)
}

/// Sets or ends the schedule of a task.
pub(crate) fn schedule(world: &mut World, task: &mut Row, schedule: Value) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::bad_request(message));
    let mut recurrence = task.get("recurrence").as_object().cloned().unwrap_or_default();
    if recurrence.get("nextInSeriesTaskId").is_some_and(|next| !next.is_null()) {
        return refuse("The next task of the series exists, so that the schedule cannot be changed.");
    }
    if schedule.is_null() {
        if !recurrence.is_empty() {
            recurrence.insert("schedule".to_owned(), Value::Null);
            task.set("recurrence", recurrence);
        }
        return Ok(());
    }
    let start = schedule.get("patternStartDateTime").cloned().unwrap_or_default();
    let due = task.text("dueDateTime").and_then(|due| due.parse().ok());
    let Some(schedule) = with_next(schedule, due) else {
        return refuse("The pattern of the schedule lacks what its type needs, or never occurs.");
    };
    if recurrence.is_empty() {
        recurrence.insert("seriesId".to_owned(), world.planner_id().into());
        recurrence.insert("occurrenceId".to_owned(), 1.into());
        recurrence.insert("previousInSeriesTaskId".to_owned(), Value::Null);
        recurrence.insert("nextInSeriesTaskId".to_owned(), Value::Null);
        recurrence.insert("recurrenceStartDateTime".to_owned(), start);
    }
    recurrence.insert("schedule".to_owned(), schedule);
    task.set("recurrence", recurrence);
    Ok(())
}

/// What completing a task leads to: the next one of its series.
pub(crate) fn finish(world: &mut World, call: &Call<'_>, before: &Row, task: &mut Row) {
    if task.get("percentComplete") == 100
        && before.get("percentComplete") != 100
        && let Some(next) = spawn(world, call, task)
        && let Some(Value::Object(recurrence)) = task.properties.get_mut("recurrence")
    {
        recurrence.insert("nextInSeriesTaskId".to_owned(), next.into());
    }
}

/// Makes the next task of a series, where the schedule is active. Returns its id.
pub(crate) fn spawn(world: &mut World, call: &Call<'_>, task: &Row) -> Option<String> {
    let recurrence = task.get("recurrence").as_object()?;
    let schedule = recurrence.get("schedule").filter(|schedule| !schedule.is_null())?;
    if recurrence.get("nextInSeriesTaskId").is_some_and(|next| !next.is_null()) {
        return None;
    }
    let due: Timestamp = schedule["nextOccurrenceDateTime"].as_str()?.parse().ok()?;
    let mut series = recurrence.clone();
    let number = recurrence.get("occurrenceId").and_then(Value::as_i64).unwrap_or(1);
    series.insert("occurrenceId".to_owned(), (number + 1).into());
    series.insert("previousInSeriesTaskId".to_owned(), task.id.clone().into());
    series.insert("schedule".to_owned(), with_next(schedule.clone(), Some(due))?);
    let mut next = Row::new(world.planner_id(), task.parent.clone());
    next.properties.clone_from(&task.properties);
    next.set("recurrence", series);
    next.set("percentComplete", 0);
    next.set("completedBy", Value::Null);
    next.set("completedDateTime", Value::Null);
    next.set("createdDateTime", world.now());
    next.set("hasChat", false);
    let date = |name: &str| task.text(name).and_then(|text| text.parse::<Timestamp>().ok());
    // The next task begins as long before its due date as this one did.
    let start = date("startDateTime").zip(date("dueDateTime"));
    let start = start.and_then(|(start, before)| due.checked_sub(before.duration_since(start)).ok());
    next.set("startDateTime", json!(start.map(|start| start.to_string())));
    next.set("dueDateTime", due.to_string());
    let mut details = world.store.get(Kind::TaskDetails, &task.id)?.properties.clone();
    if let Some(items) = details.get_mut("checklist").and_then(Value::as_object_mut) {
        for item in items.values_mut().filter_map(Value::as_object_mut) {
            item.insert("isChecked".to_owned(), false.into());
        }
        next.set("activeChecklistItemCount", items.len());
    }
    Some(tasks::add(world, call, next, &details).id)
}

/// A schedule with its next occurrence: the first after the due date, or from the start on.
fn with_next(mut schedule: Value, due: Option<Timestamp>) -> Option<Value> {
    let start: Timestamp = schedule.get("patternStartDateTime")?.as_str()?.parse().ok()?;
    let pattern = schedule.get_mut("pattern")?.as_object_mut()?;
    pattern.entry("index").or_insert_with(|| "first".into());
    pattern.entry("firstDayOfWeek").or_insert_with(|| "sunday".into());
    let start = start.to_zoned(TimeZone::UTC).datetime();
    let after = due.unwrap_or(Timestamp::MIN);
    let from = after
        .max(start.to_zoned(TimeZone::UTC).ok()?.timestamp())
        .to_zoned(TimeZone::UTC)
        .date();
    let next = (0..HORIZON).find_map(|days| {
        let date = from.checked_add(days.days()).ok()?;
        let at = date.to_datetime(start.time()).to_zoned(TimeZone::UTC).ok()?.timestamp();
        (at > after && occurs(pattern, start.date(), date).unwrap_or(false)).then_some(at)
    })?;
    // What a pattern does not need is there all the same.
    let defaults = [("dayOfMonth", json!(0)), ("month", json!(0)), ("daysOfWeek", json!([]))];
    for (name, value) in defaults {
        pattern.entry(name).or_insert(value);
    }
    let members = schedule.as_object_mut()?;
    members.insert("nextOccurrenceDateTime".to_owned(), next.to_string().into());
    Some(schedule)
}

/// Whether a pattern that began on one day occurs on another; `None` where it lacks what its type needs.
fn occurs(pattern: &Map<String, Value>, start: Date, date: Date) -> Option<bool> {
    let text = |name: &str| pattern.get(name).and_then(Value::as_str);
    let number = |name: &str| pattern.get(name).and_then(Value::as_i64);
    let interval = number("interval").filter(|interval| *interval > 0)?;
    let days = |date: Date| i64::from((date - Date::constant(1, 1, 1)).get_days());
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let is_day = || {
        let days = pattern.get("daysOfWeek")?.as_array().filter(|days| !days.is_empty())?;
        Some(
            days.iter()
                .filter_map(|day| weekday(day.as_str()?))
                .any(|day| day == date.weekday()),
        )
    };
    let is_in_month = |every: i64| (months(date) - months(start)) % (interval * every) == 0;
    let is_of_year = || Some(number("month")? == i64::from(date.month()));
    let is_day_of_month = || Some(number("dayOfMonth")?.min(i64::from(date.days_in_month())) == i64::from(date.day()));
    let is_indexed = || {
        let week = i64::from(date.day() - 1) / 7;
        let is_last = date.day() + 7 > date.days_in_month();
        Some(
            is_day()?
                && match text("index")? {
                    "last" => is_last,
                    index => {
                        ["first", "second", "third", "fourth"]
                            .iter()
                            .position(|known| *known == index)
                            == usize::try_from(week).ok()
                    }
                },
        )
    };
    Some(match text("type")? {
        "daily" => (days(date) - days(start)) % interval == 0,
        "weekly" => {
            let first = weekday(text("firstDayOfWeek")?)?;
            let week = |date: Date| (days(date) - i64::from(date.weekday().since(first))) / 7;
            is_day()? && (week(date) - week(start)) % interval == 0
        }
        "absoluteMonthly" => is_day_of_month()? && is_in_month(1),
        "relativeMonthly" => is_indexed()? && is_in_month(1),
        "absoluteYearly" => {
            is_of_year()? && is_day_of_month()? && i64::from(date.year() - start.year()) % interval == 0
        }
        _ => is_of_year()? && is_indexed()? && i64::from(date.year() - start.year()) % interval == 0,
    })
}
