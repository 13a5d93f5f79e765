//! `cargo xtask conformance` runs this: our own exchanges, then those of the files that are named.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool that says what it found"
)]

use std::{env, ffi::OsString, path::Path, process::ExitCode};

use conformance::replay;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// True if everything is as it should be.
fn run() -> Result<bool, String> {
    let mut files: Vec<_> = env::args_os().skip(1).collect();
    if files.first().is_some_and(|first| first == "--emulator") {
        files.remove(0);
        return replay(&files);
    }
    let own = conformance::own()?;
    println!("ours: {own}");
    let mut complaints = own.complaints().to_vec();
    for file in files {
        let mut given = conformance::given(Path::new(&file))?;
        given.add_exercised(&own);
        println!("{given}");
        complaints.extend_from_slice(given.complaints());
    }
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    Ok(complaints.is_empty())
}

/// Against the emulator.
fn replay(files: &[OsString]) -> Result<bool, String> {
    let own = replay::own()?;
    println!("ours: {own}");
    let mut complaints = own.complaints().to_vec();
    for file in files {
        let given = replay::given(Path::new(file))?;
        println!("{given}");
        complaints.extend_from_slice(given.complaints());
    }
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    Ok(complaints.is_empty())
}
