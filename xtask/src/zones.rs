//! The names of time zones, from the files of the Unicode CLDR.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::repository;

/// What the table is made from.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file `supplemental/windowsZones.json` of the npm package `cldr-core`.
    windows_zones: PathBuf,
    /// The file `bcp47/timezone.json` of the npm package `cldr-bcp47`.
    names: PathBuf,
}

/// Where the table is kept.
const TABLE: &str = "crates/msgraph-tasks/src/todo/zone/windows_zones.tsv";

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let read = |path: &PathBuf| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let table = table(&read(&arguments.windows_zones)?, &read(&arguments.names)?)?;
    fs::write(repository().join(TABLE), table).with_context(|| format!("cannot write {TABLE}"))
}

/// One line for each zone of Windows: its name, a tab, and the names of the IANA, the one that stands for it first.
fn table(windows_zones: &str, names: &str) -> Result<String> {
    let File { supplemental } = serde_json::from_str(windows_zones).context("no file of zones of Windows")?;
    let names = Names::read(&serde_json::from_str(names).context("no file of names")?)?;
    let mut rows: BTreeMap<_, (String, Vec<String>)> = BTreeMap::new();
    for Entry { zone } in supplemental.windows_zones.entries {
        let row = rows.entry(zone.windows).or_default();
        for name in zone.iana.split_whitespace() {
            let alike = names
                .alike
                .get(name)
                .with_context(|| format!("no zone is named {name}"))?;
            if zone.territory == WORLD {
                alike.first.clone_into(&mut row.0);
            }
            row.1.extend(alike.all.iter().cloned());
        }
    }
    let version = supplemental.version.cldr;
    let mut table = format!(
        "# The time zones of Windows, each with the names that the IANA has for it and its like; the first stands for it.\n\
         # Made by `cargo xtask zones` from the Unicode CLDR {version}, do not edit by hand.\n\
         # Copyright 1991-2026 Unicode, Inc. SPDX-License-Identifier: Unicode-3.0\n"
    );
    for (windows, (first, mut all)) in rows {
        all.retain(|name| *name != first);
        all.sort();
        all.dedup();
        all.insert(0, first);
        writeln!(table, "{windows}\t{}", all.join(" "))?;
    }
    Ok(table)
}

/// The territory of the zone that stands for one of Windows.
const WORLD: &str = "001";

/// Which names are those of one zone.
struct Names {
    alike: BTreeMap<String, Alike>,
}

#[derive(Clone)]
struct Alike {
    /// The one that the IANA has now.
    first: String,
    all: Vec<String>,
}

impl Names {
    fn read(file: &Value) -> Result<Self> {
        let zones = file.pointer("/keyword/u/tz").and_then(Value::as_object);
        let zones = zones.context("no file of names")?.values();
        let mut names = BTreeMap::new();
        for zone in zones {
            let Some(all) = zone.get("_alias").and_then(Value::as_str) else {
                continue;
            };
            let all: Vec<_> = all.split_whitespace().map(str::to_owned).collect();
            let now = zone.get("_iana").and_then(Value::as_str);
            let first = now
                .map(str::to_owned)
                .or_else(|| all.first().cloned())
                .unwrap_or_default();
            let alike = Alike { first, all };
            names.extend(alike.all.iter().map(|name| (name.clone(), alike.clone())));
        }
        Ok(Self { alike: names })
    }
}

#[derive(Deserialize)]
struct File {
    supplemental: Supplemental,
}

#[derive(Deserialize)]
struct Supplemental {
    version: Version,
    #[serde(rename = "windowsZones")]
    windows_zones: WindowsZones,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "_cldrVersion")]
    cldr: String,
}

#[derive(Deserialize)]
struct WindowsZones {
    #[serde(rename = "mapTimezones")]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "mapZone")]
    zone: Zone,
}

#[derive(Deserialize)]
struct Zone {
    #[serde(rename = "_other")]
    windows: String,
    #[serde(rename = "_type")]
    iana: String,
    #[serde(rename = "_territory")]
    territory: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_all_names_and_the_one_of_now_first() {
        let zone = |territory: &str, iana: &str| serde_json::json!({ "mapZone": { "_other": "India Standard Time", "_type": iana, "_territory": territory } });
        let windows_zones = serde_json::json!({ "supplemental": {
            "version": { "_cldrVersion": "48" },
            "windowsZones": { "mapTimezones": [zone("001", "Asia/Calcutta"), zone("IN", "Asia/Calcutta Asia/Elsewhere")] },
        }});
        let names = serde_json::json!({ "keyword": { "u": { "tz": {
            "_description": "Time zone key",
            "inccu": { "_alias": "Asia/Calcutta Asia/Kolkata", "_iana": "Asia/Kolkata" },
            "inels": { "_alias": "Asia/Elsewhere" },
        }}}});
        let table = table(&windows_zones.to_string(), &names.to_string()).unwrap();
        assert_eq!(
            table.lines().last(),
            Some("India Standard Time\tAsia/Kolkata Asia/Calcutta Asia/Elsewhere")
        );
        assert!(super::table(&windows_zones.to_string(), "{}").is_err());
    }
}
