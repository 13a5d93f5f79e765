//! Time zones, by the names that Windows and the IANA have for them.

use std::{collections::HashMap, error, fmt, hash, str::FromStr, sync::LazyLock, time::SystemTime};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{TimeZone, TimeZoneDatabase},
};

use crate::near::near;

/// A time zone that is known by name.
///
/// It is made from the name that Windows has for it or from the one that the IANA has, in any case of letters, and tells
/// both. The names are those of a table of the Unicode CLDR, the rules those of the time zone database that is built in, so
/// that the machine an app runs on does not decide.
///
/// Several zones of the IANA are one of Windows: `Europe/Vienna` is `W. Europe Standard Time`, and that is `Europe/Berlin`.
///
/// ```
/// use msgraph_tasks::todo::Zone;
///
/// let vienna: Zone = "europe/vienna".parse()?;
/// assert_eq!((vienna.iana(), vienna.windows()), ("Europe/Vienna", Some("W. Europe Standard Time")));
/// let windows: Zone = "W. Europe Standard Time".parse()?;
/// assert_eq!(windows.iana(), "Europe/Berlin");
///
/// let error = "Europe/Berln".parse::<Zone>().unwrap_err();
/// assert!(error.to_string().contains("Europe/Berlin"));
/// # Ok::<(), msgraph_tasks::todo::UnknownZone>(())
/// ```
///
/// <https://learn.microsoft.com/graph/api/resources/datetimetimezone>
#[derive(Clone)]
pub struct Zone {
    rules: TimeZone,
    windows: Option<&'static str>,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self {
            rules: TimeZone::UTC,
            windows: Some("UTC"),
        }
    }

    /// The zone of a name that Windows or the IANA has for it, in any case of letters. The same as `parse`.
    ///
    /// # Errors
    ///
    /// [`UnknownZone`] where neither has it.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let folded = name.to_ascii_lowercase();
        if folded == "utc" {
            return Ok(Self::utc());
        }
        let windows = TABLE.windows.get(&folded);
        let row = windows.or_else(|| TABLE.iana.get(&folded));
        // A name that the IANA has dropped since leads to the zone that stands for its like.
        let names = [windows.is_none().then_some(name), row.map(|row| row.first)];
        let rules = names.into_iter().flatten().find_map(|name| DATABASE.get(name).ok());
        Ok(Self {
            rules: rules.ok_or_else(|| UnknownZone::new(name))?,
            windows: row.map(|row| row.windows),
        })
    }

    /// All zones of the IANA, in the order of their names.
    pub fn all() -> impl Iterator<Item = Self> {
        let names = DATABASE.available();
        names.filter_map(|name| Self::named(name.as_str()).ok())
    }

    /// The name that the IANA has, such as `Europe/Berlin`.
    pub fn iana(&self) -> &str {
        self.rules.iana_name().unwrap_or("UTC")
    }

    /// The name that Windows has, such as `W. Europe Standard Time`; `None` for the few zones without one, such as that of
    /// `Antarctica/Troll`.
    pub fn windows(&self) -> Option<&'static str> {
        self.windows
    }

    /// The name to send: that of Windows, which all of Graph knows, and the IANA's where there is none.
    pub fn name(&self) -> &str {
        self.windows.unwrap_or(self.iana())
    }

    /// The name to send beside what a clock in the zone shows.
    ///
    /// Windows has one name for several zones, and not all of them agree with it at all times, as `Antarctica/Vostok` does
    /// not with `Central Asia Standard Time`. Where they do not, the name is the IANA's.
    pub(crate) fn name_at(&self, wall_clock: DateTime) -> &str {
        let windows = self.windows.filter(|windows| {
            let windows = Self::named(windows).ok();
            let then = windows.and_then(|windows| windows.rules.to_timestamp(wall_clock).ok());
            then == self.rules.to_timestamp(wall_clock).ok()
        });
        windows.unwrap_or(self.iana())
    }

    /// The day that it is in the zone at a moment; the last or first of all days where that cannot be calculated with.
    ///
    /// ```
    /// use msgraph_tasks::{jiff::Timestamp, todo::Zone};
    ///
    /// let late: Timestamp = "2026-03-01T23:30:00Z".parse()?;
    /// assert_eq!(Zone::named("Europe/Berlin")?.day(late.into()).to_string(), "2026-03-02");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn day(&self, now: SystemTime) -> Date {
        let edge = if now < SystemTime::UNIX_EPOCH {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        let now = Timestamp::try_from(now).unwrap_or(edge);
        self.rules.to_datetime(now).date()
    }

    /// The rules of the zone, to calculate with.
    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        Self::named(name)
    }
}

/// The name that the IANA has.
impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.iana())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Zone({})", self.iana())
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.iana() == other.iana()
    }
}

