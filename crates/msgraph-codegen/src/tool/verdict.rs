//! What changes for users, and what that means for the version of each crate.

use std::path::Path;

use anyhow::{Result, anyhow};

use super::{
    files::{Committed, Files as _},
    manifest::{Manifest, Slice},
};
use crate::{
    Output,
    changes::{Change, Crate, changes},
    generate,
};

/// Says what changes for users since the last commit.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
pub(super) fn print_verdict(folder: &Path, manifest: &Path, slice: &Slice, output: &Output) {
    println!("{} since the last commit", slice.shown());
    match since_last_commit(folder, manifest, slice, output) {
        Ok(changes) => print_changes(&changes),
        Err(error) => println!("verdict: there is no commit that it could be compared with ({error:#})"),
    }
}

fn since_last_commit(folder: &Path, manifest: &Path, slice: &Slice, output: &Output) -> Result<Vec<Change>> {
    let files = Committed(folder.to_owned());
    let committed = Manifest::parse(files.read(manifest)?, manifest)?;
    let same = committed.slices().iter().find(|other| other.is_same(slice));
    let same = same.ok_or_else(|| anyhow!("the slice was not in the manifest"))?;
    let before = generate(&committed.input(same, &files)?)?;
    Ok(changes(&before.plan, &output.plan))
}

/// Prints changes, and what they mean for each crate.
#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
pub fn print_changes(changes: &[Change]) {
    for change in changes {
        println!("{change}");
    }
    for of in [Crate::Model, Crate::Request] {
        let of_crate = changes.iter().filter(|change| change.of == of);
        let levels: Vec<_> = of_crate.map(|change| change.level).collect();
        match levels.iter().max() {
            Some(level) => println!("verdict: {of} {level}, changes {}", levels.len()),
            None => println!("verdict: {of} as it was"),
        }
    }
}
