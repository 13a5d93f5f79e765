//! `cargo xtask crash`.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::repository;

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Arguments {
    /// How often the replica is killed.
    #[arg(long, default_value_t = 300)]
    kills: usize,
    /// What everything but time follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs in a process of its own: who generates need not build a replica.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "msgraph-replica", "--example", "crash"]);
    command.arg("--manifest-path").arg(repository().join("Cargo.toml"));
    command.args(["--", "--kills", &arguments.kills.to_string()]);
    command.args(["--seed", &arguments.seed.to_string()]);
    let status = command.status().context("cannot run cargo")?;
    ensure!(status.success(), "the replica is not equal to the service");
    Ok(())
}
