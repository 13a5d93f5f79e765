//! `cargo xtask conformance`.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context as _, Result, ensure};

use crate::repository;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Replays the exchanges against the emulator.
    #[arg(long)]
    emulator: bool,
    /// Files of documented exchanges.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs in a process of its own: this one must build even where the generated crates do not.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "conformance", "--manifest-path"]);
    command.arg(repository().join("Cargo.toml")).arg("--");
    command.args(arguments.emulator.then_some("--emulator"));
    let here = env::current_dir().context("there is no current folder")?;
    command.args(arguments.files.iter().map(|file| here.join(file)));
    let status = command.status().context("cannot run cargo")?;
    ensure!(status.success(), "exchanges are not as documented");
    Ok(())
}
