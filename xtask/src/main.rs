//! The commands of this workspace: `cargo xtask --help`.

mod bench;
mod conformance;
mod crash;
mod demo;
mod generate;
mod metadata;
mod zones;

use std::{path::Path, process::ExitCode};

use clap::{Parser, Subcommand};
use msgraph_codegen::tool::Generate;

/// The commands of this workspace.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generates the model and request crates from metadata.
    ///
    /// Without arguments, those of this repository, as metadata/generate.toml says.
    Generate(Box<Generate>),
    /// Runs documented exchanges through the generated builders and types, beside our own.
    Conformance(conformance::Arguments),
    /// Kills a replica again and again while people are at work, and holds it against the service.
    Crash(crash::Arguments),
    /// Shows what an app does with Planner and To Do, on a service of this machine.
    Demo,
    /// Looks after the files in metadata/.
    #[command(subcommand)]
    Metadata(metadata::Metadata),
    /// Makes the table of the names of time zones anew, from files of the Unicode CLDR.
    Zones(zones::Arguments),
    /// Measures something, and prints it as a ratio to something known.
    #[command(subcommand)]
    Bench(bench::Bench),
}

#[expect(clippy::print_stderr, reason = "this is where a failed command says why")]
fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Generate(generate) => generate.run(&generate::setting()),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Crash(arguments) => crash::run(arguments),
        Command::Demo => demo::run(),
        Command::Metadata(metadata) => metadata::run(&metadata),
        Command::Zones(arguments) => zones::run(&arguments),
        Command::Bench(bench) => bench::run(bench),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of this repository.
fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
