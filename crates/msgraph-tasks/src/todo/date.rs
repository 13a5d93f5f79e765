//! Dates of tasks: a day that something is due, and an instant to be reminded at.
//!
//! To Do writes both in the same way, as a date and a time in a time zone, and keeps them in UTC. A day that is read from
//! that as it stands is off by one for everybody east of Greenwich: the midnight that begins March 2 in Berlin is 23:00 of
//! March 1 in UTC.

use std::{error, fmt};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use msgraph_model::{DateTimeTimeZone, DateTimeTimeZoneInput};

use super::zone::{UnknownZone, Zone};

/// The day that a task is due: a date where somebody lives, and not an instant.
///
/// ```
/// use msgraph_tasks::todo::{DueDate, Zone};
///
/// let due = DueDate::parse("2026-03-02", &Zone::named("Europe/Berlin")?)?;
/// assert_eq!(due.to_string(), "2026-03-02 in Europe/Berlin");
/// assert!(DueDate::parse("2026-02-30", due.zone()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// <https://learn.microsoft.com/graph/api/resources/todotask>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DueDate {
    date: Date,
    zone: Zone,
}

impl DueDate {
    /// A day in a zone.
    pub fn new(date: Date, zone: &Zone) -> Self {
        let zone = zone.clone();
        Self { date, zone }
    }

    /// A day in a zone, from a text such as `2026-03-02`.
    ///
    /// # Errors
    ///
    /// [`InvalidDate::Impossible`] where there is no such day, or where the text is more than a day.
    pub fn parse(date: &str, zone: &Zone) -> Result<Self, InvalidDate> {
        let impossible = |reason: &str| InvalidDate::impossible(date, reason);
        if date.contains(['T', 't', ' ']) {
            return Err(impossible("a day has no time"));
        }
        let parsed: Date = date
            .parse()
            .map_err(|error: jiff::Error| impossible(&error.to_string()))?;
        Ok(Self::new(parsed, zone))
    }

    /// The day that the service means, for somebody who lives in a zone.
    ///
    /// It is the day that begins at that instant in the zone; where none does, the one that begins at it in the zone that
    /// the service writes, so that what another app wrote as midnight in UTC stays that day west of Greenwich; and where
    /// none does either, the day in the zone that the instant is in.
    ///
    /// # Errors
    ///
    /// [`InvalidDate`] where what the service writes is no date, or in no zone that is known.
    pub fn read(written: &DateTimeTimeZone, zone: &Zone) -> Result<Self, InvalidDate> {
        let (local, from) = parts(written)?;
        let instant = instant(local, &from)?;
        let here = zone.rules().to_datetime(instant).date();
        let date = if starts_at(here, zone.rules()) == Some(instant)
            || starts_at(local.date(), from.rules()) != Some(instant)
        {
            here
        } else {
            local.date()
        };
        Ok(Self::new(date, zone))
    }

    /// The day.
    pub fn date(&self) -> Date {
        self.date
    }

    /// Where it is that day.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What is sent: the midnight that the day begins with, in its zone.
    pub fn to_input(&self) -> DateTimeTimeZoneInput {
        let (midnight, zone) = self.parts();
        DateTimeTimeZoneInput::new(midnight, zone)
    }

    /// The same as a task has it that was read, to be put into one in an edit.
    pub fn to_record(&self) -> DateTimeTimeZone {
        record(self.parts())
    }

    fn parts(&self) -> (String, &str) {
        let midnight = self.date.at(0, 0, 0, 0);
        (midnight.to_string(), self.zone.name_at(midnight))
    }
}

/// The day and the zone.
impl fmt::Display for DueDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.date, self.zone)
    }
}

/// When somebody is reminded of a task: an instant, shown as a wall clock in a zone shows it.
///
/// Where a clock is put ahead, a time that it passes over is taken as the one that it shows instead, as 02:30 is 03:30 on
/// the last Sunday of March in Berlin. Where it is put back, a time that comes twice is the first of both;
/// [`from_instant`](Self::from_instant) makes the second.
///
/// <https://learn.microsoft.com/graph/api/resources/todotask>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reminder {
    instant: Timestamp,
    zone: Zone,
}

