//! `cargo xtask demo`.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::repository;

/// Runs in a process of its own: who generates need not build a service.
pub(crate) fn run() -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "msgraph-emulator", "--example", "demo"]);
    command.arg("--manifest-path").arg(repository().join("Cargo.toml"));
    let status = command.status().context("cannot run cargo")?;
    ensure!(status.success(), "the demonstration broke off");
    Ok(())
}
