//! Documented exchanges, through the generated builders and types.
//!
//! For each exchange the request is made anew by the builders and setters that a user would call, and compared; the response
//! is decoded to the type of the operation, encoded again, and compared.

pub mod algebra;
pub mod codec;
mod driver;
mod exchange;
pub mod replay;
mod report;
mod unknown;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

pub use self::{
    driver::{
        algebra::{LAWS, UPDATES},
        codecs::CODECS,
    },
    report::Report,
};
use crate::{exchange::Exchange, report::Exception};

/// `exceptions.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    exception: Vec<Exception>,
}

/// Runs our own exchanges, which exercise every operation and have no exceptions.
///
/// # Errors
///
/// When a file cannot be read, or is not of the format.
pub fn own() -> Result<Report, String> {
    let mut report = Report::default();
    for path in &own_files()? {
        report.run(&exchanges(path)?, &[]);
    }
    report.check_exercised();
    Ok(report)
}

/// Runs the exchanges of a file, with the exceptions that are known.
///
/// # Errors
///
/// When a file cannot be read, or is not of the format.
pub fn given(path: &Path) -> Result<Report, String> {
    let exceptions = Path::new(env!("CARGO_MANIFEST_DIR")).join("exceptions.toml");
    let exceptions: Exceptions =
        toml::from_str(&text(&exceptions)?).map_err(|error| format!("{}: {error}", exceptions.display()))?;
    let mut report = Report::default();
    report.run(&exchanges(path)?, &exceptions.exception);
    Ok(report)
}

/// The files of our own exchanges.
fn own_files() -> Result<Vec<PathBuf>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    Ok(paths)
}

fn exchanges(path: &Path) -> Result<Vec<Exchange>, String> {
    serde_json::from_str(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