impl Reminder {
    /// The instant at which a clock in a zone shows this.
    ///
    /// # Errors
    ///
    /// [`InvalidDate::Impossible`] where that is beyond the years that can be calculated with.
    pub fn at(wall_clock: DateTime, zone: &Zone) -> Result<Self, InvalidDate> {
        let instant = instant(wall_clock, zone)?;
        Ok(Self::from_instant(instant, zone))
    }

    /// The instant at which a clock in a zone shows what a text such as `2026-03-02T08:30` says.
    ///
    /// # Errors
    ///
    /// [`InvalidDate::Impossible`] where there is no such day or no such time, as with `24:30`, or where the text has an
    /// offset from UTC, which no clock shows.
    pub fn parse(wall_clock: &str, zone: &Zone) -> Result<Self, InvalidDate> {
        if wall_clock.parse::<Timestamp>().is_ok() {
            return Err(InvalidDate::impossible(wall_clock, "no clock shows an offset from UTC"));
        }
        let parsed = wall_clock.parse();
        let parsed = parsed.map_err(|error: jiff::Error| InvalidDate::impossible(wall_clock, &error.to_string()))?;
        Self::at(parsed, zone)
    }

    /// An instant, to be shown in a zone.
    pub fn from_instant(instant: Timestamp, zone: &Zone) -> Self {
        let zone = zone.clone();
        Self { instant, zone }
    }

    /// The instant that the service means, to be shown in a zone.
    ///
    /// # Errors
    ///
    /// [`InvalidDate`] where what the service writes is no date, or in no zone that is known.
    pub fn read(written: &DateTimeTimeZone, zone: &Zone) -> Result<Self, InvalidDate> {
        let (local, from) = parts(written)?;
        Ok(Self::from_instant(instant(local, &from)?, zone))
    }

    /// The instant.
    pub fn instant(&self) -> Timestamp {
        self.instant
    }

    /// The zone that it is shown in.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What a clock in the zone shows.
    pub fn wall_clock(&self) -> DateTime {
        self.zone.rules().to_datetime(self.instant)
    }

    /// What is sent: the instant in UTC, in which no time comes twice.
    pub fn to_input(&self) -> DateTimeTimeZoneInput {
        let (instant, zone) = self.parts();
        DateTimeTimeZoneInput::new(instant, zone)
    }

    /// The same as a task has it that was read, to be put into one in an edit.
    pub fn to_record(&self) -> DateTimeTimeZone {
        record(self.parts())
    }

    fn parts(&self) -> (String, &'static str) {
        (TimeZone::UTC.to_datetime(self.instant).to_string(), "UTC")
    }
}

/// What the clock shows and the zone.
impl fmt::Display for Reminder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.wall_clock().strftime("%F %R"), self.zone)
    }
}

/// What is no date of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidDate {
    /// There is no such day, or no such time of day.
    Impossible {
        /// What was said.
        text: Box<str>,
        /// What is wrong with it.
        reason: Box<str>,
    },
    /// The service names no zone, so that the time is in none.
    NoZone,
    /// The zone is not known.
    Zone(UnknownZone),
}

impl InvalidDate {
    fn impossible(text: &str, reason: &str) -> Self {
        Self::Impossible {
            text: text.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for InvalidDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impossible { text, reason } => write!(formatter, "`{text}` is no date: {reason}"),
            Self::NoZone => {
                formatter.write_str("a date without a time zone may be another day; the service names none")
            }
            Self::Zone(error) => error.fmt(formatter),
        }
    }
}

impl error::Error for InvalidDate {}

impl From<UnknownZone> for InvalidDate {
    fn from(error: UnknownZone) -> Self {
        Self::Zone(error)
    }
}

fn record((date_time, zone): (String, &str)) -> DateTimeTimeZone {
    let mut record = DateTimeTimeZone::default();
    record.date_time = Some(date_time);
    record.time_zone = Some(zone.to_owned());
    record
}

/// The date and the zone that the service writes.
fn parts(written: &DateTimeTimeZone) -> Result<(DateTime, Zone), InvalidDate> {
    let zone = written.time_zone.as_deref().filter(|name| !name.trim().is_empty());
    let zone = Zone::named(zone.ok_or(InvalidDate::NoZone)?)?;
    let text = written.date_time.as_deref().unwrap_or_default();
    let local = match text.parse::<Timestamp>() {
        // It has an offset of its own.
        Ok(instant) => Ok(zone.rules().to_datetime(instant)),
        Err(_) => text.parse(),
    };
    let local = local.map_err(|error: jiff::Error| InvalidDate::impossible(text, &error.to_string()))?;
    Ok((local, zone))
}

