//! OData metadata in, Rust crates out.
//!
//! [`generate`] is a pure function: the same input gives the same bytes, and no disk is touched. The way goes
//!
//! ```text
//! text --parse--> Document --link--> Edm --slice(roots)--> Slice --lower(overlay, docs)--> Plan --emit--> tokens --format--> File
//! ```
//!
//! The [`guide`] adds resources of Graph to an app, with the command `cargo msgraph`, which is this crate's too.
//!
//! Every stage but lowering only carries out; lowering decides, and its [`plan::Plan`] can be read.

pub mod changes;
pub mod csdl;
#[doc = include_str!("../GUIDE.md")]
pub mod guide {}
pub mod plan;
pub mod update;

mod diagnostic;
mod docs;
mod emit;
mod format;
mod generate;
mod glob;
mod lower;
mod overlay;
mod reference;
mod remarks;
mod report;
mod slice;
mod source;
mod toml_input;
#[cfg(feature = "tool")]
pub mod tool;
mod workspace;

pub use self::{
    diagnostic::{Diagnostic, Diagnostics},
    generate::{Extent, Input, Output, Root, Scope, driver, generate, model, tables},
    reference::Reference,
    remarks::Remarks,
    report::Report,
    source::Source,
    workspace::{CoreDependency, workspace},
};
