//! Dates with a time zone: kept in UTC, shown in UTC or in the zone that is preferred.
//!
//! This is what shifts days: the midnight of a day east of Greenwich is the evening of the day before in UTC, and who reads
//! the date alone is a day off.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde_json::{Value, json};

use crate::{call::Call, reply::Refusal};

use super::zones;

/// A date as it is kept. `is_day` where it stands for a day, so that its time of day is dropped.
///
/// A time zone that is not known is kept as it is written: what the date is in UTC is not known either.
pub(crate) fn stored(name: &str, value: &Value, is_day: bool) -> Result<Value, Refusal> {
    let text = |member| value.get(member).and_then(Value::as_str).unwrap_or_default();
    let (written, zone_name) = (text("dateTime"), text("timeZone"));
    if zone_name.trim().is_empty() {
        return Err(invalid(name, zone_name));
    }
    let zone = zone(zone_name);
    let local = match (written.parse::<Timestamp>(), written.parse::<DateTime>()) {
        // It has an offset of its own.
        (Ok(instant), _) => zone.clone().unwrap_or(TimeZone::UTC).to_datetime(instant),
        (_, Ok(local)) => local,
        _ => return Err(invalid(name, written)),
    };
    let local = if is_day { local.date().into() } else { local };
    let Some(zone) = zone else {
        return Ok(json!({ "dateTime": format!("{local:.7}"), "timeZone": zone_name }));
    };
    let instant = zone.to_timestamp(local).map_err(|_| invalid(name, written))?;
    Ok(in_zone(instant, &TimeZone::UTC, "UTC"))
}

/// A date as the call is to see it.
pub(crate) fn shown(call: &Call<'_>, kept: &Value) -> Value {
    let preferred = call
        .prefer
        .time_zone
        .as_deref()
        .filter(|_| call.config.honour_time_zone);
    let shown = preferred.and_then(|name| {
        let (zone, instant) = (zone(name)?, instant(kept)?);
        Some(in_zone(instant, &zone, zones::windows(name).unwrap_or(name)))
    });
    shown.unwrap_or_else(|| kept.clone())
}

/// The instant of a date that is kept in UTC.
pub(super) fn instant(kept: &Value) -> Option<Timestamp> {
    if kept.get("timeZone")? != "UTC" {
        return None;
    }
    let local: DateTime = kept.get("dateTime")?.as_str()?.parse().ok()?;
    TimeZone::UTC.to_timestamp(local).ok()
}

pub(super) fn in_zone(instant: Timestamp, zone: &TimeZone, name: &str) -> Value {
    json!({ "dateTime": format!("{:.7}", zone.to_datetime(instant)), "timeZone": name })
}

/// The time zone of a name, whether Windows or the IANA gave it.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    if ["UTC", "GMT", "Etc/UTC", "Etc/GMT"]
        .iter()
        .any(|utc| utc.eq_ignore_ascii_case(name))
    {
        return Some(TimeZone::UTC);
    }
    // The tables that are built in: what the machine knows must not decide.
    let zones = TimeZoneDatabase::bundled();
    zones.get(zones::iana(name).unwrap_or(name)).ok()
}

fn invalid(name: &str, text: &str) -> Refusal {
    let message = format!("Invalid JSON, Error converting value \"{text}\" of '{name}' to a date with a time zone.");
    Refusal::new(400, "invalidRequest", message)
}
