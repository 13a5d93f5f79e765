//! A replica that is killed without warning, again and again, ends equal to the service; `cargo xtask crash` does it for long.
#![cfg(feature = "sqlite")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

use std::{env, process::Command};

/// S1: rows and the link after them are there together, or neither is.
#[test]
fn s1_a_replica_that_is_killed_loses_nothing_and_doubles_nothing() {
    // A run of all tests has built the program, beside the tests; a run of this one alone has not.
    let build = ["build", "--quiet", "--package", "msgraph-replica", "--example", "crash"];
    assert!(Command::new(env!("CARGO")).args(build).status().unwrap().success());
    let tests = env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join("examples/crash");
    let output = Command::new(program)
        .args(["--kills", "5", "--seed", "1"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("kills 5, lost 0, doubled 0, equal yes"), "{told}");
}
