//! `cargo xtask metadata`.

mod check;
mod fetch;
mod update;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use msgraph_codegen::{
    Scope, Source,
    changes::changes,
    generate,
    plan::Version,
    tool::{Files as _, Present, print_changes},
};

use crate::generate::own_slice;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Metadata {
    /// Gets the public metadata of a cloud, into target/metadata.
    Fetch(fetch::Arguments),
    /// Brings the facts of a whole metadata file into ours, and lists what then has no prose.
    Update {
        /// The version that is updated.
        #[arg(long, value_parser = ["v1.0", "beta"])]
        api: String,
        /// The whole metadata of that version.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Says item by item what changes for users when one metadata file takes the place of another.
    Diff {
        /// The version that both are of.
        #[arg(long, value_parser = ["v1.0", "beta"], default_value = "v1.0")]
        api: String,
        /// The file that was.
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The file that is to be.
        #[arg(value_name = "NEW")]
        new: PathBuf,
    },
    /// Compares our metadata with a whole one, fact by fact.
    Check {
        /// The version that is compared.
        #[arg(long, value_parser = ["v1.0", "beta"])]
        api: String,
        /// The whole metadata of that version.
        #[arg(long, value_name = "FILE")]
        against: PathBuf,
    },
}

pub(crate) fn run(metadata: &Metadata) -> Result<()> {
    match metadata {
        Metadata::Fetch(arguments) => fetch::run(arguments),
        Metadata::Update { api, from } => update::run(version(api)?, &read(from)?),
        Metadata::Diff { api, old, new } => diff(version(api)?, &read(old)?, &read(new)?),
        Metadata::Check { api, against } => check::check(version(api)?, &read(against)?),
    }
}

/// Both files are laid beside what the manifest has of other versions, and sliced by its roots.
fn diff(version: Version, old: &Source, new: &Source) -> Result<()> {
    let plan = |source: &Source| {
        let mut input = own_slice()?;
        input.scope = Scope::Wider;
        for (known, metadata) in &mut input.metadata {
            if *known == version {
                metadata.clone_from(source);
            }
        }
        Ok::<_, anyhow::Error>(generate(&input)?.plan)
    };
    print_changes(&changes(&plan(old)?, &plan(new)?));
    Ok(())
}

fn version(name: &str) -> Result<Version> {
    Version::from_name(name).context("no such version")
}

fn read(path: &Path) -> Result<Source> {
    Present(PathBuf::new()).read(path)
}
