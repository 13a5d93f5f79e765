//! What the tests of the workspace share.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on panics, and one that is skipped says so"
)]

pub mod golden;
pub mod loopback;

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use msgraph_codegen::{Extent, Input, Root, Scope, Source, plan::Version};

/// The folder of this repository.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// A file of the reference data, which `MSGRAPH_REFERENCE` leads to.
///
/// Without the variable there is none: the test says so and passes. In CI it must be there.
///
/// # Panics
///
/// In CI without the variable, and where the variable leads to no such file.
pub fn reference(path: &str) -> Option<PathBuf> {
    let Some(folder) = env::var_os("MSGRAPH_REFERENCE") else {
        assert!(
            env::var_os("CI").is_none(),
            "MSGRAPH_REFERENCE is not set, and CI must not skip what needs it"
        );
        eprintln!("skipped: MSGRAPH_REFERENCE is not set");
        return None;
    };
    let path = PathBuf::from(folder).join(path);
    assert!(path.exists(), "MSGRAPH_REFERENCE leads to no {}", path.display());
    Some(path)
}

/// The text of a file.
///
/// # Panics
///
/// Where it cannot be read.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// What this repository's own crates are generated from, but the prose.
///
/// # Panics
///
/// Where the manifest is not as expected.
pub fn own_slice() -> Input {
    let folder = repository().join("metadata");
    let manifest: toml::Table = toml::from_str(&read(&folder.join("generate.toml")))
        .expect("the manifest is as `cargo xtask generate` reads it");
    let slice = manifest
        .get("slice")
        .and_then(|slices| slices.get(0))
        .expect("the manifest is as `cargo xtask generate` reads it");
    let list = |table: &toml::Value, name: &str| -> Vec<Root> {
        let names = table.get(name).and_then(toml::Value::as_array).into_iter().flatten();
        names
            .map(|name| Root {
                glob: name
                    .as_str()
                    .expect("the manifest is as `cargo xtask generate` reads it")
                    .to_owned(),
                offset: None,
                feature: None,
            })
            .collect()
    };
    let features = slice
        .get("feature")
        .and_then(toml::Value::as_table)
        .expect("the manifest is as `cargo xtask generate` reads it");
    let metadata = Version::ALL.map(|version| {
        let name = format!("{}.csdl.xml", version.name());
        (version, Source::new(name.clone(), read(&folder.join(name))))
    });
    let mut overlay: Vec<_> = fs::read_dir(folder.join("overlay"))
        .expect("the manifest is as `cargo xtask generate` reads it")
        .map(|entry| {
            entry
                .expect("the manifest is as `cargo xtask generate` reads it")
                .path()
        })
        .collect();
    overlay.sort();
    let overlay = overlay
        .iter()
        .map(|path| Source::new(path.display().to_string(), read(path)))
        .collect();
    Input {
        metadata: metadata.into(),
        manifest: Source::new("generate.toml", ""),
        extent: Extent::Roots(features.values().flat_map(|feature| list(feature, "roots")).collect()),
        derived: list(slice, "derived"),
        overlay,
        docs: Vec::new(),
        scope: Scope::Wider,
        model_crate: "msgraph_model".to_owned(),
    }
}

/// Runs `cargo xtask` with these arguments, and returns what it prints.
///
/// # Panics
///
/// Where it fails.
pub fn xtask(arguments: &[&OsStr]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--package", "xtask", "--"])
        .args(arguments)
        .current_dir(repository())
        .output()
        .expect("cargo can be run");
    let (printed, messages) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{printed}{messages}");
    printed.into_owned()
}

/// Checks a workspace of generated crates with cargo, without the network, and accepts no warning.
///
/// # Panics
///
/// Where it does not compile, or compiles with a warning.
pub fn check_workspace(folder: &Path) {
    // The versions are those of this repository, so that nothing is fetched.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file can be copied");
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--workspace",
            "--offline",
            "--message-format",
            "short",
            "--target-dir",
        ])
        .arg(repository().join("target/golden/target"))
        .current_dir(folder)
        .output()
        .expect("cargo can be run");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !messages.contains("warning"),
        "{}:\n{messages}",
        folder.display()
    );
}

/// The code in the README is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
