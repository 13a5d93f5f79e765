//! `cargo xtask bench`.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};

use crate::repository;

#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub(crate) enum Bench {
    /// Decodes a page of 200 tasks, beside hand-written structs.
    Decode,
    /// Generates out of the whole of Graph's metadata, beside a bare parse of it.
    Generate,
    /// Asks the emulator, beside a bare handler of axum with the same bytes.
    Emulator,
    /// Syncs lists into a file, beside bare inserts of the same rows, and by the memory that it takes.
    Sync {
        /// How many tasks there are; memory is compared with that for a tenth of them.
        #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..))]
        tasks: u32,
    },
    /// Checks the generated crates, cold, beside the runtime and all that it needs.
    Build,
}

pub(crate) fn run(bench: Bench) -> Result<()> {
    match bench {
        Bench::Decode => decode(),
        Bench::Generate => generate(),
        Bench::Emulator => measure("emulator", &[]),
        Bench::Sync { tasks } => sync(tasks),
        Bench::Build => build(),
    }
}

fn decode() -> Result<()> {
    let reference = reference()?;
    let page = repository().join("target/bench/page.json");
    make_page(&reference.join("bench/page.py"), &page)?;
    measure("decode", &[page.as_os_str()])
}

fn generate() -> Result<()> {
    let reference = reference()?;
    measure(
        "generate",
        &[reference.join("metadata/graph-v1.0.csdl.xml").as_os_str()],
    )
}

/// On the disk of the build, since memory that poses as a disk would hide what a commit costs.
fn sync(tasks: u32) -> Result<()> {
    let folder = repository().join("target/bench/sync");
    measure("sync", &[folder.as_os_str(), tasks.to_string().as_ref()])
}

/// Runs a benchmark.
fn measure(name: &str, arguments: &[&OsStr]) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--quiet", "--bin", name, "--manifest-path"])
        .arg(repository().join("tests/bench/Cargo.toml"))
        .arg("--target-dir")
        .arg(repository().join("target/bench"))
        .arg("--")
        .args(arguments)
        .env("MSGRAPH_REFERENCE", reference()?)
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}

/// How many packages the client may bring beside an HTTP client, by its features.
const MOST_PACKAGES: [(&str, usize); 2] = [("", 15), ("sign-in", 40)];

/// What a user of a package with these features builds.
fn packages_of(package: &str, features: &str) -> Result<BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .args(["--package", package, "--features", features])
        .current_dir(repository())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "cargo tree knows no {package}");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
fn build() -> Result<()> {
    let target = repository().join("target/bench/build");
    if target.exists() {
        fs::remove_dir_all(&target).with_context(|| format!("cannot empty {}", target.display()))?;
    }
    // Each step finds what the one before it left, so its seconds are its own.
    let packages = ["msgraph-core", "msgraph-model", "msgraph-request"];
    let mut seconds = Vec::new();
    for package in packages {
        let started = Instant::now();
        let status = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--package", package, "--target-dir"])
            .arg(&target)
            .current_dir(repository())
            .status()
            .context("cannot run cargo")?;
        ensure!(status.success(), "{package} cannot be checked");
        seconds.push(started.elapsed().as_secs_f64());
    }
    let bare = packages_of("reqwest", "")?;
    for (features, most) in MOST_PACKAGES {
        let over = packages_of("msgraph-client", features)?.difference(&bare).count();
        let with = if features.is_empty() { "default" } else { features };
        println!("packages of msgraph-client ({with}) over those of reqwest {over}, at most {most}");
        ensure!(over <= most, "msgraph-client brings too many packages");
    }
    let runtime = seconds.first().copied().unwrap_or_default();
    for (package, seconds) in packages.iter().zip(seconds) {
        println!("{package:16} {seconds:6.2} s  ratio {:.2}", seconds / runtime);
    }
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
