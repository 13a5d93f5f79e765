//! The licences of what this workspace is built from, and that nothing is built twice.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on panics"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;
use tests::repository;

/// Licences that ask for no more than to be named.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages that are built in two versions, each with the reason.
const TWICE: &[(&str, &str)] = &[
    ("base64", OAUTH2),
    ("cpufeatures", "the newer one is for proptest, which is in no product"),
    (
        "getrandom",
        "the older one is listed for `ring`, an optional dependency of rustls-webpki that nothing turns on; and for oauth2",
    ),
    ("rand", OAUTH2),
    ("rand_core", OAUTH2),
    ("syn", OAUTH2),
    ("thiserror", OAUTH2),
    ("thiserror-impl", OAUTH2),
];

const OAUTH2: &str = "the older one is for oauth2, which the feature `sign-in` alone turns on";

/// The packages that are built on this machine, from the lock file and without the network.
fn packages() -> Vec<Value> {
    let host = output(Command::new("rustc").arg("-vV"));
    let host = host
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "metadata",
        "--format-version",
        "1",
        "--offline",
        "--locked",
        "--filter-platform",
        &host,
    ]);
    let metadata: Value = serde_json::from_str(&output(cargo.current_dir(repository()))).unwrap();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let built: BTreeSet<_> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| built.contains(package["id"].as_str().unwrap()))
        .cloned()
        .collect()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_licence_is_accepted() {
    let refused: Vec<_> = packages()
        .iter()
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or("none");
            let accepted = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX).is_ok_and(|expression| {
                expression.evaluate(|requirement| {
                    let id = requirement.license.id();
                    requirement.addition.is_none() && id.is_some_and(|id| LICENCES.contains(&id.name))
                })
            });
            (!accepted).then(|| format!("{} {}: {licence}", package["name"], package["version"]))
        })
        .collect();
    assert!(
        refused.is_empty(),
        "licences that are not accepted:\n{}",
        refused.join("\n")
    );
}

#[test]
fn nothing_is_built_twice() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        let text = |name: &str| package[name].as_str().unwrap().to_owned();
        versions.entry(text("name")).or_default().insert(text("version"));
    }
    let twice: Vec<_> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| name.as_str())
        .collect();
    let known: Vec<_> = TWICE.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        twice, known,
        "packages in several versions; TWICE lists those that cannot be helped, with the reason"
    );
}