impl Eq for Zone {}

impl hash::Hash for Zone {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.iana().hash(state);
    }
}

/// A text that neither Windows nor the IANA has as the name of a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone {
    name: Box<str>,
}

impl UnknownZone {
    fn new(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// The text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names that may have been meant, the nearest first.
    pub fn near(&self) -> Vec<&'static str> {
        near(&self.name, TABLE.names.iter().copied())
    }
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is no time zone that Windows or the IANA names",
            self.name
        )?;
        match self.near().as_slice() {
            [] => formatter.write_str(", such as `W. Europe Standard Time` or `Europe/Berlin`"),
            near => write!(formatter, "; did you mean `{}`?", near.join("`, `")),
        }
    }
}

impl error::Error for UnknownZone {}

/// The rules of all zones.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("zone/windows_zones.tsv")));

/// The names, to be found by what they are in lower case.
struct Table {
    windows: HashMap<String, Row>,
    iana: HashMap<String, Row>,
    names: Vec<&'static str>,
}

#[derive(Clone, Copy)]
struct Row {
    windows: &'static str,
    /// The zone of the IANA that stands for it.
    first: &'static str,
}

impl Table {
    /// Reads lines with the name of Windows, a tab, and those of the IANA with spaces between.
    fn read(text: &'static str) -> Self {
        let (mut by_windows, mut by_iana, mut names) = (HashMap::new(), HashMap::new(), Vec::new());
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for (windows, iana) in lines.filter_map(|line| line.split_once('\t')) {
            let first = iana.split(' ').next().unwrap_or(iana);
            let row = Row { windows, first };
            by_windows.insert(windows.to_ascii_lowercase(), row);
            by_iana.extend(iana.split(' ').map(|name| (name.to_ascii_lowercase(), row)));
            names.push(windows);
            names.extend(iana.split(' '));
        }
        Self {
            windows: by_windows,
            iana: by_iana,
            names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_map_both_ways() {
        let cases = [
            (
                "W. Europe Standard Time",
                "Europe/Berlin",
                Some("W. Europe Standard Time"),
            ),
            (
                "w. europe standard TIME",
                "Europe/Berlin",
                Some("W. Europe Standard Time"),
            ),
            ("Europe/Vienna", "Europe/Vienna", Some("W. Europe Standard Time")),
            ("asia/calcutta", "Asia/Calcutta", Some("India Standard Time")),
            ("Asia/Kolkata", "Asia/Kolkata", Some("India Standard Time")),
            ("India Standard Time", "Asia/Kolkata", Some("India Standard Time")),
            ("US/Pacific", "US/Pacific", Some("Pacific Standard Time")),
            ("US/Pacific-New", "America/Los_Angeles", Some("Pacific Standard Time")),
            ("utc", "UTC", Some("UTC")),
            ("Etc/UTC", "Etc/UTC", Some("UTC")),
            ("UTC-11", "Etc/GMT+11", Some("UTC-11")),
            ("Antarctica/Troll", "Antarctica/Troll", None),
        ];
        for (name, iana, windows) in cases {
            let zone = Zone::named(name).unwrap();
            assert_eq!((zone.iana(), zone.windows()), (iana, windows), "{name}");
        }
    }

    #[test]
    fn every_name_of_the_table_maps_and_returns() {
        for name in &TABLE.names {
            let zone = Zone::named(name).unwrap();
            let windows = Zone::named(zone.windows().unwrap()).unwrap();
            assert_eq!(windows.windows(), zone.windows(), "{name}");
            assert_eq!(Zone::named(zone.iana()).unwrap(), zone, "{name}");
        }
        assert_eq!(TABLE.windows.len(), 139);
    }

    #[test]
    fn every_zone_of_the_database_maps_and_returns() {
        let mut nameless = Vec::new();
        for zone in Zone::all() {
            assert_eq!(Zone::named(zone.iana()).unwrap(), zone);
            assert_eq!(Zone::named(zone.name()).unwrap().name(), zone.name());
            if zone.windows().is_none() {
                nameless.push(zone.iana().to_owned());
            }
        }
        // The second is no place, but says that a machine was not set up.
        assert_eq!(nameless, ["Antarctica/Troll", "Factory"]);
    }

    #[test]
    fn an_unknown_name_is_told_with_near_ones() {
        for (name, near) in [
            ("Europe/Berln", "Europe/Berlin"),
            ("W Europe Standard Time", "W. Europe Standard Time"),
            ("Customized Time Zone", ""),
            ("", ""),
        ] {
            let error = Zone::named(name).unwrap_err();
            assert_eq!(error.near().first().copied().unwrap_or_default(), near, "{error}");
            assert!(error.to_string().contains(&format!("`{name}`")));
        }
    }
}
