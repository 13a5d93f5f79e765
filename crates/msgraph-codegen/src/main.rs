//! `cargo msgraph`: generates crates from OData metadata.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use msgraph_codegen::{
    CoreDependency,
    tool::{Generate, Setting},
};

/// Cargo calls `cargo-msgraph msgraph ...`.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo")]
enum Cargo {
    /// Rust crates out of OData metadata.
    #[command(subcommand, version)]
    Msgraph(Command),
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generates crates from CSDL: what msgraph.toml says, or, with --metadata, one workspace.
    Generate(Generate),
}

#[expect(clippy::print_stderr, reason = "this is where a failed command says why")]
fn main() -> ExitCode {
    let setting = Setting {
        folder: PathBuf::new(),
        manifest: PathBuf::from("msgraph.toml"),
        core: CoreDependency::Version(env!("CARGO_PKG_VERSION").to_owned()),
        overlay: None,
        docs: None,
    };
    let Cargo::Msgraph(Command::Generate(generate)) = Cargo::parse();
    match generate.run(&setting) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