/// The instant at which a clock in a zone shows a time: the first, where it shows it twice, and where it never does, the
/// one as far after the clock was put ahead.
fn instant(local: DateTime, zone: &Zone) -> Result<Timestamp, InvalidDate> {
    let instant = zone.rules().to_timestamp(local);
    instant.map_err(|error| InvalidDate::impossible(&local.to_string(), &error.to_string()))
}

/// When a day begins in a zone: not at midnight where that is passed over.
fn starts_at(date: Date, rules: &TimeZone) -> Option<Timestamp> {
    rules.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use msgraph_core::update::Edit as _;
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).unwrap()
    }

    fn written(date_time: &str, zone: &str) -> DateTimeTimeZone {
        let mut written = DateTimeTimeZone::default();
        written.date_time = Some(date_time.to_owned());
        written.time_zone = Some(zone.to_owned());
        written
    }

    /// What is sent, as the service reads it.
    fn sent(input: DateTimeTimeZoneInput) -> DateTimeTimeZone {
        let text = serde_json::to_string(&input.into_patch()).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What is sent, as the service keeps it.
    fn kept(input: DateTimeTimeZoneInput) -> DateTimeTimeZone {
        let (local, from) = parts(&sent(input)).unwrap();
        let instant = instant(local, &from).unwrap();
        written(&format!("{:.7}", TimeZone::UTC.to_datetime(instant)), "UTC")
    }

    #[test]
    fn a_day_is_read_as_it_was_meant() {
        let cases = [
            // What the service makes of midnight in Berlin, and of midnight in New York.
            ("2026-03-01T23:00:00.0000000", "UTC", "Europe/Berlin", "2026-03-02"),
            ("2026-03-02T05:00:00.0000000", "UTC", "America/New_York", "2026-03-02"),
            // Where it is shown in the zone that was preferred.
            (
                "2026-03-02T00:00:00.0000000",
                "W. Europe Standard Time",
                "Europe/Berlin",
                "2026-03-02",
            ),
            // What another app wrote as a day in UTC.
            ("2026-03-02T00:00:00.0000000", "UTC", "America/New_York", "2026-03-02"),
            ("2026-03-02T00:00:00.0000000", "UTC", "Europe/Berlin", "2026-03-02"),
            // Midnight nowhere that is known: the day that the instant is in.
            ("2026-03-02T03:00:00.0000000", "UTC", "America/New_York", "2026-03-01"),
            // The clock of Santiago passed over this midnight.
            ("2026-09-06T04:00:00.0000000", "UTC", "America/Santiago", "2026-09-06"),
            ("2026-03-02T00:00:00+01:00", "UTC", "Europe/Berlin", "2026-03-02"),
        ];
        for (date_time, from, here, day) in cases {
            let due = DueDate::read(&written(date_time, from), &zone(here)).unwrap();
            assert_eq!(due.date().to_string(), day, "{date_time} {from} in {here}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let berlin = zone("Europe/Berlin");
        for text in [
            "2026-02-30",
            "2026-13-01",
            "",
            "tomorrow",
            "2026-03-02T00:00:00",
            "2026-03-02 10:00",
        ] {
            let error = DueDate::parse(text, &berlin).unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("`{text}` is no date")),
                "{error}"
            );
        }
        for text in [
            "2026-03-02T24:30",
            "2026-02-29T10:00",
            "2026-03-02T08:30Z",
            "2026-03-02T08:30+02:00",
            "08:30",
        ] {
            let error = Reminder::parse(text, &berlin).unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("`{text}` is no date")),
                "{error}"
            );
        }
        let cases = [
            (
                written("2026-03-02T00:00:00", "Customized Time Zone"),
                "`Customized Time Zone` is no time zone",
            ),
            (written("2026-03-02T00:00:00", " "), "a date without a time zone"),
            (
                written("2026-02-30T00:00:00", "UTC"),
                "`2026-02-30T00:00:00` is no date",
            ),
            (DateTimeTimeZone::default(), "a date without a time zone"),
        ];
        for (written, message) in cases {
            let error = DueDate::read(&written, &berlin).unwrap_err();
            assert!(error.to_string().starts_with(message), "{error}");
            assert_eq!(Reminder::read(&written, &berlin).unwrap_err(), error);
        }
    }

    #[test]
    fn a_clock_that_is_put_ahead_or_back_is_minded() {
        let berlin = zone("Europe/Berlin");
        let cases = [
            ("2026-03-29T02:30", "2026-03-29T01:30:00Z", "2026-03-29T03:30:00"),
            ("2026-10-25T02:30", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00"),
            ("2026-07-01T08:00", "2026-07-01T06:00:00Z", "2026-07-01T08:00:00"),
        ];
        for (text, instant, shown) in cases {
            let reminder = Reminder::parse(text, &berlin).unwrap();
            assert_eq!(reminder.instant().to_string(), instant);
            assert_eq!(reminder.wall_clock().to_string(), shown);
        }
        let second = Reminder::from_instant("2026-10-25T01:30:00Z".parse().unwrap(), &berlin);
        assert_eq!(second.to_string(), "2026-10-25 02:30 in Europe/Berlin");
        assert_eq!(Reminder::read(&kept(second.to_input()), &berlin).unwrap(), second);
    }

    #[test]
    fn a_day_is_sent_with_its_zone() {
        let due = DueDate::new(date(2026, 3, 2), &zone("Europe/Vienna"));
        let sent = sent(due.to_input());
        assert_eq!(sent.date_time.as_deref(), Some("2026-03-02T00:00:00"));
        assert_eq!(sent.time_zone.as_deref(), Some("W. Europe Standard Time"));
    }

    #[test]
    fn a_zone_that_windows_does_not_follow_is_sent_by_its_own_name() {
        let due = DueDate::new(date(2026, 3, 2), &zone("Antarctica/Vostok"));
        assert_eq!(sent(due.to_input()).time_zone.as_deref(), Some("Antarctica/Vostok"));
    }

    /// Every zone, on the days around each change of its clock.
    #[test]
    fn days_on_which_clocks_change_come_back_in_every_zone() {
        let from: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
        let to: Timestamp = "2028-01-01T00:00:00Z".parse().unwrap();
        let mut days = 0;
        for zone in Zone::all() {
            let changes = zone.rules().following(from).map(|change| change.timestamp());
            for change in changes.take_while(|change| *change < to) {
                let day = zone.rules().to_datetime(change).date();
                for day in [day.yesterday().unwrap(), day, day.tomorrow().unwrap()] {
                    let due = DueDate::new(day, &zone);
                    assert_eq!(DueDate::read(&kept(due.to_input()), &zone).unwrap(), due);
                    days += 1;
                }
            }
        }
        assert!(days > 1000, "{days}");
    }

    proptest! {
        #[test]
        fn a_day_comes_back_in_every_zone(days in 0..20_000_i32, index in 0..500_usize) {
            let zone = Zone::all().nth(index).unwrap();
            // What is long past had other rules, and Windows knows fewer of them.
            let day = date(2025, 1, 1) + jiff::Span::new().days(days);
            let due = DueDate::new(day, &zone);
            prop_assert_eq!(DueDate::read(&kept(due.to_input()), &zone).unwrap(), due);
        }

        #[test]
        fn an_instant_comes_back_in_every_zone(seconds in -2_000_000_000..4_000_000_000_i64, index in 0..500_usize) {
            let zone = Zone::all().nth(index).unwrap();
            let reminder = Reminder::from_instant(Timestamp::from_second(seconds).unwrap(), &zone);
            prop_assert_eq!(&Reminder::read(&kept(reminder.to_input()), &zone).unwrap(), &reminder);
            let shown = Reminder::at(reminder.wall_clock(), &zone).unwrap();
            prop_assert_eq!(shown.wall_clock(), reminder.wall_clock());
        }

        #[test]
        fn no_text_panics(text in ".{0,40}", name in ".{0,40}") {
            let _ = Zone::named(&name);
            let _ = DueDate::parse(&text, &Zone::utc());
            let _ = Reminder::parse(&text, &Zone::utc());
            let _ = DueDate::read(&written(&text, &name), &Zone::utc());
        }
    }
}
