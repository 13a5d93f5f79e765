//! An offline Microsoft Graph for Planner and To Do, on a port of this machine.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that says where it is, and what went wrong"
)]

use std::{fs, io::Write as _, net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::Parser;
use msgraph_emulator::{Emulator, Seed};

/// An offline Microsoft Graph for Planner and To Do. The first line of its output is its base URL.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen: an address of this machine, and a port; with port 0 any that is free.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// What to begin with, as JSON; a team with a plan unless said otherwise.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Where the state outlives the program. It begins with the seed where the file is new.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Take addresses of other machines, too. Nothing is encrypted, and any token is good unless the seed says otherwise.
    #[arg(long)]
    anywhere: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    if !(arguments.listen.ip().is_loopback() || arguments.anywhere) {
        let address = arguments.listen.ip();
        return Err(format!(
            "{address} is not an address of this machine alone; --anywhere takes it all the same"
        ));
    }
    let seed = match &arguments.seed {
        None => Seed::demo(),
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Seed::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?
        }
    };
    let emulator = match &arguments.state {
        None => Emulator::seeded(&seed).map_err(|error| error.to_string())?,
        Some(path) => Emulator::open(path, &seed).map_err(|error| error.to_string())?,
    };
    let server = emulator.listen(arguments.listen).await;
    let server = server.map_err(|error| format!("{}: {error}", arguments.listen))?;
    println!("{}", server.url());
    // Whoever started the program waits for this line.
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())
}
