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
mod maker;

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use msgraph_client::{Client, StaticToken};
use msgraph_codegen::{
    Input, Scope,
    tool::{Files as _, Manifest, Present},
};
use msgraph_emulator::{Emulator, Seed};

pub use self::maker::Maker;

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

/// What this repository's own crates are generated from.
///
/// # Panics
///
/// Where the manifest is not as expected.
pub fn own_slice() -> Input {
    let files = Present(repository().to_owned());
    let path = Path::new("metadata/generate.toml");
    let manifest = files.read(path).and_then(|source| Manifest::parse(source, path));
    let manifest = manifest.expect("the manifest can be read");
    let slice = manifest.slices().first().expect("the manifest has a slice");
    let input = manifest.input(slice, &files).expect("its files can be read");
    let scope = Scope::Wider;
    Input { scope, ..input }
}

/// Runs `cargo xtask` with these arguments, and returns what it prints.
///
/// # Panics
///
/// Where it fails.
pub fn xtask(arguments: &[&OsStr]) -> String {
    try_xtask(arguments).unwrap_or_else(|messages| panic!("{messages}"))
}

/// Runs `cargo xtask` with these arguments, and returns what it prints.
///
/// # Errors
///
/// When it fails: all that it printed.
///
/// # Panics
///
/// When cargo cannot be run.
pub fn try_xtask(arguments: &[&OsStr]) -> Result<String, String> {
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
    if output.status.success() {
        Ok(printed.into_owned())
    } else {
        Err(format!("{printed}{messages}"))
    }
}

/// Checks a workspace of generated crates with cargo, without the network, and accepts no warning.
///
/// # Panics
///
/// Where it does not compile, or compiles with a warning.
pub fn check_workspace(folder: &Path) {
    check(folder, &["--workspace"]);
}

/// The same of what the arguments name.
///
/// # Panics
///
/// Where it does not compile, or compiles with a warning.
pub fn check(folder: &Path, arguments: &[&str]) {
    // The versions are those of this repository, so that nothing is fetched.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file can be copied");
    let output = Command::new(env!("CARGO"))
        .arg("check")
        .args(arguments)
        .args(["--offline", "--message-format", "short", "--target-dir"])
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

/// A client of an emulator that has what the README names.
///
/// # Panics
///
/// Where the emulator has not what it begins with.
pub fn emulated() -> Client {
    let emulator = Emulator::seeded(&Seed::demo()).expect("the seed is good");
    let state = emulator.state();
    let id = |kind: &str, property: &str, value: &str| {
        let rows = state[kind].as_object().expect("rows").values();
        let mut rows = rows.filter(|row| row["properties"][property] == value);
        rows.next()
            .and_then(|row| row["id"].as_str())
            .expect("a row")
            .to_owned()
    };
    let names = [
        (id("task", "title", "Book the venue"), "01gzSlKkIUSUl6DF_EilrmQAKDhh"),
        (
            id("user", "displayName", "Dana Levi"),
            "fbab97d0-4932-4511-b675-204639209557",
        ),
        (id("list", "displayName", "Errands"), "AAMkADIyAAAAABrJAAA="),
    ];
    let snapshot = String::from_utf8(emulator.snapshot().expect("a snapshot")).expect("a text");
    let snapshot = names.iter().fold(snapshot, |text, (id, name)| text.replace(id, name));
    let emulator = Emulator::from_snapshot(snapshot.as_bytes()).expect("a snapshot");
    let builder = Client::builder(StaticToken::new("adele")).transport(emulator);
    builder.build().expect("a client")
}

/// Runs an example.
///
/// # Panics
///
/// Where it fails.
pub fn run(example: impl Future<Output = Result<(), msgraph_client::Error>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .expect("a runtime")
        .block_on(example)
        .expect("the example works");
}

/// The code in the README is compiled, and run on the emulator.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
