//! Every example runs on the emulator, and prints something.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

use std::{env, fs, path::Path, process::Command};

#[test]
fn every_example_runs() {
    // `cargo test` builds the examples with the tests, beside them; a run of this test alone does not.
    let tests = env::current_exe().unwrap();
    let folder = tests.parent().unwrap().parent().unwrap().join("examples");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut names: Vec<_> = fs::read_dir(sources)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    for source in names
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
    {
        let name = source.file_stem().unwrap().to_str().unwrap();
        let run = Command::new(folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))).output();
        let output = run.unwrap_or_else(|error| panic!("the example {name} is not built: {error}"));
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{name}: {shown}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(shown.lines().count() >= 2, "{name} prints {shown:?}");
    }
}
