//! What `cargo msgraph` does: reads a manifest and the files that it names, generates, and writes.
//!
//! This is the only part of the crate that touches the disk. [`Generate`] is the command with its arguments, so that another
//! tool can offer the same command with a [`Setting`] of its own. Without the feature `tool` none of this is compiled.

mod apply;
mod compare;
mod files;
mod generate;
mod manifest;
mod verdict;

pub use self::{
    apply::apply,
    compare::{Change, Kind, compare_file, compare_folder},
    files::{Committed, Files, Present},
    generate::{Generate, Setting},
    manifest::{Manifest, Slice},
    verdict::print_changes,
};
