//! `cargo xtask bench`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::repository;

#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub(crate) enum Bench {
    /// Decodes a page of 200 tasks, beside hand-written structs.
    Decode,
}

pub(crate) fn run(bench: Bench) -> Result<()> {
    match bench {
        Bench::Decode => decode(),
    }
}

fn decode() -> Result<()> {
    let reference = reference()?;
    let page = repository().join("target/bench/page.json");
    make_page(&reference.join("bench/page.py"), &page)?;
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--quiet", "--manifest-path"])
        .arg(repository().join("tests/bench/Cargo.toml"))
        .arg("--target-dir")
        .arg(repository().join("target/bench"))
        .arg("--")
        .arg(&page)
        .env("MSGRAPH_REFERENCE", &reference)
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}

/// The folder of the reference data: `MSGRAPH_REFERENCE`, or `shared` beside this repository.
fn reference() -> Result<PathBuf> {
    let folder = env::var_os("MSGRAPH_REFERENCE").map_or_else(|| repository().join("../shared"), PathBuf::from);
    fs::canonicalize(&folder).with_context(|| {
        format!(
            "there is no reference data in {}; set MSGRAPH_REFERENCE to its folder",
            folder.display()
        )
    })
}

fn make_page(script: &Path, page: &Path) -> Result<()> {
    let output = Command::new("python3")
        .arg(script)
        .arg("200")
        .output()
        .context("cannot run python3")?;
    ensure!(
        output.status.success(),
        "{} failed: {}",
        script.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    fs::create_dir_all(page.parent().unwrap_or(page))?;
    fs::write(page, output.stdout).with_context(|| format!("cannot write {}", page.display()))
}
